"""Laying quirks upon each other: another profile never gives anything back."""

from __future__ import annotations

import datetime
from dataclasses import fields

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hardware_profiles.lookup import Book
from hardware_profiles.merging import KEYS, MergedQuirks, merge, origins, says
from hardware_profiles.rules import Subject
from hardware_profiles.schema import Evidence, ExpectTime, Note, Profile, Quirks, Rule, StuckRule
from hardware_profiles.vocabulary import (
    After,
    Before,
    Cap,
    Command,
    Confidence,
    Identity,
    PassThrough,
    Preference,
    Registers,
    Report,
    Stuck,
)


def several(words: type) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(list(words)), unique=True, max_size=3).map(tuple)


QUIRKS = st.builds(
    Quirks,
    forbid=several(Command),
    pass_through=st.none() | st.sampled_from(PassThrough),
    registers=st.none() | st.sampled_from(Registers),
    max_transfer_sectors=st.none() | st.integers(1, 65536),
    max_trim_sectors=st.none() | st.integers(1, 65536),
    prefer=several(Preference),
    not_proof=several(Report),
    zero_reads_not_trusted=st.booleans(),
    expect_pattern=st.none() | st.sampled_from(["00", "ff", "33cc55aa"]),
    expect_time=st.none() | st.builds(ExpectTime, at_least=st.integers(0, 100), at_most=st.none() | st.integers(101, 200)),
    stuck_rule=st.none() | st.builds(StuckRule, after_seconds=st.integers(1, 100), then=st.sampled_from(Stuck)),
    before=several(Before),
    after=several(After),
    claim_cap=st.none() | st.sampled_from(Cap),
    identity=several(Identity),
    boot_option=st.lists(st.sampled_from(["libata.allow_tpm=1", "libata.force=noncq"]), unique=True).map(tuple),
)


def profile(quirks: Quirks, name: str = "one", rule: Rule | None = None) -> Profile:
    evidence = Evidence(source="A document", date=datetime.date(2026, 1, 31), confidence=Confidence.REPORTED)
    return Profile(
        name=name, match=rule or Rule(model=("EXAMPLE",)), quirks=quirks, note=Note(ja="例", en="An example"), evidence=(evidence,)
    )


PROFILES = st.lists(QUIRKS, max_size=4).map(
    lambda all_of_them: [profile(quirks, f"p{number}") for number, quirks in enumerate(all_of_them)]
)
CAPS, REGISTERS = list(Cap), list(Registers)


def takes_no_more_away(less: MergedQuirks, more: MergedQuirks) -> bool:
    """Whether ``less`` allows at least what ``more`` allows."""
    return (
        less.forbid <= more.forbid
        and less.not_proof <= more.not_proof
        and less.identity <= more.identity
        and set(less.before) <= set(more.before)
        and set(less.after) <= set(more.after)
        and set(less.boot_option) <= set(more.boot_option)
        and CAPS.index(more.claim_cap) <= CAPS.index(less.claim_cap)
        and REGISTERS.index(less.registers) <= REGISTERS.index(more.registers)
        and (not less.zero_reads_not_trusted or more.zero_reads_not_trusted)
        and (less.max_transfer_sectors is None or (more.max_transfer_sectors or 10**9) <= less.max_transfer_sectors)
        and (less.max_trim_sectors is None or (more.max_trim_sectors or 10**9) <= less.max_trim_sectors)
        and less.expect_at_least <= more.expect_at_least
        and (less.pass_through is not PassThrough.NONE or more.pass_through is PassThrough.NONE)
    )


@given(PROFILES, QUIRKS, st.integers(0, 4))
def test_a_profile_never_raises(profiles: list[Profile], added: Quirks, place: int) -> None:
    """Wherever it stands, and whatever it says: nothing that was taken away comes back."""
    more = [*profiles[:place], profile(added, "added"), *profiles[place:]]
    assert takes_no_more_away(merge(profiles), merge(more))


@given(QUIRKS, QUIRKS)
def test_adding_a_profile_to_the_book_never_raises_either(known: Quirks, added: Quirks) -> None:
    subject = Subject(model="EXAMPLE", firmware="1.05")
    general = profile(known, "general", Rule(model=("EX*",)))
    special = profile(added, "special", Rule(model=("EXAMPLE",), firmware=("1.05",)))
    before, after = Book((general,)).look_up(subject), Book((special, general)).look_up(subject)
    assert [one.name for one in after.entries] == ["general", "special"]
    assert takes_no_more_away(before.quirks, after.quirks)


