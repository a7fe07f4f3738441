"""The list of a job's photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.errors import Malformed, Refused
from certify.foundation.messages import Language
from certify.photos.album import LIST, Album, NewPhoto, added, read_album, removed, store_album, store_fewer
from certify.photos.clean import clean

Make = Callable[..., bytes]


@pytest.fixture
def new(make_picture: Make) -> Callable[..., NewPhoto]:
    def make(shade: int, kind: str = "label") -> NewPhoto:
        return NewPhoto(f"IMG_{shade}.JPG", clean(make_picture(shade=shade), "x"), kind, "説明")  # type: ignore[arg-type]

    return make


def test_a_folder_without_a_list_has_no_photos(tmp_path: Path) -> None:
    assert read_album(tmp_path) == Album()


def test_what_was_stored_is_read_again(tmp_path: Path, new: Callable[..., NewPhoto]) -> None:
    one = added(Album(), [new(1), new(2, "after")])
    store_album(tmp_path, one, already=0)
    assert read_album(tmp_path) == one
    two = added(one, [new(3)])
    store_album(tmp_path, two, already=2)
    assert read_album(tmp_path) == two
    assert [photo.file for photo in two.photos] == ["photos/01.jpg", "photos/02.jpg", "photos/03.jpg"]
    assert [photo.kind for photo in two.photos] == ["label", "after", "label"]


def test_the_photos_are_private(tmp_path: Path, new: Callable[..., NewPhoto]) -> None:
    store_album(tmp_path, added(Album(), [new(1)]), already=0)
    assert (tmp_path / "photos").stat().st_mode & 0o077 == 0
    assert (tmp_path / "photos/01.jpg").stat().st_mode & 0o077 == 0


def test_the_same_photo_is_not_added_twice(new: Callable[..., NewPhoto], language: Language) -> None:
    album = added(Album(), [new(1)])
    for again in ([new(1)], [new(2), new(2)]):
        with pytest.raises(Refused) as refused:
            added(album, again)
        assert refused.value.code == "duplicate"
        assert all(refused.value.sentences())


def test_the_same_pixels_in_another_file_are_the_same_photo(new: Callable[..., NewPhoto]) -> None:
    from dataclasses import replace

    other = replace(new(1), clean=replace(new(1).clean, original_sha256="0" * 64))
    with pytest.raises(Refused, match="duplicate"):
        added(added(Album(), [new(1)]), [other])


def test_twelve_photos_are_enough(new: Callable[..., NewPhoto], language: Language) -> None:
    album = added(Album(), [new(shade) for shade in range(12)])
    assert len(album.photos) == 12
    with pytest.raises(Refused) as refused:
        added(album, [new(100)])
    assert refused.value.code == "too-many"
    assert all(refused.value.sentences())
    with pytest.raises(Refused, match="too-many"):
        added(Album(), [new(shade) for shade in range(13)])


def _damage(folder: Path, how: str) -> None:
    photo, listed = folder / "photos/01.jpg", folder / LIST
    if how == "photo swapped":
        photo.write_bytes((folder / "photos/02.jpg").read_bytes())
    elif how == "photo gone":
        photo.unlink()
    elif how == "list cut off":
        listed.write_bytes(listed.read_bytes()[:-1])
    elif how == "another key":
        listed.write_bytes(listed.read_bytes().replace(b'"schema"', b'"scheme"'))
    elif how == "photos renumbered":
        listed.write_bytes(listed.read_bytes().replace(b"photos/01.jpg", b"photos/03.jpg"))
        photo.rename(folder / "photos/03.jpg")
    elif how == "path that leaves":
        listed.write_bytes(listed.read_bytes().replace(b"photos/01.jpg", b"../../01.jpg"))
    elif how == "list is a folder":
        listed.unlink()
        listed.mkdir()
    elif how == "hostile list":
        listed.write_bytes(b"[" * 100_000)


@pytest.mark.parametrize(
    "how",
    [
        "photo swapped",
        "photo gone",
        "list cut off",
        "another key",
        "photos renumbered",
        "path that leaves",
        "list is a folder",
        "hostile list",
    ],
)
def test_a_damaged_list_is_refused_in_words(tmp_path: Path, new: Callable[..., NewPhoto], how: str, language: Language) -> None:
    store_album(tmp_path, added(Album(), [new(1), new(2)]), already=0)
    _damage(tmp_path, how)
    with pytest.raises(Malformed) as refused:
        read_album(tmp_path)
    assert refused.value.code == "list-damaged"
    assert all(refused.value.sentences())


def test_a_disk_that_fails_before_the_list_leaves_the_job_as_it_was(
    tmp_path: Path, new: Callable[..., NewPhoto], monkeypatch: pytest.MonkeyPatch
) -> None:
    from certify.photos import album as module

    before = added(Album(), [new(1)])
    store_album(tmp_path, before, already=0)
    written: list[Path] = []

    def failing(path: Path, data: bytes, *, mode: int) -> None:
        written.append(path)
        if path.name == LIST:
            raise OSError(28, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr(module, "write_whole", failing)
    with pytest.raises(OSError, match="No space"):
        store_album(tmp_path, added(before, [new(2)]), already=1)
    assert [path.name for path in written] == ["02.jpg", LIST]
    assert read_album(tmp_path) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(numbers=st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_photos_are_taken_out_and_those_behind_move_up(new: Callable[..., NewPhoto], numbers: list[int]) -> None:
    before = added(Album(), [new(shade) for shade in range(6)])
    after = removed(before, numbers)
    kept = [place for place in range(6) if place + 1 not in numbers]
    assert after.pictures == tuple(before.pictures[place] for place in kept)
    assert [photo.file for photo in after.photos] == [f"photos/{number:02}.jpg" for number in range(1, len(kept) + 1)]
    assert [photo.published_sha256 for photo in after.photos] == [before.photos[place].published_sha256 for place in kept]
    with TemporaryDirectory() as folder:
        job = Path(folder)
        store_album(job, before, already=0)
        store_fewer(job, before, after)
        assert read_album(job) == after
        assert sorted(path.name for path in (job / "photos").iterdir()) == [photo.file[-6:] for photo in after.photos]


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_a_photo_that_is_not_there_is_not_taken_out(new: Callable[..., NewPhoto], number: int, language: Language) -> None:
    album = added(Album(), [new(1), new(2)])
    with pytest.raises(Refused) as refused:
        removed(album, [1, number])
    assert refused.value.code == "no-such-photo"
    assert all(refused.value.sentences())


@pytest.mark.parametrize("writes", range(5))
def test_a_power_cut_while_photos_are_taken_out_leaves_no_wrong_photo_listed(
    tmp_path: Path, new: Callable[..., NewPhoto], monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    from certify.photos import album as module

    before = added(Album(), [new(shade) for shade in range(4)])
    store_album(tmp_path, before, already=0)
    after = removed(before, [2])
    write, left = module.write_whole, iter([True] * writes + [False])

    def dying(path: Path, data: bytes, *, mode: int) -> None:
        if not next(left):
            raise OSError(5, "the power is gone")
        write(path, data, mode=mode)

    monkeypatch.setattr(module, "write_whole", dying)
    if writes < 4:  # the short list, two photos that move, the whole list
        with pytest.raises(OSError, match="the power is gone"):
            store_fewer(tmp_path, before, after)
    else:
        store_fewer(tmp_path, before, after)
    listed = read_album(tmp_path).photos
    assert all(photo in before.photos or photo in after.photos for photo in listed)
    assert listed in (before.photos, after.photos[:1], after.photos)
