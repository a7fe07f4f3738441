"""Several drives at a time: a thread for each, one screen for all, and a stop that reaches every one of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from certify.foundation.clock import Clock
from certify.foundation.errors import HaikiError
from certify.foundation.logs import ERROR, log
from certify.foundation.messages import text
from erase.drive.facts import Drive
from erase.errors import JobError
from erase.jobs.opening import OpenJob
from erase.jobs.runner import Ending, Runner
from erase.planner.identity import confirmation_name
from erase.planner.plan import ErasurePlan
from erase.station.screen import Row, Screen
from erase.station.speed import Speedometer

_LOOK_SECONDS = 0.25  # between two looks at the jobs
_TEMPERATURE_SECONDS = 30.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Task:
    """One job to be carried out. After :func:`carry_out` it has an ending, or an error."""

    job: OpenJob
    plan: ErasurePlan
    drive: Drive
    runner: Runner
    ending: Ending | None = None
    error: HaikiError | None = None

    def work(self) -> None:
        """The thread's part."""
        try:
            self.ending = self.runner.run()
        except HaikiError as error:
            self.error = error
        except BaseException as defect:
            self.error = told_defect(self.job.folder.job, defect)


def told_defect(job: str, defect: BaseException) -> JobError:
    """What nobody foresaw, for the log and for people. The job is as after a power cut; the other jobs don't care."""
    log(ERROR, "unexpected error", job=job, exception=defect)
    return JobError("station", "defect", job=job, error=type(defect).__name__)


@contextmanager
def stopping_at_signals(cancel: threading.Event) -> Iterator[None]:
    """Ctrl-C, the end of the session and a polite kill stop all jobs in order instead of tearing them down."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        cancel.set()

    # what whoever started us chose to ignore (nohup) stays ignored
    before = {number: signal.signal(number, stop) for number in _STOPPING if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def carry_out(
    tasks: Sequence[Task], screen: Screen, cancel: threading.Event, clock: Clock, temperature: Callable[[Drive], float | None]
) -> None:
    """Runs all jobs to their end or interruption, each whatever happens to the others or to the screen."""
    display = _Display(tasks, screen, clock, temperature)
    threads = [thread for task in tasks if (thread := _started(task))]
    told = False
    while alive := [thread for thread in threads if thread.is_alive()]:
        alive[0].join(_LOOK_SECONDS)
        if cancel.is_set() and not told:
            told = True
            screen.note(text("station.stopping"))
        display.look()
    display.look()
    screen.leave()


def _started(task: Task) -> threading.Thread | None:
    thread = threading.Thread(target=task.work, name=task.job.folder.job)
    try:
        thread.start()
    except RuntimeError as defect:  # no more threads are to be had
        task.error = told_defect(task.job.folder.job, defect)
        return None
    return thread


class _Display:
    """Gathers what the screen shows."""

    def __init__(self, tasks: Sequence[Task], screen: Screen, clock: Clock, temperature: Callable[[Drive], float | None]) -> None:
        self._tasks, self._screen, self._clock, self._temperature = tasks, screen, clock, temperature
        self._speeds = [Speedometer(task.plan.steps) for task in tasks]
        self._celsius: list[float | None] = [None] * len(tasks)
        self._measured: float | None = None
        self._broken = False

    def look(self) -> None:
        """Shows how things stand. Jobs go on without a display: whoever leaves here closes their drives while they work."""
        if self._broken:
            return
        try:
            self._look()
        except Exception as defect:
            self._broken = True
            log(ERROR, "display failed", exception=defect)

    def _look(self) -> None:
        now = self._clock.monotonic()
        if self._measured is None or now - self._measured >= _TEMPERATURE_SECONDS:
            self._measured = now
            self._celsius = [self._temperature(task.drive) for task in self._tasks]
        rows = [self._row(place, now) for place in range(len(self._tasks))]
        self._screen.show([row for row in rows if row], now)

    def _row(self, place: int, now: float) -> Row | None:
        task = self._tasks[place]
        if (progress := task.runner.latest) is None:
            return None
        return Row(
            job=task.job.folder.job,
            device=task.drive.nodes[0],
            serial=confirmation_name(task.plan.drive),
            passes=len(task.plan.scheme.passes),
            progress=progress,
            figures=self._speeds[place].figures(progress, now),
            celsius=self._celsius[place],
        )
