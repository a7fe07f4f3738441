"""Signing what a job found: success and failure alike, and never more than is on record."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import msgspec
import pytest

from certify.errors import KeyProblem
from certify.errors import Refused as PaperRefused
from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.chain import GENESIS, Head
from certify.foundation.chain import seal as seal_line
from certify.foundation.errors import Exit
from certify.foundation.ids import Prefix, encode
from certify.foundation.standards import Method
from certify.signing import dsse
from certify.statement.erasure import parse_statement, sign_erasure, statement_bytes
from certify.statement.from_journal import erasure_from_folder
from erase.errors import JobError
from erase.jobs.events import Outcome
from erase.station.sealing import exit_of, is_sealed, seal


def sealed(job, pki, clock) -> str:
    return seal(job.folder, job.plan, job.state.finished, pki.station, clock.now())


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_end_is_signed(told, pki, clock, outcome):
    job = told(outcome)
    digest = sealed(job, pki, clock)
    path = job.folder.path / "erasure.dsse.json"
    envelope = dsse.parse(path.read_bytes())
    assert envelope.holds(envelope.signatures[0])
    assert sha256_hex(envelope.payload) == digest
    assert parse_statement(envelope.payload).outcome == outcome.value
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads((job.folder.path / "result.json").read_bytes()) == {
        "job": job.folder.job,
        "outcome": outcome.value,
        "method": "clear" if outcome is Outcome.ERASED else "none",
        "exit": 0 if outcome is Outcome.ERASED else 1,
        "statement_sha256": digest,
    }
    assert is_sealed(job.folder)


def test_signing_again_keeps_what_was_signed(told, pki, clock):
    job = told()
    first = sealed(job, pki, clock)
    (job.folder.path / "result.json").unlink()
    assert not is_sealed(job.folder)
    clock.advance(60)
    assert sealed(job, pki, clock) == first
    assert is_sealed(job.folder)


def of_another_job(statement, pki):
    return sign_erasure(msgspec.structs.replace(statement, job=encode(Prefix.JOB, bytes(15) + b"\1")), pki.station)


def of_another_journal(statement, pki):
    return sign_erasure(
        msgspec.structs.replace(statement, journal=msgspec.structs.replace(statement.journal, sha256="0" * 64)), pki.station
    )


def of_another_outcome(statement, pki):
    failed = msgspec.structs.replace(statement, outcome="not-erased", claim=msgspec.structs.replace(statement.claim, method="none"))
    return sign_erasure(failed, pki.station)


def with_a_broken_signature(statement, pki):
    wire = json.loads(sign_erasure(statement, pki.station))
    wire["signatures"][0]["sig"] = json.loads(dsse.sign(dsse.IN_TOTO, b"{}", pki.station))["signatures"][0]["sig"]
    return canonical_json(wire)


def signed_by_a_contractor(statement, pki):
    return dsse.sign(dsse.IN_TOTO, statement_bytes(statement), pki.contractor)


def of_another_type(statement, pki):
    return dsse.sign("application/json", statement_bytes(statement), pki.station)


FOREIGN = {
    "job": of_another_job,
    "journal": of_another_journal,
    "outcome": of_another_outcome,
    "signature": with_a_broken_signature,
    "signer": signed_by_a_contractor,
    "type": of_another_type,
}


@pytest.mark.parametrize("differing", FOREIGN)
def test_a_statement_that_is_not_this_jobs_is_not_believed(told, pki, clock, language, differing):
    job = told()
    path = job.folder.path / "erasure.dsse.json"
    path.write_bytes(FOREIGN[differing](erasure_from_folder(job.folder.path), pki))
    with pytest.raises(JobError) as caught:
        sealed(job, pki, clock)
    what, why, next_step = caught.value.sentences(language)
    assert caught.value.code == "statement-foreign"
    assert str(path) in what
    assert f" {differing}" in why
    assert "," not in why.split(".")[0]
    assert "erase resume" in next_step
    assert not is_sealed(job.folder)


def test_a_statement_of_another_stations_key_is_kept(told, pki, clock):
    job = told()
    data = sign_erasure(erasure_from_folder(job.folder.path), pki.signer("foreign-station"))
    (job.folder.path / "erasure.dsse.json").write_bytes(data)
    assert sealed(job, pki, clock) == sha256_hex(dsse.parse(data).payload)


def test_a_contradiction_is_not_signed(told, pki, clock):
    """A journal rewritten from end to end to tell of a success that has too few sectors."""
    job = told()
    lines = [json.loads(line) for line in (job.folder.path / "journal.jsonl").read_bytes().splitlines()]
    lines[-1]["data"]["sectors_written"] -= 1
    data, last = b"", GENESIS
    for seq, line in enumerate(lines):
        sealed_line = seal_line(seq, last, {name: value for name, value in line.items() if name not in ("seq", "prev")})
        data, last = data + sealed_line + b"\n", sha256_hex(sealed_line)
    (job.folder.path / "journal.jsonl").write_bytes(data)
    (job.folder.path / "journal.head").write_bytes(Head(len(lines) - 1, last).to_bytes())
    with pytest.raises(PaperRefused) as caught:
        sealed(job, pki, clock)
    assert caught.value.code == "contradiction"
    assert not (job.folder.path / "erasure.dsse.json").exists()
    assert not is_sealed(job.folder)


def test_only_a_station_signs(told, pki, clock):
    job = told()
    with pytest.raises(KeyProblem):
        seal(job.folder, job.plan, job.state.finished, pki.contractor, clock.now())
    assert not (job.folder.path / "erasure.dsse.json").exists()


def test_a_key_that_ended_while_the_job_ran_does_not_sign(told, pki, clock):
    job = told()
    clock.advance(40 * 365 * 24 * 3600)
    with pytest.raises(KeyProblem) as caught:
        sealed(job, pki, clock)
    assert caught.value.code == "key-expired"
    assert all(caught.value.sentences())


def test_a_full_disk_leaves_nothing_half_written(told, pki, clock, monkeypatch):
    job = told()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("erase.station.sealing.write_whole", full)
    with pytest.raises(JobError) as caught:
        sealed(job, pki, clock)
    assert caught.value.code == "folder-not-writable"
    assert not is_sealed(job.folder)


def test_the_exit_status_compares_the_claim_with_what_was_asked(told):
    job = told()
    asked = {method: replace(job.plan, policy=replace(job.plan.policy, require=method)) for method in Method}
    assert exit_of(asked[Method.CLEAR], job.state.finished) is Exit.DONE
    assert exit_of(asked[Method.PURGE], job.state.finished) is Exit.NOT_REACHED
    assert exit_of(asked[Method.DESTROY], job.state.finished) is Exit.NOT_REACHED


def test_a_result_is_canonical(told, pki, clock):
    job = told()
    sealed(job, pki, clock)
    data = (job.folder.path / "result.json").read_bytes()
    assert canonical_json(json.loads(data)) == data
