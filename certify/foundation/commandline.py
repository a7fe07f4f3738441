"""The frame of both commands: options, languages, errors as what/why/next, exit statuses, Ctrl-C.

A command is a module with ``add_arguments(parser)`` and ``run(options, context) -> int``. Only the module of the command
that was asked for is imported, so that ``--help`` stays quick.
"""

from __future__ import annotations

import argparse
import contextlib
import gettext
import importlib
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, TextIO, cast

from certify.foundation.clock import Clock, SystemClock
from certify.foundation.config import Home, find_home
from certify.foundation.errors import Exit, HaikiError, system_reason
from certify.foundation.logs import ERROR, log, start_logging
from certify.foundation.messages import LOCALE_FOLDERS, Language, choose_language, current_language, set_language, text

# invisible characters that turn the direction of writing: with them a serial number reads as another one
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# the one sentence that is no catalogue's: it is for the installation whose catalogues can't be read
_BROKEN = (
    "haiki: インストールが壊れているため停止しました。この結果からは何も判断しないでください (scripts/setup でやり直せます)。 / "
    "The installation is broken: do not rely on this run (scripts/setup repairs it)."
)


def printable(line: str) -> str:
    """The line without what would steer a terminal: names of drives and files come from strangers."""
    return "".join(
        "\ufffd" if letter in _BIDIRECTIONAL or (unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t") else letter
        for letter in line
    )


# a NamedTuple, because dataclasses imports half of what `--help` can do without
class Context(NamedTuple):
    """What a command may know of the world it runs in."""

    clock: Clock
    home: Home
    environment: Mapping[str, str]
    out: TextIO
    err: TextIO
    as_json: bool

    def say(self, line: str = "") -> None:
        """One line of the result, for people."""
        print(printable(line), file=self.out)

    def give(self, value: Any) -> None:
        """The result as JSON, for machines."""
        import json

        # half a surrogate pair (a file name that is no UTF-8) becomes JSON's own escape
        self.out.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode() + "\n")


class _BadUsage(HaikiError):
    """Arguments that can't be understood."""


class _SystemRefused(HaikiError):
    """The operating system said no, and no room knew better what to say about it."""


class _OutputLost(HaikiError):
    """The result could not be written to where it was to go."""

    exit_status = Exit.OUTPUT_LOST


class _Defect(HaikiError):
    """This program is wrong. Nothing may be concluded from it, least of all a verdict."""

    exit_status = Exit.DEFECT


class _Stream:
    """A stream whose reader may leave: one that had enough (``| head -1``) is no loss.

    The rest goes nowhere, the work goes on, and its status stands. Raises OSError for everything else.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, words: str) -> int:
        try:
            return self._stream.write(words)
        except OSError as problem:
            self._end(problem)
            return len(words)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as problem:
            self._end(problem)

    def _end(self, problem: OSError) -> None:
        # what is left in the buffer goes nowhere, or Python would complain at exit
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        if not isinstance(problem, BrokenPipeError):
            raise problem


class _Output(_Stream):
    """The stream of the result: it says _OutputLost where others say OSError, for nobody else may take that for its own."""

    def _end(self, problem: OSError) -> None:
        try:
            super()._end(problem)
        except OSError as loss:
            raise _OutputLost("commandline", "output-lost", reason=system_reason(loss)) from loss


class _Help(argparse.HelpFormatter):
    """Prints sentences as they stand in the catalogues: argparse would read a per cent sign as a placeholder."""

    def _expand_help(self, action: argparse.Action) -> str:
        return self._get_help_string(action) or ""


class _Parser(argparse.ArgumentParser):
    def __init__(self, **named: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **named})

    def error(self, message: str) -> NoReturn:
        raise _BadUsage("commandline", "bad-usage", message=message, program=self.prog)


def _speak(language: Language) -> None:
    set_language(language)
    # argparse takes its own sentences from the process-wide gettext domain
    os.environ["LANGUAGE"] = language.value
    gettext.bindtextdomain("argparse", str(LOCALE_FOLDERS[1]))
    gettext.textdomain("argparse")


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    for place, word in enumerate(arguments):
        if word == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return None


def _shared_options() -> _Parser:
    # they may stand before or after the command; SUPPRESS keeps the later parser from resetting the earlier
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--lang", choices=[language.value for language in Language], help=text("commandline.option-lang"))
    shared.add_argument("--json", action="store_true", help=text("commandline.option-json"))
    return shared


def add_actions(parser: argparse.ArgumentParser, title: str, summaries: Mapping[str, str]) -> dict[str, argparse.ArgumentParser]:
    """Gives a command its actions, as in `certify key new`: a parser for each name, the chosen one in ``options.action``."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title=title, required=True)
    shared = _shared_options()
    return {
        name: actions.add_parser(name, help=summary, description=summary, parents=[shared], allow_abbrev=False)
        for name, summary in summaries.items()
    }


