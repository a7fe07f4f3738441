"""What the commands are given: a photo file, a virtual drive, and eyes for the printed page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from certify.statement.model import Erasure


@pytest.fixture
def picture_file(tmp_path: Path, make_picture: Callable[..., bytes]) -> Path:
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(make_picture())
    return path


@pytest.fixture
def page_of() -> Callable[[bytes], bytes]:
    """The first page of a PDF as a picture of 150 dots an inch, PNG."""

    def draw(pdf: bytes) -> bytes:
        import pypdfium2

        target = io.BytesIO()
        pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil().save(target, "PNG")
        return target.getvalue()

    return draw


@pytest.fixture
def test_drive(make_erasure: Callable[..., Erasure]) -> Any:
    """The erasure of a virtual drive."""
    good = make_erasure()
    return make_erasure(test=True, drive=msgspec.structs.replace(good.drive, virtual="loop", bus="virtual"))
