"""One TCP connection of a host: one queue pair of one controller (NVMe TCP Transport 1.0c; Fabrics commands: Base 2.0c section 6)."""

from __future__ import annotations

import asyncio
import contextlib
import math
import struct
from typing import TYPE_CHECKING

from emulators.fronts.nvme_tcp_wire import (
    LAST,
    MAX_HOST_DATA,
    Malformed,
    Type,
    host_bound,
    initialized,
    read_pdu,
    ready_to_transfer,
    response,
)
from emulators.nvme.controller import ASYNC_EVENT_REQUEST, Controller
from emulators.nvme.entries import Completion, Gone, Status

if TYPE_CHECKING:
    from emulators.fronts.nvme_tcp import Served, Target

FABRICS = 0x7F
_PROPERTY_SET, _CONNECT, _PROPERTY_GET = 0x00, 0x01, 0x04
_CONTROLLER_BUSY, _INVALID_PARAMETERS = 0x181, 0x182  # of Connect (Base 2.0c figure 97)


class Queue:
    """Lives as long as its connection."""

    def __init__(self, target: Target, index: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._target, self._index = target, index
        self._reader, self._writer = reader, writer
        self._served: Served | None = None
        self._controller: Controller | None = None
        self._id = 0
        self._size, self._head = 128, 0
        self._incoming: dict[int, tuple[bytes, bytearray]] = {}  # by command identifier: entry, and its data so far
        self._late: set[asyncio.Task[None]] = set()  # commands that take their time
        self.waiting_for_events: list[int] = []  # command identifiers

    @property
    def is_admin(self) -> bool:
        return self._id == 0

    @property
    def controller(self) -> Controller | None:
        return self._controller

    async def run(self) -> None:
        """Until the host or the drive leaves."""
        try:
            while True:
                received = await read_pdu(self._reader)
                if received.type == Type.IC_REQ:
                    self._writer.write(initialized())
                elif received.type == Type.CAPSULE_CMD:
                    self._command(received.header, received.data)
                elif received.type == Type.H2C_DATA:
                    self._data(received.header, received.data, received.flags)
                else:
                    raise Malformed
                await self._writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, Malformed, Gone):
            pass
        finally:
            self.close()

    def close(self) -> None:
        """The connection ends at once."""
        for task in self._late:
            task.cancel()
        if self._served is not None:
            self._served.queues.discard(self)
            if self.is_admin and self._controller is not None:
                self._controller.reset()
        with contextlib.suppress(OSError):
            self._writer.close()

    # --- commands and their data

    def _command(self, entry: bytes, data: bytes) -> None:
        if len(entry) != 64:
            raise Malformed
        opcode, length = entry[0], int.from_bytes(entry[32:36], "little")
        direction = entry[4] if opcode == FABRICS else opcode  # bits 1:0: 01b from the host
        if direction & 3 == 1 and length and not data:
            if length > 8 * MAX_HOST_DATA:
                raise Malformed
            command_id = int.from_bytes(entry[2:4], "little")
            self._incoming[command_id] = (entry, bytearray(length))
            self._writer.write(ready_to_transfer(command_id, 0, length))
            return
        self._execute(entry, data[:length])

    def _data(self, header: bytes, data: bytes, flags: int) -> None:
        command_id, _, offset, length = struct.unpack_from("<HHII", header)
        if command_id not in self._incoming or length != len(data):
            raise Malformed
        entry, buffer = self._incoming[command_id]
        if offset + length > len(buffer):
            raise Malformed
        buffer[offset : offset + length] = data
        if flags & LAST:
            del self._incoming[command_id]
            self._execute(entry, bytes(buffer))

    def _execute(self, entry: bytes, data: bytes) -> None:
        command_id = int.from_bytes(entry[2:4], "little")
        if entry[0] == FABRICS:
            self._fabrics(command_id, entry, data)
            return
        if self._controller is None or self._served is None:
            raise Malformed  # before Connect there is no queue
        if self.is_admin and entry[0] == ASYNC_EVENT_REQUEST:
            self.waiting_for_events.append(command_id)
            self.tell_events()
            return
        self._served.heard.append((self.is_admin, entry))
        run = self._controller.admin if self.is_admin else self._controller.io
        completion = run(entry, data)
        if completion.seconds == 0:
            self._complete(command_id, completion, int.from_bytes(entry[32:36], "little"))
        elif not math.isinf(completion.seconds):
            later = self._complete_later(command_id, completion, int.from_bytes(entry[32:36], "little"))
            task = asyncio.get_running_loop().create_task(later)
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    async def _complete_later(self, command_id: int, completion: Completion, length: int) -> None:
        assert self._served is not None
        starts = self._served.subsystem.starts
        await asyncio.sleep(completion.seconds / self._served.rate)
        if self._served.tick() and starts == self._served.subsystem.starts:
            self._complete(command_id, completion, length)

    def _complete(self, command_id: int, completion: Completion, length: int = 0) -> None:
        data = completion.data[:length]
        if data and not completion.status:
            self._writer.write(host_bound(command_id, data))
        self._respond(command_id, completion.status, completion.dw0)

    def _respond(self, command_id: int, status: int, dw0: int, dw1: int = 0) -> None:
        self._head = (self._head + 1) % self._size
        self._writer.write(response(command_id, status, dw0, (self._head, self._id), dw1))

    def tell_events(self) -> None:
        """Posts what the controller has to tell, as far as the host asked to be told."""
        assert self._controller is not None
        while self.waiting_for_events and (event := self._controller.next_event()) is not None:
            self._respond(self.waiting_for_events.pop(0), 0, event)

    # --- Fabrics commands

    def _fabrics(self, command_id: int, entry: bytes, data: bytes) -> None:
        if self._served is not None and self._served.subsystem.lies.hung:
            return
        kind = entry[4]
        if kind == _CONNECT:
            self._connect(command_id, entry, data)
        elif self._controller is None:
            raise Malformed
        elif kind == _PROPERTY_SET:
            offset, value = struct.unpack_from("<IQ", entry, 44)
            self._controller.set_property(offset, value)
            self._respond(command_id, 0, 0)
        elif kind == _PROPERTY_GET:
            (offset,) = struct.unpack_from("<I", entry, 44)
            found = self._controller.get_property(offset)
            value = found or 0
            status = Status.SUCCESS if found is not None else Status.INVALID_FIELD
            self._respond(command_id, status, value & 0xFFFFFFFF, value >> 32)
        else:
            self._respond(command_id, Status.INVALID_OPCODE, 0)

    def _connect(self, command_id: int, entry: bytes, data: bytes) -> None:
        queue_id, size = struct.unpack_from("<HH", entry, 42)
        nqn = data[256:512].rstrip(b"\0").decode("ascii", "replace")
        served = self._target.find(nqn)
        controllers = served.subsystem.controllers if served else ()
        if served is None or len(data) < 1024 or self._index >= len(controllers):
            self._respond(command_id, _INVALID_PARAMETERS, 0)
            return
        controller = controllers[self._index]
        taken = queue_id == 0 and any(each.is_admin and each.controller is controller for each in served.queues)
        # a host that is connecting does not notice that the connection breaks, and would wait a minute for nothing: it is told no
        if taken or not served.is_there:
            self._respond(command_id, _CONTROLLER_BUSY, 0)
            return
        if queue_id == 0:
            controller.reset()
        self._served, self._controller, self._id, self._size = served, controller, queue_id, size + 1
        served.queues.add(self)
        self._respond(command_id, 0, controller.id)
