"""Hidden areas, literal (ATA8-ACS, ACS-2 and ACS-4 clause 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata_areas
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters

NON_DATA = AtaProtocol.NON_DATA


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (ata_areas.read_native_max_address(extended=False), AtaCommand("READ NATIVE MAX ADDRESS", 0xF8, NON_DATA)),
        (ata_areas.read_native_max_address(extended=True), AtaCommand("READ NATIVE MAX ADDRESS EXT", 0x27, NON_DATA, extended=True)),
        (
            ata_areas.set_max_address(0x0FFFFFFE, extended=False, volatile=True),
            AtaCommand("SET MAX ADDRESS", 0xF9, NON_DATA, lba=0x0FFFFFFE),
        ),
        (ata_areas.set_max_address(7, extended=False, volatile=False), AtaCommand("SET MAX ADDRESS", 0xF9, NON_DATA, count=1, lba=7)),
        (
            ata_areas.set_max_address(0xE8E088AF, extended=True, volatile=False),
            AtaCommand("SET MAX ADDRESS EXT", 0x37, NON_DATA, extended=True, count=1, lba=0xE8E088AF),
        ),
        (
            ata_areas.set_max_unlock(b"ab"),
            AtaCommand("SET MAX UNLOCK", 0xF9, AtaProtocol.PIO_OUT, feature=0x03, count=1, data_out=b"\0\0ab" + bytes(508)),
        ),
        (ata_areas.set_max_freeze_lock(), AtaCommand("SET MAX FREEZE LOCK", 0xF9, NON_DATA, feature=0x04)),
        (ata_areas.get_native_max_address(), AtaCommand("GET NATIVE MAX ADDRESS EXT", 0x78, NON_DATA, extended=True)),
        (
            ata_areas.set_accessible_max_address(0xFFFFFFFFFFFF),
            AtaCommand("SET ACCESSIBLE MAX ADDRESS EXT", 0x78, NON_DATA, extended=True, feature=1, lba=0xFFFFFFFFFFFF),
        ),
        (
            ata_areas.freeze_accessible_max_address(),
            AtaCommand("FREEZE ACCESSIBLE MAX ADDRESS EXT", 0x78, NON_DATA, extended=True, feature=2),
        ),
        (ata_areas.device_configuration_restore(), AtaCommand("DEVICE CONFIGURATION RESTORE", 0xB1, NON_DATA, feature=0xC0)),
        (ata_areas.device_configuration_freeze_lock(), AtaCommand("DEVICE CONFIGURATION FREEZE LOCK", 0xB1, NON_DATA, feature=0xC1)),
        (
            ata_areas.device_configuration_identify(),
            AtaCommand("DEVICE CONFIGURATION IDENTIFY", 0xB1, AtaProtocol.PIO_IN, feature=0xC2, count=1, data_in=512),
        ),
    ],
    ids=lambda value: value.name,
)
def test_each_command_has_its_registers(command, expected):
    assert command == expected


def test_the_longest_password_fits():
    password = bytes(range(1, 33))
    assert ata_areas.set_max_unlock(password).data_out == b"\0\0" + password + bytes(478)


def answer(lba, device=0x40, status=0x50, upper_known=True):
    return AtaAnswer(AtaRegisters(status, 0x04, device, 0, lba, upper_known=upper_known))


SHORT, LONG = ata_areas.read_native_max_address(extended=False), ata_areas.read_native_max_address(extended=True)


@pytest.mark.parametrize(
    ("command", "reply", "last"),
    [
        (SHORT, answer(0xFFFFFE, 0x4F), 0x0FFFFFFE),  # LBA 27:24 in DEVICE
        (SHORT, answer(0xFFFFFE, 0xE1, upper_known=False), 0x01FFFFFE),
        (LONG, answer(0xE8E088AF), 0xE8E088AF),
        (LONG, answer(0xE088AF, upper_known=False), None),  # half an address is none
        (LONG, answer(0xE8E088AF, status=0x51), None),
        (LONG, answer(0xE8E088AF, status=0x80), None),
        (LONG, AtaAnswer(None), None),
    ],
)
def test_the_last_address(command, reply, last):
    assert ata_areas.last_address(command, reply) == last


def configuration(words):
    data = bytearray(512)
    for place, value in words.items():
        data[2 * place : 2 * place + 2] = value.to_bytes(2, "little")
    data[510] = 0xA5
    data[511] = -sum(data[:511]) % 256
    return bytes(data)


# revision 2, last address 12A19EAFh, SMART, security, HPA and 48 bits
BLOCK = configuration({0: 0x0002, 1: 0x0007, 2: 0x007F, 3: 0x9EAF, 4: 0x12A1, 7: 0x0189})


def test_the_configuration_block_says_what_the_factory_gave():
    assert ata_areas.parse_device_configuration(BLOCK) == ata_areas.DeviceConfiguration(2, 0x12A19EAF, True, True, True, True)


@pytest.mark.parametrize(("bit", "attribute"), [(0, "smart"), (3, "security"), (7, "hpa"), (8, "lba48")])
def test_each_bit_of_word_7_is_one_feature_set(bit, attribute):
    found = ata_areas.parse_device_configuration(configuration({0: 1, 7: 1 << bit}))
    assert {name for name in ("smart", "security", "hpa", "lba48") if getattr(found, name)} == {attribute}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(512),
        BLOCK[:511],
        BLOCK + b"\0",
        BLOCK[:511] + bytes([BLOCK[511] ^ 1]),
        configuration({}),
        configuration({0: 0xFFFF}),
        configuration({0: 2, 6: 1}),
    ],
)
def test_a_configuration_without_a_right_checksum_is_none(data):
    assert ata_areas.parse_device_configuration(data) is None


def test_a_configuration_with_another_last_address_is_signed_again():
    changed = ata_areas.with_last_lba(BLOCK, 0x1000)
    assert changed == configuration({0: 0x0002, 1: 0x0007, 2: 0x007F, 3: 0x1000, 7: 0x0189})
    command = ata_areas.device_configuration_set(changed)
    assert (command.command, command.feature, command.count, command.data_out) == (0xB1, 0xC3, 1, changed)


@given(st.integers(0, 2**48 - 1))
def test_a_last_address_comes_back(last):
    assert ata_areas.parse_device_configuration(ata_areas.with_last_lba(BLOCK, last)).last_lba == last


def test_a_damaged_configuration_is_not_sent():
    for build in (ata_areas.device_configuration_set, lambda block: ata_areas.with_last_lba(block, 0)):
        with pytest.raises(ValueError, match="checksum"):
            build(bytes(512))


@pytest.mark.parametrize(
    "build",
    [
        lambda: ata_areas.set_max_address(1 << 28, extended=False, volatile=True),
        lambda: ata_areas.set_max_address(1 << 48, extended=True, volatile=True),
        lambda: ata_areas.set_accessible_max_address(-1),
        lambda: ata_areas.set_max_unlock(bytes(33)),
    ],
)
def test_what_fits_no_register_is_refused(build):
    with pytest.raises(ValueError, match=r"is not within|password"):
        build()


@given(st.binary(max_size=520))
def test_any_bytes_give_a_configuration_or_none(data):
    found = ata_areas.parse_device_configuration(data)
    assert found is None or (len(data) == 512 and data[510] == 0xA5 and sum(data) % 256 == 0)
