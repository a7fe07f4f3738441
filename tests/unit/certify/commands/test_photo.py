"""`certify photo add` from the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.cli import COMMANDS
from certify.foundation.clock import FixedClock
from certify.foundation.commandline import main
from certify.foundation.messages import Language
from certify.photos.album import read_album

Make = Callable[..., Any]


@pytest.fixture
def photo(clock: FixedClock, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    def run(*words: object) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        arguments = ["photo", *(str(word) for word in words)]
        status = main("certify", COMMANDS, arguments, environment={"HAIKI_HOME": str(tmp_path)}, clock=clock, out=out, err=err)
        return status, out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def add(photo: Make) -> Callable[..., tuple[int, str, str]]:
    return lambda *words: photo("add", *words)


@pytest.fixture
def job(make_job: Make, make_erasure: Make) -> Path:
    folder: Path = make_job(make_erasure())
    return folder


@pytest.fixture
def files(tmp_path: Path, make_picture: Make) -> list[Path]:
    paths = [tmp_path / f"IMG_{number:04}.JPG" for number in range(13)]
    for number, path in enumerate(paths):
        path.write_bytes(make_picture(shade=number))
    return paths


def test_photos_are_added_in_the_order_given(add: Make, job: Path, files: list[Path]) -> None:
    status, out, _ = add(job, *files[:2], "--kind", "before", "--caption", "作業前の全景")
    assert status == 0
    assert "photos/01.jpg" in out
    assert "目で確認" in out
    status, out, _ = add(job, files[2], "--kind", "label", "--json")
    assert status == 0
    assert json.loads(out)["total"] == 3
    album = read_album(job)
    assert [(photo.kind, photo.caption) for photo in album.photos] == [("before", "作業前の全景")] * 2 + [("label", None)]


@pytest.mark.parametrize("names", [["b.JPG", "a.png", "0.txt"], []])
def test_a_folder_is_refused_with_a_file_of_it_to_choose(add: Make, job: Path, tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "photos of today"
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    for language, said in (("ja", "フォルダーです"), ("en", "is a folder")):
        status, out, err = add(job, folder, "--lang", language)
        assert (status, out) == (2, "")
        assert said in err
        assert str(folder / ("a.png" if names else "IMG_0001.JPG")) in err


def _refused(outcome: tuple[int, str, str]) -> str:
    status, out, err = outcome
    assert status == 2
    assert out == ""
    assert len(err.strip().splitlines()) >= 3
    return err


def test_one_bad_file_and_none_is_added(add: Make, job: Path, files: list[Path], tmp_path: Path, language: Language) -> None:
    bad = tmp_path / "letter.jpg"
    bad.write_text("not a photo")
    before = sorted(job.rglob("*"))
    assert "letter.jpg" in _refused(add("--lang", language.value, job, files[0], bad))
    assert sorted(job.rglob("*")) == before


def test_the_same_photo_twice_is_refused(add: Make, job: Path, files: list[Path]) -> None:
    _refused(add(job, files[0], files[0]))
    assert add(job, files[0])[0] == 0
    assert "photos/01.jpg" in _refused(add(job, files[0]))


def test_a_thirteenth_photo_is_refused(add: Make, job: Path, files: list[Path]) -> None:
    _refused(add(job, *files))
    assert add(job, *files[:12])[0] == 0
    assert "12" in _refused(add(job, files[12]))


def test_a_file_that_is_not_there_is_named(add: Make, job: Path, tmp_path: Path) -> None:
    assert "nowhere.jpg" in _refused(add(job, tmp_path / "nowhere.jpg"))
    assert str(tmp_path) in _refused(add(job, tmp_path))


def test_a_folder_that_is_no_job_is_refused(add: Make, tmp_path: Path, files: list[Path]) -> None:
    assert "plan.json" in _refused(add(tmp_path, files[0]))


@pytest.mark.parametrize("caption", ["अ", "", "説" * 201, "一行\n二行", "\u202eesrever"])
def test_a_caption_that_can_not_be_printed_is_refused_while_its_writer_is_there(
    add: Make, job: Path, files: list[Path], caption: str
) -> None:
    _refused(add(job, files[0], "--caption", caption))
    assert read_album(job).photos == ()


def test_an_unknown_kind_is_bad_usage(add: Make, job: Path, files: list[Path]) -> None:
    assert add(job, files[0], "--kind", "selfie")[0] == 2


def test_a_full_disk_is_said_and_the_album_stays(add: Make, job: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    from certify.photos import album

    assert add(job, files[0])[0] == 0
    before = read_album(job)

    def failing(path: Path, data: bytes, *, mode: int) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(album, "write_whole", failing)
    _refused(add(job, files[1]))
    assert read_album(job) == before


def test_photos_are_listed_and_taken_out_by_number(photo: Make, add: Make, job: Path, files: list[Path]) -> None:
    assert photo("list", job)[:2] == (0, "写真はありません。\n")
    add(job, *files[:3], "--kind", "label", "--caption", "ラベル")
    assert photo("list", job)[1].splitlines()[2].startswith("3: ")
    status, out, _ = photo("remove", job, "1", "3", "--json")
    assert (status, json.loads(out)["total"]) == (0, 1)
    (left,) = read_album(job).photos
    assert left.file == "photos/01.jpg"
    assert sorted(path.name for path in (job / "photos").iterdir()) == ["01.jpg"]
    status, _, err = photo("remove", job, "2")
    assert status == 2
    assert "certify photo list" in err
