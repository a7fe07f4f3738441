"""The control socket of the NVMe/TCP front: looks into drives and gives them faults while the kernel uses them.

One JSON object a line, one answer a line: ``{"do": "inspect", "drive": "full"}``. An answer has ``"ok"``, and where that is
false ``"error"``.

``list``         the drives' names and NQNs
``add``          with ``kind`` and ``rate``, as on the command line: one more drive
``inspect``      the state inside; with ``find``, how many cells still hold that text
``heard``        the commands since the last time that this was asked (4096 at most): ``admin`` or ``io``, and the entry in hexadecimal
``lie``          with ``name`` and ``value``: sets one of :class:`emulators.nvme.lies.Lies`
``pmr``          with ``value``: enables the Persistent Memory Region, or not
``power-cycle``  off and on, in good order; ``cut`` pulls the plug and ``power-on`` puts it in; ``resume`` is suspend-to-RAM
``unplug``, ``plug``
``stop``         ends the front
"""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulators.fronts.nvme_tcp import Served, Target


async def serve_control(target: Target, path: Path) -> asyncio.Server:
    """Listens at a socket of the file system."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(_answer(target, line)).encode() + b"\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_unix_server(take, path)


def _answer(target: Target, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if request["do"] == "stop":
            target.stop()
            return {"ok": True}
        if request["do"] == "add":
            target.add(str(request["kind"]), float(request["rate"]))
            return {"ok": True}
        if request["do"] == "list":
            return {"ok": True, "drives": {name: each.subsystem.nqn for name, each in target.served.items()}}
        return {"ok": True} | _do(target.served[request["drive"]], request)
    except (ValueError, KeyError, TypeError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def _do(served: Served, request: dict[str, Any]) -> dict[str, Any]:
    subsystem = served.subsystem
    match request["do"]:
        case "inspect":
            served.tick()
            found = {"remnants": len(subsystem.remnants(request["find"].encode()))} if "find" in request else {}
            return {"state": subsystem.inspect() | {"plugged": served.is_plugged}} | found
        case "heard":
            told = [["admin" if is_admin else "io", entry.hex()] for is_admin, entry in served.heard]
            served.heard.clear()
            return {"heard": told}
        case "lie":
            subsystem.lies.set(request["name"], request["value"])
        case "pmr":
            subsystem.pmr_is_enabled = bool(request["value"])
        case "power-cycle":
            subsystem.power_cycle()
            served.drop()
        case "resume":
            subsystem.suspend_and_resume()
            served.drop()
        case "cut":
            subsystem.cut_power()
            served.drop()
        case "power-on":
            subsystem.power_on()
        case "unplug":
            served.unplug()
        case "plug":
            served.plug()
        case other:
            raise ValueError(f"unknown: {other}")
    return {}


def ask(path: Path, **request: Any) -> dict[str, Any]:
    """One question from another process. Raises RuntimeError where the answer is an error, OSError where nobody is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answers:
            answer: dict[str, Any] = json.loads(answers.readline())
    if not answer["ok"]:
        raise RuntimeError(answer["error"])
    return answer
