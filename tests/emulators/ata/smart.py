"""SMART (ACS-4 section 7.48; the attribute table is the vendors' common form) and the logs behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import SECTOR, Outcome, Registers
from emulators.ata.run import Handler

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

SMART = 0xB0
KEY = 0xC24F  # LBA 23:8
FAILING = 0x2CF4  # what RETURN STATUS puts there when a threshold is exceeded

READ_DATA = 0xD0
READ_THRESHOLDS = 0xD1
ENABLE_AUTOSAVE = 0xD2
EXECUTE_OFF_LINE = 0xD4
READ_LOG = 0xD5
ENABLE = 0xD8
DISABLE = 0xD9
RETURN_STATUS = 0xDA


class Smart:
    """Health, as the drive tells it. Temperature and age are set by the test; counts of bad sectors come from the medium."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.enabled = bool(disk.personality.words[85] & 1)
        self.failing = False
        self.temperature = 31  # degrees Celsius
        self.hours = 12345
        self.power_cycles = 0
        self.commands: dict[int, Handler] = {SMART: self._smart}

    def attributes(self) -> list[tuple[int, int, int, int]]:
        """Number, normalised value, raw value, threshold."""
        medium = self._disk.medium
        out_of_use, pending = medium.pages_out_of_use, medium.pages_pending
        return [
            (5, 1 if self.failing else 100, out_of_use, 10),
            (9, 99, self.hours, 0),
            (12, 100, self.power_cycles, 0),
            (194, 100 - self.temperature, self.temperature, 0),
            (197, 100, pending, 0),
        ]

    def _smart(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(82, 0) and registers.lba >> 8 & 0xFFFF == KEY)
        feature = registers.feature & 0xFF
        if feature == ENABLE:
            self.enabled = True
            return Outcome()
        require(self.enabled)
        if feature == DISABLE:
            self.enabled = False
        elif feature == READ_DATA:
            return Outcome(data=self._data())
        elif feature == READ_THRESHOLDS:
            return Outcome(data=self._thresholds())
        elif feature == RETURN_STATUS:
            return Outcome(lba=(FAILING if self.failing else KEY) << 8)
        elif feature == READ_LOG:
            return Outcome(data=self._disk.logs.read(registers.lba & 0xFF, 0, registers.count & 0xFF, by_smart=True))
        else:
            require(feature in (ENABLE_AUTOSAVE, EXECUTE_OFF_LINE))
        return Outcome()

    def _data(self) -> bytes:
        table = b"".join(
            bytes([number]) + (0x0032).to_bytes(2, "little") + bytes([value, value]) + raw.to_bytes(6, "little") + b"\0"
            for number, value, raw, _ in self.attributes()
        )
        data = bytearray((0x0010).to_bytes(2, "little") + table.ljust(360, b"\0")).ljust(SECTOR, b"\0")
        data[367] = 0x51  # off-line capability: execute immediate, self-test, selective
        data[368] = 0x03  # SMART capability: saves before standby, autosave
        data[370] = 0x01  # error logging
        return checked(bytes(data))

    def _thresholds(self) -> bytes:
        table = b"".join(bytes([number, threshold]) + bytes(10) for number, _, _, threshold in self.attributes())
        return checked(((0x0010).to_bytes(2, "little") + table).ljust(SECTOR, b"\0"))


def checked(data: bytes) -> bytes:
    """The last byte makes the sum of all bytes 0."""
    return data[:511] + bytes([-sum(data[:511]) & 0xFF])
