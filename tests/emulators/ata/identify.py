"""IDENTIFY DEVICE data: the personality's words, with everything that is live computed anew (ACS-4 section 7.12.7)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from emulators.ata.hidden import MAX_28_BIT, with_checksum

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk


def identify_words(disk: AtaDisk) -> list[int]:
    """The words without the checksum."""
    words = list(disk.personality.words)
    for word, bits in disk.dco.hidden_bits.items():
        words[word] &= ~bits
    if not disk.supports(82, 1):
        words[82] &= ~2
    if disk.serial is not None:
        words[10:20] = _text(disk.serial, 20)
        # the vendor's part of the world wide name, from the serial: the same serial gives the same name
        name = hashlib.sha256(disk.serial.encode("ascii")).digest()
        words[110:112] = [int.from_bytes(name[0:2], "big"), int.from_bytes(name[2:4], "big")]
    _capacity(disk, words)
    if disk.personality.rom_mode:
        return words
    if words[83] & 0xC000 == 0x4000:
        _settings(disk, words)
    words[92] = disk.security.master_identifier if disk.supports(82, 1) else 0
    words[128] = disk.security.word_128
    if not words[82] & 2:
        words[89] = words[90] = 0
    return words


def identify(disk: AtaDisk) -> bytes:
    """512 bytes. The checksum is right where the recorded drive has one."""
    words = identify_words(disk)
    if disk.personality.words[255] & 0xFF == 0xA5:
        return with_checksum(words)
    return b"".join(word.to_bytes(2, "little") for word in words)


def _capacity(disk: AtaDisk, words: list[int]) -> None:
    sectors = disk.sectors
    shown = min(sectors, disk.personality.words[60] | disk.personality.words[61] << 16 if disk.personality.rom_mode else MAX_28_BIT)
    words[60], words[61] = shown & 0xFFFF, shown >> 16
    has_48_bit = bool(words[83] & 1 << 10)
    for part in range(4):
        words[100 + part] = sectors >> 16 * part & 0xFFFF if has_48_bit else 0
        if words[69] & 1 << 3:
            words[230 + part] = sectors >> 16 * part & 0xFFFF


def _settings(disk: AtaDisk, words: list[int]) -> None:
    """Words 85 to 87, 91: what is switched on. A feature that is not supported can't be."""
    switches = {
        (85, 0): disk.smart.enabled,
        (85, 1): disk.security.enabled,
        (85, 5): disk.features.write_cache,
        (85, 6): disk.features.look_ahead,
        (86, 3): disk.features.apm is not None,
        (86, 5): disk.features.power_up_in_standby,
        (86, 8): disk.hpa.has_password,
    }
    for word in (85, 86, 87):
        for bit in range(16):
            supported = bool(words[word - 3] & 1 << bit)
            is_on = switches.get((word, bit), bool(words[word] & 1 << bit))
            if word == 86 and bit == 15:  # words 119 and 120 are valid: not a copy of word 83
                supported = is_on
            words[word] = words[word] | 1 << bit if is_on and supported else words[word] & ~(1 << bit)
    if disk.features.apm is not None:
        words[91] = disk.features.apm


def _text(text: str, length: int) -> list[int]:
    data = text.rjust(length).encode("ascii")
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, length, 2)]
