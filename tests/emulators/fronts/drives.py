"""Drives as a front sees them, of whatever kind: units to serve, a switch for the power, a look inside, lies; and the kinds by name."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from emulators.ata import Flaw, make_disk, personalities
from emulators.ata.disk import AtaDisk
from emulators.clock import Clock
from emulators.medium import FlashMedium, MagneticMedium, Medium, ZonedMedium
from emulators.nvme.personality import full
from emulators.nvme.subsystem import Subsystem
from emulators.power import PowerCut
from emulators.scsi.bridge import Bridge, BridgeTraits
from emulators.scsi.interface import LogicalUnit, NoReply, Unplugged
from emulators.scsi.nvme_bridge import NvmeBridge
from emulators.scsi.sas import BlockFormat, Identity, SasDisk, SasPort
from emulators.scsi.satl import Regime, SatlUnit
from emulators.scsi.tcg import Locking, level_0


class Inside(Protocol):
    """What kinds of drives differ in."""

    @property
    def size(self) -> int:
        """Bytes, for the target core; the drive's own capacity counts for everybody else."""

    def power_cycle(self) -> None: ...

    def resume(self) -> None:
        """Suspend-to-RAM took the power and gave it back, with no firmware of the computer in between."""

    def inspect(self) -> dict[str, Any]: ...

    def lie(self, name: str, value: Any) -> None:
        """Raises ValueError for a lie that this kind doesn't know."""


@dataclass
class Drive:
    """A drive that a front serves."""

    name: str
    kind: str
    units: list[LogicalUnit]
    inside: Inside
    hangs: bool = False
    drops: int = 0  # of the next commands
    heard: deque[bytes] = field(default_factory=lambda: deque(maxlen=4096))  # the last commands, as CDBs

    def swallows(self) -> bool:
        """Whether this command is lost."""
        if self.drops:
            self.drops -= 1
            return True
        return self.hangs

    def forget_heard(self) -> list[str]:
        """What came since the last time, as hexadecimal digits."""
        told = [cdb.hex() for cdb in self.heard]
        self.heard.clear()
        return told


@dataclass
class AtaInside:
    """An ATA disk behind a translation layer or a bridge."""

    disk: AtaDisk
    bridge: Bridge | None = None

    @property
    def size(self) -> int:
        return self.disk.sectors * self.disk.sector

    def power_cycle(self) -> None:
        self.disk.power_cycle()

    def resume(self) -> None:
        if self.disk.power.is_on:
            self.disk.medium.flush()  # the kernel's flush comes before; see Port.let_sleep
        self.disk.power_off()
        self.disk.power_on(resumed=True)

    def inspect(self) -> dict[str, Any]:
        with contextlib.suppress(PowerCut):
            self.disk.tick()  # what it does by itself it has done by now
        words = self.disk.identify()
        return {
            "identify": words.hex(),
            "security": int.from_bytes(words[256:258], "little"),
            "sectors": self.disk.sectors,
            "sector": self.disk.sector,
            "locked": self.disk.security.locked,
            "security_state": str(self.disk.security.state),
            "sanitize": str(self.disk.sanitize.state),
            "flaws": sorted(self.disk.flaws),
            **_medium(self.disk.medium),
        }

    def lie(self, name: str, value: Any) -> None:
        if self.bridge and name in {each.name for each in fields(self.bridge.traits)}:
            setattr(self.bridge.traits, name, value)
        elif value:
            self.disk.flaws.add(Flaw(name))
        else:
            self.disk.flaws.discard(Flaw(name))


@dataclass
class SasInside:
    """A SAS disk, whatever number of ports it has."""

    disk: SasDisk

    @property
    def size(self) -> int:
        return self.disk.medium.size

    def power_cycle(self) -> None:
        self.disk.power_cycle()

    def resume(self) -> None:
        self.disk.medium.flush()
        self.disk.power_cycle()

    def inspect(self) -> dict[str, Any]:
        disk = self.disk
        with contextlib.suppress(NoReply, Unplugged):
            disk.look()  # what it does by itself it has done by now
        return {
            "serial": disk.identity.serial,
            "naa": f"{disk.identity.naa:016x}",
            "blocks": disk.block_count,
            "native_blocks": disk.native_blocks,
            "block": disk.format.length,
            "protection": disk.format.protection,
            "operation": disk.operation.name if disk.operation else None,
            "sanitize_failed": disk.failed_sanitize is not None,
            "sanitizes": disk.sanitizes_done,
            "corrupted": disk.is_corrupted,
            "grown": disk.grown,
            "faults": {each.name: getattr(disk.faults, each.name) for each in fields(disk.faults)},
            **_medium(disk.medium),
        }

    def lie(self, name: str, value: Any) -> None:
        if name not in {each.name for each in fields(self.disk.faults)}:
            raise ValueError(f"no lie by the name of {name}")
        setattr(self.disk.faults, name, value)


