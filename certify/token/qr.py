"""The QR code (ISO/IEC 18004) as a matrix, to be drawn as vectors by whoever lays out the paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from certify.errors import Refused
from certify.token.text import TokenText

SIDE_MM = 36  # of the printed code, quiet zone included
QUIET_ZONE = 4  # modules on each side; ISO/IEC 18004 section 6.3.8
MAX_VERSION = 20  # 97 modules: 0.34 mm each on paper, the smallest that a telephone reads surely
_MASK = 3  # fixed: trying all eight costs five times as much, and no mask made a code unreadable


@dataclass(frozen=True)
class QrCode:
    """Rows of modules from the top, True is dark; without the quiet zone."""

    modules: tuple[tuple[bool, ...], ...]

    @property
    def version(self) -> int:
        """1 to 40."""
        return (len(self.modules) - 17) // 4

    def dark_runs(self) -> Iterator[tuple[int, int, int]]:
        """Row, first column and length of each horizontal run of dark modules: one rectangle each."""
        for row, line in enumerate(self.modules):
            start: int | None = None
            for column, dark in enumerate((*line, False)):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    yield row, start, column - start
                    start = None


def make_qr(text: TokenText) -> QrCode:
    """The code of a token's text: a byte segment for the address, a numeric one for the digits, level Q, one fixed mask.

    Raises Refused when the code would need modules too small to be read from paper.
    """
    from qrcode.constants import ERROR_CORRECT_Q
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=_MASK)
    code.add_data(QRData(f"{text.url}#".encode(), mode=MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(text.digits.encode(), mode=MODE_NUMBER), optimize=0)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise Refused("token", "too-large") from error
    if code.version > MAX_VERSION:
        raise Refused("token", "too-large")
    return QrCode(tuple(tuple(bool(module) for module in row) for row in code.get_matrix()))
