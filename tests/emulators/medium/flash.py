"""NAND flash: pages are programmed once and erased by the block, so that old copies stay until somebody erases their block."""

from __future__ import annotations

from functools import partial

from emulators.medium.base import EVERYWHERE, Cell, Medium, Step, Where
from emulators.power import Power


class FlashMedium(Medium):
    """A log-structured translation layer with garbage collection, a pool of spare blocks, and optionally a pSLC buffer.

    ``surplus_blocks`` is the over-provisioning; ``pslc_pages`` the size of the buffer, 0 for none. A block that is given back to the pool
    is erased when it is used again, not before. ``trim_hides`` says whether discarded pages read as the erased value at once (DRAT and
    RZAT of ACS-4) or as before until their block is erased.
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
        pages_per_block: int = 16,
        surplus_blocks: int = 8,
        pslc_pages: int = 0,
        trim_hides: bool = True,
    ) -> None:
        super().__init__(size, power=power, page_size=page_size, cache_pages=cache_pages, encrypts=encrypts, seed=seed)
        if surplus_blocks < 3:
            raise ValueError("garbage collection needs three blocks of surplus")
        self.pages_per_block = pages_per_block
        self.pslc_pages = pslc_pages
        self.trim_hides = trim_hides
        self.erased_value = bytes(page_size)  # what unmapped pages read as
        self._blocks = -(-self.pages // pages_per_block) + surplus_blocks
        self._map: dict[int, int] = {}  # logical to physical page
        self._trimmed: dict[int, int] = {}  # logical to the physical page of before, where ``trim_hides`` is off
        self._fresh = 0  # blocks from here on were never used
        self._pool: dict[int, None] = {}  # used before, free now, perhaps not erased yet
        self._open: int | None = None
        self._next_page = 0  # in the open block
        self._closed_blocks: dict[int, None] = {}
        self._retired: set[int] = set()
        self._pslc_first = self._blocks * pages_per_block  # physical pages from here on are the buffer's
        self._pslc_next = 0

    # --- for tests and for the drive's firmware

    @property
    def pages_out_of_use(self) -> int:
        return len(self._retired) * self.pages_per_block

    def retire(self, offset: int) -> None:
        """The block behind this logical offset goes bad: what is mapped moves elsewhere, what was in it stays in it."""
        physical = self._map[offset // self.page_size]
        if physical >= self._pslc_first:
            raise ValueError("still in the pSLC buffer: fold it first")
        if self._free() <= 3:
            raise ValueError("no spare block left")
        self._leave(physical // self.pages_per_block, retires=True)

    def collect(self) -> bool:
        """Garbage collection of the closed block with the most stale pages; False where none would gain anything."""
        victim = min(self._closed_blocks, key=self._live_in, default=None)
        if victim is None or self._live_in(victim) >= self.pages_per_block:
            return False
        self._leave(victim, retires=False)
        return True

    def fold(self) -> None:
        """Moves the pSLC buffer to the main cells. The copies in the buffer stay until it is erased, which is when it is used again."""
        for page, physical in [(page, physical) for page, physical in self._map.items() if physical >= self._pslc_first]:
            self._make_room()
            self._map[page] = self._program(self._cells[physical])
        self._pslc_next = 0

    def physical(self, offset: int) -> int | None:
        return self._map.get(offset // self.page_size)

    # --- erasing

    def erase_steps(self, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        steps = [Step("drop cache", self._drop_cache)] if Where.CACHE in scope else []
        pages = self._pages_within(within)
        blocks = sorted({physical // self.pages_per_block for physical in self._cells})
        steps += [Step(f"erase block {block}", partial(self._erase, block, scope, pages)) for block in blocks]
        return steps

    def overwrite_steps(self, pattern: bytes, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        """Erases, and shows the pattern wherever nothing is mapped: programming each page would come to the same for who looks inside."""

        def show() -> None:
            self.power.step("show pattern")
            self.erased_value = pattern * (self.page_size // len(pattern))

        return [*self.erase_steps(scope, within=within), Step("show pattern", show)]

    def unmap_steps(self, *, within: range | None = None) -> list[Step]:
        def unmap() -> None:
            self.power.step("unmap")
            pages = self._pages_within(within)
            for page in [page for page in self._map if page in pages]:
                del self._map[page]
                self.pending.discard(page)
            self._trimmed = {page: physical for page, physical in self._trimmed.items() if page not in pages}

        return [Step("drop cache", self._drop_cache), Step("unmap", unmap)]

    def _erase(self, block: int, scope: frozenset[Where], pages: range) -> None:
        """Cells out of scope stay: firmware that means to keep them moves them out and in again."""
        self.power.step(f"erase block {block}")
        for physical in self._of_block(block):
            cell = self._cells.get(physical)
            if cell is None or cell.page not in pages or self._where(physical, cell) not in scope:
                continue
            del self._cells[physical]
            if self._map.get(cell.page) == physical:
                del self._map[cell.page]
                self.pending.discard(cell.page)
            if self._trimmed.get(cell.page) == physical:
                del self._trimmed[cell.page]
        if block in self._closed_blocks and not any(physical in self._cells for physical in self._of_block(block)):
            del self._closed_blocks[block]
            self._pool[block] = None

    # --- the translation layer

    def _read_page(self, page: int) -> bytes:
        physical = self._map.get(page, self._trimmed.get(page))
        return self.erased_value if physical is None else self._seen(self._cells[physical])

    def _store(self, page: int, data: bytes, sequence: int) -> None:
        cell = self._closed(page, data, sequence)
        if self.pslc_pages:
            if self._pslc_next >= self.pslc_pages:
                self.fold()
            if self._pslc_next == 0:
                self._empty_pslc()
            physical = self._pslc_first + self._pslc_next
            self.power.step(f"program pSLC page {physical}")
            self._pslc_next += 1
            self._cells[physical] = cell
        else:
            self._make_room()
            physical = self._program(cell)
        self._map[page] = physical
        self._trimmed.pop(page, None)
        self.pending.discard(page)

    def _discard(self, pages: range) -> None:
        self.power.step("unmap")
        for page in [page for page in self._cache if page in pages]:
            del self._cache[page]
        for page in [page for page in self._map if page in pages]:
            physical = self._map.pop(page)
            self.pending.discard(page)
            if not self.trim_hides:
                self._trimmed[page] = physical

    def _program(self, cell: Cell) -> int:
        """Into the next free page; returns where."""
        if self._open is None:
            self._open = self._erased_block()
            self._next_page = 0
        physical = self._open * self.pages_per_block + self._next_page
        self.power.step(f"program page {physical}")
        self._cells[physical] = cell
        self._next_page += 1
        if self._next_page == self.pages_per_block:
            self._closed_blocks[self._open] = None
            self._open = None
        return physical

    def _erased_block(self) -> int:
        """One that was never used, else the one that lies longest in the pool, which is erased now."""
        if self._fresh < self._blocks:
            self._fresh += 1
            return self._fresh - 1
        block = next(iter(self._pool))
        self.power.step(f"erase block {block}")
        for physical in self._of_block(block):
            cell = self._cells.pop(physical, None)
            if cell is not None and self._trimmed.get(cell.page) == physical:
                del self._trimmed[cell.page]
        del self._pool[block]
        return block

    def _make_room(self) -> None:
        """Collects garbage until more than the two blocks are free that collecting itself may need."""
        while self._open is None and self._free() <= 2 and self.collect():
            pass

    def _leave(self, block: int, *, retires: bool) -> None:
        """Copies what is mapped out of a block, and gives the block to the pool or takes it out of use. Nothing is erased by that."""
        if block == self._open:
            self._open = None
        for physical in self._of_block(block):
            cell = self._cells.get(physical)
            if cell is not None and self._map.get(cell.page) == physical:
                self._map[cell.page] = self._program(cell)
        self._closed_blocks.pop(block, None)
        if retires:
            self._retired.add(block)
        else:
            self._pool[block] = None

    def _empty_pslc(self) -> None:
        self.power.step("erase pSLC")
        for physical in range(self._pslc_first, self._pslc_first + self.pslc_pages):
            self._cells.pop(physical, None)

    def _where(self, physical: int, cell: Cell) -> Where:
        if physical >= self._pslc_first:
            return Where.BUFFER
        block = physical // self.pages_per_block
        if block in self._retired:
            return Where.RETIRED
        if self._map.get(cell.page) == physical:
            return self._mapped_where(cell.page)
        return Where.SPARE if block in self._pool else Where.STALE

    def _live_in(self, block: int) -> int:
        cells = ((physical, self._cells.get(physical)) for physical in self._of_block(block))
        return sum(cell is not None and self._map.get(cell.page) == physical for physical, cell in cells)

    def _of_block(self, block: int) -> range:
        return range(block * self.pages_per_block, (block + 1) * self.pages_per_block)

    def _free(self) -> int:
        return self._blocks - self._fresh + len(self._pool)
