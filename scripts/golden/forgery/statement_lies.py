"""Lies told with the statements alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from msgspec import structs

from certify.foundation.canonical import canonical_json
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes
from certify.signing import dsse
from certify.statement.model import Certificate, Erasure, Party, Stamp
from golden.forgery.honest import Job, Making, changed, make, sampled
from golden.forgery.keys import other_form, signer
from golden.forgery.lies import FAILED, VIRTUAL, Book

BOOK = Book(".dsse.json", "good/erasure.dsse.json")
lie = BOOK.lie
_CERTIFICATE = "good/certificate.dsse.json"
_FAILURE = "good/erasure-of-failure.dsse.json"


def _edited(envelope: bytes, old: bytes, new: bytes) -> bytes:
    """The payload changed, the signature left as it was."""
    wire = json.loads(envelope)
    payload = base64.b64decode(wire["payload"])
    if old not in payload:
        raise ValueError(old)
    wire["payload"] = base64.b64encode(payload.replace(old, new)).decode()
    return canonical_json(wire)


@lie("erasure-failure-edited-into-success", "erasure-signature signature-wrong", twin=_FAILURE)
def _edited_success() -> bytes:
    return _edited(make(Making(job=FAILED)).erasure_envelope, b'"outcome":"not-erased"', b'"outcome":"erased"')


@lie("erasure-serial-edited", "erasure-signature signature-wrong")
def _serial() -> bytes:
    return _edited(make(Making()).erasure_envelope, b"TST0000001", b"TST0000002")


@lie("erasure-signature-of-another-statement", "erasure-signature signature-wrong")
def _other_signature() -> bytes:
    wire, other = (json.loads(make(Making(job=job)).erasure_envelope) for job in (Making().job, VIRTUAL))
    return canonical_json({**wire, "signatures": other["signatures"]})


def _wired(change: Callable[[dict[str, Any]], None]) -> bytes:
    """A change to what stands beside the payload."""
    wire = json.loads(make(Making()).erasure_envelope)
    change(wire["signatures"][0])
    return canonical_json(wire)


@lie("erasure-signature-in-its-other-form", "erasure-signature signature-wrong")
def _other_form() -> bytes:
    return _wired(lambda one: one.update(sig=base64.b64encode(other_form(base64.b64decode(one["sig"]))).decode()))


@lie("erasure-with-an-authority-in-another-form", "erasure-signer stray-certificate")
def _authority_in_another_form() -> bytes:
    """The root's signature over the issuing authority, (r, s), written as (r, n - s)."""
    from asn1crypto import x509

    def change(one: dict[str, Any]) -> None:
        authority = x509.Certificate.load(base64.b64decode(one["certificates"][1]))
        authority["signature_value"] = other_form(authority["signature_value"].native)
        one["certificates"][1] = base64.b64encode(authority.dump(force=True)).decode()

    return _wired(change)


@lie(
    "erasure-failure-signed-as-success",
    "consistency contradiction success-without-passed-verification+success-with-mismatches",
    actor="station",
    twin=_FAILURE,
)
def _lying_station() -> bytes:
    return make(Making(job=FAILED, erasure=changed(outcome="erased"))).erasure_envelope


def _unverified(erasure: Erasure) -> Erasure:
    nothing = {
        "kind": "none",
        "bytes_compared": 0,
        "samples": 0,
        "left_over_bytes": None,
        "finding_ppm": None,
        "milliseconds": 0,
        "result": "not-run",
    }
    return structs.replace(erasure, verification=structs.replace(erasure.verification, **nothing))


@lie(
    "erasure-success-without-verification",
    "consistency contradiction success-without-passed-verification+evidence-without-passed-verification",
    actor="station",
)
def _no_verification() -> bytes:
    return make(Making(erasure=_unverified)).erasure_envelope


@lie("erasure-claim-raised-to-purge", "consistency contradiction claim-above-technique", actor="station")
def _purge() -> bytes:
    return make(Making(erasure=lambda one: structs.replace(one, claim=structs.replace(one.claim, method="purge")))).erasure_envelope


@lie("erasure-with-one-pass-called-three", "consistency contradiction passes-of-another-scheme", actor="station")
def _one_pass_called_three() -> bytes:
    three = load_schemes()["dod-5220-22m-3"]
    named = {"id": three.id, "source": three.source}
    return make(Making(erasure=lambda one: structs.replace(one, scheme=structs.replace(one.scheme, **named)))).erasure_envelope


@lie("erasure-with-an-invented-scheme", "consistency contradiction unknown-scheme", actor="station")
def _invented_scheme() -> bytes:
    named = {"id": "military-grade-99"}
    return make(Making(erasure=lambda one: structs.replace(one, scheme=structs.replace(one.scheme, **named)))).erasure_envelope


