"""Namespaces, Identify, features and I/O: Base 2.0c sections 5.15, 5.17, 5.22, 5.23, 5.27; NVM Command Set 1.0c section 3."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.nvme.entries import Gone
from emulators.nvme.personality import PERSONALITIES, full, locked, plain
from nvme_bench import SECRET, Bench, sqe


def _list(drive: Bench, cns: int, nsid: int = 0) -> list[int]:
    data = drive.admin(0x06, nsid, cns).data
    return [value for value in struct.unpack("<1024I", data) if value]


def _controllers(*ids: int) -> bytes:
    return struct.pack(f"<H{len(ids)}H", len(ids), *ids).ljust(4096, b"\0")


def test_attached_and_allocated_namespaces_are_two_lists(full_drive: Bench) -> None:
    assert _list(full_drive, 0x02) == [1, 2, 3]
    assert _list(full_drive, 0x02, 1) == [2, 3]
    assert _list(full_drive, 0x10) == [1, 2, 3, 4]
    assert full_drive.admin(0x06, 4, 0x00).data == bytes(4096)
    assert int.from_bytes(full_drive.admin(0x06, 4, 0x11).data[:8], "little") == 8192
    assert full_drive.admin(0x06, 33, 0x00).status == 0x400B


def test_the_second_controller_sees_what_is_shared(full_drive: Bench) -> None:
    second = full_drive.subsystem.controllers[1]
    assert [value for value in struct.unpack("<1024I", second.admin(sqe(0x06, 0, 0x02)).data) if value] == [1, 2]
    assert second.admin(sqe(0x06, 0, 0x01)).data[78:80].hex() == "0200"
    assert full_drive.admin(0x06, 0, 0x13).data[:6].hex() == "020001000200"
    assert full_drive.admin(0x06, 3, 0x12).data[:6].hex() == "010001000000"


def test_identify_controller_shows_capacity_that_no_namespace_has(full_drive: Bench) -> None:
    data = full_drive.admin(0x06, 0, 0x01).data
    assert int.from_bytes(data[280:296], "little") == 28 << 20
    assert int.from_bytes(data[296:312], "little") == 8 << 20
    assert data[76] == 0x02


def test_create_attach_detach_delete(full_drive: Bench) -> None:
    wanted = struct.pack("<QQ", 4096, 4096).ljust(4096, b"\0")
    created = full_drive.admin(0x0D, 0, 0, data=wanted)
    assert (created.status, created.dw0) == (0, 5)
    assert full_drive.read(0, nsid=5).status == 0x4002
    assert full_drive.admin(0x15, 5, 0, data=_controllers(1)).status == 0
    assert full_drive.read(0, nsid=5).status == 0
    assert full_drive.admin(0x15, 5, 0, data=_controllers(1)).status == 0x4118
    assert full_drive.admin(0x15, 5, 0, data=_controllers(2)).status == 0x4119
    assert full_drive.admin(0x15, 5, 1, data=_controllers(1)).status == 0
    assert full_drive.admin(0x15, 5, 1, data=_controllers(1)).status == 0x411A
    assert full_drive.admin(0x15, 5, 0, data=_controllers(9)).status == 0x411C
    assert full_drive.admin(0x0D, 5, 1).status == 0
    assert _list(full_drive, 0x10) == [1, 2, 3, 4]
    assert full_drive.admin(0x0D, 5, 1).status == 0x400B


def test_more_than_there_is_cannot_be_created(full_drive: Bench) -> None:
    wanted = struct.pack("<QQ", 16385, 16385).ljust(4096, b"\0")
    assert full_drive.admin(0x0D, 0, 0, data=wanted).status == 0x4115


def test_a_deleted_namespace_leaves_its_data_behind(full_drive: Bench) -> None:
    full_drive.admin(0x0D, 3, 1)
    assert full_drive.subsystem.namespaces.left_behind[0].remnants(SECRET)


def test_who_deletes_a_namespace_is_not_told_of_it_but_the_other_controller_is(full_drive: Bench) -> None:
    first, second = full_drive.subsystem.controllers
    for controller in (first, second):
        controller.admin(sqe(0x09, 0, 0x0B, 0x100))
    full_drive.admin(0x0D, 1, 1)
    assert first.next_event() is None
    assert second.next_event() == 0x00040002


def test_descriptors_carry_the_identifiers(drive: Bench) -> None:
    namespace = drive.admin(0x06, 1, 0x00).data
    data = drive.admin(0x06, 1, 0x03).data
    assert data[0:4].hex() == "01080000"
    assert data[4:12] == namespace[120:128]
    assert data[12:16].hex() == "02100000"
    assert data[16:32] == namespace[104:120]


@pytest.mark.parametrize("name", sorted(PERSONALITIES))
def test_each_personality_identifies_itself_as_recorded(name: str) -> None:
    personality = PERSONALITIES[name]()
    data = Bench(personality).admin(0x06, 0, 0x01).data
    assert len(data) == 4096
    assert data[4:72] == personality.controller[4:72]
    assert data[328:332] == personality.controller[328:332]


def test_deallocated_blocks_read_as_dlfeat_says(bench: Callable[..., Bench]) -> None:
    for value, expected in ((0, SECRET), (1, bytes(26)), (2, b"\xff" * 26)):
        drive = bench(replace(plain(), deallocated_reads=value))
        assert drive.admin(0x06, 1, 0x00).data[33] & 7 == value
        trim = struct.pack("<IIQ", 0, 8, 8)
        assert drive.controller.io(sqe(0x09, 1, 0, 0x04), trim).status == 0
        assert drive.read(8).data.startswith(expected)
        assert drive.read(0).data.startswith(SECRET)
        assert drive.remnants() > 64  # deallocating erases nothing


def test_deallocated_blocks_are_an_error_where_error_recovery_asks_for_it(full_drive: Bench) -> None:
    assert full_drive.read(16000).status == 0
    assert full_drive.admin(0x09, 1, 0x05, 0x10000).status == 0
    assert full_drive.read(16000).status == 0x4287
    assert full_drive.read(0).status == 0
    full_drive.write(16000, bytes(4096))
    assert full_drive.read(16000).status == 0


def test_error_recovery_is_back_at_its_default_after_a_power_cycle(full_drive: Bench) -> None:
    full_drive.admin(0x09, 1, 0x05, 0x10000)
    full_drive.subsystem.power_cycle()
    assert full_drive.read(16000).status == 0


def test_error_recovery_without_nsfeat_bit_2_is_refused(drive: Bench) -> None:
    assert drive.admin(0x09, 1, 0x05, 0x10000).status == 0x4002


def test_write_zeroes(drive: Bench) -> None:
    assert drive.controller.io(sqe(0x08, 1, 0, 0, 7)).status == 0
    assert drive.read(0, 8).data == bytes(4096)


def test_unflushed_writes_are_lost_when_the_plug_is_pulled_and_kept_in_a_shutdown(drive: Bench) -> None:
    drive.write(0, b"n" * 4096)
    drive.subsystem.cut_power()
    drive.subsystem.power_on()
    assert drive.read(0).data.startswith(SECRET)
    drive.write(0, b"n" * 4096)
    drive.controller.set_property(0x14, 1 | 1 << 14)
    assert drive.controller.get_property(0x1C) == 1 | 2 << 2
    drive.subsystem.cut_power()
    drive.subsystem.power_on()
    assert drive.read(0).data == b"n" * 512
    assert drive.admin(0x02, 0xFFFFFFFF, 0x007F0002).data[144] == 2  # unsafe shutdowns


def test_a_forced_unit_access_survives(drive: Bench) -> None:
    drive.controller.io(sqe(0x01, 1, 0, 0, 7 | 1 << 30), b"f" * 4096)
    drive.subsystem.cut_power()
    drive.subsystem.power_on()
    assert drive.read(0).data == b"f" * 512


def test_write_protection_until_power_cycle_and_for_good(drive: Bench) -> None:
    assert drive.admin(0x09, 1, 0x84, 2).status == 0
    assert drive.write(0, bytes(512)).status == 0x4020
    assert drive.admin(0x06, 1, 0x00).data[99] == 1
    assert drive.admin(0x09, 1, 0x84, 0).status == 0x410E
    drive.subsystem.power_cycle()
    assert drive.write(0, bytes(512)).status == 0
    drive.admin(0x09, 1, 0x84, 3)
    drive.subsystem.power_cycle()
    assert drive.write(0, bytes(512)).status == 0x4020


def test_the_end_of_the_namespace(drive: Bench) -> None:
    assert drive.read(16383).status == 0
    assert drive.read(16383, 2).status == 0x4080
    assert drive.read(16384).status == 0x4080


def test_level_0_discovery_shows_the_lock(bench: Callable[..., Bench]) -> None:
    drive = Bench(locked())
    data = drive.admin(0x82, 0, 0x01000100, 512).data
    assert data[0:4].hex() == "00000060"
    assert data[48:52].hex() == "0001100c"
    assert data[64:69].hex() == "0002100c0f"
    assert data[80:88].hex() == "0203101007fe0001"
    assert drive.read(0).status == 0x4286
    assert Bench(full()).admin(0x82, 0, 0x01000100, 512).data[68] == 0x09


def test_protocols_are_listed_and_others_refused(full_drive: Bench) -> None:
    assert full_drive.admin(0x82, 0, 0x00000000, 16).data.hex() == "0000000000000003" + "0001ea" + "00" * 5
    assert full_drive.admin(0x82, 0, 0x02000100, 512).status == 0x4002
    assert full_drive.admin(0x82, 0, 0xEA000100, 256).data[250:256].hex() == "070000000002"


def test_queues_and_select_of_features(drive: Bench) -> None:
    assert drive.admin(0x09, 0, 0x07, 0x00030003).dw0 == 0x00030003
    assert drive.admin(0x0A, 0, 0x06).dw0 == 1
    drive.admin(0x09, 0, 0x06, 0)
    assert drive.admin(0x0A, 0, 0x06).dw0 == 0
    assert drive.admin(0x0A, 0, 0x0317).dw0 == 0b101
    assert drive.admin(0x09, 0, 0x80000006, 0).status == 0x410D
    assert drive.admin(0x0A, 0, 0xC0).status == 0x4002


@given(st.binary(min_size=64, max_size=64), st.binary(max_size=64), st.booleans())
def test_any_64_bytes_are_answered(entry: bytes, data: bytes, is_io: bool) -> None:
    drive = Bench(full())
    completion = (drive.controller.io if is_io else drive.controller.admin)(entry, data)
    assert 0 <= completion.status <= 0x7FFF


_OPCODES = (0x00, 0x01, 0x02, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x15, 0x18, 0x80, 0x81, 0x82, 0x84)
_WORD = st.integers(0, 0xFFFFFFFF) | st.integers(0, 0x10000)


@given(st.lists(st.tuples(st.sampled_from(_OPCODES), st.integers(0, 5), _WORD, _WORD, st.booleans()), max_size=8))
def test_any_order_of_known_commands_is_answered(commands: list[tuple[int, int, int, int, bool]]) -> None:
    drive = Bench(full())
    for opcode, nsid, cdw10, cdw11, is_io in commands:
        entry = sqe(opcode, nsid, cdw10, cdw11)
        completion = (drive.controller.io if is_io else drive.controller.admin)(entry, bytes(4096))
        assert 0 <= completion.status <= 0x7FFF
        assert len(completion.data) <= drive.subsystem.personality.largest_transfer
        drive.clock.sleep(1)


def test_no_transfer_is_larger_than_mdts(drive: Bench) -> None:
    assert drive.read(0, 256).status == 0
    assert drive.read(0, 257).status == 0x4002
    assert drive.admin(0x02, 0xFFFFFFFF, 0xFFFF0002, 0xFFFF).status == 0x4002


def test_an_entry_of_another_size_is_a_mistake_of_the_caller(drive: Bench) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        drive.controller.admin(bytes(63))


def test_without_power_nobody_answers(drive: Bench) -> None:
    drive.subsystem.cut_power()
    with pytest.raises(Gone):
        drive.admin(0x06, 0, 0x01)
