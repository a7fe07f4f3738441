"""The signature container of a PDF: nothing in it may vary but what is signed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.verify.cms import check_signature
from certify.verify.pdf_rule import Coverage, check_coverage
from certify.verify.reasons import Doubt, Reason


@pytest.fixture(scope="module")
def coverage(paper: Callable[[str], bytes]) -> Coverage:
    return check_coverage(paper("good/certificate.pdf"))


def _der(coverage: Coverage) -> bytes:
    length = int.from_bytes(coverage.container[2:4], "big") + 4
    assert coverage.container[:2] == b"\x30\x82"
    assert not coverage.container[length:].strip(b"\0")
    return coverage.container[:length]


def test_the_signer_comes_first_and_the_issuing_authority_behind_it(coverage: Coverage, pki: Any) -> None:
    from certify.signing.certificates import to_der

    assert check_signature(coverage.container, coverage.covered).certificates == tuple(map(to_der, pki.contractor.certificates))


def test_no_bit_of_the_container_can_be_flipped(coverage: Coverage) -> None:
    """Every byte, one bit of each; the issuing authority's certificate is not looked at here but in its chain."""
    der = _der(coverage)
    certificates = check_signature(der, coverage.covered).certificates
    authority = der.index(certificates[1])
    for place in range(len(der)):
        changed = bytearray(der)
        changed[place] ^= 1 << place % 8
        if authority <= place < authority + len(certificates[1]):
            continue
        with pytest.raises(Doubt):
            check_signature(bytes(changed), coverage.covered)


@given(cut=st.integers(0, 3000), more=st.binary(max_size=20))
def test_a_container_that_was_cut_or_filled_up_is_no_signature(cut: int, more: bytes, coverage: Coverage) -> None:
    der = _der(coverage)
    changed = der[: min(cut, len(der))] + more
    if changed.rstrip(b"\0") != der.rstrip(b"\0"):
        with pytest.raises(Doubt):
            check_signature(changed, coverage.covered)


@given(st.binary(max_size=400))
def test_random_bytes_are_no_signature(data: bytes) -> None:
    with pytest.raises(Doubt):
        check_signature(data, b"")


def test_other_bytes_than_those_that_were_signed_are_found(coverage: Coverage) -> None:
    with pytest.raises(Doubt) as caught:
        check_signature(coverage.container, coverage.covered + b"\n")
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

    from certify.signing.certificates import to_der

    return SimpleSigner(
        Certificate.load(to_der(pki.contractor.certificates[0])),
        PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        SimpleCertificateStore(),
    )


@pytest.mark.parametrize(
    ("digest", "verdict"), [("sha256", None), ("sha384", Reason.ALGORITHM_NOT_ALLOWED), ("sha512", Reason.ALGORITHM_NOT_ALLOWED)]
)
def test_one_digest_is_allowed(digest: str, verdict: Reason | None, pki: Any) -> None:
    container = _signed(_with_key(pki.contractor.private_key, pki), b"data", digest)
    if verdict is None:
        check_signature(container, b"data")
        return
    with pytest.raises(Doubt) as caught:
        check_signature(container, b"data")
    assert caught.value.reason is verdict


def test_another_key_than_the_certificates_is_found(pki: Any) -> None:
    with pytest.raises(Doubt) as caught:
        check_signature(_signed(_with_key(pki.station.private_key, pki), b"data", "sha256"), b"data")
    assert caught.value.reason is Reason.SIGNATURE_WRONG


def test_a_second_signer_is_not_taken(pki: Any) -> None:
    from asn1crypto import cms

    content = cms.ContentInfo.load(_signed(_with_key(pki.contractor.private_key, pki), b"data", "sha256"))
    content["content"]["signer_infos"].append(content["content"]["signer_infos"][0].copy())
    with pytest.raises(Doubt) as caught:
        check_signature(content.dump(force=True), b"data")
    assert caught.value.seen["what"] == "more than one signer"


def test_what_the_signature_does_not_cover_must_be_empty(pki: Any) -> None:
    from asn1crypto import cms

    content = cms.ContentInfo.load(_signed(_with_key(pki.contractor.private_key, pki), b"data", "sha256"))
    content["content"]["signer_infos"][0]["unsigned_attrs"] = [cms.CMSAttribute({"type": "content_type", "values": ["data"]})]
    with pytest.raises(Doubt) as caught:
        check_signature(content.dump(force=True), b"data")
    assert caught.value.seen["what"] == "unsigned attributes"
