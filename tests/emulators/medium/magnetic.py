"""Media that are written in place: a magnetic disk, and one with NAND in front of it (hybrid)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from emulators.medium.base import EVERYWHERE, Cell, Medium, Step, Unreadable, Where
from emulators.power import Power

BANDS = 64  # a whole disk is overwritten in so many steps


@dataclass(frozen=True)
class _Ground:
    pages: range
    data: bytes
    key: int | None


class MagneticMedium(Medium):
    """What is overwritten is gone. A reallocated sector keeps its old data out of the host's reach.

    ``spares`` is the number of spare pages; physical pages behind the logical ones are theirs.
    """

    def __init__(
        self,
        size: int,
        *,
        power: Power | None = None,
        page_size: int = 4096,
        cache_pages: int = 0,
        encrypts: bool = False,
        seed: int = 0,
        spares: int = 64,
    ) -> None:
        super().__init__(size, power=power, page_size=page_size, cache_pages=cache_pages, encrypts=encrypts, seed=seed)
        self.spares = spares
        self._moved: dict[int, int] = {}  # logical page to spare page
        self._retired: set[int] = set()  # physical pages
        self._next_spare = self.pages
        # what pages without a cell hold, the newest last: so a disk of terabytes is overwritten without a cell for each page
        self._grounds = [_Ground(range(self.pages), bytes(page_size), self.keys.current if encrypts else None)]

    @property
    def pages_out_of_use(self) -> int:
        return len(self._retired)

    def reallocate(self, offset: int) -> None:
        """The page there is moved to a spare one; its old data stays where it was. Raises Unreadable when no spare is left."""
        page = offset // self.page_size
        if self._next_spare >= self.pages + self.spares:
            raise Unreadable(offset)
        self.power.step("reallocate")
        old = self._physical(page)
        if old in self._cells:
            self._cells[self._next_spare] = self._cells[old]
        self._retired.add(old)
        self._moved[page] = self._next_spare
        self._next_spare += 1
        self.pending.discard(page)

    def physical(self, offset: int) -> int | None:
        return self._physical(offset // self.page_size)

    def erase_steps(self, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        return self.overwrite_steps(b"\0", scope, within=within)

    def overwrite_steps(self, pattern: bytes, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        page_of_pattern = pattern * (self.page_size // len(pattern))
        steps = [Step("drop cache", self._drop_cache)] if Where.CACHE in scope else []
        wanted = self._pages_within(within)
        if scope & {Where.LIVE, Where.HIDDEN}:
            for band in range(BANDS):
                pages = self._pages_of_band(band)
                both = range(max(pages.start, wanted.start), min(pages.stop, wanted.stop))
                if both:
                    steps.append(Step(f"overwrite band {band}", partial(self._overwrite_band, band, both, page_of_pattern, scope)))
        if Where.RETIRED in scope:
            steps.append(Step("overwrite retired", partial(self._overwrite_out_of_use, page_of_pattern, wanted, Where.RETIRED)))
        if Where.SPARE in scope:
            steps.append(Step("overwrite spare", partial(self._overwrite_out_of_use, page_of_pattern, wanted, Where.SPARE)))
        return steps

    def unmap_steps(self, *, within: range | None = None) -> list[Step]:
        return []

    # --- physics

    def _overwrite_band(self, band: int, pages: range, data: bytes, scope: frozenset[Where]) -> None:
        self.power.step(f"overwrite band {band}")
        accessible = -(-self.accessible // self.page_size)
        start = pages.start if Where.LIVE in scope else max(pages.start, accessible)
        stop = pages.stop if Where.HIDDEN in scope else min(pages.stop, accessible)
        touched = range(start, stop)
        for physical in [physical for physical, cell in self._cells.items() if cell.page in touched and self._overwrites(physical)]:
            del self._cells[physical]
        self.pending -= {page for page in self.pending if page in touched}
        self._grounds = [ground for ground in self._grounds if not (ground.pages[0] in touched and ground.pages[-1] in touched)]
        if touched:
            self._grounds.append(_Ground(touched, data, self.keys.current if self.encrypts else None))

    def _overwrites(self, physical: int) -> bool:
        return physical not in self._retired

    def _overwrite_out_of_use(self, data: bytes, pages: range, where: Where) -> None:
        self.power.step(f"overwrite {where}")
        for physical, cell in list(self._cells.items()):
            if cell.page in pages and self._where(physical, cell) is where:
                self._cells[physical] = Cell(data, cell.page, None, cell.sequence)

    def _read_page(self, page: int) -> bytes:
        cell = self._cells.get(self._physical(page))
        if cell:
            return self._seen(cell)
        ground = next(ground for ground in reversed(self._grounds) if page in ground.pages)
        # written under another key: noise, as for a cell
        return ground.data if ground.key in (None, self.keys.current) else self.keys.crypt(self.keys.current, page, ground.data)

    def _store(self, page: int, data: bytes, sequence: int) -> None:
        if page in self.pending:
            self.reallocate(page * self.page_size)
        self.power.step(f"write page {page}")
        self._cells[self._physical(page)] = self._closed(page, data, sequence)

    def _discard(self, pages: range) -> None:
        """A disk that is written in place has nothing to unmap."""

    def _where(self, physical: int, cell: Cell) -> Where:
        if physical in self._retired:
            return Where.RETIRED
        if physical == self._physical(cell.page):
            return self._mapped_where(cell.page)
        return Where.SPARE

    def _physical(self, page: int) -> int:
        return self._moved.get(page, page)

    def _pages_of_band(self, band: int) -> range:
        return range(-(-band * self.pages // BANDS), -(-(band + 1) * self.pages // BANDS))


class HybridMedium(MagneticMedium):
    """NAND in front of a magnetic disk. It is not volatile: writes end there, and are copied to the disk by and by."""

    def __init__(
        self,
        size: int,
        *,
        power: Power | None = None,
        page_size: int = 4096,
        cache_pages: int = 0,
        encrypts: bool = False,
        seed: int = 0,
        spares: int = 64,
        nand_pages: int = 256,
    ) -> None:
        super().__init__(size, power=power, page_size=page_size, cache_pages=cache_pages, encrypts=encrypts, seed=seed, spares=spares)
        self.nand_pages = nand_pages
        self._nand: dict[int, int] = {}  # logical page to physical page in NAND, oldest first: what is newest there
        self._nand_first = self.pages + spares
        self._nand_next = 0

    def overwrite_steps(self, pattern: bytes, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        steps = super().overwrite_steps(pattern, scope, within=within)
        if Where.BUFFER in scope:
            steps.append(Step("erase NAND", partial(self._erase_nand, self._pages_within(within))))
        return steps

    def destage_buffer(self) -> None:
        """Copies everything to the disk, as an idle drive does. The copies in NAND stay readable until they are used again."""
        for page, physical in list(self._nand.items()):
            cell = self._cells[physical]
            super()._store(page, self._seen(cell), cell.sequence)
            del self._nand[page]

    def _erase_nand(self, pages: range) -> None:
        self.power.step("erase NAND")
        self._nand = {page: physical for page, physical in self._nand.items() if page not in pages}
        for physical in [physical for physical, cell in self._cells.items() if physical >= self._nand_first and cell.page in pages]:
            del self._cells[physical]

    def _read_page(self, page: int) -> bytes:
        physical = self._nand.get(page)
        return super()._read_page(page) if physical is None else self._seen(self._cells[physical])

    def _store(self, page: int, data: bytes, sequence: int) -> None:
        if page in self.pending:
            self.reallocate(page * self.page_size)
        if len(self._nand) >= self.nand_pages - 1:
            self.destage_buffer()
        while (physical := self._nand_first + self._nand_next) in self._nand.values():
            self._nand_next = (self._nand_next + 1) % self.nand_pages
        self.power.step(f"program NAND {physical}")
        self._nand_next = (self._nand_next + 1) % self.nand_pages
        self._cells[physical] = self._closed(page, data, sequence)
        self._nand.pop(page, None)
        self._nand[page] = physical

    def _overwrites(self, physical: int) -> bool:
        return physical < self._nand_first and super()._overwrites(physical)

    def _where(self, physical: int, cell: Cell) -> Where:
        return Where.BUFFER if physical >= self._nand_first else super()._where(physical, cell)
