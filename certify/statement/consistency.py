"""Every way in which a statement could say more than is true, or contradict itself. Pure.

Asked before signing and again by whoever verifies: a station that was tampered with does not ask itself.
A statement of a failed erasure is true paper; what is looked for here is only a lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from certify.errors import Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.finding import probability_of
from certify.foundation.messages import Language, text
from certify.foundation.people import folded, same_person
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import scheme_named
from certify.foundation.standards import Basis, basis_of, clause_of, conditions_met, rows_for
from certify.statement.model import MAX_LISTED, BadRange, Certificate, DriveFacts, Erasure, Mismatch

_VIRTUAL_SERIAL = "virt-"  # folded
_VIRTUAL_MODELS = frozenset({"loop", "ram", "zram", "nbd", "dm", "md", "null_blk", "scsi_debug", "tcm_loop"})  # folded
_KEY_BYTES = {"aes-256-xts": 64, "aes-256-ctr": 32, "chacha20": 32}  # of each generator
_NIST_SAMPLES = 2000  # SP 800-88 Rev. 1 section 4.7.3: 1000 subsections, at least 2 locations in each
_NIST_SHARE = 10  # and at least one tenth of the medium
_LEAST_PPM = 100_000  # the same tenth: a smaller share is not representative, so that nothing may be claimed on it
_MILLION = 1_000_000


class Contradiction(StrEnum):
    """What does not fit. ``statement.contradiction-CODE`` in the catalogues says it in words."""

    SUCCESS_UNVERIFIED = "success-without-passed-verification"
    SUCCESS_WITH_EXCEPTIONS = "success-with-exceptions"
    SUCCESS_WITH_MISMATCHES = "success-with-mismatches"
    SUCCESS_UNREADABLE = "success-with-unreadable-sectors"
    SUCCESS_SECTORS_MISSING = "success-with-sectors-not-written"
    SUCCESS_SHORT = "success-with-a-short-pass"
    SUCCESS_NOT_FLUSHED = "success-without-flush"
    SUCCESS_UNWRITTEN = "success-without-a-pass"
    EXCEPTIONS_MISSING = "exceptions-outcome-without-exceptions"
    CLAIM_WITHOUT_SUCCESS = "claim-without-success"
    CLAIM_ABOVE_TECHNIQUE = "claim-above-technique"
    CLAIM_WITHOUT_EVIDENCE = "claim-without-evidence"
    CLAIM_ON_THIN_VERIFICATION = "claim-on-too-thin-a-verification"
    CLAIM_STANDARD_UNKNOWN = "claim-by-an-unknown-standard"
    CLAIM_CLAUSE_OTHER = "claim-by-another-clause"
    CLAIM_CONDITION_UNMET = "claim-without-the-condition-of-its-clause"
    POLICY_MISQUOTED = "policy-misquoted"
    POLICY_STANDARD_OTHER = "claim-by-another-standard-than-the-policys"
    EVIDENCE_ABOVE_TECHNIQUE = "evidence-above-technique"
    EVIDENCE_UNVERIFIED = "evidence-without-passed-verification"
    UNKNOWN_TECHNIQUE = "unknown-technique"
    PASSED_WITH_MISMATCHES = "passed-with-mismatches"
    PASSED_WITHOUT_COMPARISON = "passed-without-comparison"
    NOT_RUN_WITH_RESULTS = "not-run-with-results"
    VERIFICATION_SHORT = "verification-shorter-than-its-kind"
    VERIFICATION_WITHOUT_SEED = "sampling-without-seed"
    FINDING_INVENTED = "finding-above-what-the-sample-gives"
    VERIFICATION_BEYOND_DRIVE = "verification-beyond-the-drive"
    TOTALS_TOO_SMALL = "totals-smaller-than-lists"
    BEYOND_DRIVE = "range-beyond-the-drive"
    SIZES_DISAGREE = "sizes-disagree"
    PASSES_DISAGREE = "passes-out-of-order"
    UNKNOWN_SCHEME = "unknown-scheme"
    PASSES_OF_ANOTHER_SCHEME = "passes-of-another-scheme"
    STREAM_UNNAMED = "random-pass-without-generator-or-key"
    STREAM_UNKNOWN = "random-pass-of-an-unknown-stream"
    STREAM_INVENTED = "fixed-pass-with-generator-or-key"
    ONE_PERSON = "operator-is-witness"
    TIMES_REVERSED = "finished-before-started"
    BREAK_REVERSED = "resumed-before-stopped"
    TEST_HIDDEN = "virtual-drive-without-test-mark"
    TEST_INVENTED = "test-mark-on-a-real-drive"
    NAME_NOT_PLAIN = "name-that-no-drive-gives"
    HIDDEN_AREAS_DENIED = "hidden-areas-of-a-real-drive-denied"
    OTHER_ERASURE = "certificate-of-another-erasure"
    TEST_DIFFERS = "certificate-and-erasure-disagree-on-test"
    ISSUED_EARLY = "issued-before-the-erasure-finished"
    SUPERSEDES_ITSELF = "supersedes-itself"
    PHOTO_TWICE = "photo-used-twice"
    PHOTOS_MISNUMBERED = "photos-misnumbered"


class Contradicted(Refused):
    """A statement that would say more than is true. ``found`` says which contradictions."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__("statement", "contradiction", codes=", ".join(found))
        self.found = tuple(found)

    def part(self, name: str, language: Language | None = None) -> str:
        """One of the three sentences, with each contradiction in words."""
        sentences = " ".join(text(f"statement.contradiction-{code}", language) for code in self.found)
        return text(f"statement.contradiction.{name}", language, sentences=sentences)


