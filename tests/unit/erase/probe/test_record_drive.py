"""scripts/record-drive: what it records is the drive, but for its serial numbers."""

import importlib.machinery
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from erase.probe.system import Probe

SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "record-drive"


@pytest.fixture(scope="module")
def recorder():
    loader = importlib.machinery.SourceFileLoader("record_drive", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("record_drive", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def record(recorder, machine, capsys):
    def run(*devices):
        assert recorder.main([*devices, "--note", "made"], machine.root, machine.nodes) == 0
        return capsys.readouterr().out

    return run


def lay_out(recording, where):
    """A second machine from a recording."""
    for path in recording["folders"]:
        (where / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
    for path, content in recording["files"].items():
        file = where / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes.fromhex(content["hex"]) if isinstance(content, dict) else content.encode())
    for path, target in recording["links"].items():
        link = where / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def anonymous(drive):
    """All but the names that a recording replaces."""
    identity = replace(drive.identity, serial=None, wwn=None, eui64=None, nguid=None)
    return replace(drive, identity=identity)


SERIAL = "WX11A1234567"


@pytest.fixture
def sata(machine, identify_data, information_page):
    """A disk whose serial stands in IDENTIFY (bytes swapped), in a page, in a link's name; mounted, with LVM and swap on it."""
    data = bytearray(identify_data["Samsung SSD 870 EVO 2TB"])
    serial = SERIAL.ljust(20).encode()
    data[20:40] = b"".join(serial[place + 1 : place + 2] + serial[place : place + 1] for place in range(0, 20, 2))
    data[511] = 0
    data[511] = -sum(data) % 256
    page83 = bytes.fromhex("0083000c 01030008 5002538f43123456")
    disk = machine.sata(vpd_pg89=information_page(bytes(data)), vpd_pg80=b"\0\x80\0\x0c" + SERIAL.encode(), vpd_pg83=page83)
    part = machine.partition(disk, "sda1", "8:1")
    machine.mapping("dm-0", "253:0", [part], uuid="LVM-PpWkpTp6abQOeeB3UG", title="vg-home")
    machine.mount("253:0", "/home", source="/dev/mapper/vg-home")
    machine.swap("/dev/sda")
    machine.swap(r"/home/swap\040file", "file")
    machine.mount("8:16", "/somebody/elses", source="/dev/sdb")
    machine.link(f"/dev/disk/by-id/ata-Samsung_{SERIAL}", "/dev/sda")
    machine.file("/proc/cmdline", "quiet root=/dev/sda1 password=topsecret\n")
    return machine


def test_a_recording_shows_the_same_drive(sata, record, recorder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    lay_out(json.loads(record("/dev/sda")), other)
    before, after = sata.probe().drives(), Probe(other).drives()
    assert [anonymous(drive) for drive in after] == [anonymous(drive) for drive in before]
    assert after[0].identity.serial.source == before[0].identity.serial.source
    assert len(after[0].identity.serial.value) == len(SERIAL)


def test_no_form_of_the_serial_or_of_the_name_is_left(sata, record):
    text = record("/dev/sda").lower()
    swapped = "".join(SERIAL[place + 1] + SERIAL[place] for place in range(0, 12, 2))
    forms = {SERIAL, swapped, SERIAL.encode().hex(), swapped.encode().hex(), "5002538f43123456"}
    assert not [form for form in forms if form.lower() in text]
    assert "5002538" in text  # the maker's part


def test_nothing_of_others_is_recorded(sata, record):
    text = record("/dev/sda")
    assert "somebody" not in text
    assert "topsecret" not in text


def test_the_same_serial_is_replaced_by_the_same(sata, record, tmp_path_factory):
    recording = json.loads(record("/dev/sda"))
    other = tmp_path_factory.mktemp("other")
    lay_out(recording, other)
    (drive,) = Probe(other).drives()
    assert any(path.endswith(f"ata-Samsung_{drive.identity.serial.value}") for path in recording["links"])


def test_nvme_names_are_replaced_in_all_their_forms(machine, record):
    controller = machine.nvme_controller(0, serial="S4ELNX0M123456      ")
    wwid = "nvme.144d-" + b"S4ELNX0M123456      ".hex() + "-53414d53554e47-00000001"
    machine.namespace(controller, "nvme0n1", "259:0", eui="00 25 38 b1 71 b5 07 d3", wwid=wwid)
    text = record("/dev/nvme0n1")
    for secret in ("S4ELNX0M123456", b"S4ELNX0M123456".hex(), "00 25 38 b1 71 b5 07 d3", "71b507d3"):
        assert secret not in text


def test_a_drive_that_is_not_there_ends_with_status_2(recorder, machine, capsys):
    assert recorder.main(["/dev/sdz"], machine.root, machine.nodes) == 2
    assert capsys.readouterr().out == ""
