"""The kernel's target configuration (configfs), as much of it as an emulated drive needs: a TCMU device and a tcm_loop port before it."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
from dataclasses import dataclass
from pathlib import Path

TARGET = Path("/sys/kernel/config/target")
UIO = Path("/sys/class/uio")
MODULES = ("configfs", "target_core_mod", "target_core_user", "tcm_loop", "sd_mod", "sg")


def prepare() -> None:
    """Loads the modules and mounts configfs. Raises CalledProcessError where this kernel has none of them."""
    for module in MODULES:
        subprocess.run(["modprobe", module], check=True)
    if not TARGET.parent.is_dir() or not any(TARGET.parent.iterdir()):
        subprocess.run(["mount", "-t", "configfs", "configfs", str(TARGET.parent)], check=False)
    Path("/etc/target").mkdir(exist_ok=True)  # the core looks there for its database and complains where it is missing


@dataclass(frozen=True)
class Backstore:
    """One TCMU device: ``user_N/name`` and the /dev/uioN whose ring is its own."""

    path: Path
    device: Path
    map_bytes: int

    def remove(self) -> None:
        """Takes the device away, and its folder."""
        self.path.rmdir()
        self.path.parent.rmdir()


def reserve_number() -> int:
    """A number that no other front's device has. What is made of it, by :func:`create_backstore` and :class:`Port`, is this caller's."""
    for number in itertools.count():
        with contextlib.suppress(FileExistsError):
            (TARGET / "core" / f"user_{number}").mkdir(parents=True)
            return number
    raise AssertionError("itertools.count ended")


def create_backstore(number: int, name: str, size: int, command_timeout: int) -> Backstore:
    """Makes the device of a reserved number.

    ``size`` in bytes, a whole number of 512, ``command_timeout`` in seconds (0: the kernel waits for ever).
    """
    path = TARGET / "core" / f"user_{number}" / name
    path.mkdir()
    for setting in (f"dev_config=haiki/{number}/{name}", f"dev_size={size}", "hw_block_size=512", "max_data_area_mb=16"):
        (path / "control").write_text(setting)
    (path / "enable").write_text("1")
    (path / "attrib/cmd_time_out").write_text(str(command_timeout))
    (path / "attrib/tmr_notification").write_text("1")  # an abort is told to us, as a drive is told of a reset
    (path / "attrib/pgr_support").write_text("0")  # PERSISTENT RESERVE is answered by the drive, not by the target core
    for node in UIO.iterdir():
        if (node / "name").read_text().strip().endswith(f"/haiki/{number}/{name}"):
            return Backstore(path, Path("/dev") / node.name, int((node / "maps/map0/size").read_text(), 16))
    raise FileNotFoundError(f"no uio device for {name}")


@dataclass(frozen=True)
class Port:
    """A tcm_loop host with one logical unit."""

    naa: str

    @property
    def _group(self) -> Path:
        return TARGET / "loopback" / self.naa / "tpgt_1"

    @property
    def _unit(self) -> Path:
        return self._group / "lun" / "lun_0"

    def create(self) -> None:
        """Makes the host; it has no unit yet."""
        self._group.mkdir(parents=True)
        (self._group / "nexus").write_text(self.naa.replace("naa.6001405", "naa.6001406"))
        self._unit.mkdir(parents=True)

    def plug(self, backstore: Backstore) -> None:
        """Shows the unit to the kernel. It answers when its scan of the unit has ended: the ring must be served meanwhile."""
        (self._unit / "drive").symlink_to(backstore.path)

    def unplug(self) -> None:
        """The unit goes away, whatever runs on it."""
        with contextlib.suppress(FileNotFoundError):
            (self._unit / "drive").unlink()

    def remove(self) -> None:
        """Takes the host away."""
        self.unplug()
        for folder in (self._unit, self._group, self._group.parent):
            with contextlib.suppress(FileNotFoundError):
                folder.rmdir()

    @property
    def _address(self) -> str:
        """Host, channel, target and unit, as sysfs names them."""
        address = self._group / "address"
        return f"{address.read_text().strip()}:0" if address.exists() else ""

    def let_sleep(self) -> None:
        """Makes a suspend-to-RAM possible: the kernel flushes a disk after it froze whoever serves it, and waits for ever.

        It is told that there is no cache, and the disk is told nothing of it (sysfs-block "temporary", sd's cache_type).
        """
        (Path("/sys/class/scsi_disk") / self._address / "cache_type").write_text("temporary write through")

    def node(self) -> tuple[str | None, str | None]:
        """The names of the block device and of the sg device that the kernel made of the unit, where it made them."""
        unit = Path("/sys/class/scsi_device") / self._address / "device"
        return _only_child(unit / "block"), _only_child(unit / "scsi_generic")


def _only_child(folder: Path) -> str | None:
    with contextlib.suppress(FileNotFoundError, StopIteration):
        return next(folder.iterdir()).name
    return None
