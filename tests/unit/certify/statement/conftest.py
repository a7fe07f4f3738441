"""A good erasure, a good certificate and a good job folder, and ways to change one thing about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.chain import GENESIS, Head, seal
from certify.foundation.clock import rfc3339
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes
from certify.statement.erasure import statement_bytes
from certify.statement.from_journal import JobFiles
from certify.statement.model import Certificate, Erasure

SIZE = 256 * 1024 * 1024
SECTOR = 512


def _fact(value: str, source: str = "identify") -> dict[str, str]:
    return {"value": value, "source": source}


def machine(serial: str = "5CG1234XYZ") -> dict[str, Any]:
    return {
        "maker": _fact("HP", "firmware"),
        "model": _fact("ProDesk 600 G5", "firmware"),
        "serial": _fact(serial, "firmware"),
        "hypervisor": None,
        "boot_id": "7a2c1d1e-0f6c-4a51-9a53-8f1f5fdc3a10",
        "kernel": "6.1.0-28-amd64",
    }


def good_erasure() -> dict[str, Any]:
    return {
        "job": "J-" + "0" * 26,
        "asset": "2026-0042",
        "order": None,
        "test": False,
        "outcome": "erased",
        "claim": {
            "method": "clear",
            "standard": "NIST SP 800-88",
            "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
            "clause": "Appendix A, Tables A-5, A-6: Clear by overwriting",
            "evidence": "logical-read-back",
            "reasons": ["overwrite-never-above-clear"],
        },
        "policy": {
            "id": "nist-800-88r1",
            "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
            "sha256": built_in_policies()["nist-800-88r1"].sha256,
            "zone": None,
            "classification": None,
            "require": "clear",
        },
        "machine": machine(),
        "drive": {
            "identity": {
                "vendor": None,
                "model": _fact("WDC WD10EZEX-08WN4A0"),
                "serial": _fact("WD-WCC6Y3HK1234"),
                "firmware": _fact("02.01A02"),
                "wwn": _fact("50014ee2b1234567"),
                "eui64": None,
                "nguid": None,
            },
            "bus": "ata",
            "media": "magnetic",
            "size": SIZE,
            "logical_sector": SECTOR,
            "physical_sector": 4096,
            "virtual": None,
        },
        "hidden_areas": {"hpa": "unknown", "dco": "unknown", "ama": "unknown"},
        "technique": {"id": "overwrite", "refused": [{"technique": "ata-security-erase", "reason": "not-in-this-version"}]},
        "scheme": {
            "id": "random",
            "source": load_schemes()["random"].source,
            "passes": [
                {
                    "number": 1,
                    "pattern": "random",
                    "generator": "aes-256-ctr",
                    "key": "0f" * 32,
                    "bytes_written": SIZE,
                    "milliseconds": 2000,
                    "flushed": True,
                }
            ],
        },
        "sectors": SIZE // SECTOR,
        "sectors_written": SIZE // SECTOR,
        "exceptions": [],
        "exception_sectors": 0,
        "verification": {
            "kind": "full",
            "seed": None,
            "bytes_compared": SIZE,
            "samples": 1,
            "percent_ppm": None,
            "left_over_bytes": 512,
            "finding_ppm": 1_000_000,
            "mismatches": [],
            "mismatched_sectors": 0,
            "unreadable_sectors": 0,
            "milliseconds": 1500,
            "result": "passed",
        },
        "validation": {"result": "open"},
        "people": {
            "operator": {"id": "op-17", "name": "佐藤 花子", "organisation": "株式会社試験消去", "post": "作業員"},
            "witness": {"id": "st-03", "name": "髙橋 一郎", "organisation": "試験市", "post": "主査"},
        },
        "place": "本庁舎 3階 電算室",
        "times": {
            "started": {"at": "2026-11-23T00:50:00Z", "source": "system-clock-ntp"},
            "finished": {"at": "2026-11-23T00:55:00Z", "source": "system-clock-ntp"},
            "milliseconds": 4000,
        },
        "interruptions": [
            {
                "stopped": {"at": "2026-11-23T00:51:00Z", "source": "system-clock-ntp"},
                "resumed": {"at": "2026-11-23T00:52:00Z", "source": "system-clock-unsynchronised"},
                "cause": "crash-or-power-loss",
                "bytes_done": SIZE // 2,
                "machine": machine("5CG9999ABC"),
            }
        ],
        "tool": {"name": "haiki", "version": "0.1.0", "python": "3.11.2", "kernel": "6.1.0-28-amd64"},
        "limits": ["reallocated-sectors-out-of-reach"],
        "journal": {"sha256": "cd" * 32, "lines": 40, "head": "ef" * 32},
    }


def photo(number: int, digest: str) -> dict[str, Any]:
    return {
        "file": f"photos/{number:02}.jpg",
        "kind": "label",
        "caption": "製造番号ラベル",
        "original_sha256": digest * 32,
        "published_sha256": digest[::-1] * 32,
        "width": 1600,
        "height": 1200,
        "captured": "2026-11-23T09:41:00+09:00",
        "barcodes": [{"format": "Code128", "text": "WD-WCC6Y3HK1234"}],
    }


def good_certificate(erasure: Erasure) -> dict[str, Any]:
    return {
        "certificate": "C-" + "1" * 26,
        "issued": {"at": "2026-11-23T01:02:03Z", "source": "fixed"},
        "supersedes": None,
        "test": False,
        "erasure_sha256": sha256_hex(statement_bytes(erasure)),
        "addressee": {"name": "試験市", "department": "総務部", "address": None, "corporate_number": None, "responsible": None},
        "subject": "端末等の廃棄に係るデータ消去",
        "contract": "令和8年度 第12号",
        "document_number": None,
        "contractor": {
            "name": "株式会社試験消去",
            "department": None,
            "address": "試験県試験市1-2-3",
            "corporate_number": "1234567890123",
            "responsible": "鈴木 次郎",
        },
        "subcontractors": [],
        "certifier": {"name": "鈴木 次郎", "post": "代表取締役", "authority": None},
        "destination": None,
        "remarks": None,
        "photos": [photo(1, "12"), photo(2, "34")],
        "verify_url": "https://haiki.example/v",
        "renderer": "haiki 0.1.0",
        "language": "ja",
    }


def changed(value: dict[str, Any], path: str, new: object) -> dict[str, Any]:
    """A copy with the one field at ``path`` (names and list places, joined by dots) set to ``new``."""
    copy = msgspec.json.decode(msgspec.json.encode(value))
    place: Any = copy
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = new
    else:
        assert last in place, path
        place[last] = new
    return copy


@pytest.fixture(scope="session")
def erasure_with() -> Callable[..., Erasure]:
    """``erasure_with({"verification.result": "failed"})``: the good erasure but for these fields."""

    def make(fields: dict[str, object] | None = None) -> Erasure:
        value = good_erasure()
        for path, new in (fields or {}).items():
            value = changed(value, path, new)
        return msgspec.convert(value, Erasure)

    return make


@pytest.fixture(scope="session")
def erasure(erasure_with: Callable[..., Erasure]) -> Erasure:
    return erasure_with()


@pytest.fixture(scope="session")
def certificate_with(erasure: Erasure) -> Callable[..., Certificate]:
    """The good certificate of the good erasure, but for these fields."""

    def make(fields: dict[str, object] | None = None) -> Certificate:
        value = good_certificate(erasure)
        for path, new in (fields or {}).items():
            value = changed(value, path, new)
        return msgspec.convert(value, Certificate)

    return make


JOB_SIZE = 1024 * 1024
JOB = "J-" + "7" * 26
KEY = "5a" * 32


def job_machine(serial: str = "PC-1") -> dict[str, Any]:
    return {
        "maker": _fact("NEC", "firmware"),
        "model": None,
        "serial": _fact(serial, "firmware"),
        "hypervisor": None,
        "boot_id": "b-1",
        "kernel": "6.1.0",
    }


def drive(**changes: Any) -> dict[str, Any]:
    names = dict.fromkeys(("vendor", "model", "serial", "firmware", "wwn", "eui64", "nguid"))
    return {
        "nodes": ["/dev/sdb"],
        "identity": {**names, "model": _fact("MODEL"), "serial": _fact("SERIAL-1"), **changes.pop("identity", {})},
        "bus": "ata",
        "media": "magnetic",
        "size": JOB_SIZE,
        "logical_sector": SECTOR,
        "physical_sector": SECTOR,
        "read_only": False,
        "removable": False,
        "virtual": None,
        "holders": [],
        **changes,
    }


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "https://haiki.example/plan/v1",
        "drive": drive(),
        "machine": job_machine(),
        "policy": {
            "id": "nist-800-88r1",
            "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
            "sha256": built_in_policies()["nist-800-88r1"].sha256,
            "zone": None,
            "classification": None,
            "require": "clear",
        },
        "technique": "overwrite",
        "refused": [{"technique": "nvme-sanitize-block", "reason": "not-in-this-version"}],
        "scheme": scheme("random"),
        "verify": {"kind": "full", "percent_ppm": None},
        "expected": {"method": "clear", "standard": "s", "edition": "e", "clause": "c", "reasons": []},
        "limits": ["hidden-areas-unknown"],
        "estimate_ms": None,
        "test": False,
        **changes,
    }


def scheme(id_: str) -> dict[str, Any]:
    """A named scheme as a plan has it."""
    found = asdict(load_schemes()[id_])
    return {**found, "passes": list(found["passes"])}


def confirmation(plan_bytes: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "schema": "https://haiki.example/confirmation/v1",
        "job": JOB,
        "plan_sha256": sha256_hex(plan_bytes),
        "serial": "SERIAL-1",
        "label": None,
        "asset": "A-42",
        "place": "庁舎",
        "operator": {"id": "op", "name": "作業 者", "organisation": None, "post": None},
        "witness": {"id": "wi", "name": "立会 者", "organisation": "試験市", "post": "主査"},
        "at": "2026-11-23T00:00:00Z",
        "source": "fixed",
        "expires": "2026-11-23T00:15:00Z",
        **changes,
    }


STARTED = {"pass": 1, "of": 1, "pattern": "random", "generator": "chacha20", "start": 0}
VERIFYING = {
    "pass": 1,
    "kind": "full",
    "seed": None,
    "percent_ppm": None,
    "bytes": JOB_SIZE,
    "samples": 1,
    "left_over_bytes": SECTOR,
    "finding_ppm": 1_000_000,
}
VERIFIED = {
    **{name: value for name, value in VERIFYING.items() if name != "bytes"},
    "bytes_compared": JOB_SIZE,
    "mismatched_sectors": 0,
    "unreadable_sectors": 0,
    "ms": 7,
    "result": "passed",
}
CLAIM = {
    "method": "clear",
    "standard": "NIST SP 800-88",
    "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
    "clause": "Appendix A, Tables A-5, A-6: Clear by overwriting",
    "evidence": "logical-read-back",
    "reasons": [],
}
NO_CLAIM = {**CLAIM, "method": "none", "evidence": "none", "reasons": ["not-completed"]}
ENDED = {
    "outcome": "erased",
    "claim": CLAIM,
    "sectors_written": JOB_SIZE // SECTOR,
    "exception_sectors": 0,
    "ms": 20,
    "limits": ["hidden-areas-unknown"],
}
FAILED = {**ENDED, "outcome": "not-erased", "claim": NO_CLAIM}


def session(number: int, cause: str | None = None, where: dict[str, Any] | None = None) -> dict[str, Any]:
    kind = "run" if number == 1 else "resume"
    return {"number": number, "kind": kind, "cause": cause, "machine": where or job_machine(), "python": "3.11", "kernel": "6.1"}


class Folder:
    """A job folder in the making: lines are added one by one, a second apart."""

    def __init__(self, plan_value: dict[str, Any] | None = None, **confirmed: Any) -> None:
        self.plan = canonical_json(plan_value or plan())
        self.confirmation = canonical_json(confirmation(self.plan, **confirmed))
        self.lines: list[bytes] = []
        self.sessions = 0
        self.at = datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC)
        self.add("opened", self.opening())

    def opening(self) -> dict[str, Any]:
        return {
            "job": JOB,
            "plan_sha256": sha256_hex(self.plan),
            "confirmation_sha256": sha256_hex(self.confirmation),
            "tool": {"name": "haiki", "version": "0.1.0"},
        }

    def add(self, event: str, data: dict[str, Any], seconds: int = 1) -> Folder:
        prev = sha256_hex(self.lines[-1]) if self.lines else GENESIS
        content = {"at": rfc3339(self.at), "source": "fixed", "ms": 0, "event": event, "data": data}
        self.lines.append(seal(len(self.lines), prev, content))
        self.at += timedelta(seconds=seconds)
        return self

    def later(self, seconds: int) -> Folder:
        self.at += timedelta(seconds=seconds)
        return self

    def session(self, cause: str | None = None, where: dict[str, Any] | None = None, found: dict[str, Any] | None = None) -> Folder:
        self.sessions += 1
        return self.add("session", session(self.sessions, cause, where)).add("identified", {"drive": found or drive()})

    def write(self) -> Folder:
        self.add("keys", {"pass": 1, "generator": "chacha20", "key": KEY}).add("pass-started", STARTED)
        return self.add("pass-finished", {"pass": 1, "bytes_written": JOB_SIZE, "ms": 9, "flushed": True})

    def verify(self, **changes: Any) -> Folder:
        return self.add("verification-started", VERIFYING).add("verification-finished", {**VERIFIED, **changes})

    def end(self, ending: dict[str, Any] | None = None) -> Folder:
        return self.add("finished", ending or ENDED)

    @property
    def journal(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)

    @property
    def head(self) -> bytes:
        return Head(len(self.lines) - 1, sha256_hex(self.lines[-1])).to_bytes()

    @property
    def files(self) -> JobFiles:
        return JobFiles(self.plan, self.confirmation, self.journal, self.head)


def good() -> Folder:
    return Folder().session().write().verify().end()


@pytest.fixture(scope="session")
def jobs() -> SimpleNamespace:
    """What job folders are made of: ``jobs.good()``, ``jobs.Folder()...`` and the data of their lines."""
    return SimpleNamespace(
        Folder=Folder,
        good=good,
        plan=plan,
        scheme=scheme,
        session=session,
        drive=drive,
        fact=_fact,
        machine=job_machine,
        confirmation=confirmation,
        SIZE=JOB_SIZE,
        SECTOR=SECTOR,
        JOB=JOB,
        KEY=KEY,
        STARTED=STARTED,
        VERIFYING=VERIFYING,
        VERIFIED=VERIFIED,
        NO_CLAIM=NO_CLAIM,
        ENDED=ENDED,
        FAILED=FAILED,
    )
