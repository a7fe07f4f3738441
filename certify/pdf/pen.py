"""The pen that writes PDF: reportlab's canvas behind the layout's protocol."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from certify.pdf.fonts import character_width, first_font, runs
from certify.pdf.layout import PAGE_HEIGHT, PAGE_WIDTH, Style


class CanvasPen:
    """Draws on a reportlab canvas. Everything but the photos is grey, so that a grey print loses nothing."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        self._canvas.setFillGray(style.grey)
        for name, piece in runs(text, style.face):
            self._canvas.setFont(name, style.size)
            self._canvas.drawString(x, y, piece)
            x += style.size * sum(character_width(character, style.face) for character in piece)

    def line(self, start: tuple[float, float], end: tuple[float, float], *, thickness: float = 0.4) -> None:
        self._canvas.setStrokeGray(0)
        self._canvas.setLineWidth(thickness)
        self._canvas.line(*start, *end)

    def box(self, corner: tuple[float, float], size: tuple[float, float], *, thickness: float = 0.4, grey: float | None = None) -> None:
        self._canvas.setStrokeGray(0.3 if thickness < 1 else 0)
        self._canvas.setLineWidth(thickness)
        if grey is not None:
            self._canvas.setFillGray(grey)
        self._canvas.rect(*corner, *size, stroke=int(thickness > 0), fill=int(grey is not None))

    def squares(self, left: float, bottom: float, side: float, runs: Sequence[tuple[int, int, int, int]]) -> None:
        """Black boxes on a grid with cells of ``side`` points: column, row, columns, rows, counted from the lower left.

        In the grid's own measure each takes a third of the bytes that it would take in points.
        """
        self._canvas.saveState()
        self._canvas.translate(left, bottom)
        self._canvas.scale(side, side)
        path = self._canvas.beginPath()
        for run in runs:
            path.rect(*run)
        self._canvas.setFillGray(0)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()

    def jpeg(self, data: bytes, corner: tuple[float, float], size: tuple[float, float]) -> None:
        self._canvas.drawImage(_undecoded(data), *corner, *size)

    def behind(self, text: str, style: Style) -> None:
        """Large slanting text across the page; draw it first."""
        self._canvas.saveState()
        self._canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
        self._canvas.rotate(50)
        length = style.size * sum(character_width(character, style.face) for character in text)
        self.text(-length / 2, -style.size * 0.36, text, style)
        self._canvas.restoreState()

    def next_page(self) -> None:
        """Ends the page under way."""
        self._canvas.showPage()


def _undecoded(data: bytes) -> Any:
    """A JPEG for reportlab, which would decode all of it only to find a name for it."""
    from reportlab.lib.utils import ImageReader

    class Undecoded(ImageReader):  # type: ignore[misc]  # reportlab has no types
        _dataA = None  # noqa: N815 - reportlab's name; no transparency, which decoding would have found out

        def getRGBData(self) -> bytes:  # noqa: N802 - reportlab's name
            return data

    return Undecoded(io.BytesIO(data))


def new_canvas(target: io.BytesIO, *, language: str) -> Any:
    """An empty A4 document whose bytes depend on nothing but what is drawn: nothing compressed, no clock, no random id.

    ``language``: a BCP 47 tag, for programs that read aloud.
    """
    from reportlab import rl_config
    from reportlab.pdfgen.canvas import Canvas

    # photos go in as they are, not as text; reportlab knows this setting for the whole process only
    rl_config.useA85 = 0
    return Canvas(
        target,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=0,
        invariant=1,
        initialFontName=first_font(),  # else reportlab names Helvetica, which is not embedded
        lang=language,
        pdfVersion=(1, 7),
    )
