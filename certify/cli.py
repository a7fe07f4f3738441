"""The command `certify`."""

from __future__ import annotations

import sys

from certify.foundation.commandline import main

COMMANDS = {
    "key": "certify.commands.key",
    "photo": "certify.commands.photo",
    "issue": "certify.commands.issue",
    "verify": "certify.commands.verify",
}


def entry() -> None:
    """The console script."""
    sys.exit(main("certify", COMMANDS))
