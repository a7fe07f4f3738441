"""Who an emulated NVMe drive is: Identify Controller as a maker wrote it, and what the maker built around it.

Real ones start from recorded data (``tests/drives/identify/drives.jsonl``); where the recording is cut off, the fields behind it are ours.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

RECORDED = Path(__file__).resolve().parents[2] / "drives" / "identify" / "drives.jsonl"

MIB = 1 << 20


@dataclass(frozen=True)
class LbaFormat:
    """LBA Format data structure (NVM Command Set 1.0c figure 98): bytes of data and of metadata, relative performance."""

    data: int  # a power of two, at least 512
    metadata: int = 0  # behind each block's data, as an extended LBA
    performance: int = 0  # 0 best, 3 degraded

    @property
    def size(self) -> int:
        return self.data + self.metadata


@dataclass(frozen=True)
class NamespaceLayout:
    """A namespace that the drive leaves the factory with."""

    size: int  # bytes of user data in the first LBA format
    attached: bool = True
    shared: bool = False


@dataclass(frozen=True)
class Personality:
    """Capabilities are read out of ``controller`` where Identify Controller has a field for them; the rest stands here."""

    name: str
    controller: bytes  # 4096 bytes
    namespaces: tuple[NamespaceLayout, ...] = (NamespaceLayout(8 * MIB),)
    unallocated: int = 0  # bytes, UNVMCAP
    formats: tuple[LbaFormat, ...] = (LbaFormat(512, performance=2), LbaFormat(4096))
    controllers: int = 1
    deallocated_reads: int = 1  # DLFEAT 2:0: 0 not reported (old data until the block is erased), 1 zeros, 2 FFh
    deallocated_error: bool = False  # NSFEAT bit 2: error recovery's DULBE may be set, and then such reads end with 287h
    encrypts: bool = True
    locked: bool = False  # TCG: a locking range covers all, and is locked
    has_opal: bool = False
    boot_partition: int = 0  # bytes of each of the two, a multiple of 128 KiB
    pmr: bool = False  # a Persistent Memory Region is there
    seed: int = 0  # two drives with one serial number still have namespaces with identifiers of their own where this differs
    sanitize_seconds: float = 20.0
    format_seconds: float = 2.0

    def __post_init__(self) -> None:
        if len(self.controller) != 4096:
            raise ValueError("Identify Controller has 4096 bytes")

    def field(self, offset: int, width: int) -> int:
        """A little-endian field of Identify Controller."""
        return int.from_bytes(self.controller[offset : offset + width], "little")

    @property
    def serial(self) -> str:
        return self.controller[4:24].decode("ascii").strip()

    @property
    def model(self) -> str:
        return self.controller[24:64].decode("ascii").strip()

    @property
    def firmware(self) -> str:
        return self.controller[64:72].decode("ascii").strip()

    @property
    def oacs(self) -> int:
        return self.field(256, 2)

    @property
    def largest_transfer(self) -> int:
        """MDTS, in bytes."""
        return 4096 << (self.field(77, 1) or 8)

    @property
    def sanicap(self) -> int:
        return self.field(328, 4)

    @property
    def fna(self) -> int:
        return self.field(524, 1)

    def with_serial(self, serial: str) -> Personality:
        """The same drive with another serial number, at most 20 characters: or with one that another drive has as well."""
        return replace(self, controller=patched(self.controller, {(4, 20): serial.encode("ascii").ljust(20)}))

    def with_fields(self, fields: dict[tuple[int, int], int]) -> Personality:
        """Fields of Identify Controller replaced: (offset, width in bytes) to value."""
        return replace(
            self, controller=patched(self.controller, {place: value.to_bytes(place[1], "little") for place, value in fields.items()})
        )


def patched(data: bytes, fields: dict[tuple[int, int], bytes]) -> bytes:
    """``data`` with (offset, width) replaced. Raises ValueError where a value does not have the width."""
    result = bytearray(data)
    for (offset, width), value in fields.items():
        if len(value) != width:
            raise ValueError(f"{width} bytes belong at {offset}")
        result[offset : offset + width] = value
    return bytes(result)


def made_controller(
    model: str, serial: str, *, oacs: int, sanicap: int, fna: int, version: int = 0x20000, oncs: int = 0x8C, vwc: int = 0x07, rpmbs: int = 0
) -> bytes:
    """Identify Controller (Base 2.0c figure 275) of a drive that was never built.

    ``oncs``: bit 2 Dataset Management, bit 3 Write Zeroes, bit 7 Verify. ``vwc``: bit 0 present, bits 2:1 = 11b Flush takes FFFFFFFFh.
    """
    power_state = struct.pack("<H2xII", 800, 0, 0).ljust(32, b"\0")  # MP in hundredths of a watt
    return patched(
        bytes(4096),
        {
            (0, 2): b"\x34\x12",  # VID
            (2, 2): b"\x34\x12",  # SSVID
            (4, 20): serial.encode("ascii").ljust(20),
            (24, 40): model.encode("ascii").ljust(40),
            (64, 8): b"HAIKI1".ljust(8),
            (72, 1): b"\x06",  # RAB
            (77, 1): b"\x05",  # MDTS: 128 KiB
            (80, 4): version.to_bytes(4, "little"),
            (92, 4): (0x100).to_bytes(4, "little"),  # OAES bit 8: namespace attribute notices
            (111, 1): b"\x01",  # CNTRLTYPE: I/O controller
            (256, 2): oacs.to_bytes(2, "little"),
            (258, 1): b"\x07",  # ACL
            (259, 1): b"\x03",  # AERL
            (260, 1): b"\x02",  # FRMW: one slot
            (261, 1): b"\x06",  # LPA bit 1: command effects log; bit 2: extended Get Log Page
            (262, 1): b"\x3f",  # ELPE
            (266, 2): (343).to_bytes(2, "little"),  # WCTEMP in kelvin
            (268, 2): (353).to_bytes(2, "little"),  # CCTEMP
            (312, 4): rpmbs.to_bytes(4, "little"),
            (328, 4): sanicap.to_bytes(4, "little"),
            (512, 1): b"\x66",  # SQES
            (513, 1): b"\x44",  # CQES
            (516, 4): (32).to_bytes(4, "little"),  # NN
            (520, 2): oncs.to_bytes(2, "little"),
            (524, 1): fna.to_bytes(1, "little"),
            (525, 1): vwc.to_bytes(1, "little"),
            (531, 1): b"\x07",  # NWPC: write protect, until power cycle, permanent
            (2048, 32): power_state,
        },
    )


def recorded(model: str) -> Personality:
    """A drive that somebody owned, by its model number. Raises KeyError where there is no recording."""
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] != "nvme" or entry["model"] != model:
            continue
        known = bytes.fromhex(entry["bytes"])
        whole = bytearray(known.ljust(4096, b"\0"))
        if len(known) < 4096:  # what the source does not have
            whole[512:514] = b"\x66\x44"
            whole[516:520] = (1).to_bytes(4, "little")
            whole[520:522] = (0x0C).to_bytes(2, "little")
            whole[525] = 0x01
        return Personality(f"recorded {model}", bytes(whole))
    raise KeyError(model)


def plain() -> Personality:
    """One controller, one namespace, all three kinds of sanitize, each Format NVM setting."""
    return Personality(
        "plain", made_controller("Haiki Plain NVMe", "HAIKI-PLAIN-0001", oacs=0x0A, sanicap=0x80000007, fna=0x04), unallocated=4 * MIB
    )


def full() -> Personality:
    """Two controllers, four namespaces of which one is not attached, spare capacity, boot partitions, RPMB, a PMR, a locking range."""
    controller = made_controller(
        "Haiki Full NVMe",
        "HAIKI-FULL-00001",
        oacs=0x0B,
        sanicap=0x8000000F,
        fna=0x04,
        rpmbs=0x00_00_00_02 | 0x01_00_00_00,  # two targets, HMAC SHA-256, 128 KiB each, 1 KiB an access
    )
    return Personality(
        "full",
        controller,
        namespaces=(
            NamespaceLayout(8 * MIB, shared=True),
            NamespaceLayout(4 * MIB, shared=True),
            NamespaceLayout(4 * MIB),
            NamespaceLayout(4 * MIB, attached=False),
        ),
        unallocated=8 * MIB,
        formats=(LbaFormat(512, performance=2), LbaFormat(4096), LbaFormat(512, 8, 3)),
        controllers=2,
        deallocated_error=True,
        boot_partition=128 * 1024,
        pmr=True,
        has_opal=True,
    )


def no_sanitize() -> Personality:
    """As most client drives before NVMe 1.3: Format NVM with user data erase alone, for all namespaces at once."""
    return Personality(
        "no-sanitize", made_controller("Haiki Old NVMe", "HAIKI-OLD-000001", oacs=0x02, sanicap=0, fna=0x03, version=0x10200)
    )


def no_deallocate_inhibited() -> Personality:
    """NDI: Sanitize with No-Deallocate is refused or, in warning mode, ends with SSTAT 4; media is not additionally modified."""
    controller = made_controller("Haiki NDI NVMe", "HAIKI-NDI-000001", oacs=0x02, sanicap=0x60000002, fna=0x04)
    return Personality("no-deallocate-inhibited", controller)


def strict_integrity() -> Personality:
    """After block erase with No-Deallocate, cells that were not written since do not pass the drive's own integrity check."""
    controller = made_controller("Haiki Strict NVMe", "HAIKI-STRICT-001", oacs=0x02, sanicap=0x40000003, fna=0x04)
    return Personality("strict-integrity", controller)


def locked() -> Personality:
    """Self-encrypting, with its global locking range locked: reads and writes are denied."""
    return replace(full(), name="locked", locked=True)


PERSONALITIES: dict[str, Callable[[], Personality]] = {
    "plain": plain,
    "full": full,
    "no-sanitize": no_sanitize,
    "no-deallocate-inhibited": no_deallocate_inhibited,
    "strict-integrity": strict_integrity,
    "locked": locked,
    "toshiba-xg5": lambda: recorded("THNSN5512GPU7 TOSHIBA"),
    "samsung-pm981": lambda: recorded("SAMSUNG MZVLB256HBHQ-000L7"),
    "wd-sn550": lambda: recorded("WDC WDS250G2B0C-00PXH0"),
}
"""The kinds that the command line of the front knows."""
