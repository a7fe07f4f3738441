"""`certify verify`: what it reads, what it says, and its exit statuses."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.cli import COMMANDS
from certify.foundation.clock import FixedClock
from certify.foundation.commandline import main

PROJECT = Path(__file__).resolve().parents[4]
BUNDLES = PROJECT / "tests" / "bundles"
TRUST = str(PROJECT / "tests" / "pki" / "trust.json")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, clock: FixedClock) -> Run:
    """``run("FILE", ...)`` -> exit status, stdout, stderr; nobody's trust file is configured."""

    def certify(*words: str, home: Path | None = None) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        surroundings = {"HAIKI_HOME": str(home or tmp_path / "home"), "HAIKI_LANG": "en"}
        status = main("certify", COMMANDS, ["verify", *words], environment=surroundings, clock=clock, out=out, err=err)
        return status, out.getvalue(), err.getvalue()

    return certify


def _good(name: str) -> str:
    return str(BUNDLES / "good" / name)


@pytest.mark.parametrize("name", ["bundle.haiki.zip", "certificate.pdf", "erasure.dsse.json", "code.png", "token.txt"])
def test_a_valid_paper_ends_with_0(run: Run, name: str) -> None:
    status, out, err = run(_good(name), "--trust", TRUST)
    assert (status, err) == (0, "")
    assert "VALID" in out.splitlines()[1]


@pytest.mark.parametrize(
    ("name", "status", "answer"),
    [
        ("bad/bundle-photo-exchanged.haiki.zip", 1, "INVALID"),
        ("bad/pdf-cut-short.pdf", 3, "UNREADABLE"),
        ("bad/erasure-of-a-retired-station.dsse.json", 4, "CANNOT TELL"),
    ],
)
def test_each_other_verdict_has_its_own_status(run: Run, name: str, status: int, answer: str) -> None:
    found, out, _ = run(str(BUNDLES / name), "--trust", TRUST)
    assert found == status
    assert answer in out.splitlines()[1]


def test_without_a_trust_file_nothing_is_believed(run: Run) -> None:
    status, out, _ = run(_good("bundle.haiki.zip"))
    assert status == 4
    assert "There is no trust file" in out


def test_a_lie_stays_a_lie_without_a_trust_file(run: Run) -> None:
    assert run(str(BUNDLES / "bad" / "pdf-text-edited.pdf"))[0] == 1


