"""The chained lines: any one line cut, flipped, removed, doubled or swapped is found, and a torn tail is no damage."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.chain import GENESIS, BrokenChain, Chain, Damage, Head, parse_head, read_chain, seal

CONTENTS = st.lists(
    st.fixed_dictionaries(
        {"event": st.sampled_from(["opened", "checkpoint", "finished"]), "data": st.dictionaries(st.text(max_size=5), st.integers())}
    ),
    min_size=2,
    max_size=8,
)


def chain_of(contents: list[dict[str, Any]]) -> tuple[list[bytes], Head]:
    """The lines without their newlines, and the head of the last one."""
    pieces: list[bytes] = []
    prev = GENESIS
    for seq, content in enumerate(contents):
        pieces.append(seal(seq, prev, content))
        prev = sha256_hex(pieces[-1])
    return pieces, Head(len(pieces) - 1, prev)


def joined(pieces: list[bytes]) -> bytes:
    return b"".join(piece + b"\n" for piece in pieces)


THREE, THREE_HEAD = chain_of([{"event": "opened"}, {"event": "checkpoint"}, {"event": "finished"}])


def damage(data: bytes, head: Head | None = THREE_HEAD) -> tuple[Damage, int]:
    with pytest.raises(BrokenChain) as caught:
        read_chain(data, head)
    return caught.value.damage, caught.value.line


def test_a_line_names_its_place_and_the_hash_of_the_line_before() -> None:
    assert THREE[0] == b'{"event":"opened","prev":"' + b"0" * 64 + b'","seq":0}'
    assert json.loads(THREE[1]) == {"event": "checkpoint", "prev": sha256_hex(THREE[0]), "seq": 1}


@given(CONTENTS)
def test_a_whole_chain_is_read_as_it_was_written(contents: list[dict[str, Any]]) -> None:
    pieces, head = chain_of(contents)
    read = read_chain(joined(pieces), head)
    assert isinstance(read, Chain)
    assert [{name: value for name, value in line.items() if name not in ("seq", "prev")} for line in read.lines] == contents
    assert (read.head, read.torn_tail, read.whole) == (head, b"", joined(pieces))


@given(CONTENTS, st.data())
def test_any_one_line_removed_doubled_or_swapped_is_found(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    pieces, head = chain_of(contents)
    place = data.draw(st.integers(0, len(pieces) - 1))
    other = data.draw(st.integers(0, len(pieces) - 1).filter(lambda number: number != place))
    what = data.draw(st.sampled_from(["removed", "doubled", "swapped"]))
    if what == "removed":
        del pieces[place]
    elif what == "doubled":
        pieces.insert(other, pieces[place])
    else:
        pieces[place], pieces[other] = pieces[other], pieces[place]
    # the last line may be missing from a chain whose head was not replaced yet; never the other way round
    with pytest.raises(BrokenChain):
        read_chain(joined(pieces), head)


@given(CONTENTS, st.data())
def test_any_one_bit_flipped_is_found(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    pieces, head = chain_of(contents)
    journal = bytearray(joined(pieces))
    # the very last newline is left out: without it the last line is torn, and the head tells that it is missing
    place = data.draw(st.integers(0, len(journal) - 1))
    journal[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BrokenChain):
        read_chain(bytes(journal), head)


@given(CONTENTS, st.data())
def test_any_line_cut_short_is_found(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    pieces, head = chain_of(contents)
    place = data.draw(st.integers(0, len(pieces) - 1))
    pieces[place] = pieces[place][: data.draw(st.integers(0, len(pieces[place]) - 1))]
    with pytest.raises(BrokenChain):
        read_chain(joined(pieces), head)


@given(CONTENTS, st.data())
def test_a_cut_journal_is_either_torn_in_its_last_line_or_refused(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    pieces, head = chain_of(contents)
    journal = joined(pieces)
    length = data.draw(st.integers(0, len(journal) - 1))
    with pytest.raises(BrokenChain):
        read_chain(journal[:length], head)
    # the head of the line before: what a power cut leaves while the last line is being written
    before = Head(head.seq - 1, sha256_hex(pieces[-2]))
    start_of_last = len(journal) - len(pieces[-1]) - 1
    if length >= start_of_last:
        read = read_chain(journal[:length], before)
        assert read.torn_tail == journal[start_of_last:length]
        assert read.whole == journal[:start_of_last]
        assert read.head == before


@given(CONTENTS, st.binary(max_size=40).filter(lambda tail: b"\n" not in tail))
def test_a_torn_tail_is_an_interruption_not_damage(contents: list[dict[str, Any]], tail: bytes) -> None:
    pieces, head = chain_of(contents)
    read = read_chain(joined(pieces) + tail, head)
    assert (read.torn_tail, read.whole) == (tail, joined(pieces))


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda data: b'{"seq":0,' + data + b"}\n"))
def test_no_bytes_at_all_raise_anything_but_a_broken_chain(data: bytes) -> None:
    for head in (None, THREE_HEAD):
        with contextlib.suppress(BrokenChain):
            read_chain(data, head)
    with contextlib.suppress(BrokenChain):
        parse_head(data)


def test_the_lines_may_lead_the_head_by_one_but_not_by_two() -> None:
    assert read_chain(joined(THREE), Head(1, sha256_hex(THREE[1]))).head == THREE_HEAD
    assert damage(joined(THREE), Head(0, sha256_hex(THREE[0]))) == (Damage.HEAD_BEHIND, 0)


def test_a_lost_last_line_shows() -> None:
    assert damage(joined(THREE[:2])) == (Damage.LAST_LINES_LOST, 2)
    assert damage(joined(THREE)[:-1]) == (Damage.LAST_LINES_LOST, 2)
    assert read_chain(joined(THREE[:2]), None).head.seq == 1


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], (Damage.EMPTY, 1)),
        ([b"not json"], (Damage.NOT_JSON, 1)),
        ([THREE[0], b""], (Damage.NOT_JSON, 2)),
        ([b"[" * 100_000], (Damage.NOT_JSON, 1)),
        ([b'{"seq":' + b"9" * 5000 + b"}"], (Damage.NOT_JSON, 1)),
        ([b"[]"], (Damage.NOT_CANONICAL, 1)),
        ([THREE[0].replace(b":", b": ")], (Damage.NOT_CANONICAL, 1)),
        ([b'{"a":1.5,' + THREE[0][1:]], (Damage.NOT_CANONICAL, 1)),
        ([b'{"a":"\\ud800",' + THREE[0][1:]], (Damage.NOT_CANONICAL, 1)),
        ([b'{"event":"opened",' + THREE[0][1:]], (Damage.NOT_CANONICAL, 1)),
        ([b'{"event":' + b"[" * 65 + b"]" * 65 + b',"prev":"' + b"0" * 64 + b'","seq":0}'], (Damage.NOT_CANONICAL, 1)),
        ([THREE[1]], (Damage.SEQUENCE, 1)),
        ([THREE[0], THREE[2]], (Damage.SEQUENCE, 2)),
        ([THREE[0], canonical_json({"event": "checkpoint", "prev": sha256_hex(THREE[0]), "seq": True})], (Damage.SEQUENCE, 2)),
        ([THREE[0], seal(1, GENESIS, {"event": "checkpoint"})], (Damage.CHAIN, 2)),
        ([seal(0, "1" * 64, {"event": "opened"})], (Damage.CHAIN, 1)),
        ([*THREE[:2], seal(2, sha256_hex(THREE[1]), {"event": "failed"})], (Damage.HEAD_MISMATCH, 3)),
    ],
)
def test_each_damage_has_its_name_and_line(pieces: list[bytes], expected: tuple[Damage, int]) -> None:
    assert damage(joined(pieces)) == expected


def test_the_head_is_read_as_it_was_written() -> None:
    assert parse_head(THREE_HEAD.to_bytes()) == THREE_HEAD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"7\n",
        THREE_HEAD.to_bytes()[:-1],
        THREE_HEAD.to_bytes() + b"\n",
        b" " + THREE_HEAD.to_bytes(),
        Head(-1, "0" * 64).to_bytes(),
        Head(True, "0" * 64).to_bytes(),
        Head(1, "A" * 64).to_bytes(),
        Head(1, "0" * 63).to_bytes(),
        b'{"hash":"\\ud800","seq":1}\n',
        b'{"hash":1,"seq":1}\n',
        b'{"hash":"' + b"0" * 64 + b'","seq":1,"more":1}\n',
        b"[" * 100_000,
    ],
)
def test_a_head_that_was_not_written_by_us_is_unreadable(data: bytes) -> None:
    with pytest.raises(BrokenChain) as caught:
        parse_head(data)
    assert (caught.value.damage, caught.value.line) == (Damage.HEAD_UNREADABLE, 0)


@pytest.mark.parametrize("name", ["seq", "prev"])
def test_the_chains_own_names_cannot_be_used_in_a_line(name: str) -> None:
    with pytest.raises(ValueError, match="belong to the chain"):
        seal(0, GENESIS, {name: "mine"})
