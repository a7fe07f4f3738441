"""Makes /dev/sdX and /dev/sgN of emulated drives, for those who try things by hand and for tests in a virtual machine.

    python -m emulators.fronts.tcmu flash sas-two-ports bridge:flash --control /run/drives

Each KIND may have a name, ``disk=flash``. When all nodes are there, one JSON line says which they are. A signal TERM or INT, or ``stop`` at
the control socket, takes everything away again. ``python -m emulators.fronts.tcmu --ask '{"do": "list"}' --control /run/drives`` asks it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from emulators.clock import RealClock
from emulators.fronts.drives import Drive, Traits, kinds, make_drive
from emulators.fronts.tcmu_config import prepare
from emulators.fronts.tcmu_control import Control, ControlClient
from emulators.fronts.tcmu_server import Server
from emulators.scsi.satl import Regime


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators.fronts.tcmu", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"[NAME=]KIND[#NUMBER]; one number, one serial: {', '.join(kinds())}")
    parser.add_argument("--control", type=Path, required=True, help="the control socket")
    parser.add_argument("--regime", type=Regime, choices=list(Regime), default=Regime.LIBATA, help="in what form registers come back")
    parser.add_argument("--rate", type=float, default=1.0, help="model seconds in a real one")
    parser.add_argument("--seconds", type=float, default=60.0, help="model seconds that a SAS disk's sanitize or format takes")
    parser.add_argument("--mebibytes", type=int, default=0, help="size of ATA disks; 0: as recorded")
    parser.add_argument("--command-timeout", type=int, default=0, help="seconds after which the kernel stops waiting; 0: never")
    parser.add_argument("--sleepable", action="store_true", help="the machine can be suspended: the kernel flushes no cache of these disks")
    parser.add_argument("--ask", help="send one request to a front that runs, and print its answer")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit status 1 where the front refuses what was asked."""
    options = _arguments(arguments)
    if options.ask is not None:
        request = json.loads(options.ask)
        try:
            answer = ControlClient(options.control).ask(**request)
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        sys.stdout.write(json.dumps(answer, indent=1) + "\n")
        return 0
    size = options.mebibytes << 20 if options.mebibytes else None
    clock = RealClock(options.rate)
    drives: list[Drive] = []
    for number, argument in enumerate(options.kinds):
        named, _, twin = argument.partition("#")
        name, _, kind = named.rpartition("=")
        name = name or f"{kind.replace(':', '-')}-{number}"
        drives.append(make_drive(kind, name, clock, traits=Traits(options.regime, int(twin or number), options.seconds, size)))
    prepare()
    server = Server(drives, clock, command_timeout=options.command_timeout)
    control = Control(server, options.control)

    def stop(*_: object) -> None:
        server.running = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def show() -> None:
        for drive in drives:
            server.plug(drive)
        server.wait_for_nodes()
        if options.sleepable:
            for path in server.paths:
                path.port.let_sleep()
        sys.stdout.write(json.dumps(control.listed()) + "\n")
        sys.stdout.flush()

    server.in_background(show)
    try:
        server.run()
    finally:
        server.close()
        options.control.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
