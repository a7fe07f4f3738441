"""Strips on pages: what is drawn in one piece, and how pieces follow one another from page to page. Pure.

Lengths are points (1/72 inch). A strip is given its left edge and its top; y grows upwards, as PDF has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from certify.pdf.fonts import Face

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM  # A4
LEFT = 22 * MM  # offices punch holes there
WIDTH = 170 * MM


class Pen(Protocol):
    """What draws on the page under way."""

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """One line of text, its baseline at ``y``."""
        ...

    def line(self, start: tuple[float, float], end: tuple[float, float], *, thickness: float = 0.4) -> None:
        """A straight line."""
        ...

    def box(self, corner: tuple[float, float], size: tuple[float, float], *, thickness: float = 0.4, grey: float | None = None) -> None:
        """A rectangle from its lower left corner; ``grey`` fills it (0 black, 1 white), ``thickness`` 0 leaves out the rim."""
        ...

    def squares(self, left: float, bottom: float, side: float, runs: Sequence[tuple[int, int, int, int]]) -> None:
        """Black boxes on a grid with cells of ``side`` points: column, row, columns, rows, counted from the lower left.

        They are filled as one shape, so that no seam shows between neighbours.
        """
        ...

    def jpeg(self, data: bytes, corner: tuple[float, float], size: tuple[float, float]) -> None:
        """A photo, its bytes unchanged."""
        ...


@dataclass(frozen=True)
class Style:
    """How text looks. ``leading`` is the distance of baselines, as a multiple of ``size``."""

    size: float
    face: Face = Face.REGULAR
    grey: float = 0.0
    leading: float = 1.4

    @property
    def line_height(self) -> float:
        """Points from one baseline to the next."""
        return self.size * self.leading


@dataclass(frozen=True)
class Strip:
    """A piece of the paper, as wide as the page's frame, that is never cut."""

    height: float
    paint: Callable[[Pen, float, float], None]
    keep_with_next: bool = False
    on_new_page: bool = False
    head: Strip | None = None  # is drawn again where a page begins with this strip


@dataclass
class Page:
    """What stands on one page, each strip with its top."""

    placed: list[tuple[float, Strip]] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """The part of a page that strips may use."""

    top: float
    bottom: float


def blank(height: float) -> Strip:
    """Empty space."""
    return Strip(height, lambda _pen, _left, _top: None)


def _groups(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    group: list[Strip] = []
    for strip in strips:
        group.append(strip)
        if not strip.keep_with_next:
            yield group
            group = []
    if group:
        yield group


def flow(strips: Sequence[Strip], frame_of: Callable[[int], Frame]) -> list[Page]:
    """Strips one below the other, from page to page; ``frame_of(0)`` is the first page's frame.

    Strips that are kept together go to the next page together; a strip that is higher than a page stands alone on one.
    """
    pages = [Page()]
    frame = frame_of(0)
    top = frame.top
    for group in _groups(strips):
        height = sum(strip.height for strip in group)
        if pages[-1].placed and (group[0].on_new_page or top - height < frame.bottom - 0.01):
            pages.append(Page())
            frame = frame_of(len(pages) - 1)
            top = frame.top
            if group[0].head is not None:
                pages[-1].placed.append((top, group[0].head))
                top -= group[0].head.height
        for strip in group:
            pages[-1].placed.append((top, strip))
            top -= strip.height
    return pages
