"""The photos: those that were signed for, of the size that is stated, and showing the codes that are said to stand in them."""

from __future__ import annotations

from collections.abc import Mapping

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.statement.model import Certificate, Photo
from certify.verify import pdf_rule
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Outcome


def check_files(certificate: Certificate, files: Mapping[str, bytes]) -> None:
    """The photos of a bundle are those of the statement, and there is none besides. Raises Doubt."""
    for photo in certificate.photos:
        if photo.file not in files:
            raise Doubt(Reason.PHOTO_MISSING, file=photo.file)
        if sha256_hex(files[photo.file]) != photo.published_sha256:
            raise Doubt(Reason.PHOTO_DIFFERS, file=photo.file)
    signed = {photo.file for photo in certificate.photos}
    if extra := [name for name in files if name.startswith("photos/") and name not in signed]:
        raise Doubt(Reason.PHOTO_NOT_SIGNED_FOR, file=extra[0])


def photos_inside(structure: pdf_rule.Structure, certificate: Certificate) -> list[bytes]:
    """The pictures of the PDF, in the order of the statement: its photos, as large as it says. Raises Doubt."""
    pictures = {sha256_hex(picture.data): picture for picture in pdf_rule.images(structure)}
    signed = [photo.published_sha256 for photo in certificate.photos]
    missing, extra = set(signed) - pictures.keys(), pictures.keys() - set(signed)
    if missing or extra:
        both = bool(missing) and bool(extra)
        raise Doubt(Reason.PHOTO_DIFFERS if both else Reason.PHOTO_MISSING if missing else Reason.PHOTO_NOT_SIGNED_FOR)
    for photo in certificate.photos:
        picture = pictures[photo.published_sha256]
        if (photo.width, photo.height) != (picture.width, picture.height):  # the page draws it in the stated form
            raise Doubt(Reason.PHOTO_DIFFERS, file=photo.file, size=f"{picture.width} x {picture.height}")
    return [pictures[digest].data for digest in signed]


def check_codes(certificate: Certificate, photos: list[bytes]) -> None:
    """Each stated code is read from its photo again. Raises Doubt: open, since the next version of the reader may miss one."""
    for photo, data in zip(certificate.photos, photos, strict=True):
        if photo.barcodes and (missing := _not_found(photo, data)):
            raise Doubt(Reason.CODE_NOT_IN_PHOTO, Outcome.CANNOT_TELL, file=photo.file, code=missing)


def _not_found(photo: Photo, data: bytes) -> str | None:
    from certify.token.picture import read_codes

    try:
        found = {(code.format, code.text) for code in read_codes(data)}
    except Malformed:
        found = set()
    return next((code.text for code in photo.barcodes if (code.format, code.text) not in found), None)
