"""Errors say what happened, why, and what to do next, in both languages."""

import errno
import os

import msgspec
import pytest

from certify.errors import CertifyError, KeyProblem, Malformed, Refused
from certify.foundation.errors import Exit, HaikiError, form_problem, system_reason
from certify.foundation.messages import Language, MissingText, Words, text
from certify.issuing.issuer import Issuer
from certify.statement.model import Party
from erase.errors import DeviceError, EraseError, Interrupted, JobError, NotSupported, TransportError
from erase.errors import Refused as EraseRefused

USAGE = HaikiError("commandline", "bad-usage", message="--foo", program="erase list")


def test_an_error_has_three_sentences_in_each_language() -> None:
    assert USAGE.sentences(Language.ENGLISH) == (
        "The arguments can't be understood.",
        "--foo",
        "See 'erase list --help' for how to use it.",
    )
    assert USAGE.sentences(Language.JAPANESE) == ("引数が正しくありません。", "--foo", "「erase list --help」で使い方を確認してください。")


def test_the_screens_language_is_spoken_when_none_is_named(language: Language) -> None:
    assert USAGE.sentences() == USAGE.sentences(language)


def test_parameters_may_have_any_name() -> None:
    error = HaikiError("commandline", "bad-usage", room="other", code="7", message="m", program="p")
    assert (error.room, error.code, error.parameters["room"]) == ("commandline", "bad-usage", "other")
    assert str(error) == "commandline.bad-usage room=other code=7 message=m program=p"


def test_an_unknown_code_is_a_missing_text() -> None:
    with pytest.raises(MissingText, match=r"commandline\.no-such-code\.what"):
        HaikiError("commandline", "no-such-code").sentences()


@pytest.mark.parametrize(
    "kind", [CertifyError, Malformed, KeyProblem, Refused, EraseError, TransportError, DeviceError, NotSupported, EraseRefused, JobError]
)
def test_what_is_refused_or_malformed_ends_with_two(kind: type[HaikiError]) -> None:
    assert kind("room", "code").exit_status == Exit.REFUSED == 2


def test_an_interruption_ends_with_five() -> None:
    assert Interrupted("jobs", "stopped").exit_status == Exit.INTERRUPTED == 5


def test_exit_statuses_are_those_of_the_contract() -> None:
    assert {status.name: status.value for status in Exit} == {
        "DONE": 0,
        "NOT_REACHED": 1,
        "REFUSED": 2,
        "UNREADABLE": 3,
        "CANNOT_TELL": 4,
        "INTERRUPTED": 5,
        "DEFECT": 70,
        "OUTPUT_LOST": 74,
    }


def _said(words: Words | str, language: Language) -> str:
    return text("system.at", language, place="x", reason=words).removeprefix("x: ")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOSPC, errno.EROFS, errno.EIO])
def test_what_the_operating_system_says_is_said_in_the_readers_language(number: int) -> None:
    reason = system_reason(OSError(number, os.strerror(number)))
    japanese, english = (_said(reason, language) for language in (Language.JAPANESE, Language.ENGLISH))
    assert not japanese.isascii()
    assert english.isascii()
    assert os.strerror(number) not in japanese


def test_an_error_of_the_operating_system_without_words_goes_by_its_name() -> None:
    assert system_reason(OSError(errno.ESTALE, "Stale file handle")) == "ESTALE"
    assert system_reason(OSError("no number")) == "OSError"


_PARTY = {"name": "x", "department": None, "address": None, "corporate_number": None, "responsible": None}


@pytest.mark.parametrize(
    ("change", "japanese", "english"),
    [
        ({"name": "x" * 201}, "name: 200 文字以内でなければなりません", "name: at most 200 characters"),
        ({"name": ""}, "name: 空にできません", "name: must not be empty"),
        (
            {"name": "a\nb"},
            "name: 使えない文字を含むか、形式が異なります",
            "name: it holds characters that can't be used, or has another form",
        ),
        ({"name": 5}, "name: 値の種類が異なります", "name: a value of another kind is needed"),
        ({"fax": "1"}, "全体: 項目「fax」はありません", "the whole: there is no entry 'fax'"),
    ],
)
def test_the_fault_of_a_form_is_told_in_words(change: dict[str, object], japanese: str, english: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(_PARTY | change, Party)
    found = form_problem(str(caught.value))
    assert (_said(found, Language.JAPANESE), _said(found, Language.ENGLISH)) == (japanese, english)


def test_a_missing_entry_is_named_with_its_place_and_what_is_not_known_is_given_as_it_is() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"contractor": {}}, Issuer)
    assert _said(form_problem(str(caught.value)), Language.JAPANESE) == "contractor: 項目「name」が必要です"
    assert form_problem("something else") == "something else"


@pytest.mark.parametrize(
    ("place", "said"), [("$.place", "実施場所: 200 文字以内"), ("$.people.operator.organisation", "所属・名称: 200"), ("$.x", "x: 200")]
)
def test_a_field_that_people_fill_in_is_called_as_on_paper(place: str, said: str) -> None:
    problem = form_problem(f"Expected `str` of length <= 200 - at `{place}`")
    assert _said(problem, Language.JAPANESE).startswith(said)
