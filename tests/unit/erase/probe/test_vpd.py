"""SCSI VPD pages, byte by byte from SPC-4 and SBC-3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.probe.vpd import Designators, designators, rotation, unit_serial

# T10 vendor name of the unit, NAA 5 of the target port (association 1), NAA 5 of the unit, relative port
SAS_PAGE = bytes.fromhex(
    "00830040"
    "0201001c" + b"SEAGATE ST600MM0006         ".hex() + "61930008 5000c500aabbccd1" + "01030008 5000c500aabbccdd" + "61940004 00000001"
)


def test_the_serial_is_unpadded():
    assert unit_serial(bytes.fromhex("00800014") + b"            Z1W0ABCD") == "Z1W0ABCD"


def test_the_serial_is_plain():
    assert unit_serial(bytes.fromhex("00800008") + b"Z1  W\xc2\xa00") == "Z1 W\\xa00"


@pytest.mark.parametrize("page", [b"", b"\x00\x80", bytes.fromhex("00800000"), bytes.fromhex("00800004") + b"    ", b"\0\x83\0\x04ABCD"])
def test_no_serial_is_none(page):
    assert unit_serial(page) is None


def test_the_unit_is_named_not_its_port():
    assert designators(SAS_PAGE) == Designators(naa="5000c500aabbccdd")


def test_sixteen_byte_names_and_eui_are_known():
    page = bytes.fromhex("0083001c01030010 6001405aabbccddeeff001122334455601020008 002538b171b507d3".replace(" ", ""))
    page = page[:2] + (len(page) - 4).to_bytes(2, "big") + page[4:]
    assert designators(page) == Designators("6001405aabbccddeeff0011223344556", "002538b171b507d3")


def test_a_cut_designator_is_left_out():
    assert designators(SAS_PAGE[:56]) == Designators()


def test_a_name_of_zeros_is_none():
    assert designators(bytes.fromhex("0083000c 01030008 0000000000000000")) == Designators()


@pytest.mark.parametrize(("page", "rate"), [("00b1003c 0001", 1), ("00b1003c 1c20", 7200), ("00b1003c", 0), ("00b00004 0001", 0), ("", 0)])
def test_the_rotation_rate_is_the_first_word(page, rate):
    assert rotation(bytes.fromhex(page)) == rate


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(data):
    unit_serial(data)
    designators(data)
    rotation(data)


@given(st.binary(max_size=300))
def test_any_body_of_page_83_gives_an_answer(body):
    designators(b"\0\x83" + len(body).to_bytes(2, "big") + body)
