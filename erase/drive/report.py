"""What a drive says of itself when it is asked with reading commands, and what it would or could not say.

Everything here is the drive's own word, or the word of whoever sits in between: it informs people and planners. It never proves an
erasure. What was not said is None or ``unknown``, never a comforting default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique


@unique
class Way(StrEnum):
    """How the drive was spoken to."""

    ATA = "ata"  # ATA commands through the kernel's or an adapter's translation (SAT)
    ATA_BRIDGE = "ata-bridge"  # ATA commands through a USB bridge
    SCSI = "scsi"
    NVME = "nvme"
    NVME_BRIDGE = "nvme-bridge"  # NVMe commands through a USB bridge's own wrapper
    MMC = "mmc"


@unique
class Presence(StrEnum):
    """Whether there is something hidden."""

    NONE = "none"
    PRESENT = "present"
    UNKNOWN = "unknown"  # it could not be asked, or the answer can't be believed
    NOT_APPLICABLE = "not-applicable"  # drives of this kind have no such thing


@dataclass(frozen=True)
class HiddenArea:
    """Sectors of the medium that the host can't address as the drive is now."""

    presence: Presence = Presence.UNKNOWN
    sectors: int | None = None  # how many; None: not known, or none


@dataclass(frozen=True)
class HiddenAreas:
    """Every way to hide sectors: the ATA feature sets, and the capacity that SCSI MODE SELECT can lower."""

    hpa: HiddenArea = field(default_factory=HiddenArea)  # Host Protected Area (ACS-2 section 4.11)
    dco: HiddenArea = field(default_factory=HiddenArea)  # Device Configuration Overlay (ACS-2 section 4.7)
    ama: HiddenArea = field(default_factory=HiddenArea)  # Accessible Max Address (ACS-4 section 4.2)
    capacity: HiddenArea = field(default_factory=HiddenArea)  # block descriptor of the Mode parameters (SBC-4 section 6.5.2)

    @property
    def all(self) -> tuple[HiddenArea, ...]:
        """Every one of them."""
        return self.hpa, self.dco, self.ama, self.capacity

    @property
    def are_known(self) -> bool:
        """Whether of each it is known whether it is there."""
        return all(area.presence is not Presence.UNKNOWN for area in self.all)


@dataclass(frozen=True)
class Security:
    """ATA Security feature set (ACS-4 section 4.18). None: the drive did not tell."""

    supported: bool | None
    enabled: bool | None = None  # a user password is set
    locked: bool | None = None
    frozen: bool | None = None
    count_expired: bool | None = None  # no more attempts until a power cycle
    enhanced_erase: bool | None = None
    maximum: bool | None = None  # level Maximum: the master password can only erase
    master_identifier: int | None = None  # FFFEh: as it left the factory
    erase_minutes: int | None = None  # at least so many where the drive only knows "more than"
    enhanced_minutes: int | None = None


@unique
class SanitizeState(StrEnum):
    """Where the drive's sanitize machine stands (ACS-4 section 4.17, NVMe Base 2.0 section 8.21, SBC-4 section 4.11)."""

    IDLE = "idle"  # nothing runs, and nothing is remembered
    FROZEN = "frozen"
    IN_PROGRESS = "in-progress"
    SUCCEEDED = "succeeded"  # a run ended well, whenever that was: proves nothing about today
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sanitize:
    """Sanitize operations that the drive says it has. None: it did not tell."""

    block_erase: bool | None = None
    overwrite: bool | None = None
    crypto: bool | None = None
    antifreeze: bool | None = None  # SANITIZE ANTIFREEZE LOCK (ATA only)
    state: SanitizeState = SanitizeState.UNKNOWN
    progress_permille: int | None = None  # while in progress


@dataclass(frozen=True)
class NvmeErase:
    """What Format NVM can do (NVMe Base 2.0 figure 275: OACS bit 1, FNA)."""

    format_supported: bool
    crypto_supported: bool
    format_all_namespaces: bool  # a format of one namespace formats all
    erase_all_namespaces: bool  # a secure erase of one namespace erases all
    no_deallocate_inhibited: bool  # SANICAP NDI: the host can't keep a sanitize from deallocating


@dataclass(frozen=True)
class MmcErase:
    """What an eMMC says it can (JESD84-B51 section 7.4: SEC_FEATURE_SUPPORT)."""

    sanitize: bool
    secure_erase: bool
    secure_trim: bool


@dataclass(frozen=True)
class Locking:
    """TCG storage: which subsystem classes, and whether user data is locked away (TCG Storage Core 2.01, Level 0 discovery)."""

    classes: tuple[str, ...]  # "opal-2", "enterprise", "pyrite-2", "ruby" ...
    enabled: bool | None = None
    locked: bool | None = None
    shadow_mbr: bool | None = None  # what is read at the beginning is not what lies on the medium


