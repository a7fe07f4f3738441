"""What else IDENTIFY DEVICE says that a drive can do (ACS-4 table 55)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_words import has, marked, told


@dataclass(frozen=True)
class Feature:
    """A feature set. ``enabled`` is None where the drive doesn't tell."""

    supported: bool = False
    enabled: bool | None = None


@unique
class AtaZoned(StrEnum):
    """Word 69 bits 1:0. Host-managed disks say 'not-reported' and have a signature of their own (ZAC-2)."""

    NOT_REPORTED = "not-reported"
    HOST_AWARE = "host-aware"
    DEVICE_MANAGED = "device-managed"


@dataclass(frozen=True)
class AtaSanitize:
    """Word 59 bits 15:10. Without ``supported`` (bit 12) the others mean nothing and are False."""

    supported: bool = False
    crypto_scramble: bool = False
    overwrite: bool = False
    block_erase: bool = False
    antifreeze: bool = False
    acs3_commands: bool = False  # bit 11: the commands that pass while a sanitize runs are those of ACS-3 and later


@dataclass(frozen=True)
class AtaTrim:
    """DATA SET MANAGEMENT (word 169) and what reads give afterwards (word 69)."""

    supported: bool = False
    deterministic: bool = False  # DRAT: the same each time
    zeroes: bool = False  # RZAT: zeros
    most_blocks: int | None = None  # word 105: 512-byte blocks of ranges in one command; None: not told


@dataclass(frozen=True)
class AtaMedium:
    """What the data lies on, as far as the drive tells."""

    rotation: int = 0  # word 217: 0 not told, 1 does not rotate, 0401h to FFFEh revolutions a minute
    hybrid: bool = False  # a rotating disk with flash beside it
    zoned: AtaZoned = AtaZoned.NOT_REPORTED
    encrypts_all: bool = False  # word 69 bit 4: all user data is encrypted
    cache_non_volatile: bool = False  # word 69 bit 2


@dataclass(frozen=True)
class AtaFeatures:
    """Feature sets that matter to erasing and to looking at a drive's health."""

    lba: bool = False
    dma: bool = False
    lba48: bool = False
    smart: Feature = Feature()
    write_cache: Feature = Feature()
    read_look_ahead: Feature = Feature()
    hpa: Feature = Feature()  # enabled: the feature set is; whether sectors are hidden only READ NATIVE MAX tells
    hpa_security: Feature = Feature()  # SET MAX passwords and locks
    dco: bool = False
    accessible_max_address: bool = False
    more_told: bool = False  # words 119 and 120 count, so that what is False because of them was said
    flush_cache: bool = False
    flush_cache_ext: bool = False
    general_purpose_logging: bool = False
    log_dma: bool = False
    smart_error_log: bool = False
    smart_self_test: bool = False
    sct: bool = False
    trusted_computing: bool = False
    sense_data_reporting: Feature = Feature()
    power_up_in_standby: Feature = Feature()


def features_of(words: tuple[int, ...], *, recent: bool) -> tuple[AtaFeatures, set[AtaDoubt]]:
    """Feature sets in 256 words. ``recent``: fields of ACS-2 and later may be believed."""
    # word 83 vouches for 82 and 83, word 87 for 85 to 87, word 84 for itself
    supported_known, enabled_known = marked(words[83]), marked(words[87])

    def feature(place: int, bit: int) -> Feature:
        if not supported_known or not has(words[place], bit):
            return Feature()
        return Feature(supported=True, enabled=has(words[place + 3], bit) if enabled_known else None)

    def command(bit: int) -> bool:
        return supported_known and has(words[83], bit)

    def also(bit: int) -> bool:
        return marked(words[84]) and has(words[84], bit)

    # word 86 bit 15 vouches for words 119 and 120
    more_known = enabled_known and has(words[86], 15) and marked(words[119])

    def more(bit: int) -> bool:
        return more_known and has(words[119], bit)

    sense = Feature(supported=True, enabled=has(words[120], 6) if marked(words[120]) else None) if more(6) else Feature()
    features = AtaFeatures(
        lba=has(words[49], 9) and words[49] != 0xFFFF,
        dma=has(words[49], 8) and words[49] != 0xFFFF,
        lba48=command(10),
        smart=feature(82, 0),
        write_cache=feature(82, 5),
        read_look_ahead=feature(82, 6),
        hpa=feature(82, 10),
        hpa_security=feature(83, 8),
        dco=command(11),
        accessible_max_address=recent and more(8),
        more_told=more_known,
        flush_cache=command(12),
        flush_cache_ext=command(13),
        general_purpose_logging=also(5),
        log_dma=more(3),
        smart_error_log=also(0),
        smart_self_test=also(1),
        sct=told(words[206]) and has(words[206], 0),
        trusted_computing=marked(words[48]) and has(words[48], 0),
        sense_data_reporting=sense,
        power_up_in_standby=feature(83, 5),
    )
    return features, set() if supported_known else {AtaDoubt.FEATURES_NOT_TOLD}


def sanitize_of(word: int) -> tuple[AtaSanitize, set[AtaDoubt]]:
    """Word 59. Its lower half and bit 8 speak of sectors per DRQ block."""
    if not told(word):
        return AtaSanitize(), set()
    if not has(word, 12):
        return AtaSanitize(), {AtaDoubt.CONTRADICTORY_SANITIZE} if word & 0xEC00 else set()
    return (
        AtaSanitize(
            supported=True,
            crypto_scramble=has(word, 13),
            overwrite=has(word, 14),
            block_erase=has(word, 15),
            antifreeze=has(word, 10),
            acs3_commands=has(word, 11),
        ),
        set(),
    )


def trim_of(words: tuple[int, ...]) -> AtaTrim:
    """TRIM in 256 words."""
    if not told(words[169]) or not has(words[169], 0):
        return AtaTrim()
    additional = additional_of(words)
    return AtaTrim(
        supported=True,
        deterministic=has(additional, 14),
        zeroes=has(additional, 5),
        most_blocks=words[105] if told(words[105]) else None,
    )


def medium_of(words: tuple[int, ...], *, recent: bool) -> tuple[AtaMedium, set[AtaDoubt]]:
    """The medium in 256 words. ``recent``: fields of ACS-2 and later may be believed."""
    rotation, doubts = words[217], set[AtaDoubt]()
    if rotation not in (0, 1) and not 0x0401 <= rotation <= 0xFFFE:  # ACS-4 table 55, word 217
        if rotation != 0xFFFF:
            doubts.add(AtaDoubt.RESERVED_ROTATION)
        rotation = 0
    additional = additional_of(words) if recent else 0
    zoned = {0b01: AtaZoned.HOST_AWARE, 0b10: AtaZoned.DEVICE_MANAGED}.get(additional & 0b11, AtaZoned.NOT_REPORTED)
    return AtaMedium(rotation, _is_hybrid(words), zoned, has(additional, 4), has(additional, 2)), doubts


def additional_of(words: tuple[int, ...]) -> int:
    """Word 69, or 0 where it doesn't count: word 53 bit 1 vouches for words 64 to 70."""
    return words[69] if has(words[53], 1) and words[53] != 0xFFFF and words[69] != 0xFFFF else 0


def _is_hybrid(words: tuple[int, ...]) -> bool:
    # word 78 bit 9: Hybrid Information (SATA 3.2); word 214 bit 4 with 215 to 216: NV Cache (ATA8-ACS)
    hybrid_information = told(words[78]) and has(words[78], 9)
    cache = told(words[214]) and has(words[214], 4) and (words[215] | words[216] << 16) not in (0, 0xFFFFFFFF)
    return hybrid_information or cache