@lie(
    "erasure-of-a-virtual-drive-without-test",
    "consistency contradiction virtual-drive-without-test-mark",
    actor="station",
    twin="good/erasure-test.dsse.json",
)
def _test_removed() -> bytes:
    return make(Making(job=VIRTUAL, erasure=changed(test=False))).erasure_envelope


@lie("erasure-with-one-person", "consistency contradiction operator-is-witness", actor="station")
def _one_person() -> bytes:
    def alone(erasure: Erasure) -> Erasure:
        return structs.replace(erasure, people=structs.replace(erasure.people, witness=erasure.people.operator))

    return make(Making(erasure=alone)).erasure_envelope


@lie("erasure-of-half-a-drive", "consistency contradiction success-with-sectors-not-written", actor="station")
def _half() -> bytes:
    return make(Making(erasure=lambda one: structs.replace(one, sectors_written=one.sectors // 2))).erasure_envelope


@lie("erasure-signed-by-the-contractor", "erasure-signer signer-role-wrong", actor="contractor")
def _by_contractor() -> bytes:
    return make(Making(station=signer("contractor"))).erasure_envelope


@lie("erasure-signed-by-the-agency", "erasure-signer signer-role-wrong", actor="agency")
def _by_agency() -> bytes:
    return make(Making(station=signer("agency"))).erasure_envelope


@lie("erasure-of-a-foreign-root", "erasure-signer signer-not-trusted")
def _foreign() -> bytes:
    return make(Making(station=signer("foreign-station"))).erasure_envelope


@lie("erasure-with-an-unknown-key", "erasure-signature broken-form statement.statement-malformed", actor="station")
def _unknown_key() -> bytes:
    def more(payload: bytes) -> bytes:
        statement = json.loads(payload)
        statement["predicate"]["zzz"] = 1
        return canonical_json(statement)

    return make(Making(erasure_payload=more)).erasure_envelope


@lie("erasure-with-a-key-twice", "erasure-signature broken-form statement.statement-malformed", actor="station")
def _key_twice() -> bytes:
    return make(Making(erasure_payload=lambda data: data.replace(b'"outcome":', b'"outcome":"not-erased","outcome":'))).erasure_envelope


@lie("erasure-with-other-subjects", "erasure-signature broken-form statement.statement-malformed", actor="station")
def _subjects() -> bytes:
    def other(payload: bytes) -> bytes:
        statement = json.loads(payload)
        statement["subject"][0]["digest"]["sha256"] = "0" * 64
        return canonical_json(statement)

    return make(Making(erasure_payload=other)).erasure_envelope


@lie("erasure-envelope-with-an-unknown-key", "form broken-form signing.envelope-malformed")
def _envelope_key() -> bytes:
    return canonical_json({**json.loads(make(Making()).erasure_envelope), "note": "Purge"})


@lie("erasure-with-two-signatures", "erasure-signature several-signatures")
def _two_signatures() -> bytes:
    papers = make(Making())
    payload = dsse.parse(papers.erasure_envelope).payload
    return dsse.sign(dsse.IN_TOTO, payload, [signer("station"), signer("foreign-station")])


@lie("erasure-with-a-stray-certificate", "erasure-signer stray-certificate")
def _stray() -> bytes:
    wire = json.loads(make(Making()).erasure_envelope)
    foreign = json.loads(make(Making(station=signer("foreign-station"))).erasure_envelope)
    wire["signatures"][0]["certificates"].append(foreign["signatures"][0]["certificates"][0])
    return canonical_json(wire)


@lie("erasure-under-another-type", "erasure-signature signature-wrong", actor="station")
def _another_type() -> bytes:
    payload = dsse.parse(make(Making()).erasure_envelope).payload
    return dsse.sign("application/json", payload, signer("station"))


@lie("certificate-signed-by-the-station", "certificate-signer signer-role-wrong", actor="station", twin=_CERTIFICATE)
def _certificate_by_station() -> bytes:
    payload = dsse.parse(make(Making()).certificate_envelope).payload
    return dsse.sign(dsse.IN_TOTO, payload, signer("station"))


@lie("certificate-with-another-contractor", "certificate-signature signature-wrong", twin=_CERTIFICATE)
def _certificate_edited() -> bytes:
    return _edited(make(Making()).certificate_envelope, b"9990000000001", b"9990000000002")


@lie(
    "certificate-in-the-name-of-another",
    "certificate-signer contractor-name-differs",
    actor="contractor",
    twin=_CERTIFICATE,
)
def _another_name() -> bytes:
    party = Party(name="総務省", department=None, address=None, corporate_number=None, responsible=None)
    return make(Making(certificate=changed(contractor=party))).certificate_envelope


@lie(
    "certificate-issued-in-the-future",
    "dates dated-after-judging",
    actor="contractor",
    verdict="cannot-tell",
    twin=_CERTIFICATE,
)
def _in_the_future() -> bytes:
    return make(Making(certificate=changed(issued=Stamp(at="2027-11-19T02:00:00Z", source="fixed")))).certificate_envelope


@lie(
    "certificate-of-a-future-key",
    "certificate-signer signer-not-yet-valid",
    actor="contractor",
    verdict="cannot-tell",
    twin=_CERTIFICATE,
)
def _future_key() -> bytes:
    return make(Making(contractor=signer("future-contractor"))).certificate_envelope


@lie("erasure-of-a-retired-station", "erasure-signer signer-retired", actor="station", verdict="cannot-tell")
def _retired() -> bytes:
    return make(Making(station=signer("retired-station"))).erasure_envelope


@lie("erasure-before-the-key", "dates dated-outside-key", actor="station", verdict="cannot-tell")
def _before_the_key() -> bytes:
    return make(Making(job=Job(day="2025-12-31"))).erasure_envelope


@lie("erasure-finished-before-it-began", "dates order-of-times", actor="station")
def _finished_first() -> bytes:
    def backwards(erasure: Erasure) -> Erasure:
        times = structs.replace(erasure.times, started=erasure.times.finished, finished=erasure.times.started)
        return structs.replace(erasure, times=times)

    return make(Making(erasure=backwards)).erasure_envelope


@lie("erasure-in-the-year-9999", "erasure-signature broken-form statement.statement-malformed")
def _year_9999() -> bytes:
    """Signed by nobody's key: whoever reads it must not stumble before that is told."""
    at, late = (f'"finished":{{"at":"{year}'.encode() for year in ("2026-11-20T01:00:06Z", "9999-12-31T23:59:59Z"))
    making = Making(station=signer("foreign-station"), erasure_payload=lambda payload: _replaced(payload, at, late))
    return make(making).erasure_envelope


def _replaced(payload: bytes, old: bytes, new: bytes) -> bytes:
    if old not in payload:
        raise ValueError(old)
    return payload.replace(old, new)


@lie("erasure-by-a-standard-of-its-own", "consistency contradiction claim-by-an-unknown-standard", actor="station")
def _own_standard() -> bytes:
    claimed = {"standard": "NIST SP 800-88 Purge"}
    return make(Making(erasure=lambda one: structs.replace(one, claim=structs.replace(one.claim, **claimed)))).erasure_envelope


@lie("erasure-by-a-clause-of-its-own", "consistency contradiction claim-by-another-clause", actor="station")
def _own_clause() -> bytes:
    claimed = {"clause": "Purge achieved"}
    return make(Making(erasure=lambda one: structs.replace(one, claim=structs.replace(one.claim, **claimed)))).erasure_envelope


@lie("erasure-under-a-policy-that-demands-more", "consistency contradiction policy-misquoted", actor="station")
def _policy_without_demands() -> bytes:
    known = built_in_policies()["mic-2020"]
    quoted = {"id": "mic-2020", "edition": known.policy.edition, "sha256": known.sha256, "zone": "mynumber", "classification": "3"}
    quoted["require"] = "none"
    return make(Making(erasure=lambda one: structs.replace(one, policy=structs.replace(one.policy, **quoted)))).erasure_envelope


@lie(
    "erasure-sampled-and-found-for-certain",
    "consistency contradiction finding-above-what-the-sample-gives",
    actor="station",
    twin="good/erasure-sampled.dsse.json",
)
def _found_for_certain() -> bytes:
    def certain(erasure: Erasure) -> Erasure:
        true = sampled(erasure)
        return structs.replace(true, verification=structs.replace(true.verification, finding_ppm=1_000_000))

    return make(Making(erasure=certain)).erasure_envelope


@lie("erasure-of-a-serial-that-looks-the-same", "consistency contradiction name-that-no-drive-gives", actor="station")
def _cyrillic() -> bytes:
    return make(Making(job=Job(serial="ТЅТ0000001"))).erasure_envelope


@lie(
    "erasure-of-a-virtual-serial-in-small-letters",
    "consistency contradiction virtual-drive-without-test-mark",
    actor="station",
)
def _small_letters() -> bytes:
    return make(Making(job=Job(serial="virt-0123456789abcdef"))).erasure_envelope


@lie("certificate-that-supersedes-itself", "consistency contradiction supersedes-itself", actor="contractor", twin=_CERTIFICATE)
def _supersedes_itself() -> bytes:
    return make(Making(certificate=lambda one: structs.replace(one, supersedes=one.certificate))).certificate_envelope


@lie("certificate-with-a-photo-twice", "consistency contradiction photo-used-twice", actor="contractor", twin=_CERTIFICATE)
def _photo_twice() -> bytes:
    def twice(certificate: Certificate) -> Certificate:
        first, second = certificate.photos
        return structs.replace(certificate, photos=[first, structs.replace(first, file=second.file)])

    return make(Making(certificate=twice)).certificate_envelope
