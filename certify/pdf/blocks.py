"""The building blocks of a paper: headings, paragraphs, fields, grids, banners, places to sign. Each gives strips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from certify.pdf.fonts import Face, character_width, composed, evenly, require_glyphs, width
from certify.pdf.layout import MM, WIDTH, Pen, Strip, Style
from certify.pdf.text import break_lines
from certify.pdf.words import Label

BODY = Style(8.5)
STRONG = Style(8.5, Face.BOLD)
LABEL = Style(8, Face.REGULAR)
SMALLEST = 6.5
SMALL = Style(SMALLEST, Face.REGULAR, grey=0.25, leading=1.15)
NOTE = Style(7, leading=1.4)
HEADING = Style(9.5, Face.BOLD)

PADDING = 2.6
LABEL_GREY = 0.94
HEADING_GREY = 0.86
LABEL_WIDTH = 33 * MM
_LINES_IN_ONE_STRIP = 40  # a longer text goes on in the next strip, which may stand on the next page


@dataclass(frozen=True)
class Line:
    """One line that fits, and how it looks."""

    text: str
    style: Style


def lines(text: str, style: Style, limit: float, field: str) -> list[Line]:
    """A text as lines no wider than ``limit``. Raises Refused (``paper.glyph-missing``) naming ``field``."""
    printable = composed(text)
    require_glyphs(printable, style.face, field)
    style = replace(style, face=evenly(printable, style.face))
    broken = break_lines(printable, lambda character: style.size * character_width(character, style.face), limit)
    return [Line(line, style) for line in broken]


def label_lines(label: Label, limit: float, *, first: Style = LABEL, second: Style = SMALL) -> list[Line]:
    """A label, and what it means in the other language beneath it."""
    above = lines(label.first, first, limit, label.first)
    return above + (lines(label.second, second, limit, label.first) if label.second else [])


def height_of(stack: Sequence[Line]) -> float:
    """Height of lines one below the other."""
    return sum(line.style.line_height for line in stack)


def paint_lines(pen: Pen, stack: Sequence[Line], x: float, top: float) -> None:
    """Draws lines one below the other, flush left."""
    for line in stack:
        # the middle of the letters' height stands in the middle of the line
        pen.text(x, top - line.style.line_height / 2 - 0.36 * line.style.size, line.text, line.style)
        top -= line.style.line_height


def paint_middle(pen: Pen, stack: Sequence[Line], x: float, top: float) -> None:
    """Draws lines one below the other, each centred on ``x``."""
    for line in stack:
        half = width(line.text, line.style.face, line.style.size) / 2
        paint_lines(pen, [line], x - half, top)
        top -= line.style.line_height


def heading(label: Label, *, on_new_page: bool = False) -> list[Strip]:
    """The title of a section: a grey bar that stays with what follows."""
    title = lines(label.first, HEADING, WIDTH, label.first)[0]
    small = lines(label.second, SMALL, WIDTH, label.first)[0] if label.second else None
    bar = HEADING.line_height + 2.4

    def paint(pen: Pen, left: float, top: float) -> None:
        top -= 5
        pen.box((left, top - bar), (WIDTH, bar), thickness=0, grey=HEADING_GREY)
        paint_lines(pen, [title], left + PADDING, top - 1.2)
        if small:
            beside = left + PADDING + width(title.text, HEADING.face, HEADING.size) + 6
            paint_lines(pen, [small], beside, top - 1.2 - (HEADING.line_height - SMALL.line_height) / 2 - 1)

    return [Strip(bar + 7, paint, keep_with_next=True, on_new_page=on_new_page)]


def paragraph(text: str, field: str, *, style: Style = BODY, keep_with_next: bool = False) -> list[Strip]:
    """Text over the whole width, one strip a line."""
    broken = lines(text, style, WIDTH - 2 * PADDING, field)
    return [_line_strip(line, keep_with_next=keep_with_next or place < min(1, len(broken) - 1)) for place, line in enumerate(broken)]


def _line_strip(line: Line, *, keep_with_next: bool) -> Strip:
    def paint(pen: Pen, left: float, top: float) -> None:
        paint_lines(pen, [line], left + PADDING, top)

    return Strip(line.style.line_height, paint, keep_with_next)


@dataclass(frozen=True)
class Field:
    """A label and its value."""

    label: Label
    value: str
    strong: bool = False
    small: bool = False  # hashes: they are compared, not read


@dataclass(frozen=True)
class _Cell:
    """Lines in a box."""

    stack: list[Line]
    width: float
    grey: float | None = None
    centred: bool = False


def _pieces(stack: list[Line]) -> list[list[Line]]:
    return [stack[start : start + _LINES_IN_ONE_STRIP] for start in range(0, len(stack), _LINES_IN_ONE_STRIP)] or [[]]


def _row(cells: Sequence[_Cell], *, head: Strip | None = None, keep_with_next: bool = False, at_least: float = 0.0) -> list[Strip]:
    parts = zip_longest(*(_pieces(cell.stack) for cell in cells), fillvalue=[])
    return [replace(_row_part(cells, part, at_least), head=head, keep_with_next=keep_with_next) for part in parts]


def _row_part(cells: Sequence[_Cell], stacks: Sequence[list[Line]], at_least: float) -> Strip:
    height = max(at_least, max(height_of(stack) for stack in stacks) + 2 * PADDING)

    def paint(pen: Pen, left: float, top: float) -> None:
        for cell, stack in zip(cells, stacks, strict=True):
            pen.box((left, top - height), (cell.width, height), grey=cell.grey)
            start = top - (height - height_of(stack)) / 2
            if cell.centred:
                paint_middle(pen, stack, left + cell.width / 2, start)
            else:
                paint_lines(pen, stack, left + PADDING, start)
            left += cell.width

    return Strip(height, paint)


def fields(rows: Sequence[Sequence[Field]], *, total: float = WIDTH, label_width: float = LABEL_WIDTH) -> list[Strip]:
    """A table of labels and values; the fields of one row share its width evenly."""
    strips: list[Strip] = []
    for row in rows:
        cells: list[_Cell] = []
        for field in row:
            rest = total / len(row) - label_width
            style = STRONG if field.strong else NOTE if field.small else BODY
            cells.append(_Cell(label_lines(field.label, label_width - 2 * PADDING), label_width, LABEL_GREY))
            cells.append(_Cell(lines(field.value, style, rest - 2 * PADDING, field.label.first), rest))
        strips += _row(cells)
    return strips


@dataclass(frozen=True)
class Column:
    """A column of a grid; ``share`` is its part of the whole width."""

    label: Label
    share: float


@dataclass(frozen=True)
class Row:
    """Values of one row, and a note over the whole width beneath them."""

    values: tuple[str, ...]
    note: str | None = None
    at_least: float = 0.0  # height, where somebody is to sign
    keep_with_next: bool = False


def grid(columns: Sequence[Column], rows: Sequence[Row]) -> list[Strip]:
    """A table with its head repeated on each page."""
    whole = sum(column.share for column in columns)
    widths = [WIDTH * column.share / whole for column in columns]
    names = [
        _Cell(label_lines(column.label, space - 2 * PADDING, first=NOTE), space, LABEL_GREY)
        for column, space in zip(columns, widths, strict=True)
    ]
    head = _row(names, keep_with_next=True)[0]
    strips = [head]
    for row in rows:
        cells = [
            _Cell(lines(value, NOTE, space - 2 * PADDING, column.label.first), space)
            for value, space, column in zip(row.values, widths, columns, strict=True)
        ]
        strips += _row(cells, head=head, keep_with_next=row.keep_with_next or row.note is not None, at_least=row.at_least)
        if row.note is not None:
            strips += _row([_Cell(lines(row.note, NOTE, WIDTH - 2 * PADDING, columns[-1].label.first), WIDTH)], head=head)
    return strips


def banner(label: Label, *, size: float) -> list[Strip]:
    """A framed line that nobody overlooks, in black and white too."""
    big, small = Style(size, Face.BOLD, leading=1.3), Style(max(SMALLEST, size * 0.42), Face.BOLD, leading=1.4)
    stack = label_lines(label, WIDTH - 16, first=big, second=small)
    height = height_of(stack) + 8

    def paint(pen: Pen, left: float, top: float) -> None:
        pen.box((left, top - height), (WIDTH, height), thickness=1.8)
        pen.box((left + 3, top - height + 3), (WIDTH - 6, height - 6), thickness=0.5)
        paint_middle(pen, stack, left + WIDTH / 2, top - 4)

    return [Strip(height + 6, paint)]


def to_fill_in(labels: Sequence[tuple[Label, str, float]], *, height: float) -> list[Strip]:
    """Boxes that a person fills in by hand: ``(label, what is printed in the box, share of the width)``."""
    whole = sum(share for _, _, share in labels)
    heads = [
        _Cell(label_lines(label, WIDTH * share / whole - 2 * PADDING), WIDTH * share / whole, LABEL_GREY) for label, _, share in labels
    ]
    spaces = [lines(printed, BODY, WIDTH * share / whole - 2 * PADDING, label.first) for label, printed, share in labels]

    cells = [_Cell(printed, head.width) for head, printed in zip(heads, spaces, strict=True)]
    return [*_row(heads, keep_with_next=True), *_row(cells, at_least=height)]
