"""The facts that are signed: the erasure predicate (by the station) and the certificate predicate (by the contractor).

Every field is obligatory; what is not known is ``null`` or the word ``unknown``, so that nothing can be left out
unnoticed. An unknown key is an error. Sizes are bytes, addresses are LBAs of ``logical_sector`` bytes, durations are
whole milliseconds of the monotonic clock, probabilities are parts per million. Lists, texts and numbers are bounded;
no text holds control characters or marks that turn the direction of writing, so that paper and data read alike.

Fields after NIST SP 800-88 Rev. 1 section 4.8 and the Japanese forms named in terms of the office.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from certify.foundation.address import ADDRESS_PATTERN, MAX_ADDRESS
from certify.foundation.clock import parse_rfc3339

ERASURE_TYPE: Final = "https://haiki.example/erasure/v1"
CERTIFICATE_TYPE: Final = "https://haiki.example/certificate/v1"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"

MAX_LISTED = 1000  # exceptions, mismatches, interruptions; the totals beside them count all
MAX_PHOTOS = 12

# C0 and C1 controls, DEL, line and paragraph separators, and the marks that embed, override or isolate a direction
_NO_CONTROLS = r"^(?![\s\S]*[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069])"
# a fixed longest length goes with each pattern below, because '$' lets a last newline pass
_ID_DIGITS = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_NO_CONTROLS)]
LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=1000, pattern=_NO_CONTROLS)]
Code = Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?!\n)$")]
Sha256 = Annotated[str, msgspec.Meta(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
Hex = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^([0-9a-f]{2})+(?!\n)$")]
JobId = Annotated[str, msgspec.Meta(max_length=28, pattern=f"^J-{_ID_DIGITS}$")]
CertificateId = Annotated[str, msgspec.Meta(max_length=28, pattern=f"^C-{_ID_DIGITS}$")]
OrderId = Annotated[str, msgspec.Meta(max_length=28, pattern=f"^O-{_ID_DIGITS}$")]
MAX_NUMBER = 2**53 - 1  # what every JSON reader holds without loss
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
Size = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
PartsPerMillion = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]

Method = Literal["none", "clear", "purge", "destroy"]
Outcome = Literal["erased", "erased-with-exceptions", "not-erased"]
Evidence = Literal["none", "command-status", "logical-read-back", "old-data-gone", "media-level"]
FactSource = Literal["identify", "kernel", "bridge", "label", "derived", "firmware"]
Bus = Literal["ata", "sas", "scsi", "nvme", "usb", "mmc", "virtio", "virtual", "unknown"]
Media = Literal["magnetic", "flash", "hybrid", "unknown"]
HiddenArea = Literal["unknown", "none", "present", "removed", "not-applicable"]
VerificationKind = Literal["full", "nist-800-88r1", "percent", "none"]
InterruptionCause = Literal["signal", "crash-or-power-loss", "drive-lost", "not-as-left"]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: immutable, named arguments only, strict."""


