"""The command line of scripts/vm."""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from owned_folder import OwnedFolder
from vm_rig import images, tree
from vm_rig.errors import CannotRun
from vm_rig.groups import Batch, batches, pytest_command, split
from vm_rig.machine import Machine, Outcome, Parts
from vm_rig.wishes import Wishes, check, drive_kinds

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = CHECKOUT / ".vm"
_AT_A_TIME = 2  # machines; each has two processors that are emulated


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/vm", description="Runs things in a virtual machine with Debian's own kernel.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("build", help="make the guest's images, if they are not there (all others do that, too)")
    machine = argparse.ArgumentParser(add_help=False)
    kinds = ", ".join(drive_kinds())
    machine.add_argument("--drive", action="append", default=[], metavar="KIND", help=f"one more drive of QEMU's own: {kinds}")
    machine.add_argument("--memory", type=int, metavar="MIB", help="of the guest")
    machine.add_argument("--minutes", type=float, metavar="N", help="after which a run is taken for hung")
    machine.add_argument("--suspends", action="store_true", default=None, help="it can be suspended to RAM (and starts a little slower)")
    test = actions.add_parser(
        "test",
        parents=[machine],
        help="run tests",
        description="Each group (a folder in tests/kernel) gets a machine of its own, as its vm.toml asks for. Without any: all of them.",
    )
    test.add_argument("words", nargs=argparse.REMAINDER, metavar="GROUP|PATH... [pytest option...]")
    run = actions.add_parser("run", parents=[machine], help="run one command in the checkout")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND...")
    actions.add_parser("shell", parents=[machine], help="a root shell in the checkout; Ctrl-A x ends it")
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if options.action == "build":
            tree.image_of_venv(CHECKOUT, images.build(HOME).folder.parent)
            return 0
        if options.action == "test":
            return _test(options)
        return _one(options)
    except CannotRun as error:
        print(f"scripts/vm: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("scripts/vm: interrupted", file=sys.stderr)
        return 130


@contextmanager
def _parts() -> Iterator[Parts]:
    made = images.build(HOME)
    venv = tree.image_of_venv(CHECKOUT, HOME)
    folder = OwnedFolder(Path(tempfile.gettempdir()), "vm")
    try:
        checkout = folder.path / "checkout.squashfs"
        tree.image_of_checkout(CHECKOUT, checkout)
        yield Parts(CHECKOUT, made, checkout, venv)
    finally:
        folder.remove()


def _wanted(usual: Wishes, options: argparse.Namespace) -> Wishes:
    """What the group asks for, and what the person who called asks for above that."""
    asked = {name: value for name in ("memory", "minutes", "suspends") if (value := getattr(options, name)) is not None}
    return check(replace(usual, drives=(*usual.drives, *options.drive), **asked))


def _one(options: argparse.Namespace) -> int:
    """A shell, or one command."""
    if options.action == "run" and not options.words:
        raise CannotRun("no command was given", "scripts/vm run runs one", "name it: scripts/vm run lsblk")
    if options.action == "shell" and not sys.stdin.isatty():
        raise CannotRun("there is no terminal", "a shell needs one", "call it from a terminal, or use scripts/vm run COMMAND...")
    wishes = _wanted(Wishes(), options)
    size = shutil.get_terminal_size()
    command = shlex.join(options.words) if options.action == "run" else f"stty rows {size.lines} cols {size.columns}; exec bash -l"
    with _parts() as parts, Machine(parts, wishes, command + "\n") as machine:
        if options.action == "run":
            outcome = machine.watch(_to_stdout, threading.Event())
        else:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key of the guest's
            outcome = machine.attend()
            if outcome.status is None:
                return 0  # ended by Ctrl-A x
        return _told("run", outcome, machine)


def _to_stdout(said: bytes) -> None:
    sys.stdout.buffer.write(said.replace(b"\r\n", b"\n"))
    sys.stdout.buffer.flush()


def _told(name: str, outcome: Outcome, machine: Machine) -> int:
    """The exit status; a guest that was lost is told of."""
    if outcome.status is None:
        print(f"scripts/vm: {name}: the guest was lost: {outcome.why}. The last lines of its kernel:", file=sys.stderr)
        print(machine.console(), file=sys.stderr)
        return 1
    return outcome.status


def _test(options: argparse.Namespace) -> int:
    named, for_pytest = split(options.words)
    chosen = [replace(batch, wishes=_wanted(batch.wishes, options)) for batch in batches(CHECKOUT, named)]
    stop = threading.Event()
    with _parts() as parts, ThreadPoolExecutor(_AT_A_TIME) as pool:
        lines = _Lines(prefixed=len(chosen) > 1)
        running = [pool.submit(_run_batch, batch, parts, for_pytest, stop, lines) for batch in chosen]
        try:
            statuses = [one.result() for one in running]
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return next((status for status in statuses if status), 0)


class _Lines:
    """Shows what machines say as it comes: whole lines with the group's name, when several speak at the same time."""

    def __init__(self, *, prefixed: bool) -> None:
        self._prefixed = prefixed
        self._lock = threading.Lock()
        self._begun: dict[str, bytes] = {}

    def of(self, name: str) -> Callable[[bytes], None]:
        return lambda said: self._say(name, said)

    def _say(self, name: str, said: bytes) -> None:
        with self._lock:
            if not self._prefixed:
                _to_stdout(said)
                return
            *whole, rest = (self._begun.get(name, b"") + said).split(b"\n")
            self._begun[name] = rest
            for line in whole:
                _to_stdout(f"{name}: ".encode() + line.rstrip(b"\r") + b"\n")


def _run_batch(batch: Batch, parts: Parts, for_pytest: list[str], stop: threading.Event, lines: _Lines) -> int:
    start = time.monotonic()
    tell = lines.of(batch.name)
    with Machine(parts, batch.wishes, pytest_command(batch, for_pytest, colour=sys.stdout.isatty())) as machine:
        with (machine.folder / "output.txt").open("wb", buffering=0) as kept:

            def note(said: bytes) -> None:
                kept.write(said)
                tell(said)

            outcome = machine.watch(note, stop)
        results = _put_out(machine, batch.name)
        status = _told(batch.name, outcome, machine)
        tell(f"{batch.name}: exit status {status} after {time.monotonic() - start:.0f} seconds; more in {results}\n".encode())
        return status


def _put_out(machine: Machine, name: str) -> Path:
    """The group's folder of results, in place of the one that its last run left."""
    results = HOME / "results" / name
    results.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="coming-", dir=results.parent))
    machine.results(fresh)
    with images.alone(HOME):  # the same group may run twice at the same time
        if results.exists():
            shutil.rmtree(results)
        fresh.rename(results)
    return results
