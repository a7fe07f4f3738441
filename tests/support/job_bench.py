"""A drive in memory that can fail in every way a drive can, and a bench that runs and resumes jobs on it."""

from __future__ import annotations

import errno
import json
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from certify.foundation.clock import rfc3339
from certify.foundation.ids import Prefix, encode
from certify.statement.consistency import contradictions
from certify.statement.from_journal import erasure_from_folder
from erase.drive.facts import Drive, Machine
from erase.jobs.events import Name
from erase.jobs.folder import find_folders
from erase.jobs.opening import begin_job, confirm_again, examine, find_drive, take_up
from erase.jobs.runner import Ending, Runner, World
from erase.overwrite.engine import Layout
from erase.overwrite.faults import Patience
from erase.overwrite.schemes import find_scheme
from erase.planner.confirm import Confirmation, Person, confirm, expiry
from erase.planner.plan import PlanRequest, SchemeFacts, make_plan
from erase.planner.policies import load_policy
from erase.techniques.base import Verify

SECTOR = 512
WHOLE = Verify()
SIZE = 12 * 1024 * 1024 + 5 * SECTOR  # not whole units
MACHINE = Machine(None, None, None, None, "boot-1", "6.1.0")


@dataclass
class MemoryDrive:
    """The engine's Target, kept in memory. Knobs are attributes; ``before_io`` is asked before each operation."""

    size: int = SIZE
    sector: int = SECTOR
    physical_sector: int = SECTOR
    content: bytearray = field(default_factory=lambda: bytearray(b"old data" * (SIZE // 8)) + bytearray(5 * SECTOR % 8))
    unwritable: frozenset[int] = frozenset()
    unreadable: frozenset[int] = frozenset()
    forgetful: frozenset[int] = frozenset()  # sectors that say yes and keep what they had
    flush_errno: int = 0
    gone: bool = False
    writes: list[int] = field(default_factory=list)
    before_io: object = None

    def _sectors(self, view, offset):
        return range(offset // self.sector, (offset + len(view)) // self.sector)

    def _check(self, what: str, view, offset: int, bad: frozenset[int]) -> None:
        if self.before_io:
            self.before_io(self, what, offset)
        if self.gone:
            raise OSError(errno.ENODEV, "gone")
        if bad and not bad.isdisjoint(self._sectors(view, offset)):
            raise OSError(errno.EIO, "medium error")

    def read_into(self, view, offset) -> None:
        self._check("read", view, offset, self.unreadable)
        view[:] = self.content[offset : offset + len(view)]

    def write_from(self, view, offset) -> None:
        self._check("write", view, offset, self.unwritable)
        self.writes.append(offset)
        kept = {sector: bytes(self.content[sector * self.sector : (sector + 1) * self.sector]) for sector in self.forgetful}
        self.content[offset : offset + len(view)] = view
        for sector, old in kept.items():
            self.content[sector * self.sector : (sector + 1) * self.sector] = old

    def flush(self) -> None:
        if self.before_io:
            self.before_io(self, "flush", -1)
        if self.gone:
            raise OSError(errno.ENODEV, "gone")
        if self.flush_errno:
            raise OSError(self.flush_errno, "flush")

    def present(self) -> bool:
        return not self.gone


class Bench:
    """One drive, one folder of jobs, and everything needed to run and resume a job on it."""

    def __init__(self, tmp_path, clock, drive: Drive) -> None:
        self.jobs = tmp_path / "jobs"
        self.clock = clock
        self.drive = drive
        self.medium = MemoryDrive()
        self.cancel = threading.Event()
        self.identified: list[Drive] = []

    def confirmed(self, scheme: str = "zero", verify: Verify = WHOLE, *, verify_each=False):
        policy = load_policy("nist-800-88r1", zone=None, classification=None, require=None, folder=None)
        known = {scheme: replace(facts_of(scheme), verify_each=verify_each)}
        plan = make_plan(self.drive, MACHINE, PlanRequest(policy, scheme=scheme, verify=verify), known)
        now = self.clock.now()
        confirmation = Confirmation(
            job=encode(Prefix.JOB, bytes(15) + bytes([7])),
            plan_sha256=plan.sha256,
            serial=self.drive.identity.name.value,
            label=None,
            asset=None,
            place=None,
            operator=Person("op-1", "作業 太郎"),
            witness=Person("wi-1", "立会 花子"),
            at=rfc3339(now),
            source="fixed",
            expires=expiry(now),
        )
        return confirm(plan, self.drive, confirmation, now)

    def _identify(self) -> Drive:
        self.identified.append(self.drive)
        return self.drive

    def _world(self) -> World:
        return World(
            self.clock,
            self.cancel,
            MACHINE,
            self._identify,
            Layout(1, 256 * 1024),
            random_bytes=lambda count: bytes(range(count)),
            patience=Patience(retries=1, failing_seconds=50.0),
        )

    def run(self, *plan_arguments, **plan_options) -> Ending:
        confirmed = self.confirmed(*plan_arguments, **plan_options)
        with begin_job(self.jobs, confirmed, MACHINE, self.clock) as job:
            return Runner(confirmed, self.medium, job.journal, job.slots, self._world()).run()

    def resume(self) -> Ending:
        self.cancel.clear()
        with ExitStack() as stack:
            stack.enter_context(self.folder.locked())
            known = examine(self.folder)
            confirmed = confirm_again(known, find_drive(known, [self.drive]), self.clock)
            job = stack.enter_context(take_up(known, MACHINE, self.clock))
            return Runner(confirmed, self.medium, job.journal, job.slots, self._world()).run()

    @property
    def folder(self):
        return find_folders(self.jobs)[0]

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder.path / "journal.jsonl").read_bytes().splitlines()]

    def told(self, name: Name) -> list[dict]:
        return [line["data"] for line in self.lines if line["event"] == name.value]

    def statement(self):
        """The statement that could be signed now; every test that ends a job looks at it."""
        erasure = erasure_from_folder(self.folder.path)
        assert contradictions(erasure) == []
        return erasure


def facts_of(scheme: str) -> SchemeFacts:
    found = find_scheme(scheme)
    return SchemeFacts(found.id, found.source, found.passes, found.verify_each)


class Crash(BaseException):
    """The process dies here: nothing below may catch it."""


def at_io(what: str, number: int, action):
    """Does something once, before the ``number``-th operation of one kind."""
    seen = {"count": 0}

    def before(drive, now, offset):
        if now == what:
            seen["count"] += 1
            if seen["count"] == number:
                action(drive)

    return before


def crash(_drive):
    raise Crash
