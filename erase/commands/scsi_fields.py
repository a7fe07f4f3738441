"""What all SCSI codecs share: doubts, and how pages of parameters are cut out of what came."""

from __future__ import annotations

from enum import StrEnum, unique

from erase.commands.fields import Fields, is_blank


@unique
class ScsiDoubt(StrEnum):
    """What can't be believed in a structure that a SCSI device sent."""

    BLANK = "blank"  # nothing but 00h or FFh
    TOO_SHORT = "too-short"  # it says that it is longer than what came
    WRONG_PAGE = "wrong-page"  # another page than was asked for
    TEXT_NOT_ASCII = "text-not-ascii"
    RESERVED_VALUE = "reserved-value"  # a value that the standard doesn't know; the field is None
    CUT_DESCRIPTOR = "cut-descriptor"  # a list ends in the middle of an entry, or an entry has a wrong length
    LIST_DISORDER = "list-disorder"  # a list that must ascend doesn't
    BLOCK_SIZE = "block-size"  # no block of any medium has this many bytes
    CAPACITY = "capacity"  # a capacity that overflows


def page_body(data: bytes, code: int, doubts: set[ScsiDoubt]) -> bytes:
    """The parameters of a VPD page behind its 4 bytes of header (SPC-5 clause 7); nothing if it is another page.

    A page that says it is longer than what came is given as far as it came, and doubted: a device that ignores EVPD sends its
    standard data, whose bytes 2 and 3 make an odd length.
    """
    if is_blank(data):
        doubts.add(ScsiDoubt.BLANK)
        return b""
    if len(data) < 4 or data[1] != code:
        doubts.add(ScsiDoubt.TOO_SHORT if len(data) < 4 else ScsiDoubt.WRONG_PAGE)
        return b""
    length = int.from_bytes(data[2:4], "big")
    if length > len(data) - 4:
        doubts.add(ScsiDoubt.TOO_SHORT)
    return data[4 : 4 + length]


def vpd_fields(data: bytes, code: int, doubts: set[ScsiDoubt]) -> Fields:
    """Fields of a VPD page by the standard's own byte numbers, which count the header; nothing of a page that was cut."""
    body = page_body(data, code, doubts)
    return Fields(data[:4] + body if body and not doubts else b"", "big")
