"""Nothing but reading commands leaves through an asker, whoever asks for it."""

import pytest

from emulated_lines import NODE, EmulatedLines, ask, target_of
from emulators.ata import make_disk
from emulators.clock import HandClock
from emulators.fronts.drives import make_drive
from emulators.mmc.card import Card
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from emulators.scsi.satl import SatlUnit
from erase.commands import ata_areas, mmc_commands, nvme_admin, scsi_basic
from erase.commands.bridges import Delicate, delicate
from erase.commands.wire import MmcCommand, ScsiCommand
from erase.drive.facts import Identity
from erase.errors import Refused
from erase.probe.asking import asker
from erase.probe.asking.manners import knowledge_of
from erase.probe.asking.targets import Speech
from hardware_profiles import Match, Profile
from hardware_profiles.schema import Note, Quirks, Rule
from hardware_profiles.vocabulary import Command, PassThrough

WRITES = {
    "ata": [ata_areas.device_configuration_restore(), ata_areas.set_max_address(1000, extended=True, volatile=True)],
    "scsi": [scsi_basic.start_stop_unit(start=False), scsi_basic.security_protocol_out(1, 0x07FE, b"x" * 512)],
    "nvme": [nvme_admin.set_write_cache(enabled=False), nvme_admin.security_send(1, 0x07FE, b"x" * 512)],
    "mmc": [(mmc_commands.send_ext_csd(), MmcCommand("ERASE", 38, 0, "R1b"))],
}
SPEECHES = {"ata": (Speech.ATA, Speech.BRIDGE), "scsi": (Speech.SCSI, Speech.BRIDGE), "nvme": (Speech.NVME,), "mmc": (Speech.MMC,)}
CASES = [(family, speech, command) for family, commands in WRITES.items() for speech in SPEECHES[family] for command in commands]


@pytest.mark.parametrize(("family", "speech", "command"), CASES, ids=lambda value: getattr(value, "name", str(value))[:40])
def test_a_command_that_writes_is_stopped_before_the_wire(family, speech, command, monkeypatch):
    def hostile(transport, *_arguments, **_options):
        transport.send(command, 1.0)

    monkeypatch.setattr(asker, f"ask_{family}", hostile)
    if (family, speech) == ("scsi", Speech.BRIDGE):
        monkeypatch.setattr(asker.Asker, "_attempts", lambda *_: iter(()))
    lines = EmulatedLines(
        units={NODE: SatlUnit(make_disk("magnetic")) if family == "ata" else make_drive("sas", "x", HandClock()).units[0]},
        controllers={NODE: (Subsystem(PERSONALITIES["plain"](), clock=HandClock()), 0)},
        cards={NODE: Card(HandClock())},
    )
    with pytest.raises(Refused) as caught:
        ask(lines, target_of(speech, nsid=1))
    assert caught.value.code == "not-harmless"
    assert lines.sent == {NODE: []}


def test_every_command_that_a_profile_can_forbid_is_known_to_whoever_guards_the_wire():
    assert delicate(command.value for command in Command if command is not Command.ATA_PASS_THROUGH_12) == frozenset(Delicate)


@pytest.mark.parametrize("speech", [Speech.ATA, Speech.BRIDGE])
def test_a_profile_that_forbids_the_short_form_keeps_it_from_the_wire(speech):
    quirks = Quirks(forbid=(Command.ATA_PASS_THROUGH_12, Command.ATA_SMART), pass_through=PassThrough.SAT_12)
    profile = Profile(name="short", match=Rule(), quirks=quirks, note=Note(ja="-", en="-"), evidence=())
    known = knowledge_of(target_of(speech), Identity(), speech, lambda _: Match((profile,)))
    assert known.manners.never_a1
    assert known.manners.forbidden == {Delicate.ATA_SMART}
    assert known.manners.objection(ScsiCommand("ATA PASS-THROUGH(12)", bytes([0xA1]) + bytes(11))) == "A1h"
