"""What a profile says: which hardware it is about, what that hardware does wrong, and who says so.

Each key of :class:`Quirks` takes something away, or says how to go about it; none can say that a drive is able to do something, and
none can raise a claim. Adding a key here means adding it to :mod:`hardware_profiles.merging` and to the README.
"""

from __future__ import annotations

import datetime

import msgspec

from hardware_profiles.vocabulary import (
    After,
    Before,
    Cap,
    Command,
    Confidence,
    Identity,
    Kind,
    PassThrough,
    Preference,
    Registers,
    Report,
    Stuck,
    Transport,
)


class FirmwareRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """Firmware names that differ in one number of fixed length. See :class:`hardware_profiles.ids.FirmwareSeries`."""

    beginning: str
    digits: int
    first: int
    last: int


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hardware. Each key that is there must match; of a list one element must."""

    kind: Kind | None = None
    transport: Transport | None = None
    vendor: tuple[str, ...] = ()  # patterns, full match
    model: tuple[str, ...] = ()  # patterns, full match
    firmware: tuple[str, ...] = ()  # patterns, full match
    firmware_range: FirmwareRange | None = None
    serial: tuple[str, ...] = ()  # exact: where a fault was seen on one single drive
    usb: tuple[str, ...] = ()  # "152d:0583" or "152d:*"
    usb_release: tuple[str, ...] = ()  # "0414" or "0100-0205"
    pci: tuple[str, ...] = ()
    pci_subsystem: tuple[str, ...] = ()


class ExpectTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long an erasure takes, in seconds. Quicker than ``at_least`` is not believed."""

    at_least: int
    at_most: int | None = None


class StuckRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Progress that stands at one value for so long counts as stuck."""

    after_seconds: int
    then: Stuck
    progress: int | None = None  # the value of the progress field it is known to stand at, of 65536


class Quirks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong, and what to do about it. The README explains each key."""

    forbid: tuple[Command, ...] = ()
    pass_through: PassThrough | None = None
    registers: Registers | None = None
    max_transfer_sectors: int | None = None
    max_trim_sectors: int | None = None
    prefer: tuple[Preference, ...] = ()
    not_proof: tuple[Report, ...] = ()
    zero_reads_not_trusted: bool = False
    expect_pattern: str | None = None  # hexadecimal, repeated over the whole drive
    expect_time: ExpectTime | None = None
    stuck_rule: StuckRule | None = None
    before: tuple[Before, ...] = ()
    after: tuple[After, ...] = ()
    claim_cap: Cap | None = None
    identity: tuple[Identity, ...] = ()
    boot_option: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fact, in one or two sentences of our own, in both languages."""

    ja: str
    en: str


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who says so."""

    source: str  # an address, or a document's title with its version
    date: datetime.date  # when it was written, or which state of it was read
    confidence: Confidence


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry."""

    name: str
    match: Rule
    quirks: Quirks
    note: Note
    evidence: tuple[Evidence, ...]
