"""Does a rule match, and how specific is it? Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TypeVar

from hardware_profiles import globs
from hardware_profiles.ids import FirmwareSeries, IdPattern, Span, id_pattern, releases
from hardware_profiles.schema import Rule
from hardware_profiles.vocabulary import Kind, Transport

_T = TypeVar("_T")

# What one key adds to the specificity of a match. The drive's own name weighs more than all that lies between it and the machine, its
# firmware more than its name, one single drive more than anything
KIND, TRANSPORT, VENDOR, PRODUCT, SUBSYSTEM, RELEASES, RELEASE = 1, 1, 2, 4, 4, 3, 5
VENDOR_NAME, MODEL_PATTERN, MODEL, FIRMWARE_PATTERN, FIRMWARE_RANGE, FIRMWARE, SERIAL = 2, 20, 30, 40, 41, 42, 100


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was seen of a drive and of what it hangs on. What isn't known stays None, and matches no rule that asks for it.

    Texts as the drive gives them, without blanks at either end: of ATA and NVMe model and firmware from IDENTIFY, of SCSI vendor, product
    and revision from INQUIRY, of MMC the product name. The PCI ids are those of the NVMe controller, or of the adapter that the drive
    hangs on; what hangs on USB has none, and the USB ids are those of its bridge.
    """

    kind: Kind | None = None
    transport: Transport | None = None
    vendor: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = field(default=None, repr=False)
    usb_vendor: int | None = None
    usb_product: int | None = None
    usb_release: int | None = None  # bcdDevice
    pci_vendor: int | None = None
    pci_device: int | None = None
    pci_subsystem_vendor: int | None = None
    pci_subsystem_device: int | None = None

    def __post_init__(self) -> None:
        """Blanks at either end are the padding of the fixed fields of IDENTIFY and INQUIRY."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in ("vendor", "model", "firmware", "serial") and isinstance(value, str):
                object.__setattr__(self, one.name, value.strip(" \0"))


@dataclass(frozen=True)
class Compiled:
    """A rule, parsed once. Raises ValueError where the rule's texts are not of their form."""

    rule: Rule

    @cached_property
    def usb(self) -> tuple[IdPattern, ...]:
        return tuple(map(id_pattern, self.rule.usb))

    @cached_property
    def usb_release(self) -> tuple[Span, ...]:
        return tuple(map(releases, self.rule.usb_release))

    @cached_property
    def pci(self) -> tuple[IdPattern, ...]:
        return tuple(map(id_pattern, self.rule.pci))

    @cached_property
    def pci_subsystem(self) -> tuple[IdPattern, ...]:
        return tuple(map(id_pattern, self.rule.pci_subsystem))

    @cached_property
    def series(self) -> FirmwareSeries | None:
        asked = self.rule.firmware_range
        if asked is None:
            return None
        return FirmwareSeries(asked.beginning, asked.digits, Span(asked.first, asked.last))

    def specificity(self, subject: Subject) -> int | None:
        """None where the rule doesn't match."""
        rule, points = self.rule, 0
        for asked, seen, weight in ((rule.kind, subject.kind, KIND), (rule.transport, subject.transport, TRANSPORT)):
            if asked is not None:
                if asked != seen:
                    return None
                points += weight
        for weighed in (
            _best(self.usb, lambda one: one.matches(subject.usb_vendor, subject.usb_product), weight_of_id),
            _best(self.usb_release, lambda one: one.matches(subject.usb_release), weight_of_release),
            _best(self.pci, lambda one: one.matches(subject.pci_vendor, subject.pci_device), weight_of_id),
            _best(
                self.pci_subsystem,
                lambda one: one.matches(subject.pci_subsystem_vendor, subject.pci_subsystem_device),
                lambda _: SUBSYSTEM,
            ),
            _best(rule.vendor, lambda one: _named(one, subject.vendor), lambda _: VENDOR_NAME),
            _best(rule.model, lambda one: _named(one, subject.model), weight_of_model),
            _best(rule.firmware, lambda one: _named(one, subject.firmware), weight_of_firmware),
            _best(
                () if self.series is None else (self.series,),
                lambda one: subject.firmware is not None and one.matches(subject.firmware),
                lambda _: FIRMWARE_RANGE,
            ),
            _best(rule.serial, lambda one: one == subject.serial, lambda _: SERIAL),
        ):
            if weighed is None:
                return None
            points += weighed
        return points


def weight_of_model(pattern: str) -> int:
    """A pattern that fixes more of the name is more specific; one without wildcards most."""
    return MODEL if not globs.has_wildcard(pattern) else MODEL_PATTERN + min(globs.fixed_characters(pattern), MODEL - MODEL_PATTERN - 1)


def weight_of_firmware(pattern: str) -> int:
    return FIRMWARE if not globs.has_wildcard(pattern) else FIRMWARE_PATTERN


def weight_of_id(pattern: IdPattern) -> int:
    return VENDOR if pattern.product is None else VENDOR + PRODUCT


def weight_of_release(span: Span) -> int:
    return RELEASE if span.first == span.last else RELEASES


def _named(pattern: str, name: str | None) -> bool:
    return name is not None and globs.matches(pattern, name)


def _best(alternatives: Sequence[_T], matches: Callable[[_T], bool], weight: Callable[[_T], int]) -> int | None:
    """0 where nothing is asked, None where nothing matches, else what the most specific match weighs."""
    return 0 if not alternatives else max((weight(one) for one in alternatives if matches(one)), default=None)
