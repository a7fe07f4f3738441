"""Two rules against each other: can both match one subject, equally specifically; does one match all that the other does?

Where it can't be told for certain, two rules are taken to overlap and not to cover: the linter then asks for one too many, never for one
too few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hardware_profiles import globs, rules
from hardware_profiles.ids import FirmwareSeries, IdPattern, Span
from hardware_profiles.rules import Compiled

_T = TypeVar("_T")
_Differences = set[int]


def overlap(one: Compiled, other: Compiled) -> _Differences:
    """By how many points the first can be more specific where both match; empty where they can't both match."""
    if (one.rule.usb and other.rule.pci) or (one.rule.pci and other.rule.usb):
        return set()  # what hangs on USB has no PCI ids
    totals: _Differences = {0}
    for differences in _by_key(one, other):
        totals = {total + difference for total in totals for difference in differences}
    return totals


def covers(general: Compiled, special: Compiled) -> bool:
    """Whether whatever the special rule matches is matched by the general one."""
    wide, narrow = general.rule, special.rule
    return (
        wide.kind in (None, narrow.kind)
        and wide.transport in (None, narrow.transport)
        and _all_covered(general.usb, special.usb, IdPattern.covers)
        and _all_covered(general.usb_release, special.usb_release, Span.covers)
        and _all_covered(general.pci, special.pci, IdPattern.covers)
        and _all_covered(general.pci_subsystem, special.pci_subsystem, IdPattern.covers)
        and _all_covered(wide.vendor, narrow.vendor, globs.covers)
        and _all_covered(wide.model, narrow.model, globs.covers)
        and _all_covered(wide.serial, narrow.serial, str.__eq__)
        and _all_covered(wide.firmware, narrow.firmware, globs.covers)
        and _series_covered(general.series, special)
    )


def _all_covered(wide: Sequence[_T], narrow: Sequence[_T], covering: Callable[[_T, _T], bool]) -> bool:
    return not wide or (bool(narrow) and all(any(covering(one, other) for one in wide) for other in narrow))


def _series_covered(wide: FirmwareSeries | None, special: Compiled) -> bool:
    if wide is None:
        return True
    if special.series is not None:
        return wide.covers(special.series)
    names = special.rule.firmware
    return bool(names) and all(not globs.has_wildcard(name) and wide.matches(name) for name in names)


def _by_key(one: Compiled, other: Compiled) -> list[_Differences]:
    """For each key by how much the two can differ; an empty set where the key keeps them apart."""
    first, second = one.rule, other.rule
    return [
        _differences(_single(first.kind), _single(second.kind), lambda a, b: a == b, lambda _: rules.KIND),
        _differences(_single(first.transport), _single(second.transport), lambda a, b: a == b, lambda _: rules.TRANSPORT),
        _differences(one.usb, other.usb, IdPattern.overlaps, rules.weight_of_id),
        _differences(one.usb_release, other.usb_release, Span.overlaps, rules.weight_of_release),
        _differences(one.pci, other.pci, IdPattern.overlaps, rules.weight_of_id),
        _differences(one.pci_subsystem, other.pci_subsystem, IdPattern.overlaps, lambda _: rules.SUBSYSTEM),
        _differences(first.vendor, second.vendor, globs.overlap, lambda _: rules.VENDOR_NAME),
        _differences(first.model, second.model, globs.overlap, rules.weight_of_model),
        _differences(first.serial, second.serial, str.__eq__, lambda _: rules.SERIAL),
        _differences(_firmware(one), _firmware(other), _firmware_overlaps, _weight_of_firmware),
    ]


def _single(value: _T | None) -> tuple[_T, ...]:
    return () if value is None else (value,)


def _differences(one: Sequence[_T], other: Sequence[_T], overlaps: Callable[[_T, _T], bool], weight: Callable[[_T], int]) -> _Differences:
    if not one or not other:
        return {weight(a) for a in one} or {-weight(b) for b in other} or {0}
    return {weight(a) - weight(b) for a in one for b in other if overlaps(a, b)}


def _firmware(compiled: Compiled) -> tuple[str | FirmwareSeries, ...]:
    return (*compiled.rule.firmware, *_single(compiled.series))


def _weight_of_firmware(asked: str | FirmwareSeries) -> int:
    return rules.weight_of_firmware(asked) if isinstance(asked, str) else rules.FIRMWARE_RANGE


def _firmware_overlaps(one: str | FirmwareSeries, other: str | FirmwareSeries) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return globs.overlap(one, other)
    if isinstance(one, FirmwareSeries) and isinstance(other, FirmwareSeries):
        return (one.beginning, one.digits) != (other.beginning, other.digits) or one.numbers.overlaps(other.numbers)
    name, series = (one, other) if isinstance(one, str) else (other, one)
    return isinstance(series, FirmwareSeries) and isinstance(name, str) and (globs.has_wildcard(name) or series.matches(name))
