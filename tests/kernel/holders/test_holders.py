"""Whoever holds a drive keeps `erase` from it, and is named; when he lets go, the drive may be erased. All for real."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest


@pytest.fixture
def bare(node_of, tool) -> Iterator[Callable[[str], Path]]:
    """Gives drives on which nothing is recognised, and leaves them so whatever happened in between."""
    given = []

    def give(serial: str) -> Path:
        given.append(node_of(serial))
        return given[-1]

    yield give
    for node in given:
        tool("wipefs", "--all", "--force", node, status=None)
        tool("blockdev", "--rereadpt", node, status=None)


@pytest.fixture
def drive(bare) -> Path:
    """A disk on AHCI."""
    return bare("HAIKI-AHCI-1")


@pytest.fixture
def second(bare) -> Path:
    """A disk on virtio-scsi."""
    return bare("HAIKI-SCSI-1")


class Judge:
    """What `erase` says of drives that are held, and of those that are not."""

    def __init__(self, station) -> None:
        self._station = station

    def keeps(self, node: Path, holders: list, *words: str) -> None:
        """It is shown as held so, and neither a plan nor an erasure is made of it."""
        self.is_kept_from(node, holders, *words)
        self._refused(self._station.plan(node, "--lang", "en"), node, *words)

    def is_kept_from(self, node: Path, holders: list, *words: str) -> None:
        """It is shown as held so, and is not erased."""
        assert self._station.holders(node) == holders
        self._refused(self._station.type(*self._station.words_to_erase(node), "--lang", "en"), node, *words)
        assert self._station.folders == []

    @staticmethod
    def _refused(said, node: Path, *words: str) -> None:
        assert said.status == 2
        assert said.out == ""
        for word in (str(node), *words):
            assert word in said.err

    def allows(self, *nodes: Path) -> None:
        for node in nodes:
            assert self._station.holders(node) == []
            assert self._station.plan(node).status == 0


@pytest.fixture
def erase(station) -> Judge:
    return Judge(station)


@contextmanager
def partitioned(tool, node: Path, parts: int = 1) -> Iterator[list[Path]]:
    tool("sfdisk", node, given="label: gpt\n" + f"size={60 // parts}MiB\n" * parts)
    tool("udevadm", "settle")
    try:
        yield [node.with_name(f"{node.name}{number}") for number in range(1, parts + 1)]
    finally:
        tool("sfdisk", "--delete", node)
        _until(lambda: _has_no_partition(tool, node))


def _has_no_partition(tool, node: Path) -> bool:
    """The kernel keeps the old ones while anybody, such as udev's own look at them, has one open."""
    tool("partx", "--update", node, status=None)
    return not list(Path(f"/sys/class/block/{node.name}").glob(f"{node.name}[0-9]*"))


@contextmanager
def mounted(tool, node: Path, point: Path, kind: str = "ext4") -> Iterator[None]:
    point.mkdir()
    tool(f"mkfs.{kind}", node)
    tool("mount", node, point)
    try:
        yield
    finally:
        tool("umount", point)


@contextmanager
def array(tool, *members: Path) -> Iterator[Path]:
    tool("mdadm", "--create", "/dev/md7", "--run", "--level=1", "--raid-devices=2", "--metadata=1.2", *members)
    try:
        yield Path("/dev/md7")
    finally:
        tool("mdadm", "--stop", "/dev/md7")
        tool("mdadm", "--zero-superblock", *members)


@contextmanager
def volume(tool, *physical: Path) -> Iterator[Path]:
    tool("pvcreate", "--yes", *physical)
    tool("vgcreate", "haikivg", *physical)
    tool("lvcreate", "--yes", "--name", "data", "--extents", "100%FREE", "haikivg")
    try:
        yield Path("/dev/haikivg/data")
    finally:
        tool("vgremove", "--force", "haikivg")
        tool("pvremove", *physical)


