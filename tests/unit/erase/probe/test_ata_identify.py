"""IDENTIFY data of real drives, and of liars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.drive.facts import MediaType
from erase.probe.ata_identify import identify_from_bytes, identify_from_vpd
from erase.probe.media import from_rotation


def signed(data: bytearray) -> bytes:
    data[510] = 0xA5
    data[511] = -sum(data[:511]) % 256
    return bytes(data)


def with_words(data: bytes, **words: int) -> bytes:
    changed = bytearray(data)
    for name, value in words.items():
        place = 2 * int(name.removeprefix("w"))
        changed[place : place + 2] = value.to_bytes(2, "little")
    return signed(changed)


@pytest.mark.parametrize(
    ("model", "firmware", "wwn", "form"),
    [
        ("Samsung SSD 870 EVO 2TB", "SVT02B6Q", "5002538f43000000", (MediaType.FLASH, 512)),
        ("Samsung SSD 860 EVO 500GB", "RVT01B6Q", "5002538e40000000", (MediaType.FLASH, 512)),
        ("SATA SSD", "SBFM61.2", None, (MediaType.FLASH, 512)),
        # words 84 and 87 are valid but bit 8 is not set, so words 108 to 111 are no name
        ("ST380013AS", "3.18", None, (MediaType.UNKNOWN, 512)),
        # 28 TB, host-managed, 4096-byte logical sectors, 7200 revolutions a minute
        ("WDC  WSH722880ALN604", "LVGMWF10", "5000cca2f7000000", (MediaType.MAGNETIC, 4096)),
        # a CompactFlash card has bit 15 of word 0 set and is an ATA device all the same; it tells no rotation rate
        ("LEXAR ATA FLASH", "V1.01", None, (MediaType.UNKNOWN, 512)),
    ],
)
def test_real_drives_say_who_they_are(identify_data, model, firmware, wwn, form):
    identify = identify_from_bytes(identify_data[model])
    assert (identify.model, identify.firmware, identify.wwn) == (model, firmware, wwn)
    assert (from_rotation(identify.rotation), identify.physical_sector) == form
    assert identify.serial


def test_the_host_managed_disk_has_long_logical_sectors(identify_data):
    assert identify_from_bytes(identify_data["WDC  WSH722880ALN604"]).logical_sector == 4096


@pytest.mark.parametrize(
    "model",
    [
        "ASSMNU GDH61J0/JP",  # strings turned by a kernel, so the checksum is off
        "DW CDW08J0-D57SM1A",  # a RAID controller's metadata that begins as IDENTIFY does
        "PLEXTOR DVD-ROM PX-116A",  # an optical drive
    ],
)
def test_liars_are_not_believed(identify_data, model):
    assert identify_from_bytes(identify_data[model]) is None


def test_one_flipped_bit_is_enough_to_be_disbelieved(identify_data):
    data = bytearray(identify_data["Samsung SSD 870 EVO 2TB"])
    data[2 * 217] ^= 0x02
    assert identify_from_bytes(bytes(data)) is None


def test_old_drives_without_a_checksum_are_read_but_marked(identify_data):
    old, new = identify_from_bytes(identify_data["ST33232A"]), identify_from_bytes(identify_data["ST380013AS"])
    assert (old.model, old.checked, new.checked) == ("ST33232A", False, True)


def test_a_world_wide_name_counts_only_where_word_87_says_so(identify_data):
    evo = identify_data["Samsung SSD 870 EVO 2TB"]
    assert identify_from_bytes(with_words(evo, w87=0x4063)).wwn is None  # bit 8 clear
    assert identify_from_bytes(with_words(evo, w87=0xC163)).wwn is None  # bits 15:14 not 01b
    assert identify_from_bytes(with_words(evo, w108=0, w109=0, w110=0, w111=0)).wwn is None
    assert identify_from_bytes(with_words(evo, w108=0x3002)).wwn is None  # NAA 3: made up


def test_hybrids_are_known_by_hybrid_information_or_by_their_cache(identify_data):
    disk = identify_data["WDC  WSH722880ALN604"]
    assert not identify_from_bytes(disk).hybrid
    assert identify_from_bytes(with_words(disk, w78=0x0200)).hybrid  # SATA 3.2: word 78 bit 9
    assert identify_from_bytes(with_words(disk, w214=0x0010, w215=0x0000, w216=0x0080)).hybrid  # ATA8-ACS: NV cache of 4 GiB
    assert not identify_from_bytes(with_words(disk, w214=0x0010, w215=0, w216=0)).hybrid  # a cache of nothing
    assert not identify_from_bytes(with_words(disk, w78=0xFFFF, w214=0xFFFF)).hybrid  # FFFFh: not told


def test_the_page_around_the_data_is_checked(identify_data, information_page):
    page = information_page(identify_data["ST380013AS"])
    assert len(page) == 572
    assert identify_from_vpd(page).model == "ST380013AS"
    assert identify_from_vpd(page[:571]) is None
    assert identify_from_vpd(b"\x00\x83" + page[2:]) is None
    assert identify_from_vpd(b"") is None


@given(st.binary(max_size=600))
def test_any_bytes_give_an_answer(data):
    identify_from_bytes(data)
    identify_from_vpd(data)


@given(st.binary(min_size=512, max_size=512))
def test_any_512_bytes_with_a_right_checksum_give_an_answer(data):
    identify = identify_from_bytes(signed(bytearray(data)))
    assert identify is None or identify.checked


def test_blank_data_are_nobody():
    assert identify_from_bytes(bytes(512)) is None
    assert identify_from_bytes(b"\xff" * 512) is None


def test_a_serial_is_plain_and_a_model_stays_as_it_is(identify_data):
    data = bytearray(identify_data["WDC  WSH722880ALN604"])
    text = b"WD-  12\xa034".ljust(20)
    data[20:40] = bytes(text[place ^ 1] for place in range(20))
    identify = identify_from_bytes(signed(data))
    assert (identify.serial, identify.model) == ("WD- 12\\xa034", "WDC  WSH722880ALN604")
