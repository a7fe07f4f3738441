"""The host's side: has the kernel connect to the front, and leave again. Needs root and the module nvme-tcp.

python -m emulators.fronts.nvme_tcp_host connect full      # every controller; prints the nodes
python -m emulators.fronts.nvme_tcp_host disconnect full   # clean removal
"""

from __future__ import annotations

import argparse
import errno
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PORT = 4420
_FABRICS = Path("/dev/nvme-fabrics")
_CONTROLLERS = Path("/sys/class/nvme")
_SUBSYSTEMS = Path("/sys/class/nvme-subsystem")


def nqn_of(name: str) -> str:
    """As :class:`emulators.fronts.nvme_tcp.Target` names it."""
    return f"nqn.2014-08.org.nvmexpress:haiki:{name}"


@dataclass(frozen=True)
class Connected:
    """One controller as the kernel sees it."""

    instance: int
    nqn: str

    @property
    def node(self) -> Path:
        """The controller's character device."""
        return Path(f"/dev/nvme{self.instance}")

    @property
    def state(self) -> str:
        """live, connecting, resetting, deleting; empty when it is gone."""
        try:
            return (_CONTROLLERS / f"nvme{self.instance}" / "state").read_text().strip()
        except OSError:
            return ""

    def disconnect(self) -> None:
        """Clean removal: the kernel shuts the controller down."""
        (_CONTROLLERS / f"nvme{self.instance}" / "delete_controller").write_text("1")


def connect(name: str, controller: int = 1, port: int = PORT) -> Connected:
    """Connects to one controller. Losses are noticed in a second and given up after four: the kernel's default is ten minutes.

    nvme-cli has no option for ``fast_io_fail_tmo``, so that the kernel's own interface is used. Raises OSError as the kernel does.
    """
    subprocess.run(["modprobe", "nvme_tcp"], check=True)
    options = (
        f"transport=tcp,traddr=127.0.0.{controller},trsvcid={port},nqn={nqn_of(name)},nr_io_queues=1,"
        "reconnect_delay=1,ctrl_loss_tmo=4,fast_io_fail_tmo=1"
    )
    with _FABRICS.open("r+b", buffering=0) as fabrics:
        fabrics.write(options.encode())
        answer = fabrics.read(256).decode()
    for part in answer.strip().split(","):
        key, _, value = part.partition("=")
        if key == "instance":
            return Connected(int(value), nqn_of(name))
    raise OSError(errno.EIO, f"the kernel did not say which controller it made: {answer}")


def connect_all(name: str, controllers: int = 1, port: int = PORT) -> list[Connected]:
    """All controllers of one subsystem, and waits for udev."""
    connected = [connect(name, each, port) for each in range(1, controllers + 1)]
    subprocess.run(["udevadm", "settle"], check=True)
    return connected


def controllers_of(name: str) -> list[Connected]:
    """Those that are connected now."""
    found = []
    for folder in sorted(_CONTROLLERS.glob("nvme*")):
        try:
            if (folder / "subsysnqn").read_text().strip() == nqn_of(name):
                found.append(Connected(int(folder.name.removeprefix("nvme")), nqn_of(name)))
        except OSError:
            continue
    return found


def disconnect_all(name: str) -> None:
    """Clean removal of every controller."""
    for each in controllers_of(name):
        each.disconnect()


def namespace_node(name: str, nsid: int) -> Path | None:
    """The block device of a namespace: the kernel's numbers are not NSIDs."""
    for subsystem in _SUBSYSTEMS.glob("nvme-subsys*"):
        if (subsystem / "subsysnqn").read_text().strip() != nqn_of(name):
            continue
        folders = [*subsystem.glob("nvme*n*"), *(each for folder in subsystem.glob("nvme*") for each in folder.glob("nvme*n*"))]
        for folder in folders:
            node = Path("/dev") / folder.name
            if (folder / "nsid").is_file() and int((folder / "nsid").read_text()) == nsid and node.exists():
                return node
    return None


def wait_until(condition: Callable[[], object], seconds: float = 60.0, *, what: str = "that") -> None:
    """Looks again and again: the kernel tells no one when it is ready. Raises TimeoutError."""
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds} s for {what}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m emulators.fronts.nvme_tcp_host", description="Connects the kernel to emulated drives.")
    parser.add_argument("verb", choices=["connect", "disconnect"])
    parser.add_argument("name")
    parser.add_argument("--controllers", type=int, default=1)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    if options.verb == "disconnect":
        disconnect_all(options.name)
        return 0
    for each in connect_all(options.name, options.controllers, options.port):
        print(each.node)
    return 0


if __name__ == "__main__":
    sys.exit(main())
