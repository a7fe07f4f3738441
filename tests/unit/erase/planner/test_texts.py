"""Whatever the planner and the techniques can say has its words in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from certify.foundation.messages import has_text
from certify.foundation.policies import Assurance, Confidentiality, Zone
from erase.planner.limits import Limit
from erase.techniques.base import RefusalReason, TechniqueId
from erase.techniques.findings import Evidence, Reason

PROJECT = Path(__file__).parents[4]
SOURCES = [
    *(PROJECT / "erase" / "planner").glob("*.py"),
    *(PROJECT / "erase" / "techniques").glob("*.py"),
    *(PROJECT / "erase" / "station" / "commands").glob("plan*.py"),
    PROJECT / "certify" / "foundation" / "policies.py",
]
RAISED = re.compile(r'(?:(?:Refused|JobError)\(\s*"planner",|PolicyFault\()\s*"([a-z0-9-]+)"')
SPOKEN = re.compile(r'text\(\s*"(planner\.[a-z0-9.-]+)"')
BUILT = {
    *(f"{option}-{code}" for option in ("zone", "class") for code in ("needed", "not-asked")),
    *(f"unknown-{option}" for option in ("zone", "class", "require")),
    "require-not-asked",
    "operator-missing",
    "witness-missing",
    "wrong-serial",
    "serial-spelled-otherwise",
    "label-prefix-missing",
}
CODES = sorted(BUILT | {code for source in SOURCES for code in RAISED.findall(source.read_text(encoding="utf-8"))})
KEYS = sorted({key for source in SOURCES for key in SPOKEN.findall(source.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("code", CODES)
def test_each_refusal_has_its_three_sentences(code, language):
    assert all(has_text(f"planner.{code}.{part}", language) for part in ("what", "why", "next"))


@pytest.mark.parametrize("key", KEYS)
def test_each_key_in_the_source_has_its_sentence(key, language):
    assert has_text(key, language)


def test_codes_and_keys_were_found():
    assert len(CODES) > 30
    assert len(KEYS) > 30


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("paper.limit", Limit),
        ("paper.claim-reason", Reason),
        ("paper.evidence", Evidence),
        ("paper.refusal", RefusalReason),
        ("paper.technique", TechniqueId),
        ("paper.zone", Zone),
        ("paper.classification", Confidentiality),
        ("planner.assurance", Assurance),
        ("planner.technique-why", TechniqueId),
    ],
)
def test_each_word_of_a_closed_set_can_be_printed(prefix, words, language):
    missing = [word.value for word in words if not has_text(f"{prefix}.{word.value}", language)]
    assert missing == []


@pytest.mark.parametrize("room", ["planner", "techniques"])
def test_both_catalogues_say_the_same_things_with_the_same_placeholders(room):
    japanese, english = (_catalogue(room, language) for language in ("ja", "en"))
    assert japanese.keys() == english.keys()
    # what a sentence leaves out is its own affair; what it names must be given to both
    strays = [key for key in english if set(_placeholders(english[key])) ^ set(_placeholders(japanese[key]))]
    assert strays == []


@pytest.mark.parametrize("room", ["planner", "techniques"])
def test_nothing_stands_in_the_catalogues_that_nobody_says(room):
    parts = {"what", "why", "next"}
    sayings = {key for key in _catalogue(room, "en") if key.rpartition(".")[2] in parts and not key.startswith("section.")}
    codes = CODES if room == "planner" else [reason.value for reason in RefusalReason]
    assert sayings == {f"{code}.{part}" for code in codes for part in parts}


def _catalogue(room: str, language: str) -> dict[str, str]:
    with (PROJECT / "erase" / "locale" / language / "LC_MESSAGES" / f"{room}.po").open("rb") as stream:
        return {message.id: message.string for message in read_po(stream) if message.id}


def _placeholders(sentence: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", sentence)
