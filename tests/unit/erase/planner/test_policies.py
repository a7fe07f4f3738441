"""Policies: which rule holds, and what is refused as text."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.canonical import sha256_hex
from certify.foundation.messages import Language
from certify.foundation.policies import LARGEST_FILE, Assurance, PolicyFault, built_in_policies, parse_policy
from certify.foundation.standards import Basis, Method
from erase.errors import Refused
from erase.planner.policies import known_policies, load_policy

OWN = """
schema = "https://haiki.example/policy/v1"
id = "city-of-example"
edition = "2026-04"
source = "Example City, rules on disposal, article 7"
basis = "nist-800-88r2-ieee-2883-2022"
default = "clear"

[[rule]]
require = "clear"
clause = "article 7(1)"
"""


def load(name: str | None, *, zone=None, classification=None, require=None, folder=None):
    return load_policy(name, zone=zone, classification=classification, require=require, folder=folder)


def refusal(*arguments, **named) -> Refused:
    with pytest.raises(Refused) as caught:
        load(*arguments, **named)
    return caught.value


EDITIONS = {
    "mic-2020": "令和2年12月改定 (2020-12)",
    "nist-800-88r1": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
    "nist-800-88r2-ieee-2883-2022": "Rev. 2 (2025-09-26), 2883-2022",
}


def test_three_policies_come_with_the_program_and_the_file_of_each_has_its_name_and_edition():
    folder = Path(__file__).parents[4] / "certify" / "foundation" / "policies"
    assert tuple(built_in_policies()) == tuple(EDITIONS)
    assert {file.stem for file in folder.iterdir()} == set(EDITIONS)
    for name, known in built_in_policies().items():
        assert (known.policy.id, known.policy.edition) == (name, EDITIONS[name])
        assert known.data == (folder / f"{name}.toml").read_bytes()


@pytest.mark.parametrize("name", built_in_policies())
def test_a_policy_is_recorded_with_the_hash_of_its_file(name):
    file = Path(__file__).parents[4] / "certify" / "foundation" / "policies" / f"{name}.toml"
    chosen = {"zone": "lgwan", "classification": "1"} if name == "mic-2020" else {}
    record = load(name, **chosen).record
    assert (record.id, record.sha256) == (name, sha256_hex(file.read_bytes()))


@pytest.mark.parametrize(
    ("zone", "classification", "require", "erase_first"),
    [
        ("mynumber", "1", Method.DESTROY, Method.CLEAR),
        ("mynumber", "2", Method.DESTROY, Method.CLEAR),
        ("mynumber", "3", Method.DESTROY, Method.CLEAR),
        ("lgwan", "1", Method.CLEAR, None),
        ("lgwan", "2", Method.PURGE, None),
        ("lgwan", "3", Method.PURGE, None),
        ("internet", "1", Method.CLEAR, None),
        ("internet", "2", Method.PURGE, None),
        ("internet", "3", Method.PURGE, None),
    ],
)
def test_the_ministrys_table_by_zone_and_class(zone, classification, require, erase_first):
    policy = load("mic-2020", zone=zone, classification=classification)
    assert (policy.record.require, policy.erase_first) == (require, erase_first)
    assert Assurance.ERASED_IN_BUILDING in policy.assurance
    assert (Assurance.CERTIFICATE_WITH_PHOTOS in policy.assurance) == (require is Method.PURGE)
    assert policy.record.to_json() == {
        "id": "mic-2020",
        "edition": EDITIONS["mic-2020"],
        "sha256": policy.record.sha256,
        "zone": zone,
        "classification": classification,
        "require": require.value,
    }


@pytest.mark.parametrize(("asked", "given_as"), [("clear", None), ("clear", "clear"), ("purge", "purge"), ("destroy", "destroy")])
def test_nist_policies_require_what_is_asked_for_and_clear_by_default(asked, given_as):
    policy = load("nist-800-88r1", require=given_as)
    assert policy.record.require.value == asked
    assert policy.basis is Basis.NIST_800_88_R1
    assert (policy.record.zone, policy.record.classification) == (None, None)


def test_without_a_policy_nothing_is_planned_and_all_policies_are_named():
    error = refusal(None)
    assert error.sentences(Language.JAPANESE) == (
        "適用する基準が指定されていません。",
        "何をもって消去とするかは基準によって決まるため、既定値はありません。",
        "--policy で基準を指定してください。指定できる基準: mic-2020、nist-800-88r1、nist-800-88r2-ieee-2883-2022",
    )
    assert error.sentences(Language.ENGLISH) == (
        "No policy was named.",
        "What counts as erased depends on the policy, so there is no default.",
        "Name one with --policy. There are: mic-2020, nist-800-88r1, nist-800-88r2-ieee-2883-2022",
    )


@pytest.mark.parametrize(
    ("code", "name", "chosen"),
    [
        ("no-policy", "", {}),
        ("unknown-policy", "gutmann", {}),
        ("zone-needed", "mic-2020", {"classification": "1"}),
        ("class-needed", "mic-2020", {"zone": "lgwan"}),
        ("unknown-zone", "mic-2020", {"zone": "LGWAN", "classification": "1"}),
        ("unknown-zone", "mic-2020", {"zone": "", "classification": "1"}),
        ("unknown-class", "mic-2020", {"zone": "lgwan", "classification": "4"}),
        ("require-not-asked", "mic-2020", {"zone": "lgwan", "classification": "1", "require": "clear"}),
        ("zone-not-asked", "nist-800-88r1", {"zone": "lgwan"}),
        ("class-not-asked", "nist-800-88r1", {"classification": "1"}),
        ("unknown-require", "nist-800-88r1", {"require": "shred"}),
        ("unknown-require", "nist-800-88r1", {"require": "none"}),
        ("unknown-require", "nist-800-88r1", {"require": ""}),
        ("policy-unreadable", "/nonexistent/policy.toml", {}),
        ("policy-unreadable", "nul\0.toml", {}),
        ("policy-unreadable", "/dev/zero", {}),
        ("policy-unreadable", "/", {}),
    ],
)
def test_what_can_not_be_chosen_is_refused_in_words(code, name, chosen, language):
    error = refusal(name, **chosen)
    assert (error.room, error.code, error.exit_status) == ("planner", code, 2)
    assert all(error.sentences(language))


def write(folder: Path, text: str, name: str = "own.toml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_an_agencys_own_file_is_found_by_path_and_by_name_in_its_folder(tmp_path: Path):
    path = write(tmp_path, OWN)
    assert load(path) == load("own", folder=tmp_path)
    assert load(path).record.id == "city-of-example"
    assert known_policies(tmp_path) == (*built_in_policies(), "own")
    assert "own" in refusal(None, folder=tmp_path).parameters["known"]


def test_a_folder_that_is_not_there_holds_no_policies(tmp_path: Path):
    assert known_policies(tmp_path / "none") == tuple(built_in_policies())


def test_an_own_policy_by_zone_alone_asks_for_no_class(tmp_path: Path):
    rules = "".join(
        f'\n[[rule]]\nzones = ["{zone}"]\nrequire = "{method}"\nclause = "a"\n'
        for zone, method in (("mynumber", "purge"), ("lgwan", "clear"), ("internet", "clear"))
    )
    path = write(tmp_path, OWN.split("default", maxsplit=1)[0] + rules)
    assert load(path, zone="mynumber").record.require is Method.PURGE
    assert refusal(path, zone="mynumber", classification="1").code == "class-not-asked"


def test_an_own_policy_refuses_a_method_that_it_has_no_rule_for(tmp_path: Path):
    error = refusal(write(tmp_path, OWN), require="purge")
    assert (error.code, error.parameters["known"]) == ("method-not-in-policy", ("clear",))


def test_a_copy_of_ours_may_be_used_and_a_changed_one_may_not_bear_its_name(tmp_path: Path):
    ours = (Path(__file__).parents[4] / "certify" / "foundation" / "policies" / "nist-800-88r1.toml").read_text(encoding="utf-8")
    assert load(write(tmp_path, ours)).record.id == "nist-800-88r1"
    assert refusal(write(tmp_path, ours + "\n# weaker\n")).code == "policy-id-taken"


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (('edition = "2026-04"', 'edition = "2026-04'), "policy-not-toml", "line"),
        (("default", "defualt"), "policy-unknown-key", "defualt"),
        (('clause = "', 'purge = true\nclause = "'), "policy-unknown-key", "rule[1].purge"),
        (('require = "clear"', "require = 3"), "policy-bad-value", "rule[1].require"),
        (('require = "clear"', 'require = "scrub"'), "policy-bad-value", "rule[1].require"),
        (('require = "clear"', 'require = "none"'), "policy-bad-value", "rule[1].require"),
        (('default = "clear"', 'default = "purge"'), "policy-bad-value", "default"),
        (('default = "clear"', ""), "policy-bad-value", "default"),
        (('id = "city-of-example"', 'id = "City of Example"'), "policy-bad-value", "id"),
        (('id = "city-of-example"', ""), "policy-bad-value", "id"),
        (('edition = "2026-04"', 'edition = ""'), "policy-bad-value", "edition"),
        (('edition = "2026-04"', "edition = 2026-04-01"), "policy-bad-value", "edition"),
        (("policy/v1", "policy/v2"), "policy-bad-value", "schema"),
        (('basis = "nist-800-88r2', 'basis = "nist-800-88r3'), "policy-bad-value", "basis"),
        (('clause = "', 'erase-first = "clear"\nclause = "'), "policy-bad-value", "erase-first"),
        (("[[rule]]", '[[rule]]\nrequire = "clear"\nclause = "b"\n[[rule]]'), "policy-bad-value", "two rules"),
        (('clause = "', 'zones = ["lgwan"]\nclause = "'), "policy-bad-value", "default"),
        (('clause = "', 'zones = ["moon"]\nclause = "'), "policy-bad-value", "zones"),
        (('clause = "', 'assurance = ["trust me"]\nclause = "'), "policy-bad-value", "assurance"),
        (("[[rule]]", "[rule]"), "policy-bad-value", "rule"),
    ],
)
def test_a_faulty_file_is_refused_with_file_and_key_named(tmp_path: Path, change, code, named, language):
    assert change[0] in OWN
    path = write(tmp_path, OWN.replace(*change, 1))
    error = refusal(path)
    assert error.code == code
    sentences = " ".join(error.sentences(language))
    assert path in sentences
    assert named in sentences


def test_a_gap_and_an_overlap_between_rules_are_refused(tmp_path: Path):
    mic = (Path(__file__).parents[4] / "certify" / "foundation" / "policies" / "mic-2020.toml").read_text(encoding="utf-8")
    own = mic.replace('id = "mic-2020"', 'id = "our-own"')
    gap = refusal(write(tmp_path, own.replace('classes = ["2", "3"]', 'classes = ["2"]')))
    assert "0 rules for zone 'lgwan' and class '3'" in str(gap)
    overlap = refusal(write(tmp_path, own.replace('classes = ["2", "3"]', 'classes = ["1", "2", "3"]')))
    assert "2 rules for zone 'lgwan' and class '1'" in str(overlap)


def test_a_file_that_is_too_large_or_no_utf_8_is_refused(tmp_path: Path):
    (tmp_path / "large.toml").write_bytes(b"#" * (LARGEST_FILE + 1))
    assert refusal(str(tmp_path / "large.toml")).code == "policy-too-large"
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    assert refusal(str(tmp_path / "latin.toml")).code == "policy-not-toml"


FULL = LARGEST_FILE - 10


@pytest.mark.parametrize(
    "bomb", [b"a=" + b"[" * FULL, b"[" * FULL, b"a." * (FULL // 2), b"a = " + b"9" * FULL, b'a = "' + b"\\u" * (FULL // 2)]
)
def test_a_bomb_is_refused(bomb):
    assert len(bomb) <= LARGEST_FILE
    with pytest.raises(PolicyFault):
        parse_policy(bomb, "bomb.toml")


@given(data=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: (OWN + text).encode("utf-8", "ignore")))
def test_whatever_the_bytes_are_only_our_own_refusal_comes_out(data):
    with suppress(PolicyFault):
        parse_policy(data, "any.toml")
