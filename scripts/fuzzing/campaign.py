"""Runs one process for each target, some at a time, and says how often each parser was fed and what was found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fuzzing import seeds
from fuzzing.findings import Finding
from fuzzing.oracles import Problem
from fuzzing.order import COUNT, RAW, Order
from fuzzing.registry import PARSERS

_PROJECT = Path(__file__).resolve().parents[2]
_GRACE = 300  # seconds that a process may take beyond its time: it reads its seeds first, and others may want the machine
_KINDS = {"timeout": "slow", "oom": "memory", "leak": "memory"}  # libFuzzer's words; a crash is an exception


@dataclass(frozen=True)
class Target:
    """What one process feeds: one parser, or a family of them."""

    name: str
    parsers: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How the targets are fed. ``seconds`` or ``runs`` for each; the other is 0."""

    targets: tuple[Target, ...]
    seed: int
    findings: Path
    seconds: int = 0
    runs: int = 0
    jobs: int = 1


@dataclass(frozen=True)
class Result:
    """What one process did: the number of inputs of each parser, and whether it came to its end."""

    target: Target
    seconds: float
    inputs: tuple[int, ...]
    complaint: str | None = None

    def lines(self) -> Iterator[str]:
        """For people."""
        for name, number in zip(self.target.parsers, self.inputs, strict=True):
            yield f"{self.target.name:<44} {name:<44} {self.seconds:7.0f} s {number:>10} inputs"
        if self.complaint:
            yield f"{self.target.name}: {self.complaint}"

    @property
    def whole(self) -> bool:
        """Whether every parser was fed, and the process ended by itself."""
        return self.complaint is None and all(self.inputs)


class _Process:
    """One target under way."""

    def __init__(self, target: Target, plan: Plan, folder: Path) -> None:
        self.target = target
        self._plan = plan
        self._folder = folder
        for name in ("seeds", "found", "tmp"):
            (folder / name).mkdir(parents=True)
        for choice, parser in enumerate(target.parsers):
            for number, seed in enumerate(seeds.of_family(PARSERS[parser].family)):
                (folder / "seeds" / f"{choice}-{number}").write_bytes(bytes([choice]) + seed)
        self._counts = folder / "counts"
        self._counts.write_bytes(bytes(COUNT * len(target.parsers)))
        self._child: subprocess.Popen[bytes] | None = None
        self._start = time.monotonic()

    def start(self) -> None:
        """Starts the process."""
        target, plan, folder = self.target, self._plan, self._folder
        order = Order(target.parsers, plan.seed, plan.seconds, plan.runs, str(folder), str(plan.findings))
        paths = os.pathsep.join(str(_PROJECT / place) for place in ("scripts", "tests"))
        # the same hashes each time, or one seed would not give the same inputs; it dies with this process, whatever ends that
        surroundings = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": paths, "TMPDIR": str(folder / "tmp")}
        words = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "fuzzing.worker", order.to_json()]
        with (folder / "log").open("wb") as log:
            # a session of its own: Ctrl-C comes to us, and we end it
            self._child = subprocess.Popen(words, env=surroundings, cwd=_PROJECT, stdout=log, stderr=log, start_new_session=True)
        self._start = time.monotonic()

    def result(self) -> Result | None:
        """What it did; None while it is at it."""
        taken = time.monotonic() - self._start
        late = bool(self._plan.seconds) and taken > self._plan.seconds + _GRACE
        status = None if self._child is None else self._child.poll()
        if status is None and not late:
            return None
        self.end()
        counts = self._counts.read_bytes()
        inputs = tuple(int.from_bytes(counts[place : place + COUNT], "little") for place in range(0, len(counts), COUNT))
        complaint = None
        if late or status:
            last = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            complaint = "\n  ".join(["it did not end in time" if late else f"it ended with status {status}", *last])
            self._keep_raw()
        return Result(self.target, taken, inputs, complaint)

    def end(self) -> None:
        """Ends the process, if it still runs."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def _keep_raw(self) -> None:
        """What libFuzzer wrote when it gave up becomes a finding as any other."""
        for path in self._folder.glob(f"{RAW}*"):
            data = path.read_bytes()
            word = path.name.removeprefix(RAW).split("-", 1)[0]
            parser = self.target.parsers[data[0] % len(self.target.parsers)] if data else self.target.parsers[0]
            Finding(parser, Problem(_KINDS.get(word, "exception"), f"libFuzzer: {word}"), data[1:]).write(self._plan.findings)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """An interrupt waits until the process that is being started is known, so that it can be ended."""
    waiting: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        waiting.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if waiting:
        raise KeyboardInterrupt(waiting[0])


def by_parser(names: Iterable[str]) -> tuple[Target, ...]:
    """A process for each parser."""
    return tuple(Target(name, (name,)) for name in names)


def by_family(names: Iterable[str]) -> tuple[Target, ...]:
    """A process for each family that these parsers are of."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(PARSERS[name].family, []).append(name)
    return tuple(Target(family, tuple(members)) for family, members in families.items())


def run(plan: Plan, folder: Path) -> Iterator[Result]:
    """Feeds all targets; each result when it is there. Whatever interrupts it ends the processes."""
    waiting = list(plan.targets)
    running: list[_Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < plan.jobs:
                target = waiting.pop(0)
                process = _Process(target, plan, folder / target.name)
                running.append(process)
                with _uninterrupted():
                    process.start()
            time.sleep(0.2)
            for process in list(running):
                result = process.result()
                if result is not None:
                    running.remove(process)
                    yield result
    finally:
        for process in running:
            process.end()
