"""``erase list``: what a person reads, what a program reads."""

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from certify.foundation.commandline import Context, main
from certify.foundation.config import find_home
from certify.foundation.messages import Language, set_language
from erase.drive.facts import (
    Area,
    AreaKind,
    Bus,
    Drive,
    Fact,
    Holder,
    HolderKind,
    Identity,
    Machine,
    MediaType,
    Source,
    Unusable,
    drive_from_json,
)
from erase.probe.comparison import Difference, Disagreement
from erase.probe.system import Survey
from erase.probe.witnesses import Answer
from erase.station.cli import COMMANDS
from erase.station.commands.list_drives import show_list

MACHINE = Machine(
    Fact("LENOVO", Source.FIRMWARE), Fact("ThinkPad X1", Source.FIRMWARE), Fact("PF0ABCDE", Source.FIRMWARE), None, "boot", "6.1.0"
)
DISK = Drive(
    nodes=("/dev/sda",),
    identity=Identity(model=Fact("ST3160023AS", Source.IDENTIFY), serial=Fact("5JS0ABCD", Source.IDENTIFY)),
    bus=Bus.ATA,
    media=MediaType.MAGNETIC,
    size=160_041_885_696,
    logical_sector=512,
    physical_sector=512,
    read_only=False,
    removable=False,
    virtual=None,
)


class FakeProbe:
    def __init__(self, *drives, machine=MACHINE, disagreements=(), celsius=None):
        self._survey = Survey(drives, (Answer("pyudev"), Answer("blkinfo", error="no lsblk")), disagreements)
        self._machine = machine
        self._celsius = celsius

    def survey(self):
        return self._survey

    def machine(self):
        return self._machine

    def temperature(self, drive):
        return self._celsius


def shown(clock, probe, *, as_json=False):
    out = io.StringIO()
    environment = {"HAIKI_HOME": "/nowhere"}
    context = Context(clock, find_home(environment), environment, out, io.StringIO(), as_json)
    assert show_list(context, probe) == 0
    return out.getvalue()


@pytest.fixture
def english():
    set_language(Language.ENGLISH)


def test_the_machine_stands_on_top(clock):
    lines = shown(clock, FakeProbe(DISK)).splitlines()
    assert lines[0] == "この機器: LENOVO ThinkPad X1"
    assert lines[1] == "機器の製造番号: PF0ABCDE"


def test_a_machine_that_tells_nothing_says_so(clock, language):
    output = shown(clock, FakeProbe(machine=Machine(None, None, None, "unknown", None, "6.1")))
    expected = {"ja": ("不明", "種類不明"), "en": ("unknown", "kind unknown")}[language]
    assert all(word in output for word in expected)


def test_no_drive_is_told_in_words(clock, language):
    assert {"ja": "見つかりませんでした", "en": "No drive was found"}[language] in shown(clock, FakeProbe())


def test_a_drive_is_one_line(clock):
    lines = shown(clock, FakeProbe(DISK, celsius=38.4)).splitlines()
    assert lines[2:] == [
        "",
        "記録媒体: 1 台、試験用の仮想媒体: 0 台",
        "",
        "デバイス  型番         製造番号  接続  種別  容量      温度  状態",
        "/dev/sda  ST3160023AS  5JS0ABCD  ATA   磁気  160.0 GB  38 ℃  使用なし",
    ]


def test_who_holds_a_drive_stands_below_it_as_a_tree(clock, english):
    mount = Holder(HolderKind.MOUNT, "/srv", (Holder(HolderKind.LOOP, "/dev/loop0"), Holder(HolderKind.SWAP, "/srv/swap")))
    holders = (
        Holder(HolderKind.BOOT_MEDIUM, "/"),
        Holder(HolderKind.PARTITION, "/dev/sda1", (mount,)),
        Holder(HolderKind.OTHER, "exclusive"),
    )
    output = shown(clock, FakeProbe(replace(DISK, holders=holders))).splitlines()
    assert output[-7].endswith("in use (boot medium)")
    assert output[-6:] == [
        "  ├─ boot medium: the running system was started from this drive (/)",
        "  ├─ partition /dev/sda1",
        "  │  └─ mounted at /srv",
        "  │     ├─ loop device /dev/loop0",
        "  │     └─ swap /srv/swap",
        "  └─ held exclusively by another program, or by a mount that can't be seen from here",
    ]


