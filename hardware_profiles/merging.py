"""Lays the quirks of all that matched upon each other, from general to specific. Pure.

Adding a profile never gives anything back: what is forbidden stays forbidden, the lowest cap, the smallest transfer, the worst registers
and the longest least time hold, whoever said so. ``pass_through = "none"`` is final. Where there is nothing to compare (which wrapper,
which pattern, when is it stuck) the most specific profile is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardware_profiles.schema import Profile, StuckRule
from hardware_profiles.vocabulary import (
    After,
    Before,
    Cap,
    Command,
    Identity,
    PassThrough,
    Preference,
    Registers,
    Report,
)

_WORST_REGISTERS = tuple(Registers)  # from best to worst
_LOWEST_CAP = tuple(Cap)  # from lowest to highest


@dataclass(frozen=True, kw_only=True)
class MergedQuirks:
    """What holds for one subject. Where no profile says anything, as it stands here: no quirk."""

    forbid: frozenset[Command] = frozenset()
    pass_through: PassThrough | None = None  # None: nobody knows; ask by the standards
    registers: Registers = Registers.OK
    max_transfer_sectors: int | None = None
    max_trim_sectors: int | None = None
    prefer: tuple[Preference, ...] = ()  # the first is the most specific profile's
    not_proof: frozenset[Report] = frozenset()
    zero_reads_not_trusted: bool = False
    expect_pattern: bytes | None = None
    expect_at_least: int = 0  # seconds
    expect_at_most: int | None = None  # seconds
    stuck_rule: StuckRule | None = None
    before: tuple[Before, ...] = ()  # in the vocabulary's order
    after: tuple[After, ...] = ()
    claim_cap: Cap = Cap.PURGE
    identity: frozenset[Identity] = frozenset()
    boot_option: tuple[str, ...] = ()


KEYS = (
    "forbid",
    "pass_through",
    "registers",
    "max_transfer_sectors",
    "max_trim_sectors",
    "prefer",
    "not_proof",
    "zero_reads_not_trusted",
    "expect_pattern",
    "expect_time",
    "stuck_rule",
    "before",
    "after",
    "claim_cap",
    "identity",
    "boot_option",
)


def says(profile: Profile, key: str) -> bool:
    """Whether the profile gives the key a value."""
    return getattr(profile.quirks, key) not in (None, (), False)


def merge(profiles: Sequence[Profile]) -> MergedQuirks:
    """Of profiles that stand from general to specific."""
    quirks = [profile.quirks for profile in profiles]
    wrappers = [one.pass_through for one in quirks if one.pass_through is not None]
    patterns = [one.expect_pattern for one in quirks if one.expect_pattern is not None]
    times = [one.expect_time for one in quirks if one.expect_time is not None]
    patience = [time.at_most for time in times if time.at_most is not None]
    stuck = [one.stuck_rule for one in quirks if one.stuck_rule is not None]
    before = {step for one in quirks for step in one.before}
    after = {step for one in quirks for step in one.after}
    return MergedQuirks(
        forbid=frozenset(command for one in quirks for command in one.forbid),
        pass_through=PassThrough.NONE if PassThrough.NONE in wrappers else (wrappers[-1] if wrappers else None),
        registers=max((one.registers for one in quirks if one.registers), key=_WORST_REGISTERS.index, default=Registers.OK),
        max_transfer_sectors=min((one.max_transfer_sectors for one in quirks if one.max_transfer_sectors is not None), default=None),
        max_trim_sectors=min((one.max_trim_sectors for one in quirks if one.max_trim_sectors is not None), default=None),
        prefer=tuple(dict.fromkeys(preference for one in reversed(quirks) for preference in one.prefer)),
        not_proof=frozenset(report for one in quirks for report in one.not_proof),
        zero_reads_not_trusted=any(one.zero_reads_not_trusted for one in quirks),
        expect_pattern=bytes.fromhex(patterns[-1]) if patterns else None,
        expect_at_least=max((time.at_least for time in times), default=0),
        expect_at_most=patience[-1] if patience else None,
        stuck_rule=stuck[-1] if stuck else None,
        before=tuple(step for step in Before if step in before),
        after=tuple(step for step in After if step in after),
        claim_cap=min((one.claim_cap for one in quirks if one.claim_cap), key=_LOWEST_CAP.index, default=Cap.PURGE),
        identity=frozenset(fault for one in quirks for fault in one.identity),
        boot_option=tuple(dict.fromkeys(option for one in quirks for option in one.boot_option)),
    )


def origins(profiles: Sequence[Profile]) -> dict[str, tuple[str, ...]]:
    """Key of the schema to the names of the profiles whose word holds; only keys that somebody speaks about.

    For a key that adds up, all who added to it; else those without whom the value would be another: the ones that say exactly it.
    """
    whole = merge(profiles)
    found: dict[str, tuple[str, ...]] = {}
    for key in KEYS:
        speakers = [profile for profile in profiles if says(profile, key)]
        if key in _BY_VALUE:
            speakers = [profile for profile in speakers if getattr(merge([profile]), key) == getattr(whole, key)]
        elif key == "expect_time":
            speakers = [
                profile
                for profile in speakers
                if (alone := merge([profile])).expect_at_least == whole.expect_at_least
                or (alone.expect_at_most is not None and alone.expect_at_most == whole.expect_at_most)
            ]
        if speakers:
            found[key] = tuple(profile.name for profile in speakers)
    return found


_BY_VALUE = frozenset(
    {"pass_through", "registers", "max_transfer_sectors", "max_trim_sectors", "expect_pattern", "stuck_rule", "claim_cap"}
)
