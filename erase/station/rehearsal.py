"""Before the first write: can the statement be made at all?

A name that is too long for the paper, or a character that must not or can't be printed, would be found only when the drive is
erased already and can't be signed for. So the shortest journal that a job can have, one that ends at once and erased
nothing, is told in memory, and a statement is made of it as at the end. It is neither written nor signed.
"""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import version

from certify.errors import CertifyError
from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.chain import GENESIS, Head, seal
from certify.foundation.errors import form_problem
from certify.foundation.standards import Method
from certify.statement.consistency import contradictions
from certify.statement.erasure import statement_bytes
from certify.statement.from_journal import JobFiles, erasure_from_files
from erase.drive.facts import Machine
from erase.errors import Refused
from erase.jobs.ending import on_record
from erase.jobs.events import Event, Finished, Identified, Opened, Outcome, Session, SessionKind, Tool, data_of
from erase.planner.confirm import Confirmation
from erase.planner.plan import ErasurePlan
from erase.techniques.findings import Evidence


def rehearse(plan: ErasurePlan, confirmation: Confirmation, machine: Machine) -> None:
    """Raises Refused when no statement could be made of this plan with this confirmation."""
    import msgspec

    from certify.pdf.fonts import require_all_glyphs

    try:
        erasure = erasure_from_files(_files(plan, confirmation, machine))
        statement_bytes(erasure)
    except CertifyError as error:
        raise Refused("station", "papers-impossible", detail=form_problem(str(error.parameters.get("detail", error.code)))) from error
    if found := contradictions(erasure):
        raise Refused("station", "papers-impossible", detail=tuple(found))
    try:
        require_all_glyphs(msgspec.to_builtins(erasure))
    except CertifyError as error:
        raise Refused("station", "papers-impossible", detail=error.sentences()[0]) from error


def _files(plan: ErasurePlan, confirmation: Confirmation, machine: Machine) -> JobFiles:
    confirmed = canonical_json(confirmation.to_json())
    nothing = replace(plan.expected, method=Method.NONE, evidence=Evidence.NONE)
    events: tuple[Event, ...] = (
        Opened(confirmation.job, plan.sha256, sha256_hex(confirmed), Tool("haiki", version("haiki"))),
        Session(1, SessionKind.RUN, None, machine.to_json(), platform.python_version(), machine.kernel),
        Identified(plan.drive.to_json()),
        Finished(Outcome.NOT_ERASED, on_record(nothing), 0, 0, 0, tuple(limit.value for limit in plan.limits)),
    )
    journal, last = b"", GENESIS
    for seq, event in enumerate(events):
        content = {"at": confirmation.at, "source": confirmation.source, "ms": 0, "event": event.NAME.value, "data": data_of(event)}
        line = seal(seq, last, content)
        journal, last = journal + line + b"\n", sha256_hex(line)
    return JobFiles(plan.data, confirmed, journal, Head(len(events) - 1, last).to_bytes())
