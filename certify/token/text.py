"""The token as the text of a QR code: the address of the checking page, '#', and decimal digits.

What stands behind '#' is never sent to the server, so that serial numbers stay out of access logs; digits make the
smallest code. They are the number whose bytes are 01 and the COSE_Sign1; the 01 keeps leading zeros and is the version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from certify.errors import Malformed
from certify.foundation.address import is_address
from certify.token.payload import MAX_TOKEN

_VERSION = b"\x01"
_MAX_DIGITS = 1000  # of 1 + MAX_TOKEN bytes: 2.41 digits a byte
_DIGITS = re.compile(rf"[1-9][0-9]{{0,{_MAX_DIGITS - 1}}}")


@dataclass(frozen=True)
class TokenText:
    """The two parts of the text."""

    url: str
    digits: str

    def __str__(self) -> str:
        return f"{self.url}#{self.digits}"

    @property
    def token(self) -> bytes:
        """The signed token. Raises Malformed if the digits hold none."""
        number = int(self.digits)
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        if not data.startswith(_VERSION) or len(data) > 1 + MAX_TOKEN:
            raise Malformed("token", "text-malformed", detail="another version, or too long")
        return data.removeprefix(_VERSION)


def write_text(url: str, token: bytes) -> TokenText:
    """The text of a token. Raises Malformed for an address that is that :func:`is_address` does not take."""
    return read_text(f"{url}#{int.from_bytes(_VERSION + token, 'big')}")


def read_text(text: str) -> TokenText:
    """The parts of a text. Raises Malformed for any other form, blanks around it included."""
    url, _, digits = text.partition("#")
    if not is_address(url) or _DIGITS.fullmatch(digits) is None:
        raise Malformed("token", "text-malformed", detail="not an https address, '#' and decimal digits")
    return TokenText(url, digits)
