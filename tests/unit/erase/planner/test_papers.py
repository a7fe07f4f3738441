"""plan.json and confirmation.json: what is written is read back, and nothing else is."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erase.drive.facts import Area, AreaKind, Bus, Fact, Holder, HolderKind, Identity, MediaType, Source
from erase.errors import JobError
from erase.planner.confirm import Confirmation, Person
from erase.planner.papers import confirmation_from_json, plan_from_json
from erase.planner.plan import make_plan
from erase.techniques.base import Verify, VerifyKind


@pytest.fixture
def plan(a_drive, machine, a_request, schemes):
    drive = a_drive(
        bus=Bus.USB,
        media=MediaType.UNKNOWN,
        identity=Identity(model=Fact("スティック", Source.BRIDGE)),
        holders=(Holder(HolderKind.PARTITION, "/dev/sdz1"),),
        areas=(Area(AreaKind.RPMB, "/dev/mmcblk0rpmb", 0, (Holder(HolderKind.OTHER, "x"),)),),
    )
    return make_plan(drive, machine, a_request(label="XY-12", verify=Verify(VerifyKind.PERCENT, 100_005)), schemes)


CONFIRMATION = Confirmation(
    job="J-1",
    plan_sha256="0" * 64,
    serial="S1",
    label=None,
    asset=None,
    place="部屋",
    operator=Person("a"),
    witness=Person("b", "n", "o", "p"),
    at="2026-11-23T01:02:03Z",
    source="fixed",
    expires="2026-11-23T01:17:03Z",
)


def test_a_plan_is_read_back_as_it_was(plan):
    again = plan_from_json(json.loads(plan.data))
    assert again == plan
    assert again.sha256 == plan.sha256


def test_a_plan_by_zone_and_class_is_read_back_as_it_was(a_drive, machine, a_request, a_policy, schemes):
    plan = make_plan(a_drive(), machine, a_request(policy=a_policy("mic-2020", zone="mynumber", classification="3")), schemes)
    assert plan_from_json(json.loads(plan.data)) == plan


def test_a_confirmation_is_read_back_as_it_was():
    assert confirmation_from_json(json.loads(json.dumps(CONFIRMATION.to_json()))) == CONFIRMATION


def paths(value, path=()):
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths(member, (*path, key))


def changed(value, path, change):
    """A copy of the tree with one place replaced, or removed where ``change`` is REMOVED."""
    if not path:
        return change
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1 and change is REMOVED:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(value[path[0]], path[1:], change)
    return copy


REMOVED = object()


@pytest.mark.parametrize("read", [plan_from_json, confirmation_from_json])
def test_a_paper_with_one_place_removed_or_of_another_kind_is_damaged(read, plan):
    paper = json.loads(plan.data) if read is plan_from_json else CONFIRMATION.to_json()
    for path in paths(paper):
        if not path:
            continue
        # a list with one member less may be another good plan
        for change in (1.5, {"x": 1}, [["x"]]) if isinstance(path[-1], int) else (REMOVED, 1.5, {"x": 1}, [["x"]]):
            with pytest.raises(JobError) as caught:
                read(changed(paper, path, change))
            assert caught.value.code == "paper-damaged"


@pytest.mark.parametrize("read", [plan_from_json, confirmation_from_json])
def test_a_paper_with_a_key_too_many_is_damaged(read, plan):
    paper = json.loads(plan.data) if read is plan_from_json else CONFIRMATION.to_json()
    for path in paths(paper):
        place = paper
        for key in path:
            place = place[key]
        if isinstance(place, dict):
            with pytest.raises(JobError):
                read(changed(paper, path, {**place, "extra": None}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "https://haiki.example/plan/v2"),
        (("technique",), "trim"),
        (("expected", "method"), "perfect"),
        (("expected", "edition"), "Rev. 9"),
        (("limits", 0), "none-at-all"),
        (("drive", "bus"), "carrier-pigeon"),
        (("drive", "size"), "large"),
        (("policy", "require"), "polish"),
        (("verify", "kind"), "none"),
        (("test",), 0),
    ],
)
def test_a_plan_with_an_unknown_word_is_damaged(plan, path, value, language):
    with pytest.raises(JobError) as caught:
        plan_from_json(changed(json.loads(plan.data), path, value))
    assert "plan.json" in caught.value.sentences(language)[0]


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-23T01:02:03+09:00", "2026-11-23 01:02:03Z"])
def test_a_confirmation_without_a_moment_is_damaged(moment):
    with pytest.raises(JobError):
        confirmation_from_json({**CONFIRMATION.to_json(), "at": moment})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50)
@given(value=st.dictionaries(st.sampled_from([*CONFIRMATION.to_json(), "drive", "machine", "policy", "expected", "x"]), json_values))
def test_whatever_is_read_only_our_own_error_comes_out(value):
    for read in (plan_from_json, confirmation_from_json):
        with suppress(JobError):
            read(value)


def test_a_paper_nested_too_deep_is_damaged():
    deep: object = None
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(JobError):
        confirmation_from_json({**CONFIRMATION.to_json(), "extra": deep})
