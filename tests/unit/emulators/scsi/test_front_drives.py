"""Drives as a front makes them: every kind answers, can be looked into, and lies when told to."""

from __future__ import annotations

import json

import pytest

from emulators.clock import HandClock
from emulators.fronts.drives import Traits, kinds, make_drive
from emulators.scsi.interface import GOOD

INQUIRY = bytes.fromhex("120000006000")
SERIAL = bytes.fromhex("12018000ff00")


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_answers_and_is_looked_into(kind: str) -> None:
    drive = make_drive(kind, "drive", HandClock())
    assert all(unit.execute(INQUIRY, b"", 96).status == GOOD for unit in drive.units)
    assert drive.inside.size > 0
    assert json.loads(json.dumps(drive.inside.inspect())) == drive.inside.inspect()


def test_a_kind_that_is_unknown_is_refused() -> None:
    for kind in ("tape", "bridge:sas", "bridge:", "bridge:bridge:flash"):
        with pytest.raises(ValueError, match="no drive of the kind"):
            make_drive(kind, "drive", HandClock())


@pytest.mark.parametrize("kind", ["flash", "sas"])
def test_drives_of_one_number_have_one_serial(kind: str) -> None:
    def serial(number: int) -> bytes:
        return make_drive(kind, "drive", HandClock(), traits=Traits(number=number)).units[0].execute(SERIAL, b"", 255).data

    assert serial(7) == serial(7)
    assert serial(7) != serial(8)


@pytest.mark.parametrize(
    ("kind", "lie", "value"), [("flash", "erases-nothing", True), ("sas", "sanitize_fails", True), ("bridge:flash", "timeout", 30.0)]
)
def test_lies_are_told_by_name_and_an_unknown_one_is_refused(kind: str, lie: str, value: object) -> None:
    drive = make_drive(kind, "drive", HandClock())
    drive.inside.lie(lie, value)
    with pytest.raises(ValueError, match="no-such-lie"):
        drive.inside.lie("no-such-lie", value)


def test_a_resume_thaws_and_a_start_of_the_computer_freezes_again() -> None:
    drive = make_drive("flash", "drive", HandClock())
    drive.inside.lie("frozen-by-firmware", True)
    drive.inside.power_cycle()
    assert drive.inside.inspect()["security"] & 0x08
    drive.inside.resume()
    assert not drive.inside.inspect()["security"] & 0x08


def test_commands_are_lost_by_number_or_all_of_them() -> None:
    drive = make_drive("sas", "drive", HandClock())
    drive.drops = 2
    assert [drive.swallows() for _ in range(3)] == [True, True, False]
    drive.hangs = True
    assert drive.swallows()


def test_what_a_drive_does_by_itself_is_seen_without_a_command() -> None:
    clock = HandClock()
    drive = make_drive("sas", "drive", clock)
    assert drive.units[0].execute(bytes.fromhex("48830000000000000000"), b"", 0).status == GOOD
    assert drive.inside.inspect()["operation"] == "sanitize"
    clock.sleep(61)
    assert drive.inside.inspect()["operation"] is None
