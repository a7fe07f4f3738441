"""Honest papers: a job folder's files, the statements, the token, the PDF and the bundle, with nothing left to chance."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from msgspec import structs

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.chain import GENESIS, Head, seal
from certify.foundation.clock import parse_rfc3339
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes
from certify.pdf.render import render, renderer_id
from certify.signing import dsse
from certify.signing.certificates import write_pem
from certify.signing.signer import Signer
from certify.statement import certificate as certificates
from certify.statement import erasure as erasures
from certify.statement.from_journal import JobFiles, erasure_from_files
from certify.statement.model import Certificate, Erasure, Party, Photo, Stamp
from certify.token.payload import Token, sign_token, token_of
from certify.token.text import TokenText, write_text
from golden.forgery.keys import signer
from golden.forgery.pdf_tools import force_sign

JOB = "J-0123456789ABCDEFGHJKMNPQRS"
OTHER_JOB = "J-0123456789ABCDEFGHJKMNPQRT"
CERTIFICATE = "C-0123456789ABCDEFGHJKMNPQRS"
OTHER_CERTIFICATE = "C-0123456789ABCDEFGHJKMNPQRT"
SOURCE = "system-clock-ntp"
SIZE = 4 * 1024 * 1024
SECTOR = 512

# grey squares of 16 x 16 pixels as JPEG: bytes, not a drawing, so that no library's next version makes others
_SQUARE = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAQ"
    "ABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/A%sD/9k="
)
PHOTOS = tuple(base64.b64decode(_SQUARE % shade) for shade in ("Jg", "Ko"))
OTHER_PHOTO = base64.b64decode(_SQUARE % "JM")

_IDENTIFY = "identify"


def _fact(value: str | None, source: str = _IDENTIFY) -> dict[str, str] | None:
    return None if value is None else {"value": value, "source": source}


def _drive(serial: str, virtual: str | None) -> dict[str, Any]:
    source = "kernel" if virtual else _IDENTIFY
    return {
        "bus": "virtual" if virtual else "ata",
        "identity": {
            "vendor": _fact(None if virtual else "TESTA"),
            "model": _fact(virtual or "TESTA 100", source),
            "serial": _fact(serial, "derived" if virtual else _IDENTIFY),
            "firmware": _fact(None if virtual else "T1"),
            "wwn": None,
            "eui64": None,
            "nguid": None,
        },
        "logical_sector": SECTOR,
        "media": "unknown" if virtual else "magnetic",
        "physical_sector": SECTOR,
        "size": SIZE,
        "virtual": virtual,
    }


_MACHINE = {
    "maker": _fact("TESTB", "firmware"),
    "model": _fact("T200", "firmware"),
    "serial": _fact("M0001", "firmware"),
    "hypervisor": None,
    "boot_id": None,
    "kernel": "6.1.0",
}
_POLICY = {
    "id": "nist-800-88r1",
    "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
    "sha256": built_in_policies()["nist-800-88r1"].sha256,
    "zone": None,
    "classification": None,
    "require": "clear",
}
_MAGNETIC = "Appendix A, Tables A-5, A-6: Clear by overwriting"
_FLASH = "Appendix A, Table A-8 (solid state drives): Clear by overwriting"


@dataclass(frozen=True)
class Job:
    """What is particular about one job."""

    job: str = JOB
    serial: str = "TST0000001"
    virtual: str | None = None
    passed: bool = True  # the verification
    day: str = "2026-11-20"


def _claim(job: Job) -> dict[str, Any]:
    return {
        "method": "clear" if job.passed else "none",
        "standard": "NIST SP 800-88",
        "edition": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
        "clause": f"{_MAGNETIC}; {_FLASH}" if job.virtual else _MAGNETIC,  # of a virtual drive's medium nothing is known
        "evidence": "logical-read-back" if job.passed else "none",
        "reasons": ["addressable-area-only" if job.passed else "verification-failed"],
    }


def _person(name: str) -> dict[str, Any]:
    return {"id": name, "name": None, "organisation": None, "post": None}


def _plan(job: Job) -> bytes:
    return canonical_json(
        {
            "schema": "https://haiki.example/plan/v1",
            "drive": _drive(job.serial, job.virtual),
            "machine": _MACHINE,
            "policy": _POLICY,
            "technique": "overwrite",
            "refused": [],
            "scheme": {**asdict(load_schemes()["zero"]), "passes": ["00"]},
            "verify": {"kind": "full", "percent_ppm": None},
            "expected": _claim(replace(job, passed=True)),
            "limits": [],
            "estimate_ms": None,
            "test": job.virtual is not None,
        }
    )


def _confirmation(job: Job, plan: bytes) -> bytes:
    return canonical_json(
        {
            "schema": "https://haiki.example/confirmation/v1",
            "job": job.job,
            "plan_sha256": sha256_hex(plan),
            "serial": job.serial,
            "label": None,
            "asset": "A-1",
            "place": None,
            "operator": _person("op-1"),
            "witness": _person("wi-1"),
            "at": f"{job.day}T00:59:00Z",
            "source": SOURCE,
            "expires": f"{job.day}T01:14:00Z",
        }
    )


def _events(job: Job, plan: bytes, confirmation: bytes) -> list[tuple[str, str, dict[str, Any]]]:
    wrong = 0 if job.passed else 1
    verification = {
        "pass": 1,
        "kind": "full",
        "seed": None,
        "percent_ppm": None,
        "samples": 1,
        "left_over_bytes": 512,
        "finding_ppm": 1_000_000,
    }
    compared = {
        "bytes_compared": SIZE,
        "mismatched_sectors": wrong,
        "unreadable_sectors": 0,
        "ms": 900,
        "result": "passed" if job.passed else "failed",
    }
    opened = {
        "job": job.job,
        "plan_sha256": sha256_hex(plan),
        "confirmation_sha256": sha256_hex(confirmation),
        "tool": {"name": "erase", "version": "0.1.0"},
    }
    return [
        ("01:00:00", "opened", opened),
        ("01:00:00", "session", {"number": 1, "kind": "run", "cause": None, "machine": _MACHINE, "python": "3.11.2", "kernel": "6.1.0"}),
        ("01:00:01", "identified", {"drive": _drive(job.serial, job.virtual)}),
        ("01:00:02", "pass-started", {"pass": 1, "of": 1, "pattern": "00", "generator": None, "start": 0}),
        ("01:00:04", "pass-finished", {"pass": 1, "bytes_written": SIZE, "ms": 1800, "flushed": True}),
        ("01:00:04", "verification-started", {**verification, "bytes": SIZE}),
        *([("01:00:05", "mismatch", {"pass": 1, "first_lba": 7, "sectors": 1})] if wrong else []),
        ("01:00:05", "verification-finished", {**verification, **compared}),
        (
            "01:00:06",
            "finished",
            {
                "outcome": "erased" if job.passed else "not-erased",
                "claim": _claim(job),
                "sectors_written": SIZE // SECTOR,
                "exception_sectors": 0,
                "ms": 2700,
                "limits": [],
            },
        ),
    ]


def sampled(erasure: Erasure) -> Erasure:
    """The same, read back by a tenth: 8 of 64 blocks of 64 KiB are drawn, so that one of them is found with 8/64."""
    share = {
        "kind": "percent",
        "seed": "00" * 32,
        "percent_ppm": 100_000,
        "samples": 8,
        "bytes_compared": SIZE // 8,
        "left_over_bytes": 8 * SECTOR,
        "finding_ppm": 125_000,
    }
    return structs.replace(erasure, verification=structs.replace(erasure.verification, **share))


def chained(lines: list[dict[str, Any]]) -> tuple[bytes, bytes]:
    """A journal of these lines, and its head."""
    prev, written = GENESIS, []
    for number, line in enumerate(lines):
        written.append(seal(number, prev, line))
        prev = sha256_hex(written[-1])
    return b"".join(line + b"\n" for line in written), Head(len(written) - 1, prev).to_bytes()


def lines_of(job: Job) -> list[dict[str, Any]]:
    """The journal's lines, not yet chained."""
    plan = _plan(job)
    events = _events(job, plan, _confirmation(job, plan))
    return [
        {"at": f"{job.day}T{at}Z", "source": SOURCE, "ms": 1000 * number, "event": event, "data": data}
        for number, (at, event, data) in enumerate(events)
    ]


