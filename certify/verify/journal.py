"""The published record of the work, folded again: the signed facts must be what it tells."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.statement.journal import Story, read_story
from certify.statement.model import MAX_LISTED, DriveFacts, Erasure
from certify.verify.reasons import Doubt, Reason

LONGEST_LINE = 64 * 1024  # bytes; the longest one tells of a drive, in some kilobytes
MOST_LINES = 300_000  # no fewer than the longest journal that a job can be sealed with has


def check_same(journal: bytes, erasure: Erasure) -> None:
    """The record is the one that was signed for. Raises Doubt."""
    if sha256_hex(journal) != erasure.journal.sha256:
        raise Doubt(Reason.JOURNAL_DIFFERS)


def read_journal(journal: bytes, erasure: Erasure) -> Story:
    """What the record tells: its lines hang together. Raises Doubt.

    Asked only of journals by a known station. Small pieces of JSON are large in memory, so lines are bounded before they are read.
    """
    _check_bounds(journal)
    try:
        story = read_story(journal, None)
    except Malformed as error:
        raise Doubt(Reason.JOURNAL_BROKEN, **error.parameters) from error
    if story.journal != erasure.journal:
        raise Doubt(Reason.JOURNAL_DIFFERS)
    return story


def _check_bounds(journal: bytes) -> None:
    place = lines = 0
    while place < len(journal):
        end = journal.find(b"\n", place, place + LONGEST_LINE + 1)
        if end < 0 or lines == MOST_LINES:
            raise Doubt(Reason.JOURNAL_BROKEN, detail="a line too long or one too many", line=lines + 1)
        place, lines = end + 1, lines + 1


def _drive_of(story: Story, erasure: Erasure) -> DriveFacts:
    """The drive on record; one that names itself by nothing goes by what a person read from its label."""
    signed = erasure.drive.identity.serial
    if story.drive.identity.serial is None and signed is not None and signed.source == "label":
        return structs.replace(story.drive, identity=structs.replace(story.drive.identity, serial=signed))
    return story.drive


def check_facts(story: Story, erasure: Erasure) -> None:
    """Everything that the record tells is stated as it tells it. Raises Doubt that names the fields.

    Plan and confirmation are not published: policy, people, place and what was refused rest on the station's word.
    """
    told: dict[str, tuple[Any, Any]] = {
        "job": (story.opened.job, erasure.job),
        "drive": (_drive_of(story, erasure), erasure.drive),
        "machine": (story.first_session.machine, erasure.machine),
        "passes": (list(story.passes), erasure.scheme.passes),
        "exceptions": (list(story.exceptions[:MAX_LISTED]), erasure.exceptions),
        "exception-sectors": (story.finished.exception_sectors, erasure.exception_sectors),
        "sectors-written": (story.finished.sectors_written, erasure.sectors_written),
        "verification": (story.verification, erasure.verification),
        "outcome": (story.finished.outcome, erasure.outcome),
        "claim": (story.finished.claim, erasure.claim),
        "limits": (story.finished.limits, erasure.limits),
        "started": (story.started, erasure.times.started),
        "finished": (story.finished_at, erasure.times.finished),
        "milliseconds": (story.finished.ms, erasure.times.milliseconds),
        "interruptions": (list(story.interruptions), erasure.interruptions),
        "tool": ((story.opened.tool.name, story.opened.tool.version), (erasure.tool.name, erasure.tool.version)),
        "python": (story.first_session.python, erasure.tool.python),
        "kernel": (story.first_session.kernel, erasure.tool.kernel),
    }
    different = [name for name, (record, signed) in told.items() if record != signed]
    if erasure.outcome != "not-erased":
        # whoever wrote the record ended it with a success that its own lines don't bear out
        if story.earlier_failures:
            different.append("earlier-verification")
        if len(story.passes) != story.planned_passes:
            different.append("planned-passes")
    if different:
        raise Doubt(Reason.FACTS_DIFFER, fields=" ".join(different))
