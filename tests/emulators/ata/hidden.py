"""What makes a disk look smaller than it is: HPA (ATA8-ACS), DCO (ATA8-ACS), Accessible Max Address (ACS-4 section 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import ERROR_ID_NOT_FOUND, Outcome, Registers
from emulators.ata.run import Handler

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

READ_NATIVE_MAX = 0xF8
READ_NATIVE_MAX_EXT = 0x27
SET_MAX = 0xF9
SET_MAX_EXT = 0x37
DEVICE_CONFIGURATION = 0xB1
ACCESSIBLE_MAX = 0x78

MAX_28_BIT = 0x0FFFFFFF

# DCO word and bit, and the IDENTIFY bits that go with it (ATA8-ACS 7.9.3)
DCO_FEATURES = {
    (7, 0): ((82, 0), (84, 0), (84, 1)),  # SMART
    (7, 3): ((82, 1), (128, 0)),  # Security
    (7, 7): ((82, 10),),  # HPA
    (7, 8): ((83, 10), (83, 13)),  # 48-bit
    (7, 11): ((84, 6),),  # FUA
    (21, 10): ((169, 0),),  # DATA SET MANAGEMENT
    (21, 12): ((48, 0),),  # Trusted Computing
}


class HostProtectedArea:
    """READ NATIVE MAX and SET MAX. Sizes are numbers of sectors; None is 'as native'."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.kept: int | None = None  # non-volatile
        self.volatile: int | None = None
        self._kept_was_set = False  # since power came
        self._set_extended: bool | None = None  # which of the two commands made it
        self._password: bytes | None = None
        self._locked = False
        self._frozen = False
        self._attempts = 5
        self.commands: dict[int, Handler] = {
            READ_NATIVE_MAX: self._read_native_max,
            READ_NATIVE_MAX_EXT: self._read_native_max_ext,
            SET_MAX: self._set_max,
            SET_MAX_EXT: self._set_max_ext,
        }

    @property
    def current(self) -> int | None:
        return self.volatile if self.volatile is not None else self.kept

    @property
    def has_password(self) -> bool:
        return self._password is not None

    def power_on(self) -> None:
        self.volatile, self._kept_was_set = None, False
        self._password, self._locked, self._frozen, self._attempts = None, False, False, 5

    def hardware_reset(self) -> None:
        if not self._disk.personality.words[79] & 1 << 6:  # software settings preservation keeps it over COMRESET
            self.volatile = None

    def _read_native_max(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(82, 10))
        return Outcome(lba=min(self._disk.native_sectors - 1, MAX_28_BIT))

    def _read_native_max_ext(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(82, 10) and self._disk.supports(83, 10))
        return Outcome(lba=self._disk.native_sectors - 1)

    def _set_max(self, registers: Registers, data: bytes) -> Outcome:
        """Directly behind READ NATIVE MAX ADDRESS it is SET MAX ADDRESS, whatever FEATURE says; else FEATURE chooses."""
        require(self._disk.supports(82, 10))
        if self._follows(READ_NATIVE_MAX):
            return self._limit(registers, extended=False)
        require(self._disk.supports(83, 8) and not self._frozen)
        if registers.feature == 0x01:  # SET MAX SET PASSWORD
            require(not self._locked and len(data) == 512)
            self._password = data[2:34]
        elif registers.feature == 0x02:  # SET MAX LOCK
            require(self._password is not None)
            self._locked = True
        elif registers.feature == 0x03:  # SET MAX UNLOCK
            require(self._locked and self._attempts and len(data) == 512)
            if data[2:34] != self._password:
                self._attempts -= 1
                require(False)
            self._locked = False
        elif registers.feature == 0x04:  # SET MAX FREEZE LOCK
            require(not self._locked and self._password is not None)
            self._frozen = True
        else:
            require(False)
        return Outcome()

    def _set_max_ext(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(82, 10) and self._disk.supports(83, 10) and self._follows(READ_NATIVE_MAX_EXT))
        return self._limit(registers, extended=True)

    def _limit(self, registers: Registers, *, extended: bool) -> Outcome:
        require(not self._locked and not self._frozen)
        require(self._set_extended in (None, extended) or self.current is None)
        sectors = registers.lba + 1
        native = self._disk.native_sectors
        require(sectors <= native, ERROR_ID_NOT_FOUND)
        keeps = bool(registers.count & 1)
        if keeps:
            require(not self._kept_was_set, ERROR_ID_NOT_FOUND)  # one non-volatile change in a power cycle
            self._disk.power.step("store max address")
            self.kept, self.volatile, self._kept_was_set = None if sectors == native else sectors, None, True
        else:
            self.volatile = sectors
        self._set_extended = extended
        self._disk.capacity_changed()
        return Outcome(lba=registers.lba)

    def _follows(self, command: int) -> bool:
        return self._disk.previous is not None and self._disk.previous.command == command