class Stamp(Model, frozen=True, kw_only=True):
    """A wall-clock time (RFC 3339, UTC, ``Z``) and where it comes from. Raises ValueError for what is no time."""

    at: Annotated[str, msgspec.Meta(max_length=20, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
    source: Code

    def __post_init__(self) -> None:
        parse_rfc3339(self.at)


class Fact(Model, frozen=True, kw_only=True):
    """A text and who said it."""

    value: Text
    source: FactSource


class Identity(Model, frozen=True, kw_only=True):
    """The names a drive goes by."""

    vendor: Fact | None
    model: Fact | None
    serial: Fact | None
    firmware: Fact | None
    wwn: Fact | None
    eui64: Fact | None
    nguid: Fact | None


class DriveFacts(Model, frozen=True, kw_only=True):
    """The medium."""

    identity: Identity
    bus: Bus
    media: Media
    size: Size
    logical_sector: Size
    physical_sector: Size
    virtual: Text | None


class MachineFacts(Model, frozen=True, kw_only=True):
    """The computer that did the work, once a session."""

    maker: Fact | None
    model: Fact | None
    serial: Fact | None
    hypervisor: Text | None
    boot_id: Text | None
    kernel: Text


class HiddenAreas(Model, frozen=True, kw_only=True):
    """Capacity that the host can't address. ``unknown``: not looked at by this version or not tellable."""

    hpa: HiddenArea
    dco: HiddenArea
    ama: HiddenArea


class RefusedTechnique(Model, frozen=True, kw_only=True):
    """A technique that was not used, and the reason's code."""

    technique: Code
    reason: Code


class Technique(Model, frozen=True, kw_only=True):
    """How it was erased, and why nothing stronger was chosen."""

    id: Code
    refused: Annotated[list[RefusedTechnique], msgspec.Meta(max_length=64)]


class PassRecord(Model, frozen=True, kw_only=True):
    """One pass over the medium. ``key`` is published: with it anyone can compute the stream again."""

    number: Annotated[int, msgspec.Meta(ge=1, le=64)]
    pattern: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^(random|([0-9a-f]{2})+)(?!\n)$")]  # "00", "924924" or "random"
    generator: Code | None  # aes-256-xts, aes-256-ctr, chacha20; null for a fixed pattern
    key: Hex | None
    bytes_written: Count
    milliseconds: Count
    flushed: bool


class Scheme(Model, frozen=True, kw_only=True):
    """The named order of passes."""

    id: Code
    source: LongText
    passes: Annotated[list[PassRecord], msgspec.Meta(max_length=64)]


class Policy(Model, frozen=True, kw_only=True):
    """The rule that was to be met."""

    id: Code
    edition: Text
    sha256: Sha256
    zone: Text | None
    classification: Text | None
    require: Method


class Claim(Model, frozen=True, kw_only=True):
    """What may be said of the drive, computed in one place, never rounded up."""

    method: Method
    standard: Text
    edition: Text
    clause: Annotated[str, msgspec.Meta(max_length=1000, pattern=_NO_CONTROLS)]  # empty: no rule knows this case
    evidence: Evidence
    reasons: Annotated[list[Code], msgspec.Meta(max_length=64)]  # what limits or lowers the claim


class BadRange(Model, frozen=True, kw_only=True):
    """Sectors that gave an error, in one direction."""

    operation: Literal["write", "read"]
    number: Annotated[int, msgspec.Meta(ge=1, le=64)]  # the pass
    first_lba: Count
    sectors: Size
    error: Annotated[str, msgspec.Meta(max_length=32, pattern=r"^([A-Z0-9]+|not-attempted)(?!\n)$")]  # symbolic errno, such as EIO


class Mismatch(Model, frozen=True, kw_only=True):
    """Sectors that did not read back as expected."""

    first_lba: Count
    sectors: Size


class Verification(Model, frozen=True, kw_only=True):
    """Did the technique complete as intended (検証)."""

    kind: VerificationKind
    seed: Hex | None  # null when nothing was drawn
    bytes_compared: Count
    samples: Count
    percent_ppm: PartsPerMillion | None  # asked share of the medium
    left_over_bytes: Count | None  # size of a left-over for which the next line holds
    finding_ppm: PartsPerMillion | None  # probability of finding such a left-over
    mismatches: Annotated[list[Mismatch], msgspec.Meta(max_length=MAX_LISTED)]
    mismatched_sectors: Count  # all, also those beyond the listed ones
    unreadable_sectors: Count
    milliseconds: Count
    result: Literal["passed", "failed", "not-run"]


class Validation(Model, frozen=True, kw_only=True):
    """Is the outcome good enough for this information (妥当性確認): a person's decision, open until signed."""

    result: Literal["open"]


class Person(Model, frozen=True, kw_only=True):
    """Someone who took part. Names stand on paper, ids everywhere else."""

    id: Text
    name: Text | None
    organisation: Text | None
    post: Text | None


class People(Model, frozen=True, kw_only=True):
    """Who did it and who saw it; never one and the same."""

    operator: Person
    witness: Person


class Interruption(Model, frozen=True, kw_only=True):
    """A break in the work. ``stopped`` is the last moment on record before it."""

    stopped: Stamp
    resumed: Stamp
    cause: InterruptionCause
    bytes_done: Count  # of the pass that was under way, at its last checkpoint
    machine: MachineFacts


class Times(Model, frozen=True, kw_only=True):
    """When. ``milliseconds`` is the time spent working, without the breaks."""

    started: Stamp
    finished: Stamp
    milliseconds: Count


class Tool(Model, frozen=True, kw_only=True):
    """What did it."""

    name: Text
    version: Text
    python: Text
    kernel: Text


class Journal(Model, frozen=True, kw_only=True):
    """The record that this statement was made from."""

    sha256: Sha256
    lines: Size
    head: Sha256


class Erasure(Model, frozen=True, kw_only=True):
    """Predicate of the erasure statement, v1."""

    job: JobId
    asset: Text | None  # the agency's 管理番号
    order: OrderId | None
    test: bool  # true: a virtual drive; every paper says TEST
    outcome: Outcome
    claim: Claim
    policy: Policy
    machine: MachineFacts
    drive: DriveFacts
    hidden_areas: HiddenAreas
    technique: Technique
    scheme: Scheme
    sectors: Size  # all logical sectors
    sectors_written: Count  # by the last pass
    exceptions: Annotated[list[BadRange], msgspec.Meta(max_length=MAX_LISTED)]
    exception_sectors: Count  # all that could not be written or read, also those beyond the listed ones
    verification: Verification
    validation: Validation
    people: People
    place: Text | None
    times: Times
    interruptions: Annotated[list[Interruption], msgspec.Meta(max_length=MAX_LISTED)]
    tool: Tool
    limits: Annotated[list[Code], msgspec.Meta(max_length=64)]  # what this erasure can't reach or tell
    journal: Journal


class Party(Model, frozen=True, kw_only=True):
    """An organisation."""

    name: Text
    department: Text | None
    address: Text | None
    corporate_number: Annotated[str, msgspec.Meta(max_length=13, pattern="^[0-9]{13}$")] | None  # 法人番号
    responsible: Text | None


class Certifier(Model, frozen=True, kw_only=True):
    """The person who stands for the certificate (証明者)."""

    name: Text
    post: Text | None
    authority: Text | None


class Barcode(Model, frozen=True, kw_only=True):
    """A code that was read from a photo."""

    format: Text
    text: LongText


class Photo(Model, frozen=True, kw_only=True):
    """A published photo and the file it was made from."""

    file: Annotated[str, msgspec.Meta(max_length=13, pattern=r"^photos/[0-9]{2}\.jpg$")]  # photos/NN.jpg
    kind: Literal["before", "label", "during", "after", "other"]
    caption: Text | None
    original_sha256: Sha256
    published_sha256: Sha256
    width: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    height: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    captured: Text | None  # as the camera said, local time with offset if it gave one; not authenticated
    barcodes: Annotated[list[Barcode], msgspec.Meta(max_length=32)]


class Certificate(Model, frozen=True, kw_only=True):
    """Predicate of the certificate statement, v1."""

    certificate: CertificateId
    issued: Stamp
    supersedes: CertificateId | None
    test: bool
    erasure_sha256: Sha256  # of the payload of erasure.dsse.json
    addressee: Party | None
    subject: Text | None  # 件名
    contract: Text | None
    document_number: Text | None  # 文書番号
    contractor: Party
    subcontractors: Annotated[list[Party], msgspec.Meta(max_length=16)]
    certifier: Certifier | None
    destination: Text | None  # 処分先
    remarks: LongText | None
    photos: Annotated[list[Photo], msgspec.Meta(max_length=MAX_PHOTOS)]
    verify_url: Annotated[str, msgspec.Meta(max_length=MAX_ADDRESS, pattern=ADDRESS_PATTERN)]
    renderer: Text
    language: Literal["ja", "en"]


class Subject(Model, frozen=True, kw_only=True):
    """What a statement is about: a name and the SHA-256 of its bytes (in-toto ResourceDescriptor)."""

    name: Text
    digest: Digest


class Digest(Model, frozen=True, kw_only=True):
    """The one digest that is used (in-toto DigestSet)."""

    sha256: Sha256


class ErasureStatement(Model, frozen=True, kw_only=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    """in-toto Statement v1 with the erasure predicate."""

    type: Literal["https://in-toto.io/Statement/v1"]
    subject: Annotated[list[Subject], msgspec.Meta(min_length=2, max_length=2)]
    predicate_type: Literal["https://haiki.example/erasure/v1"]
    predicate: Erasure


class CertificateStatement(Model, frozen=True, kw_only=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    """in-toto Statement v1 with the certificate predicate."""

    type: Literal["https://in-toto.io/Statement/v1"]
    subject: Annotated[list[Subject], msgspec.Meta(min_length=1, max_length=1 + MAX_PHOTOS)]
    predicate_type: Literal["https://haiki.example/certificate/v1"]
    predicate: Certificate
