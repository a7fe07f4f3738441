"""The strict reader of PDF objects."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import Malformed
from certify.verify.pdf_syntax import LONGEST_HEXADECIMAL, LONGEST_TEXT, HexString, Name, Real, Reference, Syntax, Word


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b"null ", None),
        (b"true ", Word.TRUE),
        (b"false]", Word.FALSE),
        (b"-17 ", -17),
        (b"595.2756]", Real("595.2756")),
        (b"/Type ", Name("Type")),
        (b"/application#2fjson ", Name("application/json")),
        (b"12 0 R ", Reference(12)),
        (b"[1 2 0 R 3]", [1, Reference(2), 3]),
        (b"<0aFF>", HexString(b"\x0a\xff")),
        (b"(a(b)c)", b"a(b)c"),
        (rb"(\050\)\\\n\072)", b"()\\\n:"),
        (b"<</A<</B[/C]>>/D(x)>>", {"A": {"B": ["C"]}, "D": b"x"}),
    ],
)
def test_the_plain_forms_of_the_standard_are_read(written: bytes, value: object) -> None:
    assert Syntax(written).value() == value


@pytest.mark.parametrize(
    "written",
    [
        b"nul ",
        b"1.2.3 ",
        b"1 1 R ",
        b"<abc>",
        b"<zz>",
        b"(open",
        b"(half\\",
        rb"(\q)",
        rb"(\9)",
        b"[1 2",
        b"<</A 1",
        b"<</A 1/A 2>>",
        b"<</A 1/#41 2>>",  # the same key, written otherwise
        b"<<1 2>>",
        b"/A#G0 ",
        b"/A#4",
        b"% a comment\n1 ",
        b"0 0 R ",
        b"[" * 100 + b"]" * 100,
    ],
)
def test_anything_else_is_malformed(written: bytes) -> None:
    with pytest.raises(Malformed):
        Syntax(b"[" + written + b"]").value()


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_our_own_error(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        Syntax(data).value()


def test_more_objects_than_any_paper_has_are_refused() -> None:
    with pytest.raises(Malformed):
        Syntax(b"[" + b"1 " * 70_000 + b"]").value()


def test_strings_are_bounded_that_objects_could_lie_in() -> None:
    assert Syntax(b"(" + b"a" * LONGEST_TEXT + b")").value() == b"a" * LONGEST_TEXT
    assert Syntax(b"<" + b"0" * LONGEST_HEXADECIMAL + b">").value() == bytes(LONGEST_HEXADECIMAL // 2)
    longer = (b"(" + b"a" * (LONGEST_TEXT + 1) + b")", b"(" + b"\\(" * LONGEST_TEXT + b")", b"<" + b"0" * (LONGEST_HEXADECIMAL + 2) + b">")
    for written in longer:
        with pytest.raises(Malformed):
            Syntax(written).value()
