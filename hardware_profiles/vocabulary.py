"""The closed words of the profiles. What isn't among them can't be said in a profile, and no profile can say what a drive is able to do."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Kind(StrEnum):
    """Which commands the drive obeys."""

    ATA = "ata"
    SCSI = "scsi"
    NVME = "nvme"
    MMC = "mmc"


@unique
class Transport(StrEnum):
    """How the drive is connected to this machine."""

    SATA = "sata"
    SAS = "sas"
    PCIE = "pcie"
    USB = "usb"
    MMC = "mmc"
    RAID = "raid"  # behind a controller that presents volumes


@unique
class Command(StrEnum):
    """What a profile can forbid: commands, and ways of sending them, by the names of the standards."""

    ATA_SANITIZE_BLOCK_ERASE = "ata-sanitize-block-erase"
    ATA_SANITIZE_CRYPTO_SCRAMBLE = "ata-sanitize-crypto-scramble"
    ATA_SANITIZE_OVERWRITE = "ata-sanitize-overwrite"
    ATA_SECURITY_SET_PASSWORD = "ata-security-set-password"  # noqa: S105 - a command's name
    ATA_SECURITY_ERASE = "ata-security-erase"
    ATA_SECURITY_ERASE_ENHANCED = "ata-security-erase-enhanced"
    ATA_READ_NATIVE_MAX = "ata-read-native-max"
    ATA_SET_MAX = "ata-set-max"
    ATA_DCO_RESTORE = "ata-dco-restore"
    ATA_TRIM = "ata-trim"
    ATA_QUEUED_TRIM = "ata-queued-trim"
    ATA_READ_LOG = "ata-read-log"
    ATA_READ_LOG_DMA = "ata-read-log-dma"
    ATA_SMART = "ata-smart"
    ATA_QUEUED = "ata-queued"  # NCQ
    ATA_FORCED_UNIT_ACCESS = "ata-forced-unit-access"
    ATA_DMA = "ata-dma"  # data transfers by DMA of either sort
    ATA_ULTRA_DMA = "ata-ultra-dma"
    ATA_48_BIT = "ata-48-bit"
    ATA_PASS_THROUGH_12 = "ata-pass-through-12"  # noqa: S105 - SAT's 12-byte CDB: opcode A1h, which to others is BLANK
    SCSI_SANITIZE_OVERWRITE = "scsi-sanitize-overwrite"
    SCSI_SANITIZE_BLOCK_ERASE = "scsi-sanitize-block-erase"
    SCSI_SANITIZE_CRYPTOGRAPHIC_ERASE = "scsi-sanitize-cryptographic-erase"
    SCSI_FORMAT_UNIT = "scsi-format-unit"
    SCSI_UNMAP = "scsi-unmap"
    SCSI_WRITE_SAME = "scsi-write-same"
    SCSI_FORCED_UNIT_ACCESS = "scsi-forced-unit-access"
    SCSI_LOG_SENSE = "scsi-log-sense"
    SCSI_REPORT_LUNS = "scsi-report-luns"
    SCSI_REPORT_OPERATION_CODES = "scsi-report-operation-codes"
    SCSI_SECURITY_PROTOCOL = "scsi-security-protocol"
    NVME_SANITIZE_BLOCK_ERASE = "nvme-sanitize-block-erase"
    NVME_SANITIZE_CRYPTO_ERASE = "nvme-sanitize-crypto-erase"
    NVME_SANITIZE_OVERWRITE = "nvme-sanitize-overwrite"
    NVME_FORMAT_USER_DATA_ERASE = "nvme-format-user-data-erase"  # SES 1
    NVME_FORMAT_CRYPTO_ERASE = "nvme-format-crypto-erase"  # SES 2
    NVME_FORMAT_WITHOUT_ERASE = "nvme-format-without-erase"  # SES 0
    NVME_WRITE_ZEROES = "nvme-write-zeroes"
    NVME_DEALLOCATE = "nvme-deallocate"
    NVME_ABORT = "nvme-abort"
    NVME_IDENTIFY_DESCRIPTORS = "nvme-identify-descriptors"  # CNS 03h
    NVME_SECURITY_SEND = "nvme-security-send"
    TCG_REVERT_PSID = "tcg-revert-psid"
    TCG_REVERT = "tcg-revert"
    TCG_GENERATE_KEY = "tcg-generate-key"
    MMC_ERASE = "mmc-erase"
    MMC_TRIM = "mmc-trim"
    MMC_SECURE_ERASE = "mmc-secure-erase"
    MMC_SECURE_TRIM = "mmc-secure-trim"
    MMC_SANITIZE = "mmc-sanitize"


@unique
class PassThrough(StrEnum):
    """The wrapper in which a bridge or adapter carries the drive's own commands."""

    NONE = "none"
    SAT_16 = "sat-16"
    SAT_12 = "sat-12"
    JMICRON = "jmicron"
    JMICRON_NVME = "jmicron-nvme"
    ASMEDIA_NVME = "asmedia-nvme"
    REALTEK_NVME = "realtek-nvme"
    CYPRESS = "cypress"
    PROLIFIC = "prolific"
    SUNPLUS = "sunplus"


