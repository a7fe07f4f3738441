"""An emulated NVMe subsystem on a clock that is moved by hand, with submission queue entries spelled out."""

from __future__ import annotations

import struct

from emulators.clock import HandClock
from emulators.nvme.controller import Controller
from emulators.nvme.entries import Completion
from emulators.nvme.personality import Personality
from emulators.nvme.subsystem import Subsystem

SECRET = b"resident register, page 1 "
PAGE = 4096


def sqe(opcode: int, nsid: int = 0, *dwords: int) -> bytes:
    """Base 2.0c figure 87: opcode in byte 0, NSID in bytes 7:4, Command Dwords 10 to 15 from byte 40 on."""
    words = (*dwords, 0, 0, 0, 0, 0, 0)[:6]
    return struct.pack("<BxHI", opcode, 7, nsid) + bytes(32) + struct.pack("<6I", *words)


class Bench:
    """A subsystem on a clock that is moved by hand."""

    def __init__(self, personality: Personality) -> None:
        self.clock = HandClock()
        self.subsystem = Subsystem(personality, clock=self.clock)

    @property
    def controller(self) -> Controller:
        return self.subsystem.controllers[0]

    def admin(self, opcode: int, nsid: int = 0, *dwords: int, data: bytes = b"") -> Completion:
        """Sends it and waits for its end."""
        return self.subsystem.settle(self.controller.admin(sqe(opcode, nsid, *dwords), data))

    def write(self, lba: int, data: bytes, nsid: int = 1, size: int = 512) -> Completion:
        return self.controller.io(sqe(0x01, nsid, lba, 0, len(data) // size - 1), data)

    def read(self, lba: int, count: int = 1, nsid: int = 1) -> Completion:
        return self.controller.io(sqe(0x02, nsid, lba, 0, count - 1))

    def fill(self) -> None:
        """Every page of the first 64 of each attached namespace holds the secret, and most of them an older copy of it too."""
        for namespace in self.subsystem.namespaces:
            size = namespace.block.size
            if self.controller.id in namespace.attached:
                for _ in range(2):
                    for page in range(64):
                        assert self.write(page * 8, (SECRET + bytes(size * 8))[: size * 8], namespace.nsid, size).status == 0
                    self.controller.io(sqe(0x00, namespace.nsid))

    def sanitize_log(self) -> bytes:
        completion = self.admin(0x02, 0xFFFFFFFF, 0x007F0081)
        assert completion.status == 0
        return completion.data

    def remnants(self) -> int:
        return len(self.subsystem.remnants(SECRET))
