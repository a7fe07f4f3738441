"""``certify key new`` and ``certify key list`` as a person meets them, in both languages."""

from __future__ import annotations

import io
import json

import pytest

from certify.cli import COMMANDS
from certify.foundation.commandline import main
from certify.foundation.messages import Language
from certify.signing.trust import load_trust

NAMES = ["--agency", "試験市", "--contractor", "株式会社試験消去", "--station", "端末 1", "--verify-url", "https://haiki.example/v"]


@pytest.fixture
def certify(tmp_path, clock):
    """Runs ``certify`` in a home of its own; gives exit status, stdout and stderr."""

    def run(*words: str, **environment: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        surroundings = {"HAIKI_HOME": str(tmp_path / "home"), **environment}
        status = main("certify", COMMANDS, list(words), environment=surroundings, clock=clock, out=out, err=err)
        return status, out.getvalue(), err.getvalue()

    return run


def test_new_keys_are_made_and_listed(certify, tmp_path):
    status, out, err = certify("key", "new", *NAMES)
    assert (status, err) == (0, "")
    assert "2031-11-23 10:02:03 JST" in out
    assert str(tmp_path / "home" / "keys" / "root-offline" / "root.key") in out
    assert "施錠して保管" in out
    assert "TEST" not in out
    status, out, _ = certify("key", "list")
    assert status == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["root", "issuing", "station", "contractor"]
    assert all("有効" in line and "2031-11-23 10:02:03 JST" in line for line in lines[1:])
    assert "株式会社試験消去 / 端末 1" in lines[3]


def test_the_list_for_machines_has_whole_keyids(certify):
    certify("key", "new", *NAMES)
    status, out, _ = certify("key", "list", "--json")
    entries = json.loads(out)["keys"]
    assert status == 0
    assert [entry["role"] for entry in entries] == ["root", "issuing-ca", "station", "contractor"]
    assert all(len(entry["keyid"]) == 64 for entry in entries)
    assert {entry["state"] for entry in entries} == {"valid"}
    assert {entry["protection"] for entry in entries} == {"owner-only"}


def test_names_that_were_not_given_are_trial_names_and_say_so(certify, tmp_path, language: Language):
    status, out, _ = certify("key", "new", "--lang", language.value, "--agency", "試験市")
    assert status == 0
    assert "TEST" in out
    assert "https://haiki.example/v" in out
    trust = load_trust((tmp_path / "home" / "trust.json").read_bytes())
    assert (trust.agency.name, trust.agency.code) == ("試験市", None)
    status, out, _ = certify("key", "list", "--lang", language.value)
    assert out.count("TEST") == 3  # station: holder and name; contractor: one for both


def test_new_for_machines_says_where_everything_lies(certify, tmp_path):
    status, out, _ = certify("key", "new", "--json", *NAMES, "--agency-code", "999990")
    made = json.loads(out)
    assert status == 0
    assert made["trial_names"] == []
    assert made["encrypted"] is False
    assert made["keys"] == str(tmp_path / "home" / "keys")
    assert load_trust((tmp_path / "home" / "trust.json").read_bytes()).agency.code == "999990"


def test_existing_keys_are_refused_in_words(certify, language: Language):
    certify("key", "new", *NAMES)
    status, out, err = certify("key", "new", *NAMES, "--lang", language.value)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 3


def test_a_passphrase_file_encrypts_without_a_question(certify, tmp_path):
    file = tmp_path / "passphrase"
    file.write_text("geheim\n")
    file.chmod(0o600)
    status, out, _ = certify("key", "new", "--json", *NAMES, HAIKI_PASSPHRASE_FILE=str(file))
    assert (status, json.loads(out)["encrypted"]) == (0, True)
    assert {entry["protection"] for entry in json.loads(certify("key", "list", "--json")[1])["keys"]} == {"encrypted"}


def test_an_encrypted_wish_without_a_terminal_makes_nothing(certify, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    status, _, err = certify("key", "new", "--encrypt", *NAMES)
    assert status == 2
    assert "HAIKI_PASSPHRASE_FILE" in err
    assert not (tmp_path / "home").exists()


def test_a_name_that_can_not_stand_in_a_certificate_makes_nothing(certify, tmp_path):
    status, _, err = certify("key", "new", "--station", "s" * 65)
    assert status == 2
    assert "64" in err
    assert not (tmp_path / "home").exists()


def test_an_empty_home_says_what_to_type(certify, language: Language):
    status, _, err = certify("key", "list", "--lang", language.value)
    assert status == 2
    assert "certify key new" in err


def test_an_action_must_be_named(certify):
    status, _, err = certify("key")
    assert status == 2
    assert "certify key --help" in err
