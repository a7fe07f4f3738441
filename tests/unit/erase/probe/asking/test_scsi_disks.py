"""SAS disks, and what only looks like one: arrays, adapters, half of a pair of ports."""

import pytest

from emulated_lines import NODE, EmulatedLines, ask, ask_unit, target_of
from emulators.ata import make_disk
from emulators.clock import HandClock
from emulators.fronts.drives import Traits, make_drive
from emulators.scsi.satl import SatlUnit
from emulators.scsi.tcg import Locking as EmulatedLocking
from emulators.scsi.tcg import level_0
from erase.commands.harmless import is_harmless
from erase.commands.wire import ScsiAnswer
from erase.drive.facts import Bus, Identity
from erase.drive.report import HealthVerdict, Locking, SanitizeState, Way, Zoning
from erase.probe.asking.targets import Speech
from erase.transports.loopback import LinkFault, Trouble


def disk_of(kind="sas", **traits):
    return make_drive(kind, "x", HandClock(), traits=Traits(**traits))


def spoilt(spoil, kind="sas"):
    return ask(EmulatedLines(units={NODE: disk_of(kind).units[0]}, spoil=spoil), target_of(Speech.SCSI))


def test_a_sas_disk_is_shown_as_it_is():
    found = ask_unit(disk_of(number=2).units[0], Speech.SCSI)
    identity, report = found.asked.told.identity, found.report
    assert (identity.model.value, identity.serial.value, identity.wwn.value) == ("HUS726040ALS210", "K4EMU002", "5000cca25d000020")
    assert (report.way, report.size, report.rotation) == (Way.SCSI, 64 << 20, 7200)
    assert (report.sanitize.overwrite, report.sanitize.crypto, report.sanitize.block_erase) == (True, True, False)
    assert report.sanitize.state is SanitizeState.IDLE
    assert (report.health.verdict, report.health.grown_defects, report.health.celsius) == (HealthVerdict.PASSED, 0, 31)
    assert (report.format.logical, report.format.physical, report.format.protection, report.format.write_cache) == (512, 4096, 0, True)
    assert (report.security, report.locking) == (None, None)
    assert found.doubts == set()


@pytest.mark.parametrize(
    ("kind", "logical", "protection", "zoning"),
    [
        ("sas-520", 520, 0, Zoning.NONE),
        ("sas-528", 528, 0, Zoning.NONE),
        ("sas-4096", 4096, 0, Zoning.NONE),
        ("sas-pi", 512, 1, Zoning.NONE),
        ("sas-zoned", 512, 0, Zoning.HOST_MANAGED),
    ],
)
def test_odd_sectors_protection_and_zones_are_told(kind, logical, protection, zoning):
    form = ask_unit(disk_of(kind).units[0], Speech.SCSI).report.format
    assert (form.logical, form.protection, form.zoning) == (logical, protection, zoning)
    assert form.metadata == (8 if protection else 0)


def test_a_zoned_disk_that_counts_its_first_zones_only_has_no_size():
    whole = ask_unit(disk_of("sas-zoned").units[0], Speech.SCSI).report
    assert whole.size == 64 << 20

    def first_zones_only(command, answer):  # RC BASIS 00b: the blocks before the first sequential write required zone (ZBC-2)
        if command.name != "READ CAPACITY(16)" or not answer.data:
            return answer
        counted = answer.data[:12] + bytes([answer.data[12] & ~0x30]) + answer.data[13:]
        return ScsiAnswer(answer.status, counted, answer.sense)

    assert spoilt(first_zones_only, "sas-zoned").report.size is None
    assert spoilt(first_zones_only, "sas").report.size == 64 << 20


def test_both_ports_name_one_disk():
    first, second = (ask_unit(unit, Speech.SCSI) for unit in disk_of("sas-two-ports").units)
    assert first.asked.told.identity == second.asked.told.identity


def test_what_hides_in_an_ata_disk_can_not_be_in_a_sas_disk_but_a_capacity_limit_can():
    found = ask_unit(disk_of().units[0], Speech.SCSI)
    absent = ("not-applicable", None)
    assert found.hidden == {"hpa": absent, "dco": absent, "ama": absent, "capacity": ("unknown", None)}
    assert found.unseen == {"capacity-limit": "no-way"}


def test_a_lowered_capacity_is_never_taken_for_none():
    drive = disk_of()
    drive.inside.disk.set_limit(1000, saved=True)
    found = ask_unit(drive.units[0], Speech.SCSI)
    assert found.report.size == 512000
    assert found.hidden["capacity"] == ("unknown", None)


