"""How strips follow one another from page to page."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from certify.pdf.layout import Frame, Page, Strip, blank, flow

FRAME = Frame(top=100, bottom=0)


def _flow(strips: list[Strip]) -> list[Page]:
    return flow(strips, lambda _page: FRAME)


def _heights(pages: list[Page]) -> list[list[float]]:
    return [[strip.height for _, strip in page.placed] for page in pages]


def test_strips_stand_one_below_the_other() -> None:
    (page,) = _flow([blank(10), blank(20)])
    assert [top for top, _ in page.placed] == [100, 90]


def test_a_full_page_is_followed_by_another() -> None:
    assert _heights(_flow([blank(60), blank(40), blank(1)])) == [[60, 40], [1]]


def test_the_first_page_may_have_less_room_than_the_others() -> None:
    pages = flow([blank(30), blank(30), blank(30)], lambda page: Frame(100, 50 if page == 0 else 0))
    assert _heights(pages) == [[30], [30, 30]]


def test_what_is_kept_together_goes_to_the_next_page_together() -> None:
    heading = replace(blank(10), keep_with_next=True)
    assert _heights(_flow([blank(85), heading, blank(10)])) == [[85], [10, 10]]


def test_a_strip_may_ask_for_a_new_page() -> None:
    assert _heights(_flow([blank(10), replace(blank(20), on_new_page=True)])) == [[10], [20]]


def test_a_new_page_is_not_asked_for_twice() -> None:
    assert _heights(_flow([replace(blank(20), on_new_page=True)])) == [[20]]


def test_the_head_of_a_table_is_repeated_on_the_next_page() -> None:
    head = replace(blank(5), keep_with_next=True)
    row = replace(blank(40), head=head)
    assert _heights(_flow([head, row, row, row])) == [[5, 40, 40], [5, 40]]


def test_a_strip_higher_than_a_page_stands_alone() -> None:
    assert _heights(_flow([blank(10), blank(150), blank(10)])) == [[10], [150], [10]]


_STRIPS = st.lists(
    st.builds(
        lambda height, keep, new: replace(blank(height), keep_with_next=keep, on_new_page=new),
        st.integers(1, 60),
        st.booleans(),
        st.booleans(),
    ),
    max_size=30,
)


@given(_STRIPS)
def test_no_strip_is_lost_and_all_keep_their_order(strips: list[Strip]) -> None:
    assert [strip for page in _flow(strips) for _, strip in page.placed] == strips


@given(st.lists(st.integers(1, 100), max_size=30))
def test_nothing_overlaps_and_nothing_leaves_its_frame(heights: list[int]) -> None:
    for page in _flow([blank(height) for height in heights]):
        bottoms = [top - strip.height for top, strip in page.placed]
        tops = [top for top, _ in page.placed]
        assert all(bottom >= FRAME.bottom - 0.01 for bottom in bottoms)
        assert tops[1:] == bottoms[:-1]