def job_files(job: Job) -> JobFiles:
    """The job folder's files."""
    plan = _plan(job)
    return JobFiles(plan, _confirmation(job, plan), *chained(lines_of(job)))


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Making:
    """How papers are made. As it stands: honestly. Each change is a place where someone may lie."""

    job: Job = Job()
    station: Signer = field(default_factory=lambda: signer("station"))
    contractor: Signer = field(default_factory=lambda: signer("contractor"))
    photos: tuple[bytes, ...] = PHOTOS
    language: Literal["ja", "en"] = "en"  # the smaller file
    erasure: Callable[[Erasure], Erasure] = _same
    erasure_payload: Callable[[bytes], bytes] = _same
    certificate: Callable[[Certificate], Certificate] = _same
    certificate_payload: Callable[[bytes], bytes] = _same
    token: Callable[[Token], Token] = _same
    code: Callable[[TokenText], TokenText] = _same  # what the pages show
    inside: Callable[[dict[str, bytes]], dict[str, bytes]] = _same  # what lies inside the PDF
    drawn: Callable[[bytes], bytes] = _same  # the PDF before it is signed

    def but(self, **changes: Any) -> Making:
        """The same, with a lie."""
        return replace(self, **changes)


def _photo(number: int, data: bytes) -> Photo:
    return Photo(
        file=f"photos/{number:02}.jpg",
        kind="label",
        caption=None,
        original_sha256=hashlib.sha256(b"original of " + data).hexdigest(),
        published_sha256=sha256_hex(data),
        width=16,
        height=16,
        captured=None,
        barcodes=[],
    )


