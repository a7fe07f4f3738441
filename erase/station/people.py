"""Who is who: ``$HAIKI_HOME/people.toml``, one table ``[people.ID]`` for each person with name, organisation and post."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certify.foundation.errors import system_reason
from certify.foundation.messages import Words
from erase.errors import Refused
from erase.planner.confirm import Person

FILE = "people.toml"
_LARGEST = 1024 * 1024  # bytes
_LONGEST = 200  # characters of a field, as long as paper has room for
_FIELDS = ("name", "organisation", "post")


def load_people(path: Path) -> Mapping[str, Person] | None:
    """Everyone on file, by id; None where there is no file. Raises Refused for a file of any other form."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise _unreadable(path, f"more than {_LARGEST} bytes")
        table = tomllib.loads(data.decode())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, system_reason(error)) from error
    except (ValueError, RecursionError) as error:  # also bytes that are not UTF-8
        raise _unreadable(path, str(error)) from error
    if table.keys() - {"people"} or not isinstance(people := table.get("people", {}), dict):
        raise _unreadable(path, "[people.ID]")
    return {id_: _person(path, id_, entry) for id_, entry in people.items()}


def find_person(people: Mapping[str, Person] | None, id_: str, path: Path) -> Person:
    """The person of this id. Where there is no file nothing but the id is known; an empty id is refused with the plan.

    Raises Refused for an id that the file does not have: it is mistyped more often than unknown, and papers would name
    somebody who does not exist.
    """
    if people is None or not id_.strip():
        return Person(id_)
    if id_ not in people:
        raise Refused("station", "person-unknown", id=id_, file=path, known=tuple(people) or "-")
    return people[id_]


def _person(path: Path, id_: str, entry: Any) -> Person:
    if not isinstance(entry, dict) or entry.keys() - set(_FIELDS):
        raise _unreadable(path, f"[people.{id_}]")
    return Person(id_, **{field: _field(path, f"[people.{id_}] {field}", value) for field, value in entry.items()})


def _field(path: Path, place: str, value: Any) -> str:
    """The value, with every blank as a plain one: Japanese keyboards give the full-width one, which papers do not take."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise _unreadable(path, place)
    plain = "".join(" " if unicodedata.category(character) == "Zs" else character for character in value)
    for number, character in enumerate(plain, start=1):
        if not character.isprintable():
            raise _unreadable(path, Words("station.people-character", place=place, number=number, character=_named(character)))
    return plain


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _unreadable(path: Path, detail: str | Words) -> Refused:
    return Refused("station", "people-unreadable", file=path, detail=detail)
