"""Commands of the Security feature set, literal (ACS-4 clause 7)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erase.commands import ata_security
from erase.commands.wire import AtaCommand, AtaProtocol

PASSWORD = b"haiki"
PADDED = "6861696b69" + "00" * 27  # 32 bytes


def block(control, password=PADDED, identifier="0000"):
    return bytes.fromhex(control + password + identifier) + bytes(512 - 36)


@pytest.mark.parametrize(
    ("command", "name", "code", "data"),
    [
        (ata_security.security_set_password(PASSWORD), "SECURITY SET PASSWORD", 0xF1, block("0000")),
        (ata_security.security_set_password(PASSWORD, maximum=True), "SECURITY SET PASSWORD", 0xF1, block("0001")),
        (
            ata_security.security_set_password(PASSWORD, master=True, identifier=0xFFFE),
            "SECURITY SET PASSWORD",
            0xF1,
            block("0100", identifier="feff"),
        ),
        (ata_security.security_unlock(PASSWORD), "SECURITY UNLOCK", 0xF2, block("0000")),
        (ata_security.security_unlock(PASSWORD, master=True), "SECURITY UNLOCK", 0xF2, block("0100")),
        (ata_security.security_erase_unit(PASSWORD, enhanced=False), "SECURITY ERASE UNIT", 0xF4, block("0000")),
        (ata_security.security_erase_unit(PASSWORD, enhanced=True), "SECURITY ERASE UNIT (ENHANCED)", 0xF4, block("0200")),
        (ata_security.security_erase_unit(PASSWORD, enhanced=True, master=True), "SECURITY ERASE UNIT (ENHANCED)", 0xF4, block("0300")),
        (ata_security.security_disable_password(PASSWORD), "SECURITY DISABLE PASSWORD", 0xF6, block("0000")),
    ],
)
def test_commands_with_a_password_carry_one_block(command, name, code, data):
    assert command == AtaCommand(name, code, AtaProtocol.PIO_OUT, count=1, data_out=data)


def test_the_smallest_identifier_is_1():
    assert ata_security.security_set_password(PASSWORD, master=True, identifier=1).data_out == block("0100", identifier="0100")


@pytest.mark.parametrize(
    ("command", "name", "code"),
    [
        (ata_security.security_erase_prepare(), "SECURITY ERASE PREPARE", 0xF3),
        (ata_security.security_freeze_lock(), "SECURITY FREEZE LOCK", 0xF5),
    ],
)
def test_commands_without_a_password_carry_nothing(command, name, code):
    assert command == AtaCommand(name, code, AtaProtocol.NON_DATA)


@given(st.binary(max_size=32), st.booleans(), st.booleans())
@example(bytes(range(1, 33)), True, True)  # the longest there is
def test_what_is_put_into_the_block_is_found_there(password, enhanced, master):
    data = ata_security.security_erase_unit(password, enhanced=enhanced, master=master).data_out
    assert len(data) == 512
    assert (data[0] & 1, data[0] >> 1 & 1, data[1]) == (master, enhanced, 0)
    assert data[2:34].rstrip(b"\0") == password.rstrip(b"\0")
    assert not any(data[34:])


@pytest.mark.parametrize(
    "build",
    [
        lambda: ata_security.security_set_password(bytes(33)),
        lambda: ata_security.security_unlock(bytes(33)),
        lambda: ata_security.security_set_password(b"", master=True, maximum=True),
        lambda: ata_security.security_set_password(b"", identifier=1),
        lambda: ata_security.security_set_password(b"", master=True, identifier=0xFFFF),
        lambda: ata_security.security_set_password(b"", master=True, identifier=0),
    ],
)
def test_what_the_standard_does_not_know_is_refused(build):
    with pytest.raises(ValueError, match=r"password|identifier"):
        build()
