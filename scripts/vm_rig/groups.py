"""Groups of tests: which folder of tests/kernel a word means, and what pytest is told in the guest."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from vm_rig.errors import CannotRun
from vm_rig.wishes import Wishes, wishes_of

FOLDER = Path("tests") / "kernel"


@dataclass(frozen=True)
class Batch:
    """Tests that share one machine."""

    name: str
    paths: tuple[str, ...]  # as pytest takes them, within the checkout
    wishes: Wishes


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """Groups and paths, and the options of pytest that follow them."""
    first = next((number for number, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:first], [word for word in words[first:] if word != "--"]


def all_groups(checkout: Path) -> list[str]:
    return sorted(file.parent.name for file in (checkout / FOLDER).glob("*/vm.toml"))


def batches(checkout: Path, named: list[str]) -> list[Batch]:
    """One for each group, in the order named; without any name, all. :raises CannotRun: for what is not there"""
    paths: dict[str, list[str]] = {}
    for word in named or all_groups(checkout):
        path = _path_of(checkout, word)
        paths.setdefault(_group_of(path), []).append(str(path))
    if not paths:
        raise CannotRun(f"no group of tests in {FOLDER}", "a group is a folder with a vm.toml", "make one")
    return [Batch(name, tuple(found), wishes_of(checkout / FOLDER / name)) for name, found in paths.items()]


def _path_of(checkout: Path, word: str) -> Path:
    if "/" not in word and (checkout / FOLDER / word).is_dir():
        return FOLDER / word
    place, mark, test = word.partition("::")
    if not (checkout / place).exists():
        known = ", ".join(all_groups(checkout))
        raise CannotRun(f"no tests {word!r}", "it is neither a group nor a path in the checkout", f"name a path, or one of: {known}")
    return Path(f"{os.path.relpath((checkout / place).resolve(), checkout.resolve())}{mark}{test}")


def _group_of(path: Path) -> str:
    if path.is_relative_to(FOLDER) and len(path.parts) > len(FOLDER.parts) and ".py" not in path.parts[2]:
        return path.parts[2]
    return "others"


def pytest_command(batch: Batch, options: list[str], *, colour: bool) -> str:
    """What the guest's shell runs. Later options win, so that another -m may be given."""
    words = ["-q", "-m", "kernel", "-p", "no:cacheprovider", f"--color={'yes' if colour else 'no'}", *batch.paths, *options]
    chosen = f"export CI={shlex.quote(os.environ['CI'])}\n" if os.environ.get("CI") else ""
    return f'{chosen}exec .venv/bin/python -m pytest --junitxml="$HAIKI_VM_RESULTS/junit.xml" {shlex.join(words)}\n'
