"""A drive is held by all its nodes, from the last identification to the end."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace

import pytest

from certify.errors import Malformed
from certify.foundation.commandline import Context
from certify.foundation.config import Home
from erase.errors import Refused
from erase.jobs.opening import OpenJob
from erase.jobs.runner import Ending
from erase.station import erasing
from erase.station.bench import Task
from erase.station.erasing import Station, erase_all, held


@dataclass
class FakeProbe:
    known: object

    def drive_of(self, _descriptor):
        return self.known

    def temperature(self, _drive):
        return None


class Nodes:
    """Opens real descriptors in place of nodes, and knows which of them are open."""

    def __init__(self, busy: str | None = None):
        self.busy = busy
        self.opened: dict[str, int] = {}

    def open(self, path: str) -> int:
        if path == self.busy:
            raise Refused("overwrite", "drive-busy", device=path, error="EBUSY")
        self.opened[path] = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        return self.opened[path]

    @property
    def still_open(self) -> set[str]:
        return {path for path, descriptor in self.opened.items() if is_open(descriptor)}


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@pytest.fixture
def station_with(clock, tmp_path, pki):
    def make(drive, nodes: Nodes) -> Station:
        context = Context(clock, Home(tmp_path), {}, io.StringIO(), io.StringIO(), True)
        return Station(context, FakeProbe(drive), pki.station, open_node=nodes.open)

    return make


def test_every_node_is_held_until_the_end(station_with, drive, confirmed):
    nodes, two_ports = Nodes(), replace(drive, nodes=("/dev/sdb", "/dev/sdc", "/dev/sdd"))
    with held(station_with(two_ports, nodes), "/dev/sdb", lambda _: confirmed) as opened:
        assert nodes.still_open == {"/dev/sdb", "/dev/sdc", "/dev/sdd"}
        assert opened.descriptor == nodes.opened["/dev/sdb"]
    assert nodes.still_open == set()


@pytest.mark.parametrize("busy", ["/dev/sdb", "/dev/sdc"])
def test_a_drive_that_somebody_holds_by_any_node_is_refused(station_with, drive, confirmed, busy):
    nodes, two_ports = Nodes(busy), replace(drive, nodes=("/dev/sdb", "/dev/sdc"))
    with pytest.raises(Refused) as caught, held(station_with(two_ports, nodes), "/dev/sdb", lambda _: confirmed):
        pytest.fail("it was given out")
    assert (caught.value.code, caught.value.parameters["device"]) == ("drive-busy", busy)
    assert nodes.still_open == set()


def test_the_paths_of_a_mapping_are_held_by_the_mapping(station_with, drive, confirmed):
    nodes, mapping = Nodes("/dev/sdb"), replace(drive, nodes=("/dev/dm-0", "/dev/sdb", "/dev/sdc"))
    with held(station_with(mapping, nodes), "/dev/dm-0", lambda _: confirmed):
        assert nodes.still_open == {"/dev/dm-0"}


def test_what_confirm_objects_to_gives_every_node_back(station_with, drive):
    nodes, two_ports = Nodes(), replace(drive, nodes=("/dev/sdb", "/dev/sdc"))

    def refuse(_drive):
        assert nodes.still_open == {"/dev/sdb", "/dev/sdc"}
        raise Refused("techniques", "mounted", device="/dev/sdc", holders="/mnt")

    with pytest.raises(Refused), held(station_with(two_ports, nodes), "/dev/sdb", refuse):
        pytest.fail("it was given out")
    assert nodes.still_open == set()


@pytest.mark.parametrize(
    ("wrong", "code"), [(ZeroDivisionError(), "defect"), (Malformed("statement", "journal-damaged"), "journal-damaged")]
)
def test_an_error_while_one_job_is_signed_does_not_keep_the_others_from_it(station_with, told, monkeypatch, wrong, code):
    job = told()
    drive = job.plan.drive
    seals = iter([wrong, "a digest"])

    def seal(*_):
        if isinstance(given := next(seals), Exception):
            raise given
        return given

    class Done:
        latest = None

        def run(self):
            return Ending(job.state)

    class Read:
        state = job.state

    monkeypatch.setattr(erasing, "seal", seal)
    tasks = [Task(OpenJob(job.folder, Read(), None), job.plan, drive, Done()) for _ in range(2)]
    reports = erase_all(station_with(drive, Nodes()), lambda _: tasks)
    assert [report.statement_sha256 for report in reports] == [None, "a digest"]
    assert (reports[0].problem.code, reports[1].problem) == (code, None)
