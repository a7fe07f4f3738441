"""Namespaces, byte by byte from NVMe Base 2.0c section 5.17.2 and NVM Command Set 1.0c section 4.1.5.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.nvme_admin import CommandSet
from erase.commands.nvme_controller import NvmeDoubt
from erase.commands.nvme_namespaces import (
    DeallocatedReads,
    LbaFormat,
    controller_list,
    identify_namespace,
    is_ready,
    namespace_list,
    namespace_names,
    zone_size,
)

WHOLE = st.binary(min_size=1, max_size=300).map(lambda seed: (seed * 4096)[:4096])
FLAGS = {
    "deallocation_errors": (24, 2),
    "metadata_extended": (26, 4),
    "protection_first": (29, 3),
    "shared": (30, 0),
    "write_zeroes_deallocates": (33, 3),
    "write_protected": (99, 0),
}


def page(*places: tuple[int, str]) -> bytes:
    """A namespace of 1000 blocks of 512 bytes, but for these bytes at these places."""
    data = bytearray(4096)
    for offset, digits in ((0, "e803000000000000" * 3), (128, "00000900"), *places):
        value = bytes.fromhex(digits)
        data[offset : offset + len(value)] = value
    return bytes(data)


def test_sizes_are_in_blocks_and_bytes():
    found = identify_namespace(page((8, "f401000000000000"), (16, "6400000000000000"), (48, "00d0070000000000")))
    assert (found.size, found.capacity, found.used, found.size_bytes, found.byte_capacity) == (1000, 500, 100, 512000, 512000)
    assert found.doubts == ()
    assert found.exists


@pytest.mark.parametrize("place", [(8, "e903"), (16, "e903")])
def test_sizes_that_disagree_are_not_told(place):
    found = identify_namespace(page(place))
    assert (found.size, found.capacity, found.used, found.size_bytes) == (None,) * 4
    assert found.doubts == (NvmeDoubt.SIZES_DISAGREE,)


@pytest.mark.parametrize(
    ("field", "offset", "digits", "value"),
    [
        ("protection_types", 28, "1f", (1, 2, 3)),
        ("protection_types", 28, "04", (3,)),
        ("protection_type", 29, "00", 0),
        ("protection_type", 29, "0a", 2),
        ("protection_type", 29, "04", None),
        ("reservations", 31, "00", False),
        ("reservations", 31, "02", True),
        ("format_remaining", 32, "2a", None),  # bit 7 clear: no indicator
        ("format_remaining", 32, "aa", 42),
        ("deallocated_reads", 33, "00", DeallocatedReads.NOT_TOLD),
        ("deallocated_reads", 33, "09", DeallocatedReads.ZEROS),
        ("deallocated_reads", 33, "02", DeallocatedReads.ONES),
        ("deallocated_reads", 33, "03", None),
        ("nvm_set", 100, "0102", 0x0201),
        ("endurance_group", 102, "0100", 1),
        ("nguid", 104, "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff"),
        ("nguid", 104, "00" * 16, None),
        ("eui64", 120, "0025385a71b00001", "0025385a71b00001"),
        ("eui64", 120, "ff" * 8, None),
    ],
)
def test_each_field_is_where_the_standard_has_it(field, offset, digits, value):
    assert getattr(identify_namespace(page((offset, digits))), field) == value


@pytest.mark.parametrize(("flag", "place"), FLAGS.items(), ids=FLAGS)
def test_each_flag_is_one_bit(flag, place):
    offset, bit = place
    found = identify_namespace(page((offset, f"{1 << bit:02x}")))
    assert [name for name in FLAGS if getattr(found, name)] == [flag]


def test_formats_are_listed_and_the_one_in_use_is_named():
    # NLBAF 2 (three formats); FLBAS 1; LBADS 9 and 12, MS 8, RP 2 and 1; the third can't be used
    found = identify_namespace(page((25, "0201"), (128, "00000902 08000c01 00000000")))
    assert found.formats == (LbaFormat(0, 512, 0, 2), LbaFormat(1, 4096, 8, 1))
    assert found.format == LbaFormat(1, 4096, 8, 1)
    assert found.size_bytes == 4096000


def test_the_upper_bits_of_the_format_index_count_where_there_are_more_than_16():
    # FLBAS 21h: bits 3:0 = 1, bits 6:5 = 1 -> format 17
    many = identify_namespace(page((25, "1121"), (128 + 4 * 17, "00000c00")))
    assert many.format == LbaFormat(17, 4096, 0, 0)
    # with 16 formats bits 6:5 are ignored
    few = identify_namespace(page((25, "0f21"), (132, "00000c00")))
    assert few.format == LbaFormat(1, 4096, 0, 0)
    # NULBAF (byte 82) adds to the number
    unique = identify_namespace(page((25, "0f21"), (82, "02"), (128 + 4 * 17, "00000c00")))
    assert unique.format == LbaFormat(17, 4096, 0, 0)


@pytest.mark.parametrize(
    ("places", "doubt"),
    [
        ([(25, "0001")], NvmeDoubt.FORMAT_INDEX),
        ([(25, "4000")], NvmeDoubt.FORMAT_INDEX),
        ([(128, "00000800")], NvmeDoubt.BLOCK_SIZE),
        ([(128, "00001900")], NvmeDoubt.BLOCK_SIZE),
    ],
)
def test_a_format_that_can_not_be_gives_no_size(places, doubt):
    found = identify_namespace(page(*places))
    assert doubt in found.doubts
    assert (found.format, found.size_bytes) == (None, None)


@pytest.mark.parametrize(
    ("place", "doubts"),
    [
        ((29, "03"), ()),
        ((29, "04"), (NvmeDoubt.RESERVED_VALUE,)),
        ((33, "02"), ()),
        ((33, "03"), (NvmeDoubt.RESERVED_VALUE,)),
    ],
)
def test_values_that_the_standard_does_not_know_are_doubted(place, doubts):
    assert identify_namespace(page(place)).doubts == doubts


def test_an_inactive_namespace_is_a_structure_of_zeros():
    found = identify_namespace(bytes(4096))
    assert not found.exists
    assert found.doubts == (NvmeDoubt.BLANK,)
    assert (found.size, found.format, found.shared, found.write_protected) == (None,) * 4


@given(st.binary(max_size=600) | WHOLE)
def test_any_bytes_give_an_answer_and_no_flag_without_its_bit(data):
    found = identify_namespace(data)
    for name, (offset, bit) in FLAGS.items():
        if getattr(found, name):
            assert data[offset] >> bit & 1
    assert all(512 <= one.data_size <= 1 << 24 for one in found.formats)


@given(st.integers(0, 63), st.integers(9, 24), st.integers(0, 0xFFFF), st.integers(0, 3), st.integers(0, 1 << 40))
def test_any_format_and_size_are_found_again(index, exponent, metadata, performance, size):
    blocks = size.to_bytes(8, "little").hex()
    flbas = index & 0xF | index >> 4 << 5
    entry = metadata.to_bytes(2, "little").hex() + f"{exponent:02x}{performance:02x}"
    found = identify_namespace(page((0, blocks * 3), (25, f"3f{flbas:02x}"), (128 + 4 * index, entry)))
    assert found.format == LbaFormat(index, 2**exponent, metadata, performance)
    assert found.size_bytes == size * 2**exponent


def test_a_namespace_list_ends_with_its_first_zero():
    found = namespace_list(bytes.fromhex("01000000 02000000 00010000 00000000 05000000").ljust(4096, b"\0"))
    assert (found.numbers, found.complete, found.doubts) == ((1, 2, 256), True, ())


def test_a_full_namespace_list_may_go_on():
    found = namespace_list(b"".join(number.to_bytes(4, "little") for number in range(1, 1025)))
    assert (len(found.numbers), found.complete) == (1024, False)


@pytest.mark.parametrize("digits", ["02000000 01000000", "01000000 01000000", "01000000 02000000 ffffffff"])
def test_a_namespace_list_in_disorder_loses_nothing_and_is_doubted(digits):
    found = namespace_list(bytes.fromhex(digits).ljust(4096, b"\0"))
    assert found.doubts == (NvmeDoubt.LIST_DISORDER,)
    assert set(found.numbers) == {int.from_bytes(bytes.fromhex(word), "little") for word in digits.split()} - {0xFFFFFFFF}
    assert not found.complete


def test_a_controller_list_begins_with_its_length():
    found = controller_list(bytes.fromhex("0200 0100 0501 0700").ljust(4096, b"\0"))
    assert (found.numbers, found.complete, found.doubts) == ((1, 0x105), True, ())
    cut = controller_list(bytes.fromhex("0300 0100"))
    assert (cut.numbers, cut.complete, cut.doubts) == ((1,), False, (NvmeDoubt.TOO_SHORT,))


@given(st.binary(max_size=300) | WHOLE)
def test_any_list_gives_an_answer(data):
    for found in (namespace_list(data), controller_list(data)):
        assert list(found.numbers) == sorted(set(found.numbers))
        assert not (found.complete and found.doubts)


@given(st.lists(st.integers(1, 0xFFFFFFFE), unique=True, max_size=1023).map(sorted))
def test_any_namespace_list_is_found_again(numbers):
    data = b"".join(number.to_bytes(4, "little") for number in numbers).ljust(4096, b"\0")
    assert namespace_list(data).numbers == tuple(numbers)
    assert namespace_list(data).complete


def test_descriptors_name_the_namespace():
    # section 5.17.2: NIDT, NIDL, two reserved bytes, NID
    data = bytes.fromhex(
        "01080000 0025385a71b0000102100000 00112233445566778899aabbccddeeff03100000 0f0e0d0c0b0a0908070605040302010004010000 02"
    ).ljust(4096, b"\0")
    found = namespace_names(data)
    assert found.doubts == ()
    assert (found.eui64, found.nguid) == ("0025385a71b00001", "00112233445566778899aabbccddeeff")
    assert (found.uuid, found.command_set) == ("0f0e0d0c0b0a09080706050403020100", CommandSet.ZONED)


@pytest.mark.parametrize(
    ("digits", "doubt"),
    [
        ("01070000 0025385a71b000", NvmeDoubt.CUT_DESCRIPTOR),
        ("04020000 0200", NvmeDoubt.CUT_DESCRIPTOR),
        ("04010000 07", NvmeDoubt.RESERVED_VALUE),
    ],
)
def test_a_wrong_descriptor_names_nothing(digits, doubt):
    found = namespace_names(bytes.fromhex(digits).ljust(4096, b"\0"))
    assert found.doubts == (doubt,)
    assert (found.eui64, found.nguid, found.uuid, found.command_set) == (None,) * 4


def test_a_cut_descriptor_names_nothing():
    found = namespace_names(bytes.fromhex("02100000 0011223344"))
    assert found.doubts == (NvmeDoubt.CUT_DESCRIPTOR, NvmeDoubt.TOO_SHORT)
    assert found.nguid is None


def test_names_of_zeros_are_none():
    assert namespace_names(bytes.fromhex("01080000") + bytes(4092)).eui64 is None


@given(st.binary(max_size=300) | WHOLE)
def test_any_descriptors_give_an_answer(data):
    namespace_names(data)
    zone_size(data, 0)
    is_ready(data)


def test_zones_have_a_size():
    # ZNS 1.1c section 4.1.5.1: LBA format extensions from byte 2816, 16 bytes each
    data = bytearray(4096)
    data[2816 + 32 : 2816 + 40] = bytes.fromhex("0000080000000000")
    assert zone_size(bytes(data), 2) == 0x80000
    assert zone_size(bytes(data), 1) is None
    assert zone_size(bytes(data), 64) is None


def test_readiness_is_one_bit():
    assert is_ready(bytes(14) + b"\x01") is True
    assert is_ready(bytes(15)) is False
    assert is_ready(bytes(14)) is None


def test_a_dead_link_does_not_say_that_a_namespace_is_ready():
    assert is_ready(b"\xff" * 4096) is None
    assert is_ready(b"\xff" * 4095 + b"\0") is True