def test_the_configured_trust_file_is_used_and_another_can_be_named(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "office"
    home.mkdir()
    (home / "trust.json").write_bytes(Path(TRUST).read_bytes())
    assert run(_good("bundle.haiki.zip"), home=home)[0] == 0
    foreign = str(PROJECT / "tests" / "pki" / "foreign-trust.json")
    assert run(_good("bundle.haiki.zip"), "--trust", foreign, home=home)[0] == 1


def test_a_trust_file_that_was_named_must_be_there_and_be_one(run: Run, tmp_path: Path) -> None:
    status, out, err = run(_good("bundle.haiki.zip"), "--trust", str(tmp_path / "none"))
    assert (status, out) == (2, "")
    assert "can't be read" in err
    (tmp_path / "broken").write_bytes(b"{}")
    assert run(_good("bundle.haiki.zip"), "--trust", str(tmp_path / "broken"))[0] == 2


def test_the_judging_time_can_be_named(run: Run) -> None:
    name = str(BUNDLES / "bad" / "pdf-with-expired-keys.pdf")
    assert run(name, "--trust", TRUST)[0] == 4
    assert run(name, "--trust", TRUST, "--at", "2025-06-03T00:00:00Z")[0] == 0
    status, _, err = run(name, "--trust", TRUST, "--at", "yesterday")
    assert status == 2
    assert "yesterday" in err


def test_a_true_paper_of_a_failure_is_not_what_was_expected(run: Run) -> None:
    name = _good("bundle-of-failure.haiki.zip")
    assert run(name, "--trust", TRUST)[0] == 0
    status, out, _ = run(name, "--trust", TRUST, "--expect", "erased")
    assert status == 1
    assert "not 'ERASED' as expected" in out
    assert "Don't treat this drive as erased, and ask the contractor." in out
    assert run(name, "--trust", TRUST, "--expect", "not-erased")[0] == 0
    assert run(_good("bundle.haiki.zip"), "--trust", TRUST, "--expect", "erased")[0] == 0


@pytest.mark.parametrize("name", ["code.png", "token.txt", "certificate.dsse.json"])
def test_what_only_the_contractor_signed_is_no_proof_of_an_erasure(run: Run, name: str) -> None:
    status, out, _ = run(_good(name), "--trust", TRUST)
    assert status == 0
    assert "Only the contractor's signature was checked" in out
    status, out, _ = run(_good(name), "--trust", TRUST, "--expect", "erased")
    assert status == 4
    assert "can't be told" in out


def test_expecting_something_makes_no_other_verdict_better(run: Run) -> None:
    assert run(str(BUNDLES / "bad" / "bundle-photo-exchanged.haiki.zip"), "--trust", TRUST, "--expect", "erased")[0] == 1
    assert run(str(BUNDLES / "bad" / "pdf-cut-short.pdf"), "--trust", TRUST, "--expect", "erased")[0] == 3
    assert run(_good("bundle.haiki.zip"), "--expect", "erased")[0] == 4


def test_machines_get_json(run: Run) -> None:
    status, out, _ = run(_good("bundle-of-failure.haiki.zip"), "--trust", TRUST, "--json", "--expect", "erased")
    told = json.loads(out)
    assert status == 1
    assert (told["verdict"], told["kind"], told["test"]) == ("valid", "bundle", False)
    assert (told["expected"], told["as_expected"], told["paper"]["outcome"]) == ("erased", False, "not-erased")
    assert len(told["checks"]) == 24
    assert "proves" not in told["checks"][0]
    assert "proves" in json.loads(run(_good("token.txt"), "--json", "--explain")[1])["checks"][0]


def test_the_text_of_a_code_can_be_given_itself(run: Run) -> None:
    text = (BUNDLES / "good" / "token.txt").read_text()
    assert run("--text", text, "--trust", TRUST)[0] == 0
    assert run("--text", text[:-1], "--trust", TRUST)[0] == 1
    assert run("--text", "hello", "--trust", TRUST)[0] == 3
    assert run("--text", "\udcff", "--trust", TRUST)[0] == 3


@pytest.mark.parametrize("words", [[], ["file", "--text", "https://haiki.example/v#1"]])
def test_exactly_one_thing_is_checked(run: Run, words: list[str]) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert "Exactly one" in err


def test_no_such_file_is_no_verdict(run: Run, tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), str(tmp_path)):
        status, out, err = run(name, "--trust", TRUST)
        assert (status, out) == (2, "")
        assert "can't be read" in err


def test_an_empty_file_is_unreadable(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert run(str(tmp_path / "empty"), "--trust", TRUST)[0] == 3


def test_a_file_name_does_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    ugly = tmp_path / "a\x1b[2J\u202eb"
    ugly.write_bytes(b"x")
    for words in ([str(ugly)], [str(ugly), "--json"]):
        _, out, _ = run(*words, "--trust", TRUST)
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_a_file_name_that_is_no_text_is_shown_all_the_same(run: Run, tmp_path: Path) -> None:
    ugly = os.fsencode(tmp_path) + b"/\xff.zip"
    Path(os.fsdecode(ugly)).write_bytes(b"x")
    for words in ([os.fsdecode(ugly)], [os.fsdecode(ugly), "--json"]):
        status, out, _ = run(*words, "--trust", TRUST)
        assert status == 3
        out.encode()  # raises for half a surrogate pair
