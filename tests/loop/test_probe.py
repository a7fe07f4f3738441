"""The probe on real block devices of this machine."""

import hashlib
import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from certify.foundation.commandline import main
from erase.drive.facts import Bus, MediaType
from erase.probe.system import Probe
from erase.station.cli import COMMANDS

pytestmark = pytest.mark.loop
SIZE = 64 * 2**20


def in_use(device):
    return [(found.kind.value, found.name) for found in Probe().drive(str(device)).in_use]


def claims(device):
    drive = next(drive for drive in Probe().survey().drives if drive.nodes == (str(device),))
    return [(found.kind.value, found.name) for found in drive.in_use]


@pytest.fixture
def mounted(loop_device, tmp_path):
    """A loop device with a file system, and where it is mounted."""
    loop = loop_device(SIZE)
    subprocess.run(["mkfs.ext4", "-q", loop.path], check=True)
    subprocess.run(["mount", loop.path, tmp_path], check=True)
    yield loop, tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_loop_device_is_a_virtual_drive_with_its_own_serial(loop_device):
    loop = loop_device(SIZE)
    drive = Probe().drive(str(loop.path))
    digest = hashlib.sha256(f"{loop.backing.name}\0{SIZE}".encode()).hexdigest()
    assert drive.nodes == (str(loop.path),)
    assert drive.identity.serial.value == f"VIRT-{digest[:16]}"
    assert (drive.bus, drive.media, drive.virtual, drive.size) == (Bus.VIRTUAL, MediaType.UNKNOWN, "loop", SIZE)
    assert (drive.read_only, drive.unusable, drive.in_use) == (False, None, ())
    assert drive in Probe().drives()


def test_sector_size_and_read_only_state_are_the_kernels(loop_device):
    assert Probe().drive(str(loop_device(SIZE, sector=4096).path)).logical_sector == 4096
    assert Probe().drive(str(loop_device(SIZE, read_only=True).path)).read_only


def test_a_descriptor_and_a_link_lead_to_the_same_drive(loop_device, tmp_path):
    loop = loop_device(SIZE)
    (tmp_path / "link").symlink_to(loop.path)
    descriptor = os.open(loop.path, os.O_RDONLY | os.O_EXCL)
    try:
        by_descriptor = Probe().drive_of(descriptor)
        assert by_descriptor.in_use == ()
    finally:
        os.close(descriptor)
    assert by_descriptor == Probe().drive(str(tmp_path / "link"))


def test_who_uses_it_exclusively_shows_even_unnamed(loop_device):
    loop = loop_device(SIZE)
    descriptor = os.open(loop.path, os.O_RDWR | os.O_EXCL)
    try:
        held = claims(loop.path)
    finally:
        os.close(descriptor)
    assert (held, claims(loop.path)) == ([("other", "exclusive")], [])


def test_asking_leaves_the_drive_free(loop_device):
    loop = loop_device(SIZE)
    Probe().survey()
    os.close(os.open(loop.path, os.O_RDWR | os.O_EXCL))


def test_a_mounted_drive_is_held(mounted):
    loop, point = mounted
    assert in_use(loop.path) == [("mount", str(point))]


def test_a_loop_device_over_a_file_on_it_holds_it(mounted):
    loop, point = mounted
    (point / "inner").write_bytes(bytes(2**20))
    inner = subprocess.run(["losetup", "--find", "--show", point / "inner"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        assert in_use(loop.path) == [("mount", str(point)), ("loop", inner)]
    finally:
        subprocess.run(["losetup", "--detach", inner], check=True)


def test_a_loop_device_over_its_node_holds_it(loop_device):
    loop = loop_device(SIZE)
    inner = subprocess.run(["losetup", "--find", "--show", loop.path], check=True, capture_output=True, text=True).stdout.strip()
    try:
        assert ("loop", inner) in in_use(loop.path)
    finally:
        subprocess.run(["losetup", "--detach", inner], check=True)


def test_swap_holds(loop_device):
    loop = loop_device(SIZE, backing="disk")
    subprocess.run(["mkswap", "-q", loop.path], check=True)
    if subprocess.run(["swapon", loop.path], capture_output=True, check=False).returncode != 0:
        pytest.skip("this kernel takes no swap on loop devices")
    try:
        assert in_use(loop.path) == [("swap", str(loop.path))]
    finally:
        subprocess.run(["swapoff", loop.path], check=True)


def test_the_drive_under_the_root_is_the_boot_medium():
    marked = [found.kind.value for drive in Probe().drives() for found in drive.in_use if found.kind.value == "boot-medium"]
    number = Path("/").stat().st_dev
    if os.major(number) == 0:
        pytest.skip("the root stands on no block device")
    assert marked == ["boot-medium"]


def test_both_libraries_answer_and_agree(loop_device):
    loop = loop_device(SIZE)
    survey = Probe().survey()
    assert {answer.witness: answer.error for answer in survey.answers} == {"pyudev": None, "blkinfo": None}
    by_udev = {sighting.name for sighting in survey.answers[0].sightings}
    assert loop.path.name in by_udev
    assert [found for found in survey.disagreements if loop.path.name in found.node] == []


def test_the_list_shows_the_drive_and_its_holder(mounted, clock):
    loop, point = mounted
    for words in (["list"], ["list", "--json"]):
        out = io.StringIO()
        assert main("erase", COMMANDS, words, environment={"HAIKI_HOME": "/nowhere"}, clock=clock, out=out, err=io.StringIO()) == 0
        assert str(loop.path) in out.getvalue()
        assert str(point) in out.getvalue()
    json.loads(out.getvalue())
