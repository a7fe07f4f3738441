"""Where keys and the trust file live: ``$HAIKI_HOME``, else ``/etc/haiki`` for root, else ``~/.config/haiki``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Home(NamedTuple):
    """The folder of one installation's configuration."""

    folder: Path

    @property
    def keys(self) -> Path:
        """Private keys and their certificates; mode 0700."""
        return self.folder / "keys"

    @property
    def trust(self) -> Path:
        """The payload of the trust list that this user believes."""
        return self.folder / "trust.json"

    @property
    def policies(self) -> Path:
        """The agency's own policies, TOML."""
        return self.folder / "policies"


def find_home(environment: Mapping[str, str], *, user_id: int | None = None, user_home: Path | None = None) -> Home:
    """The configuration folder of this user. Nothing is created."""
    if chosen := environment.get("HAIKI_HOME"):
        return Home(Path(chosen))
    if user_id is None:
        user_id = os.getuid() if hasattr(os, "getuid") else 1000
    return Home(Path("/etc/haiki")) if user_id == 0 else Home((user_home or Path.home()) / ".config" / "haiki")
