"""Every function that takes bytes from a drive, by name and family. A test fails when one of erase/commands is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import chain
from typing import Any, Final

from erase.commands import (
    ata,
    ata_areas,
    ata_identify,
    ata_logs,
    ata_outcome,
    ata_sanitize,
    ata_smart,
    ata_statistics,
    ata_zones,
    bridges_ata,
    bridges_nvme,
    mmc_commands,
    mmc_ext_csd,
    mmc_registers,
    nvme_controller,
    nvme_logs,
    nvme_namespaces,
    nvme_sanitize,
    nvme_status,
    sat_answer,
    sat_pages,
    scsi_basic,
    scsi_block_pages,
    scsi_capacity,
    scsi_erase,
    scsi_inquiry,
    scsi_logs,
    scsi_media,
    scsi_modes,
    sense,
    serials,
    tcg_discovery,
)
from erase.commands.bridges import Wrapper
from erase.commands.scsi_logs import LogPage
from erase.commands.wire import AtaCommand, AtaProtocol, NvmeCommand, ScsiCommand
from erase.errors import TransportError
from erase.probe import attachment, cleaning, mounts, zfs
from erase.transports import recording
from fuzzing import shapes
from fuzzing.asked import told_by_a_changed_drive
from fuzzing.machine import drives_of_a_changed_machine
from fuzzing.parser import Parser, Texts
from hardware_profiles import Subject, look_up
from hardware_profiles.reading import read

_BRIDGES: Final = (Wrapper.JMICRON, Wrapper.CYPRESS, Wrapper.PROLIFIC, Wrapper.SUNPLUS)  # those that bring registers back


def _of(module: Any, function: Callable[..., Any]) -> str:
    return f"{module.__name__.removeprefix('erase.').removeprefix('commands.')}.{function.__name__}"


_LOCKS = frozenset({*(one.name for one in fields(tcg_discovery.Locking)), "shadowed", "obstructs"})


def _plain(family: str, module: Any, *functions: Callable[[bytes], Any], texts: Texts = Texts.ASCII) -> list[Parser]:
    return [Parser(_of(module, function), family, function, texts=texts) for function in functions]


def _with(family: str, module: Any, function: Callable[..., Any], made: Callable[[bytes], Any], **traits: Any) -> Parser:
    """A parser whose arguments are made of the input first."""
    return Parser(_of(module, function), family, made, **traits)


def _one_of(choices: tuple[Any, ...], data: bytes) -> tuple[Any, bytes]:
    """The first byte chooses."""
    return choices[data[0] % len(choices) if data else 0], data[1:]


def _of_answer(function: Callable[[Any], Any], made: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    return lambda data: function(made(data))


def _of_every_page(function: Callable[[bytes, LogPage], Any]) -> Callable[[bytes], Any]:
    return lambda data: [function(data, page) for page in LogPage]


def _last_address(data: bytes) -> object:
    extended, rest = _one_of((True, False), data)
    command = AtaCommand("READ NATIVE MAX ADDRESS", 0x27, AtaProtocol.NON_DATA, extended=extended)
    return ata_areas.last_address(command, shapes.ata_answer(rest))


def _registers(data: bytes) -> object:
    wrapper, rest = _one_of(_BRIDGES, data)
    return bridges_ata.ata_registers(wrapper, rest)


def _names_in(data: bytes) -> object:
    inquiry = tuple(
        ScsiCommand("INQUIRY", bytes([0x12, evpd, code, 0, 252, 0])) for evpd, code in ((0, 0), (1, 0x80), (1, 0x83), (1, 0x89))
    )
    identify = tuple(NvmeCommand("Identify", 6, cdw10=cns) for cns in (0, 1, 3))
    command, rest = _one_of((*inquiry, *identify, AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN)), data)
    return serials.names_in(command, rest)


def _numbers(data: bytes, count: int, length: int = 4) -> list[int]:
    whole = data.ljust(count * length, b"\0")
    return [int.from_bytes(whole[place * length : (place + 1) * length], "little") for place in range(count)]


def _with_last_lba(data: bytes) -> object:
    block = shapes.signed_sector(data.ljust(512, b"\0")[:512])
    return ata_areas.with_last_lba(block, int.from_bytes(data[-6:], "little"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _profiles_of(data: bytes) -> object:
    vendor, model, firmware, *_ = [*cleaning.clean(data, 4096).split("/"), "", "", ""]
    numbers = _numbers(data, 6, 2)
    subject = Subject(vendor=vendor, model=model, firmware=firmware, usb_vendor=numbers[0], usb_product=numbers[1], usb_release=numbers[2])
    return [profile.name for profile in look_up(subject).entries]


_ATA = [
    Parser(
        "ata_identify.parse_identify",
        "ata-identify",
        ata_identify.parse_identify,
        repair=shapes.signed_sector,
        spoilers=(shapes.wrong_checksum, shapes.letters_turned),
    ),
    *_plain("ata-logs", ata_logs, ata_logs.parse_log_directory, ata_logs.parse_supported_pages, ata_logs.parse_capacity),
    *_plain("ata-logs", ata_logs, ata_logs.parse_capabilities, ata_logs.parse_current_settings, ata_logs.parse_security),
    *_plain("ata-logs", ata_statistics, ata_statistics.parse_statistics),
    *_plain("ata-logs", ata_zones, ata_zones.parse_zone_report),
    *(
        Parser(_of(ata_smart, function), "ata-logs", function, repair=shapes.summed_sector, spoilers=(shapes.wrong_sum,))
        for function in (ata_smart.parse_smart_data, ata_smart.parse_smart_thresholds)
    ),
    Parser(
        "ata_areas.parse_device_configuration",
        "ata-logs",
        ata_areas.parse_device_configuration,
        repair=shapes.signed_sector,
        spoilers=(shapes.wrong_checksum,),
    ),
    _with("ata-logs", ata_areas, ata_areas.with_last_lba, _with_last_lba, is_page=False),
    _with("sat", ata_areas, ata_areas.last_address, _last_address, is_page=False),
    *(
        _with("sat", module, function, _of_answer(function, shapes.ata_answer), is_page=False)
        for module, function in (
            (ata, ata.power_mode),
            (ata_outcome, ata_outcome.outcome_of),
            (ata_sanitize, ata_sanitize.sanitize_answer),
            (ata_smart, ata_smart.smart_health),
        )
    ),
]
_SAT = [
    *_plain("sat", sense, sense.parse_sense),
    *_plain("sat", sat_answer, sat_answer.registers_from_descriptor),
    *(
        _with("sat", sat_answer, function, _of_answer(function, shapes.scsi_answer), is_page=False)
        for function in (sat_answer.ata_answer, sat_answer.why_lost)
    ),
    *_plain("sat", sat_pages, sat_pages.descriptor_sense, sat_pages.parse_results_log, sat_pages.log_index),
    _with(
        "sat",
        sat_pages,
        sat_pages.mode_select_descriptor_sense,
        lambda data: [sat_pages.mode_select_descriptor_sense(data, enabled=enabled) for enabled in (True, False)],
    ),
    Parser(
        "sat_pages.parse_ata_information",
        "sat",
        sat_pages.parse_ata_information,
        repair=shapes.signed_page,
        spoilers=(shapes.wrong_page_checksum,),
    ),
]
_NVME = [
    *_plain("nvme", nvme_controller, nvme_controller.identify_controller),
    *_plain("nvme", nvme_namespaces, nvme_namespaces.identify_namespace, nvme_namespaces.namespace_list, nvme_namespaces.controller_list),
    *_plain("nvme", nvme_namespaces, nvme_namespaces.namespace_names, nvme_namespaces.is_ready),
    _with("nvme", nvme_namespaces, nvme_namespaces.zone_size, lambda data: nvme_namespaces.zone_size(data[1:], data[0] if data else 0)),
    *_plain("nvme", nvme_logs, nvme_logs.smart_log, nvme_logs.error_entries, nvme_logs.firmware_slots, nvme_logs.effects),
    *_plain("nvme", nvme_logs, nvme_logs.self_test_log, nvme_logs.boot_partition_size),
    *_plain("nvme", nvme_sanitize, nvme_sanitize.sanitize_status),
    _with("nvme", nvme_status, nvme_status.status_of, lambda data: nvme_status.status_of(shapes.nvme_answer(data).status), is_page=False),
    *(
        _with("nvme", nvme_logs, function, _of_answer(function, lambda data: shapes.nvme_answer(data).result), is_page=False)
        for function in (nvme_logs.sanitize_warns_only, nvme_logs.write_cache_enabled, nvme_logs.write_protection)
    ),
]
_SCSI = [
    *_plain("scsi", scsi_inquiry, scsi_inquiry.parse_inquiry, scsi_inquiry.supported_pages, scsi_inquiry.unit_serial),
    *_plain("scsi", scsi_inquiry, scsi_inquiry.designators),
    _with(
        "scsi",
        scsi_inquiry,
        scsi_inquiry.extended_inquiry,
        lambda data: [scsi_inquiry.extended_inquiry(data, protection=protection) for protection in (True, False)],
    ),
    *_plain("scsi", scsi_block_pages, scsi_block_pages.block_limits, scsi_block_pages.characteristics),
    *_plain("scsi", scsi_block_pages, scsi_block_pages.logical_provisioning, scsi_block_pages.zoned_characteristics),
    *_plain("scsi", scsi_capacity, scsi_capacity.parse_capacity_10, scsi_capacity.parse_capacity_16, scsi_capacity.parse_luns),
    *_plain("scsi", scsi_modes, scsi_modes.mode_data_6, scsi_modes.mode_data_10),
    *_plain("scsi", scsi_basic, scsi_basic.supported_commands, scsi_basic.reservation_keys),
    _with("scsi", scsi_basic, scsi_basic.supported_command, lambda data: scsi_basic.supported_command(data[1:], data[0] if data else 0)),
    *_plain("scsi", scsi_logs, scsi_logs.supported_log_pages, scsi_logs.temperature, scsi_logs.informational_exception),
    *_plain("scsi", scsi_logs, scsi_logs.endurance_used, scsi_logs.background_scan, scsi_logs.defect_count),
    *(_with("scsi", scsi_logs, function, _of_every_page(function)) for function in (scsi_logs.log_parameters, scsi_logs.error_counters)),
    *_plain("scsi", scsi_media, scsi_media.parse_zones, scsi_media.parse_elements),
    _with("scsi", scsi_erase, scsi_erase.ongoing, lambda data: scsi_erase.ongoing(*_numbers(data, 3, 1)), is_page=False),
]
_OTHERS = [
    *(
        Parser(_of(mmc_registers, function), "mmc", function, repair=shapes.signed_register, spoilers=(shapes.wrong_crc,))
        for function in (mmc_registers.mmc_cid, mmc_registers.sd_cid, mmc_registers.mmc_csd, mmc_registers.sd_csd)
    ),
    *_plain("mmc", mmc_registers, mmc_registers.sd_status),
    *_plain("mmc", mmc_ext_csd, mmc_ext_csd.ext_csd),
    *_plain("mmc", mmc_commands, mmc_commands.write_protect_types),
    _with("mmc", mmc_commands, mmc_commands.card_status, lambda data: mmc_commands.card_status(*_numbers(data, 1)), is_page=False),
    # what speaks of locks speaks against the drive: of a cut answer it is kept, where a contradiction behind the cut would take it away
    _with("tcg", tcg_discovery, tcg_discovery.discovery, tcg_discovery.discovery, no_capability=_LOCKS),
    *_plain("tcg", tcg_discovery, tcg_discovery.security_protocols),
    _with("sat", bridges_ata, bridges_ata.ata_registers, _registers),
    *_plain("sat", bridges_ata, bridges_ata.jmicron_port),
    *_plain("sat", bridges_nvme, bridges_nvme.nvme_completion),
]
_FILES = [
    *_plain("probe", cleaning, cleaning.clean, cleaning.known, texts=Texts.SHOWN),
    *_plain("probe", cleaning, cleaning.plain_name),
    *_plain("probe", mounts, mounts.unescape, texts=Texts.SHOWN),
    *_plain("probe", zfs, zfs.pool_name, texts=Texts.SHOWN),
    _with("probe", attachment, attachment.hexadecimal, lambda data: attachment.hexadecimal(cleaning.clean(data) or None)),
    Parser("probe.system.drives", "machine", drives_of_a_changed_machine, texts=Texts.SHOWN, is_page=False),
    Parser("probe.asking", "asking", told_by_a_changed_drive, texts=Texts.SHOWN, is_page=False),
    # what is told apart there is searched for in the raw data, never shown
    _with("recordings", serials, serials.names_in, _names_in, texts=Texts.ANY),
    Parser(
        "transports.recording.from_lines",
        "recordings",
        lambda data: recording.from_lines(_text(data)),
        refuses=(TransportError,),
        texts=Texts.ANY,
        is_page=False,
    ),
    Parser("hardware_profiles.reading.read", "profiles", lambda data: read(_text(data), "fuzz.toml"), texts=Texts.ANY, is_page=False),
    Parser("hardware_profiles.look_up", "profiles", _profiles_of, is_page=False),
]

PARSERS: Final = {parser.name: parser for parser in chain(_ATA, _SAT, _NVME, _SCSI, _OTHERS, _FILES)}
FAMILIES: Final = tuple(dict.fromkeys(parser.family for parser in PARSERS.values()))

# functions of erase/commands that take bytes and are no parsers, and why
NO_PARSERS: Final = {
    "what we send": (
        "ata_areas.device_configuration_set",
        "ata_areas.set_max_unlock",
        "ata_security.security_disable_password",
        "ata_security.security_erase_unit",
        "ata_security.security_set_password",
        "ata_security.security_unlock",
        "scsi_erase.sanitize_overwrite",
        "scsi_basic.security_protocol_out",
        "scsi_erase.format_unit",
        "scsi_erase.write_same_16",
        "scsi_modes.mode_select_10",
        "scsi_modes.mode_select_6",
        "nvme_admin.security_send",
    ),
    "parsers go through it": (
        "ata_logs.header_fits",
        "ata_words.checksum_right",
        "ata_words.checksum_signed",
        "ata_words.letters",
        "ata_words.printable",
        "ata_words.shown",
        "ata_words.shown_serial",
        "ata_words.sums_to_zero",
        "ata_words.words_of",
        "fields.is_all_ones",
        "fields.is_blank",
        "fields.is_plain",
        "fields.plain_text",
        "mmc_registers.crc7",
        "scsi_fields.page_body",
        "scsi_fields.vpd_fields",
    ),
}
