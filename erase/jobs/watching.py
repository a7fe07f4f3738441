"""What the engine tells during one phase of a pass, turned into lines of the journal, marks of progress and time worked."""

from __future__ import annotations

from collections.abc import Callable

from certify.foundation.clock import Clock
from erase.jobs.events import BadRange, Checkpoint, Mismatch, Operation, Phase
from erase.jobs.journal import Journal
from erase.jobs.progress import Progress
from erase.jobs.recovery import ReadBack, WritePass, bad_in_pass, mismatches_in_pass
from erase.jobs.sectors import beyond
from erase.overwrite.engine import Watch
from erase.overwrite.ranges import SectorRange

MARK_SECONDS = 0.5  # between two marks of progress


class PhaseWatch:
    """One phase of one pass in this session. ``whole``: bytes of the phase in all sessions."""

    def __init__(self, journal: Journal, clock: Clock, mark: Callable[[Progress], None], step: WritePass | ReadBack, *, whole: int) -> None:
        self._journal, self._clock, self._mark = journal, clock, mark
        self._step, self._whole = step, whole
        self._phase, self._operation = (Phase.WRITE, Operation.WRITE) if isinstance(step, WritePass) else (Phase.VERIFY, Operation.READ)
        # what was found behind the last checkpoint before an interruption is found again, and is on record already
        self._known_bad = bad_in_pass(journal.state, self._operation, step.number)
        self._known_mismatches = mismatches_in_pass(journal.state, step.number)
        self._ranges_before = len(journal.state.bad) + len(journal.state.mismatches)
        self._began = self._marked = clock.monotonic()
        mark(self._at(step.start if isinstance(step, WritePass) else 0))

    @property
    def for_engine(self) -> Watch:
        """What the engine calls."""
        return Watch(self._on_checkpoint, self._on_bad, self._on_mismatch, self._on_progress, self._ranges_before)

    @property
    def ms(self) -> int:
        """Milliseconds worked on this phase, in all sessions."""
        return self._step.ms_done + round((self._clock.monotonic() - self._began) * 1000)

    def _at(self, bytes_done: int) -> Progress:
        return Progress(self._phase, self._step.number, bytes_done, self._whole, self.ms)

    def _on_checkpoint(self, bytes_done: int) -> None:
        self._journal.append(Checkpoint(self._phase, self._step.number, bytes_done, self.ms))
        self._mark(self._at(bytes_done))

    def _on_bad(self, found: SectorRange) -> None:
        for first, end in beyond(found, self._known_bad):
            self._journal.append(BadRange(self._operation, self._step.number, first, end - first, found.error))

    def _on_mismatch(self, found: SectorRange) -> None:
        for first, end in beyond(found, self._known_mismatches):
            self._journal.append(Mismatch(self._step.number, first, end - first))

    def _on_progress(self, bytes_done: int) -> None:
        now = self._clock.monotonic()
        if now - self._marked >= MARK_SECONDS:
            self._marked = now
            self._mark(self._at(bytes_done))
