"""Whatever a drive answers: nothing is raised, nothing is sent that writes, and nobody is calmed by it."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from emulated_lines import NODE, EmulatedLines, ask, target_of
from emulators.ata import make_disk
from emulators.ata.host import password_block, send, send_ext
from emulators.clock import HandClock
from emulators.fronts.drives import make_drive
from emulators.mmc.card import Card
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from emulators.scsi.satl import SatlUnit
from erase.commands.wire import MmcAnswer, NvmeAnswer, ScsiAnswer
from erase.drive.facts import Bus
from erase.drive.report import Presence
from erase.probe.asking.targets import Speech

STATUSES = st.sampled_from([0x00, 0x00, 0x00, 0x02, 0x08, 0x18, 0x28, 0x40, 0xFF])


def garbage(seed, length):
    """Bytes that are nearly anything: noise, all the same, mostly zeros."""
    source = random.Random(seed)  # noqa: S311 - the same each time
    kind = source.randrange(4)
    if kind == 0:
        return source.randbytes(length)
    if kind == 1:
        return bytes([source.randrange(256)]) * length
    content = bytearray(length)
    for _ in range(source.randrange(1, 40)):
        content[source.randrange(length)] = source.randrange(256)
    return bytes(content)[: source.randrange(length + 1)] if kind == 2 else bytes(content)


def scsi_garbage(seed, status):
    def spoil(command, _answer):
        own = int.from_bytes(command.cdb, "big") ^ seed
        data = garbage(own, command.data_in) if command.data_in else b""
        return ScsiAnswer(status, data, garbage(own + 1, 32))

    return spoil


@given(
    st.integers(0, 1 << 32),
    STATUSES,
    st.sampled_from([(Speech.ATA, None), (Speech.BRIDGE, None), (Speech.SCSI, None), (Speech.SCSI, Bus.SCSI)]),
)
@settings(max_examples=150)
def test_scsi_and_what_is_wrapped_in_it(seed, status, whom):
    lines = EmulatedLines(units={NODE: make_drive("sas", "x", HandClock()).units[0]}, spoil=scsi_garbage(seed, status))
    found = ask(lines, target_of(whom[0], bus=whom[1]))
    report = found.report
    if not found.asked.told.is_identified:
        assert report.sanitize is None or not any((report.sanitize.block_erase, report.sanitize.overwrite, report.sanitize.crypto))
        assert report.security is None
        if whom[0] is not Speech.SCSI:
            assert all(area.presence is Presence.UNKNOWN for area in report.hidden.all)


@given(st.integers(0, 1 << 32), st.sampled_from([0, 0, 0, 0x4002, 0x0281, 0x8000]))
@settings(max_examples=150)
def test_nvme(seed, status):
    def spoil(command, _answer):
        own = seed ^ command.opcode ^ command.cdw10 << 8
        return NvmeAnswer(status, own & 0xFFFFFFFF, garbage(own, command.data_in) if command.data_in else b"")

    lines = EmulatedLines(controllers={NODE: (Subsystem(PERSONALITIES["plain"](), clock=HandClock()), 0)}, spoil=spoil)
    report = ask(lines, target_of(Speech.NVME, nsid=1)).report
    if report.nvme_erase is None:
        assert report.sanitize is None
        assert report.unseen


@given(st.binary(max_size=600))
def test_mmc(data):
    lines = EmulatedLines(cards={NODE: Card(HandClock())}, spoil=lambda _commands, answers: (MmcAnswer(answers[0].response, data),))
    report = ask(lines, target_of(Speech.MMC)).report
    assert (report.mmc_erase is None) or len(data) == 512


@given(st.integers(0, 1 << 32), st.integers(1, 13))
@settings(max_examples=150)
def test_one_spoilt_answer_hides_neither_an_area_nor_a_lock(seed, number):
    """A disk with an HPA and a lock, one of whose answers after IDENTIFY is garbage."""
    disk = make_disk("magnetic")
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1, lba=disk.native_sectors - 1001)
    send(disk, 0xF1, data=password_block(b"secret"))
    disk.power_cycle()
    seen = []

    def spoil(command, answer):
        seen.append(command)
        if len(seen) - 1 != number:
            return answer
        # status and sense are right, so that the data is what lies; without data the registers are lost
        data = garbage(seed, command.data_in) if command.data_in else b""
        return ScsiAnswer(answer.status, data, answer.sense if command.data_in else garbage(seed, 8))

    found = ask(EmulatedLines(units={NODE: SatlUnit(disk)}, spoil=spoil), target_of(Speech.ATA))
    assert found.report.security.locked is True
    assert found.hidden["hpa"] in (("present", 1000), ("unknown", None))
