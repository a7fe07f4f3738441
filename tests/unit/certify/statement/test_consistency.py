"""Each contradiction is found, alone, by exactly the lie that makes it; and a true statement has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.canonical import sha256_hex
from certify.foundation.messages import Language, has_text, text
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes
from certify.statement.consistency import Contradicted, Contradiction, certificate_contradictions, contradictions
from certify.statement.erasure import sign_erasure, statement_bytes
from certify.statement.model import MAX_LISTED

SIZE, SECTOR, SECTORS = 256 * 1024 * 1024, 512, 524_288
SSD = "Appendix A, Table A-8 (solid state drives): Clear by overwriting"
STICKS = "Appendix A, Table A-8 (USB removable media, memory cards): Clear by two passes, a pattern and its complement"
PERCENT_PPM = 410_790
BAD = {"operation": "write", "number": 1, "first_lba": 100, "sectors": 8, "error": "EIO"}
UNSAID = {"verification.left_over_bytes": None, "verification.finding_ppm": None}
NOT_RUN = {
    "verification.kind": "none",
    "verification.result": "not-run",
    "verification.bytes_compared": 0,
    "verification.samples": 0,
    **UNSAID,
}
NOT_ERASED = {"outcome": "not-erased", "claim.method": "none", "claim.evidence": "none"}
PARTLY = {
    "outcome": "erased-with-exceptions",
    "claim.method": "none",
    "exceptions": [BAD],
    "exception_sectors": 8,
    "sectors_written": SECTORS - 8,
    "verification.bytes_compared": SIZE - 8 * SECTOR,
}
SAMPLED = {"verification.kind": "nist-800-88r1", "verification.seed": "aa" * 16, "verification.samples": 2002}
NIST = {**SAMPLED, **UNSAID, "verification.bytes_compared": SIZE // 10 + 12}
# 524 sectors touch 21 cells of 26 sectors, each missed with 0.9 at most: 1 - 0.9 ** 21 = 0.890581
NIST_FINDING = {**NIST, "verification.left_over_bytes": 524 * SECTOR, "verification.finding_ppm": 890_581}
PERCENT = {
    "verification.kind": "percent",
    "verification.percent_ppm": 100_000,
    "verification.seed": "aa" * 16,
    "verification.samples": 900,
    "verification.bytes_compared": SIZE // 10,
    **UNSAID,
}
# 524 sectors touch 5 blocks of 64 KiB; 411 of 4096 are drawn: 1 - C(4091, 411) / C(4096, 411) = 0.410790
PERCENT_FINDING = {**PERCENT, "verification.left_over_bytes": 524 * SECTOR, "verification.finding_ppm": PERCENT_PPM}
_ZERO = load_schemes()["zero"]
ZERO = {"scheme.id": _ZERO.id, "scheme.source": _ZERO.source, "scheme.passes.0.pattern": "00"}
FIXED = {"scheme.passes.0.generator": None, "scheme.passes.0.key": None}
STICK = {"drive.bus": "usb", "drive.media": "flash", "claim.clause": STICKS}
COMPLEMENTARY = {
    "scheme.id": "vsitr",
    "scheme.source": load_schemes()["vsitr"].source,
    "scheme.passes": [
        {"number": number, "pattern": pattern, "generator": None, "key": None, "bytes_written": SIZE, "milliseconds": 1, "flushed": True}
        for number, pattern in enumerate(("00", "ff", "00", "ff", "00", "ff", "aa"), 1)
    ],
}
OWN = {"policy.id": "city-of-example", "policy.edition": "2026", "policy.sha256": "ab" * 32, "policy.zone": "the moon"}
MIC = {
    "policy.id": "mic-2020",
    "policy.edition": "令和2年12月改定 (2020-12)",
    "policy.sha256": built_in_policies()["mic-2020"].sha256,
    "policy.zone": "lgwan",
    "policy.classification": "1",
}
REV_2 = {
    "claim.standard": "NIST SP 800-88, IEEE 2883",
    "claim.edition": "Rev. 2 (2025-09-26), 2883-2022, by public secondary sources",
    "claim.clause": "SP 800-88 Rev. 2, 3.1.1 (per secondary sources): Clear by overwriting all addressable locations",
}
VIRTUAL = {"drive.virtual": "loop", "drive.bus": "virtual", "test": True}


def serial(value: str, source: str = "identify") -> dict[str, object]:
    return {"drive.identity.serial": {"value": value, "source": source}}


def model(value: str, source: str = "kernel") -> dict[str, object]:
    return {"drive.identity.model": {"value": value, "source": source}}


NAMESAKE = {"people.witness.name": "ａ b", "people.witness.organisation": "O"}

TRUE = {
    "erased and verified in full": {},
    "verified by Rev. 1 sampling": NIST,
    "verified by a share": PERCENT,
    "sampling a drive so small that everything is read needs no seed": {**SAMPLED, "verification.seed": None, "verification.samples": 3},
    "with exceptions": PARTLY,
    "with exceptions read, not written": {
        **PARTLY,
        "exceptions": [{**BAD, "operation": "read"}],
        "sectors_written": SECTORS,
        "verification.unreadable_sectors": 8,
    },
    "not erased, verification failed": {
        **NOT_ERASED,
        "verification.result": "failed",
        "verification.mismatches": [{"first_lba": 5, "sectors": 2}],
        "verification.mismatched_sectors": 2,
    },
    "not erased, more mismatches than the list holds": {
        **NOT_ERASED,
        "verification.result": "failed",
        "verification.mismatches": [{"first_lba": 2 * number, "sectors": 1} for number in range(MAX_LISTED)],
        "verification.mismatched_sectors": 20_000,
    },
    "not erased, nothing compared": {**NOT_ERASED, **NOT_RUN, "scheme.passes.0.flushed": False, "scheme.passes.0.bytes_written": 0},
    "not erased, no pass begun": {**NOT_ERASED, **NOT_RUN, "scheme.passes": [], "sectors_written": 0},
    "not erased, stopped in the first of three passes": {
        **NOT_ERASED,
        **ZERO,
        **FIXED,
        "scheme.id": "dod-5220-22m-3",
        "scheme.source": load_schemes()["dod-5220-22m-3"].source,
    },
    "a pattern of the operator's own": {
        **ZERO,
        **FIXED,
        "scheme.id": "fixed-a5",
        "scheme.source": "a fixed pattern, the operator's choice",
        "scheme.passes.0.pattern": "a5",
    },
    "virtual, marked as a test": VIRTUAL,
    "virtual, hidden areas not applicable": {**VIRTUAL, "hidden_areas.hpa": "not-applicable"},
    "a share too small for a claim, and none made": {**PERCENT, "verification.percent_ppm": 1, "claim.method": "none"},
    "erased, but no claim may be made": {"claim.method": "none"},
    "two people of one name": {**NAMESAKE, "people.operator.name": "A B", "people.operator.organisation": "another"},
    "purge was asked for, clear is claimed": {"policy.require": "purge"},
    "the ministry's guideline, class 1": MIC,
    "the ministry's guideline, My Number, which asks for destruction": {
        **MIC,
        "policy.zone": "mynumber",
        "policy.classification": "3",
        "policy.require": "destroy",
    },
    "an agency's own policy, of which nothing is known": OWN,
    "an agency's own policy by another standard": {**OWN, **REV_2},
    "a stick overwritten with a pattern and its complement": {**STICK, **COMPLEMENTARY},
    "a stick overwritten once, and nothing claimed": {**STICK, "claim.method": "none"},
    "sampled by Rev. 1, with the probability that it gives": NIST_FINDING,
    "sampled by a share, with the probability that it gives": PERCENT_FINDING,
    "a left-over twice as large is found more surely": {
        **NIST_FINDING,
        "verification.left_over_bytes": 1048 * SECTOR,
        "verification.finding_ppm": 986_000,
    },
    "sampled with exceptions, and nothing said of finding": {**PARTLY, **NIST},
    "aes-256-xts takes the key of two ciphers": {"scheme.passes.0.generator": "aes-256-xts", "scheme.passes.0.key": "0f" * 64},
    "chacha20": {"scheme.passes.0.generator": "chacha20"},
    "a serial with single blanks in it": serial("WD- 12 34"),
    "a label in Japanese, read by a person": serial("　製造 Ｎｏ． 1", "label"),
    "virtual by its computed serial, marked as a test": {**serial("X1", "derived"), "test": True},
    "a maker's own drive whose model begins like a virtual one": model("LOOPTEC 100"),
}

LIES = [
    (Contradiction.SUCCESS_UNVERIFIED, {}, {**NOT_RUN, "claim.method": "none", "claim.evidence": "none"}),
    (Contradiction.SUCCESS_UNVERIFIED, {"claim.method": "none", "claim.evidence": "none"}, {"verification.result": "failed"}),
    (Contradiction.SUCCESS_UNVERIFIED, {**PARTLY, "claim.evidence": "none"}, {"verification.result": "failed"}),
    (Contradiction.SUCCESS_WITH_EXCEPTIONS, {}, {"exceptions": [BAD], "exception_sectors": 8}),
    (Contradiction.SUCCESS_UNREADABLE, {}, {"verification.unreadable_sectors": 1}),
    (Contradiction.SUCCESS_SECTORS_MISSING, {}, {"sectors_written": SECTORS - 1}),
    (Contradiction.SUCCESS_SECTORS_MISSING, PARTLY, {"sectors_written": SECTORS - 9}),
    (Contradiction.SUCCESS_SHORT, {}, {"scheme.passes.0.bytes_written": SIZE - 512}),
    (Contradiction.SUCCESS_NOT_FLUSHED, {}, {"scheme.passes.0.flushed": False}),
    (Contradiction.SUCCESS_NOT_FLUSHED, PARTLY, {"scheme.passes.0.flushed": False}),
    (Contradiction.CLAIM_WITHOUT_SUCCESS, {"outcome": "not-erased", "claim.method": "none"}, {"claim.method": "clear"}),
    (Contradiction.CLAIM_WITHOUT_SUCCESS, PARTLY, {"claim.method": "clear"}),
    (Contradiction.CLAIM_ABOVE_TECHNIQUE, {}, {"claim.method": "purge"}),
    (Contradiction.CLAIM_ABOVE_TECHNIQUE, {}, {"claim.method": "destroy"}),
    (Contradiction.CLAIM_WITHOUT_EVIDENCE, {}, {"claim.evidence": "none"}),
    (Contradiction.CLAIM_WITHOUT_EVIDENCE, {}, {"claim.evidence": "command-status"}),
    (Contradiction.EVIDENCE_ABOVE_TECHNIQUE, {}, {"claim.evidence": "media-level"}),
    (Contradiction.EVIDENCE_UNVERIFIED, {**NOT_ERASED, **NOT_RUN}, {"claim.evidence": "logical-read-back"}),
    (Contradiction.NOT_RUN_WITH_RESULTS, {**NOT_ERASED, **NOT_RUN}, {"verification.bytes_compared": 512}),
    (Contradiction.NOT_RUN_WITH_RESULTS, {**NOT_ERASED, **NOT_RUN}, {"verification.result": "passed"}),
    (Contradiction.VERIFICATION_SHORT, {}, {"verification.bytes_compared": SIZE - 512}),
    (Contradiction.VERIFICATION_SHORT, PARTLY, {"verification.bytes_compared": SIZE - 9 * 512}),
    (Contradiction.VERIFICATION_SHORT, NIST, {"verification.samples": 1999}),
    (Contradiction.VERIFICATION_SHORT, NIST, {"verification.bytes_compared": SIZE // 10 - 1024}),
    (Contradiction.VERIFICATION_SHORT, PERCENT, {"verification.bytes_compared": SIZE // 10 - 1024}),
    (Contradiction.VERIFICATION_SHORT, PERCENT, {"verification.percent_ppm": 120_000}),
    (Contradiction.VERIFICATION_SHORT, {**PERCENT, "claim.method": "none"}, {"verification.percent_ppm": 0}),
    (Contradiction.CLAIM_ON_THIN_VERIFICATION, PERCENT, {"verification.percent_ppm": 99_999}),
    (Contradiction.CLAIM_ON_THIN_VERIFICATION, PERCENT, {"verification.percent_ppm": 1}),
    (Contradiction.VERIFICATION_WITHOUT_SEED, NIST, {"verification.seed": None}),
    (Contradiction.VERIFICATION_WITHOUT_SEED, PERCENT, {"verification.seed": None}),
    (Contradiction.VERIFICATION_BEYOND_DRIVE, {}, {"verification.bytes_compared": SIZE + 512}),
    (Contradiction.CLAIM_STANDARD_UNKNOWN, {}, {"claim.standard": "NIST SP 800-88 Purge"}),
    (Contradiction.CLAIM_STANDARD_UNKNOWN, {}, {"claim.edition": "Rev. 1"}),
    (Contradiction.CLAIM_STANDARD_UNKNOWN, {}, {"claim.edition": REV_2["claim.edition"]}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {}, {"claim.clause": "Purge achieved"}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {}, {"claim.clause": ""}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {}, {"claim.clause": SSD}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {}, {"drive.media": "flash"}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {"claim.method": "none"}, {"claim.clause": "Purge achieved"}),
    (Contradiction.CLAIM_CONDITION_UNMET, {**STICK, "claim.method": "none"}, {"claim.method": "clear"}),
    (Contradiction.CLAIM_CLAUSE_OTHER, {**STICK, **COMPLEMENTARY}, {"drive.bus": "sas"}),
    (Contradiction.POLICY_MISQUOTED, {}, {"policy.sha256": "ab" * 32}),
    (Contradiction.POLICY_MISQUOTED, {}, {"policy.edition": "Rev. 9"}),
    (Contradiction.POLICY_MISQUOTED, {}, {"policy.require": "none"}),
    (Contradiction.POLICY_MISQUOTED, {}, {"policy.zone": "lgwan"}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.require": "none"}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.require": "purge"}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.classification": "2"}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.zone": "mynumber"}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.zone": None}),
    (Contradiction.POLICY_MISQUOTED, MIC, {"policy.zone": "my-number", "policy.classification": "class-3"}),
    (Contradiction.POLICY_MISQUOTED, OWN, {"policy.id": "mic-2020"}),
    (Contradiction.POLICY_STANDARD_OTHER, {}, REV_2),
    (Contradiction.FINDING_INVENTED, NIST_FINDING, {"verification.finding_ppm": 890_582}),
    (Contradiction.FINDING_INVENTED, NIST_FINDING, {"verification.left_over_bytes": 512}),
    (Contradiction.FINDING_INVENTED, NIST_FINDING, {"verification.left_over_bytes": 0}),
    (Contradiction.FINDING_INVENTED, NIST_FINDING, {"verification.left_over_bytes": None}),
    (Contradiction.FINDING_INVENTED, NIST_FINDING, {"verification.finding_ppm": None}),
    (Contradiction.FINDING_INVENTED, PERCENT_FINDING, {"verification.finding_ppm": PERCENT_PPM + 1}),
    (Contradiction.FINDING_INVENTED, PERCENT_FINDING, {"verification.left_over_bytes": 512}),
    (Contradiction.FINDING_INVENTED, {**PARTLY, **NIST}, {"verification.left_over_bytes": 524 * SECTOR, "verification.finding_ppm": 1}),
    (Contradiction.NOT_RUN_WITH_RESULTS, {**NOT_ERASED, **NOT_RUN}, {"verification.left_over_bytes": 512, "verification.finding_ppm": 0}),
    (Contradiction.PASSED_WITHOUT_COMPARISON, {}, {"verification.samples": 0}),
    (Contradiction.STREAM_UNKNOWN, {}, {"scheme.passes.0.generator": "rot-13"}),
    (Contradiction.STREAM_UNKNOWN, {}, {"scheme.passes.0.generator": "aes-256-xts"}),
    (Contradiction.STREAM_UNKNOWN, {}, {"scheme.passes.0.key": "0f" * 31}),
    (Contradiction.NAME_NOT_PLAIN, serial("TST0000001"), serial("ТЅТ0000001")),
    (Contradiction.NAME_NOT_PLAIN, serial("TST0000001"), serial("ＴＳＴ０００００01")),
    (Contradiction.NAME_NOT_PLAIN, serial("TST0000001", "bridge"), serial("TST0000001   ", "bridge")),
    (Contradiction.NAME_NOT_PLAIN, serial("TST 1", "kernel"), serial("TST  1", "kernel")),
    (Contradiction.NAME_NOT_PLAIN, serial("TST 1", "firmware"), serial("TST\u00a01", "firmware")),
    (Contradiction.NAME_NOT_PLAIN, serial("TST1"), serial("TST\u200b1")),
    (Contradiction.NAME_NOT_PLAIN, {}, {"drive.identity.wwn": {"value": "５0014ee2b1234567", "source": "identify"}}),
    (Contradiction.TEST_HIDDEN, {**serial("X1", "derived"), "test": True}, {"test": False}),
    (Contradiction.TEST_HIDDEN, {**serial("virt-0123456789abcdef"), "test": True}, {"test": False}),
    (Contradiction.TEST_HIDDEN, {**serial("ＶＩＲＴ-0123", "label"), "test": True}, {"test": False}),
    (Contradiction.TEST_HIDDEN, {**model("loop"), "test": True}, {"test": False}),
    (Contradiction.TEST_HIDDEN, {**model("scsi_debug", "identify"), "test": True}, {"test": False}),
    (Contradiction.TOTALS_TOO_SMALL, PARTLY, {"exceptions": [BAD, {**BAD, "first_lba": 300, "sectors": 1}]}),
    (Contradiction.BEYOND_DRIVE, PARTLY, {"exceptions": [{**BAD, "first_lba": SECTORS - 7}]}),
    (Contradiction.SIZES_DISAGREE, {"outcome": "not-erased", "claim.method": "none"}, {"sectors": SECTORS + 1}),
    (Contradiction.SIZES_DISAGREE, {}, {"drive.physical_sector": 520}),
    (Contradiction.SIZES_DISAGREE, {**NOT_ERASED}, {"sectors_written": SECTORS + 1}),
    (Contradiction.PASSES_DISAGREE, {}, {"scheme.passes.0.number": 2}),
    (Contradiction.PASSES_DISAGREE, NOT_ERASED, {"scheme.passes.0.bytes_written": SIZE + 512}),
    (Contradiction.STREAM_UNNAMED, {}, {"scheme.passes.0.generator": None}),
    (Contradiction.STREAM_UNNAMED, {}, {"scheme.passes.0.key": None}),
    (Contradiction.STREAM_INVENTED, {**ZERO, **FIXED}, {"scheme.passes.0.generator": "aes-256-xts", "scheme.passes.0.key": "0f" * 64}),
    (Contradiction.UNKNOWN_SCHEME, {}, {"scheme.id": "military-grade"}),
    (Contradiction.UNKNOWN_SCHEME, {}, {"scheme.id": "fixed-zz"}),
    (Contradiction.PASSES_OF_ANOTHER_SCHEME, {}, {"scheme.id": "dod-5220-22m-3"}),
    (Contradiction.PASSES_OF_ANOTHER_SCHEME, {}, {"scheme.source": "NIST SP 800-88: Purge"}),
    (Contradiction.PASSES_OF_ANOTHER_SCHEME, {**ZERO, **FIXED}, {"scheme.passes.0.pattern": "ff"}),
    (Contradiction.PASSES_OF_ANOTHER_SCHEME, NOT_ERASED, {"scheme.id": _ZERO.id, "scheme.source": _ZERO.source}),
    (Contradiction.ONE_PERSON, {}, {"people.witness.id": "op-17"}),
    (Contradiction.ONE_PERSON, {}, {"people.witness.id": "ＯＰ-17"}),
    (Contradiction.ONE_PERSON, {}, {"people.witness.id": " Op-17 "}),
    (Contradiction.ONE_PERSON, {}, {"people.witness.id": "op\u00ad-17"}),
    (Contradiction.ONE_PERSON, {"people.operator.name": "A B", "people.operator.organisation": "O"}, NAMESAKE),
    (Contradiction.TIMES_REVERSED, {}, {"times.finished.at": "2026-11-23T00:49:59Z"}),
    (Contradiction.BREAK_REVERSED, {}, {"interruptions.0.resumed.at": "2026-11-23T00:50:59Z"}),
    (Contradiction.TEST_HIDDEN, VIRTUAL, {"test": False}),
    (Contradiction.TEST_HIDDEN, {}, {"drive.virtual": "loop"}),
    (Contradiction.TEST_HIDDEN, {}, {"drive.bus": "virtual"}),
    (Contradiction.TEST_HIDDEN, {}, {"drive.identity.serial": {"value": "VIRT-0123456789ABCDEF", "source": "derived"}}),
    (Contradiction.TEST_INVENTED, {}, {"test": True}),
    (Contradiction.HIDDEN_AREAS_DENIED, {}, {"hidden_areas.dco": "not-applicable"}),
]
MISMATCHES = {"verification.mismatches": [{"first_lba": 5, "sectors": 2}], "verification.mismatched_sectors": 2}
SEVERAL = [
    ({Contradiction.UNKNOWN_TECHNIQUE, Contradiction.CLAIM_CLAUSE_OTHER}, {"technique.id": "wish"}),
    ({Contradiction.SUCCESS_UNWRITTEN, Contradiction.PASSES_OF_ANOTHER_SCHEME}, {"scheme.passes": []}),
    ({Contradiction.SUCCESS_WITH_MISMATCHES, Contradiction.PASSED_WITH_MISMATCHES}, MISMATCHES),
    ({Contradiction.PASSED_WITHOUT_COMPARISON, Contradiction.VERIFICATION_SHORT}, {**NOT_ERASED, "verification.bytes_compared": 0}),
    ({Contradiction.EXCEPTIONS_MISSING}, {"outcome": "erased-with-exceptions", "claim.method": "none"}),
    ({Contradiction.TOTALS_TOO_SMALL, Contradiction.SUCCESS_WITH_EXCEPTIONS}, {"exception_sectors": 8}),
    (
        {Contradiction.TOTALS_TOO_SMALL, Contradiction.SUCCESS_WITH_MISMATCHES, Contradiction.PASSED_WITH_MISMATCHES},
        {"verification.mismatched_sectors": 2},
    ),
]


@pytest.mark.parametrize("fields", TRUE.values(), ids=TRUE.keys())
def test_a_true_statement_has_no_contradiction(erasure_with, fields):
    assert contradictions(erasure_with(fields)) == []


@pytest.mark.parametrize(("code", "truth", "lie"), LIES, ids=[f"{code}-{number}" for number, (code, _, _) in enumerate(LIES)])
def test_a_lie_is_found_and_its_good_twin_is_not_suspected(erasure_with, code, truth, lie):
    assert contradictions(erasure_with(truth)) == []
    assert contradictions(erasure_with({**truth, **lie})) == [code]


@pytest.mark.parametrize(("codes", "lie"), SEVERAL)
def test_a_lie_that_breaks_several_rules_breaks_exactly_these(erasure_with, codes, lie):
    assert set(contradictions(erasure_with(lie))) == codes


def test_every_contradiction_of_an_erasure_has_a_lie_that_makes_it():
    of_certificates = {
        Contradiction.OTHER_ERASURE,
        Contradiction.TEST_DIFFERS,
        Contradiction.ISSUED_EARLY,
        Contradiction.SUPERSEDES_ITSELF,
        Contradiction.PHOTO_TWICE,
        Contradiction.PHOTOS_MISNUMBERED,
    }
    shown = {code for code, _, _ in LIES}.union(*(codes for codes, _ in SEVERAL))
    assert shown == set(Contradiction) - of_certificates


def test_overlapping_exceptions_count_once(erasure_with):
    again = {**BAD, "first_lba": 104, "sectors": 4, "operation": "read"}
    assert contradictions(erasure_with({**PARTLY, "exceptions": [BAD, again]})) == []


def test_a_full_list_may_stand_beside_a_larger_total(erasure_with):
    many = [{**BAD, "first_lba": 2 * number, "sectors": 1} for number in range(MAX_LISTED)]
    fields = {**PARTLY, "exceptions": many, "exception_sectors": 5000, "verification.bytes_compared": SIZE - 5000 * SECTOR}
    assert contradictions(erasure_with({**fields, "sectors_written": SECTORS - 5000})) == []


CERTIFICATE_LIES = [
    (Contradiction.OTHER_ERASURE, {"erasure_sha256": "00" * 32}),
    (Contradiction.TEST_DIFFERS, {"test": True}),
    (Contradiction.ISSUED_EARLY, {"issued.at": "2026-11-23T00:54:59Z"}),
    (Contradiction.SUPERSEDES_ITSELF, {"supersedes": "C-" + "1" * 26}),
    (Contradiction.PHOTO_TWICE, {"photos.1.original_sha256": "12" * 32}),
    (Contradiction.PHOTO_TWICE, {"photos.1.published_sha256": "21" * 32}),
    (Contradiction.PHOTOS_MISNUMBERED, {"photos.1.file": "photos/03.jpg"}),
    (Contradiction.PHOTOS_MISNUMBERED, {"photos.0.file": "photos/02.jpg", "photos.1.file": "photos/01.jpg"}),
]


def test_a_true_certificate_has_no_contradiction(certificate_with, erasure):
    assert certificate_contradictions(certificate_with(), erasure, statement_bytes(erasure)) == []


@pytest.mark.parametrize(("code", "lie"), CERTIFICATE_LIES)
def test_a_lie_of_a_certificate_is_found(certificate_with, erasure, code, lie):
    assert certificate_contradictions(certificate_with(lie), erasure, statement_bytes(erasure)) == [code]


def test_the_digest_that_is_compared_is_that_of_the_payload(certificate_with, erasure):
    assert certificate_with().erasure_sha256 == sha256_hex(statement_bytes(erasure))


@pytest.mark.parametrize("code", list(Contradiction))
def test_every_contradiction_has_a_sentence(language: Language, code):
    assert has_text(f"statement.contradiction-{code}", language)
    assert len(text(f"statement.contradiction-{code}", language)) > 10


def test_the_refusal_to_sign_says_each_contradiction_in_words(language: Language, erasure_with, pki):
    lie = erasure_with({"verification.result": "failed", "people.witness.id": "op-17"})
    with pytest.raises(Contradicted) as refusal:
        sign_erasure(lie, pki.station)
    what, why, next_step = refusal.value.sentences()
    assert refusal.value.found[0] is Contradiction.SUCCESS_UNVERIFIED
    for code in refusal.value.found:
        assert text(f"statement.contradiction-{code}") in why
    assert what
    assert next_step


@given(
    fields=st.fixed_dictionaries(
        {
            "outcome": st.sampled_from(["erased", "erased-with-exceptions"]),
            "verification.result": st.sampled_from(["failed", "not-run"]),
            "verification.kind": st.sampled_from(["full", "nist-800-88r1", "percent", "none"]),
            "verification.bytes_compared": st.integers(0, SIZE),
            "claim.method": st.sampled_from(["none", "clear", "purge", "destroy"]),
        }
    )
)
def test_no_success_without_a_passed_verification_is_ever_signed(fields, pki, erasure_with):
    with pytest.raises(Contradicted):
        sign_erasure(erasure_with(fields), pki.station)
