"""Asks a drive everything about itself that can be asked without changing anything, for recordings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from erase.commands import (
    ata,
    ata_areas,
    ata_sanitize,
    ata_smart,
    mmc_commands,
    nvme_admin,
    sat_pages,
    scsi_basic,
    scsi_capacity,
    scsi_inquiry,
    scsi_logs,
    scsi_modes,
    tcg_discovery,
)
from erase.commands.harmless import is_harmless
from erase.commands.nvme_admin import Cns, Feature
from erase.commands.scsi_logs import LogPage
from erase.commands.wire import AtaCommand, MmcCommand, NvmeCommand, ScsiCommand
from erase.errors import NotSupported, Refused, TransportError

_GENERAL_LOGS = (
    *((0x30, page) for page in range(10)),  # IDENTIFY DEVICE data
    *((0x04, page) for page in range(9)),  # Device Statistics
    (0x00, 0),  # Log Directory
    (0x10, 0),  # NCQ Command Error
    (0x11, 0),  # SATA Phy Event Counters
    (0xE0, 0),  # SCT Command/Status
)
_VITAL_PAGES = (0x00, 0x80, 0x83, 0x86, 0xB0, 0xB1, 0xB2, 0xB6)
_ALL_PAGES = 0x3F  # of mode pages (SPC-5 section 6.13)
_NO_ANSWER = frozenset({"no-device", "time-out"})

_Command = TypeVar("_Command")
_Answer = TypeVar("_Answer")
_Command_contra = TypeVar("_Command_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)


class _Carrier(Protocol[_Command_contra, _Answer_co]):
    def send(self, command: _Command_contra, timeout: float) -> _Answer_co: ...


class HarmlessOnly(Generic[_Command, _Answer]):
    """Lets through what is on the list of commands that only read. Raises Refused for everything else, before anything is sent."""

    def __init__(self, inner: _Carrier[_Command, _Answer], device: str) -> None:
        self._inner = inner
        self._device = device

    def send(self, command: _Command, timeout: float) -> _Answer:
        """Sends one command and waits for its end."""
        parts: tuple[Any, ...] = command if isinstance(command, tuple) else (command,)
        for part in parts:
            if not is_harmless(part):
                raise Refused("transports", "not-harmless", device=self._device, command=part.name)
        return self._inner.send(command, timeout)


def ata_questions() -> Iterator[AtaCommand]:
    """What an ATA disk is asked. Most drives abort some of it, which is an answer."""
    yield ata.identify_device()
    for address, page in _GENERAL_LOGS:
        yield ata.read_log(address, page)
    yield ata_smart.smart_read_data()
    yield ata_smart.smart_read_thresholds()
    yield ata_smart.smart_return_status()
    yield ata_areas.device_configuration_identify()
    yield ata_areas.get_native_max_address()
    yield ata_sanitize.sanitize_status()


def scsi_questions() -> Iterator[ScsiCommand]:
    """What a SCSI disk is asked, or what answers for the drive behind it."""
    yield scsi_inquiry.inquiry()
    for code in _VITAL_PAGES:
        yield scsi_inquiry.inquiry_page(code)
    yield sat_pages.inquiry_ata_information()
    yield scsi_capacity.read_capacity_10()
    yield scsi_capacity.read_capacity_16()
    yield scsi_capacity.report_luns()
    yield scsi_modes.mode_sense_6(_ALL_PAGES)
    yield scsi_modes.mode_sense_10(_ALL_PAGES)
    for page in LogPage:
        yield scsi_logs.log_sense(page)
    yield scsi_logs.read_defect_data()
    yield scsi_basic.report_supported_commands()
    for protocol, specific in (tcg_discovery.SECURITY_PROTOCOLS, tcg_discovery.LEVEL_0):
        yield scsi_basic.security_protocol_in(protocol, specific, tcg_discovery.SIZE)


def nvme_questions() -> Iterator[NvmeCommand]:
    """What an NVMe controller is asked, and its first namespace."""
    yield nvme_admin.identify(Cns.CONTROLLER)
    yield nvme_admin.identify(Cns.ACTIVE_NAMESPACES)
    yield nvme_admin.identify(Cns.ALLOCATED_NAMESPACES)
    for cns in (Cns.NAMESPACE, Cns.NAMESPACE_DESCRIPTORS, Cns.INDEPENDENT_NAMESPACE, Cns.ATTACHED_CONTROLLERS):
        yield nvme_admin.identify(cns, nsid=1)
    yield nvme_admin.error_log(1)
    yield nvme_admin.smart_log()
    yield nvme_admin.firmware_log()
    yield nvme_admin.effects_log()
    yield nvme_admin.self_test_log()
    yield nvme_admin.boot_partition_log()
    yield nvme_admin.sanitize_status_log()
    for feature in Feature:
        yield nvme_admin.get_features(feature, nsid=1 if feature is Feature.NAMESPACE_WRITE_PROTECTION else 0)
    for protocol, specific in (tcg_discovery.SECURITY_PROTOCOLS, tcg_discovery.LEVEL_0):
        yield nvme_admin.security_receive(protocol, specific, tcg_discovery.SIZE)


def mmc_questions() -> Iterator[tuple[MmcCommand, ...]]:
    """What an eMMC is asked: its registers beside EXT_CSD stand in sysfs."""
    yield (mmc_commands.send_ext_csd(),)


def ask(transport: _Carrier[_Command, _Answer], questions: Iterable[_Command], timeout: float) -> int:
    """Asks one question after the other; how many were answered.

    A command that the wire or the adapter refuses is left out. Where the drive doesn't answer at all, nothing more is asked:
    raises TransportError no-device or time-out.
    """
    answered = 0
    for question in questions:
        try:
            transport.send(question, timeout)
        except NotSupported:
            continue
        except TransportError as error:
            if error.code in _NO_ANSWER:
                raise
            continue
        answered += 1
    return answered
