"""INQUIRY data, VPD pages, capacity and LUNs, byte by byte from SPC-5 clause 7 and SBC-4 clause 6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import scsi_block_pages as pages
from erase.commands import scsi_capacity as capacity
from erase.commands import scsi_inquiry as inquiry
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.scsi_inquiry import Association, Designator, DesignatorKind, DeviceType

ANY = st.binary(max_size=300)


def page(code: int, digits: str) -> bytes:
    body = bytes.fromhex(digits)
    return bytes([0, code]) + len(body).to_bytes(2, "big") + body


STANDARD = bytes.fromhex("00 00 06 12 5b 01 10 02") + b"SEAGATE ST600MM0006     0004"


def test_standard_data_names_the_device():
    found = inquiry.parse_inquiry(STANDARD)
    assert found.doubts == ()
    assert (found.vendor, found.product, found.revision) == ("SEAGATE", "ST600MM0006", "0004")
    assert (found.connected, found.device_type, found.removable, found.version) == (True, DeviceType.DISK, False, 6)
    assert (found.protection, found.multiple_ports) == (True, True)


@pytest.mark.parametrize(
    ("offset", "byte", "field", "value"),
    [
        (0, 0x20, "connected", False),  # qualifier 001b: could be there
        (0, 0x7F, "connected", False),
        (0, 0x7F, "device_type", DeviceType.UNKNOWN),
        (0, 0x14, "device_type", DeviceType.HOST_MANAGED_ZONED),
        (1, 0x80, "removable", True),
        (5, 0x00, "protection", False),
        (6, 0x00, "multiple_ports", False),
    ],
)
def test_each_field_of_the_standard_data_is_where_it_belongs(offset, byte, field, value):
    data = STANDARD[:offset] + bytes([byte]) + STANDARD[offset + 1 :]
    assert getattr(inquiry.parse_inquiry(data), field) == value


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (STANDARD[:20], ScsiDoubt.TOO_SHORT),
        (bytes(36), ScsiDoubt.BLANK),
        (b"\xff" * 36, ScsiDoubt.BLANK),
        (STANDARD[:8] + b"\x1b[2J    " + STANDARD[16:], ScsiDoubt.TEXT_NOT_ASCII),
        (b"\x0b" + STANDARD[1:], ScsiDoubt.RESERVED_VALUE),
    ],
)
def test_standard_data_that_can_not_be_is_doubted(data, doubt):
    assert doubt in inquiry.parse_inquiry(data).doubts


def test_a_blank_device_is_no_disk():
    found = inquiry.parse_inquiry(bytes(36))
    assert (found.device_type, found.connected, found.vendor) == (None, None, None)


def test_pages_are_listed():
    assert inquiry.supported_pages(page(0x00, "00808386b0b1b2")).codes == (0x00, 0x80, 0x83, 0x86, 0xB0, 0xB1, 0xB2)
    shuffled = inquiry.supported_pages(page(0x00, "008380"))
    assert (shuffled.codes, shuffled.doubts) == ((0x00, 0x80, 0x83), (ScsiDoubt.LIST_DISORDER,))
    headless = inquiry.supported_pages(page(0x00, "8083"))
    assert (headless.codes, headless.doubts) == ((), (ScsiDoubt.LIST_DISORDER,))


def test_the_serial_is_unpadded():
    assert inquiry.unit_serial(page(0x80, b"    Z1W0ABCD    ".hex())) == inquiry.UnitSerial((), "Z1W0ABCD")


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (page(0x80, b"Z1W0ABCD".hex())[:-1], ScsiDoubt.TOO_SHORT),
        (page(0x83, b"Z1W0ABCD".hex()), ScsiDoubt.WRONG_PAGE),
        # a removable device that ignores EVPD: its standard data looks like page 80h
        (b"\x00\x80" + STANDARD[2:], ScsiDoubt.TOO_SHORT),
        (b"\x00\x80\x00", ScsiDoubt.TOO_SHORT),
        (b"", ScsiDoubt.BLANK),
    ],
)
def test_a_serial_that_is_none_names_nothing(data, doubt):
    found = inquiry.unit_serial(data)
    assert found.serial is None
    assert doubt in found.doubts


@pytest.mark.parametrize("digits", ["20" * 8, "00" * 8, ""])
def test_padding_is_no_serial(digits):
    assert inquiry.unit_serial(page(0x80, digits)).serial is None


# T10 vendor id of the unit, NAA 5 of the port, NAA 5 of the unit, relative port, NAA of the target, name string
SAS = page(
    0x83,
    "02010008" + b"SEAGATE ".hex() + "61930008 5000c500aabbccd1" + "01030008 5000c500aabbccd3" + "61940004 00000001"
    "61a30008 5000c500aabbccd0" + "03280018" + b"naa.5000C500AABBCCD0".hex() + "00000000",
)


def test_designators_name_unit_port_and_target():
    found = inquiry.designators(SAS)
    assert found.doubts == ()
    assert found.names == (
        Designator(Association.UNIT, DesignatorKind.T10, "SEAGATE"),
        Designator(Association.PORT, DesignatorKind.NAA, "5000c500aabbccd1"),
        Designator(Association.UNIT, DesignatorKind.NAA, "5000c500aabbccd3"),
        Designator(Association.PORT, DesignatorKind.RELATIVE_PORT, "00000001"),
        Designator(Association.TARGET, DesignatorKind.NAA, "5000c500aabbccd0"),
        Designator(Association.TARGET, DesignatorKind.NAME_STRING, "naa.5000C500AABBCCD0"),
    )
    assert found.naa == "5000c500aabbccd3"
    assert found.first(DesignatorKind.NAA, Association.TARGET) == "5000c500aabbccd0"
    assert found.eui64 is None


def test_longer_names_are_read():
    found = inquiry.designators(page(0x83, "01030010 6001405aabbccddeeff0112233445566" + "01020008 002538b171b507d3"))
    assert (found.naa, found.eui64) == ("6001405aabbccddeeff0112233445566", "002538b171b507d3")


@pytest.mark.parametrize(
    ("digits", "doubt"),
    [
        ("01030007 5000c500aabbcc", ScsiDoubt.CUT_DESCRIPTOR),
        ("01030008 5000c500aabbcc", ScsiDoubt.CUT_DESCRIPTOR),
        ("0103", ScsiDoubt.CUT_DESCRIPTOR),
        ("01330008 5000c500aabbccd3", ScsiDoubt.RESERVED_VALUE),
        ("010b0008 5000c500aabbccd3", ScsiDoubt.RESERVED_VALUE),
    ],
)
def test_a_designator_that_can_not_be_names_nothing(digits, doubt):
    assert inquiry.designators(page(0x83, digits)) == inquiry.Designators((doubt,), ())


def test_a_uuid_stands_behind_its_type():
    # UUID TYPE 1h in bits 7:4, a reserved byte, 16 bytes
    body = "010a0012 1000" + "00112233445566778899aabbccddeeff"
    assert inquiry.designators(page(0x83, body)).first(DesignatorKind.UUID) == "00112233445566778899aabbccddeeff"
    assert inquiry.designators(page(0x83, "010a0012 1000" + "00" * 16)).names == ()
    small = inquiry.designators(page(0x83, "010a0012 1000 01" + "00" * 15))
    assert small.first(DesignatorKind.UUID) == "01" + "00" * 15


@pytest.mark.parametrize("name", ["00" * 8, "ff" * 8])
def test_a_blank_name_is_none(name):
    assert inquiry.designators(page(0x83, "01030008" + name)) == inquiry.Designators((), ())


@pytest.mark.parametrize(
    ("spt", "types"), [(0, (1,)), (1, (1, 2)), (2, (2,)), (3, (1, 3)), (4, (3,)), (5, (2, 3)), (6, ()), (7, (1, 2, 3))]
)
def test_protection_types_are_coded(spt, types):
    data = page(0x86, f"{spt << 3:02x}" + "00" * 59)
    assert inquiry.extended_inquiry(data, protection=True).protection_types == types
    assert inquiry.extended_inquiry(data, protection=False).protection_types == ()
    assert (ScsiDoubt.RESERVED_VALUE in inquiry.extended_inquiry(data, protection=True).doubts) is (spt == 6)


def test_caches_are_told():
    found = inquiry.extended_inquiry(page(0x86, "04 00 0b" + "00" * 57), protection=True)
    assert (found.guard_check, found.volatile_cache, found.non_volatile_cache, found.uncorrectable_writes) == (True, True, True, True)
    bare = inquiry.extended_inquiry(page(0x86, "00" * 60)[:-1], protection=True)
    assert (bare.volatile_cache, bare.doubts) == (None, (ScsiDoubt.TOO_SHORT,))


def test_block_limits_are_read():
    # SBC-4 clause 6
    found = pages.block_limits(
        page(0xB0, "01 00 0008 00001000 00000800 00000000 00100000 00000100 00000010 80000000 0000000000400000".ljust(120) + "00" * 20)
    )
    assert found == pages.BlockLimits((), 8, 0x1000, 0x800, 0x100000, 0x100, 0x10, 0x400000, True)


@pytest.mark.parametrize(
    ("digits", "field", "value"),
    [
        ("1c20 00 00 00", "rotation", 7200),
        ("0001 00 00 00", "rotation", 1),
        ("0000 00 00 00", "rotation", None),
        ("0400 00 00 00", "rotation", None),
        ("ffff 00 00 00", "rotation", None),
        ("0000 00 03 00", "form_factor", 3),
        ("0000 00 40 00", "after_block_erase", pages.ReadsAfterErase.DATA),
        ("0000 00 c0 00", "after_block_erase", pages.ReadsAfterErase.WRITE_REQUIRED),
        ("0000 00 20 00", "after_crypto_erase", pages.ReadsAfterErase.OTHER_ERROR),
        ("0000 00 00 10", "zoned", pages.Zoned.HOST_AWARE),
        ("0000 00 00 20", "zoned", pages.Zoned.DEVICE_MANAGED),
        ("0000 00 00 30", "zoned", None),
        ("0000 00 00 00 000000 00000e10", "depopulation_time", 3600),
    ],
)
def test_characteristics_are_read(digits, field, value):
    assert getattr(pages.characteristics(page(0xB1, digits + "00" * 50)), field) == value


@pytest.mark.parametrize(
    ("digits", "field", "value"),
    [
        ("00 80 00 00", "unmap", True),
        ("00 40 00 00", "write_same_unmap", True),
        ("00 04 00 00", "reads_zeros", True),
        ("00 08 00 00", "reads_zeros", False),
        ("00 08 00 00", "reads_pattern", True),
        ("00 02 00 00", "anchor", True),
        ("00 00 02 00", "kind", pages.Provisioning.THIN),
        ("00 00 01 00", "kind", pages.Provisioning.RESOURCE),
        ("00 00 03 00", "kind", None),
    ],
)
def test_provisioning_is_read(digits, field, value):
    assert getattr(pages.logical_provisioning(page(0xB2, digits)), field) == value


@pytest.mark.parametrize(("lbprz", "known"), [(0, True), (1, True), (2, True), (3, True), (4, False), (5, True), (6, False), (7, True)])
def test_reserved_values_of_lbprz_are_doubted(lbprz, known):
    found = pages.logical_provisioning(page(0xB2, f"00 {lbprz << 2:02x} 02 00"))
    assert found.doubts == (() if known else (ScsiDoubt.RESERVED_VALUE,))
    assert found.reads_zeros is bool(lbprz & 1)


def test_zoned_characteristics_are_read():
    # ZBC-2 clause 6: URSWRZ, maximum open zones
    assert pages.zoned_characteristics(page(0xB6, "01 000000 00000000 00000000 00000080" + "00" * 44)) == pages.ZonedCharacteristics(
        (), True, 128
    )
    assert pages.zoned_characteristics(page(0xB6, "00 000000 00000000 00000000 ffffffff" + "00" * 44)).open_zones is None


@given(ANY, st.sampled_from([0x00, 0x80, 0x83, 0x86, 0xB0, 0xB1, 0xB2, 0xB6]))
def test_any_page_gives_an_answer_and_no_capability_without_its_bit(body, code):
    for data in (body, bytes([0, code]) + len(body).to_bytes(2, "big") + body):
        inquiry.parse_inquiry(data)
        inquiry.supported_pages(data)
        inquiry.unit_serial(data)
        inquiry.designators(data)
        inquiry.extended_inquiry(data, protection=True)
        pages.block_limits(data)
        pages.characteristics(data)
        pages.zoned_characteristics(data)
        found = pages.logical_provisioning(data)
        if found.unmap:
            assert data[1] == 0xB2
            assert data[5] & 0x80


@given(st.lists(st.tuples(st.sampled_from([0x10, 0x20, 0x30]), st.binary(min_size=8, max_size=8)), max_size=10))
def test_any_names_are_found_again(names):
    # association 1 or 2, or 0 of the unit; NAA; none of them blank
    names = [(code, name) for code, name in names if code != 0x30 and set(name) not in ({0}, {255})]
    body = b"".join(bytes([0x01, code | 0x3, 0, 8]) + name for code, name in names)
    found = inquiry.designators(page(0x83, body.hex()))
    assert [(one.association << 4, one.name) for one in found.names] == [(code, name.hex()) for code, name in names]


@pytest.mark.parametrize(
    ("digits", "blocks", "size"),
    [
        ("74706daf 00000200", 1953525168, 512),
        ("ffffffff 00000200", None, 512),  # too large to be told
        ("000003e7 00000208", 1000, 520),
        ("000003e7 00000210", 1000, 528),
    ],
)
def test_short_capacity_is_read(digits, blocks, size):
    found = capacity.parse_capacity_10(bytes.fromhex(digits))
    assert (found.blocks, found.block_size, found.doubts) == (blocks, size, ())


def test_long_capacity_is_read():
    # SBC-4 clause 5: P_TYPE 3:1 and PROT_EN 0 of byte 12, LBPPBE 3:0 of 13, LBPME 7 and LBPRZ 6 of 14
    found = capacity.parse_capacity_16(bytes.fromhex("00000000 74706daf 00000200 03 03 c0 00").ljust(32, b"\0"))
    assert found == capacity.Capacity((), 1953525168, 512, 3, 2, True, True, all_zones=False)
    assert found.size == 1000204886016
    plain = capacity.parse_capacity_16(bytes.fromhex("00000000 000003e7 00000208 00 00 00 00").ljust(32, b"\0"))
    assert plain == capacity.Capacity((), 1000, 520, 0, 0, False, False, all_zones=False)
    assert plain.size == 520000


@pytest.mark.parametrize(
    ("digits", "doubt"),
    [
        ("ffffffffffffffff 00000200", ScsiDoubt.CAPACITY),
        ("7fffffffffffffff 00000200", ScsiDoubt.CAPACITY),
        ("00000000000003e7 00000000", ScsiDoubt.BLOCK_SIZE),
        ("00000000000003e7 80000000", ScsiDoubt.BLOCK_SIZE),
        ("00000000000003e7 000000ff", ScsiDoubt.BLOCK_SIZE),
        ("00000000000003e7 01000001", ScsiDoubt.BLOCK_SIZE),
    ],
)
def test_a_capacity_that_can_not_be_is_none(digits, doubt):
    found = capacity.parse_capacity_16(bytes.fromhex(digits).ljust(32, b"\0"))
    assert found.doubts == (doubt,)
    assert (found.blocks, found.size) == (None, None)


@pytest.mark.parametrize(("byte", "all_zones"), [("00", False), ("10", True), ("20", None), ("30", None), ("1f", True)])
def test_a_zoned_unit_says_whether_its_capacity_counts_all_zones(byte, all_zones):
    # RC_BASIS, bits 5:4 of byte 12 (ZBC, READ CAPACITY(16) parameter data)
    found = capacity.parse_capacity_16(bytes.fromhex("00000000 000003e7 00000200" + byte).ljust(32, b"\0"))
    assert found.all_zones is all_zones
    assert capacity.parse_capacity_16(bytes.fromhex("00000000 000003e7 00000200")).all_zones is None


@pytest.mark.parametrize(("digits", "size"), [("00000100", 256), ("01000000", 16777216)])
def test_the_smallest_and_the_largest_block_are_believed(digits, size):
    found = capacity.parse_capacity_16(bytes.fromhex("00000000000003e7" + digits).ljust(32, b"\0"))
    assert (found.block_size, found.doubts) == (size, ())


def test_an_unknown_protection_type_is_none():
    found = capacity.parse_capacity_16(bytes.fromhex("00000000 000003e7 00000200 07").ljust(32, b"\0"))
    assert (found.protection_type, found.doubts) == (None, (ScsiDoubt.RESERVED_VALUE,))


@pytest.mark.parametrize("parse", [capacity.parse_capacity_10, capacity.parse_capacity_16])
@given(data=ANY)
def test_any_bytes_give_a_capacity(parse, data):
    found = parse(data)
    assert found.size is None or found.size >= 256


@given(st.integers(0, (1 << 60)), st.sampled_from([512, 520, 524, 528, 4096, 4160]))
def test_any_capacity_is_found_again(last, size):
    data = last.to_bytes(8, "big") + size.to_bytes(4, "big") + bytes(20)
    assert capacity.parse_capacity_16(data).size == (last + 1) * size


def test_units_are_listed():
    found = capacity.parse_luns(bytes.fromhex("00000018 00000000 0000000000000000 0001000000000000 c101000000000000"))
    assert found == capacity.Luns((), (0, 0x0001000000000000, 0xC101000000000000))
    assert found.drives == (0, 0x0001000000000000)
    cut = capacity.parse_luns(bytes.fromhex("00000010 00000000 0000000000000000 00010000"))
    assert cut == capacity.Luns((ScsiDoubt.TOO_SHORT,), (0,))
    odd = capacity.parse_luns(bytes.fromhex("0000000c 00000000 0000000000000000 00010000"))
    assert odd.doubts == (ScsiDoubt.CUT_DESCRIPTOR,)


@given(ANY)
def test_any_bytes_give_units(data):
    capacity.parse_luns(data)


@pytest.mark.parametrize("blank", [bytes(32), b"\xff" * 32])
def test_a_blank_capacity_offers_neither_provisioning_nor_protection(blank):
    found = capacity.parse_capacity_16(blank)
    assert ScsiDoubt.BLANK in found.doubts
    assert (found.blocks, found.protection_type, found.provisioned, found.reads_zeros) == (None, None, None, None)
