"""pyudev and blkinfo: heard, never waited for, never believed against sysfs."""

import sys
import threading

import pytest

from erase.drive.facts import Fact, MediaType, Source
from erase.probe.comparison import Difference, Disagreement
from erase.probe.witnesses import (
    Answer,
    AtaWord,
    Sighting,
    Witness,
    hear_all,
    real_witnesses,
    sighting_by_udev,
    sightings_by_blkinfo,
)

# what udevd stores of a disk in a USB enclosure, after its ata_id asked the disk itself (systemd 252)
UDEV = {
    "DEVTYPE": "disk",
    "ID_ATA": "1",
    "ID_BUS": "ata",
    "ID_MODEL": "WDC_WD10JPVX-22JC3T0",
    "ID_MODEL_ENC": "WDC\\x20WD10JPVX-22JC3T0\\x20\\x20\\x20\\x20",
    "ID_REVISION": "01.01A01",
    "ID_SERIAL_SHORT": "WD-WX11A1234567",
    "ID_WWN": "0x50014ee212345678",
    "ID_ATA_ROTATION_RATE_RPM": "5400",
}


def witness(*sightings, name="pyudev"):
    return Witness(name, lambda: sightings)


def test_udevs_identify_is_read():
    word = AtaWord("WDC WD10JPVX-22JC3T0", "WD-WX11A1234567", "01.01A01", "50014ee212345678", 5400)
    assert sighting_by_udev("sdu", UDEV) == Sighting("sdu", True, serial="WD-WX11A1234567", ata=word)


@pytest.mark.parametrize("change", [{"ID_BUS": "usb"}, {"ID_ATA": ""}])
def test_udevs_word_for_a_bridge_is_not_the_drives(change):
    assert sighting_by_udev("sdu", UDEV | change).ata is None


@pytest.mark.parametrize(("told", "rate"), [("0", 1), ("7200", 7200), ("", None), ("²", None), ("123456", None)])
def test_udev_writes_zero_for_what_does_not_rotate(told, rate):
    assert sighting_by_udev("sdu", UDEV | {"ID_ATA_ROTATION_RATE_RPM": told}).ata.rotation == rate


def test_a_witness_gives_a_serial_as_plain_as_ours():
    assert sighting_by_udev("sdu", {**UDEV, "ID_SERIAL_SHORT": "WD  Ｗ"}).serial == "WD \\uff37"
    assert sightings_by_blkinfo([{"kname": "sda", "serial": "WD  Ｗ"}])[0].serial == "WD \\uff37"


def test_names_with_a_slash_are_those_of_sysfs():
    assert sighting_by_udev("cciss/c0d0", {"DEVTYPE": "disk"}).name == "cciss!c0d0"


def test_blkinfos_disks_and_what_hangs_on_them_are_read():
    child = {"kname": "sda1", "size": "1048576", "mountpoint": "/srv\x1b[2J", "children": []}
    again = {"kname": "sda1", "size": "7", "children": []}
    disks = [
        {"kname": "sda", "size": "2097152", "serial": "ABC", "mountpoint": "", "children": [child]},
        {"kname": "sdb", "children": [again]},
    ]
    assert sorted(sightings_by_blkinfo(disks), key=lambda found: found.name) == [
        Sighting("sda", True, size=2097152, serial="ABC"),
        Sighting("sda1", False, size=1048576, mount_point="/srv\\x1b[2J"),
        Sighting("sdb", True),
    ]


@pytest.mark.parametrize(
    "entry", [{}, {"kname": None}, {"kname": "sda", "size": None, "children": None, "mountpoint": "[SWAP]"}, {"kname": "sda", "size": "²"}]
)
def test_odd_entries_of_blkinfo_are_read_or_left_out(entry):
    assert [(found.size, found.mount_point) for found in sightings_by_blkinfo([entry])] in ([], [(None, None)])


@pytest.mark.parametrize("failure", [ImportError("no libudev"), OSError(5, "EIO"), KeyError("x"), SystemExit(1), RuntimeError("\x1b[2J")])
def test_a_witness_that_fails_says_why(failure):
    def fail():
        raise failure

    (answer,) = hear_all([Witness("pyudev", fail)])
    assert answer.sightings == ()
    assert type(failure).__name__ in answer.error
    assert "\x1b" not in answer.error


def test_a_witness_that_fails_half_way_is_not_heard():
    def half():
        yield Sighting("sda", True)
        raise OSError("gone")

    (answer,) = hear_all([Witness("pyudev", half)])
    assert answer.sightings == ()


def test_a_silent_witness_is_left_behind():
    never = threading.Event()

    def hang():
        never.wait()
        return ()

    silent, other = hear_all([Witness("blkinfo", hang), witness(Sighting("sda", True))], patience=0.01)
    never.set()
    assert silent.error == "TimeoutError: no answer in 0.01 s"
    assert silent.sightings == ()
    assert other == Answer("pyudev", (Sighting("sda", True),))


