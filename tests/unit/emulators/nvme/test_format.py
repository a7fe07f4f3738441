"""Format NVM, 80h: Base 2.0c section 5.14."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulators.nvme.entries import Gone
from emulators.nvme.personality import full, no_sanitize, plain
from nvme_bench import SECRET, Bench, sqe

USER_DATA, CRYPTO = 0x200, 0x400


def _flbas_and_size(drive: Bench) -> tuple[int, int]:
    data = drive.admin(0x06, 1, 0x00).data
    return data[26], int.from_bytes(data[0:8], "little")


@pytest.mark.parametrize("ses", [USER_DATA, CRYPTO])
def test_secure_erase_leaves_nothing_readable(drive: Bench, ses: int) -> None:
    assert drive.admin(0x80, 1, ses).status == 0
    assert drive.remnants() == 0
    assert drive.read(0).data == bytes(512)


def test_without_secure_erase_the_data_stays_in_the_cells(drive: Bench) -> None:
    before = drive.remnants()
    assert drive.admin(0x80, 1, 0x000).status == 0
    assert drive.read(0).data == bytes(512)
    assert drive.remnants() == before


def test_format_takes_its_time_and_shows_it(drive: Bench) -> None:
    completion = drive.controller.admin(sqe(0x80, 1, USER_DATA))
    assert completion.seconds == 2.0
    drive.clock.sleep(1)
    assert drive.admin(0x06, 1, 0x00).data[32] == 0x80 | 50  # FPI
    assert drive.read(0).status == 0x084
    assert drive.admin(0x80, 1, USER_DATA).status == 0x084
    assert drive.admin(0x84, 0, 0x02).status == 0x084
    drive.clock.sleep(1)
    assert drive.read(0).status == 0
    assert drive.admin(0x06, 1, 0x00).data[32] == 0x80


def test_power_lost_in_the_middle_leaves_data_and_nothing_goes_on(drive: Bench) -> None:
    drive.clock.at(1.0, drive.subsystem.cut_power)
    with pytest.raises(Gone):
        drive.admin(0x80, 1, USER_DATA)
    drive.subsystem.power_on()
    left = drive.remnants()
    assert left > 0
    drive.clock.sleep(100)
    assert drive.read(8 * 63).status == 0
    assert drive.remnants() == left
    assert drive.admin(0x80, 1, USER_DATA).status == 0
    assert drive.remnants() == 0


def test_another_lba_format_changes_blocks_and_is_told(bench: Callable[..., Bench]) -> None:
    drive = bench(full())
    assert _flbas_and_size(drive) == (0x00, 16384)
    drive.controller.set_property(0x14, 1)
    drive.admin(0x09, 0, 0x0B, 0x100)
    assert drive.admin(0x80, 1, 0x001).status == 0
    assert _flbas_and_size(drive) == (0x01, 2048)
    assert drive.controller.next_event() == 0x00040002
    assert drive.admin(0x02, 0xFFFFFFFF, 0x03FF0004).data[:8].hex() == "0100000000000000"


def test_metadata_is_part_of_the_block(bench: Callable[..., Bench]) -> None:
    drive = bench(full())
    assert drive.admin(0x80, 1, 0x002).status == 0x410A  # separate metadata is not supported
    assert drive.admin(0x80, 1, 0x012).status == 0
    assert _flbas_and_size(drive) == (0x12, 16384)
    assert drive.write(3, b"d" * 512 + b"metadata", size=520).status == 0
    assert drive.read(3).data == b"d" * 512 + b"metadata"


@pytest.mark.parametrize(("cdw10", "status"), [(0x600, 0x4002), (0x003, 0x410A), (0x00F, 0x410A), (0x1000, 0x410A), (0x020, 0x410A)])
def test_what_is_not_supported_is_refused(drive: Bench, cdw10: int, status: int) -> None:
    assert drive.admin(0x80, 1, cdw10).status == status
    assert drive.read(0).data.startswith(SECRET)


def test_cryptographic_erase_needs_fna_bit_2(bench: Callable[..., Bench]) -> None:
    assert bench(no_sanitize()).admin(0x80, 1, CRYPTO).status == 0x4002


def _remain(drive: Bench) -> list[int]:
    return [namespace.nsid for namespace in drive.subsystem.namespaces if namespace.medium.remnants(SECRET)]


def test_one_namespace_or_all_attached_ones_by_fna(bench: Callable[..., Bench]) -> None:
    drive = bench(full())
    drive.admin(0x15, 3, 1, data=b"\x01\x00\x01\x00".ljust(4096, b"\0"))  # namespace 3 is not attached any more, with data in it
    assert drive.admin(0x80, 1, USER_DATA).status == 0
    assert _remain(drive) == [2, 3]
    assert drive.admin(0x80, 0xFFFFFFFF, USER_DATA).status == 0
    assert _remain(drive) == [3]


def test_secure_erase_of_all_namespaces_by_fna_bit_1(bench: Callable[..., Bench]) -> None:
    drive = bench(full().with_fields({(524, 1): 0x06}))
    assert drive.admin(0x80, 1, USER_DATA).status == 0
    assert _remain(drive) == []


def test_fna_bit_3_refuses_the_broadcast(bench: Callable[..., Bench]) -> None:
    drive = bench(plain().with_fields({(524, 1): 0x0C}))
    assert drive.admin(0x80, 0xFFFFFFFF, USER_DATA).status == 0x4002
    assert drive.admin(0x80, 1, USER_DATA).status == 0


def test_a_failing_format_is_half_done(drive: Bench) -> None:
    drive.subsystem.lies.format_fails = True
    before = drive.remnants()
    assert drive.admin(0x80, 1, USER_DATA).status == 0x4280
    assert 0 < drive.remnants() < before


def test_a_write_protected_namespace_is_not_formatted(drive: Bench) -> None:
    assert drive.admin(0x09, 1, 0x84, 1).status == 0
    assert drive.admin(0x80, 1, USER_DATA).status == 0x4020
    assert drive.admin(0x09, 1, 0x84, 0).status == 0
    assert drive.admin(0x80, 1, USER_DATA).status == 0