@given(PROFILES)
def test_each_value_that_differs_from_none_has_an_origin(profiles: list[Profile]) -> None:
    whole, without, told = merge(profiles), MergedQuirks(), origins(profiles)
    for field in fields(MergedQuirks):
        key = "expect_time" if field.name.startswith("expect_at") else field.name
        if getattr(whole, field.name) != getattr(without, field.name):
            assert told[key]
    assert set(told) == {key for key in KEYS if any(says(one, key) for one in profiles)}
    for key, names in told.items():
        assert all(says(next(one for one in profiles if one.name == name), key) for name in names)


def merged(*quirks: Quirks) -> MergedQuirks:
    return merge([profile(one, f"p{number}") for number, one in enumerate(quirks)])


def test_the_worst_the_lowest_and_the_smallest_hold_whoever_is_more_specific() -> None:
    general = Quirks(claim_cap=Cap.NONE, registers=Registers.MISSING, max_transfer_sectors=64, max_trim_sectors=8)
    special = Quirks(claim_cap=Cap.CLEAR, registers=Registers.EMPTY, max_transfer_sectors=128, max_trim_sectors=16)
    for both in (merged(general, special), merged(special, general)):
        assert (both.claim_cap, both.registers, both.max_transfer_sectors, both.max_trim_sectors) == (Cap.NONE, Registers.MISSING, 64, 8)


def test_the_most_specific_is_heard_where_there_is_nothing_to_compare() -> None:
    general = Quirks(
        pass_through=PassThrough.SAT_16, expect_pattern="00", expect_time=ExpectTime(5, 10), stuck_rule=StuckRule(9, Stuck.POWER_CYCLE)
    )
    special = Quirks(
        pass_through=PassThrough.JMICRON, expect_pattern="ff", expect_time=ExpectTime(1, 20), stuck_rule=StuckRule(8, Stuck.LEAVE_ALONE)
    )
    both = merged(general, special)
    assert (both.pass_through, both.expect_pattern, both.stuck_rule) == (PassThrough.JMICRON, b"\xff", StuckRule(8, Stuck.LEAVE_ALONE))
    assert (both.expect_at_least, both.expect_at_most) == (5, 20)


def test_no_way_through_is_final() -> None:
    assert merged(Quirks(pass_through=PassThrough.NONE), Quirks(pass_through=PassThrough.JMICRON)).pass_through is PassThrough.NONE


def test_what_is_preferred_comes_in_order_the_most_specific_first() -> None:
    general = Quirks(prefer=(Preference.OVERWRITE, Preference.SANITIZE))
    special = Quirks(prefer=(Preference.SANITIZE, Preference.MAKERS_TOOL))
    assert merged(general, special).prefer == (Preference.SANITIZE, Preference.MAKERS_TOOL, Preference.OVERWRITE)


def test_origins_name_only_those_whose_word_holds() -> None:
    profiles = [
        profile(Quirks(claim_cap=Cap.CLEAR, forbid=(Command.ATA_TRIM,)), "general"),
        profile(Quirks(claim_cap=Cap.NONE, forbid=(Command.ATA_SMART,), expect_time=ExpectTime(3)), "special"),
        profile(Quirks(expect_time=ExpectTime(2, 9)), "most-special"),
    ]
    assert origins(profiles) == {
        "claim_cap": ("special",),
        "forbid": ("general", "special"),
        "expect_time": ("special", "most-special"),
    }


def test_each_key_of_the_schema_is_merged() -> None:
    assert {field.name for field in msgspec.structs.fields(Quirks)} == set(KEYS)
    merged_keys = {"expect_time" if field.name.startswith("expect_at") else field.name for field in fields(MergedQuirks)}
    assert merged_keys == set(KEYS)


@given(PROFILES)
def test_the_order_of_profiles_matters_only_where_one_is_chosen(profiles: list[Profile]) -> None:
    one, other = merge(profiles), merge(profiles[::-1])
    for key in set(KEYS) - {"pass_through", "expect_pattern", "expect_time", "stuck_rule"}:
        first, second = getattr(one, key), getattr(other, key)
        assert (set(first) == set(second)) if isinstance(first, tuple) else (first == second)
    assert one.expect_at_least == other.expect_at_least
