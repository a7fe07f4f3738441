"""Errors say what happened, why, and what to do next, in both languages."""

import pytest

from certify.errors import CertifyError, KeyProblem, Malformed, Refused
from certify.foundation.errors import Exit, HaikiError
from certify.foundation.messages import Language, MissingText
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
