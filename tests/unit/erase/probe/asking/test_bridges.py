"""What lies behind a USB bridge: the disk's own word where it gets through, and nothing of the bridge's in its place."""

import pytest

from emulated_lines import NODE, EmulatedLines, ask, ask_unit, target_of
from emulators.ata import Flaw, make_disk
from emulators.ata.host import send_ext
from emulators.clock import HandClock
from emulators.fronts.drives import make_drive
from emulators.scsi.bridge import Bridge, BridgeTraits
from emulators.scsi.satl import Regime, SatlUnit
from erase.commands.bridges import Delicate, Manners, Registers, Wrapper
from erase.drive.facts import Identity
from erase.drive.report import SanitizeState, Way
from erase.probe.asking.manners import both
from erase.probe.asking.targets import Speech
from erase.transports.loopback import LinkFault, Trouble

SECTORS = 781422768


def bridged(disk, **traits):
    return Bridge(SatlUnit(disk, Regime.VENDOR_DESCRIPTOR), BridgeTraits(**traits))


def asked(disk, *faults, **traits):
    return ask_unit(bridged(disk, **traits), Speech.BRIDGE, *faults)


def test_the_disk_speaks_for_itself():
    found = asked(make_disk("magnetic", serial="SERIAL-1"), serial="BRIDGE0001")
    identity = found.asked.told.identity
    assert (identity.model.value, identity.serial.value) == ("ST3400633AS", "SERIAL-1")
    assert (identity.vendor, found.report.way) == (None, Way.ATA_BRIDGE)
    assert [presence for presence, _ in found.hidden.values()] == ["none", "none", "none", "not-applicable"]


def test_a_bridge_that_passes_nothing_through_tells_its_own_capacity_and_no_names():
    found = asked(make_disk("magnetic"), passes_through=False)
    assert found.asked.told.identity == Identity()
    assert (found.report.way, found.report.size) == (Way.SCSI, SECTORS * 512)
    assert found.unseen["identify"] == "no-way"
    assert [presence for presence, _ in found.hidden.values()] == ["unknown"] * 4
    assert (found.report.security, found.report.sanitize, found.report.locking) == (None, None, None)


def test_a_bridge_that_says_good_and_forwards_nothing_is_believed_in_nothing():
    found = asked(make_disk("magnetic"), good_without_forwarding=True)
    assert found.asked.told.identity == Identity()
    assert ("blank", "identify") in found.doubts
    assert found.unseen["identify"] == "unbelievable"
    assert [presence for presence, _ in found.hidden.values()] == ["unknown"] * 4


def test_a_bridge_that_drops_registers_leaves_unknown_what_only_they_tell():
    disk = make_disk("magnetic")
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1, lba=SECTORS - 1001)
    found = asked(disk, drops_registers=True)
    assert found.asked.told.is_identified
    assert found.hidden["hpa"] == ("unknown", None)
    assert found.hidden["dco"] == ("present", None)
    assert (found.unseen["hpa"], found.unseen["sanitize"]) == ("registers-lost", "registers-lost")
    assert found.report.sanitize.state is SanitizeState.UNKNOWN


def test_a_bridge_that_cuts_the_capacity_does_not_cut_the_disks_word():
    assert asked(make_disk("magnetic"), address_bits=24).report.size == SECTORS * 512


def test_identify_data_without_a_checksum_may_be_the_bridges_invention():
    disk = make_disk("magnetic")

    def spoil(command, answer):
        if command.cdb[0] == 0x85 and command.cdb[14] == 0xEC:
            return type(answer)(answer.status, answer.data[:510] + bytes(2), answer.sense)
        return answer

    found = ask(EmulatedLines(units={NODE: bridged(disk)}, spoil=spoil), target_of(Speech.BRIDGE))
    assert found.asked.told.identity == Identity()
    assert found.unseen["identify"] == "unbelievable"
    assert ("no-checksum", "identify") in found.doubts
    directly = ask(EmulatedLines(units={NODE: SatlUnit(disk)}, spoil=spoil), target_of(Speech.ATA))
    assert directly.asked.told.is_identified
    assert directly.report.sanitize.overwrite is None  # a capability of ACS-2 that nobody signed for


def test_a_disk_that_hangs_behind_its_bridge_is_left_alone_in_every_language():
    found = asked(make_disk("magnetic", flaws=[Flaw.HUNG]))
    assert len(found.sent) == 1
    assert found.unseen == {"identify": "silent"}


@pytest.mark.parametrize("first", range(14))
def test_a_time_out_is_the_last_that_is_heard(first):
    found = asked(make_disk("magnetic"), LinkFault(Trouble.TIME_OUT, first=first, last=first))
    assert len(found.sent) == min(first, 13)


def test_what_is_forbidden_of_the_bridge_stays_forbidden_of_the_disk_behind_it():
    bridge = Manners(Wrapper.SAT_12, Registers.MISSING, 65536, frozenset({Delicate.ATA_SMART}), never_a1=True)
    drive = Manners(Wrapper.SAT_16, Registers.OK, 512, frozenset({Delicate.ATA_READ_LOG}))
    together = both(bridge, drive)
    assert (together.wrapper, together.registers, together.max_transfer) == (Wrapper.SAT_12, Registers.MISSING, 512)
    assert together.forbidden == {Delicate.ATA_SMART, Delicate.ATA_READ_LOG}
    assert together.never_a1
    assert both(Manners(), Manners(registers=Registers.EMPTY)).registers is Registers.EMPTY


@pytest.mark.parametrize("kind", [f"bridge:{name}" for name in ("flash", "magnetic", "pata", "self-encrypting-flash")])
def test_nothing_changes_inside_by_being_asked(kind):
    drive = make_drive(kind, "x", HandClock())
    before = drive.inside.inspect()
    found = ask_unit(drive.units[0], Speech.BRIDGE)
    assert drive.inside.inspect() == before
    assert {command.cdb[0] for command in found.sent} == {0x85}