@pytest.mark.parametrize("kind", list(HolderKind))
def test_every_kind_of_holder_has_its_words(clock, language, kind):
    assert "NAME" in shown(clock, FakeProbe(replace(DISK, holders=(Holder(kind, "NAME"),))))


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"identity": Identity(serial=Fact("DD56", Source.BRIDGE))}, "USB bridge"),
        ({"identity": Identity(serial=Fact("VIRT-1", Source.DERIVED)), "virtual": "loop"}, "computed by this program"),
        ({"identity": Identity(serial=Fact("L1", Source.LABEL))}, "read from the label"),
        ({"identity": Identity(serial=Fact("abc", Source.KERNEL)), "bus": Bus.VIRTIO}, "hypervisor's word"),
        ({"identity": Identity(wwn=Fact("5000c500aabbccdd", Source.IDENTIFY))}, "goes by 5000c500aabbccdd"),
        ({"identity": Identity()}, "must read the label"),
        ({"virtual": "zram"}, "TEST 試験用"),
        ({"nodes": ("/dev/sda", "/dev/sdb", "/dev/dm-0")}, "/dev/sdb, /dev/dm-0"),
        ({"read_only": True}, "read-only"),
        ({"removable": True}, "removable"),
        ({"areas": (Area(AreaKind.RPMB, "/dev/mmcblk0rpmb", 0),)}, "/dev/mmcblk0rpmb (unknown)"),
        ({"areas": (Area(AreaKind.NAMESPACE, "/dev/nvme0n2", 2 * 10**9),)}, "/dev/nvme0n2 (2.0 GB)"),
        ({"unusable": Unusable.NO_MEDIUM, "size": 0}, "no medium inside"),
    ],
)
def test_what_is_special_is_remarked(clock, english, change, note):
    assert note in shown(clock, FakeProbe(replace(DISK, **change)))


def test_a_drives_own_serial_needs_no_remark(clock, english):
    assert "serial number" not in "".join(shown(clock, FakeProbe(DISK)).splitlines(keepends=True)[6:])
    nvme = replace(DISK, bus=Bus.NVME, identity=Identity(serial=Fact("S4EL", Source.KERNEL)))
    assert "  - " not in shown(clock, FakeProbe(nvme))


@pytest.mark.parametrize("reason", list(Unusable))
def test_every_reason_why_a_drive_can_not_be_used_has_its_words(clock, language, reason):
    output = shown(clock, FakeProbe(replace(DISK, size=0, unusable=reason)))
    assert {"ja": "消去不可", "en": "can't be erased"}[language] in output


@pytest.mark.parametrize("kind", list(AreaKind))
def test_every_kind_of_area_has_its_words(clock, language, kind):
    assert "/dev/area" in shown(clock, FakeProbe(replace(DISK, areas=(Area(kind, "/dev/area", 512),))))


@pytest.mark.parametrize("bus", list(Bus))
@pytest.mark.parametrize("media", list(MediaType))
def test_every_bus_and_medium_has_its_word(clock, language, bus, media):
    shown(clock, FakeProbe(replace(DISK, bus=bus, media=media)))


@pytest.mark.parametrize("difference", list(Difference))
def test_contradictions_are_told(clock, language, difference):
    found = Disagreement("blkinfo", "/dev/sda", difference, "OURS", "THEIRS")
    assert "blkinfo" in shown(clock, FakeProbe(DISK, disagreements=(found,)))


def test_a_long_name_does_not_push_the_rest_away(clock):
    hostile = replace(DISK, identity=Identity(model=Fact("あ" * 255, Source.BRIDGE), serial=Fact("X" * 255, Source.BRIDGE)))
    line = next(line for line in shown(clock, FakeProbe(hostile)).splitlines() if line.startswith("/dev/sda"))
    assert sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line) < 160


def test_json_says_everything(clock):
    drive = replace(DISK, holders=(Holder(HolderKind.MOUNT, "/srv"),), areas=(Area(AreaKind.RPMB, "/dev/x", 0),))
    found = Disagreement("blkinfo", "/dev/sda", Difference.SIZE, "1", "2")
    result = json.loads(shown(clock, FakeProbe(drive, disagreements=(found,), celsius=38.5), as_json=True))
    assert result["machine"]["serial"] == {"value": "PF0ABCDE", "source": "firmware"}
    (entry,) = result["drives"]
    assert entry.pop("celsius") == 38.5
    assert drive_from_json(entry) == drive
    assert result["witnesses"] == [{"witness": "pyudev", "error": None}, {"witness": "blkinfo", "error": "no lsblk"}]
    assert result["disagreements"] == [{"witness": "blkinfo", "node": "/dev/sda", "difference": "size", "ours": "1", "theirs": "2"}]


@pytest.mark.parametrize("words", [["list", "/dev/sda"], ["list", "--everything"], ["list", "--json=1"]])
def test_what_it_does_not_understand_is_refused(clock, words):
    out, err = io.StringIO(), io.StringIO()
    assert main("erase", COMMANDS, words, environment={"HAIKI_HOME": "/nowhere"}, clock=clock, out=out, err=err) == 2
    assert "内容: " in err.getvalue()
    assert out.getvalue() == ""


def test_this_very_machine_can_be_listed(clock):
    out = io.StringIO()
    assert main("erase", COMMANDS, ["list", "--json"], environment={"HAIKI_HOME": "/nowhere"}, clock=clock, out=out, err=io.StringIO()) == 0
    found = json.loads(out.getvalue())
    in_sysfs = {f"/dev/{entry.name}" for entry in Path("/sys/block").iterdir() if (entry / "device").exists()}
    listed = {node for drive in found["drives"] for node in drive["nodes"]}
    assert in_sysfs - listed == {node for node in in_sysfs if node.startswith(("/dev/sr", "/dev/fd"))}