def _parser(program: str, commands: Mapping[str, str], arguments: Sequence[str]) -> _Parser:
    shared = _shared_options()
    parser = _Parser(prog=program, description=text(f"commandline.{program}"), parents=[shared], allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help=text("commandline.option-version"))
    branches = parser.add_subparsers(dest="command", metavar="COMMAND", title=text("commandline.commands"))
    asked = next((word for word in arguments if word in commands), None)
    for name, module in commands.items():
        summary = text(f"commandline.{program}-{name}")
        branch = branches.add_parser(name, help=summary, description=summary, parents=[shared], allow_abbrev=False)
        if name == asked:
            importlib.import_module(module).add_arguments(branch)
    return parser


def show_error(error: HaikiError, context: Context) -> None:
    """What happened, why, and what to do next: as text on stderr, with ``--json`` as an object on stdout."""
    what, why, next_step = error.sentences()
    if context.as_json:
        context.give({"error": f"{error.room}.{error.code}", "what": what, "why": why, "next": next_step})
        return
    for label, sentence in (("what", what), ("why", why), ("next", next_step)):
        print(printable(f"{text(f'commandline.label-{label}')}{sentence}"), file=context.err)


def _run(program: str, commands: Mapping[str, str], words: Sequence[str], context: Context) -> int:
    parser = _parser(program, commands, words)
    try:
        with contextlib.redirect_stdout(context.out):  # --help
            options = parser.parse_args(words)
    except SystemExit as exit_request:
        return int(exit_request.code or 0)
    if options.version:
        from importlib.metadata import version

        context.say(f"{program} (haiki) {version('haiki')}")
        return Exit.DONE
    if options.command is None:
        if not context.as_json:
            parser.print_help(context.err)
            return Exit.REFUSED
        parser.error(text("commandline.no-command", commands=tuple(commands)))
    return int(importlib.import_module(commands[options.command]).run(options, context))


def _translated(problem: Exception) -> HaikiError:
    """The form in which a person is told of a problem that nobody caught."""
    if isinstance(problem, HaikiError):
        return problem
    if isinstance(problem, OSError) and problem.strerror:
        place = (
            "" if problem.filename is None else os.fsdecode(problem.filename) if isinstance(problem.filename, bytes) else problem.filename
        )
        return _SystemRefused("commandline", "system-refused", reason=system_reason(problem), place=place or "-")
    log(ERROR, "defect", exception=problem)
    return _Defect("commandline", "defect", kind=type(problem).__name__)


def _guarded(program: str, commands: Mapping[str, str], words: Sequence[str], context: Context) -> int:
    try:
        return _run(program, commands, words, context)
    except _OutputLost:
        raise
    except KeyboardInterrupt:
        print(text("commandline.stopped"), file=context.err)
        return Exit.INTERRUPTED
    except Exception as problem:
        error = _translated(problem)
        show_error(error, context)
        return error.exit_status


def _ended(program: str, commands: Mapping[str, str], words: Sequence[str], context: Context) -> int:
    """The exit status, when everything that was to be said is written or lost."""
    try:
        status = _guarded(program, commands, words, context)
        context.out.flush()
        with contextlib.suppress(OSError):
            context.err.flush()
    except _OutputLost as lost:
        with contextlib.suppress(OSError):
            show_error(lost, context._replace(as_json=False))
        return lost.exit_status
    return status


def _open_missing_streams() -> None:
    """Gives a program that was started without standard streams (``>&-``) streams that lead nowhere.

    Else the next file to be opened, be it a drive, would become the place where output goes.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - for the rest of the process


def main(
    program: str,
    commands: Mapping[str, str],
    arguments: Sequence[str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Runs one command and gives its exit status. ``commands`` maps names to module names."""
    _open_missing_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    surroundings = os.environ if environment is None else environment
    time = clock or SystemClock()
    screen = cast("TextIO", _Stream(err or sys.stderr))
    start_logging(time, screen)
    try:
        _speak(choose_language(_value_of("--lang", words), surroundings))
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a terminal that has no Japanese letters shows their numbers
                stream.reconfigure(errors="backslashreplace")
        output = cast("TextIO", _Output(out or sys.stdout))
        context = Context(time, find_home(surroundings), surroundings, output, screen, "--json" in words)
        return _ended(program, commands, words, context)
    except Exception as problem:
        # not even the sentences about errors could be said; Python's own end, 1, would read as a verdict (ADR 0002)
        log(ERROR, "defect", exception=problem)
        with contextlib.suppress(OSError):
            print(_BROKEN, file=screen)
        return Exit.DEFECT


def language_of(options: argparse.Namespace) -> Language:
    """The language that a paper is to be written in: the one that screens speak, unless ``--lang`` said otherwise."""
    return Language(getattr(options, "lang", current_language()))
