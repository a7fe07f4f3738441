"""NVMe drives: namespaces, the controllers that lead to them, and what lies beside a namespace on the same medium."""

from __future__ import annotations

import re
from dataclasses import dataclass

from erase.drive.facts import Bus, Identity, MediaType, Source
from erase.probe.cleaning import known, plain_name
from erase.probe.description import Description, fact
from erase.probe.media import MediaEvidence, media_type
from erase.probe.tree import Tree

CONTROLLERS = "/sys/class/nvme"
_NAMESPACE = re.compile(r"nvme[0-9]+(c[0-9]+)?n[0-9]+$")  # nvme0c1n1: the hidden path of one controller
_CONTROLLER = re.compile(r"nvme[0-9]+$")
# over a network (nvme-fabrics): a stand-in for a drive, whatever its controller says, and nobody knows on what its data lie
_REMOTE = "other-virtual"


@dataclass(frozen=True)
class NamespaceKey:
    """Which namespace of which subsystem a block device is."""

    subsystem: str  # its qualified name
    serial: str
    identifier: int  # NSID


def is_namespace(name: str) -> bool:
    """Whether a block device is an NVMe namespace."""
    return bool(_NAMESPACE.match(name))


def is_controller(name: str) -> bool:
    """Whether an entry of /sys/class/nvme is a controller."""
    return bool(_CONTROLLER.match(name))


def describe_nvme(tree: Tree, block: str) -> Description:
    """The drive behind the namespace whose folder is ``block`` (a real path)."""
    owner = _owner(block)
    nguid, eui64 = (_digits(tree.text(f"{block}/{name}")) for name in ("nguid", "eui"))
    identity = _identity(tree, owner, nguid=nguid, eui64=eui64)
    controllers = _controllers(tree, owner)
    if controllers and all(_is_remote(path) for path in controllers):
        return Description(identity, Bus.NVME, MediaType.UNKNOWN, _REMOTE)
    rotational = tree.number(f"{block}/queue/rotational") == 1
    return Description(identity, Bus.NVME, media_type(Bus.NVME, MediaEvidence(kernel_rotational=rotational)))


def describe_controller(tree: Tree, controller: str) -> Description:
    """A controller (a real path) that shows no namespace."""
    return Description(_identity(tree, controller), Bus.NVME, MediaType.UNKNOWN, _REMOTE if _is_remote(controller) else None)


def namespace_key(tree: Tree, block: str) -> NamespaceKey | None:
    """None where the kernel does not tell enough to compare."""
    owner = _owner(block)
    subsystem, serial = tree.text(f"{owner}/subsysnqn"), tree.text(f"{owner}/serial")
    identifier = tree.number(f"{block}/nsid")
    if subsystem is None or serial is None or identifier is None:
        return None
    return NamespaceKey(subsystem, serial, identifier)


def has_namespace(tree: Tree, controller: str) -> bool:
    """Whether a controller leads to any namespace, directly or as one path of several."""
    return any(is_namespace(name) for name in tree.names(controller))


def controllers_of(tree: Tree, block: str) -> tuple[str, ...]:
    """The folders of the controllers that lead to a namespace."""
    return _controllers(tree, _owner(block))


def _is_remote(controller: str) -> bool:
    return controller.startswith("/sys/devices/virtual/")


def _owner(block: str) -> str:
    """The folder of the controller, or of the subsystem where the kernel joins several paths (native multipath)."""
    return block.rpartition("/")[0]


def _controllers(tree: Tree, owner: str) -> tuple[str, ...]:
    if is_controller(owner.rpartition("/")[2]):
        return (owner,)
    links = (tree.real(f"{owner}/{name}") for name in tree.names(owner) if is_controller(name))
    return tuple(path for path in links if path)


def _identity(tree: Tree, owner: str, *, nguid: str | None = None, eui64: str | None = None) -> Identity:
    model, firmware = (known(tree.text(f"{owner}/{name}")) for name in ("model", "firmware_rev"))
    return Identity(
        model=fact(model, Source.KERNEL),
        serial=fact(plain_name(tree.text(f"{owner}/serial")), Source.KERNEL),
        firmware=fact(firmware, Source.KERNEL),
        eui64=fact(eui64, Source.KERNEL),
        nguid=fact(nguid, Source.KERNEL),
    )


def _digits(text: str | None) -> str | None:
    """Hexadecimal digits without the blanks and dashes that the kernel puts between."""
    digits = (text or "").lower().replace(" ", "").replace("-", "")
    return known(digits) if len(digits) in (16, 32) and all(digit in "0123456789abcdef" for digit in digits) else None
