"""NVMe admin commands in the wrappers of USB bridges, in literal bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.bridges import Wrapper
from erase.commands.bridges_nvme import nvme_completion, nvme_exchange
from erase.commands.wire import NvmeCommand
from erase.errors import NotSupported

IDENTIFY = NvmeCommand("Identify", 0x06, cdw10=1, data_in=4096)
IDENTIFY_NAMESPACE = NvmeCommand("Identify", 0x06, nsid=1, cdw10=0, data_in=4096)
# RAE is set, as in any log that events hang on
SANITIZE_STATUS = NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x007F8081, data_in=512)
SANITIZE = NvmeCommand("Sanitize", 0x84, cdw10=0x0000020A, cdw11=0xDEADBEEF)
SECURITY_SEND = NvmeCommand("Security Send", 0x81, cdw10=0x01000100, cdw11=512, data_out=bytes(range(256)) * 2)


@pytest.mark.parametrize(
    ("wrapper", "command", "cdb"),
    [
        (Wrapper.ASMEDIA_NVME, IDENTIFY, "e6 06 00 01" + "00" * 12),
        (Wrapper.ASMEDIA_NVME, IDENTIFY_NAMESPACE, "e6 06 00 00" + "00" * 12),
        (Wrapper.ASMEDIA_NVME, SANITIZE_STATUS, "e6 02 00 81 0000 007f" + "00" * 8),
        (Wrapper.REALTEK_NVME, IDENTIFY, "e4 0010 06 01" + "00" * 11),
        (Wrapper.REALTEK_NVME, IDENTIFY_NAMESPACE, "e4 0010 06 00" + "00" * 11),
        (Wrapper.REALTEK_NVME, SANITIZE_STATUS, "e4 0002 02 81" + "00" * 11),
    ],
)
def test_simple_bridges_take_one_command_and_tell_no_completion(wrapper: Wrapper, command: NvmeCommand, cdb: str) -> None:
    exchange = nvme_exchange(wrapper, command)
    assert exchange.command.cdb.hex() == cdb.replace(" ", "")
    assert exchange.command.data_in == command.data_in
    assert (exchange.before, exchange.completion) == (None, None)


def test_jmicron_takes_the_command_as_a_block_then_runs_it_then_tells_how_it_went() -> None:
    exchange = nvme_exchange(Wrapper.JMICRON_NVME, SANITIZE)
    assert exchange.before is not None
    assert exchange.completion is not None
    assert exchange.before.cdb.hex() == "a18000000200000000000000"
    # the signature, CDW0 at byte 8, NSID at 12, CDW10 at 48
    assert exchange.before.data_out[:16].hex() == "4e564d45" + "00000000" + "84000000" + "00000000"
    assert exchange.before.data_out[48:56].hex() == "0a020000" + "efbeadde"
    assert len(exchange.before.data_out) == 512
    assert not any(exchange.before.data_out[16:48] + exchange.before.data_out[56:])
    assert exchange.command.cdb.hex() == "a18100000000000000000000"
    assert exchange.completion.cdb.hex() == "a18f00000200000000000000"
    assert exchange.completion.data_in == 512


@pytest.mark.parametrize(("command", "cdb"), [(IDENTIFY, "a18200001000000000000000"), (SECURITY_SEND, "a18300000200000000000000")])
def test_jmicron_moves_data_in_the_second_step(command: NvmeCommand, cdb: str) -> None:
    sent = nvme_exchange(Wrapper.JMICRON_NVME, command).command
    assert (sent.cdb.hex(), sent.data_in, sent.data_out) == (cdb, command.data_in, command.data_out)


@pytest.mark.parametrize("wrapper", [Wrapper.ASMEDIA_NVME, Wrapper.REALTEK_NVME])
@pytest.mark.parametrize(
    "command",
    [
        SANITIZE,
        SECURITY_SEND,
        NvmeCommand("Format NVM", 0x80, nsid=0xFFFFFFFF, cdw10=0x200),
        NvmeCommand("Identify", 0x06, nsid=2, cdw10=0, data_in=4096),
        NvmeCommand("Identify", 0x06, cdw10=2, data_in=4096),
        NvmeCommand("Identify", 0x06, cdw10=1 | 5 << 16, data_in=4096),
        NvmeCommand("Identify", 0x06, cdw10=1, cdw11=1, data_in=4096),
        NvmeCommand("Identify", 0x06, cdw10=1, data_in=512),
        NvmeCommand("Get Log Page", 0x02, nsid=1, cdw10=0x007F0002, data_in=512),
        NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x00800002, data_in=516),
        NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x007F0002, cdw12=512, data_in=512),
        NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x007F0102, data_in=512),
        NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x007F0002),
    ],
)
def test_simple_bridges_carry_nothing_but_reading(wrapper: Wrapper, command: NvmeCommand, speaks) -> None:
    with pytest.raises(NotSupported) as caught:
        nvme_exchange(wrapper, command)
    assert any(command.name in sentence for sentence in speaks(caught.value))


@pytest.mark.parametrize(
    ("wrapper", "command"),
    [
        (Wrapper.JMICRON_NVME, NvmeCommand("Identify", 0x06, cdw2=1, data_in=4096)),
        (Wrapper.JMICRON_NVME, NvmeCommand("Identify", 0x06, cdw3=1, data_in=4096)),
        (Wrapper.SAT_16, IDENTIFY),
        (Wrapper.NONE, IDENTIFY),
    ],
)
def test_what_has_no_place_in_a_wrapper_is_not_sent(wrapper: Wrapper, command: NvmeCommand) -> None:
    with pytest.raises(NotSupported):
        nvme_exchange(wrapper, command)


def test_status_and_result_are_read_from_the_response_block() -> None:
    # Invalid Field in Command with Do Not Retry: status field 4002h, above the phase bit
    block = bytes.fromhex("4e564d45" + "00000000" + "78563412" + "00" * 10 + "0480") + bytes(488)
    assert nvme_completion(block) == (0x4002, 0x12345678)
    assert nvme_completion(b"NVME" + bytes(508)) == (0, 0)


@pytest.mark.parametrize("block", [b"", b"NVME", bytes(512), b"EMVN" + bytes(508), b"NVME" + bytes(19)])
def test_a_block_without_the_signature_is_no_response(block: bytes) -> None:
    assert nvme_completion(block) is None


@given(st.binary(max_size=64))
def test_nonsense_for_a_response_never_crashes(data: bytes) -> None:
    told = nvme_completion(data)
    assert told is None or 0 <= told[0] < 0x8000
