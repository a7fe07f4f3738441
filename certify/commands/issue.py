"""``certify issue``: from finished jobs to certificates, bundles and PDF files for printing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certify.errors import Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.clock import rfc3339
from certify.foundation.commandline import Context, language_of
from certify.foundation.errors import Exit, system_reason
from certify.foundation.files import write_whole
from certify.foundation.ids import Prefix, new_id
from certify.foundation.messages import Words, text

if TYPE_CHECKING:
    from certify.issuing.issuer import Request, Wishes
    from certify.issuing.job import FinishedJob
    from certify.issuing.record import Issue
    from certify.signing.signer import Signer
    from certify.signing.trust import TrustFile

_TEXTS = (
    "to",
    "department",
    "subject",
    "contract",
    "document-number",
    "contractor",
    "certifier",
    "certifier-post",
    "destination",
    "remarks",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``certify issue``."""
    parser.add_argument("jobs", type=Path, nargs="+", metavar="JOB", help=text("issue.option-job"))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=text("issue.option-out"))
    for name in _TEXTS:
        parser.add_argument(f"--{name}", metavar="TEXT", help=text(f"issue.option-{name}"))
    parser.add_argument("--supersede", action="store_true", help=text("issue.option-supersede"))
    parser.add_argument("--key", metavar="URI", help=text("issue.option-key"))


@dataclass(frozen=True)
class _Terms:
    """What is the same for all jobs of one call."""

    request: Request
    signer: Callable[[], Signer]  # the key is opened when it is needed, once
    trust: TrustFile | None
    supersede: bool


@dataclass(frozen=True)
class _Issued:
    """One certificate as it left the house."""

    job: FinishedJob
    issue: Issue
    bundle: bytes
    again: bool


def _wishes(options: argparse.Namespace) -> Wishes:
    from certify.issuing.issuer import Wishes

    texts = {name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in _TEXTS}
    return Wishes(**texts, language=language_of(options).value)


def _issue(job: FinishedJob, terms: _Terms, context: Context) -> _Issued:
    """Issues, or hands out again what was issued. Raises Refused (``issue.already-issued``) for other papers on one job."""
    from certify.issuing.papers import Occasion, make_bundle
    from certify.issuing.record import Issue, made_from, read_issues, store_issue, stored_bundle
    from certify.statement.model import Stamp

    before = read_issues(job.folder)
    last = before[-1] if before else None
    content = made_from(job, terms.request)
    if last is not None and not terms.supersede:
        if last.made_from != content:
            raise Refused("issue", "already-issued", job=job.erasure.job, certificate=last.certificate)
        return _Issued(job, last, stored_bundle(job.folder, last), again=True)
    stamp = Stamp(at=rfc3339(context.clock.now()), source=context.clock.source)
    occasion = Occasion(new_id(Prefix.CERTIFICATE), stamp, last.certificate if last else None)
    agency = terms.trust.agency.code if terms.trust else None
    bundle = make_bundle(job, terms.request, occasion, terms.signer(), agency=agency)
    _check(bundle, terms.trust, context.clock.now())
    issue = Issue(
        certificate=occasion.certificate,
        issued=occasion.issued,
        supersedes=occasion.supersedes,
        made_from=content,
        request=terms.request,
        bundle_sha256=sha256_hex(bundle),
    )
    store_issue(job.folder, before, issue, bundle)
    return _Issued(job, issue, bundle, again=False)


# the rungs that judge what this command makes; what a station made was judged when the job was read
_MADE_HERE = frozenset(
    {"pdf-coverage", "pdf-signature", "pdf-structure", "pdf-certification", "pdf-statements", "photos", "pdf-photos", "pdf-code"}
    | {"token-signature", "token-facts", "pdf-rebuild"}
)


def _check(bundle: bytes, trust: TrustFile | None, now: datetime) -> None:
    """What is drawn here passes the checks that everybody else will make. Raises Refused (``issue.would-not-verify``)."""
    from certify.verify.verdict import Outcome
    from certify.verify.verifier import verify

    for check in verify(bundle, "", trust, now).checks:
        if check.outcome is Outcome.FAILED and check.step.value in _MADE_HERE:
            step, reason = Words(f"verify.step.{check.step.value}"), Words(f"verify.reason.{check.reason.value}")
            raise Refused("issue", "would-not-verify", number=check.step.number, step=step, reason=reason)


def _write(issued: _Issued, out: Path) -> tuple[Path, Path]:
    """The bundle, and the PDF beside it for printing: for their owner only, for they hold names and stream keys."""
    from certify.bundle.profile import PDF
    from certify.bundle.reader import read_bundle
    from certify.bundle.writer import bundle_name

    bundle = out / bundle_name(issued.issue.certificate)
    paper = out / f"{issued.issue.certificate}.pdf"
    out.mkdir(parents=True, exist_ok=True)
    write_whole(bundle, issued.bundle, mode=0o600)
    write_whole(paper, read_bundle(issued.bundle).files[PDF], mode=0o600)
    return bundle, paper


def _shown(issued: _Issued, bundle: Path, paper: Path) -> dict[str, Any]:
    return {
        "job": issued.job.erasure.job,
        "certificate": issued.issue.certificate,
        "supersedes": issued.issue.supersedes,
        "outcome": issued.job.erasure.outcome,
        "test": issued.job.erasure.test,
        "photos": len(issued.job.album.photos),
        "issued_before": issued.again,
        "bundle": str(bundle),
        "bundle_sha256": issued.issue.bundle_sha256,
        "pdf": str(paper),
    }


def _say(issued: _Issued, bundle: Path, paper: Path, context: Context) -> None:
    erasure = issued.job.erasure
    context.say(text("issue.issued-again" if issued.again else "issue.issued", certificate=issued.issue.certificate, job=erasure.job))
    context.say(text("issue.outcome", outcome=text(f"paper.outcome.{erasure.outcome}")))
    context.say(text("issue.files", bundle=bundle, pdf=paper))
    if erasure.test:
        context.say(text("issue.is-test"))


def run(options: argparse.Namespace, context: Context) -> int:
    """Issues a certificate for each job; all jobs are looked at before the first is issued.

    Raises Refused, Malformed and KeyProblem; what was issued before the error stays, and is handed out again next time.
    """
    from certify.issuing.issuer import FILE, make_request, read_issuer
    from certify.issuing.job import read_job
    from certify.signing.keys import own_signer, own_trust
    from certify.signing.passphrases import passphrase_source
    from certify.signing.roles import Role

    trust = own_trust(context.home)
    # the jobs first: who has not finished one need not be asked who issues
    jobs = [read_job(folder, trust) for folder in options.jobs]
    path = context.home.folder / FILE
    request = make_request(read_issuer(path), _wishes(options), path, verify_url=trust.verify_url if trust else None)
    now = context.clock.now()

    @cache
    def signer() -> Signer:
        return own_signer(context.home, Role.CONTRACTOR, now, passphrase_source(context.environment), uri=options.key)

    terms = _Terms(request, signer, trust, options.supersede)
    shown = []
    for job in jobs:
        try:
            issued = _issue(job, terms, context)
            bundle, paper = _write(issued, options.out)
        except OSError as error:
            raise Refused("issue", "not-written", file=str(error.filename), detail=system_reason(error)) from error
        shown.append(_shown(issued, bundle, paper))
        if not context.as_json:
            _say(issued, bundle, paper, context)
    if context.as_json:
        context.give({"certificates": shown})
    return Exit.DONE
