"""Signing the PDF: PAdES B-B as a certification signature that allows no change, in one revision, the same bytes each time.

pyHanko writes an update behind the unsigned bytes, which stay an exact prefix. What it would take from chance or from the
clock is given here: the second half of the file's id, the signing time, and untouched properties.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certify.errors import Refused
from certify.signing.roles import Role
from certify.signing.signer import Signer, require_role

FIELD = "Certificate"

# the longest ECDSA-Sig-Value on P-256; room that is not needed is filled with zeros
_LONGEST_SIGNATURE = 72


class _OurSigner(signers.Signer):
    """pyHanko's signer over ours."""

    def __init__(self, signer: Signer) -> None:
        own, *others = (asn1_x509.Certificate.load(found.public_bytes(Encoding.DER)) for found in signer.certificates)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(others)
        super().__init__(
            signing_cert=own,
            cert_registry=store,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._signer = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's
        if digest_algorithm != "sha256":
            raise SigningError(f"a digest by {digest_algorithm} was asked for")
        return bytes(_LONGEST_SIGNATURE) if dry_run else self._signer.sign(data)


class _PdfSigner(signers.PdfSigner):
    """Signs at the time that it is given."""

    def __init__(self, signer: Signer, signing_time: datetime) -> None:
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        super().__init__(meta, signer=_OurSigner(signer))
        self._signing_time = signing_time

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._signing_time
        return session


class _Writer(IncrementalPdfFileWriter):
    """Appends nothing but the signature."""

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        first, _ = prev.trailer["/ID"]
        original = getattr(first, "original_bytes", bytes(first) if isinstance(first, bytes) else b"")
        second = hashlib.sha256(b"signed" + original).digest()[:16]
        return generic.ArrayObject([generic.ByteStringObject(original), generic.ByteStringObject(second)])

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        # ISO/TS 32002 would have /Version 2.0 for ECDSA, which PDF/A-3 forbids; every viewer reads ECDSA in 1.7
        super().ensure_output_version(min(version, (1, 7)))  # type: ignore[no-untyped-call]

    def register_extension(self, ext: Any) -> None:
        """Leaves out the declaration of ISO/TS 32002, which belongs to PDF 2.0."""

    def _update_meta(self) -> None:
        """Leaves Info and XMP as they were rendered."""


def _check(signed: bytes, unsigned: bytes, signer: Signer, signing_time: datetime) -> None:
    """What a reader will demand, demanded before anyone gets the file. Raises Refused."""
    last = signer.certificates[-1]
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(last.public_bytes(Encoding.DER))], allow_fetching=False, moment=signing_time
    )
    signatures = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    if len(signatures) != 1 or not signed.startswith(unsigned):
        raise Refused("paper", "signature-check-failed", reason="not one signature over the rendered bytes")
    status = validate_pdf_signature(signatures[0], context)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE and status.modification_level is ModificationLevel.NONE
    if not status.bottom_line or not whole:
        raise Refused("paper", "signature-check-failed", reason=status.summary())


def sign_pdf(unsigned: bytes, signer: Signer, signing_time: datetime) -> bytes:
    """The signed file; ``unsigned`` is its exact beginning. ``signing_time`` is written into the signature, as claimed.

    Raises KeyProblem when the signer is no contractor, Refused (``paper.signature-check-failed``) when what came out does
    not hold.
    """
    require_role(signer, Role.CONTRACTOR)
    try:
        target = io.BytesIO()
        _PdfSigner(signer, signing_time).sign_pdf(_Writer(io.BytesIO(unsigned)), output=target)
        signed = target.getvalue()
        _check(signed, unsigned, signer, signing_time)
    except (PdfError, SigningError, ValueError) as error:
        raise Refused("paper", "signature-check-failed", reason=str(error)) from error
    return signed
