"""The computer itself: SMBIOS, or the device tree where there is none; whether it is virtual; which boot this is."""

from __future__ import annotations

import re

from erase.drive.facts import Fact, Machine, Source
from erase.probe.cleaning import known
from erase.probe.tree import Tree

_DMI = "/sys/class/dmi/id"
_DEVICE_TREE = "/proc/device-tree"

# what makers leave in SMBIOS where a value should stand
_PLACEHOLDERS = re.compile(
    r"to be filled.*|default string|system (serial number|product name|manufacturer|version)|not (specified|applicable|available)"
    r"|none|n/?a|null|invalid|unknown|empty|o\.?e\.?m\.?|x+|\.+|0?123456789|type1productconfigid"
    r"|(chassis|base board) serial number",
    re.IGNORECASE,
)

# text in SMBIOS maker, product or BIOS maker -> the hypervisor's usual name
_HYPERVISORS = (
    (r"\bVMware\b", "vmware"),
    (r"innotek GmbH|VirtualBox", "virtualbox"),
    (r"Microsoft Corporation.*\bVirtual Machine\b", "hyper-v"),
    (r"\bParallels\b", "parallels"),
    (r"\bBHYVE\b", "bhyve"),
    (r"Apple Virtualization", "apple"),
    (r"\bXen\b", "xen"),
    (r"\bKVM\b|Google Compute Engine|OpenStack|Amazon EC2(?!.*\.metal)", "kvm"),
    (r"\bQEMU\b|\bBochs\b", "qemu"),
)


def read_machine(tree: Tree) -> Machine:
    """Maker, model and serial of the machine, each with its source, and where it stands."""
    maker = _firmware(tree, "sys_vendor", "board_vendor")
    model = _firmware(tree, "product_name", "board_name") or _by_device_tree(tree, "model")
    # only root may read it; the serials of chassis and board name other things
    serial = _firmware(tree, "product_serial") or _by_device_tree(tree, "serial-number")
    return Machine(
        maker=maker,
        model=model,
        serial=serial,
        hypervisor=_hypervisor(tree),
        boot_id=tree.text("/proc/sys/kernel/random/boot_id"),
        kernel=tree.text("/proc/sys/kernel/osrelease") or "unknown",
    )


def _firmware(tree: Tree, *names: str) -> Fact | None:
    for name in names:
        value = known(tree.text(f"{_DMI}/{name}"))
        if value and not _PLACEHOLDERS.fullmatch(value):
            return Fact(value, Source.FIRMWARE)
    return None


def _by_device_tree(tree: Tree, name: str) -> Fact | None:
    value = known(tree.text(f"{_DEVICE_TREE}/{name}"))
    return Fact(value, Source.FIRMWARE) if value else None


def _hypervisor(tree: Tree) -> str | None:
    """The hypervisor's name, ``unknown`` where only its presence shows, None where nothing speaks for one."""
    if (kind := tree.text("/sys/hypervisor/type")) and b"control_d" not in tree.data("/proc/xen/capabilities"):
        return kind  # Xen; its first domain owns the hardware
    firmware = " / ".join(tree.text(f"{_DMI}/{name}") or "" for name in ("sys_vendor", "product_name", "bios_vendor", "board_name"))
    for pattern, name in _HYPERVISORS:
        if re.search(pattern, firmware):
            return name
    compatible = tree.text(f"{_DEVICE_TREE}/hypervisor/compatible")
    if compatible:
        return "kvm" if "kvm" in compatible else compatible
    flags = (line for line in tree.lines("/proc/cpuinfo") if line.startswith((b"flags", b"Features")))
    return "unknown" if b"hypervisor" in next(flags, b"").split() else None
