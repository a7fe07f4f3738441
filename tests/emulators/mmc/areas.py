"""The areas of an eMMC device and what erasing does to their cells (JESD84-B51 sections 6.2, 6.6.9 to 6.6.12, 6.6.15)."""

from __future__ import annotations

from collections.abc import Iterable

from emulators.medium import EVERYWHERE, FlashMedium, Step, Where
from emulators.mmc.lies import Lies
from emulators.mmc.registers import SECTOR, Layout
from emulators.power import Power

USER, BOOT1, BOOT2, RPMB, FIRST_GP = 0, 1, 2, 3, 4  # PARTITION_ACCESS, bits 2:0 of PARTITION_CONFIG
PAGE = 4096
_UNMAPPED = frozenset({Where.STALE, Where.SPARE, Where.RETIRED})


class Areas:
    """Each area lies on cells of its own."""

    def __init__(self, layout: Layout, power: Power) -> None:
        sizes = {USER: layout.user, BOOT1: layout.boot, BOOT2: layout.boot, RPMB: layout.rpmb}
        sizes |= {FIRST_GP + index: size for index, size in enumerate(layout.general)}
        self.media = {
            number: FlashMedium(size, power=power, page_size=PAGE, cache_pages=layout.cache // PAGE if number == USER else 0, seed=number)
            for number, size in sizes.items()
            if size
        }
        for medium in self.media.values():
            medium.erased_value = bytes([layout.erased_byte]) * PAGE
            medium.write_cache = False  # CACHE_CTRL is 0 after power-on

    def erase_steps(self, area: int, within: range, lies: Lies, *, secure: bool) -> list[Step]:
        """Erase and trim drop the way to the data; the secure ones empty the cells, old copies too. ``within``: bytes of the area."""
        medium = self.media[area]
        if lies.nothing_done:
            return []
        if lies.cached_reads:
            return [Step("show zeros", lambda: setattr(medium, "facade", b"\0"))]
        if lies.first_block_only:
            within = range(within.start, min(within.stop, within.start + PAGE))
        whole = range(-(-within.start // PAGE) * PAGE, within.stop // PAGE * PAGE)
        if secure and not lies.unmaps_only:
            steps = medium.erase_steps(EVERYWHERE, within=whole) if whole else []
        else:
            steps = medium.unmap_steps(within=whole) if whole else []
        edges = (range(within.start, min(whole.start, within.stop)), range(max(whole.stop, within.start), within.stop))
        for edge in edges if whole else (within,):
            if edge:
                steps.append(Step("write erased blocks", lambda edge=edge: medium.write(edge.start, medium.erased_value[: len(edge)])))  # type: ignore[misc]
        if secure and lies.corrupts_on_secure_erase:
            steps.append(Step("damage what lies beside", lambda: self._damage(medium, within)))
        return steps

    def sanitize_steps(self, lies: Lies) -> list[Step]:
        """What the host cannot address any more is physically removed; what is mapped stays. Boot areas and RPMB are no user data."""
        if lies.nothing_done or lies.unmaps_only:
            return []
        scope = frozenset({Where.STALE}) if lies.skips_spare else _UNMAPPED
        return [step for number in self._of_users() for step in self.media[number].erase_steps(scope)]

    def _of_users(self) -> Iterable[int]:
        return (number for number in self.media if number == USER or number >= FIRST_GP)

    @staticmethod
    def _damage(medium: FlashMedium, within: range) -> None:
        """A sector behind what was erased, or before it."""
        place = within.stop if within.stop < medium.size else max(0, within.start - SECTOR)
        medium.write(place, b"\x5a" * SECTOR)
