"""A drive, and a story of a job as its journal tells it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import job_bench
from certify.foundation.canonical import canonical_json
from erase.drive.facts import Bus, Drive, Fact, Identity, MediaType, Source
from erase.jobs.events import (
    Checkpoint,
    Claim,
    Event,
    Finished,
    Identified,
    Keys,
    Opened,
    Outcome,
    PassFinished,
    PassStarted,
    Phase,
    Session,
    SessionKind,
    Tool,
    VerificationFinished,
    VerificationResult,
    VerificationStarted,
    data_of,
)
from erase.jobs.folder import JobFolder
from job_bench import Bench

JOB = "J-00000000000000000000000001"
SIZE = 1_000_000 * 512
CLEAR = Claim("clear", "NIST SP 800-88", "Rev. 1", "A-5", "logical-read-back", ())
NO_CLAIM = Claim("none", "NIST SP 800-88", "Rev. 1", "A-5", "none", ("sectors-not-written",))
MACHINE = {"maker": None, "model": None, "serial": None, "hypervisor": None, "boot_id": None, "kernel": "6.1"}

IDENTITY = Identity(model=Fact("DISK", Source.IDENTIFY), serial=Fact("S3Z9NB0K123456", Source.IDENTIFY))


@pytest.fixture(scope="session")
def drive() -> Drive:
    return Drive(("/dev/sdb",), IDENTITY, Bus.ATA, MediaType.MAGNETIC, SIZE, 512, 4096, False, False, None)


def opened() -> Opened:
    return Opened(JOB, "1" * 64, "2" * 64, Tool("haiki", "0.1.0"))


def session(number: int = 1, cause=None) -> Session:
    kind = SessionKind.RUN if cause is None else SessionKind.RESUME
    return Session(number, kind, cause, MACHINE, "3.11.2", "6.1")


def verification_started(pass_number: int = 2) -> VerificationStarted:
    return VerificationStarted(pass_number, "full", None, None, SIZE, 1, 512, 1_000_000)


def verification_finished(pass_number: int = 2, mismatched: int = 0, unreadable: int = 0) -> VerificationFinished:
    result = VerificationResult.FAILED if mismatched else VerificationResult.PASSED
    return VerificationFinished(pass_number, "full", None, None, SIZE, 1, 512, 1_000_000, mismatched, unreadable, 900, result)


@pytest.fixture(scope="session")
def story(drive: Drive) -> list[Event]:
    """Zeros, then random, then everything read back: two passes without an incident."""
    return [
        opened(),
        session(),
        Identified(json.loads(canonical_json(drive.to_json()))),
        PassStarted(1, 2, "00", None, 0),
        Checkpoint(Phase.WRITE, 1, SIZE // 2, 500),
        PassFinished(1, SIZE, 1000, True),
        Keys(2, "aes-256-ctr", "ab" * 32),
        PassStarted(2, 2, "random", "aes-256-ctr", 0),
        Checkpoint(Phase.WRITE, 2, SIZE // 4, 300),
        PassFinished(2, SIZE, 1100, True),
        verification_started(),
        Checkpoint(Phase.VERIFY, 2, SIZE // 2, 450),
        verification_finished(),
        Finished(Outcome.ERASED, CLEAR, SIZE // 512, 0, 3000, ("reallocated-sectors",)),
    ]


@pytest.fixture(scope="session")
def lines_of():
    """The lines of a journal that tells these events."""

    def tell(events: list[Event]) -> list[dict]:
        return [
            {"seq": seq, "prev": "0" * 64, "at": "2026-11-23T01:02:03Z", "source": "fixed", "ms": seq, "event": event.NAME.value}
            | {"data": json.loads(canonical_json(data_of(event)))}
            for seq, event in enumerate(events)
        ]

    return tell


@pytest.fixture(scope="session")
def some() -> SimpleNamespace:
    """Events and values that the tests put together anew."""
    return SimpleNamespace(
        job=JOB,
        size=SIZE,
        clear=CLEAR,
        no_claim=NO_CLAIM,
        opened=opened,
        session=session,
        verification_started=verification_started,
        verification_finished=verification_finished,
        not_erased=lambda: Finished(Outcome.NOT_ERASED, NO_CLAIM, 0, 0, 1000, ()),
    )


@pytest.fixture
def bench_drive() -> Drive:
    """As large as the drive in memory."""
    return Drive(
        ("/dev/sdb",), IDENTITY, Bus.ATA, MediaType.MAGNETIC, job_bench.SIZE, job_bench.SECTOR, job_bench.SECTOR, False, False, None
    )


@pytest.fixture
def bench(tmp_path, clock, bench_drive) -> Bench:
    return Bench(tmp_path, clock, bench_drive)


@pytest.fixture
def killed_before_it_began(bench, monkeypatch):
    """Runs a job that is killed, with no chance to tidy up, between the first lines of its journal and its first pass."""

    def run(scheme: str) -> None:
        bench.cancel.set()
        with monkeypatch.context() as patched:
            patched.setattr(JobFolder, "remove", lambda _folder: None)
            bench.run(scheme)
        bench.cancel.clear()

    return run
