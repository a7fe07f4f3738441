"""The common part of all media: cells, the volatile write cache, the key, inspection from outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from emulators.medium.keys import Keys
from emulators.power import Power


@unique
class Where(StrEnum):
    """Where data lies, as seen from outside."""

    LIVE = "live"  # mapped, and the host can address it
    HIDDEN = "hidden"  # mapped, behind an HPA, DCO, AMA or other reduction of the capacity
    STALE = "stale"  # an old copy that nothing points at
    SPARE = "spare"  # a block in reserve that was not erased yet, a spare sector
    RETIRED = "retired"  # a bad block, a reallocated sector: out of use with what was in it
    BUFFER = "buffer"  # non-volatile and in front of the main cells: pSLC of flash, NAND of a hybrid drive
    CACHE = "cache"  # volatile write cache: lost when power goes


EVERYWHERE = frozenset(Where)


class Unreadable(Exception):
    """A page could not be read (uncorrectable); ``args[0]`` is the byte offset of the first bad page."""


class OutOfReach(Exception):
    """An access behind the end of the medium."""


@dataclass(slots=True, frozen=True)
class Cell:
    """What one physical page holds."""

    raw: bytes  # as stored: ciphertext where ``key`` is given
    page: int  # the logical page that it was written for
    key: int | None  # generation of the key
    sequence: int  # rises with each page written: tells old copies from new ones


@dataclass(frozen=True)
class Held:
    """A version of a logical page that can physically still be read."""

    where: Where
    physical: int | None  # physical page; None in the volatile cache
    sequence: int
    data: bytes  # as somebody sees it who opens the drive and has every key that still exists in it


@dataclass(frozen=True)
class Remnant:
    """A place where a pattern was found."""

    where: Where
    offset: int  # logical byte offset of the page that it was written for
    physical: int | None


@dataclass(frozen=True)
class Step:
    """One physical act of a longer operation. ``name`` is for tests; calling it may raise PowerCut, and then nothing was done."""

    name: str
    act: Callable[[], None]

    def __call__(self) -> None:
        self.act()


class Medium(ABC):
    """A medium of ``size`` bytes. Pages are written whole or not at all; between the pages of one write, power may fail.

    ``cache_pages`` is the size of the volatile write cache. ``accessible`` is set by the drive: what lies behind it is hidden from hosts.
    ``encrypts`` says what really happens, whatever the drive announces.
    """

    def __init__(
        self, size: int, *, power: Power | None = None, page_size: int = 4096, cache_pages: int = 0, encrypts: bool = False, seed: int = 0
    ) -> None:
        self.size = size
        self.page_size = page_size
        self.power = power or Power()
        self.accessible = size  # bytes
        self.encrypts = encrypts
        self.keys = Keys(seed)
        self.cache_pages = cache_pages
        self.write_cache = cache_pages > 0  # switched by the host
        self.facade: bytes | None = None  # a lie in RAM: reads answer with this pattern until power goes or something is written
        self.pending: set[int] = set()  # logical pages that the drive can't read, and that wait for a write
        self._cache: dict[int, tuple[bytes, int]] = {}  # by logical page, oldest first: data and sequence
        self._cells: dict[int, Cell] = {}  # by physical page
        self._sequence = 0

    @property
    def pages(self) -> int:
        return -(-self.size // self.page_size)

    # --- for the drive's firmware

    def read(self, offset: int, length: int) -> bytes:
        """Raises Unreadable, OutOfReach."""
        self._check(offset, length)
        if self.facade is not None:
            return _repeated(self.facade, offset, length)
        parts = []
        for page, start, stop in self._slices(offset, length):
            cached = self._cache.get(page)
            if cached is None and page in self.pending:
                raise Unreadable(page * self.page_size)
            parts.append((cached[0] if cached else self._read_page(page))[start:stop])
        return b"".join(parts)

    def write(self, offset: int, data: bytes, *, fua: bool = False) -> None:
        """Acknowledged when it returns; durable then only with ``fua`` or without a write cache. Raises OutOfReach, PowerCut."""
        self._check(offset, len(data))
        self.facade = None
        done = 0
        for page, start, stop in self._slices(offset, len(data)):
            piece = data[done : done + stop - start]
            done += len(piece)
            if len(piece) < self.page_size:
                piece = self._merged(page, start, piece)
            self._sequence += 1
            if self.write_cache and not fua:
                self._cache.pop(page, None)
                self._cache[page] = (piece, self._sequence)
                if len(self._cache) > self.cache_pages:
                    self._destage(next(iter(self._cache)))
            else:
                self._store(page, piece, self._sequence)
                self._cache.pop(page, None)

    def flush(self) -> None:
        """Everything acknowledged is durable when it returns."""
        while self._cache:
            self._destage(next(iter(self._cache)))

    def discard(self, offset: int, length: int) -> None:
        """What a host says is no longer needed. Only whole pages count. Raises OutOfReach, PowerCut."""
        self._check(offset, length)
        first, stop = -(-offset // self.page_size), (offset + length) // self.page_size
        self._discard(range(first, stop))

    def lose_power(self) -> None:
        """What physics does when power goes, whether it was cut or switched off."""
        self._cache.clear()
        self.facade = None

    # --- erasing: each returns the steps, and does nothing by itself. ``within`` limits it to logical bytes (a namespace)

    @abstractmethod
    def erase_steps(self, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        """Cells of these places are erased (flash) or overwritten with zeros (magnetic)."""

    @abstractmethod
    def overwrite_steps(self, pattern: bytes, scope: frozenset[Where] = EVERYWHERE, *, within: range | None = None) -> list[Step]:
        """After it, what was in scope holds the pattern, repeated from offset 0; the length of the pattern divides the page's."""

    @abstractmethod
    def unmap_steps(self, *, within: range | None = None) -> list[Step]:
        """Nothing points at the data any more, and nothing else happens to it. A magnetic medium can't: no steps."""

    def key_steps(self, *, old_stays: bool = False) -> list[Step]:
        """A new media encryption key, and an empty cache."""

        def renew() -> None:
            self.power.step("renew key")
            self.keys.renew(old_stays=old_stays)

        return [Step("drop cache", self._drop_cache), Step("renew key", renew)]

    # --- for tests: the drive is opened

    def remnants(self, pattern: bytes, places: frozenset[Where] = EVERYWHERE) -> tuple[Remnant, ...]:
        """Everywhere that the pattern can still be found. It must lie within one page, where it was written."""
        found = []
        for page, held in self._all_held():
            if held.where in places and pattern in held.data:
                found.append(Remnant(held.where, page * self.page_size, held.physical))
        return tuple(sorted(found, key=lambda remnant: (remnant.offset, remnant.where, remnant.physical or 0)))

    def history(self, offset: int) -> tuple[Held, ...]:
        """All versions of the page at this logical offset that can still be read, oldest first."""
        wanted = offset // self.page_size
        return tuple(sorted((held for page, held in self._all_held() if page == wanted), key=lambda held: held.sequence))

    @abstractmethod
    def physical(self, offset: int) -> int | None:
        """The physical page behind a logical offset; None where there is none."""

    def damage(self, offset: int) -> None:
        """The page there can no longer be read by the drive, until it is written again; a laboratory still can."""
        self.pending.add(offset // self.page_size)

    @property
    def pages_pending(self) -> int:
        """Pages that can't be read."""
        return len(self.pending)

    @property
    @abstractmethod
    def pages_out_of_use(self) -> int:
        """Pages in retired blocks, reallocated sectors."""

    @property
    def unflushed(self) -> int:
        """Pages in the volatile cache."""
        return len(self._cache)

    # --- what the kinds of media differ in

    @abstractmethod
    def _read_page(self, page: int) -> bytes: ...

    @abstractmethod
    def _store(self, page: int, data: bytes, sequence: int) -> None: ...

    @abstractmethod
    def _discard(self, pages: range) -> None: ...

    @abstractmethod
    def _where(self, physical: int, cell: Cell) -> Where: ...

    # --- helpers

    def _all_held(self) -> Iterator[tuple[int, Held]]:
        for page, (data, sequence) in self._cache.items():
            yield page, Held(Where.CACHE, None, sequence, data)
        for physical, cell in self._cells.items():
            yield cell.page, Held(self._where(physical, cell), physical, cell.sequence, self._opened(cell))

    def _opened(self, cell: Cell) -> bytes:
        """Its plain text, where the key of its time still exists; else what lies there."""
        if cell.key in self.keys.existing:
            return self.keys.crypt(cell.key, cell.page, cell.raw)
        return cell.raw

    def _closed(self, page: int, data: bytes, sequence: int) -> Cell:
        if not self.encrypts:
            return Cell(data, page, None, sequence)
        return Cell(self.keys.crypt(self.keys.current, page, data), page, self.keys.current, sequence)

    def _seen(self, cell: Cell) -> bytes:
        """What the drive itself reads there: decrypted with the current key, whichever it was written with."""
        return cell.raw if cell.key is None else self.keys.crypt(self.keys.current, cell.page, cell.raw)

    def _mapped_where(self, page: int) -> Where:
        return Where.LIVE if page * self.page_size < self.accessible else Where.HIDDEN

    def _destage(self, page: int) -> None:
        data, sequence = self._cache[page]
        self._store(page, data, sequence)
        del self._cache[page]

    def _drop_cache(self) -> None:
        self.power.step("drop cache")
        self._cache.clear()
        self.facade = None

    def _merged(self, page: int, start: int, piece: bytes) -> bytes:
        """A sector that is smaller than a page is written by reading the rest of the page first."""
        cached = self._cache.get(page)
        if cached:
            whole = cached[0]
        elif page in self.pending:  # what can't be read is lost with the write that mends it
            whole = bytes(self.page_size)
        else:
            whole = self._read_page(page)
        return whole[:start] + piece + whole[start + len(piece) :]

    def _slices(self, offset: int, length: int) -> Iterator[tuple[int, int, int]]:
        end = offset + length
        while offset < end:
            page, start = divmod(offset, self.page_size)
            stop = min(self.page_size, start + end - offset)
            yield page, start, stop
            offset += stop - start

    def _check(self, offset: int, length: int) -> None:
        if offset < 0 or length < 0 or offset + length > self.size:
            raise OutOfReach(offset, length)

    def _pages_within(self, within: range | None) -> range:
        """Logical pages; those that are only partly within count: the unit of erasing is the page."""
        if within is None:
            return range(self.pages)
        return range(within.start // self.page_size, -(-within.stop // self.page_size))


def _repeated(pattern: bytes, offset: int, length: int) -> bytes:
    start = offset % len(pattern)
    return (pattern * (length // len(pattern) + 2))[start : start + length]