class DeviceConfigurationOverlay:
    """DCO: takes capacity and features away, so that IDENTIFY no longer shows them."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.sectors: int | None = None  # None: as made in the factory
        self.hidden_bits: dict[int, int] = {}  # IDENTIFY word to bits that are gone
        self.frozen = False
        self.commands: dict[int, Handler] = {DEVICE_CONFIGURATION: self._device_configuration}

    @property
    def is_changed(self) -> bool:
        return self.sectors is not None or bool(self.hidden_bits)

    def power_on(self) -> None:
        self.frozen = False

    def _device_configuration(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(83, 11))
        feature = registers.feature & 0xFF
        if feature == 0xC1:  # FREEZE LOCK
            require(not self.frozen)
            self.frozen = True
            return Outcome()
        require(not self.frozen)
        if feature == 0xC0:  # RESTORE
            require(self.is_changed and self._disk.hpa.current is None)
            self._disk.power.step("restore configuration")
            self.sectors, self.hidden_bits = None, {}
            self._disk.capacity_changed()
            return Outcome()
        if feature in (0xC2, 0xC4):  # IDENTIFY
            return Outcome(data=self._identify())
        require(feature in (0xC3, 0xC5))  # SET
        self._set(data)
        return Outcome()

    def _identify(self) -> bytes:
        """What the factory made, and can be chosen."""
        words = [0] * 256
        words[0] = 0x0002
        words[1] = self._disk.personality.words[63] & 0x07
        words[2] = self._disk.personality.words[88] & 0x7F
        last = self._disk.factory_sectors - 1
        for part in range(4):
            words[3 + part] = last >> 16 * part & 0xFFFF
        for (word, bit), identify in DCO_FEATURES.items():
            if self._disk.personality.words[identify[0][0]] & 1 << identify[0][1]:
                words[word] |= 1 << bit
        return with_checksum(words)

    def _set(self, data: bytes) -> None:
        require(len(data) == 512 and data[510] == 0xA5 and sum(data) & 0xFF == 0)
        require(not self.is_changed and self._disk.hpa.current is None)
        words = [int.from_bytes(data[at : at + 2], "little") for at in range(0, 512, 2)]
        sectors = 1 + sum(words[3 + part] << 16 * part for part in range(4))
        require(sectors <= self._disk.factory_sectors)
        hidden: dict[int, int] = {}
        for (word, bit), identify in DCO_FEATURES.items():
            if not words[word] & 1 << bit:
                for number, identify_bit in identify:
                    hidden[number] = hidden.get(number, 0) | 1 << identify_bit
        require(not (hidden.get(82, 0) & 2 and self._disk.security.enabled))
        self._disk.power.step("store configuration")
        self.sectors = None if sectors == self._disk.factory_sectors else sectors
        self.hidden_bits = {word: bits for word, bits in hidden.items() if bits & self._disk.personality.words[word]}
        self._disk.capacity_changed()


class AccessibleMaxAddress:
    """AMA, the successor of HPA. It has no volatile form."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.sectors: int | None = None
        self.frozen = False
        self._was_set = False
        self.commands: dict[int, Handler] = {ACCESSIBLE_MAX: self._accessible_max}

    def power_on(self) -> None:
        self.frozen = self._was_set = False

    def _accessible_max(self, registers: Registers, data: bytes) -> Outcome:
        require(self._disk.supports(119, 8) and registers.extended)
        if registers.feature == 0x0000:  # GET NATIVE MAX ADDRESS EXT
            return Outcome(lba=self._disk.native_sectors - 1)
        require(not self.frozen)
        if registers.feature == 0x0002:  # FREEZE ACCESSIBLE MAX ADDRESS EXT
            self.frozen = True
            return Outcome()
        require(registers.feature == 0x0001)  # SET ACCESSIBLE MAX ADDRESS EXT
        require(not self._was_set)  # once in a power cycle
        native = self._disk.native_sectors
        require(registers.lba < native, ERROR_ID_NOT_FOUND)
        self._disk.power.step("store accessible max address")
        self.sectors, self._was_set = None if registers.lba == native - 1 else registers.lba + 1, True
        self._disk.capacity_changed()
        return Outcome()


def with_checksum(words: list[int]) -> bytes:
    """512 bytes whose last word is A5h and what makes the sum of all bytes 0 (ACS-4 7.12.7.71)."""
    words[255] = 0x00A5
    data = b"".join(word.to_bytes(2, "little") for word in words)
    return data[:511] + bytes([-sum(data) & 0xFF])
