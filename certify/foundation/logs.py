"""The log: JSON lines in English on stderr, times in UTC, serial numbers masked to their last four characters.

Pure ASCII, other characters escaped: what a drive says of itself can't steer the terminal that shows the log. Levels are
the numbers of Python's own `logging`, which takes too long to import for a command that logs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, TextIO

from certify.foundation.clock import Clock, SystemClock, rfc3339
from certify.foundation.errors import HaikiError

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
_NAMES = {DEBUG: "debug", INFO: "info", WARNING: "warning", ERROR: "error"}


class _Log(NamedTuple):
    clock: Clock
    stream: TextIO | None  # None: whatever stderr is at the time
    level: int


_log = [_Log(SystemClock(), None, WARNING)]


def mask(serial: str) -> str:
    """All but the last four characters hidden; a serial of four or fewer is hidden whole."""
    return "*" * len(serial) if len(serial) <= 4 else "*" * (len(serial) - 4) + serial[-4:]


def _is_serial(name: str) -> bool:
    return name in ("serial", "serials") or name.endswith(("_serial", "_serials"))


def _masked(value: object, *, hidden: bool = False) -> object:
    """A copy in which every text under the name of a serial number is masked, however deep it lies."""
    if isinstance(value, Mapping):
        return {str(name): _masked(member, hidden=hidden or _is_serial(str(name))) for name, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(member, hidden=hidden) for member in value]
    return mask(str(value)) if hidden and value is not None else value


def _shown(exception: BaseException) -> dict[str, object]:
    from pathlib import Path
    from traceback import extract_tb

    trace = [f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in extract_tb(exception.__traceback__)]
    if isinstance(exception, HaikiError):
        return {"exception": _masked({"code": f"{exception.room}.{exception.code}", **exception.parameters}), "trace": trace}
    return {"exception": repr(exception), "trace": trace}


def start_logging(clock: Clock, stream: TextIO | None = None, level: int = WARNING) -> None:
    """Sends this project's log to ``stream`` (stderr by default). Calling it again replaces the earlier choice."""
    _log[0] = _Log(clock, stream, level)


def log(level: int, event: str, /, *, exception: BaseException | None = None, **fields: object) -> None:
    """One line. What is named ``serial``, ``..._serial`` or a plural of them is masked here, so that no caller can forget it.

    ``exception``: what went wrong, shown with the places it passed through. A log that can't be written stops nobody.
    """
    clock, stream, least = _log[0]
    if level < least:
        return
    import json
    from contextlib import suppress

    line: dict[str, Any] = {"at": rfc3339(clock.now()), "level": _NAMES.get(level, str(level)), "event": event}
    if exception is not None:
        line |= _shown(exception)
    line |= {name: _masked(value, hidden=_is_serial(name)) for name, value in fields.items() if name not in line}
    with suppress(OSError, ValueError):  # the disk is full, or the stream closed
        target = stream or sys.stderr
        target.write(json.dumps(line, default=str) + "\n")
        target.flush()
