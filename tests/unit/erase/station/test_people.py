"""people.toml: who is who, and nothing but that."""

from __future__ import annotations

import pytest

from certify.foundation.messages import Language
from erase.errors import Refused
from erase.planner.confirm import Person
from erase.station.people import find_person, load_people


def test_everyone_on_file_is_known_by_id(tmp_path):
    file = tmp_path / "people.toml"
    file.write_text(
        '[people.sagyo]\nname = "作業 太郎"\norganisation = "会社"\npost = "主任"\n[people."A-1"]\nname = "立会 花子"\n', encoding="utf-8"
    )
    known = load_people(file)
    assert find_person(known, "sagyo", file) == Person("sagyo", "作業 太郎", "会社", "主任")
    assert find_person(known, "A-1", file) == Person("A-1", "立会 花子", None, None)


def test_where_there_is_no_file_only_the_id_is_known(tmp_path):
    file = tmp_path / "none.toml"
    assert find_person(load_people(file), "x-9", file) == Person("x-9")


@pytest.mark.parametrize(("content", "known"), [("[people.sagyo]\n[people.tachiai]", ("sagyo", "tachiai")), ("", "-")])
def test_an_id_that_the_file_does_not_have_is_refused_and_the_known_ones_are_named(tmp_path, content, known, language):
    file = tmp_path / "people.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        find_person(load_people(file), "tachai", file)
    assert (caught.value.code, caught.value.exit_status) == ("person-unknown", 2)
    what, why, next_step = caught.value.sentences(language)
    assert "tachai" in what
    assert str(file) in what
    assert str(file) in next_step
    assert {Language.JAPANESE: "、", Language.ENGLISH: ", "}[language].join(known) in why


@pytest.mark.parametrize("nothing", ["", " "])
def test_nobody_is_left_for_the_confirmation_to_refuse(tmp_path, nothing):
    file = tmp_path / "people.toml"
    file.write_text("[people.sagyo]", encoding="utf-8")
    assert find_person(load_people(file), nothing, file) == Person(nothing)


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", " "])
def test_every_blank_in_a_name_is_a_plain_one(tmp_path, blank):
    file = tmp_path / "people.toml"
    file.write_text(f'[people.a]\nname = "作業{blank}太郎"', encoding="utf-8")
    assert find_person(load_people(file), "a", file).name == "作業 太郎"


@pytest.mark.parametrize(("escaped", "named"), [("\\u0007", "U+0007"), ("\\u200b", "U+200B ZERO WIDTH SPACE"), ("\\n", "U+000A")])
def test_the_character_that_no_paper_takes_is_named(tmp_path, escaped, named, language):
    file = tmp_path / "people.toml"
    file.write_text(f'[people.a]\nname = "作業{escaped}太郎"', encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load_people(file)
    why = caught.value.sentences(language)[1]
    assert named in why
    assert "[people.a] name" in why
    assert "3" in why


@pytest.mark.parametrize(
    "content",
    [
        b"people = 3",
        b"[people.a]\nname = 3",
        b'[people.a]\nname = ""',
        b'[people.a]\nname = "a\\u0007b"',
        b'[people.a]\nage = "3"',
        b'[person.a]\nname = "x"',
        b"[people.a",
        b"people = { a = 3 }",
        b"\xff",
        b"[people.a]\nname = " + b'"' + b"x" * 300 + b'"',
        b"#" * (1024 * 1024 + 1),
        b"a = " + b"[" * 5000,
    ],
    ids=range(12),
)
def test_a_file_of_another_form_is_refused(tmp_path, content):
    file = tmp_path / "people.toml"
    file.write_bytes(content)
    with pytest.raises(Refused) as caught:
        load_people(file)
    assert caught.value.code == "people-unreadable"
    for language in Language:
        assert str(file) in caught.value.sentences(language)[0]


def test_a_folder_in_its_place_is_refused(tmp_path):
    with pytest.raises(Refused):
        load_people(tmp_path)
