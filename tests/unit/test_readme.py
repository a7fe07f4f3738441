"""What the guides print can be typed: each command line parses, each option exists, each link leads somewhere."""

from __future__ import annotations

import importlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import certify.cli
import erase.station.cli
from certify.foundation.commandline import main
from certify.foundation.errors import Exit

PROJECT = Path(__file__).resolve().parents[2]
GUIDES = sorted(
    [
        *PROJECT.glob("*.md"),
        *(path for package in ("erase", "certify", "hardware_profiles", "scripts") for path in (PROJECT / package).rglob("README.md")),
    ]
)
PROGRAMS = {"erase": erase.station.cli.COMMANDS, "certify": certify.cli.COMMANDS}


def blocks(text: str) -> list[str]:
    """The fenced blocks of commands."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command_lines(text: str) -> list[list[str]]:
    """The lines of those blocks that call one of our commands, comments left out, continued lines joined."""
    lines = [
        shlex.split(line, comments=True) for block in blocks(text) for line in block.replace("\\\n", " ").splitlines() if "'" not in line
    ]
    return [words for words in lines if words and words[0] in PROGRAMS]


LINES = [(path.relative_to(PROJECT), words) for path in GUIDES for words in command_lines(path.read_text())]
# a changelog also names what went and what is not there yet
INLINE = [
    (path.relative_to(PROJECT), span.split())
    for path in GUIDES
    if path.name != "CHANGELOG.md"
    for span in re.findall(r"`((?:erase|certify) [a-z][^`]*)`", path.read_text())
]


@pytest.fixture
def only_parsed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The commands of both programs are parsed and not run; what they would have been run with is listed."""
    seen: list[Any] = []

    def run(options: Any, context: Any) -> int:
        seen.append(options)
        return 0

    for commands in PROGRAMS.values():
        for module in commands.values():
            monkeypatch.setattr(importlib.import_module(module), "run", run)
    return seen


@pytest.mark.parametrize(("guide", "words"), LINES, ids=lambda value: " ".join(value) if isinstance(value, list) else str(value))
def test_every_command_line_in_a_guide_can_be_typed(guide: Path, words: list[str], only_parsed: list[Any], tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    status = main(words[0], PROGRAMS[words[0]], words[1:], environment={"HAIKI_HOME": str(tmp_path)}, out=out, err=err)
    assert status == Exit.DONE, err.getvalue()
    assert len(only_parsed) == 1


@pytest.mark.parametrize(("guide", "words"), INLINE, ids=lambda value: " ".join(value) if isinstance(value, list) else str(value))
def test_every_command_and_option_that_a_guide_mentions_exists(guide: Path, words: list[str]) -> None:
    program, command, *rest = words
    assert command.strip("`,.") in PROGRAMS[program]
    out = io.StringIO()
    help_words = [command, *(word for word in rest[:1] if word.isalpha() and word.islower()), "--help"]
    assert main(program, PROGRAMS[program], help_words, environment={"HAIKI_HOME": "/nowhere"}, out=out, err=io.StringIO()) == Exit.DONE
    assert [word for word in rest if word.startswith("--") and word not in out.getvalue()] == []


def test_the_readme_shows_each_command() -> None:
    shown = {(words[0], words[1]) for path, words in [*LINES, *INLINE] if path == Path("README.md")}
    assert {(program, command) for program, commands in PROGRAMS.items() for command in commands} <= shown


def test_the_first_commands_of_the_readme_are_the_demonstration_and_the_tests() -> None:
    # scripts/soak fresh runs this block on a bare machine
    assert blocks((PROJECT / "README.md").read_text())[0].splitlines() == ["scripts/demo", "scripts/test"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_between_guides_lead_somewhere(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", guide.read_text()):
        if "://" not in target:
            assert (guide.parent / target).exists(), target


def test_the_readme_lists_every_exit_status_and_every_room() -> None:
    text = (PROJECT / "README.md").read_text()
    for status in Exit:
        assert f"| {status.value} |" in text
    for script in ("setup", "demo", "test", "lock", "soak"):
        assert f"`{script}`" in text or f"scripts/{script}" in text
