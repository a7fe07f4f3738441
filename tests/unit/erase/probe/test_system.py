"""The probe as a whole: which device is which drive, and what is refused."""

import os

import pytest

from certify.foundation.errors import HaikiError
from certify.foundation.messages import has_text
from erase.probe.nodes import RealNodes
from erase.probe.system import Probe


@pytest.fixture
def disk(machine):
    return machine.sata()


def refusal(act, *arguments):
    with pytest.raises(HaikiError) as caught:
        act(*arguments)
    return caught.value


def test_a_drive_is_found_by_its_node_and_by_a_link(machine, disk):
    machine.link("/dev/disk/by-id/ata-WD_1", "/dev/sda")
    probe = machine.probe()
    assert probe.drive("/dev/sda") == probe.drive("/dev/disk/by-id/ata-WD_1") == probe.drives()[0]


def test_a_descriptor_leads_to_the_same_drive(machine, disk):
    machine.nodes.open[7] = "/dev/sda"
    assert machine.probe().drive_of(7) == machine.probe().drive("/dev/sda")
    assert refusal(machine.probe().drive_of, 8).code == "device-unreadable"


def test_a_partition_is_refused_and_names_its_drive(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    error = refusal(machine.probe().drive, "/dev/sda1")
    assert (error.code, error.parameters) == ("is-a-partition", {"device": "/dev/sda1", "drive": "/dev/sda"})


@pytest.mark.parametrize("device", ["/dev/sdz", "sda", "/dev/nul\0byte", "/dev/" + "x" * 5000, "/dev/sda/1"])
def test_a_device_that_is_not_there_is_refused(machine, disk, device):
    assert refusal(machine.probe().drive, device).code == "no-such-device"


def test_a_plain_file_is_refused(machine, disk):
    machine.file("/dev/notes.txt", "x")
    assert refusal(machine.probe().drive, "/dev/notes.txt").code == "not-a-block-device"


def test_a_device_that_can_not_be_looked_at_is_refused(machine, disk):
    machine.nodes.errors["/dev/sda"] = "EACCES"
    error = refusal(machine.probe().drive, "/dev/sda")
    assert (error.code, error.parameters["error"]) == ("device-unreadable", "EACCES")


def test_a_drive_pulled_between_two_reads_is_refused(machine, disk):
    nodes = machine.nodes

    class Pulled(type(nodes)):
        def number_at(self, device):
            number = super().number_at(device)
            (machine.root / "sys/class/block/sda").unlink()
            return number

    assert refusal(Probe(machine.root, nodes=Pulled(machine.root)).drive, "/dev/sda").code == "no-such-device"


def test_control_characters_of_a_bad_name_do_not_come_back(machine, language):
    error = refusal(Probe(machine.root).drive, "/dev/\x1b[2Jsda")
    assert "\x1b" not in " ".join(error.sentences())


def test_real_drives_come_first_and_names_are_in_natural_order(machine):
    for number in (0, 2, 10):
        machine.virtual(f"ram{number}", f"1:{number}")
    machine.usb()
    machine.sata()
    nodes = [drive.nodes[0] for drive in machine.probe().drives()]
    assert nodes == ["/dev/sda", "/dev/sdu", "/dev/ram0", "/dev/ram2", "/dev/ram10"]


def test_an_empty_machine_has_no_drives(machine):
    assert machine.probe().drives() == ()


def test_a_machine_without_sysfs_has_no_drives(tmp_path):
    assert Probe(tmp_path / "nowhere").drives() == ()
    assert Probe(tmp_path / "nowhere").machine().kernel == "unknown"


def test_facts_that_vanish_while_they_are_read_are_unknown(machine, disk):
    for name in ("size", "ro", "removable"):
        (machine.root / disk.lstrip("/") / name).unlink()
    (drive,) = machine.probe().drives()
    assert (drive.size, drive.read_only, drive.unusable) == (0, False, "no-capacity")


@pytest.mark.parametrize(
    "code",
    ["no-such-device", "not-a-block-device", "device-unreadable", "is-a-partition", "is-an-area", "not-a-drive", "nothing-attached"],
)
def test_every_refusal_says_what_why_and_what_next(code, language):
    assert all(has_text(f"probe.{code}.{part}", language) for part in ("what", "why", "next"))


class TestRealNodes:
    """The nodes of this machine. Character devices stand in for what is no drive."""

    nodes = RealNodes(Probe.__init__.__defaults__[0])

    @pytest.mark.parametrize(
        ("device", "code"),
        [
            ("/dev/no-such-drive", "no-such-device"),
            ("/dev/null/x", "no-such-device"),
            ("/dev/\0", "no-such-device"),
            ("/dev/null", "not-a-block-device"),
        ],
    )
    def test_what_is_no_drive_is_refused(self, device, code):
        assert refusal(self.nodes.number_at, device).code == code

    def test_a_name_that_is_too_long_is_refused(self):
        error = refusal(self.nodes.number_at, "/dev/" + "x" * 5000)
        assert (error.code, error.parameters["error"]) == ("device-unreadable", "ENAMETOOLONG")

    def test_a_folder_is_refused(self, tmp_path):
        assert refusal(self.nodes.number_at, str(tmp_path)).code == "not-a-block-device"

    def test_a_descriptor_of_a_file_or_of_nothing_is_refused(self, tmp_path):
        with (tmp_path / "file").open("wb") as stream:
            assert refusal(self.nodes.number_of, stream.fileno()).code == "not-a-block-device"
            closed = os.dup(stream.fileno())
        os.close(closed)
        error = refusal(self.nodes.number_of, closed)
        assert (error.code, error.parameters["error"]) == ("device-unreadable", "EBADF")

    def test_reading_gives_what_is_there_and_never_fails(self, tmp_path):
        (tmp_path / "drive").write_bytes(b"0123456789")
        nodes = RealNodes(tmp_path)
        assert nodes.read("/drive", 4, 3) == b"456"
        assert nodes.read("/drive", 100, 3) == b""
        assert nodes.read("/missing", 0, 3) == b""
        assert RealNodes(tmp_path.parent).read(f"/{tmp_path.name}", 0, 3) == b""
