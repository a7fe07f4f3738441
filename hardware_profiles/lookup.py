"""Which profiles are about this hardware, and what they come to."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from hardware_profiles import globs
from hardware_profiles.errors import ProfileError
from hardware_profiles.merging import MergedQuirks, merge, origins
from hardware_profiles.reading import read, shipped
from hardware_profiles.rules import Compiled, Subject
from hardware_profiles.schema import Profile
from hardware_profiles.vocabulary import Command

_BEGINNING = 3  # characters of a model pattern that are looked at first


@dataclass(frozen=True)
class Match:
    """What is known about one subject."""

    entries: tuple[Profile, ...] = ()  # all that matched, from general to specific

    @cached_property
    def quirks(self) -> MergedQuirks:
        """All of them together."""
        return merge(self.entries)

    @cached_property
    def origin(self) -> Mapping[str, tuple[str, ...]]:
        """Key of the schema to the names of the profiles whose word holds. A key that nobody speaks about isn't in it."""
        return origins(self.entries)

    def forbidding(self, command: Command) -> tuple[Profile, ...]:
        """Those that forbid it: to tell people why, and who says so."""
        return tuple(profile for profile in self.entries if command in profile.quirks.forbid)


@dataclass(frozen=True)
class Book:
    """Profiles, found by the first thing that tells them apart. Raises ValueError where two have one name."""

    profiles: tuple[Profile, ...]
    _index: dict[tuple[str, object], list[tuple[Profile, Compiled]]] = field(
        init=False, repr=False, compare=False, default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        names: set[str] = set()
        for profile in self.profiles:
            if profile.name in names:
                msg = f"two profiles are named {profile.name}"
                raise ValueError(msg)
            names.add(profile.name)
            compiled = Compiled(profile.match)
            for key in _keys_of(compiled):
                self._index[key].append((profile, compiled))

    def look_up(self, subject: Subject) -> Match:
        """All that match, from general to specific; those that are equally specific by name."""
        found: dict[str, tuple[int, Profile]] = {}
        for key in _keys_for(subject):
            for profile, compiled in self._index.get(key, ()):
                if profile.name not in found:
                    specificity = compiled.specificity(subject)
                    if specificity is not None:
                        found[profile.name] = (specificity, profile)
        return Match(tuple(profile for _, profile in sorted(found.values(), key=lambda one: (one[0], one[1].name))))


def _keys_of(compiled: Compiled) -> Iterable[tuple[str, object]]:
    """Where a rule is kept: by its USB ids, else its PCI ids, else its models, else with the rest."""
    rule = compiled.rule
    if rule.usb:
        return {("usb", (one.vendor, one.product)) for one in compiled.usb}
    if rule.pci:
        return {("pci", (one.vendor, one.product)) for one in compiled.pci}
    if rule.model and all(len(globs.leading_text(pattern)) >= _BEGINNING for pattern in rule.model):
        return {("model", pattern[:_BEGINNING]) for pattern in rule.model}
    return {("rest", None)}


def _keys_for(subject: Subject) -> Iterable[tuple[str, object]]:
    """Where a subject's rules can be."""
    yield "usb", (subject.usb_vendor, subject.usb_product)
    yield "usb", (subject.usb_vendor, None)
    yield "pci", (subject.pci_vendor, subject.pci_device)
    yield "pci", (subject.pci_vendor, None)
    if subject.model is not None:
        yield "model", subject.model[:_BEGINNING]
    yield "rest", None


_READING = threading.Lock()


def book() -> Book:
    """The profiles of this package, read once. Raises :class:`ProfileError` for the first that can't be read.

    Threads that ask at the same time wait for the first of them: msgspec (0.20) crashes where two threads meet in a new class.
    """
    with _READING:
        return _book()


@lru_cache(maxsize=1)
def _book() -> Book:
    profiles: list[Profile] = []
    for file, text in shipped():
        read_here, problems = read(text, file)
        if problems:
            raise problems[0]
        profiles += read_here
    try:
        return Book(tuple(profiles))
    except ValueError as error:
        raise ProfileError("", "", "name", str(error)) from None


def look_up(subject: Subject) -> Match:
    """What is known about the subject. The first call reads the files and raises :class:`ProfileError` where one is damaged."""
    return book().look_up(subject)