@contextmanager
def encrypted(tool, node: Path, key: Path) -> Iterator[Path]:
    key.write_bytes(b"k" * 32)
    tool("cryptsetup", "luksFormat", "--batch-mode", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000", node, key)
    tool("cryptsetup", "open", "--key-file", key, node, "haiki-crypt")
    try:
        yield Path("/dev/mapper/haiki-crypt")
    finally:
        tool("cryptsetup", "close", "haiki-crypt")


def test_a_mounted_partition_of_two(tool, drive, erase, tmp_path):
    with partitioned(tool, drive, 2) as (first, other), mounted(tool, other, tmp_path / "here"):
        erase.keeps(
            drive, [("partition", str(first)), ("partition", str(other), [("mount", str(tmp_path / "here"))])], str(tmp_path / "here")
        )
    erase.allows(drive)


def test_swap(tool, drive, erase):
    tool("mkswap", drive)
    tool("swapon", drive)
    try:
        erase.keeps(drive, [("swap", str(drive))])
    finally:
        tool("swapoff", drive)
    erase.allows(drive)


def test_an_array_of_two_drives_with_a_mounted_file_system_keeps_both(tool, drive, second, erase, tmp_path):
    with array(tool, drive, second) as device:
        with mounted(tool, device, tmp_path / "here"):
            for member in (drive, second):
                erase.keeps(member, [("md", "/dev/md7", [("mount", str(tmp_path / "here"))])], "/dev/md7")
        erase.keeps(drive, [("md", "/dev/md7")], "/dev/md7")
    erase.allows(drive, second)


def test_a_logical_volume_over_two_drives(tool, drive, second, erase, tmp_path):
    with volume(tool, drive, second) as device:
        with mounted(tool, device, tmp_path / "here"):
            for physical in (drive, second):
                erase.keeps(physical, [("lvm", "haikivg/data", [("mount", str(tmp_path / "here"))])], "haikivg/data")
        erase.keeps(second, [("lvm", "haikivg/data")], "haikivg/data")
    erase.allows(drive, second)


def test_an_opened_luks_volume(tool, drive, erase, tmp_path):
    with encrypted(tool, drive, tmp_path / "key") as device, mounted(tool, device, tmp_path / "here"):
        erase.keeps(drive, [("dm", "haiki-crypt", [("mount", str(tmp_path / "here"))])], "haiki-crypt")
    erase.allows(drive)


def test_a_whole_tower_of_md_luks_and_lvm(tool, drive, second, erase, tmp_path):
    with ExitStack() as stack:
        parts = [stack.enter_context(partitioned(tool, node))[0] for node in (drive, second)]
        device = stack.enter_context(array(tool, *parts))
        device = stack.enter_context(encrypted(tool, device, tmp_path / "key"))
        device = stack.enter_context(volume(tool, device))
        stack.enter_context(mounted(tool, device, tmp_path / "here"))
        above = [("md", "/dev/md7", [("dm", "haiki-crypt", [("lvm", "haikivg/data", [("mount", str(tmp_path / "here"))])])])]
        for node, part in zip((drive, second), parts, strict=True):
            erase.keeps(node, [("partition", str(part), above)], "/dev/md7")
    erase.allows(drive, second)


def test_a_mapping_of_the_device_mapper(tool, drive, erase):
    tool("dmsetup", "create", "haiki-part", "--table", f"0 2048 linear {drive} 0")
    try:
        erase.keeps(drive, [("dm", "haiki-part")], "haiki-part")
    finally:
        tool("dmsetup", "remove", "haiki-part")
    erase.allows(drive)


def _until(holds: Callable[[], bool]) -> None:
    """Waits for what the kernel does by itself."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


@contextmanager
def cached(tool, backing: Path, cache: Path) -> Iterator[Path]:
    tool("modprobe", "bcache")
    halves = [Path("/sys/class/block") / node.name / "bcache" for node in (backing, cache)]
    try:
        # small buckets, because the kernel wants at least 513 of them
        tool("make-bcache", "--wipe-bcache", "--bucket", "32k", "-B", backing, "-C", cache)
        tool("udevadm", "settle")
        for node, half in zip((backing, cache), halves, strict=True):  # udev may have been there first
            if not half.exists():
                Path("/sys/fs/bcache/register").write_text(str(node))
        _until(lambda: Path("/dev/bcache0").exists() and all(half.exists() for half in halves))
        yield Path("/dev/bcache0")
    finally:
        for stop in (*Path("/sys/class/block").glob("bcache*/bcache/stop"), *Path("/sys/fs/bcache").glob("*/stop")):
            with suppress(OSError):  # stopped by the one before
                stop.write_text("1")
        _until(lambda: not any(half.exists() for half in halves))


def test_both_halves_of_a_bcache(tool, drive, second, erase):
    with cached(tool, drive, second):
        erase.keeps(drive, [("bcache", "/dev/bcache0")], "/dev/bcache0")
        erase.keeps(second, [("bcache", "/dev/bcache0")], "/dev/bcache0")
    erase.allows(drive, second)


def test_both_drives_of_a_btrfs_though_one_is_mounted_by_name(tool, drive, second, erase, tmp_path):
    (tmp_path / "here").mkdir()
    tool("modprobe", "btrfs")
    tool("mkfs.btrfs", "--mixed", "--data", "single", "--metadata", "single", drive, second)
    tool("btrfs", "device", "scan", drive, second)  # else the second is missing when the first is mounted
    tool("mount", drive, tmp_path / "here")
    try:
        for node in (drive, second):
            erase.keeps(node, [("mount", str(tmp_path / "here"))], str(tmp_path / "here"))
    finally:
        tool("umount", tmp_path / "here")
        tool("btrfs", "device", "scan", "--forget")
    erase.allows(drive, second)


def test_a_loop_device_over_the_drive(tool, drive, erase):
    tool("modprobe", "loop")
    loop = tool("losetup", "--find", "--show", drive).stdout.strip()
    try:
        erase.keeps(drive, [("loop", loop)], loop)
    finally:
        tool("losetup", "--detach", loop)
    erase.allows(drive)


def test_a_target_that_gives_it_to_other_machines_names_no_holder(tool, drive, erase):
    tool("modprobe", "target_core_mod")
    tool("modprobe", "target_core_iblock")
    store = Path("/sys/kernel/config/target/core/iblock_0/haiki")
    store.mkdir(parents=True)
    try:
        (store / "control").write_text(f"udev_path={drive}")
        (store / "enable").write_text("1")
        erase.is_kept_from(drive, [("other", "exclusive")])
    finally:
        store.rmdir()
        store.parent.rmdir()
    erase.allows(drive)


def test_a_held_namespace_is_named_beside_its_neighbour(tool, station, tmp_path):
    first, other = Path("/dev/nvme0n1"), Path("/dev/nvme0n2")
    with mounted(tool, other, tmp_path / "here"):
        (area,) = station.listed(first)["areas"]
        assert (area["kind"], area["name"]) == ("namespace", str(other))
        assert [(holder["kind"], holder["name"]) for holder in area["held_by"]] == [("mount", str(tmp_path / "here"))]


def test_a_drive_that_was_let_go_is_erased(tool, drive, station, tmp_path):
    with mounted(tool, drive, tmp_path / "here"):
        (tmp_path / "here" / "letter").write_bytes(b"dear somebody" * 100)
    assert b"dear somebody" in drive.read_bytes()
    said = station.erase(drive)
    assert said.status == 0, said.err
    assert said.json["jobs"][0]["outcome"] == "erased"
    assert set(drive.read_bytes()) == {0}
