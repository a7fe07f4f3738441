"""DSSE envelopes: the bytes that are signed, and a strict reader."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import Malformed
from certify.foundation.canonical import canonical_json
from certify.signing import dsse
from certify.signing.dsse import IN_TOTO, MAX_ENVELOPE, MAX_PAYLOAD, pae, parse, sign
from certify.signing.signer import signature_holds


def test_pre_authentication_encoding_is_that_of_the_protocol():
    # the example of the DSSE protocol, section "Example"
    assert pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("é", b"\xff") == b"DSSEv1 2 \xc3\xa9 1 \xff"


def test_an_envelope_reads_back(pki):
    envelope = parse(sign(IN_TOTO, b"payload", pki.station))
    [signature] = envelope.signatures
    assert (envelope.payload_type, envelope.payload) == (IN_TOTO, b"payload")
    assert signature.keyid == pki.station.keyid
    assert signature.certificates == pki.station.certificates
    assert envelope.holds(signature)


def test_the_signature_is_plain_ecdsa_over_the_encoding(pki):
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    key = pki.station.certificates[0].public_key()
    message = b"DSSEv1 28 application/vnd.in-toto+json 7 payload"
    key.verify(base64.b64decode(wire["signatures"][0]["sig"]), message, ec.ECDSA(hashes.SHA256()))


def test_of_the_two_forms_of_a_signature_one_is_made_and_taken(pki):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4 section D.1.2.3
    key = pki.station.certificates[0].public_key()
    for payload in map(bytes, range(8)):  # of a signature's s, every other one is the greater
        value = pki.station.sign(payload)
        r, s = decode_dss_signature(value)
        assert s <= order // 2
        other = encode_dss_signature(r, order - s)
        key.verify(other, payload, ec.ECDSA(hashes.SHA256()))
        assert signature_holds(pki.station.certificates[0], value, payload)
        assert not signature_holds(pki.station.certificates[0], other, payload)


@given(data=st.binary(max_size=80))
def test_bytes_that_are_no_signature_do_not_hold(pki, data):
    assert not signature_holds(pki.station.certificates[0], data, b"payload")


def test_signing_again_gives_the_same_bytes(pki):
    assert sign(IN_TOTO, b"x", pki.station) == sign(IN_TOTO, b"x", pki.signer("station"))


def test_several_may_sign_one_payload(pki):
    envelope = parse(sign(IN_TOTO, b"x", [pki.contractor, pki.signer("agency")]))
    assert [signature.keyid for signature in envelope.signatures] == [pki.contractor.keyid, pki.signer("agency").keyid]
    assert all(envelope.holds(signature) for signature in envelope.signatures)


@pytest.mark.parametrize("part", ["payload", "payloadType", "sig"])
def test_a_signature_holds_for_exactly_what_was_signed(pki, part):
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    other = json.loads(sign("text/plain", b"another", pki.station))
    if part == "sig":
        wire["signatures"][0]["sig"] = other["signatures"][0]["sig"]
    else:
        wire[part] = other[part]
    envelope = parse(canonical_json(wire))
    assert not envelope.holds(envelope.signatures[0])


def test_a_signature_that_is_no_der_does_not_hold(pki):
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    wire["signatures"][0]["sig"] = base64.b64encode(b"r" * 64).decode()
    envelope = parse(canonical_json(wire))
    assert not envelope.holds(envelope.signatures[0])


def _changed(wire, way, value):
    copy = json.loads(json.dumps(wire))
    place = copy
    for step in way[:-1]:
        place = place[step]
    if value is None:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return canonical_json(copy)


FIRST = ("signatures", 0)
WRONG = [
    (("payload",), None),
    (("payloadType",), None),
    (("signatures",), None),
    ((*FIRST, "keyid"), None),
    ((*FIRST, "certificates"), None),
    (("extra",), 1),
    ((*FIRST, "extra"), 1),
    (("signatures",), []),
    ((*FIRST, "certificates"), []),
    ((*FIRST, "keyid"), "00" * 32),
    ((*FIRST, "keyid"), "AB" * 32),
    (("payload",), "not base64!"),
    (("payload",), "cGF5bG9hZA"),  # without padding
    (("payload",), "cGF5bG9hZB=="),  # bits that say nothing
    (("payload",), "cGF5\nbG9hZA=="),
    (("payload",), "_-8="),  # the other alphabet
    (("payload",), 1),
    (("payloadType",), ""),
    (("payloadType",), "x" * 129),
    ((*FIRST, "sig"), "A" * 200),
    ((*FIRST, "certificates", 0), "AAAA"),
    ((*FIRST, "certificates", 0), ""),
]


@pytest.mark.parametrize(("way", "value"), WRONG)
def test_an_envelope_of_another_shape_is_refused(pki, way, value):
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    with pytest.raises(Malformed):
        parse(_changed(wire, way, value))


def test_duplicate_keys_and_other_forms_are_refused(pki):
    good = sign(IN_TOTO, b"payload", pki.station)
    for other in (
        good + b"\n",
        good.replace(b'"payload":', b'"payload":"AAAA","payload":'),
        json.dumps(json.loads(good), indent=1).encode(),
        good.replace(b"application/vnd", b"\\u0061pplication/vnd"),
    ):
        with pytest.raises(Malformed):
            parse(other)


def test_two_signatures_by_one_key_are_refused(pki):
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    wire["signatures"] *= 2
    with pytest.raises(Malformed):
        parse(canonical_json(wire))


def test_sizes_are_bounded(pki):
    assert parse(sign(IN_TOTO, b"x" * MAX_PAYLOAD, pki.station)).payload == b"x" * MAX_PAYLOAD
    with pytest.raises(Malformed):
        parse(sign(IN_TOTO, b"x" * (MAX_PAYLOAD + 1), pki.station))
    with pytest.raises(Malformed):
        parse(b" " * (MAX_ENVELOPE + 1))
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    wire["signatures"] = wire["signatures"] * 9
    with pytest.raises(Malformed):
        parse(canonical_json(wire))
    wire = json.loads(sign(IN_TOTO, b"payload", pki.station))
    wire["signatures"][0]["certificates"] *= 3
    with pytest.raises(Malformed):
        parse(canonical_json(wire))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_our_own_error(junk):
    with pytest.raises(Malformed):
        parse(junk)


@given(data=st.data())
def test_one_changed_byte_never_gives_an_envelope_that_holds_for_other_content(data, pki):
    good = sign(IN_TOTO, b'{"outcome":"erased"}', pki.station)
    place = data.draw(st.integers(0, len(good) - 1))
    other = bytearray(good)
    other[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Malformed):
        envelope = parse(bytes(other))
        [signature] = envelope.signatures
        same = (envelope.payload, envelope.payload_type) == (b'{"outcome":"erased"}', IN_TOTO)
        assert same or not envelope.holds(signature)


@given(payload=st.binary(max_size=200), kind=st.text(min_size=1, max_size=40).filter(str.isprintable))
def test_whatever_is_signed_reads_back(payload, kind, pki):
    envelope = dsse.parse(dsse.sign(kind, payload, pki.contractor))
    assert (envelope.payload, envelope.payload_type) == (payload, kind)
    assert envelope.holds(envelope.signatures[0])
