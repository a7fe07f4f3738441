"""What the fuzzer knows of one parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any

Spoiler = Callable[[bytes, int], bytes | None]


@unique
class Texts(StrEnum):
    """What the texts that come out may hold."""

    ASCII = "ascii"  # 20h to 7Eh
    SHOWN = "shown"  # whatever a screen can take: no control or format characters
    ANY = "any"  # they are not shown, or they are ours


@dataclass(frozen=True)
class Parser:
    """One function that takes bytes. ``name`` is its module's and its own: ``ata_identify.parse_identify``."""

    name: str
    family: str
    call: Callable[[bytes], Any]
    refuses: tuple[type[Exception], ...] = ()  # errors of ours that are an honest answer to nonsense
    texts: Texts = Texts.ASCII
    repair: Callable[[bytes], bytes] | None = None  # puts the checksum right
    spoilers: tuple[Spoiler, ...] = ()  # (good data, a number) -> the same data as nobody may believe it; None: can't be done
    is_page: bool = True  # what is blank offers nothing, and what is cut off no more than the whole
    no_capability: frozenset[str] = frozenset()  # names of flags that say something else than that a drive can do something
