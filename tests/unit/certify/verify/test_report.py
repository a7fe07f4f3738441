"""What people and programs are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from certify.foundation.messages import Language, has_text, set_language, text
from certify.verify.printable import printable_json, width
from certify.verify.reasons import Reason
from certify.verify.report import for_machines, report
from certify.verify.verdict import NEEDED, Bottom, Check, Kind, Note, Outcome, Paper, Person, Step, Verdict

Judge = Callable[[str], Verdict]


@pytest.mark.parametrize(
    "key", [f"step.{step}" for step in Step] + [f"proves.{step}" for step in Step] + [f"reason.{one}" for one in Reason]
)
@pytest.mark.parametrize("tongue", list(Language))
def test_every_rung_and_every_reason_has_a_sentence(key: str, tongue: Language) -> None:
    assert has_text(f"verify.{key}", tongue)


@pytest.mark.parametrize(
    "key",
    [f"{group}.{bottom}" for group in ("verdict", "sentence", "next") for bottom in Bottom]
    + [f"kind.{kind}" for kind in Kind]
    + [f"outcome.{outcome}" for outcome in Outcome],
)
@pytest.mark.parametrize("tongue", list(Language))
def test_every_verdict_kind_and_outcome_has_its_words(key: str, tongue: Language) -> None:
    assert has_text(f"verify.{key}", tongue)


def test_the_answer_comes_first_and_says_what_the_paper_says(language: Language, judge: Judge) -> None:
    lines = report(judge("good/bundle.haiki.zip"), explain=False).splitlines()
    assert text("verify.verdict.valid", language) in lines[1]
    for said in ("TST0000001", "C-0123456789ABCDEFGHJKMNPQRS", "2026-11-20 10:00:06 JST", "op-1", "wi-1", "test station"):
        assert any(said in line for line in lines), said


def test_a_paper_of_a_test_says_so_next_to_the_answer(language: Language, judge: Judge) -> None:
    lines = report(judge("good/bundle-test.haiki.zip"), explain=False).splitlines()
    assert "TEST" in lines[2]
    assert not any("TEST" in line for line in report(judge("good/bundle.haiki.zip"), explain=False).splitlines()[:4])


def test_a_true_paper_of_a_failure_is_valid_and_says_next_to_it_that_nothing_was_erased(language: Language, judge: Judge) -> None:
    verdict = judge("good/bundle-of-failure.haiki.zip")
    assert verdict.bottom is Bottom.VALID
    assert report(verdict, explain=False).splitlines()[2].strip() == text("verify.not-erased-banner", language)


def test_a_claim_below_what_the_policy_demands_is_said_next_to_the_answer(language: Language, judge: Judge) -> None:
    verdict = judge("good/bundle.haiki.zip")
    warning = text("verify.below-policy-banner", language)
    assert warning not in report(verdict, explain=False)
    for method, required, below in (
        ("clear", "purge", True),
        ("none", "clear", True),
        ("clear", "clear", False),
        ("purge", "clear", False),
    ):
        shown = report(replace(verdict, paper=replace(verdict.paper, method=method, required=required)), explain=False)
        assert (warning in shown) is below


def test_what_an_invalid_paper_says_is_marked_as_not_confirmed(language: Language, judge: Judge) -> None:
    shown = report(judge("bad/erasure-failure-signed-as-success.dsse.json"), explain=False)
    assert text("verify.heading.says-unconfirmed", language) in shown
    assert text("verify.verdict.invalid", language) in shown.splitlines()[1]
    assert text("verify.reason.contradiction", language) in shown
    assert text("statement.contradiction-success-without-passed-verification", language) in shown


def test_explaining_tells_of_each_rung_what_it_proves(language: Language, judge: Judge) -> None:
    shown = report(judge("good/token.txt"), explain=True)
    for step in Step:
        assert text(f"verify.proves.{step}", language) in shown
    assert text("verify.proves.journal", language) not in report(judge("good/token.txt"), explain=False)


def test_another_rooms_error_is_told_in_its_own_words(language: Language, judge: Judge) -> None:
    shown = report(judge("bad/bundle-duplicate-name.haiki.zip"), explain=False)
    assert text("bundle.duplicate-name.what", language, name="photos/01.jpg") in shown


def _hostile(sign: str) -> Verdict:
    ugly = f"a{sign}[2Jb"
    person = Person(ugly, ugly)
    words = dict.fromkeys(
        (
            "certificate",
            "job",
            "outcome",
            "method",
            "standard",
            "technique",
            "scheme",
            "verification",
            "verified",
            "maker",
            "model",
            "serial",
        ),
        ugly,
    )
    more = dict.fromkeys(("asset", "contractor", "certifier", "addressee", "link"), ugly)
    paper = Paper(**words, **more, operator=person, witness=person, test=True)
    seen = {"codes": ugly, "error": ugly, "other": ugly}
    check = Check(Step.FORM, Outcome.FAILED, Reason.BROKEN_FORM, seen)
    return Verdict(Kind.BUNDLE, ugly, datetime(2026, 11, 23, tzinfo=UTC), (check,), paper, {"station": ugly})


def test_a_long_value_goes_on_beneath_itself_and_never_looks_like_a_row(language: Language, judge: Judge) -> None:
    verdict = judge("good/bundle.haiki.zip")
    fake = "山田" + " " * 48 + "  消去区分                  Purge (除去)" + "\u3000" * 40 + "  基準  " + "x" * 200
    lines = report(replace(verdict, paper=replace(verdict.paper, certifier=fake)), explain=False).splitlines()
    first = next(number for number, line in enumerate(lines) if "山田" in line)
    assert "山田 消去区分 Purge (除去) 基準" in lines[first]
    assert lines[first + 1].startswith(" " * 28 + "x")
    assert all(width(line) <= 80 for line in lines[first : first + 5])
    assert not any(line.startswith("  消去区分  ") and "Purge" in line for line in lines)


def test_a_long_detail_of_a_check_goes_on_beneath_itself(language: Language) -> None:
    seen = {"stated": "総務省" + "x" * 200 + "  消去区分                  Purge"}
    check = Check(Step.FORM, Outcome.FAILED, Reason.CONTRACTOR_NAME_DIFFERS, seen)
    verdict = Verdict(Kind.PDF, "x", datetime(2026, 11, 23, tzinfo=UTC), (check,), Paper())
    lines = report(verdict, explain=False).splitlines()
    first = next(number for number, line in enumerate(lines) if "stated: " in line)
    assert all(width(line) <= 80 and line.startswith(" " * 22) for line in lines[first : first + 5])
    assert "消去区分 Purge" in "\n".join(lines[first + 1 : first + 6])


def test_an_agencys_own_policy_is_said_to_be_unknown(language: Language, judge: Judge) -> None:
    verdict = judge("good/bundle.haiki.zip")
    mark = text("verify.policy-own", language)
    assert mark not in report(verdict, explain=False)
    own = replace(verdict.paper, policy="own", policy_known=False)
    assert f"own {mark}"[:20] in report(replace(verdict, paper=own), explain=False)


def test_a_number_on_a_token_is_said_to_be_as_stated(language: Language, judge: Judge) -> None:
    shown = report(judge("good/token.txt"), explain=False)
    mark = text("verify.as-stated", language)
    assert "".join(f"9990000000001{mark}".split()) in "".join(shown.split())
    assert "9990000000001" not in report(judge("good/bundle.haiki.zip"), explain=False)


def test_a_station_of_another_is_told_next_to_the_answer(language: Language, judge: Judge) -> None:
    verdict = judge("good/bundle.haiki.zip")
    warning = text("verify.note.station-of-another", language)
    assert warning not in report(verdict, explain=False)
    shown = report(replace(verdict, notes=(Note.STATION_OF_ANOTHER,)), explain=False)
    assert shown.splitlines()[2].strip() == warning


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\r", "\n", "\u202e", "\u2067", "\u200f", "\ufeff"])
def test_no_text_of_a_paper_steers_the_terminal(sign: str) -> None:
    verdict = _hostile(sign)
    honest = len(report(_hostile("x"), explain=True).splitlines())
    shown = report(verdict, explain=True)
    assert sign not in shown.replace("\n", "")
    assert len(shown.splitlines()) == honest
    machines = printable_json(for_machines(verdict, explain=True))
    assert sign not in machines.replace("\n", "")
    assert json.loads(machines)["paper"]["serial"] == f"a{sign}[2Jb"


def test_machines_get_codes(judge: Judge) -> None:
    told = for_machines(judge("bad/bundle-photo-exchanged.haiki.zip"), explain=False)
    assert told["verdict"] == "invalid"
    assert told["kind"] == "bundle"
    checks = {check["step"]: check for check in told["checks"]}  # type: ignore[attr-defined,index]
    assert checks["photos"] == {
        "number": 17,
        "step": "photos",
        "outcome": "failed",
        "reason": "photo-differs",
        "seen": {"file": "photos/01.jpg"},
    }
    assert json.loads(printable_json(told)) == told


def test_a_verdict_without_a_paper_is_told_too(language: Language) -> None:
    empty = Verdict(Kind.UNKNOWN, "", datetime(2026, 11, 23, tzinfo=UTC), (), Paper())
    assert text("verify.verdict.unreadable", language) in report(empty, explain=True)
    assert report(replace(empty, name="x" * 5000), explain=False).count("x") < 1000


def test_the_screen_speaks_the_language_that_was_chosen(judge: Judge) -> None:
    verdict = judge("good/token.txt")
    set_language(Language.ENGLISH)
    assert "VALID" in report(verdict, explain=False)
    set_language(Language.JAPANESE)
    assert "有効" in report(verdict, explain=False)


def _verdict(kind: Kind, ended: Outcome, paper: Paper | None = None) -> Verdict:
    checks = tuple(Check(step, ended, Reason.AS_IT_SHOULD_BE) for step in NEEDED[kind])
    return Verdict(kind, "x", datetime(2026, 11, 23, tzinfo=UTC), checks, paper or Paper())


@pytest.mark.parametrize(
    ("kind", "outcome", "key"),
    [
        (Kind.BUNDLE, Outcome.PASSED, "valid"),
        (Kind.CERTIFICATE, Outcome.PASSED, "valid"),
        (Kind.PICTURE, Outcome.PASSED, "valid-code"),
        (Kind.TOKEN, Outcome.PASSED, "valid-code"),
        (Kind.TOKEN, Outcome.FAILED, "invalid"),
        (Kind.BUNDLE, Outcome.FAILED, "invalid"),
        (Kind.BUNDLE, Outcome.UNREADABLE, "unreadable"),
        (Kind.PDF, Outcome.CANNOT_TELL, "cannot-tell"),
    ],
)
def test_the_last_sentence_says_no_more_than_the_verdict(language: Language, kind: Kind, outcome: Outcome, key: str) -> None:
    assert report(_verdict(kind, outcome), explain=False).splitlines()[-1] == text(f"verify.limit.{key}", language)


@pytest.mark.parametrize(
    ("says", "advice"),
    [
        ({"outcome": "erased", "method": "clear", "required": "clear"}, "valid"),
        ({"outcome": "erased", "method": "clear", "required": "destroy"}, "valid-destroy"),
        ({"outcome": "erased", "method": "clear", "required": "purge"}, "valid-not-erased"),
        ({"outcome": "erased-with-exceptions", "method": "none", "required": "clear"}, "valid-not-erased"),
        ({"outcome": "not-erased", "method": "none", "required": "clear"}, "valid-not-erased"),
    ],
)
def test_a_genuine_paper_of_a_drive_that_is_not_erased_advises_so(language: Language, says: dict[str, Any], advice: str) -> None:
    shown = report(_verdict(Kind.BUNDLE, Outcome.PASSED, Paper(**says)), explain=False)
    assert f": {text(f'verify.next.{advice}', language)}" in shown


def test_where_nothing_is_claimed_no_standard_is_shown(language: Language) -> None:
    standard = "NIST SP 800-88 Rev. 1 (2014-12, withdrawn 2025-09-26)"
    claimed = report(_verdict(Kind.BUNDLE, Outcome.PASSED, Paper(outcome="erased", method="clear", standard=standard)), explain=False)
    assert {"ja": "NIST SP 800-88 Rev. 1 (2014年12月、2025年9月26日廃止)", "en": standard}[language.value].replace(" ", "") in "".join(
        claimed.split()
    )
    shown = report(_verdict(Kind.BUNDLE, Outcome.PASSED, Paper(outcome="not-erased", method="none", standard=standard)), explain=False)
    assert "NIST" not in shown
    assert text("paper.not-applicable", language) in shown


def test_checks_that_were_not_reached_are_one_line_unless_each_is_to_be_explained(language: Language) -> None:
    rest = tuple(Check(step, Outcome.CANNOT_TELL, Reason.EARLIER_STEP) for step in Step if step is not Step.FORM)
    first = Check(Step.FORM, Outcome.UNREADABLE, Reason.TRUNCATED)
    verdict = Verdict(Kind.BUNDLE, "x", datetime(2026, 11, 23, tzinfo=UTC), (first, *rest), Paper())
    waiting = text("verify.reason.earlier-step", language)
    (line,) = [line for line in report(verdict, explain=False).splitlines() if waiting in line]
    assert line.split()[0] == "1-23"
    assert report(verdict, explain=True).count(waiting) == 23


@pytest.mark.parametrize("kind", [Kind.PICTURE, Kind.TOKEN])
def test_a_code_alone_is_called_genuine_itself_and_not_the_paper_around_it(language: Language, kind: Kind) -> None:
    shown = report(_verdict(kind, Outcome.PASSED), explain=False)
    assert text("verify.sentence.valid-code", language) in shown
    assert text("verify.sentence.valid", language) not in shown
    assert text("verify.next.valid-code", language) in shown