@pytest.mark.parametrize(
    ("blocks", "length", "seen"),
    [
        (131172, 512, ("present", 100)),
        (131072, 512, ("unknown", None)),  # MODE SENSE tells the number of the last MODE SELECT
        (131000, 512, ("unknown", None)),
        (131172, 520, ("unknown", None)),
        (0, 512, ("unknown", None)),
        ((1 << 64) - 1, 512, ("unknown", None)),
    ],
)
def test_only_a_larger_default_shows_a_limit_and_nothing_shows_that_there_is_none(blocks, length, seen):
    def spoil(command, answer):
        if command.cdb[0] == 0x5A and command.cdb[2] >> 6 == 2:
            return ScsiAnswer(0, bytes([0, 22, 0, 0, 1, 0, 0, 16]) + blocks.to_bytes(8, "big") + bytes(4) + length.to_bytes(4, "big"), b"")
        return answer

    assert spoilt(spoil).hidden["capacity"] == seen


@pytest.mark.parametrize("more", [{"bus": Bus.SCSI}, {"bus": Bus.SCSI, "volumes": True}, {"bus": Bus.VIRTUAL}])
def test_before_what_may_be_an_array_nothing_is_ruled_out(more):
    found = ask_unit(disk_of().units[0], Speech.SCSI, **more)
    assert [presence for presence, _ in found.hidden.values()] == ["unknown"] * 4
    assert found.unseen["hpa"] == "no-way"


def test_an_ata_disk_behind_an_adapter_that_claims_to_be_sas_hides_what_nobody_asked_for():
    found = ask_unit(SatlUnit(make_disk("magnetic")), Speech.SCSI)
    assert [found.hidden[name][0] for name in ("hpa", "dco", "ama")] == ["unknown"] * 3


def test_locks_are_told():
    drive = disk_of("sas-ssd")
    drive.inside.disk.tcg = level_0(EmulatedLocking(enabled=True, locked=True, mbr_enabled=True))
    assert ask_unit(drive.units[0], Speech.SCSI).report.locking == Locking(("opal-2",), enabled=True, locked=True, shadow_mbr=True)


def test_a_running_sanitize_is_told_with_its_progress():
    clock = HandClock()
    unit = make_drive("sas", "x", clock, traits=Traits(seconds=100.0)).units[0]
    assert unit.execute(bytes([0x48, 0x83]) + bytes(8), b"", 0).status == 0
    clock.sleep(50)
    found = ask_unit(unit, Speech.SCSI)
    assert found.report.sanitize.state is SanitizeState.IN_PROGRESS
    assert 450 <= found.report.sanitize.progress_permille <= 550


@pytest.mark.parametrize("qualifier", [0x20, 0x60])
def test_a_place_without_a_disk_has_no_names(qualifier):
    def spoil(command, answer):
        if command.cdb[:2] == b"\x12\0":
            return ScsiAnswer(0, bytes([qualifier]) + answer.data[1:], b"")
        return answer

    found = spoilt(spoil)
    assert found.asked.told.identity == Identity()
    assert found.unseen["identify"] == "unbelievable"


def test_a_protocol_list_in_disorder_tells_nothing_of_locks():
    def spoil(command, answer):
        if command.cdb[0] == 0xA2 and command.cdb[1] == 0:
            return ScsiAnswer(0, bytes(6) + b"\0\3\1\0\2" + bytes(501), b"")
        return answer

    found = spoilt(spoil, "sas-ssd")
    assert found.report.locking is None
    assert found.unseen["locking"] == "unbelievable"


def test_a_unit_attention_is_asked_once_more():
    drive = disk_of()
    drive.inside.disk.power_cycle()  # POWER ON, RESET OR BUS DEVICE RESET OCCURRED
    assert ask_unit(drive.units[0], Speech.SCSI).unseen == {"capacity-limit": "no-way"}


@pytest.mark.parametrize("first", range(18))
def test_a_disk_that_hangs_is_asked_nothing_more(first):
    found = ask_unit(disk_of().units[0], Speech.SCSI, LinkFault(Trouble.TIME_OUT, first=first, last=first))
    assert len(found.sent) == min(first, 17)


@pytest.mark.parametrize("kind", ["sas", "sas-ssd", "sas-520", "sas-pi", "sas-zoned"])
def test_only_reading_commands_are_sent(kind):
    drive = disk_of(kind)
    before = drive.inside.inspect()
    found = ask_unit(drive.units[0], Speech.SCSI)
    assert [command.name for command in found.sent if not is_harmless(command)] == []
    assert len(found.sent) > 10
    assert drive.inside.inspect() == before
