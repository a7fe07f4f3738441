"""An NVMe/TCP target: the kernel's own nvme-tcp driver makes /dev/nvmeX and /dev/nvmeXnY of emulated subsystems.

    python -m emulators.fronts.nvme_tcp plain full --control /run/nvme.sock

The controllers with identifier 1 of all subsystems are at 127.0.0.1, those with identifier 2 at 127.0.0.2. Loopback only.
Connect with :mod:`emulators.fronts.nvme_tcp_host`; look inside and tell to lie through the control socket
(:mod:`emulators.fronts.nvme_tcp_control`).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emulators.clock import RealClock
from emulators.fronts.nvme_tcp_control import serve_control
from emulators.fronts.nvme_tcp_queue import Queue
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from emulators.power import PowerCut

ADDRESSES, PORT = ("127.0.0.1", "127.0.0.2"), 4420  # one for each controller of a subsystem
_TICK = 0.05  # seconds between looks at what runs by itself


@dataclass
class Served:
    """A subsystem and the connections to it."""

    name: str
    subsystem: Subsystem
    rate: float  # model seconds that pass in each real one
    is_plugged: bool = True
    queues: set[Queue] = field(default_factory=set)
    heard: deque[tuple[bool, bytes]] = field(default_factory=lambda: deque(maxlen=4096))  # whether admin, and the entry

    @property
    def is_there(self) -> bool:
        return self.is_plugged and self.subsystem.power.is_on and not self.subsystem.lies.gone

    def unplug(self) -> None:
        """Surprise removal: all connections break, and no new one is taken."""
        self.is_plugged = False
        self.drop()

    def plug(self) -> None:
        self.is_plugged = True

    def drop(self) -> None:
        """All connections break."""
        for queue in list(self.queues):
            queue.close()

    def tick(self) -> bool:
        """Lets time pass and tells events; False where the power is off, which every host notices."""
        try:
            self.subsystem.advance()
        except PowerCut:
            self.subsystem.lose_power(cleanly=False)
        if not self.subsystem.power.is_on:
            self.drop()
            return False
        if not self.subsystem.lies.hung:
            for queue in list(self.queues):
                if queue.is_admin:
                    queue.tell_events()
        return True


class Target:
    """Serves subsystems; more may come while it runs."""

    def __init__(self) -> None:
        self.served: dict[str, Served] = {}  # by name
        self._stopped = asyncio.Event()

    def add(self, kind: str, rate: float = 1.0) -> Served:
        """``kind``, or ``name=kind`` where two of a kind are wanted, or ``name=kind=SERIAL``. Raises KeyError, ValueError."""
        name, _, rest = kind.partition("=")
        rest, _, serial = rest.partition("=")
        if name in self.served:
            raise ValueError(f"two drives named {name}")
        personality = replace(PERSONALITIES[rest or name](), seed=len(self.served))
        subsystem = Subsystem(personality.with_serial(serial) if serial else personality, clock=RealClock(rate))
        subsystem.fabrics = True
        subsystem.nqn = f"nqn.2014-08.org.nvmexpress:haiki:{name}"
        self.served[name] = Served(name, subsystem, rate)
        return self.served[name]

    def find(self, nqn: str) -> Served | None:
        return next((each for each in self.served.values() if each.subsystem.nqn == nqn), None)

    def stop(self) -> None:
        self._stopped.set()

    async def serve(self, port: int = PORT, control: Path | None = None) -> None:
        """Until stopped. Prints "listening" when hosts may come."""
        servers = [await asyncio.start_server(self.taker(index), address, port, limit=1 << 20) for index, address in enumerate(ADDRESSES)]
        if control is not None:
            servers.append(await serve_control(self, control))
        ticks = asyncio.get_running_loop().create_task(self._tick())
        print("listening", flush=True)
        await self._stopped.wait()
        ticks.cancel()
        for each in self.served.values():
            each.drop()
        for server in servers:
            server.close()

    def taker(self, index: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        """What takes connections at the address of this index."""

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await Queue(self, index, reader, writer).run()

        return take

    async def _tick(self) -> None:
        while True:
            for each in list(self.served.values()):
                each.tick()
            await asyncio.sleep(_TICK)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m emulators.fronts.nvme_tcp", description="Serves emulated NVMe drives over NVMe/TCP.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"[NAME=]KIND[=SERIAL], of {', '.join(PERSONALITIES)}")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--control", type=Path, help="JSON control socket, made there")
    parser.add_argument("--rate", type=float, default=1.0, help="model seconds that pass in each real one")
    options = parser.parse_args(arguments)

    async def run() -> None:
        target = Target()
        for kind in options.kinds:
            target.add(kind, options.rate)
        await target.serve(options.port, options.control)

    asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