def _certificate(making: Making, erasure: Erasure, erasure_payload: bytes) -> Certificate:
    contractor = Party(name="株式会社試験消去", department=None, address=None, corporate_number="9990000000001", responsible=None)
    return Certificate(
        certificate=CERTIFICATE if making.job.job == JOB else OTHER_CERTIFICATE,
        issued=Stamp(at=f"{making.job.day}T02:00:00Z", source=SOURCE),
        supersedes=None,
        test=erasure.test,
        erasure_sha256=sha256_hex(erasure_payload),
        addressee=None,
        subject=None,
        contract=None,
        document_number=None,
        contractor=contractor,
        subcontractors=[],
        certifier=None,
        destination=None,
        remarks=None,
        photos=[_photo(number, data) for number, data in enumerate(making.photos, 1)],
        verify_url="https://haiki.example/v",
        renderer=renderer_id(),
        language=making.language,
    )


@dataclass(frozen=True)
class Papers:
    """What came out."""

    making: Making
    erasure: Erasure
    certificate: Certificate
    erasure_envelope: bytes
    certificate_envelope: bytes
    code: TokenText
    journal: bytes

    def unsigned_pdf(self) -> bytes:
        """The PDF as it was drawn."""
        inside = {"erasure.dsse.json": self.erasure_envelope, "certificate.dsse.json": self.certificate_envelope}
        data = render(self.erasure, self.certificate, self.making.photos, str(self.making.code(self.code)), self.making.inside(inside))
        return self.making.drawn(data)

    @cached_property
    def pdf(self) -> bytes:
        """The PDF, signed without our signer's own doubts."""
        return force_sign(self.unsigned_pdf(), self.making.contractor, parse_rfc3339(self.certificate.issued.at))


def make(making: Making) -> Papers:
    """Statements and token of one making. Nothing asks whether they are true."""
    files = job_files(making.job)
    erasure = making.erasure(erasure_from_files(files))
    erasure_payload = making.erasure_payload(erasures.statement_bytes(erasure))
    certificate = making.certificate(_certificate(making, erasure, erasure_payload))
    certificate_payload = making.certificate_payload(certificates.statement_bytes(certificate))
    token = making.token(token_of(certificate, certificate_payload, erasure, "999990"))
    return Papers(
        making,
        erasure,
        certificate,
        dsse.sign(dsse.IN_TOTO, erasure_payload, making.station),
        dsse.sign(dsse.IN_TOTO, certificate_payload, making.contractor),
        write_text(certificate.verify_url, sign_token(token, making.contractor)),
        files.journal,
    )


def changed(**changes: Any) -> Callable[[Any], Any]:
    """A change of fields, for the places of a Making."""
    return lambda value: structs.replace(value, **changes)


def files_of(papers: Papers, pdf: bytes | None = None) -> dict[str, bytes]:
    """The members of the bundle, without its manifest."""
    chain = dict.fromkeys((*papers.making.contractor.certificates, *papers.making.station.certificates))
    return {
        "erasure.dsse.json": papers.erasure_envelope,
        "certificate.dsse.json": papers.certificate_envelope,
        "certificate.pdf": papers.pdf if pdf is None else pdf,
        "token.txt": f"{papers.code}\n".encode(),
        "chain.pem": write_pem(chain),
        "journal.jsonl": papers.journal,
        **{f"photos/{number:02}.jpg": data for number, data in enumerate(papers.making.photos, 1)},
    }
