"""The frame of both commands: languages, errors, exit statuses, Ctrl-C, and what becomes of the output."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from certify import cli as certify_cli
from certify.errors import Malformed
from certify.foundation import messages
from certify.foundation.clock import FixedClock
from certify.foundation.commandline import Context, language_of, main, printable
from certify.foundation.errors import Exit
from certify.foundation.messages import Language, current_language
from erase.errors import Interrupted
from erase.station import cli as erase_cli

COMMANDS = {"list": "haiki_test_command", "plan": "haiki_test_not_imported"}


@dataclass(frozen=True)
class Ended:
    """What a run of the command left."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The command ``list``, which a test fills with what it is to do."""
    module = ModuleType("haiki_test_command")

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("device", nargs="?")
        parser.add_argument("--passes", type=int)
        parser.add_argument("--operator")

    module.add_arguments = add_arguments  # type: ignore[attr-defined]
    module.run = lambda options, context: Exit.DONE  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "haiki_test_command", module)
    return module


@pytest.fixture
def run(command: ModuleType, clock: FixedClock, tmp_path: Path) -> Run:
    def run_(*words: str, program: str = "erase", **environment: str) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        environment = {"HAIKI_HOME": str(tmp_path), **environment}
        status = main(program, COMMANDS, words, environment=environment, clock=clock, out=out, err=err)
        return Ended(status, out.getvalue(), err.getvalue())

    return run_


def fail_with(problem: BaseException) -> Callable[[argparse.Namespace, Context], int]:
    def run_(options: argparse.Namespace, context: Context) -> int:
        raise problem

    return run_


def test_a_command_gets_its_options_its_world_and_gives_the_exit_status(run: Run, command: Any, clock: FixedClock, tmp_path: Path) -> None:
    seen: list[Any] = []

    def body(options: argparse.Namespace, context: Context) -> int:
        seen.append((options.device, options.passes, context.clock, context.home.folder, context.environment["X"], context.as_json))
        context.say("結果")
        return 3

    command.run = body
    ended = run("list", "/dev/sdz", "--passes", "3", X="y")
    assert ended == Ended(3, "結果\n", "")
    assert seen == [("/dev/sdz", 3, clock, tmp_path, "y", False)]


def test_only_the_command_that_is_asked_for_is_imported(run: Run) -> None:
    assert run("list").status == 0  # 'plan' names a module that does not exist
    assert run("--help").status == 0


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        (["list"], {}, "ja"),
        (["list"], {"LANG": "C.UTF-8"}, "ja"),
        (["list"], {"LANG": "en_US.UTF-8"}, "en"),
        (["list"], {"HAIKI_LANG": "en"}, "en"),
        (["--lang", "en", "list"], {}, "en"),
        (["list", "--lang", "en"], {}, "en"),
        (["list", "--lang=ja"], {"HAIKI_LANG": "en"}, "ja"),
    ],
)
def test_the_language_may_be_said_before_or_after_the_command(
    run: Run, command: Any, words: list[str], environment: dict[str, str], expected: str
) -> None:
    spoken: list[Language] = []

    def body(options: argparse.Namespace, context: Context) -> int:
        spoken.extend((current_language(), language_of(options)))
        return 0

    command.run = body
    assert run(*words, **environment).status == 0
    assert spoken == [Language(expected)] * 2


@pytest.mark.parametrize("words", [["--json", "list"], ["list", "--json"]])
def test_json_may_be_asked_for_before_or_after_the_command(run: Run, command: Any, words: list[str]) -> None:
    def body(options: argparse.Namespace, context: Context) -> int:
        context.give({"製造番号": "S1", "json": context.as_json})
        return 0

    command.run = body
    ended = run(*words)
    assert json.loads(ended.out) == {"製造番号": "S1", "json": True}
    assert "製造番号" in ended.out


HELP = {
    "ja": ("使い方: erase", "オプション:", "この説明を表示して終了します"),
    "en": ("usage: erase", "options:", "show this help message and exit"),
}


def test_help_is_in_the_language_asked_for_and_goes_to_the_output(run: Run, language: Language) -> None:
    ended = run("--help", "--lang", language.value)
    assert (ended.status, ended.err) == (0, "")
    assert [part for part in HELP[language.value] if part not in ended.out] == []
    assert [part for part in HELP["en" if language is Language.JAPANESE else "ja"] if part in ended.out] == []
    assert run("list", "--help", "--lang", language.value).out.startswith(f"{HELP[language.value][0]} list")


