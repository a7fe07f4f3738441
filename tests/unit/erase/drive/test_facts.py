"""Facts about drives: names, holders, and the form in which they are kept."""

import json
from dataclasses import replace

import pytest

from erase.drive.facts import (
    Area,
    AreaKind,
    Bus,
    Drive,
    Fact,
    Holder,
    HolderKind,
    Identity,
    MediaType,
    Source,
    Unusable,
    drive_from_json,
)
from erase.drive.report import (
    Doubt,
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    Locking,
    MmcErase,
    Namespace,
    NvmeErase,
    NvmeParts,
    Presence,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    Unseen,
    Way,
    WhyUnseen,
    Zoning,
)

REPORT = SelfReport(
    way=Way.ATA,
    size=40960,
    rotation=7200,
    hidden=HiddenAreas(hpa=HiddenArea(Presence.PRESENT, 4096), dco=HiddenArea(Presence.NONE), capacity=HiddenArea(Presence.NOT_APPLICABLE)),
    security=Security(supported=True, enabled=False, locked=None, master_identifier=0xFFFE, erase_minutes=510),
    sanitize=Sanitize(block_erase=True, overwrite=False, crypto=None, state=SanitizeState.IN_PROGRESS, progress_permille=10),
    nvme_erase=NvmeErase(True, False, True, False, True),
    mmc_erase=MmcErase(True, False, True),
    locking=Locking(("opal-2", "pyrite-2"), enabled=True, locked=False, shadow_mbr=None),
    encrypts=False,
    health=Health(HealthVerdict.FAILING, 1, 2, 3, 4, 105, 41, 9000),
    format=Format(512, 4096, 8, 1, Zoning.HOST_AWARE, write_cache=True),
    parts=NvmeParts((Namespace(1, 4096, attached=True), Namespace(2, None, attached=None)), True, 8192, 0, False, 2, 2),
    doubts=(Doubt("wrong-checksum", "smart"),),
    unseen=(Unseen("dco", WhyUnseen.REFUSED),),
)


def fact(value):
    return Fact(value, Source.IDENTIFY)


DRIVE = Drive(
    nodes=("/dev/sda", "/dev/sdb"),
    identity=Identity(model=fact("M"), serial=fact("S"), wwn=fact("5000c500aabbccdd")),
    bus=Bus.SAS,
    media=MediaType.MAGNETIC,
    size=4096 * 10,
    logical_sector=4096,
    physical_sector=4096,
    read_only=False,
    removable=False,
    virtual=None,
    holders=(Holder(HolderKind.PARTITION, "/dev/sda1", (Holder(HolderKind.MOUNT, "/srv"),)),),
    areas=(Area(AreaKind.NAMESPACE, "/dev/nvme0n2", 512, (Holder(HolderKind.SWAP, "/dev/nvme0n2"),)),),
    unusable=Unusable.NO_CAPACITY,
    report=REPORT,
    profiles=("usb-bridge", "usb-bridge-152d-0578"),
)


def test_what_is_written_is_read_again():
    assert drive_from_json(json.loads(json.dumps(DRIVE.to_json()))) == DRIVE


def test_drives_written_before_areas_were_known_are_read():
    old = DRIVE.to_json()
    del old["areas"], old["unusable"], old["report"], old["profiles"]
    assert drive_from_json(old) == replace(DRIVE, areas=(), unusable=None, report=None, profiles=())


@pytest.mark.parametrize(
    "change",
    [
        {"bus": "ide"},
        {"media": "tape"},
        {"unusable": "broken"},
        {"areas": [{"kind": "moon", "name": "x", "size": 0, "held_by": []}]},
        {"areas": [{"kind": "rpmb"}]},
        {"extra": 1},
        {"nodes": None},
        {"report": {"way": "telepathy"}},
        {"report": {"way": "ata", "health": {"celsius": "warm"}}},
    ],
)
def test_other_forms_are_not_read(change):
    with pytest.raises((KeyError, TypeError, ValueError)):
        drive_from_json(DRIVE.to_json() | change)


def test_partitions_alone_are_no_use():
    assert [holder.name for holder in DRIVE.in_use] == ["/srv"]
    assert replace(DRIVE, holders=(Holder(HolderKind.PARTITION, "/dev/sda1"),)).in_use == ()


def test_sectors_are_whole_logical_sectors():
    assert DRIVE.sectors == 10
    assert replace(DRIVE, size=4096 * 10 + 512).sectors == 10
    assert replace(DRIVE, size=0, logical_sector=0).sectors == 0


def test_a_drive_goes_by_its_serial_else_by_another_name():
    assert DRIVE.identity.name == fact("S")
    assert Identity(wwn=fact("W"), eui64=fact("E"), nguid=fact("N")).name == fact("W")
    assert Identity(eui64=fact("E"), nguid=fact("N")).name == fact("E")
    assert Identity(nguid=fact("N")).name == fact("N")
    assert Identity(model=fact("M")).name is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Identity(serial=fact("S")), Identity(serial=fact("S"), model=fact("M")), True),
        (Identity(serial=fact("S"), model=fact("M")), Identity(serial=fact("S"), model=fact("N")), False),
        (Identity(serial=fact("S"), wwn=fact("W")), Identity(serial=fact("S"), wwn=fact("X")), False),
        (Identity(serial=fact("S")), Identity(serial=fact("T")), False),
        (Identity(), Identity(), False),
        (Identity(model=fact("M")), Identity(model=fact("M")), False),
    ],
)
def test_two_names_are_one_drive_only_if_nothing_contradicts(one, other, same):
    assert one.same_drive(other) is same
    assert other.same_drive(one) is same
