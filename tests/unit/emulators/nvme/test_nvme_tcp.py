"""The NVMe/TCP front, PDU by PDU: NVMe TCP Transport 1.0c section 3.6, Fabrics commands of Base 2.0c section 6."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.clock import RealClock
from emulators.fronts.nvme_tcp import Served, Target
from emulators.fronts.nvme_tcp_control import serve_control

IC_REQ = bytes.fromhex("0000800080000000") + bytes(120)
NQN = b"nqn.2014-08.org.nvmexpress:haiki:full"


def capsule(command: bytes, data: bytes = b"") -> bytes:
    """CapsuleCmd: type 04h, header of 72 bytes, data right behind it."""
    head = bytes([4, 0, 72, 72 if data else 0]) + (72 + len(data)).to_bytes(4, "little")
    return head + command + data


def connect(nqn: bytes = NQN, queue: int = 0) -> bytes:
    """Connect: 7Fh, type 01h; SGL in the capsule, 1024 bytes; queue identifier and size; the NQN at 256."""
    command = bytearray(64)
    command[0:5] = bytes([0x7F, 0x40, 0x01, 0x00, 0x01])
    command[32:40] = (1024).to_bytes(4, "little") + bytes([0, 0, 0, 0x01])
    command[42:46] = queue.to_bytes(2, "little") + (31).to_bytes(2, "little")
    return capsule(bytes(command), (bytes(16) + b"\xff\xff").ljust(256, b"\0") + nqn.ljust(768, b"\0"))


def admin(opcode: int, cdw10: int, length: int, nsid: int = 0) -> bytes:
    command = bytearray(64)
    command[0:4] = bytes([opcode, 0x40, 0x02, 0x00])
    command[4:8] = nsid.to_bytes(4, "little")
    command[32:40] = length.to_bytes(4, "little") + bytes([0, 0, 0, 0x5A])
    command[40:44] = cdw10.to_bytes(4, "little")
    return capsule(bytes(command))


class Host:
    """Reads whole PDUs."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> bytes:
        self.writer.write(data)
        return await self.hear()

    async def hear(self) -> bytes:
        """The next PDU; empty where the other side hung up."""
        try:
            head = await asyncio.wait_for(self.reader.readexactly(8), 10)
            return head + await self.reader.readexactly(int.from_bytes(head[4:8], "little") - 8)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""


