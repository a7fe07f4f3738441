"""TRUSTED RECEIVE, register by register (ACS-4 section 7.50.4)."""

import pytest

from erase.commands.ata_trusted import trusted_receive
from erase.commands.wire import AtaProtocol


def test_level_0_discovery_asks_security_protocol_01h_for_com_id_0001h():
    command = trusted_receive(0x01, 0x0001, 4)
    assert (command.command, command.protocol, command.extended) == (0x5C, AtaProtocol.PIO_IN, False)
    assert (command.feature, command.count, command.lba) == (0x01, 0x04, 0x000100)
    assert command.data_in == 2048


def test_a_long_answer_has_the_upper_half_of_its_length_in_lba_7_0():
    command = trusted_receive(0x00, 0xFFFE, 0x1234)
    assert (command.feature, command.count, command.lba) == (0x00, 0x34, 0xFFFE12)


@pytest.mark.parametrize("words", [(256, 0, 1), (-1, 0, 1), (0, 65536, 1), (0, 0, 0), (0, 0, 65536)])
def test_what_no_register_can_hold_is_the_callers_mistake(words):
    with pytest.raises(ValueError, match="fit"):
        trusted_receive(*words)