@dataclass
class NvmeInside:
    """An NVMe drive behind a USB bridge."""

    subsystem: Subsystem
    bridge: NvmeBridge

    @property
    def size(self) -> int:
        return sum(namespace.medium.size for namespace in self.subsystem.namespaces)

    def power_cycle(self) -> None:
        self.subsystem.power_cycle()

    def resume(self) -> None:
        self.subsystem.suspend_and_resume()

    def inspect(self) -> dict[str, Any]:
        return self.subsystem.inspect()

    def lie(self, name: str, value: Any) -> None:
        if name in {each.name for each in fields(self.bridge.traits)}:
            setattr(self.bridge.traits, name, value)
        elif name in {each.name for each in fields(self.subsystem.lies)}:
            setattr(self.subsystem.lies, name, value)
        else:
            raise ValueError(f"no lie by the name of {name}")


def _medium(medium: Medium) -> dict[str, Any]:
    return {"unflushed": medium.unflushed, "key": medium.keys.current, "write_cache": medium.write_cache}


# --- kinds

_NVME = "bridge:nvme"
_SIZE = 64 << 20  # bytes of a SAS disk


def kinds() -> tuple[str, ...]:
    """All that :func:`make_drive` knows: ATA personalities, ``bridge:`` and one of them or ``nvme`` for a USB bridge, SAS disks."""
    return (*personalities(), *(f"bridge:{name}" for name in personalities()), _NVME, *_SAS)


@dataclass(frozen=True)
class Traits:
    """What is chosen for a drive besides its kind."""

    regime: Regime = Regime.LIBATA
    number: int = 0  # tells drives of one kind apart (serial, NAA)
    seconds: float = 60.0  # that a SAS disk's sanitize or format takes
    size: int | None = None  # bytes of an ATA disk; None: as recorded


def make_drive(kind: str, name: str, clock: Clock, *, traits: Traits | None = None) -> Drive:
    """A drive by its kind.

    Raises ValueError for a kind that is unknown.
    """
    chosen = traits or Traits()
    if kind in _SAS:
        disk = _sas(clock, chosen.number, chosen.seconds, _SAS[kind])
        ports: list[LogicalUnit] = [SasPort(disk, port, host_strips=True) for port in range(len(disk.identity.ports))]
        return Drive(name, kind, ports, SasInside(disk))
    if kind == _NVME:
        subsystem = Subsystem(full().with_serial(f"HAIKINVME{chosen.number:06d}"), clock=clock)
        bridge_of_nvme = NvmeBridge(subsystem.controllers[0], clock)
        return Drive(name, kind, [bridge_of_nvme], NvmeInside(subsystem, bridge_of_nvme))
    prefix, _, personality = kind.rpartition(":")
    if personality not in personalities() or prefix not in ("", "bridge"):
        raise ValueError(f"no drive of the kind {kind}; there are {', '.join(kinds())}")
    ata = make_disk(personality, clock=clock, serial=f"HAIKIEMU{chosen.number:06d}", size=chosen.size)
    if prefix:
        bridge = Bridge(SatlUnit(ata, Regime.VENDOR_DESCRIPTOR), BridgeTraits())
        return Drive(name, kind, [bridge], AtaInside(ata, bridge))
    return Drive(name, kind, [SatlUnit(ata, chosen.regime, kind=0x14 if isinstance(ata.medium, ZonedMedium) else 0x00)], AtaInside(ata))


@dataclass(frozen=True)
class _Sas:
    """What SAS kinds differ in."""

    ports: int = 1
    length: int = 512
    protection: int = 0
    flash: bool = False
    zoned: bool = False


_SAS = {
    "sas": _Sas(),
    "sas-two-ports": _Sas(ports=2),
    "sas-520": _Sas(length=520),
    "sas-528": _Sas(length=528),
    "sas-4096": _Sas(length=4096),
    "sas-pi": _Sas(protection=1),
    "sas-ssd": _Sas(flash=True),
    "sas-zoned": _Sas(zoned=True),
}


def _sas(clock: Clock, number: int, seconds: float, kind: _Sas) -> SasDisk:
    naa = 0x5000CCA25D000000 + number * 16
    page = 4096 if kind.length in (512, 4096) and not kind.protection else (kind.length + (8 if kind.protection else 0)) * 8
    medium: Medium
    if kind.flash:
        medium = FlashMedium(_SIZE, cache_pages=64, encrypts=True, seed=number)
    elif kind.zoned:
        medium = ZonedMedium(_SIZE, conventional=4)
    else:
        medium = MagneticMedium(_SIZE // page * page, page_size=page, cache_pages=64, encrypts=True, seed=number)
    return SasDisk(
        medium,
        clock,
        identity=Identity(
            product="HUSMM1640ASS204" if kind.flash else "HUS726040ALS210",
            serial=f"K4EMU{number:03d}",
            naa=naa,
            ports=tuple(naa + 1 + port for port in range(kind.ports)),
            rotation=1 if kind.flash else 7200,
        ),
        block_format=BlockFormat(kind.length, kind.protection, physical_exponent=3 if kind.length == 512 and not kind.protection else 0),
        sanitizes=frozenset((0x01, 0x02, 0x03) if kind.flash else (0x01, 0x03)),
        sanitize_seconds=seconds,
        format_seconds=seconds,
        tcg=level_0(Locking()) if kind.flash else None,
    )
