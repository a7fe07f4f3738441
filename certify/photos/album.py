"""The photos of a job: photos/NN.jpg and the list of them, photos.json, which is written last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from certify.errors import Malformed, Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.errors import system_reason
from certify.foundation.files import private_folder, read_regular, sync_folder, write_whole
from certify.foundation.messages import Words
from certify.foundation.strict import NotStrict, read_strict, to_canonical
from certify.photos.clean import CleanPhoto
from certify.statement.model import MAX_PHOTOS, Barcode, Model, Photo

LIST = "photos.json"
KINDS = ("label", "before", "during", "after", "other")

_SCHEMA: Final = "https://haiki.example/photos/v1"
_MAX_LIST = 1024 * 1024
_MAX_PHOTO = 16 * 1024 * 1024

Kind = Literal["before", "label", "during", "after", "other"]


class _List(Model, frozen=True, kw_only=True):
    schema: Literal["https://haiki.example/photos/v1"]
    photos: Annotated[list[Photo], msgspec.Meta(max_length=MAX_PHOTOS)]


@dataclass(frozen=True)
class Album:
    """Photos in the order in which they will be printed, each with its bytes."""

    photos: tuple[Photo, ...] = ()
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class NewPhoto:
    """A cleaned photo and what a person says of it. ``name`` is the file's, for messages only."""

    name: str
    clean: CleanPhoto
    kind: Kind
    caption: str | None


def _file(number: int) -> str:
    return f"photos/{number:02}.jpg"


def _facts(new: NewPhoto, number: int) -> Photo:
    return Photo(
        file=_file(number),
        kind=new.kind,
        caption=new.caption,
        original_sha256=new.clean.original_sha256,
        published_sha256=new.clean.published_sha256,
        width=new.clean.width,
        height=new.clean.height,
        captured=new.clean.captured,
        barcodes=[Barcode(format=code.format, text=code.text) for code in new.clean.codes],
    )


def added(album: Album, photos: Sequence[NewPhoto]) -> Album:
    """The album with these photos behind the others. Pure; all of them or none.

    Raises Refused (``photos.too-many``, ``photos.duplicate``): the same file, or one that shows the very same pixels.
    """
    total = len(album.photos) + len(photos)
    if total > MAX_PHOTOS:
        raise Refused("photos", "too-many", present=len(album.photos), wanted=len(photos), most=MAX_PHOTOS)
    facts, pictures = list(album.photos), list(album.pictures)
    for new in photos:
        fresh = _facts(new, len(facts) + 1)
        for other in facts:
            if fresh.original_sha256 == other.original_sha256 or fresh.published_sha256 == other.published_sha256:
                raise Refused("photos", "duplicate", file=new.name, other=other.file)
        facts.append(fresh)
        pictures.append(new.clean.jpeg)
    return Album(tuple(facts), tuple(pictures))


def removed(album: Album, numbers: Iterable[int]) -> Album:
    """The album without these photos, counted from 1; those behind them move up. Pure; all of them or none.

    Raises Refused (``photos.no-such-photo``).
    """
    unwanted = set(numbers)
    if unknown := sorted(unwanted - set(range(1, len(album.photos) + 1))):
        raise Refused("photos", "no-such-photo", number=unknown[0], present=len(album.photos))
    kept = [place for place in range(len(album.photos)) if place + 1 not in unwanted]
    photos = (msgspec.structs.replace(album.photos[place], file=_file(number)) for number, place in enumerate(kept, 1))
    return Album(tuple(photos), tuple(album.pictures[place] for place in kept))


def _read(path: Path, limit: int, job: Path) -> bytes:
    try:
        data = read_regular(path, limit)
    except OSError as error:
        raise Malformed(
            "photos", "list-damaged", folder=str(job), detail=Words("system.at", place=path.name, reason=system_reason(error))
        ) from error
    if len(data) > limit:
        raise Malformed("photos", "list-damaged", folder=str(job), detail=f"{path.name}: > {limit}")
    return data


def read_album(job: Path) -> Album:
    """The photos of a job folder; none where no list is.

    Raises Malformed (``photos.list-damaged``) unless the list can be read and each file is the one that it names.
    """
    if not (job / LIST).exists():
        return Album()
    try:
        photos = read_strict(_read(job / LIST, _MAX_LIST, job), _List, _MAX_LIST).photos
    except NotStrict as error:
        raise Malformed("photos", "list-damaged", folder=str(job), detail=f"{LIST}: {error}") from error
    pictures = [_read(job / photo.file, _MAX_PHOTO, job) for photo in photos]
    for number, (photo, picture) in enumerate(zip(photos, pictures, strict=True), 1):
        if photo.file != _file(number) or sha256_hex(picture) != photo.published_sha256:
            raise Malformed("photos", "list-damaged", folder=str(job), detail=photo.file)
    return Album(tuple(photos), tuple(pictures))


def store_album(job: Path, album: Album, *, already: int) -> None:
    """Writes the photos behind the first ``already`` ones, then the list: until then the new files belong to nothing.

    Raises OSError.
    """
    private_folder(job / "photos")
    for photo, picture in zip(album.photos[already:], album.pictures[already:], strict=True):
        write_whole(job / photo.file, picture, mode=0o600)
    _write_list(job, album.photos)


def store_fewer(job: Path, before: Album, after: Album) -> None:
    """Writes an album from which photos were taken out, and deletes their files.

    What moves is off the list while it is written: after a power cut fewer photos are listed, never a wrong one. Raises OSError.
    """
    unchanged = next((place for place, (old, new) in enumerate(zip(before.photos, after.photos, strict=False)) if old != new), None)
    unchanged = len(after.photos) if unchanged is None else unchanged
    _write_list(job, after.photos[:unchanged])
    store_album(job, after, already=unchanged)
    for photo in before.photos[len(after.photos) :]:
        (job / photo.file).unlink()
    sync_folder(job / "photos")


def _write_list(job: Path, photos: Sequence[Photo]) -> None:
    write_whole(job / LIST, to_canonical(_List(schema=_SCHEMA, photos=list(photos))), mode=0o600)
