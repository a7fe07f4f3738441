"""`certify verify`: is this paper true? Reads the files, asks the verifier, reports."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from certify.errors import CertifyError
from certify.foundation.clock import parse_rfc3339
from certify.foundation.commandline import Context
from certify.foundation.errors import Exit, system_reason
from certify.foundation.messages import text

_OUTCOMES = ("erased", "erased-with-exceptions", "not-erased")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", nargs="?", metavar="FILE", help=text("verify.option-file"))
    parser.add_argument("--text", metavar="URL", help=text("verify.option-text"))
    parser.add_argument("--trust", metavar="FILE", help=text("verify.option-trust"))
    parser.add_argument("--at", metavar="TIME", help=text("verify.option-at"))
    parser.add_argument("--expect", choices=_OUTCOMES, help=text("verify.option-expect"))
    parser.add_argument("--explain", action="store_true", help=text("verify.option-explain"))


def _read(path: Path, limit: int) -> bytes:
    """The file's bytes, at most one more than ``limit``. Raises CertifyError."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise CertifyError("verify", "no-such-file", file=str(path), detail=system_reason(error)) from error


def _moment(written: str | None, now: datetime) -> datetime:
    if written is None:
        return now
    try:
        return parse_rfc3339(written)
    except ValueError as error:
        raise CertifyError("verify", "bad-time", value=written) from error


def run(options: argparse.Namespace, context: Context) -> int:
    """0 valid (and as expected), 1 invalid (or another outcome than expected), 3 unreadable, 4 cannot tell."""
    from certify.signing.trust import MAX_TRUST_FILE, load_trust
    from certify.verify.forms import MAX_INPUT
    from certify.verify.printable import printable, printable_json
    from certify.verify.report import for_machines, report
    from certify.verify.verdict import WITHOUT_THE_STATIONS_WORD, Bottom
    from certify.verify.verifier import verify

    if (options.file is None) == (options.text is None):
        raise CertifyError("verify", "nothing-to-check")
    moment = _moment(options.at, context.clock.now())
    trust_path = Path(options.trust) if options.trust else context.home.trust
    trust = load_trust(_read(trust_path, MAX_TRUST_FILE)) if options.trust or trust_path.exists() else None
    data = _read(Path(options.file), MAX_INPUT) if options.file is not None else options.text.encode("utf-8", "surrogateescape")
    verdict = verify(data, Path(options.file).name if options.file is not None else "--text", trust, moment)
    statuses = {Bottom.VALID: Exit.DONE, Bottom.INVALID: Exit.NOT_REACHED, Bottom.UNREADABLE: Exit.UNREADABLE}
    status = statuses.get(verdict.bottom, Exit.CANNOT_TELL)
    otherwise = verdict.bottom is Bottom.VALID and options.expect is not None and verdict.paper.outcome != options.expect
    # what only the contractor signed can't show that a drive was erased
    untold = verdict.bottom is Bottom.VALID and options.expect is not None and verdict.kind in WITHOUT_THE_STATIONS_WORD
    if context.as_json:
        as_expected = None if options.expect is None or untold else not otherwise and verdict.bottom is Bottom.VALID
        result = {**for_machines(verdict, explain=options.explain), "expected": options.expect, "as_expected": as_expected}
        context.out.write(printable_json(result) + "\n")
    else:
        context.say(report(verdict, explain=options.explain))
        if untold:
            context.say(text("verify.expected-untold"))
        elif otherwise:
            found = verdict.paper.outcome or "-"
            outcome = text(f"paper.outcome.{found}") if found in _OUTCOMES else printable(found)
            context.say(text("verify.expected-otherwise", outcome=outcome, expected=text(f"paper.outcome.{options.expect}")))
            if options.expect == "erased":
                context.say(text("verify.expected-next"))
    if untold:
        return Exit.CANNOT_TELL
    return Exit.NOT_REACHED if otherwise else status
