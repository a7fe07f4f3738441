"""eMMC and SD cards: what the card register files say, and the areas beside the user area (JESD84-B51 section 6.2)."""

from __future__ import annotations

import re

from erase.drive.facts import AreaKind, Bus, Identity, Source
from erase.probe.cleaning import known, plain_name
from erase.probe.description import Description, fact
from erase.probe.media import MediaEvidence, media_type
from erase.probe.tree import Tree

_DISK = re.compile(r"mmcblk[0-9]+$")
_RPMB_UNIT = 128 * 1024  # bytes: EXT_CSD 168 RPMB_SIZE_MULT (JESD84-B51 section 7.4)


def is_mmc(name: str) -> bool:
    """Whether a block device is the user area of a card."""
    return bool(_DISK.match(name))


def area_kind(name: str) -> AreaKind:
    """What kind of area a block device beside the user area is."""
    return AreaKind.BOOT_PARTITION if re.search(r"boot[0-9]+$", name) else AreaKind.GENERAL_PURPOSE


def rpmb(tree: Tree, block: str) -> tuple[str, int] | None:
    """Node and size in bytes (0: unknown) of the replay protected area, where the card has one."""
    name = f"{block.rpartition('/')[2]}rpmb"
    if not tree.exists(f"{block}/{name}"):
        return None
    size = tree.text(f"{block}/device/raw_rpmb_size_mult") or ""
    units = int(size, 16) if re.fullmatch(r"0x[0-9a-f]{1,4}", size) else 0
    return f"/dev/{name}", units * _RPMB_UNIT


def describe_mmc(tree: Tree, block: str) -> Description:
    """The card whose block device has the folder ``block``. The kernel read the registers, so all is its word."""
    card = f"{block}/device"
    vendor, model, firmware = (known(tree.text(f"{card}/{name}")) for name in ("manfid", "name", "fwrev"))
    identity = Identity(
        vendor=fact(vendor, Source.KERNEL),
        model=fact(model, Source.KERNEL),
        serial=fact(plain_name(tree.text(f"{card}/serial")), Source.KERNEL),
        firmware=fact(firmware, Source.KERNEL),
    )
    return Description(identity, Bus.MMC, media_type(Bus.MMC, MediaEvidence()), removable=tree.text(f"{card}/type") == "SD")
