"""A bridge before an NVMe drive: CDBs of SBC-4, and the JMicron wrapper with literal entries of NVMe Base 2.0."""

from __future__ import annotations

import struct

from emulators.clock import HandClock
from emulators.nvme.personality import full
from emulators.nvme.subsystem import Subsystem
from emulators.scsi.bridge import BridgeTraits
from emulators.scsi.interface import CHECK_CONDITION, GOOD, Reply
from emulators.scsi.nvme_bridge import NvmeBridge

SECRET = b"individual number 0123456789"
WRITE_FIRST, READ_FIRST = bytes.fromhex("2a000000000000000100"), bytes.fromhex("28000000000000000100")
BRING = bytes.fromhex("a18000000200000000000000")  # 512 bytes, step 0
NO_DATA = bytes.fromhex("a18100000000000000000000")
DATA_IN_4096 = bytes.fromhex("a18200001000000000000000")
RESPONSE = bytes.fromhex("a18f00000200000000000000")


def bridge(**traits: object) -> NvmeBridge:
    clock = HandClock()
    subsystem = Subsystem(full(), clock=clock)
    return NvmeBridge(subsystem.controllers[0], clock, BridgeTraits(**traits))  # type: ignore[arg-type]


def wrapper(opcode: int, cdw10: int, nsid: int = 0) -> bytes:
    """Words 2 (opcode), 3 (NSID) and 12 (CDW10) of 512 bytes that begin with NVME."""
    words = [0] * 128
    words[0], words[2], words[3], words[12] = 0x454D564E, opcode, nsid, cdw10
    return struct.pack("<128I", *words)


def admin(unit: NvmeBridge, opcode: int, cdw10: int, step: bytes = NO_DATA, data_in: int = 0) -> tuple[Reply, int]:
    """The reply of the step, and the status field of the completion."""
    assert unit.execute(BRING, wrapper(opcode, cdw10), 0).status == GOOD
    reply = unit.execute(step, b"", data_in)
    response = unit.execute(RESPONSE, b"", 512).data
    assert response[:4] == b"NVME"
    return reply, struct.unpack_from("<I", response, 20)[0] >> 17


def put(unit: NvmeBridge) -> None:
    block = int.from_bytes(unit.execute(bytes.fromhex("25000000000000000000"), b"", 8).data[4:], "big")
    assert unit.execute(WRITE_FIRST, SECRET.ljust(block, b"\0"), 0).status == GOOD


def test_identify_controller_comes_through_the_wrapper() -> None:
    unit = bridge()
    reply, status = admin(unit, 0x06, 0x01, DATA_IN_4096, 4096)
    assert status == 0
    assert reply.data == unit.device.admin(bytes([0x06]) + bytes(39) + b"\x01" + bytes(23)).data


def test_what_was_written_is_read_and_a_sanitize_through_the_wrapper_erases_it() -> None:
    unit = bridge()
    put(unit)
    assert unit.execute(READ_FIRST, b"", 4096).data.startswith(SECRET)
    assert admin(unit, 0x84, 0x02)[1] == 0  # block erase
    busy = unit.execute(READ_FIRST, b"", 4096)
    assert (busy.sense[2:3] + busy.sense[12:14]).hex() == "02041b"
    unit.clock.sleep(100)
    assert not unit.execute(READ_FIRST, b"", 4096).data.startswith(SECRET)


def test_a_refusal_stands_in_the_completion_and_not_in_the_status() -> None:
    reply, status = admin(bridge(), 0xC5, 0)
    assert reply.status == GOOD
    assert status & 0x7FF == 0x001  # Invalid Command Opcode


def test_a_bridge_that_drops_completions_shows_success() -> None:
    assert admin(bridge(drops_registers=True), 0xC5, 0)[1] == 0


def test_good_without_forwarding_erases_nothing() -> None:
    unit = bridge(good_without_forwarding=True)
    put(unit)
    assert unit.execute(BRING, wrapper(0x84, 0x02), 0).status == GOOD
    assert unit.execute(NO_DATA, b"", 0).status == GOOD
    unit.clock.sleep(100)
    assert unit.execute(READ_FIRST, b"", 4096).data.startswith(SECRET)


def test_without_pass_through_the_wrapper_is_unknown() -> None:
    reply = bridge(passes_through=False).execute(BRING, wrapper(0x06, 1), 0)
    assert reply.status == CHECK_CONDITION
    assert reply.sense[12:14].hex() == "2000"


def test_a_step_without_a_command_and_a_wrong_signature_are_refused() -> None:
    unit = bridge()
    assert unit.execute(NO_DATA, b"", 0).sense[12:14].hex() == "2400"
    assert unit.execute(BRING, b"nvme" + bytes(508), 0).sense[12:14].hex() == "2600"


def test_which_way_data_goes_is_told_by_the_step() -> None:
    unit = bridge()
    assert [unit.takes_data_out(cdb) for cdb in (BRING, NO_DATA, DATA_IN_4096, RESPONSE, WRITE_FIRST)] == [True, False, False, False, True]
