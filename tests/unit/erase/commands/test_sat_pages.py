"""Control mode page, results log and ATA Information, literal (SPC-5; SAT-5 clause 10)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import sat_pages
from erase.commands.wire import AtaRegisters

RECORDED = Path(__file__).parents[3] / "drives/identify/drives.jsonl"

# libata's own page: GLTSD set, D_SENSE clear
PAGE = "8a0a 02 00 00000000 ffff 001e".replace(" ", "")
MODE_DATA = bytes.fromhex("0012" + "00" + "10" + "00" + "00" + "0000" + PAGE)
WITH_BLOCK = bytes.fromhex("001a" + "00" + "10" + "00" + "00" + "0008" + "00" * 8 + PAGE)


def test_the_control_page_is_asked_for_without_block_descriptors():
    command = sat_pages.mode_sense_control()
    assert (command.cdb, command.data_in) == (bytes.fromhex("5a080a00000000020000"), 512)


@pytest.mark.parametrize("data", [MODE_DATA, WITH_BLOCK, MODE_DATA + b"\x08\x12"])  # the last: another page follows
def test_descriptor_sense_is_switched_and_the_rest_stays(data):
    assert sat_pages.descriptor_sense(data) is False
    command = sat_pages.mode_select_descriptor_sense(data, enabled=True)
    assert command.cdb == bytes.fromhex("55100000000000001400")
    assert command.data_out == bytes.fromhex("0000000000000000" + "0a0a 06 00 00000000 ffff 001e".replace(" ", ""))
    assert sat_pages.descriptor_sense(command.data_out) is True
    back = sat_pages.mode_select_descriptor_sense(command.data_out, enabled=False)
    assert back.data_out == bytes.fromhex("0000000000000000" + "0a" + PAGE[2:])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MODE_DATA[:7],
        MODE_DATA[:-1],
        MODE_DATA[:8] + b"\x88" + MODE_DATA[9:],  # the caching page
        MODE_DATA[:8] + b"\xca" + MODE_DATA[9:],  # a subpage
        MODE_DATA[:9] + b"\x00" + MODE_DATA[10:],
        MODE_DATA[:7] + b"\x08" + MODE_DATA[8:],  # a block descriptor that is not there
    ],
)
def test_without_the_page_nothing_is_sent(data):
    assert sat_pages.descriptor_sense(data) is None
    assert sat_pages.mode_select_descriptor_sense(data, enabled=True) is None


DESCRIPTOR = "090c0100800000ff00ff00004050"
LOG = bytes.fromhex("16000024" + "0000030e" + DESCRIPTOR + "0003030e" + DESCRIPTOR.replace("8000", "4000"))


def test_the_results_log_is_asked_for_from_a_parameter_on():
    command = sat_pages.log_sense_results(3)
    assert command.cdb == bytes.fromhex("4d005600000003011200")
    assert command.data_in == 274
    with pytest.raises(ValueError, match="parameter"):
        sat_pages.log_sense_results(15)


def test_the_results_log_has_registers_by_parameter():
    assert sat_pages.parse_results_log(LOG) == {
        0: AtaRegisters(0x50, 0, 0x40, 0x8000, 0xFFFF, upper_known=True),
        3: AtaRegisters(0x50, 0, 0x40, 0x4000, 0xFFFF, upper_known=True),
    }


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", 0),
        (b"\x15" + LOG[1:], 0),  # another page
        (b"\x56" + LOG[1:], 0),  # subpage format
        (LOG[:-1], 1),
        (LOG[:3] + b"\x12" + LOG[4:], 1),  # its length says one
        (LOG[:8] + b"\x08" + LOG[9:], 1),  # the first is another descriptor
    ],
)
def test_a_results_log_that_is_cut_holds_what_is_whole(data, found):
    assert len(sat_pages.parse_results_log(data)) == found


@pytest.mark.parametrize(
    ("flags", "index"),
    [("80", None), ("81", 0), ("ef", 14)],
)
def test_fixed_sense_points_into_the_results_log(flags, index):
    sense = bytes.fromhex("f0000100504001" + "0a" + flags + "000000" + "001d" + "00000000")
    assert sat_pages.log_index(sense) == index
    assert sat_pages.log_index(b"\x72" + sense[1:]) is None
    assert sat_pages.log_index(sense[:13]) is None


def information(model="ST380013AS", signature="34004000" + "01000040" + "00000000" + "01000000" + "00000000", command="ec"):
    words = next(drive["words"] for drive in map(json.loads, RECORDED.read_text().splitlines()) if drive["model"] == model)
    identify = b"".join(bytes.fromhex(words[place : place + 4])[::-1] for place in range(0, 1024, 4))
    head = bytes.fromhex("00890238" + "00000000") + b"linux   " + b"libata          " + b"3.00"
    return head + bytes.fromhex(signature) + bytes.fromhex(command + "000000") + identify


def test_ata_information_holds_the_satl_and_the_drives_own_word():
    found = sat_pages.parse_ata_information(information())
    assert (found.vendor, found.product, found.revision) == ("linux", "libata", "3.00")
    assert (found.host_managed, found.packet) == (False, False)
    assert (found.identify.model, found.identify.checked) == ("ST380013AS", True)


def test_a_host_managed_disk_has_its_own_signature():
    page = information("WDC  WSH722880ALN604", "34005000" + "01cdab40" + "00000000" + "01000000" + "00000000")
    assert sat_pages.parse_ata_information(page).host_managed
    assert sat_pages.parse_ata_information(information(command="a1")).packet


@pytest.mark.parametrize(
    "page", [b"", information()[:571], b"\x00\x80" + information()[2:], information()[:3] + b"\x37" + information()[4:]]
)
def test_another_page_is_none(page):
    assert sat_pages.parse_ata_information(page) is None


def test_the_page_is_asked_for_whole():
    command = sat_pages.inquiry_ata_information()
    assert (command.cdb, command.data_in) == (bytes.fromhex("120189023c00"), 572)


@given(
    st.binary(max_size=600)
    | st.binary(max_size=300).map(lambda tail: b"\x16" + tail)
    | st.binary(max_size=60).map(lambda tail: MODE_DATA[:8] + tail)
)
def test_any_bytes_give_a_value(data):
    sat_pages.parse_ata_information(data)
    sat_pages.descriptor_sense(data)
    sat_pages.mode_select_descriptor_sense(data, enabled=True)
    sat_pages.log_index(data)
    for registers in sat_pages.parse_results_log(data).values():
        assert 0 <= registers.count <= 0xFFFF
        assert 0 <= registers.lba < 2**48
