"""Every sentence that the code may speak exists in Japanese and in English, with the same placeholders."""

from __future__ import annotations

import argparse
import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from certify.foundation.messages import LOCALE_FOLDERS, Language

PROJECT = Path(__file__).resolve().parents[4]
FOREIGN = {"argparse"}  # sentences of Python's own, whose English is the key

Sentences = dict[str, str]


def _read(path: Path) -> Sentences:
    with path.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    fuzzy = [message.id for message in catalogue if message.fuzzy and message.id]
    assert not fuzzy, f"{path}: marked as doubtful: {fuzzy}"
    return {str(message.id): str(message.string) for message in catalogue if message.id and isinstance(message.id, str)}


@cache
def catalogues() -> dict[tuple[str, Language], Sentences]:
    """Every room's sentences by language."""
    found: dict[tuple[str, Language], Sentences] = {}
    for folder in LOCALE_FOLDERS:
        for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            place = (path.stem, Language(path.parts[-3]))
            assert place not in found, f"two catalogues speak for {place}"
            found[place] = _read(path)
    return found


def domains() -> list[str]:
    return sorted({domain for domain, _ in catalogues()} - FOREIGN)


def placeholders(sentence: str) -> set[str]:
    """Names in braces. Raises ValueError for braces that don't match."""
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None}


@pytest.mark.parametrize("domain", domains())
def test_both_languages_have_the_same_keys(domain: str) -> None:
    japanese, english = (catalogues().get((domain, language), {}) for language in Language)
    assert sorted(japanese) == sorted(english)
    assert japanese


@pytest.mark.parametrize("domain", domains())
def test_no_sentence_is_empty_and_its_placeholders_are_the_same_in_both_languages(domain: str) -> None:
    japanese, english = (catalogues()[domain, language] for language in Language)
    for key in japanese:
        assert japanese[key].strip(), key
        assert english[key].strip(), key
        assert placeholders(japanese[key]) == placeholders(english[key]), key
        assert all(name.isidentifier() for name in placeholders(english[key])), key


@pytest.mark.parametrize("domain", domains())
def test_what_says_what_happened_says_what_to_do_next(domain: str) -> None:
    keys = set(catalogues()[domain, Language.JAPANESE])
    # why it happened may be put together from other sentences
    codes = {key.removesuffix(".what") for key in keys if key.endswith(".what")}
    assert {f"{code}.next" for code in codes} <= keys


def test_japanese_papers_and_answers_are_spelt_one_way() -> None:
    odd = {
        (domain, key): sentence
        for (domain, language), sentences in catalogues().items()
        if language is Language.JAPANESE and (LOCALE_FOLDERS[1] / f"ja/LC_MESSAGES/{domain}.po").exists()
        for key, sentence in sentences.items()
        if any(spelling in sentence for spelling in ("または", "（", "）"))
    }
    assert not odd


@dataclass(frozen=True)
class Use:
    """A place in the code that speaks: the keys it needs and the parameters it gives (None: not known from the text)."""

    place: str
    keys: tuple[str, ...]
    parameters: frozenset[str] | None


def _parameters(call: ast.Call, own: set[str]) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name) - own


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _texts(call: ast.Call, count: int) -> list[str]:
    words = [argument.value for argument in call.args[:count] if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
    return words if len(words) == count else []


@cache
def _trees() -> dict[str, ast.Module]:
    files = (path for package in ("erase", "certify") for path in sorted((PROJECT / package).rglob("*.py")))
    return {str(path.relative_to(PROJECT)): ast.parse(path.read_bytes()) for path in files}


@cache
def error_names() -> frozenset[str]:
    """Names of all classes that descend from HaikiError."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"HaikiError"}
    while more := {name for name, parents in bases.items() if parents & known} - known:
        known |= more
    return frozenset(known)


def _speaking(tree: ast.Module) -> set[str]:
    """What a module calls the function that finds a sentence."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "certify.foundation.messages")
    return {alias.asname or alias.name for node in imports for alias in node.names if alias.name == "text"}


def uses() -> Iterator[Use]:
    for path, tree in _trees().items():
        speaking = _speaking(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = f"{path}:{node.lineno}"
            if isinstance(node.func, ast.Name) and node.func.id in speaking and (key := _texts(node, 1)):
                yield Use(place, (key[0],), _parameters(node, set()))
            elif _name(node.func) in error_names() and (words := _texts(node, 2)):
                keys = tuple(f"{words[0]}.{words[1]}.{part}" for part in ("what", "why", "next"))
                yield Use(place, keys, _parameters(node, set()))


def _sentence(key: str, language: Language) -> str | None:
    domain, _, name = key.partition(".")
    return catalogues().get((domain, language), {}).get(name)


def test_every_sentence_that_the_code_names_exists_in_both_languages() -> None:
    missing = [
        (use.place, key, language.value) for use in uses() for key in use.keys for language in Language if _sentence(key, language) is None
    ]
    assert not missing


def test_every_sentence_gets_all_the_parameters_it_asks_for() -> None:
    wrong = [
        (use.place, key, sorted(placeholders(sentence) - use.parameters))
        for use in uses()
        if use.parameters is not None
        for key in use.keys
        if (sentence := _sentence(key, Language.JAPANESE)) is not None and not placeholders(sentence) <= use.parameters
    ]
    assert not wrong


def test_the_scan_sees_the_errors_of_both_packages_and_how_they_are_raised() -> None:
    assert {"Refused", "Malformed", "TransportError", "_BadUsage"} <= error_names()
    seen = {key: use.parameters for use in uses() for key in use.keys}
    assert seen["commandline.bad-usage.what"] == {"message", "program"}
    assert seen["commandline.stopped"] == frozenset()


# what only a programmer can cause, by a parser that contradicts itself
PROGRAMMERS_ERRORS = {
    "conflicting option string: %s",
    "conflicting option strings: %s",
    "conflicting subparser: %s",
    "conflicting subparser alias: %s",
    ".__call__() not defined",
    "'required' is an invalid argument for positionals",
    "mutually exclusive arguments must be optional",
    "%r is not callable",
    "cannot merge actions - two groups are named %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "cannot have multiple subparser arguments",
    'argument "-" with mode %r',
    "argument '%(argument_name)s' is deprecated",
    "command '%(parser_name)s' is deprecated",
    "option '%(option)s' is deprecated",
    "%(heading)s:",
    " (default: %(default)s)",
}


def test_all_that_argparse_tells_a_user_is_japanese_too() -> None:
    tree = ast.parse(Path(argparse.__file__).read_bytes())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) in ("_", "ngettext"))
    spoken = {word.value for call in calls for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)}
    with (LOCALE_FOLDERS[1] / "ja/LC_MESSAGES/argparse.po").open("rb") as stream:
        catalogue = read_po(stream)
    translated = {key for message in catalogue for key in (message.id if isinstance(message.id, tuple) else (message.id,))}
    assert len(spoken) > 30
    assert spoken - PROGRAMMERS_ERRORS <= translated
