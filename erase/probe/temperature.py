"""A drive's temperature, where the kernel measures it anyway (drivetemp, nvme): no command is sent for it."""

from __future__ import annotations

from erase.probe.blocks import CLASS
from erase.probe.nvme import controllers_of, is_namespace
from erase.probe.tree import Tree

_HONEST = range(-60_000, 150_001)  # thousandths of a degree Celsius


def read_temperature(tree: Tree, node: str) -> float | None:
    """Degrees Celsius of the drive with this node; of several sensors or controllers the hottest. None where nothing tells."""
    name = node.removeprefix("/dev/").replace("/", "!")
    block = tree.real(f"{CLASS}/{name}")
    if block is None:
        return None
    folders = controllers_of(tree, block) if is_namespace(name) else (f"{block}/device",)
    readings = (_reading(tree, sensor) for folder in folders for sensor in _sensors(tree, folder))
    return max((reading for reading in readings if reading is not None), default=None)


def _sensors(tree: Tree, device: str) -> tuple[str, ...]:
    """hwmon folders lie in ``hwmon/`` of the device; those of NVMe in the controller itself."""
    inside = tuple(f"{device}/hwmon/{name}" for name in tree.names(f"{device}/hwmon"))
    return inside + tuple(f"{device}/{name}" for name in tree.names(device) if name.startswith("hwmon") and name != "hwmon")


def _reading(tree: Tree, sensor: str) -> float | None:
    digits = tree.data(f"{sensor}/temp1_input", 32).strip()
    if not digits.removeprefix(b"-").isdigit() or len(digits) > 8 or int(digits) not in _HONEST:
        return None
    return int(digits) / 1000
