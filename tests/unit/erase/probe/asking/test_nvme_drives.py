"""NVMe drives: the namespace that is asked for, and everything beside it on the same medium."""

from dataclasses import replace

import pytest

from emulated_lines import NODE, EmulatedLines, ask, ask_subsystem, target_of
from emulators.clock import HandClock
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from erase.commands.harmless import is_harmless
from erase.drive.facts import Identity
from erase.drive.report import HealthVerdict, Locking, Namespace, NvmeErase, SanitizeState, Way, Zoning
from erase.probe.asking.targets import Speech
from erase.transports.loopback import LinkFault, Trouble

MIB = 1 << 20
OACS = (256, 2)


def drive(kind="full", fields=None):
    return Subsystem(PERSONALITIES[kind]().with_fields(fields or {}), clock=HandClock())


def test_a_drive_is_shown_with_all_that_lies_beside_its_namespace():
    subsystem = drive()
    found = ask_subsystem(subsystem)
    identity, report = found.asked.told.identity, found.report
    model = subsystem.inspect()
    assert (identity.model.value, identity.serial.value, identity.firmware.value) == ("Haiki Full NVMe", "HAIKI-FULL-00001", "HAIKI1")
    assert identity.nguid.value == model["namespaces"][0]["nguid"]
    assert (report.way, report.size) == (Way.NVME, 8 * MIB)
    assert report.parts.namespaces == (
        Namespace(1, 8 * MIB, attached=True),
        Namespace(2, 4 * MIB, attached=True),
        Namespace(3, 4 * MIB, attached=True),
        Namespace(4, 4 * MIB, attached=False),
    )
    assert report.parts.complete
    assert (report.parts.total, report.parts.unallocated) == (28 * MIB, 8 * MIB)
    assert (report.parts.controllers, report.parts.boot_partitions) == (2, True)
    assert report.parts.rpmb_targets == len(subsystem.rpmb)
    assert report.nvme_erase == NvmeErase(
        format_supported=True, crypto_supported=True, format_all_namespaces=False, erase_all_namespaces=False, no_deallocate_inhibited=False
    )
    assert report.locking == Locking(("opal-2",), enabled=False, locked=False, shadow_mbr=False)
    assert (report.health.verdict, report.health.celsius) == (HealthVerdict.PASSED, 37)
    assert (report.format.logical, report.format.metadata, report.format.zoning, report.format.write_cache) == (512, 0, Zoning.NONE, True)
    assert [area.presence.value for area in report.hidden.all] == ["not-applicable"] * 4


def test_what_is_attached_to_another_controller_is_told_as_unattached_to_this_one():
    found = ask_subsystem(drive(), controller=1)
    attached = {namespace.nsid: namespace.attached for namespace in found.report.parts.namespaces}
    assert attached == {1: True, 2: True, 3: False, 4: False}


def test_a_controller_that_manages_nothing_does_not_know_what_another_one_has():
    assert not ask_subsystem(drive(fields={OACS: 0x03})).report.parts.complete
    assert ask_subsystem(drive("no-sanitize")).report.parts.complete


def test_a_namespace_that_no_list_names_makes_the_lists_doubtful():
    subsystem = drive()
    for namespace in subsystem.namespaces:
        namespace.attached.discard(1)
    found = ask_subsystem(subsystem)
    assert not found.report.parts.complete
    assert found.unseen["namespaces"] == "unbelievable"
    assert found.report.size is None


def test_whether_persistent_memory_is_enabled_can_not_be_asked():
    assert ask_subsystem(drive()).unseen["persistent-memory"] == "no-way"


def test_locked_drives_say_so():
    assert ask_subsystem(drive("locked")).report.locking == Locking(("opal-2",), enabled=True, locked=True, shadow_mbr=False)


def sanitize(subsystem):
    """Sanitize 84h, SANACT 2: block erase (NVMe Base 2.0c section 5.24)."""
    assert subsystem.controllers[0].admin(bytes([0x84]) + bytes(39) + (2).to_bytes(4, "little") + bytes(20)).status == 0


