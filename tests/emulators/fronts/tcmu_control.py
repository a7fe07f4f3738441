"""The control socket of a front: looks into drives and gives them faults while the kernel uses them.

One JSON object a line, one answer a line: ``{"do": "inspect", "drive": "disk"}``. Without ``drive``, all of them. An answer has ``"ok"``,
and ``"error"`` where that is false.

``list``        the drives, and which nodes the kernel made of them
``inspect``     the state inside
``heard``       the commands since the last time that this was asked (4096 at most), as hexadecimal CDBs
``lie``         with ``name`` and ``value``: sets one of the drive's lies and faults
``hang``        with ``on``: takes commands and answers none
``drop``        with ``count``: the next commands are lost
``power-cycle`` cuts the power and gives it back; ``resume`` does so to all drives, as suspend-to-RAM does
``unplug``, ``plug``
``stop``        ends the front
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulators.fronts.drives import Drive
from emulators.fronts.tcmu_server import Server


class Control:
    """Listens at a socket of the file system, in the server's own loop."""

    def __init__(self, server: Server, path: Path) -> None:
        self._server = server
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        server.selector.register(self._socket, selectors.EVENT_READ, self._accept)

    def _accept(self) -> None:
        connection, _ = self._socket.accept()
        buffer = bytearray()
        self._server.selector.register(connection, selectors.EVENT_READ, lambda: self._read(connection, buffer))

    def _read(self, connection: socket.socket, buffer: bytearray) -> None:
        received = connection.recv(65536)
        if not received:
            self._server.selector.unregister(connection)
            connection.close()
            return
        buffer += received
        while b"\n" in buffer:
            line, _, rest = bytes(buffer).partition(b"\n")
            buffer[:] = rest
            self._answer(connection, line)

    def _answer(self, connection: socket.socket, line: bytes) -> None:
        def send(answer: dict[str, Any]) -> None:
            with contextlib.suppress(OSError):  # whoever asked may be gone
                connection.sendall(json.dumps(answer).encode() + b"\n")

        try:
            request = json.loads(line)
            drives = [self._server.drives[request["drive"]]] if "drive" in request else list(self._server.drives.values())
            self._do(request, drives, send)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            send({"ok": False, "error": f"{type(error).__name__}: {error}"})

    def _do(self, request: dict[str, Any], drives: list[Drive], send: Callable[[dict[str, Any]], None]) -> None:
        verb = request["do"]
        if verb in ("plug", "unplug"):
            act = self._server.plug if verb == "plug" else self._server.unplug

            def work() -> None:
                for drive in drives:
                    act(drive)
                send({"ok": True})

            self._server.in_background(work)
        elif verb == "list":
            send({"ok": True, "drives": self.listed(drives)})
        elif verb == "inspect":
            send({"ok": True, "drives": {drive.name: drive.inside.inspect() for drive in drives}})
        elif verb == "heard":
            send({"ok": True, "drives": {drive.name: drive.forget_heard() for drive in drives}})
        elif verb == "stop":
            self._server.running = False
            send({"ok": True})
        else:
            for drive in drives:
                self._change(verb, request, drive)
            send({"ok": True})

    def _change(self, verb: str, request: dict[str, Any], drive: Drive) -> None:
        match verb:
            case "lie":
                drive.inside.lie(request["name"], request["value"])
            case "hang":
                drive.hangs = bool(request["on"])
            case "drop":
                drive.drops = int(request["count"])
            case "power-cycle":
                self._server.lose_power(drive, drive.inside.power_cycle)
            case "resume":
                self._server.lose_power(drive, drive.inside.resume)
            case _:
                raise ValueError(f"nothing to do by the name of {verb}")

    def listed(self, drives: list[Drive] | None = None) -> dict[str, Any]:
        """Kind and nodes of these drives, or of all of them."""
        return {drive.name: self._listed(drive) for drive in (self._server.drives.values() if drives is None else drives)}

    def _listed(self, drive: Drive) -> dict[str, Any]:
        nodes = [path.port.node() if path.plugged else (None, None) for path in self._server.of(drive)]
        return {"kind": drive.kind, "block": [block for block, _ in nodes], "sg": [generic for _, generic in nodes]}


class ControlClient:
    """Asks a front's control socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r")

    def ask(self, do: str, drive: str | None = None, **more: Any) -> dict[str, Any]:
        """Sends one request. Raises ValueError with the front's own words where it refuses."""
        request = {"do": do, **({"drive": drive} if drive is not None else {}), **more}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._lines.readline())
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer
