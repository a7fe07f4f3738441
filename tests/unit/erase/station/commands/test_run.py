"""What `erase run` refuses before it opens a drive."""

from __future__ import annotations

import argparse
import io
from dataclasses import dataclass, replace

import pytest

from certify.foundation.commandline import Context
from certify.foundation.config import Home
from erase.errors import Refused
from erase.station.commands import run as run_command
from erase.station.erasing import Station


@dataclass
class TwoDrives:
    known: dict[str, object]
    machine_: object

    def drive(self, device):
        return self.known[device]

    def machine(self):
        return self.machine_


@pytest.fixture
def refusal_of(clock, tmp_path, pki, confirmed, monkeypatch):
    """Types a run of two drives whose names are given."""
    drive, machine = confirmed.plan.drive, confirmed.plan.machine

    def refuse(first: str, second: str) -> Refused:
        def named(node: str, name: str):
            serial = replace(drive.identity.serial, value=name)
            return replace(drive, nodes=(node,), identity=replace(drive.identity, serial=serial))

        probe = TwoDrives({"/dev/sdb": named("/dev/sdb", first), "/dev/sdc": named("/dev/sdc", second)}, machine)

        def nobody_opens(path):
            raise Refused("overwrite", "drive-busy", device=path, error="EBUSY")

        monkeypatch.setattr(
            run_command, "station_for", lambda context, probe, _key: Station(context, probe, pki.station, open_node=nobody_opens)
        )
        parser = argparse.ArgumentParser()
        run_command.add_arguments(parser)
        words = ["/dev/sdb", "/dev/sdc", "--jobs", str(tmp_path / "jobs"), "--policy", "nist-800-88r1"]
        words += ["--operator", "op-1", "--witness", "wi-1", "--confirm", first, second]
        context = Context(clock, Home(tmp_path), {}, io.StringIO(), io.StringIO(), True)
        with pytest.raises(Refused) as caught:
            run_command.erase_drives(parser.parse_args(words), context, probe)
        assert not (tmp_path / "jobs").exists()
        return caught.value

    return refuse


@pytest.mark.parametrize("second", ["SAME-1234", "ＳＡＭＥ-1234"])
def test_two_drives_of_one_name(refusal_of, language, second):
    error = refusal_of("SAME-1234", second)
    what, why, next_step = error.sentences(language)
    assert error.code == "same-serial-twice"
    assert {"ja": "/dev/sdb、/dev/sdc", "en": "/dev/sdb, /dev/sdc"}[language.value] in what
    assert "SAME" not in what
    assert "1234" in what
    assert why
    assert "erase list" in next_step


def test_two_drives_of_two_names_come_as_far_as_being_opened(refusal_of):
    assert refusal_of("SAME-1234", "same-1234").code == "drive-busy"
