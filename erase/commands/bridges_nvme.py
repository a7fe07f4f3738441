"""NVMe admin commands in the wrappers of USB bridges: pure codecs.

Sources for each layout, which agree: smartmontools scsinvme.cpp and Seagate opensea-transport {jmicron,asmedia,realtek}_nvme_helper.c.
Where one carries more than the other, only what both do is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.bridges import Wrapper
from erase.commands.wire import NvmeCommand, ScsiCommand
from erase.errors import NotSupported

_IDENTIFY, _GET_LOG_PAGE = 0x06, 0x02
_NAMESPACE, _CONTROLLER = 0x00, 0x01  # CNS
_LOG_MOST = 512  # bytes: ASM2362 hangs on more, RTL9210 repeats old data
_SIGNATURE = b"NVME"
_BLOCK = 512  # the size of JMicron's command and response blocks


@dataclass(frozen=True)
class Exchange:
    """What is sent for one NVMe command, in this order."""

    before: ScsiCommand | None  # hands the command over; must succeed
    command: ScsiCommand  # runs it and moves its data
    completion: ScsiCommand | None  # None: the bridge tells no status, result or reason


def nvme_exchange(wrapper: Wrapper, command: NvmeCommand) -> Exchange:
    """The wrapper's form of a command. Raises NotSupported for what the wrapper can't carry."""
    if wrapper is Wrapper.JMICRON_NVME and not command.cdw2 and not command.cdw3:
        return _jmicron(command)
    if wrapper is Wrapper.ASMEDIA_NVME and _is_simple(command):
        numd = command.cdw10 >> 16
        cdb = bytes((0xE6, command.opcode, 0, command.cdw10 & 0xFF, 0, 0)) + numd.to_bytes(2, "big") + bytes(8)
        return Exchange(None, ScsiCommand(command.name, cdb, data_in=command.data_in), None)
    if wrapper is Wrapper.REALTEK_NVME and _is_simple(command):
        cdb = b"\xe4" + command.data_in.to_bytes(2, "little") + bytes((command.opcode, command.cdw10 & 0xFF)) + bytes(11)
        return Exchange(None, ScsiCommand(command.name, cdb, data_in=command.data_in), None)
    raise NotSupported("transports", "wrapper-cannot", wrapper=wrapper.value, command=command.name)


def nvme_completion(data: bytes) -> tuple[int, int] | None:
    """Status field (without its phase bit) and Dword 0 in a JMicron response block; None where it is none."""
    if len(data) < 24 or data[:4] != _SIGNATURE:
        return None
    return int.from_bytes(data[22:24], "little") >> 1, int.from_bytes(data[8:12], "little")


def _is_simple(command: NvmeCommand) -> bool:
    """Identify of the controller or of namespace 1, and logs of the controller's up to 512 bytes from their beginning."""
    more = (command.cdw2, command.cdw3, command.cdw11, command.cdw12, command.cdw13, command.cdw14, command.cdw15)
    # of CDW10 only bits 7:0 and NUMD get through. Retain Asynchronous Event (bit 15) gets lost: nobody behind the bridge waits for events
    if any(more) or command.cdw10 & 0x7F00 or command.data_out:
        return False
    if command.opcode == _IDENTIFY:
        namespace = command.cdw10 == _NAMESPACE and command.nsid == 1
        return command.data_in == 4096 and (namespace or command.cdw10 == _CONTROLLER)
    return command.opcode == _GET_LOG_PAGE and command.nsid in (0, 0xFFFFFFFF) and 0 < command.data_in <= _LOG_MOST


def _jmicron(command: NvmeCommand) -> Exchange:
    """Three steps of ATA PASS-THROUGH (12)'s opcode. Byte 1: bit 7 admin, 3:0 step; bytes 3 to 5: length."""
    words = (command.opcode, command.nsid, *[0] * 8)
    specific = (command.cdw10, command.cdw11, command.cdw12, command.cdw13, command.cdw14, command.cdw15)
    entry = b"".join(word.to_bytes(4, "little") for word in (*words, *specific))
    block = (_SIGNATURE + bytes(4) + entry).ljust(_BLOCK, b"\0")
    length = len(command.data_out) or command.data_in
    step = 0x83 if command.data_out else 0x82 if command.data_in else 0x81
    return Exchange(
        ScsiCommand("JMicron NVMe COMMAND", _step(0x80, _BLOCK), data_out=block),
        ScsiCommand(command.name, _step(step, length), data_out=command.data_out, data_in=command.data_in),
        ScsiCommand("JMicron NVMe RESPONSE", _step(0x8F, _BLOCK), data_in=_BLOCK),
    )


def _step(step: int, length: int) -> bytes:
    return bytes((0xA1, step, 0)) + length.to_bytes(3, "big") + bytes(6)
