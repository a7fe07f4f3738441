"""How a sentence is found."""

import pytest

from certify.foundation import messages
from certify.foundation.messages import (
    Language,
    MissingText,
    Words,
    choose_language,
    current_language,
    has_text,
    set_language,
    signed_words,
    text,
)
from certify.foundation.policies import built_in_policies
from certify.foundation.schemes import load_schemes, scheme_named
from certify.foundation.standards import standards
from erase.planner.policies import load_policy


@pytest.mark.parametrize(
    ("option", "environment", "expected"),
    [
        (None, {}, "ja"),
        (None, {"LANG": "C"}, "ja"),
        (None, {"LANG": "C.UTF-8"}, "ja"),
        (None, {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "ja"),
        (None, {"LANG": "en_GB.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "en_US", "LANG": "ja_JP.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LANG": "en_US"}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "ja"),
        (None, {"HAIKI_LANG": "en", "LANG": "ja_JP.UTF-8"}, "en"),
        (None, {"HAIKI_LANG": "ja", "LC_ALL": "en_US.UTF-8"}, "ja"),
        ("en", {"HAIKI_LANG": "ja", "LC_ALL": "ja_JP.UTF-8"}, "en"),
        ("ja", {"HAIKI_LANG": "en", "LC_ALL": "en_US.UTF-8"}, "ja"),
    ],
)
def test_the_option_then_haiki_lang_then_the_locale_decide_and_c_means_japanese(
    option: str | None, environment: dict[str, str], expected: str
) -> None:
    assert choose_language(option, environment) is Language(expected)


def test_the_language_named_with_a_text_stands_above_the_screens() -> None:
    set_language(Language.ENGLISH)
    assert current_language() is Language.ENGLISH
    assert text("commandline.commands") == "commands"
    assert text("commandline.commands", Language.JAPANESE) == "コマンド"


def test_a_sentence_that_reads_like_its_key_is_no_missing_one() -> None:
    assert has_text("commandline.commands", Language.ENGLISH)


@pytest.mark.parametrize("key", ["commandline.no-such", "no-such-room.what", "commandline.", "commandline", "", ".commands"])
def test_a_key_without_a_sentence_is_missing(key: str, language: Language) -> None:
    assert not has_text(key, language)
    with pytest.raises(MissingText):
        text(key)


def test_placeholders_are_filled_by_name_and_a_forgotten_one_is_an_error(language: Language) -> None:
    assert "/dev/sdz" in text("commandline.bad-usage.why", message="/dev/sdz")
    assert has_text("commandline.bad-usage.why", language)
    with pytest.raises(KeyError, match="message"):
        text("commandline.bad-usage.why")


@pytest.mark.parametrize(("spoken", "expected"), [(Language.JAPANESE, "a、コマンド"), (Language.ENGLISH, "a, commands")])
def test_lists_and_words_in_a_sentence_are_spoken_in_its_language(spoken: Language, expected: str) -> None:
    assert text("commandline.bad-usage.why", spoken, message=("a", Words("commandline.commands"))) == expected


def test_words_may_hold_words_and_the_same_words_are_equal() -> None:
    words = Words("commandline.bad-usage.why", message=Words("commandline.commands"))
    assert text("commandline.bad-usage.why", Language.ENGLISH, message=words) == "commands"
    assert words == Words("commandline.bad-usage.why", message=Words("commandline.commands"))
    assert words != Words("commandline.commands")
    assert repr(Words("commandline.commands")) == "commandline.commands"


def test_braces_in_a_parameter_are_not_placeholders() -> None:
    assert text("commandline.bad-usage.why", message="{program}") == "{program}"


def test_every_room_is_looked_for_in_both_packages() -> None:
    assert [folder.parent.name for folder in messages.LOCALE_FOLDERS] == ["erase", "certify"]


def _clauses() -> list[str]:
    zones = [(zone, classification) for zone in ("mynumber", "lgwan") for classification in ("1", "2")]
    asked = [("mic-2020", zone, classification, None) for zone, classification in zones]
    asked += [(name, None, None, method) for name in built_in_policies() if name != "mic-2020" for method in ("clear", "purge", "destroy")]
    return [
        load_policy(name, zone=zone, classification=classification, require=method, folder=None).clause
        for name, zone, classification, method in asked
    ]


def test_every_sentence_that_this_version_signs_is_said_in_both_languages() -> None:
    fixed = scheme_named("fixed-55")
    assert fixed is not None
    signed = {
        *(policy.policy.edition for policy in built_in_policies().values()),
        *(standard.edition for standard in standards().values()),
        *(f"{standard.standard} {standard.edition}" for standard in standards().values()),
        *(row.clause for standard in standards().values() for row in standard.row),
        *(scheme.source for scheme in (fixed, *load_schemes().values())),
        *_clauses(),
    }
    assert [(key, language) for key in sorted(signed) for language in Language if not has_text(f"signed.{key}", language)] == []


def test_what_was_signed_in_words_of_others_is_given_as_it_was_signed() -> None:
    assert signed_words("第2版; {x} 50 %", Language.ENGLISH) == "第2版; {x} 50 %"
    known, own = "section 2.5, Appendix A: Clear", "our own rule"
    assert signed_words(f"{known}; {own}", Language.JAPANESE) == "2.5 節、附属書 A: Clear、our own rule"
    assert signed_words("", Language.JAPANESE) == ""
