"""Security Send and Security Receive, 81h and 82h (Base 2.0c sections 5.25, 5.26): the list of protocols, TCG Level 0 Discovery, RPMB.

There is no locking SP behind the discovery: a session cannot be opened here, so what is locked stays locked.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulators.nvme.entries import Refused, Status, SubmissionEntry

if TYPE_CHECKING:
    from emulators.nvme.controller import Controller

_INFORMATION, _TCG, _RPMB = 0x00, 0x01, 0xEA
_LEVEL_0 = 0x0001  # ComID of Level 0 Discovery
_NO_RPMB_KEY = 0x0007  # RPMB operation result: authentication key not yet programmed (Base 2.0c figure 569)


def security_receive(controller: Controller, entry: SubmissionEntry) -> bytes:
    """As many bytes as AL asks for. Raises Refused."""
    protocol, specific, length = entry.cdw10 >> 24, entry.cdw10 >> 8 & 0xFFFF, entry.cdw11
    if length > controller.personality.largest_transfer:
        raise Refused(Status.INVALID_FIELD)
    if protocol == _INFORMATION and specific == 0:
        listed = bytes(each for each in (_INFORMATION, _TCG, _RPMB) if _is_there(controller, each))
        answer = bytes(6) + struct.pack(">H", len(listed)) + listed  # SPC-5 section 7.7.1.3
    elif protocol == _TCG and specific == _LEVEL_0 and _is_there(controller, _TCG):
        answer = level_0_discovery(controller)
    elif protocol == _RPMB and _is_there(controller, _RPMB) and entry.cdw10 & 0xFF < controller.personality.field(312, 4) & 7:
        # a data frame whose result says that nobody ever programmed a key (result at 250, response type at 254)
        answer = bytes(250) + struct.pack("<HHH", _NO_RPMB_KEY, 0, 0)[:4] + b"\x00\x02"
    else:
        raise Refused(Status.INVALID_FIELD)
    return answer[:length].ljust(length, b"\0")


def security_send(controller: Controller, entry: SubmissionEntry) -> None:
    """Raises Refused: nothing here takes a session, a PSID or a programmed key."""
    raise Refused(Status.INVALID_FIELD)


def _is_there(controller: Controller, protocol: int) -> bool:
    if protocol == _TCG:
        return controller.personality.has_opal
    return protocol != _RPMB or bool(controller.personality.field(312, 4) & 7)


def level_0_discovery(controller: Controller) -> bytes:
    """TCG Storage Architecture Core 2.01 section 3.3.6; Opal SSC 2.01 section 3.1.1. Big-endian."""
    locked = controller.subsystem.locked
    flags = 0x01 | locked << 1 | locked << 2 | 1 << 3  # supported, enabled, locked, media encryption
    features = (
        struct.pack(">HBB", 0x0001, 0x10, 12) + b"\x11".ljust(12, b"\0"),  # TPer: Sync, Streaming
        struct.pack(">HBB", 0x0002, 0x10, 12) + bytes([flags]).ljust(12, b"\0"),  # Locking
        struct.pack(">HBBHH", 0x0203, 0x10, 16, 0x07FE, 1).ljust(20, b"\0"),  # Opal 2: base ComID, number of ComIDs
    )
    body = b"".join(features)
    return struct.pack(">IHH", 44 + len(body), 0, 1).ljust(48, b"\0") + body
