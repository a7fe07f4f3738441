"""The form of the address that a QR code opens: https, printable ASCII, and no '#', which ends it in the code's text."""

from __future__ import annotations

import re

MAX_ADDRESS = 60  # characters; a longer one makes the printed code too fine
ADDRESS_PATTERN = r"""^https://[!"$-~]+(?!\n)$"""


def is_address(text: str) -> bool:
    """Whether a trust file, a certificate and a QR code may carry this address."""
    return len(text) <= MAX_ADDRESS and re.search(ADDRESS_PATTERN, text) is not None
