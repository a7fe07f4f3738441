"""tests/bundles: every lie is refused at its own rung for its own reason, and its honest twin is valid."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.verify.reasons import Reason
from certify.verify.verdict import Check, Outcome, Step, Verdict

PROJECT = Path(__file__).resolve().parents[4]
BUNDLES = PROJECT / "tests" / "bundles"
TABLE = json.loads((BUNDLES / "lies.json").read_bytes())
LIES = TABLE["lies"]
GOOD = sorted(f"good/{path.name}" for path in (BUNDLES / "good").iterdir())
VIEWER_SAYS_YES = {"signature": "Signature is Valid", "certificate": "Certificate is Trusted"}


def _written(check: Check) -> str:
    details = [check.seen[name].replace(" ", "+") for name in ("error", "codes", "fields") if name in check.seen]
    return " ".join([check.step.value, check.reason.value, *details])


def doubts_of(verdict: Verdict) -> set[str]:
    """Every rung that did not pass for a reason of its own, as lies.json writes them."""
    well = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return {_written(check) for check in verdict.checks if check.outcome not in well and check.reason is not Reason.EARLIER_STEP}


@pytest.mark.parametrize("lie", LIES, ids=[lie["file"] for lie in LIES])
def test_a_lie_is_refused_at_its_own_rung_for_its_own_reason(lie: dict[str, Any], judge: Callable[[str], Verdict]) -> None:
    verdict = judge(lie["file"])
    assert doubts_of(verdict) == set(lie["fails"])
    assert verdict.bottom.value == lie["verdict"]
    assert verdict.bottom.value != "valid"


@pytest.mark.parametrize("name", GOOD)
def test_an_honest_paper_is_valid(name: str, judge: Callable[[str], Verdict]) -> None:
    verdict = judge(name)
    assert doubts_of(verdict) == set()
    assert verdict.bottom.value == "valid"


def test_every_lie_has_a_twin_that_is_checked_above_and_every_file_stands_in_the_table() -> None:
    assert {lie["twin"] for lie in LIES} <= set(GOOD)
    assert sorted(lie["file"] for lie in LIES) == sorted(f"bad/{path.name}" for path in (BUNDLES / "bad").iterdir())
    assert len(LIES) > 100


def test_every_rung_refuses_at_least_one_lie() -> None:
    assert {fail.split()[0] for lie in LIES for fail in lie["fails"]} == {step.value for step in Step}


def test_the_expired_paper_was_valid_while_its_keys_were(trust: Any, paper: Callable[[str], bytes]) -> None:
    from datetime import UTC, datetime

    from certify.verify.verifier import verify

    then = datetime(2025, 6, 3, tzinfo=UTC)
    assert verify(paper("bad/pdf-with-expired-keys.pdf"), "then", trust, then).bottom.value == "valid"


def test_viewers_call_many_lies_valid_that_are_refused_here() -> None:
    fooled = [lie["file"] for lie in LIES if lie.get("pdfsig") and VIEWER_SAYS_YES.items() <= lie["pdfsig"][-1].items()]
    whole = [lie["file"] for lie in LIES if lie.get("pdfsig") == [{**VIEWER_SAYS_YES, "extent": "Total document signed"}]]
    assert {"bad/pdf-junk-behind-the-end.pdf", "bad/pdf-page-replaced-by-update.pdf", "bad/pdf-title-changed-by-update.pdf"} <= set(fooled)
    assert {"bad/pdf-drawn-otherwise.pdf", "bad/pdf-page-replaced-while-signing.pdf", "bad/pdf-with-javascript.pdf"} <= set(whole)


def test_viewers_accept_the_honest_pdf() -> None:
    for said in TABLE["pdfsig_of_the_good"].values():
        assert said == [{**VIEWER_SAYS_YES, "extent": "Total document signed"}]


def test_the_corpus_stays_below_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in BUNDLES.rglob("*") if path.is_file()) < 20_000_000


def test_the_corpus_comes_out_of_its_generator_byte_for_byte() -> None:
    command = [sys.executable, PROJECT / "scripts" / "regenerate-golden", "--check", "bundles"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.stdout == ""
    assert outcome.stderr == ""
    assert outcome.returncode == 0


def test_the_honest_bundle_is_what_certify_issue_makes_of_the_same_job(tmp_path: Path, paper: Callable[[str], bytes]) -> None:
    sys.path[:0] = [str(PROJECT / "scripts")]
    try:
        from golden.forgery.honest import CERTIFICATE, PHOTOS, Making, make
    finally:
        sys.path.remove(str(PROJECT / "scripts"))
    from certify.issuing.issuer import Request
    from certify.issuing.job import FinishedJob
    from certify.issuing.papers import Occasion, make_bundle
    from certify.photos.album import Album
    from certify.signing.dsse import parse

    papers = make(Making())
    signed = papers.certificate
    job = FinishedJob(
        tmp_path,
        papers.erasure_envelope,
        parse(papers.erasure_envelope),
        papers.erasure,
        papers.journal,
        Album(tuple(signed.photos), PHOTOS),
    )
    request = Request(**{name: getattr(signed, name) for name in Request.__struct_fields__})
    occasion = Occasion(CERTIFICATE, signed.issued, None)
    assert make_bundle(job, request, occasion, papers.making.contractor, agency="999990") == paper("good/bundle.haiki.zip")
