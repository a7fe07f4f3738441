"""Runs of sectors: which are named by several records together, and which are new. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeAlias

Run: TypeAlias = tuple[int, int]  # first sector, and the first one behind


class Sectors(Protocol):
    """A record that names sectors in a row."""

    @property
    def first_lba(self) -> int:
        """The first of them."""
        ...

    @property
    def sectors(self) -> int:
        """How many."""
        ...


def union(records: Iterable[Sectors]) -> tuple[Run, ...]:
    """All sectors that any of the records names, as runs in order that neither touch nor overlap."""
    runs: list[Run] = []
    for first, end in sorted((record.first_lba, record.first_lba + record.sectors) for record in records):
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((first, end))
    return tuple(runs)


def count(runs: Iterable[Run]) -> int:
    """How many sectors the runs hold."""
    return sum(end - first for first, end in runs)


def beyond(record: Sectors, known: Iterable[Run]) -> Iterator[Run]:
    """What the record names and ``known`` (runs in order) does not."""
    first, end = record.first_lba, record.first_lba + record.sectors
    for known_first, known_end in known:
        if known_end <= first:
            continue
        if known_first >= end:
            break
        if known_first > first:
            yield first, known_first
        first = known_end
    if first < end:
        yield first, end
