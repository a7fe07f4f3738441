"""A recorded machine (tests/drives) one of whose files in sysfs or procfs says something else."""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path

from erase.drive.facts import Drive
from erase.probe.system import Probe

_DRIVES = Path(__file__).resolve().parents[2] / "tests" / "drives"
_RECORDINGS = (
    "qemu-sata-ssd-md-luks-lvm",
    "qemu-nvme-two-namespaces-btrfs",
    "qemu-usb-bridge",
    "qemu-sd-card",
    "qemu-megaraid-bcache-waiting",
)


class ChangedMachine:
    """A recording laid out below a temporary folder; ``files`` are those that can be changed."""

    def __init__(self, name: str, root: Path) -> None:
        self.root = root
        self.files: dict[str, bytes] = {}
        recording = json.loads((_DRIVES / name / "tree.json").read_text(encoding="utf-8"))
        for path in recording["folders"]:
            self._place(path).mkdir(parents=True, exist_ok=True)
        for path, content in recording["files"].items():
            self.files[path] = bytes.fromhex(content["hex"]) if isinstance(content, dict) else content.encode()
            where = self._place(path)
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(self.files[path])
        for path, target in recording["links"].items():
            where = self._place(path)
            where.parent.mkdir(parents=True, exist_ok=True)
            where.symlink_to(target)

    def drives_with(self, path: str, content: bytes) -> tuple[Drive, ...]:
        """What the probe finds when one file says ``content``."""
        where = self._place(path)
        where.write_bytes(content)
        try:
            return Probe(self.root).drives()
        finally:
            where.write_bytes(self.files[path])

    def _place(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@lru_cache(maxsize=1)
def _machines() -> tuple[ChangedMachine, ...]:
    # below the campaign's own folder (TMPDIR), which is removed with it
    return tuple(ChangedMachine(name, Path(tempfile.mkdtemp(prefix="machine-"))) for name in _RECORDINGS)


def drives_of_a_changed_machine(data: bytes) -> tuple[Drive, ...]:
    """Byte 0 chooses the machine, bytes 1 and 2 the file, the rest is what it says."""
    whole = data.ljust(3, b"\0")
    machines = _machines()
    machine = machines[whole[0] % len(machines)]
    paths = sorted(machine.files)
    return machine.drives_with(paths[int.from_bytes(whole[1:3], "little") % len(paths)], whole[3:])


def seeds() -> list[bytes]:
    """Each file of each machine as it is."""
    found = []
    for number, machine in enumerate(_machines()):
        for place, path in enumerate(sorted(machine.files)):
            found.append(bytes([number]) + place.to_bytes(2, "little") + machine.files[path])
    return found
