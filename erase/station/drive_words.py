"""What a drive says of itself, in sentences: what it can do, what it hides, and what could not be looked into."""

from __future__ import annotations

from collections.abc import Iterator

from certify.foundation.messages import Words, text
from certify.foundation.sizes import in_decimal_units
from erase.commands.tcg_discovery import TcgDoubt
from erase.drive.facts import Drive
from erase.drive.inventory import Controller
from erase.drive.report import (
    Health,
    HealthVerdict,
    HiddenAreas,
    Locking,
    NvmeParts,
    Part,
    Presence,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    WhyUnseen,
    Zoning,
)

_HIDDEN = ("hpa", "dco", "ama", "capacity")
_PARTS = {"hpa": Part.HPA, "dco": Part.DCO, "ama": Part.AMA, "capacity": Part.CAPACITY_LIMIT}
_ON_A_LINE = 4  # names of parts, so that the line fits a screen
_COUNTERS = ("reallocated", "pending", "grown_defects", "media_errors")


def told_by(drive: Drive) -> Iterator[str]:
    """The remarks on one drive, the most important first; none for a drive that was not asked."""
    report = drive.report
    if report is not None:
        yield from _obstacles(report)
        if all(unseen.part is not Part.IDENTIFY for unseen in report.unseen):
            yield _abilities(report)
        # the drive's own sectors: a bridge may show longer ones
        yield from _hidden(report.hidden, report.format.logical or drive.logical_sector)
        if report.parts is not None:
            yield from _parts(report.parts)
        yield from _layout(report)
        yield from _health(report.health)
        yield from _uncertain(report)
    if drive.profiles:
        yield text("drives.profiles", names=drive.profiles)


def controller_lines(controllers: tuple[Controller, ...]) -> Iterator[str]:
    """One line for each controller behind which drives may hide."""
    for controller in controllers:
        kind = Words(f"drives.controller-{controller.kind}")
        for reason in controller.blind:
            yield text(f"drives.blind-{reason}", kind=kind, address=controller.address, count=controller.hidden_drives or 0)


def _obstacles(report: SelfReport) -> Iterator[str]:
    if report.security is not None:
        yield from _security(report.security)
    if report.locking is not None:
        yield from _locking(report.locking)
    if any(doubt.subject is Part.LOCKING and doubt.code == TcgDoubt.CONTRADICTION for doubt in report.doubts):
        yield text("drives.tcg-may-be-locked")
    if report.sanitize is not None:
        yield from _sanitizing(report.sanitize)


def _security(security: Security) -> Iterator[str]:
    for name in ("locked", "count_expired", "frozen"):
        if getattr(security, name):
            yield text(f"drives.security-{name.replace('_', '-')}")
    if security.enabled and not security.locked:
        yield text("drives.security-enabled")


def _locking(locking: Locking) -> Iterator[str]:
    classes = tuple(Words(f"drives.tcg-{name}") for name in locking.classes)
    if locking.locked:
        yield text("drives.tcg-locked", classes=classes)
    elif locking.enabled:
        yield text("drives.tcg-enabled", classes=classes)
    if locking.shadow_mbr:
        yield text("drives.tcg-shadow-mbr")


def _sanitizing(sanitize: Sanitize) -> Iterator[str]:
    if sanitize.state is SanitizeState.IN_PROGRESS:
        done = "?" if sanitize.progress_permille is None else f"{sanitize.progress_permille / 10:.1f}"
        yield text("drives.sanitize-in-progress", percent=done)
    elif sanitize.state in (SanitizeState.FAILED, SanitizeState.FROZEN, SanitizeState.SUCCEEDED):
        yield text(f"drives.sanitize-{sanitize.state}")


def _abilities(report: SelfReport) -> str:
    names = tuple(Words(f"drives.can-{name}") for name in _ability_names(report))
    return text("drives.can", names=names) if names else text("drives.can-nothing")