def test_a_sanitize_that_runs_ends_or_fails_is_told():
    subsystem = drive()
    assert ask_subsystem(subsystem).report.sanitize.state is SanitizeState.IDLE
    subsystem.lies.stuck_at = 655
    sanitize(subsystem)
    subsystem.clock.sleep(1000)
    found = ask_subsystem(subsystem)
    assert (found.report.sanitize.state, found.report.sanitize.progress_permille) == (SanitizeState.IN_PROGRESS, 9)
    assert found.unseen["locking"] == "refused"
    finished = drive()
    sanitize(finished)
    finished.clock.sleep(100000)
    assert ask_subsystem(finished).report.sanitize.state is SanitizeState.SUCCEEDED
    failing = drive()
    failing.lies.sanitize_fails_at = 0.5
    sanitize(failing)
    failing.clock.sleep(100000)
    assert ask_subsystem(failing).report.sanitize.state is SanitizeState.FAILED


def spoilt(offset, content, *, opcode, number):
    """A drive whose page ``number`` (CNS or log identifier) has other content at one place."""

    def spoil(command, answer):
        if command.opcode == opcode and command.cdw10 & 0xFF == number:
            return replace(answer, data=answer.data[:offset] + content + answer.data[offset + len(content) :])
        return answer

    return ask(EmulatedLines(controllers={NODE: (drive(), 0)}, spoil=spoil), target_of(Speech.NVME, nsid=1))


def test_a_page_that_contradicts_itself_does_not_say_that_nothing_runs():
    found = spoilt(0, b"\x8f\x02", opcode=0x02, number=0x81)
    assert found.report.sanitize.state is SanitizeState.UNKNOWN
    assert ("progress", "sanitize") in found.doubts


def test_without_a_total_zero_bytes_unallocated_are_not_told():
    assert spoilt(280, bytes(32), opcode=0x06, number=0x01).report.parts.unallocated is None
    assert spoilt(296, bytes(16), opcode=0x06, number=0x01).report.parts.unallocated == 0


def test_more_unallocated_than_there_is_is_not_believed():
    found = spoilt(296, b"\xff" * 7 + bytes(9), opcode=0x06, number=0x01)
    assert found.report.parts.unallocated is None
    assert ("more-free-than-total", "identify") in found.doubts


def test_lists_in_disorder_are_not_complete():
    found = spoilt(0, (9).to_bytes(4, "little"), opcode=0x06, number=0x10)
    assert not found.report.parts.complete
    assert ("list-disorder", "namespaces") in found.doubts


def test_a_controller_list_that_names_none_is_no_number():
    assert spoilt(0, bytes(8), opcode=0x06, number=0x13).report.parts.controllers is None


@pytest.mark.parametrize("lie", ["hung", "gone"])
def test_a_drive_that_hangs_or_is_gone_gets_one_command(lie):
    subsystem = drive()
    subsystem.lies.set(lie, value=True)
    found = ask_subsystem(subsystem)
    assert len(found.sent) == 1
    assert found.asked.told.identity == Identity()
    assert found.unseen == {"identify": "silent" if lie == "hung" else "wire"}


def test_a_controller_without_a_namespace_tells_who_it_is():
    found = ask_subsystem(drive(), nsid=None)
    assert found.asked.told.identity.serial.value == "HAIKI-FULL-00001"
    assert (found.report.size, found.asked.told.identity.nguid) == (None, None)


@pytest.mark.parametrize("trouble", [Trouble.SHORT_DATA, Trouble.HOST_ERROR, Trouble.TIME_OUT])
@pytest.mark.parametrize("first", range(20))
def test_no_trouble_of_the_link_makes_a_list_complete_that_is_not(trouble, first):
    parts = ask_subsystem(drive(), LinkFault(trouble, first=first)).report.parts
    if parts is not None and parts.complete:
        assert {namespace.nsid for namespace in parts.namespaces} == {1, 2, 3, 4}


@pytest.mark.parametrize("kind", sorted(PERSONALITIES))
def test_only_reading_commands_are_sent(kind):
    subsystem = drive(kind)
    before = subsystem.inspect()
    found = ask_subsystem(subsystem)
    assert [command.name for command in found.sent if not is_harmless(command)] == []
    assert subsystem.inspect() == before
    assert found.asked.told.is_identified
