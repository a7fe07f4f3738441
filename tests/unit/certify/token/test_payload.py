"""The token: COSE_Sign1 in one form of bytes, checked against literals and by a reader that is not ours."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import subprocess
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import KeyProblem, Malformed, Refused
from certify.statement.consistency import Contradiction
from certify.token.payload import MAX_TOKEN, Token, as_on_token, parse_token, sign_token, token_contradictions

TOKEN = Token(
    issuer="1234567890123",
    certificate="C-00041061050R3GG28A1C60T3GF",
    issued=datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC),
    statement_sha256="ab" * 32,
    serial="SER-1",
    model="型番",
    method="clear",
    result="erased",
    agency="999990",
    test=False,
)
# by hand after RFC 8949: each line one key and its value
PAYLOAD = bytes.fromhex(
    """
    aa
    01 6d 31323334353637383930313233
    06 1a 6b03908b
    07 50 000102030405060708090a0b0c0d0e0f
    3a00011170 5820 abababababababababababababababababababababababababababababababab
    3a00011171 65 5345522d31
    3a00011172 66 e59e8be795aa
    3a00011173 01
    3a00011174 01
    3a00011175 66 393939393930
    3a00011176 f4
    """
)


def literal(pki, payload: bytes = PAYLOAD) -> tuple[bytes, bytes, bytes]:
    """Protected header, Sig_structure and the token without its signature, all by hand (RFC 9052 sections 4.2, 4.4)."""
    protected = bytes.fromhex("a2 01 26 04 48") + bytes.fromhex(pki.contractor.keyid)[:8]
    body = b"\x58" + bytes([len(payload)]) + payload
    assert 24 <= len(payload) < 256
    signed = b"\x84" + b"\x6aSignature1" + bytes([0x40 + len(protected)]) + protected + b"\x40" + body
    return protected, signed, b"\x84" + bytes([0x40 + len(protected)]) + protected + b"\xa0" + body


def test_the_bytes_are_those_of_the_standards(pki):
    made = sign_token(TOKEN, pki.contractor)
    _, signed, front = literal(pki)
    assert made.startswith(front + b"\x58\x40")
    assert len(made) == len(front) + 2 + 64
    r, s = int.from_bytes(made[-64:-32], "big"), int.from_bytes(made[-32:], "big")
    key = pki.contractor.certificates[0].public_key()
    key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(encode_dss_signature(r, s), signed + b"\x00", ec.ECDSA(hashes.SHA256()))


def test_a_token_reads_back_and_holds_for_its_signer_only(pki):
    read = parse_token(sign_token(TOKEN, pki.contractor))
    assert read.token == TOKEN
    assert read.kid == bytes.fromhex(pki.contractor.keyid)[:8]
    assert read.holds(pki.contractor.certificates[0])
    assert not read.holds(pki.station.certificates[0])
    assert not read.holds(pki.signer("foreign-contractor").certificates[0])


def test_a_kid_that_names_another_key_does_not_hold(pki):
    honest = sign_token(TOKEN, pki.contractor)
    protected, signed, _ = literal(pki)
    other = protected[:5] + bytes.fromhex(pki.station.keyid)[:8]
    signature = pki.contractor.sign(signed.replace(protected, other))
    r, s = decode_dss_signature(signature)
    forged = honest.replace(protected, other)[:-64] + r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert parse_token(forged).kid == bytes.fromhex(pki.station.keyid)[:8]
    assert not parse_token(forged).holds(pki.contractor.certificates[0])


def test_signing_again_gives_the_same_bytes(pki):
    assert sign_token(TOKEN, pki.contractor) == sign_token(TOKEN, pki.contractor)


def test_unknown_facts_are_null_and_a_test_says_so(pki):
    bare = dataclasses.replace(TOKEN, serial=None, model=None, agency=None, method="none", result="erased-with-exceptions", test=True)
    assert parse_token(sign_token(bare, pki.contractor)).token == bare


@pytest.mark.parametrize("name", ["station", "agency"])
def test_only_a_contractor_signs_tokens(pki, name):
    with pytest.raises(KeyProblem) as refusal:
        sign_token(TOKEN, pki.signer(name))
    assert refusal.value.code == "not-a-contractor-key"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("SER-1", "SER-1"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 61 + "…"),
        ("x" * 200, "x" * 61 + "…"),
        ("社" * 21, "社" * 21),
        ("社" * 22, "社" * 20 + "…"),
        ("x" + "社" * 22, "x" + "社" * 20 + "…"),
        ("株式会社\u3000見本", "株式会社 見本"),
        ("a\u00a0b\u200b\u00adc", "a bc"),
        ("\u200b", "…"),
    ],
)
def test_a_name_stands_on_the_token_as_far_as_it_fits(name, shown):
    assert as_on_token(name) == shown


@given(st.text(min_size=1, max_size=200))
def test_any_name_can_stand_on_a_token_and_is_settled(name):
    shown = as_on_token(name)
    assert 0 < len(shown.encode()) <= 64
    assert shown.isprintable()
    assert as_on_token(shown) == shown


@pytest.mark.parametrize("character", ["x", "社", "𠮷", "é"])
def test_the_longest_names_fit_together(pki, character):
    longest = as_on_token(character * 200)
    token = dataclasses.replace(TOKEN, issuer=longest, serial=longest, model=longest)
    assert parse_token(sign_token(token, pki.contractor)).token == token


@pytest.mark.parametrize(
    "wrong", [{"serial": "x" * 65}, {"issuer": ""}, {"model": "a\u202eb"}, {"agency": "a\nb"}, {"issued": datetime(1969, 1, 1, tzinfo=UTC)}]
)
def test_what_could_not_be_read_is_never_signed(pki, wrong):
    with pytest.raises(Malformed):
        sign_token(dataclasses.replace(TOKEN, **wrong), pki.contractor)


def by_hand(pki, payload: object, header: object = None, unprotected: object = None, signature: bytes = b"s" * 64) -> bytes:
    """A token of any content, in deterministic form, its signature worthless: for the reader only."""
    kid = bytes.fromhex(pki.contractor.keyid)[:8]
    protected = cbor2.dumps({1: -7, 4: kid} if header is None else header, canonical=True)
    body = payload if isinstance(payload, bytes) else cbor2.dumps(payload, canonical=True)
    return cbor2.dumps([protected, {} if unprotected is None else unprotected, body, signature], canonical=True)


def fields() -> dict[int, object]:
    value = cbor2.loads(PAYLOAD)
    assert isinstance(value, dict)
    return dict(value)


def test_the_hand_made_twin_of_the_bad_tokens_reads(pki):
    assert parse_token(by_hand(pki, fields())).token == TOKEN


BAD_FIELDS = [
    (1, ""),
    (1, None),
    (1, b"bytes"),
    (1, "x" * 65),
    (6, -1),
    (6, 1.5),
    (6, "2026"),
    (6, True),
    (6, 7_289_654_400),  # 2201-01-01T00:00:00Z
    (6, 253_402_300_799),
    (7, "C-00041061050R3GG28A1C60T3GF"),
    (7, bytes(15)),
    (-70001, bytes(31)),
    (-70001, "ab" * 32),
    (-70002, ""),
    (-70002, 5),
    (-70002, "a\x00b"),
    (-70003, "x" * 65),
    (-70004, 4),
    (-70004, -1),
    (-70004, "clear"),
    (-70004, True),
    (-70005, 3),
    (-70006, False),
    (-70007, 0),
    (-70007, None),
]


@pytest.mark.parametrize(("key", "value"), BAD_FIELDS)
def test_a_field_of_another_kind_is_refused(pki, key, value):
    with pytest.raises(Malformed):
        parse_token(by_hand(pki, {**fields(), key: value}))


@pytest.mark.parametrize("key", [1, 6, 7, *range(-70007, -70000)])
def test_every_key_is_obligatory(pki, key):
    less = fields()
    del less[key]
    with pytest.raises(Malformed):
        parse_token(by_hand(pki, less))


BAD_MESSAGES = {
    "a further key": lambda pki: by_hand(pki, {**fields(), -70008: 1}),
    "a key that is a text": lambda pki: by_hand(pki, {**fields(), "x": 1}),
    "a key that equals another": lambda pki: by_hand(pki, PAYLOAD.replace(b"\x3a\x00\x01\x11\x76\xf4", b"\x3a\x00\x01\x11\x75\xf4")),
    "keys in another order": lambda pki: by_hand(pki, cbor2.dumps(dict(reversed(fields().items())))),
    "a longer form of a number": lambda pki: by_hand(pki, PAYLOAD.replace(b"\x3a\x00\x01\x11\x73\x01", b"\x3a\x00\x01\x11\x73\x18\x01")),
    "an indefinite map": lambda pki: by_hand(pki, b"\xbf" + PAYLOAD[1:] + b"\xff"),
    "bytes behind the payload": lambda pki: by_hand(pki, PAYLOAD + b"\x00"),
    "a payload that is a list": lambda pki: by_hand(pki, []),
    "another algorithm": lambda pki: by_hand(pki, fields(), {1: -8, 4: bytes(8)}),
    "no algorithm": lambda pki: by_hand(pki, fields(), {4: bytes(8)}),
    "a further header": lambda pki: by_hand(pki, fields(), {1: -7, 4: bytes(8), 2: []}),
    "a kid of another length": lambda pki: by_hand(pki, fields(), {1: -7, 4: bytes(32)}),
    "a kid that is a text": lambda pki: by_hand(pki, fields(), {1: -7, 4: "12345678"}),
    "an unprotected header": lambda pki: by_hand(pki, fields(), None, {4: b"x"}),
    "a signature of another length": lambda pki: by_hand(pki, fields(), None, None, b"s" * 63),
    "a tag around it": lambda pki: b"\xd2" + by_hand(pki, fields()),
    "bytes behind it": lambda pki: by_hand(pki, fields()) + b"\x00",
    "three parts": lambda pki: cbor2.dumps([b"", {}, b""], canonical=True),
    "a map": lambda pki: cbor2.dumps({}, canonical=True),
    "nothing": lambda pki: b"",
    "nested without end": lambda pki: b"\x81" * 600 + b"\x00",
    "an announced giant": lambda pki: bytes.fromhex("845affffffff"),
    "a list of a billion": lambda pki: bytes.fromhex("9a3b9aca00"),
    "a bignum": lambda pki: bytes.fromhex("c2490100000000000000ff"),
    "a date": lambda pki: cbor2.dumps(datetime(2026, 1, 1, tzinfo=UTC)),
    "too long": lambda pki: by_hand(pki, fields()).ljust(MAX_TOKEN + 1, b"\x00"),
}


@pytest.mark.parametrize("make", BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
def test_another_structure_is_refused(pki, make):
    with pytest.raises(Malformed):
        parse_token(make(pki))


@given(junk=st.binary(max_size=MAX_TOKEN))
def test_any_bytes_are_refused_with_our_own_error(junk):
    with pytest.raises(Malformed):
        parse_token(junk)


@given(data=st.data())
def test_a_changed_bit_never_holds(data, pki):
    good = sign_token(TOKEN, pki.contractor)
    place = data.draw(st.integers(0, len(good) - 1))
    other = bytearray(good)
    other[place] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(Malformed):
        assert not parse_token(bytes(other)).holds(pki.contractor.certificates[0])


names = st.text(min_size=1, max_size=64).filter(str.isprintable)


@given(
    token=st.builds(
        Token,
        issuer=names,
        certificate=st.just(TOKEN.certificate),
        issued=st.datetimes(datetime(1970, 1, 1), datetime(2200, 12, 31), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001
        statement_sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
        serial=st.none() | names,
        model=st.none() | names,
        method=st.sampled_from(["none", "clear", "purge", "destroy"]),
        result=st.sampled_from(["erased", "erased-with-exceptions", "not-erased"]),
        agency=st.none() | names,
        test=st.booleans(),
    )
)
def test_whatever_fits_is_signed_and_reads_back(token, pki):
    texts = (token.issuer, token.serial, token.model, token.agency)
    try:
        signed = sign_token(token, pki.contractor)
    except Refused:
        assert sum(len(text.encode()) for text in texts if text) > 200
        return
    assert parse_token(signed).token == token
    assert parse_token(signed).holds(pki.contractor.certificates[0])


def test_texts_too_long_for_a_code_in_all_are_refused(pki):
    with pytest.raises(Refused) as refusal:
        sign_token(dataclasses.replace(TOKEN, issuer="社" * 64, model="型" * 64), pki.contractor)
    assert refusal.value.code == "too-large"


NODE = r"""
const [spki, hex] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const b = Buffer.from(hex, "hex"), wait = () => process.exit(3);
let at = 1; if (b[0] !== 0x84) wait();
const bytes = () => { let n = b[at++]; n = n === 0x58 ? b[at++] : n === 0x59 ? (at += 2, b.readUInt16BE(at - 2)) : n & 0x1f;
  at += n; return b.subarray(at - n, at); };
