"""READ LOG EXT: the directory, device statistics, IDENTIFY DEVICE data log (ACS-4 section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.identify import identify, identify_words
from emulators.ata.refusals import require
from emulators.ata.registers import SECTOR, Outcome, Registers
from emulators.ata.run import Handler
from emulators.ata.smart import checked

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

READ_LOG_EXT = 0x2F
READ_LOG_DMA_EXT = 0x47

DIRECTORY = 0x00
SUMMARY_ERRORS = 0x01
DEVICE_STATISTICS = 0x04
SELF_TESTS = 0x06
QUEUED_ERROR = 0x10
IDENTIFY_DATA = 0x30

VALID = 1 << 63
SUPPORTED_AND_VALID = 0xC0 << 56  # flags of a device statistic


class Logs:
    """Each log is a list of pages of 512 bytes."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.commands: dict[int, Handler] = {READ_LOG_EXT: self._read_log_ext, READ_LOG_DMA_EXT: self._read_log_ext}

    def _read_log_ext(self, registers: Registers, data: bytes) -> Outcome:
        """LBA 7:0 log address, 15:8 page number 7:0, 39:32 page number 15:8."""
        require(self._disk.supports(84, 5) and registers.extended)
        page = registers.lba >> 8 & 0xFF | registers.lba >> 24 & 0xFF00
        return Outcome(data=self.read(registers.lba & 0xFF, page, registers.count, by_smart=False))

    def read(self, address: int, page: int, count: int, *, by_smart: bool) -> bytes:
        """Raises Refused for a log or a page that there is none of."""
        pages = self._log(address, by_smart=by_smart)
        require(count and page + count <= len(pages))
        return b"".join(pages[page : page + count])

    def _log(self, address: int, *, by_smart: bool) -> list[bytes]:
        logs = {SUMMARY_ERRORS: self._summary, SELF_TESTS: self._summary, DEVICE_STATISTICS: self._statistics}
        logs |= {QUEUED_ERROR: self._queued_error, IDENTIFY_DATA: self._identify_data}
        if by_smart:
            del logs[QUEUED_ERROR]
        else:
            del logs[SUMMARY_ERRORS], logs[SELF_TESTS]
        if address == DIRECTORY:
            counts = {number: len(log()) for number, log in logs.items()}
            numbers = [1 if number == 0 else counts.get(number, 0) for number in range(256)]
            return [b"".join(number.to_bytes(2, "little") for number in numbers)]
        require(address in logs)
        return logs[address]()

    def _summary(self) -> list[bytes]:
        """Nothing is in it."""
        return [checked(bytes([1]).ljust(SECTOR, b"\0"))]

    def _queued_error(self) -> list[bytes]:
        return [checked(bytes([0x80]).ljust(SECTOR, b"\0"))]  # NQ: not a queued command's

    def _statistics(self) -> list[bytes]:
        smart = self._disk.smart
        pages = {
            0x01: {8: smart.power_cycles, 16: smart.hours},
            0x03: {32: self._disk.medium.pages_out_of_use, 56: self._disk.medium.pages_pending},
            0x05: {8: smart.temperature},
        }
        if self._disk.personality.words[217] == 0x0001:
            del pages[0x03]
            pages[0x07] = {8: 3}  # percent of its endurance used
        marked = {number: {at: SUPPORTED_AND_VALID | value for at, value in fields.items()} for number, fields in pages.items()}
        return self._with_list(marked, valid_header=False)

    def _identify_data(self) -> list[bytes]:
        words = identify_words(self._disk)
        pages = {
            0x02: {
                8: VALID | self._disk.sectors,
                16: VALID | 3 << 61 | words[106] & 0x0F,
                24: VALID | self._disk.sector // 2,  # words in a logical sector
            },
            0x03: {8: VALID | self._capabilities(words), 24: VALID | words[217]},
            0x06: self._security(words),
        }
        log = self._with_list(pages, valid_header=True, extra=frozenset({0x01}))
        log[1] = identify(self._disk)
        return log

    def _capabilities(self, words: list[int]) -> int:
        bits = {
            51: self._disk.personality.definitive_ending_pattern,
            41: words[119] & 1 << 8,
            39: words[69] & 1 << 14,
            31: words[69] & 1 << 5,
            24: words[82] & 1 << 5,
            23: words[82] & 1,
            20: words[83] & 1 << 10,
            16: words[83] & 1 << 3,
            12: words[84] & 1 << 6,
            11: words[84] & 1 << 5,
        }
        return sum(1 << bit for bit, value in bits.items() if value)

    def _security(self, words: list[int]) -> dict[int, int]:
        """Page 06h, ACS-4 section 9.11.8."""
        status = words[128] & 0x3F | (words[128] >> 8 & 1) << 6
        sanitize = [self._disk.supports(59, bit) for bit in (12, 13, 14, 15, 10, 11)]  # bits 1 to 6
        capabilities = sum(1 << 1 + number for number, value in enumerate(sanitize) if value)
        capabilities |= bool(words[69] & 1 << 4) | self._disk.personality.restricted_sanitize_overrides_security << 7
        return {
            8: VALID | words[92],
            16: VALID | status,
            24: VALID | words[90],
            32: VALID | words[89],
            40: VALID | words[48] & 1,
            48: VALID | capabilities,
        }

    def _with_list(self, pages: dict[int, dict[int, int]], *, valid_header: bool, extra: frozenset[int] = frozenset()) -> list[bytes]:
        """Page 0 lists the others; those between that don't exist are blank."""
        numbers = sorted({0, *pages, *extra})
        first = VALID if valid_header else 0
        made = [bytes(SECTOR)] * (numbers[-1] + 1)
        made[0] = ((first | 1).to_bytes(8, "little") + bytes([len(numbers), *numbers])).ljust(SECTOR, b"\0")
        for number, fields in pages.items():
            page = bytearray(SECTOR)
            page[0:8] = (first | number << 16 | 1).to_bytes(8, "little")
            for at, value in fields.items():
                page[at : at + 8] = value.to_bytes(8, "little")
            made[number] = bytes(page)
        return made
