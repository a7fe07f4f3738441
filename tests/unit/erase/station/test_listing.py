"""The JSON of ``erase list`` against its schema, for drives of every kind."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import erase.station
from emulated_lines import ask_card, ask_subsystem, ask_unit
from emulators.clock import HandClock
from emulators.fronts.drives import kinds, make_drive
from emulators.mmc.card import Card
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from erase.drive.facts import Bus, Drive, Identity, Machine, MediaType, drive_from_json
from erase.drive.inventory import Blindness, Controller, ControllerKind
from erase.probe.asking.merging import with_asked
from erase.probe.asking.targets import Speech
from erase.probe.comparison import Difference, Disagreement
from erase.probe.system import Survey
from erase.probe.witnesses import Answer
from erase.station.listing import drive_list

SCHEMA = json.loads((Path(erase.station.__file__).parent / "schema" / "list-v1.json").read_bytes())
EMPTY = Drive(("/dev/x",), Identity(), Bus.UNKNOWN, MediaType.UNKNOWN, 0, 0, 0, read_only=False, removable=False, virtual=None)


def asked(kind):
    """The drive of an emulated kind, as the probe would give it."""
    if kind in PERSONALITIES:
        return ask_subsystem(Subsystem(PERSONALITIES[kind](), clock=HandClock())).asked
    if kind == "mmc":
        return ask_card(Card(HandClock())).asked
    speech = Speech.BRIDGE if kind.startswith("bridge") else Speech.SCSI if kind.startswith("sas") else Speech.ATA
    return ask_unit(make_drive(kind, "x", HandClock()).units[0], speech).asked


def document(*drives):
    controller = Controller("0000:00:17.0", ControllerKind.RAID, "megaraid_sas", 1, 2, None, None, 3, (Blindness.RAID_FIRMWARE,))
    survey = Survey(
        drives, (Answer("pyudev"),), (Disagreement("blkinfo", "/dev/sda", Difference.SIZE, "1", "2"),), controllers=(controller,)
    )
    machine = Machine(None, None, None, None, None, "6.1.0")
    # through JSON, as whoever reads it gets it
    return json.loads(json.dumps(drive_list(machine, survey, [None if place else 31.0 for place in range(len(drives))])))


def validate(found):
    jsonschema.Draft202012Validator(SCHEMA).validate(found)


KINDS = [*kinds(), *sorted(PERSONALITIES), "mmc"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_fits_the_schema_and_comes_back_as_it_was(kind):
    drive = with_asked(EMPTY, asked(kind))
    found = document(drive, EMPTY)
    validate(found)
    del found["drives"][0]["celsius"]
    assert drive_from_json(found["drives"][0]) == drive


@pytest.mark.parametrize(
    "spoil",
    [
        lambda drive: drive["report"]["hidden"]["hpa"].update(presence="perhaps"),
        lambda drive: drive["report"].pop("doubts"),
        lambda drive: drive["report"].update(comment="fine"),
        lambda drive: drive["report"]["security"].update(locked="no"),
        lambda drive: drive["report"]["unseen"].append({"part": "trunk", "why": "refused"}),
        lambda drive: drive.update(size="large"),
        lambda drive: drive.pop("profiles"),
    ],
)
def test_what_is_no_such_list_does_not_fit(spoil):
    found = document(with_asked(EMPTY, asked("magnetic")))
    validate(found)
    wrong = copy.deepcopy(found)
    spoil(wrong["drives"][0])
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong)


def test_a_drive_that_was_not_asked_fits_too():
    validate(document(replace(EMPTY, report=None)))
