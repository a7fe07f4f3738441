"""``erase``: which commands there are. Each is imported only when it is asked for, so that ``--help`` stays quick."""

from __future__ import annotations

import sys

from certify.foundation.commandline import main

COMMANDS = {
    "list": "erase.station.commands.list_drives",
    "plan": "erase.station.commands.plan",
    "run": "erase.station.commands.run",
    "resume": "erase.station.commands.resume",
}


def entry() -> None:
    """The console script."""
    sys.exit(main("erase", COMMANDS))
