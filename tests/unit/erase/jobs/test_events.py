"""Lines of the journal: what is written is read back, and nothing else is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.canonical import canonical_json
from erase.jobs.events import BadRange, Checkpoint, IllegalLine, Interrupted, Name, data_of, read_event

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def from_disk(data):
    return json.loads(canonical_json(data))


def test_every_event_is_read_back_as_it_was_written(story):
    for event in story:
        assert read_event(event.NAME.value, from_disk(data_of(event))) == event


def test_the_pass_number_is_called_pass_on_disk():
    assert data_of(Interrupted("signal", "write", 3, 7))["pass"] == 3


@pytest.mark.parametrize("name", list(Name))
def test_a_line_with_a_field_too_many_is_illegal(story, name):
    data = next((from_disk(data_of(event)) for event in story if event.NAME is name), {"unknown": 1})
    with pytest.raises(IllegalLine, match="wrong-fields"):
        read_event(name.value, data | {"more": 1})


def test_a_field_too_many_in_a_nested_object_is_illegal(story):
    data = from_disk(data_of(story[-1]))
    data["claim"]["more"] = 1
    with pytest.raises(IllegalLine, match="wrong-fields"):
        read_event("finished", data)


def test_a_missing_field_is_illegal(story):
    for event in story:
        for absent in data_of(event):
            data = from_disk(data_of(event))
            del data[absent]
            with pytest.raises(IllegalLine, match="wrong-fields"):
                read_event(event.NAME.value, data)


@pytest.mark.parametrize("wrong", [True, "1", None, 1.0, [1]])
def test_a_number_is_a_number(wrong):
    with pytest.raises((IllegalLine, TypeError)):
        read_event("checkpoint", {"phase": "write", "pass": 1, "bytes_done": wrong, "ms_done": 0})


def test_a_negative_number_is_illegal():
    with pytest.raises(IllegalLine, match="negative-number"):
        read_event("bad-range", data_of(BadRange("read", 1, -1, 1, "EIO")))


def test_a_word_outside_its_closed_set_is_illegal():
    with pytest.raises(IllegalLine, match="wrong-fields"):
        read_event("checkpoint", data_of(Checkpoint("dream", 1, 1, 1)))


@given(st.sampled_from([name.value for name in Name]) | st.text(max_size=8), JSON)
def test_whatever_a_line_holds_it_is_an_event_or_illegal(name, data):
    try:
        event = read_event(name, data)
    except IllegalLine:
        return
    assert data_of(event) == data
