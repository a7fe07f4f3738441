"""Which jobs a certificate may be issued for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from certify.errors import CertifyError
from certify.foundation.messages import Language
from certify.issuing.job import read_job
from certify.signing import dsse

Make = Callable[..., Any]


def _refused(folder: Path, trust: Any) -> CertifyError:
    with pytest.raises(CertifyError) as refused:
        read_job(folder, trust)
    assert all(refused.value.sentences())
    return refused.value


def test_a_finished_job_is_read(make_job: Make, make_erasure: Make, pki: Any) -> None:
    job = read_job(make_job(make_erasure()), pki.trust)
    assert job.erasure.outcome == "erased"
    assert job.journal == b'{"the":"journal"}\n'
    assert job.album.photos == ()


def test_a_failed_job_is_read_too(make_job: Make, make_failed_erasure: Make, pki: Any) -> None:
    assert read_job(make_job(make_failed_erasure()), pki.trust).erasure.outcome == "erased-with-exceptions"


def test_a_folder_that_is_no_job_is_refused(tmp_path: Path, pki: Any, language: Language) -> None:
    assert _refused(tmp_path, pki.trust).code == "no-job"
    assert _refused(tmp_path / "nowhere", pki.trust).code == "no-job"


def test_a_job_that_has_not_ended_is_refused(make_job: Make, make_erasure: Make, pki: Any, language: Language) -> None:
    folder = make_job(make_erasure())
    (folder / "erasure.dsse.json").unlink()
    refused = _refused(folder, pki.trust)
    assert refused.code == "not-finished"
    assert "erase resume" in refused.part("next")


def test_a_statement_that_contradicts_itself_is_refused(make_job: Make, make_erasure: Make, pki: Any) -> None:
    check = msgspec.structs.replace(make_erasure().verification, result="failed")
    assert _refused(make_job(make_erasure(verification=check)), pki.trust).code == "contradiction"


@pytest.mark.parametrize("name", ["contractor", "agency"])
def test_a_statement_that_no_station_signed_is_refused(make_job: Make, make_erasure: Make, pki: Any, name: str, language: Language) -> None:
    folder = make_job(make_erasure(), station=pki.signer(name))
    assert _refused(folder, None).code == "statement-not-by-station"


def test_a_statement_that_was_changed_after_signing_is_refused(make_job: Make, make_erasure: Make, pki: Any) -> None:
    folder = make_job(make_erasure())
    path = folder / "erasure.dsse.json"
    other = dsse.parse(make_job(make_erasure(asset="別の番号"), name="J-01J8Q4W3N7K2M5R9T6V1X0Y3Z5").joinpath(path.name).read_bytes())
    mixed = msgspec.json.decode(path.read_bytes())
    import base64

    mixed["payload"] = base64.b64encode(other.payload).decode()
    from certify.foundation.canonical import canonical_json

    path.write_bytes(canonical_json(mixed))
    assert _refused(folder, None).code == "statement-not-by-station"


def test_a_station_that_the_trust_file_does_not_know_is_refused(make_job: Make, make_erasure: Make, pki: Any, language: Language) -> None:
    folder = make_job(make_erasure(), station=pki.signer("foreign-station"))
    assert _refused(folder, pki.trust).code == "station-not-believed"
    assert read_job(folder, None).erasure.outcome == "erased"  # without a trust file nobody can be asked


def test_another_journal_than_the_signed_one_is_refused(make_job: Make, make_erasure: Make, pki: Any, language: Language) -> None:
    folder = make_job(make_erasure())
    (folder / "journal.jsonl").write_bytes(b'{"another":"journal"}\n')
    assert _refused(folder, pki.trust).code == "journal-differs"


@pytest.mark.parametrize("content", [b"", b"{}", b"junk", b"[" * 10_000])
def test_a_statement_that_can_not_be_read_is_refused(make_job: Make, make_erasure: Make, pki: Any, content: bytes) -> None:
    folder = make_job(make_erasure())
    (folder / "erasure.dsse.json").write_bytes(content)
    assert _refused(folder, pki.trust).code == "envelope-malformed"


def test_a_journal_that_is_gone_is_refused(make_job: Make, make_erasure: Make, pki: Any, language: Language) -> None:
    folder = make_job(make_erasure())
    (folder / "journal.jsonl").unlink()
    assert _refused(folder, pki.trust).code == "job-unreadable"


def test_an_envelope_of_another_kind_is_refused(make_job: Make, make_erasure: Make, pki: Any) -> None:
    folder = make_job(make_erasure())
    path = folder / "erasure.dsse.json"
    path.write_bytes(dsse.sign("text/plain", dsse.parse(path.read_bytes()).payload, pki.station))
    assert _refused(folder, pki.trust).code == "job-unreadable"
