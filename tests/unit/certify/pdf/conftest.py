"""Papers to look at: rendered with signed statements and a real token, so that what is printed can be compared."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from certify.pdf.render import render, renderer_id
from certify.signing import dsse
from certify.statement.certificate import sign_certificate
from certify.statement.erasure import statement_bytes
from certify.statement.model import Certificate, Erasure, Photo
from certify.token.payload import sign_token, token_of
from certify.token.text import write_text

_RENDERED: dict[bytes, bytes] = {}


@dataclass(frozen=True)
class Paper:
    """An unsigned certificate and what it was made from."""

    erasure: Erasure
    certificate: Certificate
    pictures: tuple[bytes, ...]
    token_text: str
    attachments: dict[str, bytes]
    pdf: bytes

    def again(self) -> bytes:
        return render(self.erasure, self.certificate, self.pictures, self.token_text, self.attachments)

    def text(self, *, page: int | None = None) -> str:
        """What a reader can copy from the pages, blanks and line feeds left out."""
        import pypdfium2

        document = pypdfium2.PdfDocument(self.pdf)
        pages = range(len(document)) if page is None else [page - 1]
        return "".join("".join(document[number].get_textpage().get_text_bounded().split()) for number in pages)

    def pages(self) -> int:
        import pypdfium2

        return len(pypdfium2.PdfDocument(self.pdf))


@pytest.fixture
def make_paper(pki: Any, make_certificate: Callable[..., Certificate]) -> Callable[..., Paper]:
    """``make_paper(erasure, pictures=(), photos=(), **changes)``: changes are the certificate's."""

    def make(erasure: Erasure, pictures: Sequence[bytes] = (), photos: Sequence[Photo] = (), **changes: Any) -> Paper:
        payload = statement_bytes(erasure)
        facts = {
            "erasure_sha256": dsse.sha256_hex(payload),
            "photos": list(photos),
            "renderer": renderer_id(),
            "test": erasure.test,
        }
        certificate = make_certificate(**facts | changes)
        statement = sign_certificate(certificate, payload, pki.contractor)
        token = sign_token(token_of(certificate, dsse.parse(statement).payload, erasure, None), pki.contractor)
        text = str(write_text(certificate.verify_url, token))
        attachments = {
            "erasure.dsse.json": dsse.sign(dsse.IN_TOTO, payload, pki.station),
            "certificate.dsse.json": statement,
        }
        # papers never change, and most tests look at the same one
        if statement not in _RENDERED:
            _RENDERED[statement] = render(erasure, certificate, pictures, text, attachments)
        return Paper(erasure, certificate, tuple(pictures), text, attachments, _RENDERED[statement])

    return make


@pytest.fixture
def test_erasure(make_erasure: Callable[..., Erasure]) -> Erasure:
    """Of a loop device."""
    erasure = make_erasure()
    size = 268_435_456
    serial = msgspec.structs.replace(erasure.drive.identity.serial, value="VIRT-0123456789ABCDEF", source="derived")
    identity = msgspec.structs.replace(erasure.drive.identity, vendor=None, serial=serial, wwn=None)
    drive = msgspec.structs.replace(erasure.drive, identity=identity, virtual="loop", bus="virtual", media="unknown", size=size)
    scheme = msgspec.structs.replace(erasure.scheme, passes=[msgspec.structs.replace(erasure.scheme.passes[0], bytes_written=size)])
    verification = msgspec.structs.replace(erasure.verification, bytes_compared=size)
    sectors = size // 512
    return make_erasure(test=True, drive=drive, scheme=scheme, verification=verification, sectors=sectors, sectors_written=sectors)


@pytest.fixture
def run_tool(tmp_path: Path) -> Callable[..., str]:
    """``run_tool(pdf, "qpdf", "--check")``: what an independent program says of these bytes."""

    def run(pdf: bytes, *command: str) -> str:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        outcome = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    return run


@pytest.fixture
def picture_of(tmp_path: Path) -> Callable[..., bytes]:
    """``picture_of(pdf, page=1, dots=150)``: the page as Poppler draws it, PNG."""

    def draw(pdf: bytes, *, page: int = 1, dots: int = 150) -> bytes:
        path = tmp_path / "drawn.pdf"
        path.write_bytes(pdf)
        command = ["pdftoppm", "-r", str(dots), "-png", "-f", str(page), "-l", str(page), "-singlefile", str(path), str(tmp_path / "drawn")]
        subprocess.run(command, check=True)
        return (tmp_path / "drawn.png").read_bytes()

    return draw


@pytest.fixture
def pixels() -> Callable[[bytes], Any]:
    """A PNG as a grey picture."""
    from PIL import Image

    return lambda data: Image.open(io.BytesIO(data)).convert("L")