@pytest.mark.parametrize(("program", "commands"), [("erase", erase_cli.COMMANDS), ("certify", certify_cli.COMMANDS)])
def test_every_command_of_both_programs_helps_in_both_languages(
    program: str, commands: dict[str, str], clock: FixedClock, tmp_path: Path, language: Language
) -> None:
    actions = {"key": ["new", "list"], "photo": ["add"]}
    for words in [[], *([name] for name in commands), *([name, action] for name in commands for action in actions.get(name, ()))]:
        out, err = io.StringIO(), io.StringIO()
        environment = {"HAIKI_HOME": str(tmp_path), "HAIKI_LANG": language.value}
        status = main(program, commands, [*words, "--help"], environment=environment, clock=clock, out=out, err=err)
        assert (status, err.getvalue()) == (0, ""), words
        assert " ".join([program, *words]) in out.getvalue()


def test_a_per_cent_sign_of_a_help_is_no_placeholder(run: Run, command: Any) -> None:
    command.add_arguments = lambda parser: parser.add_argument("--share", help="10 %) (%s, %(prog)s, %d")
    assert "10 %) (%s, %(prog)s, %d" in run("list", "--help").out


WRONG = [
    ([], {"ja": "使い方:", "en": "usage:"}),
    (["--nonsense"], {"ja": "認識できない引数です: --nonsense", "en": "unrecognized arguments: --nonsense"}),
    (["list", "--nonsense"], {"ja": "認識できない引数です: --nonsense", "en": "unrecognized arguments: --nonsense"}),
    (["list", "--operat", "x"], {"ja": "認識できない引数です", "en": "unrecognized arguments"}),
    (["lst"], {"ja": "'lst' は選べません", "en": "invalid choice: 'lst'"}),
    (["list", "--passes"], {"ja": "引数 --passes: 値が 1 つ必要です", "en": "argument --passes: expected one argument"}),
    (["list", "--passes", "x"], {"ja": "int として正しくない値です: 'x'", "en": "invalid int value: 'x'"}),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_wrong_arguments_end_with_two_and_say_so_in_the_language_of_the_screen(
    run: Run, language: Language, words: list[str], said: dict[str, str]
) -> None:
    ended = run(*words, HAIKI_LANG=language.value)
    assert ended.status == Exit.REFUSED
    assert ended.out == ""
    assert said[language.value] in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_with_json_wrong_arguments_are_an_object_on_the_output(run: Run, words: list[str], said: dict[str, str]) -> None:
    ended = run(*words, "--json")
    assert ended.status == Exit.REFUSED
    assert ended.err == ""
    error = json.loads(ended.out)
    assert set(error) == {"error", "what", "why", "next"}
    assert error["error"] == "commandline.bad-usage"


def test_an_unknown_language_is_told_in_japanese(run: Run) -> None:
    ended = run("list", "--lang", "fr")
    assert ended.status == Exit.REFUSED
    assert "'fr' は選べません" in ended.err


def test_an_error_says_what_why_and_next_on_stderr(run: Run, command: Any) -> None:
    command.run = fail_with(Malformed("commandline", "bad-usage", message="because", program="erase"))
    ended = run("list")
    assert (ended.status, ended.out) == (Exit.REFUSED, "")
    assert ended.err.splitlines() == [
        "内容: 引数が正しくありません。",
        "理由: because",
        "対処: 「erase --help」で使い方を確認してください。",
    ]


def test_with_json_an_error_is_an_object_on_the_output(run: Run, command: Any) -> None:
    command.run = fail_with(Malformed("commandline", "bad-usage", message="because", program="erase"))
    ended = run("list", "--json", "--lang", "en")
    assert ended.status == Exit.REFUSED
    assert json.loads(ended.out) == {
        "error": "commandline.bad-usage",
        "what": "The arguments can't be understood.",
        "why": "because",
        "next": "See 'erase --help' for how to use it.",
    }


def test_an_error_brings_its_own_exit_status(run: Run, command: Any) -> None:
    command.run = fail_with(Interrupted("commandline", "bad-usage", message="", program=""))
    assert run("list").status == Exit.INTERRUPTED


def test_ctrl_c_ends_with_five_and_without_a_trace(run: Run, command: Any, language: Language) -> None:
    command.run = fail_with(KeyboardInterrupt())
    ended = run("list", HAIKI_LANG=language.value)
    stopped = {"ja": "操作者により中止されました。\n", "en": "Stopped by the operator.\n"}
    assert ended == Ended(Exit.INTERRUPTED, "", stopped[language.value])


def test_what_the_operating_system_refuses_names_the_place(run: Run, command: Any) -> None:
    command.run = fail_with(PermissionError(13, "Permission denied", "/srv/jobs"))
    ended = run("list")
    assert ended.status == Exit.REFUSED
    assert "権限がありません" in ended.err
    assert "permission denied" in run("list", "--lang", "en").err
    assert "/srv/jobs" in ended.err
    assert "Traceback" not in ended.err


def test_a_defect_of_ours_is_logged_and_has_an_exit_status_that_is_no_verdict(run: Run, command: Any, language: Language) -> None:
    command.run = fail_with(ZeroDivisionError("by accident"))
    ended = run("list", HAIKI_LANG=language.value)
    assert ended.status == Exit.DEFECT
    assert ended.status not in range(6)
    log_line, *sentences = ended.err.splitlines()
    assert json.loads(log_line)["exception"] == "ZeroDivisionError('by accident')"
    assert len(sentences) == 3
    assert "ZeroDivisionError" in sentences[1]


def test_the_version_is_that_of_the_distribution(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").out == f"erase (haiki) {version('haiki')}\n"


def test_names_from_strangers_cannot_steer_the_terminal(run: Run, command: Any) -> None:
    def body(options: argparse.Namespace, context: Context) -> int:
        context.say("機種: \x1b[2JEVIL\x9b\r\u202e\t全角\u3000空白\n次の行")
        return 0

    command.run = body
    assert run("list").out == "機種: \ufffd[2JEVIL\ufffd\ufffd\ufffd\t全角\u3000空白\n次の行\n"
    assert printable("e\u0301 \U00020bb7") == "e\u0301 \U00020bb7"


def test_a_file_name_that_is_no_utf_8_is_shown_and_breaks_nothing(run: Run, command: Any) -> None:
    command.run = fail_with(FileNotFoundError(2, "No such file or directory", os.fsdecode(b"\xff.pdf")))
    assert "\ufffd.pdf" in run("list").err
    as_json = run("list", "--json").out
    assert as_json.encode()  # has a form in UTF-8
    assert json.loads(as_json)["why"].endswith("\udcff.pdf")


PROGRAM = "import sys; from certify.foundation.commandline import main; sys.exit(main('erase', {'list': 'x'}, ['--help']))"


def _help(output: int, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "HAIKI_LANG": "en", **environment},
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_under_the_output_is_told_and_not_taken_for_a_success(unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = _help(full.fileno(), PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == Exit.OUTPUT_LOST
    assert ended.stderr.splitlines()[0] == "What: The result could not be written."
    assert len(ended.stderr.splitlines()) == 3


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_had_enough_is_no_alarm(unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = _help(writer, PYTHONUNBUFFERED=unbuffered)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (Exit.DONE, "")


LONG_RESULT = """
import sys, types
from certify.foundation.commandline import main
command = types.ModuleType("command")
command.add_arguments = lambda parser: None
command.run = lambda options, context: [context.say("x" * 1000) for _ in range(1000)] and 0
sys.modules["command"] = command
sys.exit(main("erase", {"list": "command"}, ["list", "--lang", "en", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("status", [0, 1])
def test_a_reader_that_leaves_in_the_middle_changes_neither_the_work_nor_its_status(tmp_path: Path, status: int, unbuffered: str) -> None:
    finished = tmp_path / "finished"
    program = LONG_RESULT.replace("and 0", f"and __import__('pathlib').Path({str(finished)!r}).touch() or {status}")
    shell = f'"{sys.executable}" -c "$PROGRAM" | head -n 1; exit "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(
        ["bash", "-c", shell],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PROGRAM": program, "PYTHONUNBUFFERED": unbuffered},
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "x" * 1000 + "\n", "")
    assert finished.exists()


def test_a_reader_of_errors_that_had_enough_is_no_alarm_either() -> None:
    program = PROGRAM.replace("--help", "--nonsense")
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([sys.executable, "-c", program], stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert ended.returncode == Exit.REFUSED


@pytest.mark.parametrize("words", [["--help"], ["list"], ["list", "--json"], ["list", "--nonsense"], ["--version"]])
def test_an_installation_without_texts_says_so_in_both_languages_and_ends_as_a_defect(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    monkeypatch.setattr(messages, "LOCALE_FOLDERS", (tmp_path, tmp_path))
    messages._catalogue.cache_clear()
    try:
        ended = run(*words)
    finally:
        messages._catalogue.cache_clear()
    assert (ended.status, ended.out) == (Exit.DEFECT, "")
    assert "Traceback" not in ended.err
    *log_lines, last = ended.err.splitlines()
    assert all("MissingText" in json.loads(line)["exception"] for line in log_lines)
    assert "インストールが壊れている" in last
    assert "The installation is broken" in last


def test_a_defect_outside_the_guard_ends_as_a_defect(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify.foundation.commandline.find_home", lambda environment: 1 / 0)
    ended = run("list")
    assert ended.status == Exit.DEFECT
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_disk_that_gets_full_in_the_middle_is_told_once(options: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", LONG_RESULT, *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )
    assert ended.returncode == Exit.OUTPUT_LOST
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == ["What", "Why", "Next"]


def test_a_terminal_without_japanese_letters_breaks_nothing() -> None:
    ended = _help(subprocess.PIPE, HAIKI_LANG="ja", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "\\u4f7f\\u3044\\u65b9" in ended.stdout
