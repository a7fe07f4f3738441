"""The verifier does no IO but reading this package, and no input makes it large or raises anything."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest

from certify.signing.trust import TrustFile
from certify.statement.model import Erasure
from certify.verify.forms import MAX_INPUT
from certify.verify.journal import LONGEST_LINE, MOST_LINES
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Bottom
from certify.verify.verifier import verify

PROJECT = Path(__file__).resolve().parents[4]
Paper = Callable[[str], bytes]

_WATCHED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from certify.signing.trust import load_trust
from certify.verify.verifier import verify

project = Path(sys.argv[1])
trust = load_trust((project / "tests/pki/trust.json").read_bytes())
papers = [(name, (project / "tests/bundles/good" / name).read_bytes()) for name in sys.argv[2:]]
allowed = tuple(str(folder) + "/" for folder in (project / "certify", Path(sys.prefix), Path(sys.base_prefix)))
forbidden = ("socket.", "subprocess.", "os.", "shutil.", "tempfile.", "glob.", "ctypes.dlopen")
harmless = ("os.listdir", "os.scandir", "os.fwalk")

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if not str(path).startswith(allowed) or (mode or "r").strip("bt") != "r":
            raise RuntimeError(f"opened {arguments}")
    elif event.startswith(forbidden) and event not in harmless:
        raise RuntimeError(f"{event} {arguments}")

import ctypes, pypdfium2, zxingcpp, PIL.PngImagePlugin, PIL.JpegImagePlugin, PIL.WebPImagePlugin, pikepdf, reportlab.pdfgen.canvas
sys.addaudithook(watch)
for name, data in papers:
    verdict = verify(data, name, trust, datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC))
    print(name, verdict.bottom.value)
"""


def test_nothing_is_opened_but_this_package_and_nothing_is_written_or_asked_from_afar() -> None:
    names = sorted(path.name for path in (PROJECT / "tests/bundles/good").iterdir())
    outcome = subprocess.run([sys.executable, "-c", _WATCHED, str(PROJECT), *names], capture_output=True, text=True, check=False, cwd="/")
    assert outcome.stderr == ""
    assert outcome.stdout.split("\n")[:-1] == [f"{name} valid" for name in names]


def _png(width: int, height: int) -> bytes:
    """A picture that claims a size and packs it into nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compress(bytes((width + 7) // 8 + 1) * min(height, 20_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def hostile() -> Iterator[tuple[str, bytes]]:
    head = b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n"
    yield "picture of 60000 x 60000", _png(60_000, 60_000)
    yield "picture of 200000 x 1", _png(200_000, 1)
    yield "deep json", b'{"payloadType":' + b"[" * 1_000_000
    yield "long json", b'{"payload":"' + b"A" * 8_000_000 + b'","payloadType":"x","signatures":[]}'
    yield "deep pdf", head + b"1 0 obj\n" + b"[" * 500_000 + b"\nendobj\n/ByteRange [0 1 2 3]\n%%EOF\n"
    yield "pdf of many objects", head + b"1 0 obj\n[" + b"1 " * 3_000_000 + b"]\nendobj\n%%EOF\n"
    yield "pdf of open strings", head + b"1 0 obj\n" + b"(" * 2_000_000 + b"%%EOF\n"
    yield "pdf of many signatures", head + b"/ByteRange" * 500_000 + b"%%EOF\n"
    yield "zip of nothing but headers", b"PK\x03\x04" * 2_000_000 + b"PK\x05\x06" + bytes(18)
    yield "pdf of one long string", head + b"1 0 obj\n(" + b"A" * 2_000_000 + b")\nendobj\n%%EOF\n"
    yield "digits", b"https://haiki.example/v#" + b"9" * 4_000_000
    yield "nothing", b""


@pytest.mark.parametrize(("name", "data"), [pytest.param(name, data, id=name) for name, data in hostile()])
def test_a_hostile_file_is_refused(name: str, data: bytes, trust: TrustFile, moment: datetime) -> None:
    assert verify(data, name, trust, moment).bottom in (Bottom.INVALID, Bottom.UNREADABLE)


_MEASURED = """
import sys
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from certify.signing.trust import load_trust
from certify.verify.verifier import verify

project = Path(sys.argv[1])
spec = spec_from_file_location("bounds", project / "tests/unit/certify/verify/test_bounds.py")
module = module_from_spec(spec)
spec.loader.exec_module(module)
trust = load_trust((project / "tests/pki/trust.json").read_bytes())
for name, data in module.hostile():
    verify(data, name, trust, datetime(2026, 11, 23, tzinfo=UTC))
for name in ("bad/bundle-packed-bomb.haiki.zip", "bad/bundle-declares-four-gigabytes.haiki.zip", "good/bundle-test.haiki.zip"):
    verify((project / "tests/bundles" / name).read_bytes(), name, trust, datetime(2026, 11, 23, tzinfo=UTC))
# not ru_maxrss, which after a vfork starts with what the parent had
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")))
"""


def test_no_file_makes_the_verifier_large() -> None:
    outcome = subprocess.run([sys.executable, "-c", _MEASURED, str(PROJECT)], capture_output=True, text=True, check=False, cwd="/")
    assert outcome.stderr == ""
    assert int(outcome.stdout) < 300 * 1024  # kibibytes


def test_a_large_pdf_is_not_copied_to_be_hashed() -> None:
    import tracemalloc

    from certify.verify.pdf_rule import check_coverage

    size = 64 * 1024 * 1024
    head, ranges = b"%PDF-1.7\n", b"/ByteRange [0 %010d %010d %010d]\n"
    before = len(head + ranges % (0, 0, 0))
    data = head + ranges % (before, before + 4, size) + b"<00>" + bytes(size)
    tracemalloc.start()
    try:
        coverage = check_coverage(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert coverage.digest == sha256(data[:before] + data[before + 4 :]).digest()
    assert peak < 1024 * 1024


@pytest.mark.parametrize("journal", [b"[" * (LONGEST_LINE + 1) + b"\n", b"{}\n" * (MOST_LINES + 1), b"{}"])
def test_a_journal_beyond_its_bounds_is_not_read(journal: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from certify.verify import journal as room

    def refused(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(room, "read_story", refused)
    with pytest.raises(Doubt) as caught:
        room.read_journal(journal, cast("Erasure", None))
    assert caught.value.reason is Reason.JOURNAL_BROKEN


def test_more_bytes_than_any_paper_has_are_not_even_looked_at(trust: TrustFile, moment: datetime) -> None:
    verdict = verify(b"PK" + bytes(MAX_INPUT), "large", trust, moment)
    assert verdict.bottom is Bottom.UNREADABLE
    assert verdict.first_doubt is not None
    assert verdict.first_doubt.reason is Reason.TOO_LARGE
