"""The signature container of a PDF: nothing in it may vary but what is signed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import Malformed
from certify.signing.certificates import to_der
from certify.verify.cms import check_signature
from certify.verify.pdf_rule import Coverage, check_coverage
from certify.verify.reasons import Doubt, Reason

_DIGEST = hashlib.sha256(b"data").digest()


@pytest.fixture(scope="module")
def coverage(paper: Callable[[str], bytes]) -> Coverage:
    return check_coverage(paper("good/certificate.pdf"))


def _der(coverage: Coverage) -> bytes:
    length = int.from_bytes(coverage.container[2:4], "big") + 4
    assert coverage.container[:2] == b"\x30\x82"
    assert not coverage.container[length:].strip(b"\0")
    return coverage.container[:length]


def test_the_signer_comes_first_and_the_issuing_authority_behind_it(coverage: Coverage, pki: Any) -> None:
    assert check_signature(coverage.container, coverage.digest).certificates == pki.contractor.certificates


def test_no_bit_of_the_container_can_be_flipped(coverage: Coverage) -> None:
    """Every byte, one bit of each; the issuing authority's certificate is not looked at here but in its chain."""
    der = _der(coverage)
    certificates = check_signature(der, coverage.digest).certificates
    authority = to_der(certificates[1])
    start = der.index(authority)
    for place in range(len(der)):
        changed = bytearray(der)
        changed[place] ^= 1 << place % 8
        if start <= place < start + len(authority):
            continue
        with pytest.raises((Doubt, Malformed)):
            check_signature(bytes(changed), coverage.digest)


@given(cut=st.integers(0, 3000), more=st.binary(max_size=20))
def test_a_container_that_was_cut_or_filled_up_is_no_signature(cut: int, more: bytes, coverage: Coverage) -> None:
    der = _der(coverage)
    changed = der[: min(cut, len(der))] + more
    if changed.rstrip(b"\0") != der.rstrip(b"\0"):
        with pytest.raises((Doubt, Malformed)):
            check_signature(changed, coverage.digest)


@given(st.binary(max_size=400))
def test_random_bytes_are_no_signature(data: bytes) -> None:
    with pytest.raises(Doubt):
        check_signature(data, b"")


def test_other_bytes_than_those_that_were_signed_are_found(coverage: Coverage) -> None:
    with pytest.raises(Doubt) as caught:
        check_signature(coverage.container, hashlib.sha256(b"other").digest())
    assert caught.value.reason is Reason.DIGEST_DIFFERS


def _signed(signer: Any, data: bytes, digest: str, **options: Any) -> bytes:
    container = asyncio.run(signer.async_sign(hashlib.new(digest, data).digest(), digest, use_pades=True, **options))
    der: bytes = container.dump()
    return der


def _with_key(key: Any, pki: Any) -> Any:
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleSigner(
        Certificate.load(to_der(pki.contractor.certificates[0])),
        PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        SimpleCertificateStore(),
    )


def test_one_digest_is_allowed(pki: Any) -> None:
    from certify.pdf.sign import _OurSigner

    check_signature(_signed(_OurSigner(pki.contractor), b"data", "sha256"), _DIGEST)
    for digest in ("sha384", "sha512"):
        with pytest.raises(Doubt) as caught:
            check_signature(_signed(_with_key(pki.contractor.private_key, pki), b"data", digest), _DIGEST)
        assert caught.value.reason is Reason.ALGORITHM_NOT_ALLOWED


def test_another_key_than_the_certificates_is_found(pki: Any) -> None:
    with pytest.raises(Doubt) as caught:
        check_signature(_signed(_with_key(pki.station.private_key, pki), b"data", "sha256"), _DIGEST)
    assert caught.value.reason is Reason.SIGNATURE_WRONG


def test_a_second_signer_is_not_taken(pki: Any) -> None:
    from asn1crypto import cms

    content = cms.ContentInfo.load(_signed(_with_key(pki.contractor.private_key, pki), b"data", "sha256"))
    content["content"]["signer_infos"].append(content["content"]["signer_infos"][0].copy())
    with pytest.raises(Doubt) as caught:
        check_signature(content.dump(force=True), _DIGEST)
    assert caught.value.seen["what"] == "more than one signer"


def test_what_the_signature_does_not_cover_must_be_empty(pki: Any) -> None:
    from asn1crypto import cms

    content = cms.ContentInfo.load(_signed(_with_key(pki.contractor.private_key, pki), b"data", "sha256"))
    content["content"]["signer_infos"][0]["unsigned_attrs"] = [cms.CMSAttribute({"type": "content_type", "values": ["data"]})]
    with pytest.raises(Doubt) as caught:
        check_signature(content.dump(force=True), _DIGEST)
    assert caught.value.seen["what"] == "unsigned attributes"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("06082a8648ce3d030107", "06082a8648ce3d030104"),  # prime239v1, which the library does not know
        ("06072a8648ce3d0201", "06072a8648ce3d0209"),  # no kind of key
        ("a003020102", "a003020101"),  # X.509 version 2
        ("a003020102", "a003020104"),  # version 5
    ],
)
def test_a_certificate_that_the_library_does_not_understand_is_malformed(old: str, new: str, pki: Any) -> None:
    container = _signed(_with_key(pki.contractor.private_key, pki), b"data", "sha256")
    good = to_der(pki.contractor.certificates[0])
    strange = good.replace(bytes.fromhex(old), bytes.fromhex(new), 1)
    container = container.replace(good, strange).replace(hashlib.sha256(good).digest(), hashlib.sha256(strange).digest())
    with pytest.raises(Malformed):
        check_signature(container, _DIGEST)


def test_of_the_two_forms_of_a_signature_one_is_taken(coverage: Coverage) -> None:
    from asn1crypto import cms
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    content = cms.ContentInfo.load(_der(coverage))
    signer = content["content"]["signer_infos"][0]
    r, s = decode_dss_signature(signer["signature"].native)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4 section D.1.2.3
    signer["signature"] = encode_dss_signature(r, order - s)
    with pytest.raises(Doubt) as caught:
        check_signature(content.dump(force=True), coverage.digest)
    assert caught.value.reason is Reason.SIGNATURE_WRONG