def _sectors_of(ranges: Iterable[BadRange] | Iterable[Mismatch]) -> int:
    """Distinct sectors of the listed ranges, which may overlap."""
    total = reached = 0
    for first, last in sorted((found.first_lba, found.first_lba + found.sectors) for found in ranges):
        total += max(0, last - max(first, reached))
        reached = max(reached, last)
    return total


def _success(erasure: Erasure) -> Iterator[Contradiction | None]:
    """An outcome of 'erased' or 'erased with exceptions' stands on a verification that passed."""
    verification = erasure.verification
    erased = erasure.outcome == "erased"
    partly = erasure.outcome == "erased-with-exceptions"
    if erased or partly:
        yield Contradiction.SUCCESS_UNVERIFIED if verification.result != "passed" or verification.kind == "none" else None
        yield Contradiction.SUCCESS_UNWRITTEN if not erasure.scheme.passes else None
        yield Contradiction.SUCCESS_NOT_FLUSHED if any(not done.flushed for done in erasure.scheme.passes) else None
        yield Contradiction.SUCCESS_WITH_MISMATCHES if verification.mismatched_sectors or verification.mismatches else None
    if erased:
        yield Contradiction.SUCCESS_WITH_EXCEPTIONS if erasure.exceptions or erasure.exception_sectors else None
        yield Contradiction.SUCCESS_UNREADABLE if verification.unreadable_sectors else None
        yield Contradiction.SUCCESS_SECTORS_MISSING if erasure.sectors_written != erasure.sectors else None
        short = any(done.bytes_written != erasure.drive.size for done in erasure.scheme.passes)
        yield Contradiction.SUCCESS_SHORT if short else None
    if partly:
        yield Contradiction.EXCEPTIONS_MISSING if not erasure.exceptions or not erasure.exception_sectors else None
        missing = erasure.sectors_written + erasure.exception_sectors < erasure.sectors
        yield Contradiction.SUCCESS_SECTORS_MISSING if missing else None


