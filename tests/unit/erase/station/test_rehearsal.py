"""What could never be signed is found out before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certify.foundation.messages import Language
from erase.errors import Refused
from erase.planner.confirm import Person
from erase.station.rehearsal import rehearse


def test_what_can_be_signed_passes(confirmed, machine):
    rehearse(confirmed.plan, confirmed.confirmation, machine)


@pytest.mark.parametrize(
    "changed",
    [
        {"asset": "x" * 201},
        {"asset": ""},
        {"place": "庁舎\n地下"},
        {"operator": Person("op\u202e-1")},
        {"witness": Person("op-1")},
        {"operator": Person("op-1", name="x" * 500)},
        {"plan_sha256": "0" * 64},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_could_not_be_signed_is_refused(confirmed, machine, changed):
    with pytest.raises(Refused) as caught:
        rehearse(confirmed.plan, replace(confirmed.confirmation, **changed), machine)
    assert caught.value.code == "papers-impossible"
    for language in Language:
        assert all(caught.value.sentences(language))


def test_a_machine_that_can_not_be_named_is_refused(confirmed, machine):
    with pytest.raises(Refused):
        rehearse(confirmed.plan, confirmed.confirmation, replace(machine, kernel="x" * 300))
