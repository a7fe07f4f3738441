"""The README names each key and its example is sound; the command says what the library says; damage is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from hardware_profiles import ProfileError, Subject, look_up, lookup
from hardware_profiles.__main__ import main
from hardware_profiles.lint import lint
from hardware_profiles.reading import in_folder
from hardware_profiles.schema import Evidence, ExpectTime, FirmwareRange, Profile, Quirks, Rule, StuckRule
from hardware_profiles.vocabulary import Confidence, Kind, Transport

README = files("hardware_profiles").joinpath("README.md").read_text(encoding="utf-8")
JAPANESE, ENGLISH = README.split("\n---\n")
EXAMPLE = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def unread() -> Iterator[None]:
    """The book is read anew, before and after."""
    lookup._book.cache_clear()
    yield
    lookup._book.cache_clear()


@pytest.mark.parametrize("half", [JAPANESE, ENGLISH], ids=["japanese", "english"])
def test_the_readme_explains_each_key(half: str) -> None:
    for struct in (Rule, Quirks):
        for key in (field.encode_name for field in msgspec.structs.fields(struct)):
            assert re.search(rf"^\| `{key}` \| .+ \|$", half, re.MULTILINE), key
    for struct in (Evidence, ExpectTime, FirmwareRange, StuckRule):
        for key in (field.encode_name for field in msgspec.structs.fields(struct)):
            assert f"`{key}`" in half, key
    for word in (*Kind, *Transport, *Confidence):
        assert f"`{word}`" in half, word


def test_the_readme_explains_nothing_that_is_not_there() -> None:
    known = {field.encode_name for struct in (Rule, Quirks) for field in msgspec.structs.fields(struct)}
    explained = re.findall(r"^\| `([a-z_]+)` \| ", README, re.MULTILINE)
    assert set(explained) == known
    assert len(explained) == 2 * len(known)


def test_the_readme_stands_in_japanese_first() -> None:
    assert re.search(r"[\u3040-\u30ff]", JAPANESE)
    assert not re.search(r"[\u3040-\u30ff]", ENGLISH)


def test_the_example_of_the_readme_is_sound_and_matches_what_the_readme_says() -> None:
    (text,) = EXAMPLE
    assert lint([("drives/example.toml", text)]) == []
    assert '--model "EXAMPLE NV1000 512GB" --firmware 1.05' in JAPANESE
    assert '--model "EXAMPLE NV1000 512GB" --firmware 1.05' in ENGLISH
    profiles, _ = lookup.read(text, "drives/example.toml")
    example = lookup.Book(tuple(profiles))
    assert example.look_up(Subject(kind=Kind.NVME, model="EXAMPLE NV1000 512GB", firmware="1.05")).entries
    assert not example.look_up(Subject(kind=Kind.NVME, model="EXAMPLE NV1000 512GB", firmware="1.08")).entries
    assert {field.name for field in msgspec.structs.fields(Profile)} == {"name", "match", "quirks", "note", "evidence"}


def test_the_command_shows_what_matched_and_where_each_value_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "--kind", "ata", "--model", "OCZ-VERTEX", "--firmware", "1.30"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("ocz-vertex-fua (confirmed)") < shown.index("ocz-vertex-130-hpa (confirmed)")
    assert "forbid = ata-forced-unit-access, ata-set-max\n" in shown
    assert "  claim_cap from ocz-vertex-130-hpa\n" in shown


def test_the_command_takes_ids_as_lsusb_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "--usb", "152D:0583", "--usb-release", "0414"]) == 0
    assert "jms583-sata-variant" in capsys.readouterr().out
    assert main(["match", "--usb", "152d:ffff"]) == 1
    assert capsys.readouterr().out == "no profile matches\n"


@pytest.mark.parametrize("wrong", [["--usb", "152d"], ["--usb", "152d:*"], ["--usb-release", "0100-0200"], ["--kind", "nvmf"]])
def test_the_command_refuses_what_is_no_id(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["match", *wrong])
    assert stopped.value.code == 2


def test_the_command_lints_what_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    assert re.fullmatch(r"\d+ profiles in \d+ files, 0 faults\n", capsys.readouterr().out)


def test_the_command_lints_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "drives").mkdir()
    (tmp_path / "drives" / "example.toml").write_text(EXAMPLE[0], encoding="utf-8")
    assert main(["lint", str(tmp_path)]) == 0
    (tmp_path / "drives" / "example.toml").write_text(EXAMPLE[0].replace("single-report", "hearsay"), encoding="utf-8")
    capsys.readouterr()
    assert main(["lint", str(tmp_path)]) == 1
    assert "drives/example.toml: example-nv1000-sanitize: evidence[0].confidence: unknown word 'hearsay'" in capsys.readouterr().out


def test_a_folder_without_profiles_is_not_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "0 profiles in 0 files, 0 faults\n"


def test_a_file_in_another_encoding_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "drives").mkdir()
    (tmp_path / "drives" / "example.toml").write_bytes(EXAMPLE[0].encode("shift_jis"))
    with pytest.raises(ProfileError, match=r"^drives/example\.toml: not UTF-8"):
        in_folder(tmp_path)
    assert main(["lint", str(tmp_path)]) == 1
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[profile]\n", "drives/broken.toml: not TOML"),
        (EXAMPLE[0].replace("quirks.prefer", "quirks.perfer"), "example-nv1000-sanitize: quirks.perfer: unknown key; allowed: forbid"),
        (EXAMPLE[0] + EXAMPLE[0], "two profiles are named example-nv1000-sanitize"),
    ],
)
def test_damage_to_what_is_shipped_is_told_at_the_first_look_up(
    monkeypatch: pytest.MonkeyPatch, unread: None, text: str, expected: str
) -> None:
    monkeypatch.setattr(lookup, "shipped", lambda: iter([("drives/broken.toml", text)]))
    with pytest.raises(ProfileError, match=re.escape(expected)):
        look_up(Subject(model="EXAMPLE"))


def test_the_files_are_read_once(monkeypatch: pytest.MonkeyPatch, unread: None) -> None:
    read = []

    def shipped() -> Iterator[tuple[str, str]]:
        read.append("once")
        yield "drives/example.toml", EXAMPLE[0]

    monkeypatch.setattr(lookup, "shipped", shipped)
    for _ in range(3):
        assert look_up(Subject(kind=Kind.NVME, model="EXAMPLE NV1000 1TB", firmware="1.03")).entries
    assert read == ["once"]
