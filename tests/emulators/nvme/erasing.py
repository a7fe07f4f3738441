"""What erasing does to the cells, honestly or as the lies have it: lists of physical steps, shared by Sanitize and Format NVM."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum, unique

from emulators.medium import EVERYWHERE, FlashMedium, Step, Where
from emulators.nvme.lies import Lies

_FRONT = frozenset({Where.LIVE, Where.HIDDEN, Where.BUFFER, Where.CACHE})  # what the map or a buffer still leads to
_FIRST_BLOCK = range(512)


@unique
class Means(StrEnum):
    """How cells lose what they hold."""

    BLOCK_ERASE = "block-erase"
    OVERWRITE = "overwrite"
    CRYPTO_ERASE = "crypto-erase"


def erase_steps(
    media: Iterable[FlashMedium], left_behind: Iterable[FlashMedium], means: Means, lies: Lies, pattern: bytes = b"\0"
) -> list[Step]:
    """The steps for these namespaces' media (lowest NSID first) and for those that deleted namespaces left behind."""
    named = list(media)
    if lies.nothing_done:
        return []
    if lies.cached_reads:
        return [Step("show zeros", _facade(medium)) for medium in named]
    if lies.one_namespace_only:
        return _of(named[0], means, lies, pattern) if named else []
    if lies.first_block_only or lies.unmaps_only or lies.skips_spare:
        left_behind = []
    return [step for medium in (*named, *left_behind) for step in _of(medium, means, lies, pattern)]


def _of(medium: FlashMedium, means: Means, lies: Lies, pattern: bytes) -> list[Step]:
    if lies.unmaps_only:
        return medium.unmap_steps()
    scope = _FRONT if lies.skips_spare else EVERYWHERE
    within = _FIRST_BLOCK if lies.first_block_only else None
    match means:
        case Means.CRYPTO_ERASE if not lies.first_block_only:
            return medium.key_steps(old_stays=lies.keeps_key)
        case Means.OVERWRITE:
            return medium.overwrite_steps(pattern, scope, within=within)
        case _:
            return medium.erase_steps(scope, within=within)


def _facade(medium: FlashMedium) -> Callable[[], None]:
    def show() -> None:
        medium.facade = b"\0"

    return show
