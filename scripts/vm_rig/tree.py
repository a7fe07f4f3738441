"""The checkout as the guest sees it: an image of the files as they are now, and one of ``.venv``, which seldom changes."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from vm_rig.errors import CannotRun
from vm_rig.images import alone

_LEFT_OUT = (".git", ".vm", ".venv", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "trial", "build", "dist")
_COMPILED = ("certify", "erase", "hardware_profiles", "scripts", "tests")


def image_of_checkout(checkout: Path, to: Path) -> None:
    """Compiles what Python would else compile in the guest at each start, ten times as slowly, and packs all."""
    python = checkout / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "compileall", "-q", *_COMPILED], cwd=checkout, check=False)  # a file with an error is met by its test
    _pack(checkout, to, _LEFT_OUT)


def image_of_venv(checkout: Path, home: Path) -> Path:
    """Made once for each state that scripts/setup left. :raises CannotRun: when there is none"""
    try:
        state = (checkout / ".venv" / "haiki-stamp").read_bytes()
    except OSError:
        raise CannotRun("there is no .venv to test with", "scripts/setup was not run", "run scripts/setup --kernel") from None
    image = home / f"venv-{hashlib.sha256(state).hexdigest()[:16]}.squashfs"
    with alone(home):
        if not image.exists():
            for old in home.glob("venv-*"):
                old.unlink()
            beside = home / "venv-unfinished"
            _pack(checkout / ".venv", beside, ())
            beside.rename(image)
    return image


def _pack(folder: Path, to: Path, left_out: tuple[str, ...]) -> None:
    command = ["mksquashfs", str(folder), str(to), "-noappend", "-quiet", "-no-progress", "-comp", "lz4"]
    command += ["-e", *left_out] if left_out else []
    packed = subprocess.run(command, capture_output=True, text=True, check=False)
    if packed.returncode:
        raise CannotRun(f"{folder} can't be packed", packed.stderr.strip() or "mksquashfs failed", "look at what it says")