def test_without_the_libraries_the_probe_works(machine, monkeypatch):
    for name in ("pyudev", "blkinfo"):
        monkeypatch.setitem(sys.modules, name, None)
    machine.sata()
    survey = machine.probe(witnesses=real_witnesses()).survey()
    assert [drive.nodes for drive in survey.drives] == [("/dev/sda",)]
    assert all("ModuleNotFoundError" in found.error for found in survey.answers)


def test_udev_lets_a_drive_speak_through_its_bridge(machine):
    machine.usb()
    drive = machine.probe(witnesses=[witness(sighting_by_udev("sdu", UDEV))]).drive("/dev/sdu")
    assert drive.identity.vendor is None
    assert drive.identity.model == Fact("WDC WD10JPVX-22JC3T0", Source.IDENTIFY)
    assert drive.identity.serial == Fact("WD-WX11A1234567", Source.IDENTIFY)
    assert drive.identity.wwn == Fact("50014ee212345678", Source.IDENTIFY)
    assert drive.media is MediaType.MAGNETIC


def test_a_bridges_names_do_not_stand_beside_the_drives(machine):
    machine.usb(vpd_pg83=bytes.fromhex("0083000c 01030008 5000c500aabbccdd"))
    word = AtaWord("WD", "WD-1", None, None, None)
    drive = machine.probe(witnesses=[witness(Sighting("sdu", True, ata=word))]).drive("/dev/sdu")
    assert (drive.identity.wwn, drive.identity.firmware, drive.media) == (None, None, MediaType.UNKNOWN)


def test_udev_completes_what_an_adapter_cut_short_and_changes_nothing_else(machine):
    machine.sata(model="WDC WD10JPVX-22J", rev="1A01", vpd_pg80=bytes.fromhex("00800008") + b"OWNWORD1")
    identity = machine.probe(witnesses=[witness(sighting_by_udev("sda", UDEV))]).drive("/dev/sda").identity
    assert identity.model.value == "WDC WD10JPVX-22JC3T0"
    assert identity.serial.value == "OWNWORD1"
    assert identity.firmware.value == "1A01"


def test_a_mount_that_only_a_witness_sees_holds_the_drive(machine):
    machine.partition(machine.sata(), "sda1", "8:1")
    sighting = Sighting("sda1", False, mount_point="/elsewhere")
    drive = machine.probe(witnesses=[witness(sighting, name="blkinfo")]).drive("/dev/sda")
    assert [found.name for found in drive.in_use] == ["/elsewhere"]


def test_a_mount_that_both_see_is_told_once(machine):
    machine.partition(machine.sata(), "sda1", "8:1")
    machine.mount("8:1", "/srv")
    drive = machine.probe(witnesses=[witness(Sighting("sda1", False, mount_point="/srv"))]).drive("/dev/sda")
    assert [found.name for found in drive.in_use] == ["/srv"]


def disagreements(machine, *sightings):
    return machine.probe(witnesses=[witness(*sightings, name="blkinfo")]).survey().disagreements


def test_contradictions_are_told(machine):
    machine.sata(sectors=1000, vpd_pg80=bytes.fromhex("00800008") + b"ABCD1234")
    assert disagreements(machine, Sighting("sda", True, size=1, serial="OTHER"), Sighting("sdz", True)) == (
        Disagreement("blkinfo", "/dev/sda", Difference.SIZE, "512000", "1"),
        Disagreement("blkinfo", "/dev/sda", Difference.SERIAL, "ABCD1234", "OTHER"),
        Disagreement("blkinfo", "/dev/sdz", Difference.UNKNOWN_NODE, "", "sdz"),
    )


@pytest.mark.parametrize("theirs", ["AB_CD123", "ab cd123", "5000c500aabbccdd", "35000c500aabbccdd", None])
def test_a_serial_in_another_spelling_or_a_world_wide_name_in_its_place_is_no_contradiction(machine, theirs):
    pages = {"vpd_pg80": bytes.fromhex("00800008") + b"AB CD123", "vpd_pg83": bytes.fromhex("0083000c 01030008 5000c500aabbccdd")}
    machine.sas("sda", "8:0", 0, **pages)
    assert disagreements(machine, Sighting("sda", True, serial=theirs)) == ()


def test_what_can_not_be_compared_is_no_contradiction(machine):
    path = machine.sata(sectors=1000)
    machine.partition(path, "sda1", "8:1")
    machine.usb()
    fitting = (Sighting("sda", True, size=512000, serial="X"), Sighting("sdu", True, serial="Y"), Sighting("sda1", False, serial="Z"))
    assert disagreements(machine, *fitting, Sighting("sda9", False)) == ()
