"""One rule for 'operator and witness are one person', at the drive and on paper."""

from dataclasses import dataclass

import pytest

from certify.foundation.people import folded, same_person


@dataclass(frozen=True)
class Someone:
    id: str
    name: str | None = None
    organisation: str | None = None


@pytest.mark.parametrize("written", ["a b", "A B", "ab", "ａｂ", "a\u00adb", "a\u200bb", " ab\t", "a\u3000b", "\u2060ab"])
def test_ids_that_read_alike_are_one_persons(written):
    assert folded(written) == "ab"
    assert same_person(Someone("ab"), Someone(written))
    assert same_person(Someone(written), Someone("ab"))


@pytest.mark.parametrize("written", ["abc", "a-b", "аb", "ac"])  # the third one begins with a Cyrillic letter
def test_other_ids_are_other_persons(written):
    assert not same_person(Someone("ab"), Someone(written))


def test_one_name_in_one_organisation_is_one_person_whatever_the_ids():
    one = Someone("1", "山田 花子", "例市役所")
    assert same_person(one, Someone("2", "山田\u3000花子", "例市\u200b役所"))
    assert not same_person(one, Someone("2", "山田 花子", "例県庁"))
    assert not same_person(one, Someone("2", "山田 花", "例市役所"))
    assert not same_person(one, Someone("2", "山田 花子", None))


def test_names_that_nobody_knows_say_nothing():
    assert not same_person(Someone("1", None, "例市役所"), Someone("2", None, "例市役所"))
    assert same_person(Someone("1", "n"), Someone("2", "n"))
