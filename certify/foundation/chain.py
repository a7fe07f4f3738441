"""Hash-chained lines: the form of a journal, read by recovery and by whoever judges the evidence.

Each line is canonical JSON with ``seq`` (from 0) and ``prev`` (SHA-256 of the line before, without its newline;
64 zeros for the first). A separate head names the last line. The lines may lead the head by one, because the line is
flushed first; they may never lag, so a lost last line shows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certify.foundation.canonical import canonical_json, sha256_hex

GENESIS = "0" * 64
_HASH = re.compile(r"[0-9a-f]{64}")


class Damage(StrEnum):
    """Why a chain is not believed."""

    EMPTY = "empty"
    NOT_JSON = "line-not-json"
    NOT_CANONICAL = "line-not-canonical"
    SEQUENCE = "sequence-broken"
    CHAIN = "chain-broken"
    HEAD_UNREADABLE = "head-unreadable"
    LAST_LINES_LOST = "last-lines-lost"
    HEAD_BEHIND = "head-behind"
    HEAD_MISMATCH = "head-mismatch"


class BrokenChain(ValueError):
    """The lines are not what was written. ``line`` counts from 1; 0 means the head."""

    def __init__(self, damage: Damage, line: int) -> None:
        super().__init__(f"{damage.value} at line {line}")
        self.damage = damage
        self.line = line


@dataclass(frozen=True)
class Head:
    """The last line's number and hash."""

    seq: int
    hash: str

    def to_bytes(self) -> bytes:
        """The head file's one line."""
        return canonical_json({"hash": self.hash, "seq": self.seq}) + b"\n"


@dataclass(frozen=True)
class Chain:
    """Lines that hang together, and what an interruption left behind."""

    lines: tuple[dict[str, Any], ...]
    head: Head
    torn_tail: bytes  # an unfinished last line: an interruption, not damage
    whole: bytes  # the bytes of the lines that count


def seal(seq: int, prev: str, content: dict[str, Any]) -> bytes:
    """One line without its newline. ``content`` must not hold ``seq`` or ``prev``. Raises ValueError if it does."""
    if content.keys() & {"seq", "prev"}:
        raise ValueError("seq and prev belong to the chain")
    return canonical_json({**content, "seq": seq, "prev": prev})


def parse_head(data: bytes) -> Head:
    """Raises BrokenChain for anything but what :meth:`Head.to_bytes` writes."""
    try:
        value = json.loads(data)
        head = Head(value["seq"], value["hash"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenChain(Damage.HEAD_UNREADABLE, 0) from error
    if type(head.seq) is not int or head.seq < 0 or type(head.hash) is not str or not _HASH.fullmatch(head.hash) or head.to_bytes() != data:
        raise BrokenChain(Damage.HEAD_UNREADABLE, 0)
    return head


def read_chain(data: bytes, head: Head | None) -> Chain:
    """The lines of a journal, each checked against the one before it and the last against the head.

    ``head`` None: no head is at hand (a published journal, whose hash is known otherwise).
    Raises BrokenChain, which says what is wrong and where.
    """
    pieces = data.split(b"\n")
    torn_tail = pieces.pop()
    lines: list[dict[str, Any]] = []
    hashes: list[str] = []
    prev = GENESIS
    for seq, piece in enumerate(pieces):
        try:
            line = json.loads(piece)
        except (ValueError, RecursionError) as error:
            raise BrokenChain(Damage.NOT_JSON, seq + 1) from error
        if not isinstance(line, dict) or _not_canonical(line, piece):
            raise BrokenChain(Damage.NOT_CANONICAL, seq + 1)
        if type(line.get("seq")) is not int or line["seq"] != seq:  # True equals 1
            raise BrokenChain(Damage.SEQUENCE, seq + 1)
        if line.get("prev") != prev:
            raise BrokenChain(Damage.CHAIN, seq + 1)
        prev = sha256_hex(piece)
        lines.append(line)
        hashes.append(prev)
    if not lines:
        raise BrokenChain(Damage.EMPTY, 1)
    last = len(lines) - 1
    if head is not None:
        if head.seq > last:
            raise BrokenChain(Damage.LAST_LINES_LOST, len(lines))
        if head.seq < last - 1:
            raise BrokenChain(Damage.HEAD_BEHIND, 0)
        if hashes[head.seq] != head.hash:
            raise BrokenChain(Damage.HEAD_MISMATCH, head.seq + 1)
    return Chain(tuple(lines), Head(last, prev), torn_tail, data[: len(data) - len(torn_tail)])


def _not_canonical(line: dict[str, Any], piece: bytes) -> bool:
    try:
        return canonical_json(line) != piece
    except (TypeError, ValueError):  # a fraction; half a surrogate pair; too deep
        return True
