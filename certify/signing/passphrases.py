"""Where the passphrase of an encrypted key comes from: a file that the environment names, else a person at a terminal."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from certify.errors import KeyProblem
from certify.foundation.errors import system_reason
from certify.foundation.messages import text

PASSPHRASE_FILE = "HAIKI_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
_MOST = 1024  # bytes

Passphrase: TypeAlias = Callable[[str], bytes]  # asked with the key's name, and only when the key is encrypted


def others_may_read(path: Path) -> bool:
    """Whether anyone but the owner may read or write this file. Windows keeps rights elsewhere: never there."""
    return os.name != "nt" and path.stat().st_mode & 0o077 != 0


def passphrase_from_file(path: Path) -> bytes:
    """The first line of a file that only its owner may read. Raises KeyProblem."""
    try:
        if others_may_read(path):
            raise KeyProblem("signing", "passphrase-file-open", path=str(path))
        with path.open("rb") as stream:
            line = stream.read(_MOST + 1).split(b"\n", 1)[0].removesuffix(b"\r")
    except OSError as error:
        raise KeyProblem("signing", "passphrase-file-unreadable", path=str(path), detail=system_reason(error)) from error
    if not line or len(line) > _MOST:
        raise KeyProblem("signing", "passphrase-unusable", path=str(path))
    return line


def _at_the_terminal(prompt: str) -> bytes:
    if not sys.stdin.isatty():
        raise KeyProblem("signing", "passphrase-needed", variable=PASSPHRASE_FILE)
    return getpass.getpass(prompt).encode()


def passphrase_source(environment: Mapping[str, str], ask: Callable[[str], bytes] = _at_the_terminal) -> Passphrase:
    """Looks into ``HAIKI_PASSPHRASE_FILE`` if that is set, else asks."""

    def source(name: str) -> bytes:
        if chosen := environment.get(PASSPHRASE_FILE):
            return passphrase_from_file(Path(chosen))
        return ask(text("signing.ask-passphrase", name=name))

    return source


def new_passphrase(environment: Mapping[str, str], ask: Callable[[str], bytes] = _at_the_terminal) -> bytes:
    """A passphrase for keys that are to be made; a person types it twice. Raises KeyProblem."""
    if chosen := environment.get(PASSPHRASE_FILE):
        return passphrase_from_file(Path(chosen))
    first = ask(text("signing.ask-new-passphrase"))
    if not first or len(first) > _MOST:
        raise KeyProblem("signing", "passphrase-unusable", path="-")
    if ask(text("signing.ask-passphrase-again")) != first:
        raise KeyProblem("signing", "passphrases-differ")
    return first
