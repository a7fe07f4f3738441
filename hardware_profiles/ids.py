"""Ids of USB and PCI, ranges of USB release numbers, and the order of firmware names."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAIR = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4}|\*)")
_RELEASES = re.compile(r"([0-9a-f]{4})(?:-([0-9a-f]{4}))?")


@dataclass(frozen=True)
class IdPattern:
    """Vendor and product, or vendor and whatever product."""

    vendor: int
    product: int | None

    def matches(self, vendor: int | None, product: int | None) -> bool:
        return vendor == self.vendor and self.product in (None, product)

    def covers(self, other: IdPattern) -> bool:
        return self.vendor == other.vendor and self.product in (None, other.product)

    def overlaps(self, other: IdPattern) -> bool:
        return self.covers(other) or other.covers(self)


def id_pattern(text: str) -> IdPattern:
    """Of ``152d:0583`` or ``152d:*``. Raises ValueError."""
    found = _PAIR.fullmatch(text)
    if found is None:
        msg = f"{text!r} is not an id: four hexadecimal digits in small letters, a colon, four more or *"
        raise ValueError(msg)
    return IdPattern(int(found[1], 16), None if found[2] == "*" else int(found[2], 16))


@dataclass(frozen=True)
class Span:
    """Numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    def matches(self, number: int | None) -> bool:
        return number is not None and self.first <= number <= self.last

    def covers(self, other: Span) -> bool:
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last


def releases(text: str) -> Span:
    """Of ``0414`` or ``0100-0205`` (bcdDevice, hexadecimal digits as lsusb prints them without the point). Raises ValueError."""
    found = _RELEASES.fullmatch(text)
    if found is None:
        msg = f"{text!r} is not a release: four hexadecimal digits in small letters, or two such with - between"
        raise ValueError(msg)
    first = int(found[1], 16)
    span = Span(first, int(found[2], 16) if found[2] else first)
    if span.first > span.last:
        msg = f"{text!r} counts backwards: it matches nothing"
        raise ValueError(msg)
    return span


@dataclass(frozen=True)
class FirmwareSeries:
    """Firmware names of one series: a fixed beginning and then nothing but ``digits`` decimal digits.

    Firmware names have no order of their own: 'CXM14M1Q' is neither before nor after 'EXT06L0Q'. Only within a series whose names differ
    in one number of fixed length is that number's order theirs; whatever is not of the series is outside the range.
    """

    beginning: str
    digits: int
    numbers: Span

    def matches(self, firmware: str) -> bool:
        number = firmware.removeprefix(self.beginning)
        return (
            firmware.startswith(self.beginning)
            and len(number) == self.digits
            and number.isascii()
            and number.isdecimal()
            and self.numbers.matches(int(number))
        )

    def covers(self, other: FirmwareSeries) -> bool:
        return (self.beginning, self.digits) == (other.beginning, other.digits) and self.numbers.covers(other.numbers)
