"""Inputs with which something was wrong, as files that say all that is needed to try again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from fuzzing.oracles import Problem


class Unreadable(Exception):
    """A file that isn't a finding."""


@dataclass(frozen=True)
class Finding:
    """One input of one parser, and what is wrong with it."""

    parser: str
    problem: Problem
    data: bytes

    def write(self, folder: Path) -> Path:
        """Writes it into ``folder``, under a name that is the same for the same finding."""
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(self.data).hexdigest()[:12]
        path = folder / f"{self.parser}-{self.problem.kind}-{digest}.json"
        whole = {"parser": self.parser, "kind": self.problem.kind, "what": self.problem.what, "data": self.data.hex()}
        path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        return path


def read(path: Path) -> Finding:
    """Reads what :meth:`Finding.write` wrote. Raises Unreadable, OSError."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        return Finding(str(whole["parser"]), Problem(str(whole["kind"]), str(whole["what"])), bytes.fromhex(whole["data"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from None