const head = n => n < 24 ? [0x40 + n] : n < 256 ? [0x58, n] : [0x59, n >> 8, n & 255];
const prot = bytes(); if (b[at++] !== 0xa0) wait(); const payload = bytes(), sig = bytes(); if (at !== b.length) wait();
const signed = Buffer.concat([Buffer.from([0x84, 0x6a]), Buffer.from("Signature1"), Buffer.from(head(prot.length)), prot,
  Buffer.from([0x40]), Buffer.from(head(payload.length)), payload]);
const { subtle } = require("crypto").webcrypto;
subtle.importKey("spki", Buffer.from(spki, "hex"), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"])
  .then(key => subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, sig, signed)).then(ok => process.stdout.write(String(ok)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_webcrypto_comes_to_the_same_result(pki):
    key = pki.contractor.certificates[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    good = sign_token(TOKEN, pki.contractor)
    changed = good.replace(b"SER-1", b"SER-2")
    for token, answer in ((good, "true"), (changed, "false")):
        given_in = json.dumps([key.hex(), token.hex()])
        outcome = subprocess.run(["node", "-e", NODE], input=given_in, capture_output=True, text=True, check=True)
        assert outcome.stdout == answer


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"method": "none"}, []),
        ({"method": "none", "result": "erased-with-exceptions"}, []),
        ({"serial": "VIRT-0123456789ABCDEF", "test": True}, []),
        ({"serial": "REAL-1", "test": True}, []),  # a virtual drive may have a serial of another form
        ({"method": "purge"}, [Contradiction.CLAIM_ABOVE_TECHNIQUE]),
        ({"method": "destroy", "result": "not-erased"}, [Contradiction.CLAIM_ABOVE_TECHNIQUE, Contradiction.CLAIM_WITHOUT_SUCCESS]),
        ({"result": "erased-with-exceptions"}, [Contradiction.CLAIM_WITHOUT_SUCCESS]),
        ({"serial": "VIRT-0123456789ABCDEF"}, [Contradiction.TEST_HIDDEN]),
        ({"serial": "ｖｉｒｔ-0123"}, [Contradiction.TEST_HIDDEN]),
        ({"model": "scsi_debug"}, [Contradiction.TEST_HIDDEN]),
    ],
)
def test_a_token_that_can_not_be_true_is_told_without_its_statement(changes, found):
    assert token_contradictions(dataclasses.replace(TOKEN, **{"method": "clear", "result": "erased", "test": False, **changes})) == found
