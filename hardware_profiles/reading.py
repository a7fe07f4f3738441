"""TOML into profiles. Strict: an unknown key, a missing one or a word out of the vocabulary is an error that says what is allowed."""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from hardware_profiles.errors import ProfileError
from hardware_profiles.rules import Compiled
from hardware_profiles.schema import Profile

FAMILIES = ("drives", "bridges", "adapters")

_PATH = re.compile(r" - at `\$\.?(.*)`$")


def shipped() -> Iterator[tuple[str, str]]:
    """Name and text of each file of profiles in this package. Raises :class:`ProfileError` for one that isn't UTF-8."""
    yield from _texts(files("hardware_profiles"))


def _texts(root: Traversable) -> Iterator[tuple[str, str]]:
    for family in FAMILIES:
        folder = root / family
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir(), key=lambda one: one.name):
            if path.name.endswith(".toml"):
                name = f"{family}/{path.name}"
                try:
                    text = path.read_bytes().decode()
                except UnicodeDecodeError as error:
                    raise ProfileError(name, "", "", f"not UTF-8: {error}") from None
                yield name, text


def in_folder(root: Traversable) -> list[tuple[str, str]]:
    """The same of a folder that has the families in it."""
    return list(_texts(root))


def read(text: str, file: str) -> tuple[list[Profile], list[ProfileError]]:
    """The profiles of one file that can be read, and what is wrong with the others. Raises nothing."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return [], [ProfileError(file, "", "", f"not TOML: {error}")]
    problems = [ProfileError(file, "", key, "unknown key; allowed: profile, as [[profile]] tables") for key in document if key != "profile"]
    entries = document.get("profile")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries) or not entries:
        return [], [*problems, ProfileError(file, "", "profile", "the file needs at least one [[profile]] table")]
    profiles: list[Profile] = []
    for number, entry in enumerate(entries, 1):
        name = entry.get("name")
        try:
            profiles.append(_profile(entry, file, name if isinstance(name, str) and name else f"profile {number}"))
        except ProfileError as error:
            problems.append(error)
    return profiles, problems


def _profile(entry: dict[str, Any], file: str, name: str) -> Profile:
    """Raises :class:`ProfileError`."""
    try:
        profile = msgspec.convert(entry, Profile, strict=True)
    except msgspec.ValidationError as error:
        # the decoder refuses the same; these say what is allowed
        for key, problem in _words(entry, Profile, ""):
            raise ProfileError(file, name, key, problem) from None
        found = _PATH.search(str(error))
        raise ProfileError(file, name, found[1] if found else "", _PATH.sub("", str(error))) from None
    compiled = Compiled(profile.match)
    for key in ("usb", "usb_release", "pci", "pci_subsystem"):
        try:
            getattr(compiled, key)
        except ValueError as error:
            raise ProfileError(file, name, f"match.{key}", str(error)) from None
    return profile


def _words(value: object, expected: Any, key: str) -> Iterator[tuple[str, str]]:
    """Keys and words that the schema doesn't know; types are left to the decoder."""
    if get_origin(expected) in (Union, types.UnionType):
        (expected,) = (one for one in get_args(expected) if one is not type(None))
    if get_origin(expected) is tuple:
        if isinstance(value, list):
            for number, element in enumerate(value):
                yield from _words(element, get_args(expected)[0], f"{key}[{number}]")
    elif isinstance(expected, type) and issubclass(expected, StrEnum):
        if isinstance(value, str) and value not in set(expected):
            yield key, f"unknown word {value!r}; allowed: {', '.join(expected)}"
    elif isinstance(expected, type) and issubclass(expected, msgspec.Struct) and isinstance(value, dict):
        known = {field.encode_name: field for field in msgspec.structs.fields(expected)}
        hints = get_type_hints(expected)
        for name, inner in value.items():
            path = f"{key}.{name}" if key else name
            if name not in known:
                yield path, f"unknown key; allowed: {', '.join(known)}"
            else:
                yield from _words(inner, hints[known[name].name], path)
        for name, field in known.items():
            if field.required and name not in value:
                yield f"{key}.{name}" if key else name, "missing"
