"""How ATA writes things down: little-endian words, words that say whether they count, strings with their letters in pairs.

Everything here is total: any bytes give a value.
"""

from __future__ import annotations

SECTOR = 512  # bytes; what ATA transfers is counted in these, whatever the drive's own sectors are
CHECKSUM_SIGNATURE = 0xA5  # in the last word's low byte: the high byte then makes the sum of all 512 bytes 0 (ACS-4 table 55)


def words_of(data: bytes) -> tuple[int, ...]:
    """The whole words in ``data``, low byte first."""
    return tuple(int.from_bytes(data[place : place + 2], "little") for place in range(0, len(data) - 1, 2))


def number(words: tuple[int, ...], first: int, count: int) -> int:
    """``count`` words as one number, low word first."""
    return sum(words[first + index] << (16 * index) for index in range(count))


def has(word: int, bit: int) -> bool:
    """Whether a bit is set."""
    return bool(word >> bit & 1)


def told(word: int) -> bool:
    """Whether a word holds anything: 0000h and FFFFh mean that the drive doesn't tell (ACS-4 table 55, words 76, 78, 128, 206)."""
    return word not in (0x0000, 0xFFFF)


def marked(word: int) -> bool:
    """Whether a word counts that marks itself with 01b in its bits 15:14 (ACS-4 table 55, words 48, 83, 84, 87, 106, 119, 120)."""
    return word >> 14 == 0b01


def checksum_signed(data: bytes) -> bool:
    """Whether a sector says that it carries a checksum."""
    return len(data) == SECTOR and data[510] == CHECKSUM_SIGNATURE


def checksum_right(data: bytes) -> bool:
    """Whether a sector carries a checksum, and the right one."""
    return checksum_signed(data) and sum(data) % 256 == 0


def sums_to_zero(data: bytes) -> bool:
    """Whether a sector's bytes add up to zero: SMART data carries its checksum without a signature (ACS-3, SMART READ DATA)."""
    return len(data) == SECTOR and sum(data) % 256 == 0


def letters(data: bytes) -> bytes:
    """An ATA string in reading order: of each word the first letter is in the high byte (ACS-4 clause 3)."""
    swapped = bytearray(data[: len(data) // 2 * 2])
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    return bytes(swapped)


def printable(raw: bytes) -> bool:
    """Whether a string holds only what ATA strings may: 20h to 7Eh, padded with blanks, or with zeros as older drives do it."""
    return all(0x20 <= letter <= 0x7E for letter in raw.rstrip(b"\0"))


def shown(raw: bytes) -> str | None:
    """A string without its padding; None where it names nothing: blanks, zeros, FFs.

    Whatever isn't plain ASCII is written as an escape, so that no drive can put control characters on a screen.
    """
    whole = "".join(chr(letter) if 0x20 <= letter <= 0x7E else f"\\x{letter:02x}" for letter in raw.strip(b" \0"))
    bare = set(whole.lower().replace("\\xff", "f")) - set(" -.")
    return whole if bare - {"0"} and bare - {"f"} else None


def shown_serial(raw: bytes) -> str | None:
    """A serial number: as :func:`shown`, each run of blanks inside as one blank."""
    text = shown(raw)
    return None if text is None else " ".join(text.split())
