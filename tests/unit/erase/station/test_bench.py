"""Several jobs at a time: each ends on its own, a stop reaches all, a defect costs one job and is told."""

from __future__ import annotations

import os
import signal
import threading
from types import SimpleNamespace

import pytest

from erase.errors import JobError
from erase.jobs.events import Phase
from erase.jobs.progress import Progress
from erase.station.bench import Task, carry_out, stopping_at_signals


class Notes:
    def __init__(self):
        self.rows, self.notes, self.left = [], [], False

    def show(self, rows, now):
        self.rows.append(list(rows))

    def note(self, sentence):
        self.notes.append(sentence)

    def leave(self):
        self.left = True


class FakeRunner:
    """Does what it is told, in place of a job."""

    def __init__(self, act, latest=None):
        self._act = act
        self.latest = latest

    def run(self):
        return self._act()


def task(confirmed, act, job="J-1", latest=None) -> Task:
    open_job = SimpleNamespace(folder=SimpleNamespace(job=job), journal=None)
    return Task(open_job, confirmed.plan, confirmed.plan.drive, FakeRunner(act, latest))


def carried_out(tasks, clock, cancel=None, temperature=lambda _drive: 40.0) -> Notes:
    notes = Notes()
    carry_out(tasks, notes, cancel or threading.Event(), clock, temperature)
    return notes


def test_each_task_has_its_own_ending(confirmed, clock):
    def fail():
        raise JobError("jobs", "already-running", job="J-2")

    tasks = [task(confirmed, lambda: "an ending"), task(confirmed, fail, "J-2")]
    notes = carried_out(tasks, clock)
    assert (tasks[0].ending, tasks[1].error.code) == ("an ending", "already-running")
    assert notes.left


def test_they_work_at_the_same_time(confirmed, clock):
    together = threading.Barrier(3, timeout=30)
    tasks = [task(confirmed, together.wait, f"J-{number}") for number in range(3)]
    carried_out(tasks, clock)
    assert sorted(each.ending for each in tasks) == [0, 1, 2]


def test_a_defect_in_one_job_does_not_stop_the_others(confirmed, clock, language):
    cancel = threading.Event()
    fell = threading.Event()

    def defect():
        fell.set()
        raise ZeroDivisionError

    def go_on():
        assert fell.wait(30)
        return "stopped" if cancel.wait(0.5) else "an ending"

    tasks = [task(confirmed, go_on), task(confirmed, defect, "J-2")]
    notes = carried_out(tasks, clock, cancel)
    assert (tasks[0].ending, tasks[0].error) == ("an ending", None)
    assert (tasks[1].ending, tasks[1].error.code) == (None, "defect")
    assert notes.notes == []
    what, _, next_step = tasks[1].error.sentences(language)
    assert "J-2" in what
    assert "ZeroDivisionError" in what
    assert "erase resume" in next_step


def test_a_thread_that_can_not_be_had_costs_one_job(confirmed, clock, monkeypatch):
    start = threading.Thread.start

    def scarce(thread):
        if thread.name == "J-2":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", scarce)
    tasks = [task(confirmed, lambda: "an ending"), task(confirmed, lambda: "never", "J-2")]
    carried_out(tasks, clock)
    assert (tasks[0].ending, tasks[1].ending, tasks[1].error.code) == ("an ending", None, "defect")


def test_jobs_go_on_without_a_display(confirmed, clock):
    """Whoever left while they work would close the drives under them."""
    over = threading.Event()
    asked = []

    def temperature(_drive):
        asked.append(1)
        over.set()
        raise OSError(5, "Input/output error")

    job = task(confirmed, lambda: "an ending" if over.wait(30) else "nobody looked")
    notes = carried_out([job], clock, temperature=temperature)
    assert job.ending == "an ending"
    assert (len(asked), notes.rows, notes.left) == (1, [], True)


def test_a_stop_is_told_once(confirmed, clock):
    cancel = threading.Event()
    cancel.set()
    asked = threading.Event()
    notes = carried_out([task(confirmed, lambda: asked.wait(1.0))], clock, cancel)
    assert len(notes.notes) == 1


def test_the_screen_shows_what_the_jobs_marked(confirmed, clock):
    progress = Progress(Phase.WRITE, 1, 1024, confirmed.plan.drive.size, 5)
    notes = carried_out([task(confirmed, lambda: None, latest=progress)], clock)
    (row,) = notes.rows[-1]
    assert (row.progress, row.device, row.celsius, row.passes) == (progress, "/dev/sdb", 40.0, 1)


def test_a_job_without_a_mark_yet_is_not_shown(confirmed, clock):
    assert carried_out([task(confirmed, lambda: None)], clock).rows[-1] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_set_the_event_and_are_given_back(number):
    cancel = threading.Event()
    before = signal.getsignal(number)
    with stopping_at_signals(cancel):
        os.kill(os.getpid(), number)
        assert cancel.wait(5)
        os.kill(os.getpid(), number)  # impatience tears nothing down
    assert signal.getsignal(number) == before


def test_what_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        cancel = threading.Event()
        with stopping_at_signals(cancel):
            os.kill(os.getpid(), signal.SIGHUP)
        assert not cancel.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
