"""The PDF signature: deterministic, in one revision, believed by Poppler, checked before anyone gets it."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from certify.errors import KeyProblem, Refused
from certify.pdf.sign import FIELD, sign_pdf
from certify.signing.roles import Role

Make = Callable[..., Any]
WHEN = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def unsigned(make_paper: Make, make_erasure: Make) -> bytes:
    pdf: bytes = make_paper(make_erasure()).pdf
    return pdf


def test_the_same_file_key_and_time_give_the_same_bytes(unsigned: bytes, pki: Any) -> None:
    assert sign_pdf(unsigned, pki.contractor, WHEN) == sign_pdf(unsigned, pki.contractor, WHEN)


def test_the_rendered_bytes_are_the_beginning_of_the_signed_ones(unsigned: bytes, pki: Any) -> None:
    signed = sign_pdf(unsigned, pki.contractor, WHEN)
    assert signed.startswith(unsigned)
    assert len(unsigned) < len(signed) < len(unsigned) + 16_384


def test_it_is_a_certification_signature_that_allows_no_change(unsigned: bytes, pki: Any) -> None:
    (found,) = PdfFileReader(io.BytesIO(sign_pdf(unsigned, pki.contractor, WHEN))).embedded_signatures
    assert found.field_name == FIELD
    assert found.docmdp_level.name == "NO_CHANGES"
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert found.self_reported_timestamp == WHEN
    assert found.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_it_stays_pdf_1_7_and_leaves_the_properties_as_they_were(unsigned: bytes, pki: Any) -> None:
    signed = sign_pdf(unsigned, pki.contractor, WHEN)
    update = signed[len(unsigned) :]
    assert b"/Version" not in update
    assert b"/Extensions" not in update
    assert b"/Producer" not in update
    assert b"/ModDate" not in update


def test_poppler_finds_it_valid_trusted_and_over_the_whole_file(unsigned: bytes, pki: Any, tmp_path: Path) -> None:
    (tmp_path / "signed.pdf").write_bytes(sign_pdf(unsigned, pki.contractor, WHEN))
    store = f"sql:{tmp_path / 'nss'}"
    (tmp_path / "nss").mkdir()
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", pki.folder / "root.pem"], check=True)
    seen = subprocess.run(["pdfsig", "-nssdir", store, tmp_path / "signed.pdf"], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid." in seen
    assert "Certificate is Trusted." in seen
    assert "Total document signed" in seen
    assert "Not total document signed" not in seen


def test_qpdf_finds_nothing_wrong_with_the_signed_file(unsigned: bytes, pki: Any, run_tool: Make) -> None:
    run_tool(sign_pdf(unsigned, pki.contractor, WHEN), "qpdf", "--check")


def test_one_changed_byte_breaks_it(unsigned: bytes, pki: Any) -> None:
    signed = bytearray(sign_pdf(unsigned, pki.contractor, WHEN))
    place = signed.index(b"Tf", 2000)
    signed[place - 2] ^= 1
    (found,) = PdfFileReader(io.BytesIO(bytes(signed))).embedded_signatures
    from pyhanko_certvalidator import ValidationContext

    assert not validate_pdf_signature(found, ValidationContext(trust_roots=[], moment=WHEN)).intact


@pytest.mark.parametrize("name", ["station", "agency"])
def test_a_key_in_another_role_does_not_sign_certificates(unsigned: bytes, pki: Any, name: str) -> None:
    with pytest.raises(KeyProblem, match="not-a-contractor-key"):
        sign_pdf(unsigned, pki.signer(name), WHEN)


@dataclass(frozen=True)
class _BrokenSigner:
    """A key that says what it is and then signs something else, or nothing."""

    certificates: tuple[x509.Certificate, ...]
    signature: bytes | Exception
    keyid: str = "0" * 64
    role: Role = Role.CONTRACTOR

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.signature, Exception):
            raise self.signature
        return self.signature


def test_a_signature_that_does_not_hold_is_not_handed_out(unsigned: bytes, pki: Any) -> None:
    other = pki.contractor.sign(b"something else")
    for signature in (other, b"", b"junk", bytes(72)):
        with pytest.raises(Refused, match="signature-check-failed"):
            sign_pdf(unsigned, _BrokenSigner(pki.contractor.certificates, signature), WHEN)


def test_what_a_key_has_to_say_reaches_the_person(unsigned: bytes, pki: Any) -> None:
    problem = KeyProblem("signing", "no-contractor-key", folder="keys")
    with pytest.raises(KeyProblem, match="no-contractor-key"):
        sign_pdf(unsigned, _BrokenSigner(pki.contractor.certificates, problem), WHEN)


def test_a_time_when_the_key_was_not_valid_is_refused(unsigned: bytes, pki: Any) -> None:
    with pytest.raises(Refused, match="signature-check-failed"):
        sign_pdf(unsigned, pki.contractor, datetime(2036, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n%%EOF", b"x" * 100])
def test_something_that_is_no_pdf_is_refused(pki: Any, junk: bytes) -> None:
    with pytest.raises(Refused, match="signature-check-failed"):
        sign_pdf(junk, pki.contractor, WHEN)
