"""Sizes for people: one way of rounding on screens and papers, so that one drive has one size."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def in_decimal_units(count: int) -> str:
    """Bytes rounded down to tenths of a decimal unit, as drives are labelled: ``500.1 GB``; below a thousand exactly."""
    if count < 1000:
        return f"{count} {_UNITS[0]}"
    power = min((len(str(count)) - 1) // 3, len(_UNITS) - 1)
    whole, rest = divmod(count * 10 // 1000**power, 10)
    return f"{whole:,}.{rest} {_UNITS[power]}"
