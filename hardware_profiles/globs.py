"""Shell patterns over names: full match, and whether two patterns can match one name, or one covers the other.

``*`` any run of characters, ``?`` any one, ``[abc]`` ``[0-9]`` one of these, ``[!abc]`` one of the others. Capitals count.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class _Token:
    """One element of a pattern."""

    any_run: bool = False
    characters: frozenset[str] = frozenset()
    negated: bool = False  # one character that is not among these; with none of them: any

    def takes(self, character: str) -> bool:
        return (character in self.characters) != self.negated


_ANY = _Token(negated=True)
_RUN = _Token(any_run=True)


@lru_cache(maxsize=4096)
def tokens(pattern: str) -> tuple[_Token, ...]:
    """The pattern in its elements. Raises ValueError for a bracket that is not closed, is empty, or counts backwards."""
    found: list[_Token] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            if not found or found[-1] != _RUN:
                found.append(_RUN)
        elif character == "?":
            found.append(_ANY)
        elif character == "[":
            end = pattern.find("]", at + 1)
            if end == -1:
                msg = f"the bracket in {pattern!r} is not closed"
                raise ValueError(msg)
            found.append(_bracket(pattern[at + 1 : end], pattern))
            at = end
        else:
            found.append(_Token(characters=frozenset(character)))
        at += 1
    return tuple(found)


def _bracket(inside: str, pattern: str) -> _Token:
    """``[...]``."""
    negated = inside.startswith("!")
    rest = inside[1:] if negated else inside
    characters: set[str] = set()
    at = 0
    while at < len(rest):
        if rest[at + 1 : at + 2] == "-" and at + 2 < len(rest):
            first, last = ord(rest[at]), ord(rest[at + 2])
            if first > last:
                msg = f"the range {rest[at : at + 3]!r} in {pattern!r} counts backwards"
                raise ValueError(msg)
            characters |= {chr(code) for code in range(first, last + 1)}
            at += 3
        else:
            characters.add(rest[at])
            at += 1
    if not characters:
        msg = f"the bracket in {pattern!r} is empty"
        raise ValueError(msg)
    return _Token(characters=frozenset(characters), negated=negated)


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern can match more than one name."""
    return _SPECIAL.search(pattern) is not None


def fixed_characters(pattern: str) -> int:
    """How many characters of a name the pattern says something about: what a pattern's specificity is measured by."""
    return sum(1 for token in tokens(pattern) if token not in (_ANY, _RUN))


def shortest(pattern: str) -> int:
    """The length of the shortest name that matches."""
    return sum(1 for token in tokens(pattern) if token != _RUN)


def leading_text(pattern: str) -> str:
    """What each matching name starts with."""
    special = _SPECIAL.search(pattern)
    return pattern if special is None else pattern[: special.start()]


@lru_cache(maxsize=4096)
def _matcher(pattern: str) -> Callable[[str], object]:
    def text(token: _Token) -> str:
        if token == _RUN:
            return ".*"
        if token == _ANY:
            return "."
        inside = "".join(re.escape(character) for character in sorted(token.characters))
        return f"[{'^' if token.negated else ''}{inside}]"

    return re.compile("".join(text(token) for token in tokens(pattern)), re.DOTALL).fullmatch


def matches(pattern: str, name: str) -> bool:
    """Whether the whole name matches."""
    return _matcher(pattern)(name) is not None


def overlap(first: str, second: str) -> bool:
    """Whether one name can match both."""
    if not _beginnings_agree(first, second):
        return False
    return _exists(first, second, lambda one, other: one and other)


def covers(general: str, special: str) -> bool:
    """Whether each name that matches ``special`` matches ``general`` too."""
    if not has_wildcard(special):
        return matches(general, special)
    return not _exists(general, special, lambda one, other: other and not one)


def _beginnings_agree(first: str, second: str) -> bool:
    one, other = leading_text(first), leading_text(second)
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _closure(positions: frozenset[int], elements: tuple[_Token, ...]) -> frozenset[int]:
    """With what is reached without a character: a run may be empty."""
    reached = set(positions)
    for position in sorted(positions):
        at = position
        while at < len(elements) and elements[at] == _RUN:
            at += 1
            reached.add(at)
    return frozenset(reached)


def _step(positions: frozenset[int], elements: tuple[_Token, ...], character: str) -> frozenset[int]:
    moved: set[int] = set()
    for at in positions:
        if at < len(elements):
            if elements[at] == _RUN:
                moved.add(at)
            elif elements[at].takes(character):
                moved.add(at + 1)
    return _closure(frozenset(moved), elements)


def _exists(first: str, second: str, wanted: Callable[[bool, bool], bool]) -> bool:
    """Walks both patterns side by side over all names: is there one whose two verdicts are ``wanted``?"""
    one, other = tokens(first), tokens(second)
    alphabet = {"\0"}.union(*(token.characters for token in (*one, *other)))  # \0 stands for whatever neither pattern names
    start = (_closure(frozenset({0}), one), _closure(frozenset({0}), other))
    waiting, seen = [start], {start}
    while waiting:
        here, there = waiting.pop()
        if wanted(len(one) in here, len(other) in there):
            return True
        for character in alphabet:
            following = (_step(here, one, character), _step(there, other, character))
            if following not in seen and following[1]:  # both questions need a name that the second takes
                seen.add(following)
                waiting.append(following)
    return False
