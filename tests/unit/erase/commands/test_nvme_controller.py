"""Identify Controller, byte by byte from NVMe Base 2.0c section 5.17.2.1; BPCAP and VERS: 2.1, and as real drives sent it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.nvme_controller import (
    ControllerKind,
    NoDeallocateModifies,
    NvmeDoubt,
    identify_controller,
)

DRIVES = Path(__file__).resolve().parents[3] / "drives" / "identify" / "drives.jsonl"
RECORDED = [drive for drive in map(json.loads, DRIVES.read_text().splitlines()) if drive["kind"] == "nvme"]

# attribute -> byte, bit that makes it True
CAPABILITIES = {
    "multiple_ports": (76, 0),
    "multiple_controllers": (76, 1),
    "multiple_domains": (97, 2),  # CTRATT bit 10
    "boot_write_protection": (102, 2),
    "security": (256, 0),
    "format": (256, 1),
    "namespace_management": (256, 3),
    "self_test": (256, 4),
    "lockdown": (257, 2),  # OACS bit 10
    "smart_per_namespace": (261, 0),
    "effects_log": (261, 1),
    "log_offsets": (261, 2),
    "sanitize_crypto": (328, 0),
    "sanitize_block": (328, 1),
    "sanitize_overwrite": (328, 2),
    "sanitize_verification": (328, 3),
    "no_deallocate_inhibited": (331, 5),  # SANICAP bit 29
    "key_per_io": (358, 0),
    "deallocate": (520, 2),
    "write_zeroes": (520, 3),
    "reservations": (520, 5),
    "verify": (520, 7),
    "format_all_namespaces": (524, 0),
    "erase_all_namespaces": (524, 1),
    "format_crypto": (524, 2),
    "write_cache": (525, 0),
    "write_protection": (531, 0),
}


def page(*places: tuple[int, str]) -> bytes:
    """An Identify Controller structure with these bytes at these places, and what each I/O controller must say."""
    data = bytearray(4096)
    data[4:72] = b" " * 68
    data[512:514] = b"\x66\x44"
    for offset, digits in places:
        value = bytes.fromhex(digits)
        data[offset : offset + len(value)] = value
    return bytes(data)


def test_the_names_are_read():
    data = page((0, "4d14 de1a"), (4, b"S123456789".hex()), (24, b"ACME NVMe 1TB".hex()), (64, b"1.0A".hex()), (73, "382500"))
    found = identify_controller(data)
    assert (found.pci_vendor, found.pci_subsystem_vendor) == (0x144D, 0x1ADE)
    assert (found.serial, found.model, found.firmware, found.ieee) == ("S123456789", "ACME NVMe 1TB", "1.0A", "002538")
    assert found.doubts == ()
    assert found.believed


@pytest.mark.parametrize(
    ("field", "offset", "digits", "value"),
    [
        ("controller_id", 78, "4100", 0x41),
        ("version", 80, "00040100", (1, 4, 0)),
        ("version", 80, "02010200", (2, 1, 2)),
        ("version", 80, "00000000", None),  # before NVMe 1.2
        ("kind", 111, "01", ControllerKind.IO),
        ("kind", 111, "03", ControllerKind.ADMINISTRATIVE),
        ("kind", 111, "00", None),
        ("warning_temperature", 266, "6501", 357),
        ("critical_temperature", 268, "6601", 358),
        ("total_capacity", 280, "000060659e3b00000000000000000000", 0x3B9E65600000),
        ("rpmb_units", 312, "02000700", 2),
        ("rpmb_unit_size", 312, "02000700", 8 * 131072),
        ("rpmb_units", 312, "00000000", 0),
        ("rpmb_unit_size", 312, "00000700", None),
        ("no_deallocate_modifies", 328, "00000000", NoDeallocateModifies.NOT_DEFINED),
        ("no_deallocate_modifies", 328, "00000040", NoDeallocateModifies.NOT_MODIFIED),
        ("no_deallocate_modifies", 328, "00000080", NoDeallocateModifies.MODIFIED),
        ("no_deallocate_modifies", 328, "000000c0", None),
        ("namespaces", 516, "20000000", 32),
        ("format_broadcast", 524, "00", True),
        ("format_broadcast", 524, "08", False),
        ("flush_all", 525, "01", None),
        ("flush_all", 525, "05", False),
        ("flush_all", 525, "07", True),
        ("nqn", 768, b"nqn.2014-08.org.nvmexpress:uuid:1".hex(), "nqn.2014-08.org.nvmexpress:uuid:1"),
    ],
)
def test_each_field_is_where_the_standard_has_it(field, offset, digits, value):
    assert getattr(identify_controller(page((offset, digits))), field) == value


@pytest.mark.parametrize(("capability", "place"), CAPABILITIES.items(), ids=CAPABILITIES)
def test_each_capability_is_one_bit(capability, place):
    offset, bit = place
    found = identify_controller(page((offset, f"{1 << bit:02x}")))
    assert [name for name in CAPABILITIES if getattr(found, name)] == [capability]
    assert getattr(identify_controller(page((offset, f"{0xFF ^ 1 << bit:02x}"))), capability) is False


@pytest.mark.parametrize(("digits", "inhibited"), [("02000040", False), ("02000060", True)])
def test_the_high_bits_of_sanicap_are_no_techniques(digits, inhibited):
    # 40000002h and 60000002h, as real drives say: block erase only; 29 is NDI, 31:30 NODMMAS
    found = identify_controller(page((328, digits)))
    techniques = (found.sanitize_crypto, found.sanitize_block, found.sanitize_overwrite, found.sanitize_verification)
    assert techniques == (False, True, False, False)
    assert found.no_deallocate_inhibited is inhibited
    assert found.no_deallocate_modifies is NoDeallocateModifies.NOT_MODIFIED


def test_unallocated_capacity_is_within_the_total():
    total, free = (280, "00000010"), (296, "00000008")
    assert identify_controller(page(total, free)).unallocated_capacity == 0x08000000
    doubtful = identify_controller(page(total, (296, "00000018")))
    assert doubtful.unallocated_capacity is None
    assert doubtful.doubts == (NvmeDoubt.MORE_FREE_THAN_TOTAL,)


def everything() -> bytes:
    """A believable structure that offers all there is."""
    return page((76, "ff"), (96, "ff" * 7), (256, "ff" * 6), (328, "ffffff3f"), (358, "ff"), (516, "ff" * 16))


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ((512, "00"), NvmeDoubt.QUEUE_ENTRY_SIZES),
        ((512, "56"), NvmeDoubt.QUEUE_ENTRY_SIZES),
        ((513, "46"), NvmeDoubt.QUEUE_ENTRY_SIZES),
        ((4, "1b"), NvmeDoubt.TEXT_NOT_ASCII),
        ((24, "00"), NvmeDoubt.TEXT_NOT_ASCII),
        ((71, "ff"), NvmeDoubt.TEXT_NOT_ASCII),
    ],
)
def test_what_is_no_identify_data_offers_nothing(change, doubt):
    good = everything()
    assert all(getattr(identify_controller(good), name) for name in CAPABILITIES)
    offset, value = change[0], bytes.fromhex(change[1])
    found = identify_controller(good[:offset] + value + good[offset + 1 :])
    assert doubt in found.doubts
    assert not found.believed
    assert not any(getattr(found, name) for name in CAPABILITIES)
    assert found.total_capacity is None


@pytest.mark.parametrize("data", [b"", bytes(4096), b"\xff" * 4096])
def test_a_blank_structure_says_nothing(data):
    found = identify_controller(data)
    assert NvmeDoubt.BLANK in found.doubts
    assert {value for name, value in vars(found).items() if name != "doubts"} == {None}


def test_a_controller_without_io_queues_needs_no_entry_sizes():
    assert identify_controller(page((111, "03"), (512, "0000"))).believed
    assert not identify_controller(page((111, "01"), (512, "0000"))).believed


def test_an_escape_sequence_in_a_name_is_shown_as_an_escape():
    found = identify_controller(page((4, "1b5b324a")))
    assert found.serial == "\\x1b[2J"


def test_recorded_controllers_are_parsed():
    assert [drive["model"] for drive in RECORDED] == [
        "THNSN5512GPU7 TOSHIBA",
        "SAMSUNG MZVLB256HBHQ-000L7",
        "WDC WDS250G2B0C-00PXH0",
    ]
    for drive in RECORDED:
        found = identify_controller(bytes.fromhex(drive["bytes"]))
        assert (found.model, found.firmware) == (drive["model"], drive["firmware"])
        assert found.serial
        assert found.believed


def test_a_whole_recording_says_all():
    found = identify_controller(bytes.fromhex(RECORDED[0]["bytes"]))
    assert found.doubts == ()
    # its maker wrote the OUI 00-08-0D the wrong way round; it is shown as the standard reads it
    assert (found.pci_vendor, found.pci_subsystem_vendor, found.ieee) == (0x1179, 0x1179, "0d0800")
    assert (found.security, found.format, found.namespace_management, found.effects_log) == (True, True, False, False)
    assert (found.sanitize_block, found.sanitize_crypto, found.sanitize_overwrite) == (False, False, False)
    assert (found.namespaces, found.write_cache, found.format_crypto) == (1, True, False)


def test_a_short_recording_says_what_is_there_and_no_more():
    samsung, wd = (identify_controller(bytes.fromhex(drive["bytes"])) for drive in RECORDED[1:])
    for found in (samsung, wd):
        assert found.doubts == (NvmeDoubt.TOO_SHORT,)
        assert (found.format_crypto, found.write_cache, found.namespaces, found.nqn) == (None,) * 4
        assert found.version == (1, 3, 0) if found is samsung else (1, 4, 0)
    assert (samsung.total_capacity, samsung.sanitize_block, samsung.sanitize_crypto) == (0x3B9E656000, True, True)
    # 60000002h
    assert (wd.sanitize_block, wd.sanitize_crypto, wd.sanitize_overwrite, wd.no_deallocate_inhibited) == (True, False, False, True)


# 4096 bytes of any content, from fewer that Hypothesis can handle
WHOLE = st.binary(min_size=1, max_size=300).map(lambda seed: (seed * 4096)[:4096])


@given(st.binary(max_size=600) | WHOLE)
def test_any_bytes_give_an_answer_and_no_capability_without_its_bit(data):
    found = identify_controller(data)
    for name, (offset, bit) in CAPABILITIES.items():
        if getattr(found, name):
            assert found.believed
            assert data[offset] >> bit & 1


@given(WHOLE)
def test_any_believable_structure_tells_each_bit(data):
    whole = data[:4] + b"A" * 68 + data[72:111] + b"\x01" + data[112:512] + b"\x66\x44" + data[514:]
    found = identify_controller(whole)
    assert {name: getattr(found, name) for name in CAPABILITIES} == {
        name: bool(whole[offset] >> bit & 1) for name, (offset, bit) in CAPABILITIES.items()
    }


@given(st.integers(0, 4095))
def test_a_structure_cut_anywhere_offers_no_more(length):
    whole, cut = identify_controller(everything()), identify_controller(everything()[:length])
    for name in CAPABILITIES:
        assert getattr(cut, name) in (None, getattr(whole, name))
