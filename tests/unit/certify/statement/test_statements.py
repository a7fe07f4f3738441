"""Both statements: bytes out, strict reading in, signed in the right role, as their schemas say."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import KeyProblem, Malformed
from certify.foundation.canonical import canonical_json, sha256_hex
from certify.signing import dsse
from certify.statement import certificate as certificate_statement
from certify.statement import erasure as erasure_statement
from certify.statement.consistency import Contradicted
from certify.statement.intoto import MAX_STATEMENT

PROJECT = Path(__file__).resolve().parents[4]
SCHEMAS = PROJECT / "certify" / "statement" / "schema"


@pytest.fixture(params=["erasure", "certificate"])
def paper(request, erasure, certificate_with):
    """The room's module, a good value, its payload and its schema."""
    if request.param == "erasure":
        return erasure_statement, erasure, erasure_statement.statement_bytes(erasure), SCHEMAS / "erasure-v1.json"
    good = certificate_with()
    return certificate_statement, good, certificate_statement.statement_bytes(good), SCHEMAS / "certificate-v1.json"


def test_a_statement_reads_back_as_it_was_written(paper):
    module, good, payload, _ = paper
    assert module.parse_statement(payload) == good
    assert module.statement_bytes(module.parse_statement(payload)) == payload


def test_a_statement_is_an_in_toto_statement_v1_about_what_it_says(erasure, certificate_with):
    made = json.loads(erasure_statement.statement_bytes(erasure))
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["predicateType"] == "https://haiki.example/erasure/v1"
    identity = canonical_json(made["predicate"]["drive"]["identity"])
    assert made["subject"] == [
        {"name": "drive-identity", "digest": {"sha256": sha256_hex(identity)}},
        {"name": "journal.jsonl", "digest": {"sha256": "cd" * 32}},
    ]
    issued = json.loads(certificate_statement.statement_bytes(certificate_with()))
    assert [subject["name"] for subject in issued["subject"]] == ["erasure-statement", "photos/01.jpg", "photos/02.jpg"]
    assert issued["subject"][0]["digest"]["sha256"] == sha256_hex(erasure_statement.statement_bytes(erasure))
    assert issued["subject"][2]["digest"]["sha256"] == "43" * 32


def test_the_schema_in_the_package_accepts_the_statement(paper):
    _, _, payload, schema = paper
    jsonschema.Draft202012Validator(json.loads(schema.read_bytes())).validate(json.loads(payload))


