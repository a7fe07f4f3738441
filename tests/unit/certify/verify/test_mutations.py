"""Whatever is done to the bytes of a good paper: it is never valid again, and nothing is raised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.signing.trust import TrustFile
from certify.verify.verdict import Bottom
from certify.verify.verifier import verify

NAMES = [
    "good/bundle.haiki.zip",
    "good/certificate.pdf",
    "good/erasure.dsse.json",
    "good/certificate.dsse.json",
    "good/token.txt",
]
Paper = Callable[[str], bytes]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(data=st.data())
def test_a_flipped_byte_is_never_valid(name: str, data: st.DataObject, paper: Paper, trust: TrustFile, moment: datetime) -> None:
    changed = bytearray(paper(name))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    assert verify(bytes(changed), name, trust, moment).bottom is not Bottom.VALID


def test_no_bit_of_a_token_can_be_flipped(paper: Paper, trust: TrustFile, moment: datetime) -> None:
    good = paper("good/token.txt")
    for place in range(len(good)):
        for bit in range(8):
            changed = bytearray(good)
            changed[place] ^= 1 << bit
            assert verify(bytes(changed), "token", trust, moment).bottom is not Bottom.VALID, (place, bit)


def test_no_byte_around_the_signature_of_a_pdf_can_be_changed(paper: Paper, trust: TrustFile, moment: datetime) -> None:
    """What the signature does not cover: its own digits. Both cases of a letter, the zeros behind it, its brackets."""
    good = paper("good/certificate.pdf")
    start = good.rindex(b"/Contents <")
    end = good.index(b">", start)
    places = [*range(start + 10, start + 60), *range(start + 60, end, 37), *range(end - 20, end + 60)]
    for place in places:
        changed = bytearray(good)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 1
        assert verify(bytes(changed), "pdf", trust, moment).bottom is not Bottom.VALID, place


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_paper_that_was_cut_short_or_prolonged_is_never_valid(
    name: str, data: st.DataObject, paper: Paper, trust: TrustFile, moment: datetime
) -> None:
    good = paper(name)
    assert verify(good[: data.draw(st.integers(0, len(good) - 2))], name, trust, moment).bottom is not Bottom.VALID
    longer = good + data.draw(st.binary(min_size=1, max_size=40).filter(lambda more: more.strip(b"\r\n")))
    assert verify(longer, name, trust, moment).bottom is not Bottom.VALID


@settings(max_examples=300)
@given(
    beginning=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"RIFF",
            b'{"payloadType"',
            b"https://a/#1",
        ]
    ),
    rest=st.binary(max_size=300),
)
def test_random_bytes_are_never_valid_and_raise_nothing(beginning: bytes, rest: bytes, trust: TrustFile, moment: datetime) -> None:
    assert verify(beginning + rest, "noise", trust, moment).bottom in (Bottom.UNREADABLE, Bottom.INVALID)


@settings(max_examples=40)
@given(data=st.data())
def test_pieces_of_a_pdf_put_together_anew_are_never_valid(data: st.DataObject, paper: Paper, trust: TrustFile, moment: datetime) -> None:
    good = paper("good/certificate.pdf")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(good)), min_size=2, max_size=4)))
    pieces = [good[start:end] for start, end in zip([0, *cuts], [*cuts, len(good)], strict=True)]
    changed = b"".join(data.draw(st.permutations(pieces)))
    if changed != good:
        assert verify(changed, "pdf", trust, moment).bottom is not Bottom.VALID