def _claim(erasure: Erasure) -> Iterator[Contradiction | None]:
    """What is claimed is no more than the technique can give, and no more than was seen."""
    claim, result = erasure.claim, erasure.verification.result
    if erasure.technique.id == "overwrite":
        # a host overwrite reaches what the host can address, and reads back the same: never above Clear
        yield Contradiction.CLAIM_ABOVE_TECHNIQUE if claim.method not in ("none", "clear") else None
        yield Contradiction.EVIDENCE_ABOVE_TECHNIQUE if claim.evidence not in ("none", "command-status", "logical-read-back") else None
        yield Contradiction.EVIDENCE_UNVERIFIED if claim.evidence == "logical-read-back" and result != "passed" else None
    else:
        yield Contradiction.UNKNOWN_TECHNIQUE
    if claim.method != "none":
        yield Contradiction.CLAIM_WITHOUT_SUCCESS if erasure.outcome != "erased" else None
        yield Contradiction.CLAIM_WITHOUT_EVIDENCE if claim.evidence in ("none", "command-status") else None
        thin = erasure.verification.kind == "percent" and (erasure.verification.percent_ppm or 0) < _LEAST_PPM
        yield Contradiction.CLAIM_ON_THIN_VERIFICATION if thin else None


def _basis(erasure: Erasure) -> Basis | None:
    """The table that the claim says it was read from, if there is such a table."""
    try:
        return basis_of(erasure.claim.standard, erasure.claim.edition)
    except LookupError:
        return None


def _standard(erasure: Erasure) -> Iterator[Contradiction | None]:
    """The claim cites a table that exists, and what that says of this technique on this drive; its condition was met."""
    claim, drive, basis = erasure.claim, erasure.drive, _basis(erasure)
    if basis is None:
        yield Contradiction.CLAIM_STANDARD_UNKNOWN
        return
    rows = rows_for(basis, erasure.technique.id, drive.media, drive.bus)
    yield Contradiction.CLAIM_CLAUSE_OTHER if claim.clause != clause_of(rows) else None
    met = conditions_met([done.pattern for done in erasure.scheme.passes])
    unmet = any(row.condition is not None and row.condition not in met for row in rows)
    yield Contradiction.CLAIM_CONDITION_UNMET if claim.method != "none" and unmet else None


def _policy(erasure: Erasure) -> Iterator[Contradiction | None]:
    """A policy that comes with the program is quoted as it stands; of an agency's own nothing is known here."""
    quoted = erasure.policy
    known = built_in_policies().get(quoted.id)
    if known is None:
        return
    named = (quoted.sha256, quoted.edition) == (known.sha256, known.policy.edition)
    demanded = quoted.require in known.policy.methods(quoted.zone, quoted.classification)
    yield None if named and demanded else Contradiction.POLICY_MISQUOTED
    yield Contradiction.POLICY_STANDARD_OTHER if _basis(erasure) not in (None, known.policy.basis) else None


def _least_compared(erasure: Erasure) -> int:
    """Bytes that a verification of this kind compares at least; sectors that gave an error could not be."""
    size, sector = erasure.drive.size, erasure.drive.logical_sector
    verification = erasure.verification
    share = {
        "full": size,
        "nist-800-88r1": size // _NIST_SHARE,
        "percent": size * (verification.percent_ppm or 0) // _MILLION,
    }.get(verification.kind, 0)
    return max(0, share - share % sector - (erasure.exception_sectors + verification.unreadable_sectors) * sector)


def _verification(erasure: Erasure) -> Iterator[Contradiction | None]:
    """A verification that passed did what its kind demands."""
    verification = erasure.verification
    empty = not (verification.bytes_compared or verification.samples or verification.mismatched_sectors or verification.mismatches)
    empty = empty and verification.finding_ppm is None and verification.left_over_bytes is None
    if verification.result == "not-run" or verification.kind == "none":
        agree = verification.result == "not-run" and verification.kind == "none" and empty and not verification.unreadable_sectors
        yield None if agree else Contradiction.NOT_RUN_WITH_RESULTS
        return
    everything = verification.bytes_compared >= erasure.drive.size
    yield Contradiction.VERIFICATION_BEYOND_DRIVE if verification.bytes_compared > erasure.drive.size else None
    sampled = verification.kind in ("nist-800-88r1", "percent")
    yield Contradiction.VERIFICATION_WITHOUT_SEED if sampled and verification.seed is None and not everything else None
    if verification.result == "passed":
        yield Contradiction.PASSED_WITH_MISMATCHES if verification.mismatched_sectors or verification.mismatches else None
        yield Contradiction.PASSED_WITHOUT_COMPARISON if 0 in (verification.bytes_compared, verification.samples) else None
        too_few = verification.kind == "nist-800-88r1" and verification.samples < _NIST_SAMPLES and not everything
        unasked = verification.kind == "percent" and not verification.percent_ppm
        short = verification.bytes_compared < _least_compared(erasure)
        yield Contradiction.VERIFICATION_SHORT if too_few or unasked or short else None


