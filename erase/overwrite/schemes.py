"""The scheme that an operator names, out of the table that papers are read by, too."""

from __future__ import annotations

from certify.foundation.schemes import Scheme, load_schemes, scheme_named
from erase.errors import Refused


def find_scheme(id_: str) -> Scheme:
    """A scheme of the table, or ``fixed-`` and the hexadecimal digits of a pattern. Raises Refused for any other id."""
    scheme = scheme_named(id_)
    if scheme is None:
        raise Refused("overwrite", "no-such-scheme", scheme=id_, known=", ".join(load_schemes()))
    return scheme
