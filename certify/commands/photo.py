"""``certify photo add``, ``list`` and ``remove``: photos are cleaned and attached to a job, all of them or none."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from certify.errors import Refused
from certify.foundation.commandline import Context, add_actions
from certify.foundation.errors import Exit, system_reason
from certify.foundation.messages import text

_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_ACTIONS = ("add", "list", "remove")
_LONGEST_CAPTION = 200  # characters, as the statement has it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``certify photo``."""
    from certify.photos.album import KINDS

    actions = add_actions(parser, text("photos.actions"), {name: text(f"photos.command-{name}") for name in _ACTIONS})
    for action in actions.values():
        action.add_argument("job", type=Path, metavar="JOB", help=text("photos.option-job"))
    add = actions["add"]
    add.add_argument("files", type=Path, nargs="+", metavar="FILE", help=text("photos.option-file"))
    add.add_argument("--kind", choices=KINDS, default="other", help=text("photos.option-kind"))
    add.add_argument("--caption", help=text("photos.option-caption"))
    actions["remove"].add_argument("numbers", type=int, nargs="+", metavar="NUMBER", help=text("photos.option-number"))


def _check_caption(caption: str) -> None:
    """Raises Refused for a caption that could not be printed, while the person who wrote it is still there."""
    from certify.pdf.blocks import NOTE
    from certify.pdf.fonts import composed, require_glyphs

    if not 0 < len(caption) <= _LONGEST_CAPTION:
        raise Refused("photos", "caption-length", most=_LONGEST_CAPTION)
    # a line feed is no character of a caption either
    require_glyphs(composed(caption).replace("\n", "\0"), NOTE.face, "--caption")


def _read(path: Path) -> bytes:
    from certify.photos.clean import MAX_FILE

    try:
        with path.open("rb") as stream:
            return stream.read(MAX_FILE + 1)
    except IsADirectoryError as error:
        raise Refused("photos", "folder-given", file=str(path), example=_example(path)) from error
    except OSError as error:
        raise Refused("photos", "file-unreadable", file=str(path), detail=system_reason(error)) from error


def _example(folder: Path) -> str:
    """The first photo of a folder by name, or the form of one where there is none."""
    try:
        found = min((path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES), default=None)
    except OSError:
        found = None
    return str(found or folder / "IMG_0001.JPG")


def _shown(photo: Any) -> dict[str, Any]:
    import msgspec

    shown: dict[str, Any] = msgspec.to_builtins(photo)
    return shown


def run(options: argparse.Namespace, context: Context) -> int:
    """Carries out the action. Raises Refused or Malformed (room ``photos``); then the job's photos are as they were."""
    job: Path = options.job
    if not (job / "plan.json").is_file():
        raise Refused("photos", "no-job", folder=str(job))
    return {"add": _add, "list": _list, "remove": _remove}[options.action](job, options, context)


def _add(job: Path, options: argparse.Namespace, context: Context) -> int:
    from certify.photos.album import NewPhoto, added, read_album, store_album
    from certify.photos.clean import clean

    if options.caption is not None:
        _check_caption(options.caption)
    before = read_album(job)
    fresh = [NewPhoto(str(path), clean(_read(path), str(path)), options.kind, options.caption) for path in options.files]
    after = added(before, fresh)
    with _writing(job):
        store_album(job, after, already=len(before.photos))
    new = after.photos[len(before.photos) :]
    if context.as_json:
        context.give({"job": job.name, "photos": [_shown(photo) for photo in new], "total": len(after.photos)})
        return Exit.DONE
    for photo, path in zip(new, options.files, strict=True):
        context.say(
            text("photos.added", file=photo.file, source=str(path), width=photo.width, height=photo.height, codes=_codes(photo.barcodes))
        )
    context.say(text("photos.look-again"))
    return Exit.DONE


def _list(job: Path, _options: argparse.Namespace, context: Context) -> int:
    from certify.photos.album import read_album

    return _tell(job, read_album(job).photos, context)


def _remove(job: Path, options: argparse.Namespace, context: Context) -> int:
    from certify.photos.album import read_album, removed, store_fewer

    before = read_album(job)
    after = removed(before, options.numbers)
    with _writing(job):
        store_fewer(job, before, after)
    if not context.as_json:
        context.say(text("photos.removed", count=len(before.photos) - len(after.photos)))
    return _tell(job, after.photos, context)


@contextmanager
def _writing(job: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused("photos", "not-written", folder=str(job), detail=system_reason(error)) from error


def _tell(job: Path, photos: Sequence[Any], context: Context) -> int:
    """The photos that the job has now."""
    if context.as_json:
        context.give({"job": job.name, "photos": [_shown(photo) for photo in photos], "total": len(photos)})
        return Exit.DONE
    for number, photo in enumerate(photos, 1):
        kind = text(f"paper.kind.{photo.kind}")
        named = tuple(part for part in (kind, photo.caption) if part)
        context.say(text("photos.listed", number=number, named=named, width=photo.width, height=photo.height, codes=_codes(photo.barcodes)))
    if not photos:
        context.say(text("photos.none"))
    return Exit.DONE


def _codes(barcodes: Sequence[Any]) -> tuple[str, ...] | str:
    return tuple(code.text for code in barcodes) or text("photos.no-codes")
