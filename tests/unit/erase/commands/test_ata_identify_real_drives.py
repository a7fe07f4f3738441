"""IDENTIFY DEVICE data of real drives, and of impostors (tests/drives/identify)."""

import json
from pathlib import Path

import pytest

from erase.commands.ata_capacity import AtaCapacity
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_features import AtaFeatures, AtaMedium, AtaSanitize, AtaTrim, AtaZoned, Feature
from erase.commands.ata_identify import AtaKind, parse_identify
from erase.commands.ata_security_state import AtaSecurity, AtaSecurityState, EraseTime

DRIVES = [json.loads(line) for line in (Path(__file__).parents[3] / "drives/identify/drives.jsonl").read_text().splitlines()]


def raw(drive):
    if "bytes" in drive:
        return bytes.fromhex(drive["bytes"])[:512]
    return b"".join(bytes.fromhex(drive["words"][place : place + 4])[::-1] for place in range(0, 1024, 4))


def real(model):
    return next(raw(drive) for drive in DRIVES if drive["model"] == model)


@pytest.mark.parametrize(
    "drive", [drive for drive in DRIVES if drive["kind"] == "ata" and "lie" not in drive], ids=lambda drive: drive["model"]
)
def test_real_drives_are_believed_and_say_who_they_are(drive):
    identify = parse_identify(raw(drive))
    assert identify.believed
    assert (identify.model, identify.firmware) == (drive["model"], drive["firmware"])
    assert identify.serial
    assert identify.checked == drive["checksum_present"] == drive["checksum_ok"]


@pytest.mark.parametrize("drive", [drive for drive in DRIVES if "lie" in drive or drive["kind"] != "ata"], ids=lambda drive: drive["model"])
def test_impostors_are_shown_and_not_believed(drive):
    identify = parse_identify(raw(drive))
    assert not identify.believed
    expected = {
        "ASSMNU GDH61J0/JP": {AtaDoubt.STRINGS_UNSWAPPED, AtaDoubt.WRONG_CHECKSUM},
        "DW CDW08J0-D57SM1A": {AtaDoubt.STRINGS_UNSWAPPED, AtaDoubt.WRONG_CHECKSUM},
        "PLEXTOR DVD-ROM PX-116A": {AtaDoubt.PACKET_DEVICE, AtaDoubt.NO_CHECKSUM},
        "THNSN5512GPU7 TOSHIBA": {AtaDoubt.STRINGS_UNPRINTABLE, AtaDoubt.NO_CHECKSUM},  # NVMe Identify Controller
        "SAMSUNG MZVLB256HBHQ-000L7": {AtaDoubt.STRINGS_UNPRINTABLE, AtaDoubt.NO_CHECKSUM},
        "WDC WDS250G2B0C-00PXH0": {AtaDoubt.TOO_SHORT},
    }[drive["model"]]
    assert identify.doubts >= expected


def test_every_recorded_drive_was_looked_at():
    assert len(DRIVES) == 27


def test_a_samsung_ssd_has_what_its_maker_says():
    identify = parse_identify(real("Samsung SSD 870 EVO 2TB"))
    assert identify.doubts == frozenset()
    assert identify.capacity == AtaCapacity(3_907_029_168, 0x0FFFFFFF, 3_907_029_168, None, 512, 512)
    assert identify.capacity.size == 2_000_398_934_016
    assert identify.medium == AtaMedium(1, hybrid=False, zoned=AtaZoned.NOT_REPORTED, encrypts_all=True)
    assert identify.trim == AtaTrim(supported=True, deterministic=True, zeroes=True, most_blocks=8)
    assert identify.sanitize == AtaSanitize()
    assert identify.security == AtaSecurity(
        supported=True,
        enhanced_supported=True,
        master_identifier=0xFFFE,
        normal_time=EraseTime(4),
        enhanced_time=EraseTime(8),
    )
    assert identify.security.state is AtaSecurityState.SEC1
    assert (identify.wwn, identify.standard) == ("5002538f43000000", 11)
    # on and supported, in words 82 to 87
    on = Feature(supported=True, enabled=True)
    features = identify.features
    assert (features.smart, features.write_cache, features.read_look_ahead, features.hpa) == (on, on, on, on)
    assert (features.lba48, features.flush_cache_ext, features.general_purpose_logging, features.log_dma) == (True, True, True, True)
    assert (features.trusted_computing, features.sct, features.dco, features.accessible_max_address) == (True, True, True, False)
    assert features.hpa_security == Feature(supported=True, enabled=False)


def test_the_same_maker_delivers_a_drive_that_is_frozen():
    assert parse_identify(real("Samsung SSD 860 EVO 500GB")).security.state is AtaSecurityState.SEC2


def test_the_host_managed_disk_of_28_tb_has_long_sectors_and_erases_for_2716_minutes():
    identify = parse_identify(real("WDC  WSH722880ALN604"))
    assert identify.doubts == frozenset()
    assert identify.capacity.size == 28_001_039_286_272
    assert (identify.capacity.logical_sector, identify.capacity.physical_sector) == (4096, 4096)
    assert identify.capacity.sectors_extended == identify.capacity.sectors_48 == 6_836_191_232
    assert identify.sanitize == AtaSanitize(supported=True, overwrite=True, acs3_commands=True)
    assert identify.security.normal_time == EraseTime(2716)
    assert (identify.medium.rotation, identify.standard) == (7200, 12)


def test_a_dead_ssd_in_rom_mode_claims_a_capacity_that_no_field_can_hold():
    identify = parse_identify(real("YATAPDONG BAREFOOT-ROM"))
    assert identify.doubts == {AtaDoubt.CONTRADICTORY_CAPACITY}
    assert identify.capacity.sectors is None
    assert identify.capacity.size is None
    assert identify.capacity.sectors_28 == 268_435_456


@pytest.mark.parametrize(("model", "kind"), [("LEXAR ATA FLASH", AtaKind.COMPACT_FLASH), ("WDC AC22100H", AtaKind.ATA)])
def test_a_drive_with_word_83_invalid_has_no_feature_sets(model, kind):
    identify = parse_identify(real(model))
    assert identify.kind is kind
    assert identify.doubts == {AtaDoubt.NO_CHECKSUM, AtaDoubt.FEATURES_NOT_TOLD}
    assert identify.features == AtaFeatures(lba=True, dma=model.startswith("WDC"))
    assert identify.security == AtaSecurity()


def test_supported_and_enabled_are_told_apart_where_word_87_counts():
    assert parse_identify(real("ST33232A")).features.smart == Feature(supported=True, enabled=None)  # word 87 is 0000h
    assert parse_identify(real("ST3160023AS")).features.smart == Feature(supported=True, enabled=False)  # 82 346Bh, 85 3468h
    assert parse_identify(real("ST3400633AS")).features.smart == Feature(supported=True, enabled=True)


@pytest.mark.parametrize("model", ["Maxtor 4D060H3", "WDC WD800BB-00CAA1", "Maxtor 6Y120P0", "ST33232A", "SATA SSD"])
def test_word_59_with_01h_in_its_high_byte_is_no_sanitize(model):
    identify = parse_identify(real(model))
    assert identify.sanitize == AtaSanitize()
    assert AtaDoubt.CONTRADICTORY_SANITIZE not in identify.doubts


def test_word_92_of_0000h_is_no_identifier_and_times_of_0_are_not_given():
    security = parse_identify(real("ST3160023AS")).security
    assert security.supported
    assert security.master_identifier is None
    assert security.normal_time == EraseTime(None)
