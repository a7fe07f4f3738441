"""The pages of photos: two on a page, so that the label of a drive can be read on paper."""

from __future__ import annotations

from collections.abc import Sequence

from certify.pdf.blocks import NOTE, SMALL, STRONG, Line, heading, height_of, label_lines, lines, paint_lines
from certify.pdf.layout import WIDTH, Pen, Strip, blank
from certify.pdf.values import captured
from certify.pdf.words import Words
from certify.statement.model import Barcode, Certificate, Erasure, Photo

_SLOT = 364.0  # points; two of them and the heading fill a page
_GAP = 8.0
_TALL = 2.0  # height to width: a photo as narrow as this gets the height of the page
_BESIDE = 175.0  # width of the text beside an upright photo
_MOST_CODES = 6
_LONGEST_CODE = 60


def _code(words: Words, barcode: Barcode, serial: str | None) -> str:
    shown = barcode.text if len(barcode.text) <= _LONGEST_CODE else f"{barcode.text[:_LONGEST_CODE]}…"
    line = f"{shown} ({barcode.format})"
    return words.say("barcode-match", code=line) if barcode.text == serial else line


def _codes(words: Words, photo: Photo, serial: str | None) -> str:
    if not photo.barcodes:
        return words.say("barcodes-none")
    codes = [_code(words, barcode, serial) for barcode in photo.barcodes[:_MOST_CODES]]
    if len(photo.barcodes) > _MOST_CODES:
        codes.append(words.say("barcodes-more", count=len(photo.barcodes) - _MOST_CODES))
    return words.say("list-separator").join(codes)


def _caption(words: Words, photo: Photo, title: str, serial: str | None, limit: float) -> list[Line]:
    stack = lines(f"{title}  {words.code('kind', photo.kind)}", STRONG, limit, title)
    entries = [
        ("label.caption", photo.caption),
        ("label.captured", captured(words, photo.captured)),
        ("label.barcodes", _codes(words, photo, serial)),
    ]
    for key, value in entries:
        if value:
            name = words.say(key)
            stack += lines(f"{name}: {value}", NOTE, limit, name)
    for key, value in (("label.published-sha256", photo.published_sha256), ("label.original-sha256", photo.original_sha256)):
        stack += label_lines(words.label(key), limit, first=SMALL, second=SMALL)[:1]
        stack += lines(value, SMALL, limit, key)
    return stack


def _photo(words: Words, photo: Photo, data: bytes, title: str, serial: str | None) -> Strip:
    upright = photo.height > photo.width
    caption = _caption(words, photo, title, serial, _BESIDE if upright else WIDTH)
    room_width = WIDTH - _BESIDE - 10 if upright else WIDTH
    slot = 2 * _SLOT if photo.height > _TALL * photo.width else _SLOT
    room_height = slot - _GAP if upright else slot - _GAP - height_of(caption) - 4
    scale = min(room_width / photo.width, room_height / photo.height)
    width, height = photo.width * scale, photo.height * scale

    def paint(pen: Pen, left: float, top: float) -> None:
        pen.jpeg(data, (left, top - height), (width, height))
        pen.box((left, top - height), (width, height))
        if upright:
            paint_lines(pen, caption, left + width + 10, top)
        else:
            paint_lines(pen, caption, left, top - height - 4)

    return Strip(max(height, slot - _GAP) + _GAP, paint)


def photos(words: Words, erasure: Erasure, certificate: Certificate, pictures: Sequence[bytes]) -> list[Strip]:
    """写真: each with its kind, what the camera says of the time, the codes read from it, and hashes."""
    if not certificate.photos:
        return []  # the section on records says so: a page for one sentence would be a waste
    serial = erasure.drive.identity.serial
    count = len(certificate.photos)
    strips = heading(words.label("section.photos"), on_new_page=True)
    for place, (photo, data) in enumerate(zip(certificate.photos, pictures, strict=True), 1):
        title = words.say("photo-title", number=place, count=count)
        strips.append(_photo(words, photo, data, title, serial.value if serial else None))
    return [*strips, blank(0)]