def play(scene: Callable[[Target, Served, Callable[[], Awaitable[Host]]], Awaitable[None]]) -> None:
    """A target at a port of its own, and a way to connect to it."""

    async def run() -> None:
        target = Target()
        served = target.add("full")
        server = await asyncio.start_server(target.taker(0), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        hosts: list[Host] = []

        async def host() -> Host:
            hosts.append(Host(*await asyncio.open_connection("127.0.0.1", port)))
            return hosts[-1]

        try:
            await scene(target, served, host)
        finally:
            for each in hosts:
                each.writer.close()
            server.close()

    asyncio.run(run())


def test_initialize_connect_identify() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        answer = await one.say(IC_REQ)
        assert (answer[:8].hex(), len(answer)) == ("0100800080000000", 128)
        answer = await one.say(connect())
        assert answer[:8].hex() == "0500180018000000"
        assert answer[8:12].hex() == "01000000"  # the controller's identifier
        assert answer[20:24].hex() == "01000000"  # command identifier 1, status 0
        data = await one.say(admin(0x06, 0x01, 4096))
        assert data[:8].hex() == "0704181818100000"
        assert data[24 + 4 : 24 + 24] == b"HAIKI-FULL-00001    "
        assert data[24 + 768 :].startswith(NQN)
        assert (await one.hear())[20:24].hex() == "02000000"

    play(scene)


def test_an_error_comes_without_data() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        await one.say(IC_REQ)
        await one.say(connect())
        answer = await one.say(admin(0xC0, 0, 4096))
        assert (answer[0], answer[22:24].hex()) == (5, "0280")  # Invalid Opcode, Do Not Retry, above the phase bit

    play(scene)


def test_data_of_the_host_is_asked_for() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        await one.say(IC_REQ)
        await one.say(connect())
        asked = await one.say(admin(0x15, 1, 4096, nsid=3))  # detach
        assert asked.hex() == "0900180018000000" + "02000200" + "00000000" + "00100000" + "00000000"
        data = b"\x01\x00\x01\x00".ljust(4096, b"\0")
        answer = await one.say(bytes.fromhex("0604181818100000" + "02000200" + "00000000" + "00100000" + "00000000") + data)
        assert answer[22:24].hex() == "0000"
        assert served.subsystem.namespaces.by_id[3].attached == set()

    play(scene)


def test_an_unknown_subsystem_and_a_second_host_are_refused() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one, two = await host(), await host()
        for each in (one, two):
            await each.say(IC_REQ)
        assert (await one.say(connect(b"nqn.2014-08.org.nvmexpress:haiki:other")))[22:24].hex() == "0403"  # 182h
        assert (await one.say(connect()))[22:24].hex() == "0000"
        assert (await two.say(connect()))[22:24].hex() == "0203"  # 181h

    play(scene)


@pytest.mark.parametrize("how", ["unplug", "cut"])
def test_a_drive_that_leaves_hangs_up(how: str) -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        await one.say(IC_REQ)
        await one.say(connect())
        if how == "unplug":
            served.unplug()
        else:
            served.subsystem.cut_power()
            assert not served.tick()
        assert await one.hear() == b""

    play(scene)


def test_a_host_that_comes_while_the_drive_is_out_is_told_no() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        await one.say(IC_REQ)
        served.unplug()
        assert (await one.say(connect()))[22:24].hex() == "0203"  # 181h
        served.plug()
        assert (await one.say(connect()))[22:24].hex() == "0000"

    play(scene)


def test_a_sanitize_that_ends_is_told() -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        await one.say(IC_REQ)
        await one.say(connect())
        one.writer.write(admin(0x0C, 0, 0))
        answer = await one.say(admin(0x84, 0x02, 0))
        assert answer[22:24].hex() == "0000"
        clock = served.subsystem.clock
        assert isinstance(clock, RealClock)
        clock.rate = 1e6
        served.tick()
        answer = await one.hear()
        assert answer[8:12].hex() == "06018100"

    play(scene)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_pdu_end_the_connection(data: bytes) -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        one = await host()
        one.writer.write(data + bytes.fromhex("ff00080008000000"))
        one.writer.write_eof()
        while await one.hear():
            pass

    play(scene)


def test_the_control_socket_looks_inside_and_lies(tmp_path: Path) -> None:
    async def scene(target: Target, served: Served, host: Callable[[], Awaitable[Host]]) -> None:
        server = await serve_control(target, tmp_path / "control")
        reader, writer = await asyncio.open_unix_connection(tmp_path / "control")

        async def ask(**request: object) -> dict[str, object]:
            writer.write(json.dumps(request).encode() + b"\n")
            answer: dict[str, object] = json.loads(await reader.readline())
            return answer

        assert await ask(do="list") == {"ok": True, "drives": {"full": NQN.decode()}}
        assert await ask(do="lie", drive="full", name="stuck_at", value=655) == {"ok": True}
        assert served.subsystem.lies.stuck_at == 655
        state = (await ask(do="inspect", drive="full", find="nothing"))["state"]
        assert isinstance(state, dict)
        assert (state["serial"], state["lies"]) == ("HAIKI-FULL-00001", {"stuck_at": 655})
        assert not (await ask(do="lie", drive="full", name="honesty", value=1))["ok"]
        assert not (await ask(do="dance", drive="full"))["ok"]
        assert not (await ask(do="inspect", drive="none"))["ok"]
        assert await ask(do="add", kind="two=plain=SAME", rate=20) == {"ok": True}
        assert (target.served["two"].subsystem.personality.serial, target.served["two"].rate) == ("SAME", 20.0)
        assert not (await ask(do="add", kind="two=plain", rate=1))["ok"]
        await ask(do="unplug", drive="full")
        assert not served.is_plugged
        writer.close()
        server.close()

    play(scene)