@unique
class Registers(StrEnum):
    """What comes back of the ATA registers after a command; from best to worst."""

    OK = "ok"
    EMPTY = "empty"  # they come, but their content means nothing
    MISSING = "missing"  # they don't come


@unique
class Preference(StrEnum):
    """What to choose where there is a choice."""

    DIRECT_CONNECTION = "direct-connection"
    OVERWRITE = "overwrite"
    SANITIZE = "sanitize"
    BLOCK_ERASE = "block-erase"
    USER_DATA_ERASE = "user-data-erase"
    MAKERS_TOOL = "makers-tool"


@unique
class Report(StrEnum):
    """A report of success that proves nothing on this hardware."""

    GOOD_STATUS = "good-status"  # of any command
    SANITIZE_COMPLETED = "sanitize-completed"
    SANITIZE_SUPPORTED = "sanitize-supported"  # the capability bit itself
    SECURITY_ERASE_DONE = "security-erase-done"
    FORMAT_DONE = "format-done"
    PSID_REVERT_DONE = "psid-revert-done"
    TRIM_DONE = "trim-done"
    NATIVE_MAX_ADDRESS = "native-max-address"
    CAPACITY = "capacity"
    IDENTIFY_DATA = "identify-data"
    FLUSH_DONE = "flush-done"


@unique
class Stuck(StrEnum):
    """What to do when progress stands still for longer than the profile says."""

    LEAVE_ALONE = "leave-alone"  # neither abort nor reset ends it: record it as failed, touch nothing
    POLL_AGAIN = "poll-again"  # the system lost it, the drive goes on
    POWER_CYCLE = "power-cycle"


@unique
class Before(StrEnum):
    """What has to be done before a command that erases."""

    SUSPEND = "suspend"
    POWER_CYCLE = "power-cycle"
    PSID = "psid"
    UNLOCK = "unlock"
    UNMOUNT = "unmount"
    UPDATE_FIRMWARE = "update-firmware"
    CONNECT_DIRECTLY = "connect-directly"
    HOST_ADAPTER_MODE = "host-adapter-mode"  # the controller must stop presenting volumes
    TRY_ATA_IDENTIFY = "try-ata-identify"  # through SAT, and only when that is refused ``pass_through``'s NVMe wrapper
    CHECK_GROUP_SIZE = "check-group-size"  # MMC: ERASE_GROUP_DEF


@unique
class After(StrEnum):
    """What has to be done after a command that erases."""

    FORMAT = "format"
    WRITE_FIRST = "write-first"
    RESCAN = "rescan"
    DROP_CACHES = "drop-caches"
    NO_REREAD = "no-reread"  # don't ask the kernel to read the partition table again
    POWER_CYCLE = "power-cycle"
    CHECK_CAPACITY = "check-capacity"
    TEST_UNIT_READY = "test-unit-ready"
    WAIT_READY = "wait-ready"  # a reset drive answers too early
    RESET = "reset"
    UNLOCK = "unlock"


@unique
class Cap(StrEnum):
    """The highest claim that may be made; from lowest to highest."""

    NONE = "none"
    CLEAR = "clear"
    PURGE = "purge"  # no cap


@unique
class Identity(StrEnum):
    """What doesn't tell this drive from others."""

    NID_NOT_UNIQUE = "nid-not-unique"  # NVMe EUI-64, NGUID, UUID
    SUBNQN_NOT_UNIQUE = "subnqn-not-unique"
    SERIAL_NOT_UNIQUE = "serial-not-unique"
    OF_THE_BRIDGE = "of-the-bridge"  # INQUIRY describes the bridge, not the drive


@unique
class Confidence(StrEnum):
    """How well a fact is known."""

    CONFIRMED = "confirmed"  # read in code or papers of those who maintain it, or several independent reports
    REPORTED = "reported"  # more than one report
    SINGLE_REPORT = "single-report"
    DISPUTED = "disputed"
    FROM_MEMORY = "from-memory"
