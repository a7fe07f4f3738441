"""Claims: the table, and that nothing bad or unknown ever raises one."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.standards import Basis, Condition, Method, basis_of, rows_for, standards
from certify.statement import model
from erase.drive.facts import Bus, Drive, Identity, MediaType
from erase.planner.claims import CEILINGS, claim_of
from erase.techniques.base import TechniqueId
from erase.techniques.findings import Evidence, Findings, Reason

R1 = Basis.NIST_800_88_R1
R2 = Basis.NIST_800_88_R2_IEEE_2883
GOOD = Findings(Evidence.LOGICAL_READ_BACK, frozenset({Reason.ADDRESSABLE_AREA_ONLY}))
KNOWN_MEDIA = (MediaType.MAGNETIC, MediaType.FLASH)
MakeDrive = Callable[..., Drive]


def claim(drive: Drive, basis: Basis = R2, findings: Findings = GOOD):
    return claim_of(TechniqueId.OVERWRITE, drive, basis, findings)


def test_a_verified_overwrite_is_clear_with_standard_edition_and_clause(a_drive: MakeDrive):
    found = claim(a_drive(), R1)
    assert found.method is Method.CLEAR
    assert (found.standard, found.edition) == ("NIST SP 800-88", "Rev. 1 (2014-12, withdrawn 2025-09-26)")
    assert found.clause == "Appendix A, Tables A-5, A-6: Clear by overwriting"
    assert found.evidence is Evidence.LOGICAL_READ_BACK
    assert found.reasons == (Reason.ADDRESSABLE_AREA_ONLY, Reason.HIDDEN_AREAS_UNKNOWN)


def test_what_was_not_read_is_claimed_by_public_secondary_sources(a_drive: MakeDrive):
    found = claim(a_drive(), R2)
    assert "by public secondary sources" in found.edition
    assert "per secondary sources" in found.clause


@pytest.mark.parametrize(("basis", "media", "bus"), list(product(Basis, MediaType, Bus)))
def test_overwriting_is_never_above_clear(a_drive: MakeDrive, basis, media, bus):
    best = Findings(Evidence.MEDIA_LEVEL, frozenset(), frozenset(Condition))
    assert claim(a_drive(media=media, bus=bus), basis, best).method is Method.CLEAR


@pytest.mark.parametrize(("technique", "basis", "media", "bus"), list(product(TechniqueId, Basis, KNOWN_MEDIA, Bus)))
def test_every_technique_has_a_row_for_every_medium_on_every_bus(technique, basis, media, bus):
    rows = rows_for(basis, technique, media, bus)
    assert rows
    assert all(row.clause for row in rows)


@pytest.mark.parametrize("bus", [Bus.USB, Bus.MMC, Bus.UNKNOWN])
@pytest.mark.parametrize("media", [MediaType.FLASH, MediaType.HYBRID, MediaType.UNKNOWN])
def test_rev_1_asks_for_two_complementary_passes_on_sticks_and_cards(a_drive: MakeDrive, bus, media):
    drive = a_drive(bus=bus, media=media)
    refused = claim(drive, R1)
    assert refused.method is Method.NONE
    assert Reason.TWO_COMPLEMENTARY_PASSES_NEEDED in refused.reasons
    enough = replace(GOOD, met=frozenset({Condition.TWO_COMPLEMENTARY_PASSES}))
    assert claim(drive, R1, enough).method is Method.CLEAR
    assert claim(drive, R2).method is Method.CLEAR


def test_a_magnetic_drive_behind_usb_needs_one_pass(a_drive: MakeDrive):
    assert claim(a_drive(bus=Bus.USB), R1).method is Method.CLEAR


def test_where_the_medium_is_unknown_the_clauses_of_all_kinds_are_named(a_drive: MakeDrive):
    assert "A-5" in (clause := claim(a_drive(media=MediaType.UNKNOWN), R1).clause)
    assert "A-8" in clause


@pytest.mark.parametrize(
    "reason", [Reason.NOT_COMPLETED, Reason.SECTORS_WITH_ERRORS, Reason.VERIFICATION_FAILED, Reason.VERIFICATION_NOT_RUN]
)
def test_what_went_wrong_takes_the_claim_away(a_drive: MakeDrive, reason):
    found = claim(a_drive(), R2, replace(GOOD, reasons=GOOD.reasons | {reason}))
    assert found.method is Method.NONE
    assert found.reasons[0] is reason


@pytest.mark.parametrize("evidence", [Evidence.NONE, Evidence.COMMAND_STATUS])
def test_without_a_read_back_there_is_no_claim(a_drive: MakeDrive, evidence):
    assert claim(a_drive(), R2, replace(GOOD, evidence=evidence)).method is Method.NONE


@pytest.mark.parametrize("reason", [Reason.HIDDEN_AREAS_UNKNOWN, Reason.VERIFICATION_SAMPLED, Reason.RESUMED, Reason.VIRTUAL_DRIVE])
def test_what_is_only_printed_leaves_clear_as_it_is(a_drive: MakeDrive, reason):
    assert claim(a_drive(), R2, replace(GOOD, reasons=GOOD.reasons | {reason})).method is Method.CLEAR


def test_virtual_and_unknown_media_are_reasons_of_the_drive_itself(a_drive: MakeDrive):
    found = claim(a_drive(virtual="loop", media=MediaType.UNKNOWN))
    assert {Reason.VIRTUAL_DRIVE, Reason.MEDIA_TYPE_UNKNOWN} <= set(found.reasons)


def test_each_reason_has_a_ceiling():
    assert set(CEILINGS) == set(Reason)


def test_a_technique_without_a_row_gives_no_claim(a_drive: MakeDrive, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("erase.planner.claims.rows_for", lambda *_: ())
    assert claim(a_drive()).method is Method.NONE


drives = st.builds(
    Drive,
    nodes=st.just(("/dev/sdz",)),
    identity=st.just(Identity()),
    bus=st.sampled_from(Bus),
    media=st.sampled_from(MediaType),
    size=st.just(1 << 30),
    logical_sector=st.just(512),
    physical_sector=st.just(512),
    read_only=st.just(False),
    removable=st.booleans(),
    virtual=st.sampled_from([None, "loop"]),
)
findings = st.builds(
    Findings,
    evidence=st.sampled_from(Evidence),
    reasons=st.frozensets(st.sampled_from(Reason)),
    met=st.frozensets(st.sampled_from(Condition)),
)


@given(drive=drives, known=findings, basis=st.sampled_from(Basis), worse=st.frozensets(st.sampled_from(Reason), min_size=1))
def test_one_more_failure_or_quirk_never_raises_a_claim(drive, known, basis, worse):
    before = claim(drive, basis, known)
    after = claim(drive, basis, replace(known, reasons=known.reasons | worse))
    assert after.method.rank <= before.method.rank
    assert set(after.reasons) >= set(before.reasons)


@given(drive=drives, known=findings, basis=st.sampled_from(Basis), evidence=st.sampled_from(Evidence))
def test_poorer_evidence_never_raises_a_claim(drive, known, basis, evidence):
    better, poorer = sorted((known.evidence, evidence), key=lambda grade: -grade.grade)
    good, poor = (claim(drive, basis, replace(known, evidence=grade)) for grade in (better, poorer))
    assert poor.method.rank <= good.method.rank


@given(drive=drives, known=findings, basis=st.sampled_from(Basis))
def test_knowing_less_never_raises_a_claim(drive, known, basis):
    certain = claim(drive, basis, known).method.rank
    for unknown in (
        replace(drive, media=MediaType.UNKNOWN),
        replace(drive, media=MediaType.HYBRID),
        replace(drive, bus=Bus.UNKNOWN),
        replace(drive, media=MediaType.UNKNOWN, bus=Bus.UNKNOWN),
    ):
        assert claim(unknown, basis, known).method.rank <= certain
    assert claim(drive, basis, replace(known, met=frozenset())).method.rank <= certain


@given(drive=drives, known=findings, basis=st.sampled_from(Basis))
def test_a_claim_is_a_value_of_the_signed_statement(drive, known, basis):
    found = msgspec.convert(claim(drive, basis, known).to_json(), model.Claim)
    assert found.edition == standards()[basis].edition


def test_the_scales_are_those_of_the_signed_statement():
    assert get_args(get_type_hints(model.Claim)["evidence"]) == tuple(grade.value for grade in Evidence)
    assert get_args(model.Method) == tuple(method.value for method in Method)


def test_the_tables_speak_of_buses_media_and_techniques_that_exist():
    for row in (row for standard in standards().values() for row in standard.row):
        assert row.technique in set(TechniqueId)
        assert row.media <= set(KNOWN_MEDIA)
        assert row.buses is None or row.buses <= set(Bus)


def test_both_tables_stand_in_the_file_and_are_found_by_what_is_printed_of_them():
    assert set(standards()) == set(Basis)
    for basis, known in standards().items():
        assert basis_of(known.standard, known.edition) is basis
    with pytest.raises(LookupError):
        basis_of("NIST SP 800-88", "Rev. 3")
