"""What must hold for every input, whatever it is.

No exception but those that are an answer; bounded time and memory; no text that could harm a screen; what is blank, cut off, or has a wrong
checksum offers nothing that its good twin does not offer.
"""

from __future__ import annotations

import traceback
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzing.limits import GROWTH, SECONDS, Limits, TooSlow
from fuzzing.parser import Parser, Texts
from fuzzing.values import leaves, texts, trues

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's general categories
# they speak of the data, not of what the drive can do
_ABOUT_THE_DATA = frozenset({"believed", "checked", "exists", "fixed", "deferred"})


@dataclass(frozen=True)
class Problem:
    """What is wrong: ``kind`` is exception, slow, memory, text or capability; ``what`` says where, the same for the same defect."""

    kind: str
    what: str


class _Found(Exception):
    def __init__(self, kind: str, what: str) -> None:
        super().__init__(kind, what)
        self.problem = Problem(kind, what)


def examine(parser: Parser, data: bytes, limits: Limits) -> Problem | None:
    """Feeds ``data`` and its bad twins to a parser. None where all is well."""
    try:
        whole = _parsed(parser, data, limits)
        if whole is None:
            return None
        _look_at_texts(parser, whole)
        offered = _offered(parser, whole)
        mark = zlib.crc32(data)
        if parser.is_page and (not data.strip(b"\0") or not data.strip(b"\xff")):
            _compare(frozenset(), offered, "a blank offers")
        if any(path == ".believed" and value is False for path, value in whole):
            _compare(frozenset(), offered, "what is not believed offers")
        if parser.is_page and data and _is_good(whole):
            cut = _parsed(parser, data[: mark % len(data)], limits)
            _compare(offered, _offered(parser, cut or []), "cut data offers more:")
        if parser.spoilers:
            _spoil(parser, data, mark, limits)
    except _Found as found:
        return found.problem
    return None


def _spoil(parser: Parser, data: bytes, mark: int, limits: Limits) -> None:
    good = parser.repair(data) if parser.repair else data
    spoiler = parser.spoilers[mark % len(parser.spoilers)]
    bad = spoiler(good, mark >> 4)
    if bad is not None:
        before, after = _parsed(parser, good, limits), _parsed(parser, bad, limits)
        _compare(_offered(parser, before or []), _offered(parser, after or []), f"{spoiler.__name__} offers more:")


def _parsed(parser: Parser, data: bytes, limits: Limits) -> list[tuple[str, Any]] | None:
    """All that came out; None where the parser refused."""
    try:
        with limits:
            return list(leaves(parser.call(data)))
    except parser.refuses:
        return None
    except TooSlow as error:
        # where in a loop the time was over is chance
        raise _Found("slow", f"more than {SECONDS} s in {_place(error).name}") from None
    except MemoryError as error:
        raise _Found("memory", f"more than {GROWTH >> 20} MiB in {_place(error).name}") from None
    except Exception as error:
        frame = _place(error)
        where = f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno} ({frame.name})"
        raise _Found("exception", f"{type(error).__name__} in {where}") from error


def _place(error: BaseException) -> traceback.FrameSummary:
    """The innermost frame that is the project's, if it can be not the fuzzer's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT) and "site-packages" not in frame.filename]
    return [ours[0], *(frame for frame in ours if not Path(frame.filename).is_relative_to(_HERE))][-1]


def _look_at_texts(parser: Parser, found: list[tuple[str, Any]]) -> None:
    for path, text in texts(found) if parser.texts is not Texts.ANY else ():
        if parser.texts is Texts.ASCII:
            safe = text.isascii() and text.isprintable()
        else:
            safe = not any(unicodedata.category(character) in _UNSAFE for character in text)
        if not safe:
            raise _Found("text", f"unsafe characters in {_without_numbers(path)}")


def _is_good(found: list[tuple[str, Any]]) -> bool:
    """Whether the data says anything that is believed: a structure with bytes too many is no good twin of the same without them."""
    believed = all(value for path, value in found if path == ".believed")
    return believed and any(value is not None and value is not False for path, value in found if not path.startswith(".doubts"))


def _offered(parser: Parser, found: list[tuple[str, Any]]) -> frozenset[str]:
    beside = _ABOUT_THE_DATA | parser.no_capability
    return frozenset(path for path in trues(found) if path.rpartition(".")[2] not in beside)


def _compare(may: frozenset[str], does: frozenset[str], words: str) -> None:
    if more := does - may:
        raise _Found("capability", f"{words} {_without_numbers(min(more)) or 'yes'}")


def _without_numbers(path: str) -> str:
    return "".join(sign for sign in path if not sign.isdigit())