def _finding(erasure: Erasure) -> Iterator[Contradiction | None]:
    """No left-over is said to be found more surely than the sample finds it, and none by a sample that left sectors out."""
    verification, drive = erasure.verification, erasure.drive
    left_over, stated = verification.left_over_bytes, verification.finding_ppm
    if stated is None or left_over is None:
        yield Contradiction.FINDING_INVENTED if stated is not None or left_over is not None else None
        return
    everything = verification.bytes_compared >= drive.size
    kind = "full" if everything else verification.kind
    most = probability_of(kind, verification.percent_ppm, left_over, size=drive.size, sector=drive.logical_sector)
    left_out = erasure.exception_sectors + verification.unreadable_sectors > 0 and verification.kind != "full"
    yield Contradiction.FINDING_INVENTED if stated > most or left_out else None


def _numbers(erasure: Erasure) -> Iterator[Contradiction | None]:
    """Sizes, totals, lists and passes agree."""
    drive, verification = erasure.drive, erasure.verification
    agree = erasure.sectors * drive.logical_sector == drive.size and drive.physical_sector % drive.logical_sector == 0
    yield None if agree and erasure.sectors_written <= erasure.sectors else Contradiction.SIZES_DISAGREE
    ranges: list[BadRange | Mismatch] = [*erasure.exceptions, *verification.mismatches]
    beyond = any(found.first_lba + found.sectors > erasure.sectors for found in ranges)
    beyond = beyond or max(erasure.exception_sectors, verification.mismatched_sectors, verification.unreadable_sectors) > erasure.sectors
    yield Contradiction.BEYOND_DRIVE if beyond else None
    few = _sectors_of(erasure.exceptions) > erasure.exception_sectors
    few = few or _sectors_of(verification.mismatches) > verification.mismatched_sectors
    # a total above a list that is not full means that something was left out of it
    hidden = len(erasure.exceptions) < MAX_LISTED and _sectors_of(erasure.exceptions) != erasure.exception_sectors
    hidden = hidden or (
        len(verification.mismatches) < MAX_LISTED and _sectors_of(verification.mismatches) != verification.mismatched_sectors
    )
    yield Contradiction.TOTALS_TOO_SMALL if few or hidden else None
    passes = erasure.scheme.passes
    yield Contradiction.PASSES_DISAGREE if [done.number for done in passes] != list(range(1, len(passes) + 1)) else None
    yield Contradiction.PASSES_DISAGREE if any(done.bytes_written > drive.size for done in passes) else None
    random = [done for done in passes if done.pattern == "random"]
    fixed = [done for done in passes if done.pattern != "random"]
    yield Contradiction.STREAM_UNNAMED if any(done.generator is None or done.key is None for done in random) else None
    named = ((_KEY_BYTES.get(done.generator, 0), len(done.key) // 2) for done in random if done.generator and done.key)
    yield Contradiction.STREAM_UNKNOWN if any(needed != given for needed, given in named) else None
    yield Contradiction.STREAM_INVENTED if any(done.generator or done.key for done in fixed) else None


def _scheme(erasure: Erasure) -> Iterator[Contradiction | None]:
    """What a contract calls by a name is what was done: all of its passes, or the first of them where nothing is claimed."""
    scheme = scheme_named(erasure.scheme.id)
    if scheme is None:
        yield Contradiction.UNKNOWN_SCHEME
        return
    done = tuple(record.pattern for record in erasure.scheme.passes)
    planned = scheme.passes if erasure.outcome != "not-erased" else scheme.passes[: len(done)]
    yield Contradiction.PASSES_OF_ANOTHER_SCHEME if done != planned or erasure.scheme.source != scheme.source else None


def is_virtual_name(serial: str | None, model: str | None) -> bool:
    """Whether a drive with these names is one that stands in for a real drive in tests, however they are spelled."""
    return folded(serial or "").startswith(_VIRTUAL_SERIAL) or folded(model or "") in _VIRTUAL_MODELS


def _is_virtual(drive: DriveFacts) -> bool:
    serial, model = drive.identity.serial, drive.identity.model
    computed = serial is not None and serial.source == "derived"  # no real drive's is
    named = is_virtual_name(serial.value if serial else None, model.value if model else None)
    return drive.virtual is not None or drive.bus == "virtual" or computed or named


def _names(erasure: Erasure) -> Iterator[Contradiction | None]:
    """The names that machines read are plain ASCII, as ATA, SCSI and NVMe have them: none looks like another."""
    identity = erasure.drive.identity
    names = (identity.serial, identity.wwn, identity.eui64, identity.nguid)
    read = [name.value for name in names if name is not None and name.source not in ("label", "derived")]
    plain = all(name.isascii() and name.isprintable() and name == " ".join(name.split()) for name in read)
    yield None if plain else Contradiction.NAME_NOT_PLAIN


def _circumstances(erasure: Erasure) -> Iterator[Contradiction | None]:
    """People, times and the test mark."""
    yield Contradiction.ONE_PERSON if same_person(erasure.people.operator, erasure.people.witness) else None
    # RFC 3339 in UTC with whole seconds sorts as text
    yield Contradiction.TIMES_REVERSED if erasure.times.finished.at < erasure.times.started.at else None
    reversed_break = any(pause.resumed.at < pause.stopped.at for pause in erasure.interruptions)
    yield Contradiction.BREAK_REVERSED if reversed_break else None
    virtual = _is_virtual(erasure.drive)
    yield Contradiction.TEST_HIDDEN if virtual and not erasure.test else None
    yield Contradiction.TEST_INVENTED if erasure.test and not virtual else None
    areas = erasure.hidden_areas
    denied = not virtual and "not-applicable" in (areas.hpa, areas.dco, areas.ama) and erasure.drive.bus == "ata"
    yield Contradiction.HIDDEN_AREAS_DENIED if denied else None


def _distinct(found: Iterable[Contradiction | None]) -> list[Contradiction]:
    return list(dict.fromkeys(code for code in found if code is not None))


def contradictions(erasure: Erasure) -> list[Contradiction]:
    """What this statement says that can't be true. Empty: it may be signed. Each code once, in the order of the rules."""
    rules = (_success, _claim, _standard, _policy, _verification, _finding, _numbers, _scheme, _names, _circumstances)
    return _distinct(code for rule in rules for code in rule(erasure))


def certificate_alone_contradictions(certificate: Certificate) -> list[Contradiction]:
    """What a certificate says that can't be true, whatever the erasure was. Empty: none."""
    files = [photo.file for photo in certificate.photos]
    pictures = [photo.original_sha256 for photo in certificate.photos]
    published = [photo.published_sha256 for photo in certificate.photos]
    return _distinct(
        (
            Contradiction.SUPERSEDES_ITSELF if certificate.supersedes == certificate.certificate else None,
            Contradiction.PHOTO_TWICE if len(set(pictures)) < len(pictures) or len(set(published)) < len(published) else None,
            Contradiction.PHOTOS_MISNUMBERED if files != [f"photos/{number:02}.jpg" for number in range(1, len(files) + 1)] else None,
        )
    )


def certificate_contradictions(certificate: Certificate, erasure: Erasure, erasure_payload: bytes) -> list[Contradiction]:
    """What a certificate says that can't be true beside the erasure statement with this payload. Empty: none."""
    return _distinct(
        (
            Contradiction.OTHER_ERASURE if certificate.erasure_sha256 != sha256_hex(erasure_payload) else None,
            Contradiction.TEST_DIFFERS if certificate.test != erasure.test else None,
            Contradiction.ISSUED_EARLY if certificate.issued.at < erasure.times.finished.at else None,
            *certificate_alone_contradictions(certificate),
        )
    )