def _fields(value, way=()):
    """Every path in a value."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*way, name)
            yield from _fields(member, (*way, name))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _fields(member, (*way, place))


def _holder(value, way):
    for step in way[:-1]:
        value = value[step]
    return value


def test_each_field_is_obligatory_for_reader_and_schema(paper):
    module, _, payload, schema = paper
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_bytes()))
    whole = json.loads(payload)
    paths = list(_fields(whole))
    assert len(paths) > 50
    for way in paths:
        less = copy.deepcopy(whole)
        del _holder(less, way)[way[-1]]
        with pytest.raises(Malformed):
            module.parse_statement(canonical_json(less))
        assert not validator.is_valid(less), way


def test_an_unknown_key_is_refused_wherever_it_stands(paper):
    module, _, payload, schema = paper
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_bytes()))
    whole = json.loads(payload)
    places = [way for way in _fields(whole) if isinstance(_holder(whole, way)[way[-1]], dict)]
    assert len(places) > 3
    for way in [(), *places]:
        more = copy.deepcopy(whole)
        place = more
        for step in way:
            place = place[step]
        place["zz-unknown"] = 1
        with pytest.raises(Malformed):
            module.parse_statement(canonical_json(more))
        assert not validator.is_valid(more), way


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("job", "J-" + "0" * 25 + "U"),
        ("job", "C-" + "0" * 26),
        ("job", "J-" + "0" * 26 + "\n"),
        ("outcome", "success"),
        ("claim.method", "Clear"),
        ("claim.reasons", ["Not A Code"]),
        ("claim.reasons", ["code\n"]),
        ("claim.reasons", ["a"] * 65),
        ("policy.sha256", "AB" * 32),
        ("policy.sha256", "ab" * 31),
        ("drive.size", -1),
        ("drive.size", 2**53),
        ("drive.size", 1.0),
        ("drive.size", True),
        ("drive.size", "1"),
        ("drive.identity.serial.value", ""),
        ("drive.identity.serial.value", "x" * 201),
        ("drive.identity.serial.value", "A\u0000B"),
        ("drive.identity.serial.value", "A\nB"),
        ("drive.identity.serial.value", "safe\u202ecod.exe"),
        ("drive.identity.serial.source", "rumour"),
        ("scheme.passes.0.key", "0F" * 48),
        ("scheme.passes.0.key", "0f0"),
        ("scheme.passes.0.pattern", "Random"),
        ("scheme.passes.0.flushed", 1),
        ("times.started.at", "2026-11-23T00:50:00+09:00"),
        ("times.started.at", "2026-13-23T00:50:00Z"),
        ("times.started.at", "2026-11-23T00:50:60Z"),
        ("times.started.at", "２０２６-11-23T00:50:00Z"),
        ("verification.finding_ppm", 1_000_001),
        ("exceptions", [{"operation": "erase", "number": 1, "first_lba": 0, "sectors": 1, "error": "EIO"}]),
        ("exceptions", [{"operation": "read", "number": 1, "first_lba": 0, "sectors": 0, "error": "EIO"}]),
        ("exceptions", [{"operation": "read", "number": 1, "first_lba": n, "sectors": 1, "error": "EIO"} for n in range(1001)]),
        ("validation.result", "accepted"),
        ("order", "J-" + "0" * 26),
    ],
)
def test_a_field_out_of_bounds_is_refused_alone(erasure, path, wrong):
    value = json.loads(erasure_statement.statement_bytes(erasure))
    place = value["predicate"]
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        place = place[step]
    place[last] = wrong
    with pytest.raises(Malformed):
        erasure_statement.parse_statement(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def test_what_could_not_be_read_is_never_written(erasure, pki):
    unreadable = msgspec.structs.replace(erasure, place="1階\u202e")
    with pytest.raises(Malformed):
        erasure_statement.sign_erasure(unreadable, pki.station)


def test_only_the_canonical_form_is_read(paper):
    module, _, payload, _ = paper
    value = json.loads(payload)
    for other in (
        json.dumps(value, indent=1, ensure_ascii=False).encode(),
        json.dumps(value, sort_keys=True, separators=(",", ":")).encode(),
        payload + b"\n",
        b" " + payload,
        b"\xef\xbb\xbf" + payload,
        payload.replace(b'"test":false', b'"test":false,"test":false'),
        payload.replace(b'"test":false', b'"test":true,"test":false'),
    ):
        assert other != payload
        with pytest.raises(Malformed):
            module.parse_statement(other)


@pytest.mark.parametrize(
    "hostile",
    [b"", b"null", b"[]", b"{}", b"\xff", b'{"a":' * 100_000, b"[" * 1_000_000, b" " * (MAX_STATEMENT + 1), b'"\\ud800"', b"1e400"],
    ids=range(10),
)
def test_bytes_that_are_no_statement_are_refused_with_our_own_error(hostile):
    for module in (erasure_statement, certificate_statement):
        with pytest.raises(Malformed):
            module.parse_statement(hostile)


@given(data=st.data())
def test_a_changed_byte_gives_another_statement_or_our_own_error(data, erasure):
    payload = erasure_statement.statement_bytes(erasure)
    place = data.draw(st.integers(0, len(payload) - 1))
    other = bytearray(payload)
    other[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Malformed):
        assert erasure_statement.parse_statement(bytes(other)) != erasure


def test_a_subject_that_is_not_the_predicates_is_refused(paper):
    module, _, payload, _ = paper
    value = json.loads(payload)
    value["subject"][0]["digest"]["sha256"] = "00" * 32
    with pytest.raises(Malformed):
        module.parse_statement(canonical_json(value))


def test_an_erasure_statement_is_no_certificate_statement(erasure, certificate_with):
    with pytest.raises(Malformed):
        certificate_statement.parse_statement(erasure_statement.statement_bytes(erasure))
    with pytest.raises(Malformed):
        erasure_statement.parse_statement(certificate_statement.statement_bytes(certificate_with()))


def test_a_signed_erasure_is_an_envelope_of_the_station(erasure, pki):
    signed = erasure_statement.sign_erasure(erasure, pki.station)
    envelope = dsse.parse(signed)
    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert envelope.payload == erasure_statement.statement_bytes(erasure)
    assert [signature.keyid for signature in envelope.signatures] == [pki.station.keyid]
    assert envelope.holds(envelope.signatures[0])
    assert erasure_statement.sign_erasure(erasure, pki.station) == signed, "signing again gives the same bytes"


@pytest.mark.parametrize(("name", "code"), [("contractor", "not-a-station-key"), ("agency", "not-a-station-key")])
def test_only_a_station_signs_an_erasure(erasure, pki, name, code):
    with pytest.raises(KeyProblem) as refusal:
        erasure_statement.sign_erasure(erasure, pki.signer(name))
    assert refusal.value.code == code


def test_a_signed_certificate_is_an_envelope_of_the_contractor(erasure, certificate_with, pki):
    payload = erasure_statement.statement_bytes(erasure)
    envelope = dsse.parse(certificate_statement.sign_certificate(certificate_with(), payload, pki.contractor))
    assert certificate_statement.parse_statement(envelope.payload) == certificate_with()
    assert envelope.holds(envelope.signatures[0])


def test_only_a_contractor_signs_a_certificate(erasure, certificate_with, pki):
    with pytest.raises(KeyProblem) as refusal:
        certificate_statement.sign_certificate(certificate_with(), erasure_statement.statement_bytes(erasure), pki.station)
    assert refusal.value.code == "not-a-contractor-key"


def test_a_certificate_of_another_erasure_is_not_signed(erasure_with, certificate_with, pki):
    other = erasure_statement.statement_bytes(erasure_with({"asset": "another"}))
    with pytest.raises(Contradicted):
        certificate_statement.sign_certificate(certificate_with(), other, pki.contractor)


def test_a_failed_erasure_is_signed_too(erasure_with, pki):
    failed = erasure_with(
        {
            "outcome": "not-erased",
            "claim.method": "none",
            "claim.evidence": "none",
            "verification.result": "failed",
            "verification.mismatches": [{"first_lba": 1, "sectors": 1}],
            "verification.mismatched_sectors": 1,
        }
    )
    envelope = dsse.parse(erasure_statement.sign_erasure(failed, pki.station))
    assert erasure_statement.parse_statement(envelope.payload).outcome == "not-erased"
