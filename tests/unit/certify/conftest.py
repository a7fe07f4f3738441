"""Sample facts for the papers: one erasure that went well, one certificate about it, and changes to both by name."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes
from certify.statement.model import (
    BadRange,
    Certificate,
    Certifier,
    Claim,
    DriveFacts,
    Erasure,
    Fact,
    HiddenAreas,
    Identity,
    Interruption,
    Journal,
    MachineFacts,
    Party,
    PassRecord,
    People,
    Person,
    Photo,
    Policy,
    Scheme,
    Stamp,
    Technique,
    Times,
    Tool,
    Validation,
    Verification,
)

JOB = "J-01J8Q4W3N7K2M5R9T6V1X0Y3Z4"
CERTIFICATE = "C-02K9R5X4P8M3N6S0V7W2Y1Z4A5"


def _sha(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def _machine(**changes: Any) -> MachineFacts:
    facts: dict[str, Any] = {
        "maker": Fact(value="富士通", source="firmware"),
        "model": Fact(value="ESPRIMO D7012/K", source="firmware"),
        "serial": Fact(value="MACH0001234", source="firmware"),
        "hypervisor": None,
        "boot_id": "0f0e0d0c-0b0a-4908-8706-050403020100",
        "kernel": "6.1.0-28-amd64",
    }
    return MachineFacts(**facts | changes)


def _erasure() -> Erasure:
    size = 500_107_862_016
    return Erasure(
        job=JOB,
        asset="情-2019-0421",
        order=None,
        test=False,
        outcome="erased",
        claim=Claim(
            method="clear",
            standard="NIST SP 800-88",
            edition="Rev. 1 (2014-12, withdrawn 2025-09-26)",
            clause="Appendix A, Tables A-5, A-6: Clear by overwriting",
            evidence="logical-read-back",
            reasons=["addressable-area-only"],
        ),
        policy=Policy(
            id="nist-800-88r1",
            edition="Rev. 1 (2014-12, withdrawn 2025-09-26)",
            sha256=built_in_policies()["nist-800-88r1"].sha256,
            zone=None,
            classification=None,
            require="clear",
        ),
        machine=_machine(),
        drive=DriveFacts(
            identity=Identity(
                vendor=Fact(value="TOSHIBA", source="identify"),
                model=Fact(value="TOSHIBA DT01ACA050", source="identify"),
                serial=Fact(value="Y5N3KV2AS", source="identify"),
                firmware=Fact(value="MS1OA750", source="identify"),
                wwn=Fact(value="0x5000039fe6c1a2b3", source="identify"),
                eui64=None,
                nguid=None,
            ),
            bus="ata",
            media="magnetic",
            size=size,
            logical_sector=512,
            physical_sector=4096,
            virtual=None,
        ),
        hidden_areas=HiddenAreas(hpa="unknown", dco="unknown", ama="unknown"),
        technique=Technique(id="overwrite", refused=[]),
        scheme=Scheme(
            id="random",
            source=load_schemes()["random"].source,
            passes=[
                PassRecord(
                    number=1,
                    pattern="random",
                    generator="aes-256-xts",
                    key=_sha("key") + _sha("tweak"),
                    bytes_written=size,
                    milliseconds=4_123_456,
                    flushed=True,
                )
            ],
        ),
        sectors=size // 512,
        sectors_written=size // 512,
        exceptions=[],
        exception_sectors=0,
        verification=Verification(
            kind="full",
            seed=None,
            bytes_compared=size,
            samples=1,
            percent_ppm=None,
            left_over_bytes=512,
            finding_ppm=1_000_000,
            mismatches=[],
            mismatched_sectors=0,
            unreadable_sectors=0,
            milliseconds=3_900_000,
            result="passed",
        ),
        validation=Validation(result="open"),
        people=People(
            operator=Person(id="op-017", name="髙橋 一郎", organisation="株式会社消去サービス", post="技術員"),
            witness=Person(id="shokuin-204", name="山﨑 花子", organisation="○○市総務部", post="主査"),
        ),
        place="○○市役所 本庁舎 地下1階 作業室",
        times=Times(
            started=Stamp(at="2026-11-22T22:10:00Z", source="system-clock-ntp"),
            finished=Stamp(at="2026-11-23T00:24:00Z", source="system-clock-ntp"),
            milliseconds=8_023_456,
        ),
        interruptions=[],
        tool=Tool(name="erase", version="0.1.0", python="3.11.7", kernel="6.1.0-28-amd64"),
        limits=["retired-sectors-not-reached", "defect-counts-unknown", "hidden-areas-unknown"],
        journal=Journal(sha256=_sha("journal"), lines=58, head=_sha("head")),
    )


def _with_exceptions(erasure: Erasure) -> dict[str, Any]:
    exceptions = [BadRange(operation="write", number=1, first_lba=1_000_000 + 977 * n, sectors=8, error="EIO") for n in range(60)]
    verification = msgspec.structs.replace(
        erasure.verification, bytes_compared=erasure.drive.size - 480 * 512, left_over_bytes=None, finding_ppm=None
    )
    claim = msgspec.structs.replace(erasure.claim, method="none", evidence="none", reasons=["sectors-with-errors", "addressable-area-only"])
    breaks = [
        Interruption(
            stopped=Stamp(at="2026-11-22T22:40:00Z", source="system-clock-ntp"),
            resumed=Stamp(at="2026-11-22T22:52:11Z", source="system-clock-unsynchronised"),
            cause="crash-or-power-loss",
            bytes_done=200_000_000_000,
            machine=_machine(model=Fact(value="OptiPlex 7090", source="firmware"), maker=Fact(value="Dell Inc.", source="firmware")),
        )
    ]
    return {
        "outcome": "erased-with-exceptions",
        "exceptions": exceptions,
        "exception_sectors": 480,
        "sectors_written": erasure.sectors - 480,
        "verification": verification,
        "claim": claim,
        "interruptions": breaks,
    }


def _certificate() -> Certificate:
    return Certificate(
        certificate=CERTIFICATE,
        issued=Stamp(at="2026-11-23T01:02:03Z", source="fixed"),
        supersedes=None,
        test=False,
        erasure_sha256=_sha("erasure"),
        addressee=Party(name="○○市長", department="総務部 情報政策課", address=None, corporate_number=None, responsible=None),
        subject="情報システム機器廃棄に伴うデータ消去業務",
        contract="情契第2026-118号",
        document_number="消サ発第1123号",
        contractor=Party(
            name="株式会社消去サービス",
            department=None,
            address="東京都千代田区霞が関0-0-0",
            corporate_number="1234567890123",
            responsible="佐藤 次郎",
        ),
        subcontractors=[],
        certifier=Certifier(name="鈴木 三郎", post="代表取締役", authority=None),
        destination="再資源化 (○○リサイクル株式会社)",
        remarks=None,
        photos=[],
        verify_url="https://haiki.example/v",
        renderer="sample",
        language="ja",
    )


@pytest.fixture
def make_erasure() -> Callable[..., Erasure]:
    """``make_erasure(**changes)``: the good one, some fields changed."""
    return lambda **changes: msgspec.structs.replace(_erasure(), **changes)


@pytest.fixture
def make_failed_erasure() -> Callable[..., Erasure]:
    """The same drive with 480 bad sectors and an interruption; no claim."""
    return lambda **changes: msgspec.structs.replace(_erasure(), **_with_exceptions(_erasure()) | changes)


@pytest.fixture
def make_certificate() -> Callable[..., Certificate]:
    """``make_certificate(**changes)``: about the good erasure, some fields changed."""
    return lambda **changes: msgspec.structs.replace(_certificate(), **changes)


@pytest.fixture
def make_picture() -> Callable[..., bytes]:
    """``make_picture(width, height, format="JPEG", shade=0)``: a small picture file; other shades are other photos."""
    from PIL import Image

    def make(width: int = 320, height: int = 240, *, format: str = "JPEG", shade: int = 0, **options: Any) -> bytes:  # noqa: A002
        picture = Image.linear_gradient("L").resize((width, height)).point(lambda value: (value + shade) % 256).convert("RGB")
        target = io.BytesIO()
        picture.save(target, format, **options)
        return target.getvalue()

    return make


@pytest.fixture
def make_photo() -> Callable[..., Photo]:
    """``make_photo(data, number=1, **changes)``: the facts of a published photo."""
    from PIL import Image

    def make(data: bytes, number: int = 1, **changes: Any) -> Photo:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
        facts: dict[str, Any] = {
            "file": f"photos/{number:02}.jpg",
            "kind": "label",
            "caption": "消去前のラベル",
            "original_sha256": _sha(f"original {number}"),
            "published_sha256": hashlib.sha256(data).hexdigest(),
            "width": width,
            "height": height,
            "captured": "2026-11-23T07:05:00+09:00",
            "barcodes": [],
        }
        return Photo(**facts | changes)

    return make


@pytest.fixture
def contractors_home(tmp_path: Path, pki: Any) -> Path:
    """A configuration folder with the contractor's key, the trust file and issuer.toml."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True, mode=0o700)
    for ending in ("key", "pem"):
        shutil.copy(pki.folder / f"contractor.{ending}", home / "keys")
    (home / "keys" / "contractor.key").chmod(0o600)
    (home / "trust.json").write_bytes(pki.trust_bytes)
    (home / "issuer.toml").write_text('[contractor]\nname = "株式会社試験消去"\ncorporate_number = "1234567890123"\n')
    return home


@pytest.fixture
def make_job(tmp_path: Path, pki: Any) -> Callable[..., Path]:
    """``make_job(erasure, name=JOB, station=pki.station)``: the folder of a job that has ended, its statement signed."""
    from certify.signing import dsse
    from certify.statement.erasure import statement_bytes

    def make(erasure: Erasure, *, name: str = JOB, station: Any = None) -> Path:
        folder = tmp_path / "jobs" / name
        folder.mkdir(parents=True)
        journal = b'{"the":"journal"}\n'
        facts = Journal(sha256=hashlib.sha256(journal).hexdigest(), lines=1, head=_sha("head"))
        payload = statement_bytes(msgspec.structs.replace(erasure, job=name, journal=facts))
        (folder / "plan.json").write_bytes(b"{}")
        (folder / "journal.jsonl").write_bytes(journal)
        (folder / "erasure.dsse.json").write_bytes(dsse.sign(dsse.IN_TOTO, payload, station or pki.station))
        return folder

    return make
