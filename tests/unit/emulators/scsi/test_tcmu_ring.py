"""The kernel's ring (include/uapi/linux/target_core_user.h), on a buffer that the test fills as the kernel does."""

from __future__ import annotations

import struct

import pytest

from emulators.fronts.tcmu_ring import Command, Ring, RingError, TaskManagement
from emulators.scsi.interface import Reply

CMDR, SIZE, DATA = 128, 1024, 2048


class Kernel:
    """The other side: a mailbox at 0, entries from 128 on, data from 2048 on."""

    def __init__(self, *, version: int = 2, flags: int = 7) -> None:
        self.memory = bytearray(8192)
        struct.pack_into("<HHII", self.memory, 0, version, flags, CMDR, SIZE)

    @property
    def head(self) -> int:
        return int(struct.unpack_from("<I", self.memory, 12)[0])

    @property
    def tail(self) -> int:
        return int(struct.unpack_from("<I", self.memory, 64)[0])

    def entry(self, operation: int, number: int, length: int) -> int:
        at = CMDR + self.head
        self.memory[at : at + length] = bytes(length)
        struct.pack_into("<IH", self.memory, at, length | operation, number)
        struct.pack_into("<I", self.memory, 12, (self.head + length) % SIZE)
        return at

    def command(self, number: int, cdb: str, *places: tuple[int, int]) -> int:
        """An entry of 256 bytes: iovecs at 48, the CDB behind 128."""
        at = self.entry(1, number, 256)
        struct.pack_into("<IIIxxxxQ", self.memory, at + 8, len(places), 0, 0, at + 128)
        for index, place in enumerate(places):
            struct.pack_into("<QQ", self.memory, at + 48 + 16 * index, *place)
        cdb_bytes = bytes.fromhex(cdb)
        self.memory[at + 128 : at + 128 + len(cdb_bytes)] = cdb_bytes
        return at


def commands(ring: Ring) -> list[Command]:
    arrived = list(ring.arrived())
    assert all(isinstance(one, Command) for one in arrived)
    return [one for one in arrived if isinstance(one, Command)]


@pytest.mark.parametrize("mailbox", [{"version": 1}, {"version": 3}, {"flags": 2}, {"flags": 5}])
def test_a_mailbox_that_is_not_understood_is_refused(mailbox: dict[str, int]) -> None:
    with pytest.raises(RingError):
        Ring(Kernel(**mailbox).memory)


def test_what_is_read_goes_to_its_places_with_its_length() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    at = kernel.command(7, "28000000000000000200", (DATA, 512), (DATA + 2048, 512))
    (command,) = commands(ring)
    assert (command.cdb.hex(), command.data_out, command.data_in) == ("28000000000000000200", b"", 1024)
    ring.complete(command, Reply(0, b"a" * 512 + b"b" * 100))
    assert kernel.memory[DATA : DATA + 512] == b"a" * 512
    assert kernel.memory[DATA + 2048 : DATA + 2048 + 101] == b"b" * 100 + b"\0"
    assert kernel.memory[at + 7] == 0x02  # TCMU_UFLAG_READ_LEN
    assert struct.unpack_from("<BBHI", kernel.memory, at + 8) == (0, 0, 0, 612)
    assert kernel.tail == kernel.head


def test_what_is_written_is_gathered() -> None:
    kernel = Kernel()
    kernel.memory[DATA : DATA + 3], kernel.memory[4096:4098] = b"abc", b"de"
    kernel.command(1, "2a000000000000000100", (DATA, 3), (4096, 2))
    (command,) = commands(Ring(kernel.memory))
    assert (command.data_out, command.data_in) == (b"abcde", 0)


@pytest.mark.parametrize(
    ("cdb", "out"),
    [
        ("850a06" + "00" * 11 + "f100", True),  # PIO data-out
        ("850806" + "00" * 11 + "ec00", False),  # PIO data-in
        ("850c06" + "00" * 11 + "3500", True),  # DMA with T_DIR 0
        ("850c0e" + "00" * 11 + "2500", False),  # DMA with T_DIR 1
        ("a10a06" + "00" * 6 + "f10000", True),
        ("7f" + "00" * 6 + "18" + "1ff0" + "0a06" + "00" * 20, True),
        ("7f" + "00" * 6 + "18" + "0009" + "0a06" + "00" * 20, False),  # READ (32)
        ("48810000000000000800", True),
        ("12000000ff00", False),
    ],
)
def test_the_cdb_tells_which_way_data_goes(cdb: str, out: bool) -> None:
    kernel = Kernel()
    kernel.command(1, cdb, (DATA, 512))
    (command,) = commands(Ring(kernel.memory))
    assert command.cdb.hex() == cdb
    assert (len(command.data_out), command.data_in) == ((512, 0) if out else (0, 512))


def test_sense_stands_in_the_answer() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    at = kernel.command(1, "000000000000")
    ring.complete(commands(ring)[0], Reply(2, sense=bytes.fromhex("700002")))
    assert kernel.memory[at + 8] == 2
    assert kernel.memory[at + 16 : at + 112] == bytes.fromhex("700002") + bytes(93)


def test_commands_are_completed_in_any_order_by_their_number() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    first, second = kernel.command(11, "28000000000000000100", (DATA, 512)), kernel.command(12, "28000000010000000100", (4096, 512))
    slow, quick = commands(ring)
    ring.complete(quick, Reply(0, b"q" * 512))
    assert (struct.unpack_from("<H", kernel.memory, first + 4)[0], kernel.tail) == (12, 256)
    ring.complete(slow, Reply(0, b"s" * 512))
    assert (struct.unpack_from("<H", kernel.memory, second + 4)[0], kernel.tail) == (11, 512)
    assert (kernel.memory[DATA], kernel.memory[4096]) == (ord("s"), ord("q"))


def test_the_ring_goes_round_over_what_is_no_command() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    for number in range(3):
        kernel.command(number, "000000000000")
        ring.complete(commands(ring)[0], Reply())
    kernel.entry(0, 0, 256)  # padding to the end
    kernel.command(9, "000000000000")
    (command,) = commands(ring)
    assert (command.number, kernel.tail) == (9, 0)
    ring.complete(command, Reply())
    assert kernel.tail == kernel.head == 256


def test_an_abort_names_its_commands_and_an_unknown_operation_is_marked() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    at = kernel.entry(2, 0, 64)
    kernel.memory[at + 8] = 1
    struct.pack_into("<I", kernel.memory, at + 12, 2)
    struct.pack_into("<HH", kernel.memory, at + 32, 5, 6)
    unknown = kernel.entry(5, 0, 64)
    assert list(ring.arrived()) == [TaskManagement(1, (5, 6))]
    assert kernel.memory[unknown + 7] == 0x01  # TCMU_UFLAG_UNKNOWN_OP
    assert kernel.tail == kernel.head


def test_an_entry_of_no_length_does_not_keep_it_going_for_ever() -> None:
    kernel = Kernel()
    ring = Ring(kernel.memory)
    struct.pack_into("<I", kernel.memory, 12, 64)
    with pytest.raises(RingError):
        list(ring.arrived())
