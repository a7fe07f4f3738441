"""Refuses profiles that can be read and yet are wrong: unfounded, unreachable, contradictory, or matching too much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from hardware_profiles import comparing, globs
from hardware_profiles.errors import ProfileError
from hardware_profiles.merging import KEYS, merge, says
from hardware_profiles.reading import read
from hardware_profiles.rules import Compiled
from hardware_profiles.schema import Profile, Quirks, Rule
from hardware_profiles.vocabulary import Cap, Kind, PassThrough, Registers, Transport

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_LEAST_FIXED = 3  # a pattern that fixes fewer characters of a name matches half the world
_LONGEST = {"vendor": 8, "model": 40, "firmware": 8, "serial": 20}  # fields of INQUIRY and IDENTIFY, in characters
_CHOSEN = ("pass_through", "expect_pattern", "stuck_rule")  # where the most specific profile is heard
_BOOT_OPTIONS = re.compile(
    r"usb-storage\.quirks=([0-9a-f]{4}:[0-9a-f]{4}|\*):[a-z]+|libata\.force=[a-z0-9.:,]+|libata\.allow_tpm=1|libata\.ignore_hpa=0"
)


@dataclass(frozen=True)
class _Located:
    """A profile and the file it stands in."""

    file: str
    profile: Profile
    compiled: Compiled

    def fault(self, key: str, problem: str) -> ProfileError:
        return ProfileError(self.file, self.profile.name, key, problem)


def lint(texts: Iterable[tuple[str, str]]) -> list[ProfileError]:
    """All that is wrong with these files, given as names and texts. Empty when all is well."""
    faults: list[ProfileError] = []
    sound: list[_Located] = []
    names: dict[str, str] = {}
    for file, text in texts:
        if not re.fullmatch(r"[a-z]+/" + _KEBAB.pattern + r"\.toml", file):
            faults.append(ProfileError(file, "", "", "the file's name is not kebab-case"))
        profiles, problems = read(text, file)
        faults += problems
        for profile in profiles:
            one = _Located(file, profile, Compiled(profile.match))
            if profile.name in names:
                faults.append(one.fault("name", f"duplicate: another profile of this name is in {names[profile.name]}"))
            names[profile.name] = file
            own = list(_one(one))
            faults += own
            if not own:
                sound.append(one)
    faults += _against_each_other(sound)
    return faults


def _one(one: _Located) -> Iterator[ProfileError]:
    """What can be said of a profile alone."""
    profile = one.profile
    if not _KEBAB.fullmatch(profile.name):
        yield one.fault("name", "not kebab-case: small letters and digits with single hyphens between")
    if not _JAPANESE.search(profile.note.ja):
        yield one.fault("note.ja", "no Japanese note")
    if len(profile.note.en) < 20 or _JAPANESE.search(profile.note.en):
        yield one.fault("note.en", "no English note")
    if not profile.evidence:
        yield one.fault("evidence", "no evidence: who says so?")
    for number, evidence in enumerate(profile.evidence):
        if not (evidence.source.startswith("https://") or re.search(r"\w+ \w+", evidence.source)):
            yield one.fault(f"evidence[{number}].source", "neither an https address nor a document's title")
        if not 1990 <= evidence.date.year <= 2100:
            yield one.fault(f"evidence[{number}].date", "not a date of this age")
    yield from (one.fault(f"match.{key}", problem) for key, problem in _rule(profile.match))
    yield from (one.fault(f"quirks.{key}" if key else "quirks", problem) for key, problem in _quirks(profile.quirks))


def _rule(rule: Rule) -> Iterator[tuple[str, str]]:
    """Matches everything, or nothing."""
    if not (rule.vendor or rule.model or rule.usb or rule.pci):
        yield "", "names no hardware: at least one of vendor, model, usb, pci"
    yield from _alone(rule)
    yield from _impossible(rule)
    for key, longest in _LONGEST.items():
        for pattern in getattr(rule, key):
            yield from ((key, problem) for problem in _pattern(pattern, longest, key))
    for key in ("vendor", "model", "firmware", "serial", "usb", "usb_release", "pci", "pci_subsystem"):
        values = getattr(rule, key)
        if len(set(values)) != len(values):
            yield key, "says one thing twice"


def _alone(rule: Rule) -> Iterator[tuple[str, str]]:
    """Keys that mean nothing by themselves."""
    for key, needs in (("usb_release", "usb"), ("pci_subsystem", "pci"), ("serial", "model")):
        if getattr(rule, key) and not getattr(rule, needs):
            yield key, f"means nothing without {needs}"
    if (rule.firmware or rule.firmware_range) and not (rule.model or rule.usb or rule.pci):
        yield "firmware", "firmware names are the maker's own: means nothing without model, usb or pci"
    if rule.firmware and rule.firmware_range:
        yield "firmware_range", "give firmware or firmware_range, not both"


def _impossible(rule: Rule) -> Iterator[tuple[str, str]]:
    """Keys that no hardware can have together, and ranges without a number in them."""
    asked = rule.firmware_range
    if asked is not None and (not 1 <= asked.digits <= 8 or not 0 <= asked.first <= asked.last < 10**asked.digits):
        yield "firmware_range", f"matches nothing: from {asked.first} to {asked.last} in {asked.digits} digits"
    if rule.usb and rule.transport not in (None, Transport.USB):
        yield "transport", f"matches nothing: usb ids and transport {rule.transport}"
    if rule.usb and rule.pci:
        yield "pci", "matches nothing: what hangs on USB has no PCI ids"
    if rule.kind is Kind.MMC and (rule.usb or rule.pci):
        yield "kind", "matches nothing: an MMC device has neither USB nor PCI ids"


def _pattern(pattern: str, longest: int, key: str) -> Iterator[str]:
    if key == "serial":
        if not pattern:
            yield "is empty"
        return
    try:
        globs.tokens(pattern)
    except ValueError as error:
        yield str(error)
        return
    if pattern != pattern.strip() or not pattern.isascii() or not pattern.isprintable():
        yield f"{pattern!r} matches nothing: names are printable ASCII without blanks at either end"
    if globs.has_wildcard(pattern) and globs.fixed_characters(pattern) < (_LEAST_FIXED if key == "model" else 1):
        yield f"{pattern!r} matches everything, or nearly"
    if globs.shortest(pattern) > longest:
        yield f"{pattern!r} matches nothing: the field has {longest} characters"


def _quirks(quirks: Quirks) -> Iterator[tuple[str, str]]:
    """Without effect, or impossible."""
    if quirks == Quirks():
        yield "", "says nothing"
    if quirks.registers is Registers.OK:
        yield "registers", "ok is what holds where nobody says anything"
    if quirks.claim_cap is Cap.PURGE:
        yield "claim_cap", "purge is what holds where nobody says anything"
    for key in ("max_transfer_sectors", "max_trim_sectors"):
        limit = getattr(quirks, key)
        if limit is not None and limit < 1:
            yield key, "at least one sector"
    if quirks.expect_pattern is not None and not re.fullmatch(r"([0-9a-f]{2}){1,512}", quirks.expect_pattern):
        yield "expect_pattern", "bytes as hexadecimal digits in small letters, at most 512"
    if (time := quirks.expect_time) is not None and not (0 <= time.at_least < (time.at_most or time.at_least + 1)):
        yield "expect_time", "at_least counts from 0, and at_most is more"
    if (rule := quirks.stuck_rule) is not None and (rule.after_seconds < 1 or not 0 <= (rule.progress or 0) <= 65536):
        yield "stuck_rule", "after_seconds is at least 1, progress from 0 to 65536"
    for option in quirks.boot_option:
        if not _BOOT_OPTIONS.fullmatch(option):
            yield "boot_option", f"{option!r} is none of usb-storage.quirks=..., libata.force=..., libata.allow_tpm=1, libata.ignore_hpa=0"
    for key in KEYS:
        values = getattr(quirks, key)
        if isinstance(values, tuple) and len(set(values)) != len(values):
            yield key, "says one thing twice"


def _against_each_other(located: list[_Located]) -> Iterator[ProfileError]:
    for one, other in combinations(located, 2):
        if one.profile.match == other.profile.match:
            yield other.fault("match", f"duplicate: the same match as {one.profile.name}; make one of the two")
            continue
        differences = comparing.overlap(one.compiled, other.compiled)
        if not differences:
            continue
        yield from _contradictions(one, other, equally_specific=0 in differences)
        for wide, narrow in permutations((one, other)):
            if comparing.covers(wide.compiled, narrow.compiled) and _adds_nothing(wide.profile, narrow.profile):
                yield narrow.fault("match", f"unreachable: {wide.profile.name} matches all of it, and says all of it already")


def _contradictions(one: _Located, other: _Located, *, equally_specific: bool) -> Iterator[ProfileError]:
    mine, theirs = one.profile.quirks, other.profile.quirks
    wrappers = {mine.pass_through, theirs.pass_through}
    if PassThrough.NONE in wrappers and not wrappers <= {None, PassThrough.NONE}:
        yield other.fault("quirks.pass_through", f"contradicts {one.profile.name}: none is final, both can match one bridge")
    elif equally_specific:
        for key in _CHOSEN:
            if says(one.profile, key) and says(other.profile, key) and getattr(mine, key) != getattr(theirs, key):
                yield other.fault(f"quirks.{key}", f"contradicts {one.profile.name}: both can match one drive, equally specifically")
        ends = {time.at_most for time in (mine.expect_time, theirs.expect_time) if time is not None and time.at_most is not None}
        if len(ends) > 1:
            yield other.fault("quirks.expect_time", f"contradicts {one.profile.name}: both can match one drive, equally specifically")


def _adds_nothing(wide: Profile, narrow: Profile) -> bool:
    alone = merge([wide])
    return merge([wide, narrow]) == alone and merge([narrow, wide]) == alone
