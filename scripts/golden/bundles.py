"""tests/bundles: good papers, and bad ones that differ from a good one by one lie each; lies.json says what becomes of each.

The verdicts in lies.json are what was written down beside each lie, not what the verifier said. What pdfsig says is
recorded as it was said: it needs Poppler's pdfsig and NSS's certutil (scripts/setup brings both).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from golden.forgery import bundle_lies, lies, pdf_lies, reader_lies, statement_lies, token_lies
from golden.forgery.viewer import Viewer

FOLDERS = ("tests/bundles",)
_TOP = "tests/bundles"
_BOOKS = (pdf_lies.BOOK, reader_lies.BOOK, bundle_lies.BOOK, statement_lies.BOOK, token_lies.BOOK)


def files() -> dict[str, bytes]:
    """Every file of tests/bundles by its path."""
    made: dict[str, bytes] = {}
    table: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        viewer = Viewer(Path(folder))
        for good in lies.honest():
            made[f"{_TOP}/{good.name}"] = good.data()
        for book in _BOOKS:
            for lie in book.lies:
                data = made[f"{_TOP}/{lie.name}"] = lie.data()
                entry: dict[str, Any] = {
                    "file": lie.name,
                    "twin": lie.twin,
                    "who": lie.actor,
                    "verdict": lie.verdict,
                    "fails": list(lie.fails),
                }
                if lie.name.endswith(".pdf"):
                    entry["pdfsig"] = viewer.says(data)
                table.append(entry)
        honest = {good.name: viewer.says(made[f"{_TOP}/{good.name}"]) for good in lies.honest() if good.name.endswith(".pdf")}
    written = json.dumps({"judged_at": "2026-11-23T01:02:03Z", "pdfsig_of_the_good": honest, "lies": table}, ensure_ascii=False, indent=1)
    return {**made, f"{_TOP}/lies.json": written.encode() + b"\n"}
