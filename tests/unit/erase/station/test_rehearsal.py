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
        {"operator": Person("op-1", name="葛\U000e0100城 太郎")},
        {"witness": Person("wi-1", name="김철수")},
        {"place": "東京都 🏢 3階"},
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


def test_rare_kanji_of_names_can_be_printed(confirmed, machine):
    person = Person("op-1", name="髙橋 𠮷﨑", organisation="㈱試験")
    rehearse(confirmed.plan, replace(confirmed.confirmation, operator=person), machine)