def _ability_names(report: SelfReport) -> Iterator[str]:
    sanitize, security, nvme, mmc = report.sanitize, report.security, report.nvme_erase, report.mmc_erase
    if sanitize is not None:
        offers = {"block-erase": sanitize.block_erase, "crypto": sanitize.crypto, "overwrite": sanitize.overwrite}
        yield from (f"sanitize-{name}" for name, offered in offers.items() if offered)
    if security is not None and security.supported:
        yield "security-enhanced" if security.enhanced_erase else "security"
    if nvme is not None and nvme.format_supported:
        yield "format-crypto" if nvme.crypto_supported else "format"
    if mmc is not None:
        offers = {"mmc-sanitize": mmc.sanitize, "mmc-secure-erase": mmc.secure_erase}
        yield from (name for name, offered in offers.items() if offered)
    if report.locking is not None:
        yield from (f"tcg-{name}" for name in report.locking.classes)


def _hidden(hidden: HiddenAreas, sector: int) -> Iterator[str]:
    areas = {name: getattr(hidden, name) for name in _HIDDEN}
    for name, area in areas.items():
        if area.presence is Presence.PRESENT:
            known = area.sectors is not None and sector
            size = in_decimal_units(area.sectors * sector) if known else Words("drives.size-unknown")
            yield text("drives.hidden-present", area=Words(f"drives.area-{name}"), size=size)
    if unknown := _said_to_be_unknown(hidden):
        yield text("drives.hidden-unknown", areas=tuple(Words(f"drives.part-{part}") for part in unknown))


def _said_to_be_unknown(hidden: HiddenAreas) -> tuple[Part, ...]:
    return tuple(part for name, part in _PARTS.items() if getattr(hidden, name).presence is Presence.UNKNOWN)


def _parts(parts: NvmeParts) -> Iterator[str]:
    aside = tuple(str(namespace.nsid) for namespace in parts.namespaces if namespace.attached is False)
    if aside:
        yield text("drives.namespaces-unattached", numbers=aside)
    if not parts.complete:
        yield text("drives.namespaces-unknown")
    if parts.unallocated:
        yield text("drives.unallocated", size=in_decimal_units(parts.unallocated))
    if parts.boot_partitions:
        yield text("drives.boot-partitions")
    if parts.rpmb_targets:
        yield text("drives.rpmb", count=parts.rpmb_targets)
    if parts.controllers is not None and parts.controllers > 1:
        yield text("drives.controllers", count=parts.controllers)


def _layout(report: SelfReport) -> Iterator[str]:
    form = report.format
    if form.metadata:
        yield text("drives.metadata", bytes=form.metadata)
    if form.protection:
        yield text("drives.protection", type=form.protection)
    if form.zoning in (Zoning.HOST_AWARE, Zoning.HOST_MANAGED):
        yield text(f"drives.zoned-{form.zoning}")
    if report.encrypts:
        yield text("drives.encrypts")


def _health(health: Health) -> Iterator[str]:
    if health.verdict is HealthVerdict.FAILING:
        yield text("drives.failing")
    for name in _COUNTERS:
        if count := getattr(health, name):
            yield text(f"drives.count-{name.replace('_', '-')}", count=f"{count:,}")


def _uncertain(report: SelfReport) -> Iterator[str]:
    for doubt in report.doubts:
        yield text(f"drives.doubt-{doubt.code}", subject=Words(f"drives.part-{doubt.subject}"))
    told = _said_to_be_unknown(report.hidden)
    for why in WhyUnseen:
        # that nothing carries the question is all that stands in the line on hidden areas already
        names = [unseen.part for unseen in report.unseen if unseen.why is why and not (why is WhyUnseen.NO_WAY and unseen.part in told)]
        parts = tuple(Words(f"drives.part-{name}") for name in names)
        for place in range(0, len(parts), _ON_A_LINE):
            yield text(f"drives.unseen-{why}", parts=parts[place : place + _ON_A_LINE])