@unique
class HealthVerdict(StrEnum):
    """What the drive thinks of its own health."""

    PASSED = "passed"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Health:
    """The drive's own counters; None where it has none, or where they can't be believed."""

    verdict: HealthVerdict = HealthVerdict.UNKNOWN
    reallocated: int | None = None  # sectors replaced by spare ones; old data stays in the replaced ones
    pending: int | None = None  # sectors that could not be read
    grown_defects: int | None = None  # entries of the SCSI grown defect list
    media_errors: int | None = None
    percent_used: int | None = None  # of the rated endurance; may exceed 100
    celsius: int | None = None
    power_on_hours: int | None = None

    @property
    def counts_defects(self) -> bool:
        """Whether it told how many sectors were replaced, and how many wait for it."""
        return self.grown_defects is not None or (self.reallocated is not None and self.pending is not None)


@unique
class Zoning(StrEnum):
    """Zoned block devices (ZAC-2, ZBC-2, ZNS)."""

    NONE = "none"
    HOST_AWARE = "host-aware"
    HOST_MANAGED = "host-managed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Format:
    """How sectors are laid out, as the drive says; sizes in bytes."""

    logical: int | None = None
    physical: int | None = None
    metadata: int | None = None  # bytes beside each sector
    protection: int | None = None  # protection information type; 0: none
    zoning: Zoning = Zoning.UNKNOWN
    write_cache: bool | None = None  # a volatile write cache is on


@dataclass(frozen=True)
class Namespace:
    """One NVMe namespace of the subsystem."""

    nsid: int
    size: int | None  # bytes; None: it did not tell
    attached: bool | None  # to the controller that was asked


@dataclass(frozen=True)
class NvmeParts:
    """What lies beside a namespace on the same medium (NVMe Base 2.0)."""

    namespaces: tuple[Namespace, ...] = ()
    complete: bool = False  # the list of allocated namespaces could be read: there are no others
    total: int | None = None  # bytes of NVM, TNVMCAP
    unallocated: int | None = None  # bytes in no namespace, UNVMCAP
    boot_partitions: bool | None = None
    rpmb_targets: int | None = None
    controllers: int | None = None  # of the subsystem; more than one may write


@unique
class Part(StrEnum):
    """What a drive is asked about. Each has its name in the catalogue `drives`."""

    IDENTIFY = "identify"
    SERIAL = "serial"
    NAMES = "names"  # world-wide ones
    CAPACITY = "capacity"
    MEDIUM = "medium"
    PAGES = "pages"  # which pages of vital product data there are
    HPA = "hpa"
    DCO = "dco"
    AMA = "ama"
    CAPACITY_LIMIT = "capacity-limit"  # by SCSI MODE SELECT
    SANITIZE = "sanitize"
    SECURITY = "security"
    LOCKING = "locking"  # TCG
    LOGS = "logs"  # which logs there are, and SCSI log pages
    CAPABILITIES = "capabilities"
    STATISTICS = "statistics"
    SMART = "smart"
    GROWN_DEFECTS = "grown-defects"
    WRITE_CACHE = "write-cache"
    NAMESPACE = "namespace"
    NAMESPACE_NAMES = "namespace-names"
    NAMESPACES = "namespaces"
    CONTROLLERS = "controllers"
    BOOT_PARTITIONS = "boot-partitions"
    PERSISTENT_MEMORY = "persistent-memory"  # an NVMe drive's own region (PMR)


@dataclass(frozen=True)
class Doubt:
    """Something the drive said that can't be believed, or contradicts something else it said."""

    code: str  # kebab-case, of a closed set: the codecs' doubts and erase.probe.asking.merging's; sentences in the catalogue `drives`
    subject: Part


@unique
class WhyUnseen(StrEnum):
    """Why a part could not be looked into."""

    NO_WAY = "no-way"  # nothing carries such a command to this drive
    NOT_PERMITTED = "not-permitted"  # by the operating system
    FORBIDDEN = "forbidden"  # a hardware profile says that this drive or bridge must not be asked
    REFUSED = "refused"  # the drive said no
    WIRE = "wire"  # the transport failed
    REGISTERS_LOST = "registers-lost"  # the drive answered, and the answer got lost on the way
    UNBELIEVABLE = "unbelievable"
    SILENT = "silent"  # no answer in time


@dataclass(frozen=True)
class Unseen:
    """A part that could not be looked into: it counts as unknown, never as absent."""

    part: Part
    why: WhyUnseen


@dataclass(frozen=True)
class SelfReport:
    """Everything one drive said, but for its names, which are the drive's identity."""

    way: Way
    size: int | None = None  # bytes, as the drive says
    rotation: int | None = None  # 1: does not rotate; 401h and more: revolutions a minute; 0: not told
    hidden: HiddenAreas = field(default_factory=HiddenAreas)
    security: Security | None = None  # None: drives of this kind have no such feature set, or it did not tell
    sanitize: Sanitize | None = None
    nvme_erase: NvmeErase | None = None
    mmc_erase: MmcErase | None = None
    locking: Locking | None = None  # None: it speaks no TCG, or ``unseen`` or ``doubts`` say why that is not known
    encrypts: bool | None = None  # it says that all user data is encrypted
    health: Health = field(default_factory=Health)
    format: Format = field(default_factory=Format)
    parts: NvmeParts | None = None
    doubts: tuple[Doubt, ...] = ()
    unseen: tuple[Unseen, ...] = ()
