"""Drives that are there but have no block device: they belong into the inventory, with the reason why they can't be erased."""

from __future__ import annotations

from collections.abc import Iterator

from erase.drive.facts import Drive, Unusable
from erase.probe.asking.targets import Target, target_of_controller, target_of_scsi
from erase.probe.description import Description
from erase.probe.nvme import CONTROLLERS, describe_controller, has_namespace, is_controller
from erase.probe.scsi import DISK_TYPES, describe_scsi, is_scsi
from erase.probe.tree import Tree

_SCSI_DEVICES = "/sys/bus/scsi/devices"


def unreachable_drives(tree: Tree) -> tuple[tuple[Drive, Target | None], ...]:
    """SCSI disks without a block device, and NVMe controllers without a namespace; each with whom to ask about it."""
    return (*_scsi_drives(tree), *_controllers(tree))


def _scsi_drives(tree: Tree) -> Iterator[tuple[Drive, Target | None]]:
    for name in tree.names(_SCSI_DEVICES):
        device = tree.real(f"{_SCSI_DEVICES}/{name}")
        if not device or not is_scsi(tree, device) or tree.number(f"{device}/type") not in DISK_TYPES or tree.names(f"{device}/block"):
            continue
        nodes = tuple(f"/dev/{generic}" for generic in tree.names(f"{device}/scsi_generic"))
        description = describe_scsi(tree, device)
        target = target_of_scsi(tree, device, nodes[0], description) if nodes else None
        yield _drive(nodes or (f"scsi:{name}",), description, Unusable.NO_BLOCK_DEVICE), target


def _controllers(tree: Tree) -> Iterator[tuple[Drive, Target | None]]:
    for name in tree.names(CONTROLLERS):
        controller = tree.real(f"{CONTROLLERS}/{name}")
        if controller and is_controller(name) and not has_namespace(tree, controller):
            node, description = f"/dev/{name}", describe_controller(tree, controller)
            yield _drive((node,), description, Unusable.NO_NAMESPACE), target_of_controller(tree, controller, node, description)


def _drive(nodes: tuple[str, ...], description: Description, unusable: Unusable) -> Drive:
    return Drive(
        nodes=nodes,
        identity=description.identity,
        bus=description.bus,
        media=description.media,
        size=0,
        logical_sector=0,
        physical_sector=0,
        read_only=False,
        removable=description.removable,
        virtual=description.virtual,
        unusable=unusable,
    )
