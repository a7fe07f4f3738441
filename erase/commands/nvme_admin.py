"""NVMe admin commands that ask, and Set Features (NVMe Base 2.0c section 5): Identify, Get Log Page, features, security, attachment.

The builders raise ValueError for what no command can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, unique

from erase.commands.fields import fit
from erase.commands.wire import NvmeCommand

ALL_NAMESPACES = 0xFFFFFFFF  # section 3.2.1, the broadcast value
IDENTIFY_SIZE = 4096


@unique
class Cns(IntEnum):
    """Controller or Namespace Structure of Identify (section 5.17.1)."""

    NAMESPACE = 0x00
    CONTROLLER = 0x01
    ACTIVE_NAMESPACES = 0x02
    NAMESPACE_DESCRIPTORS = 0x03
    IO_COMMAND_SET_NAMESPACE = 0x05
    IO_COMMAND_SET_CONTROLLER = 0x06
    INDEPENDENT_NAMESPACE = 0x08
    ALLOCATED_NAMESPACES = 0x10
    ALLOCATED_NAMESPACE = 0x11
    ATTACHED_CONTROLLERS = 0x12
    CONTROLLERS = 0x13


@unique
class Log(IntEnum):
    """Log Page Identifiers (section 5.16.1)."""

    ERROR = 0x01
    SMART = 0x02
    FIRMWARE_SLOTS = 0x03
    EFFECTS = 0x05
    SELF_TEST = 0x06
    BOOT_PARTITION = 0x15
    SANITIZE_STATUS = 0x81


@unique
class Feature(IntEnum):
    """Feature Identifiers (section 5.27.1)."""

    VOLATILE_WRITE_CACHE = 0x06
    SANITIZE_CONFIG = 0x17
    NAMESPACE_WRITE_PROTECTION = 0x84


@unique
class Select(IntEnum):
    """Which value of a feature (section 5.15)."""

    CURRENT = 0
    DEFAULT = 1
    SAVED = 2
    CAPABILITIES = 3


@unique
class WriteProtection(IntEnum):
    """The write protection state of a namespace (section 8.12)."""

    NONE = 0
    PROTECTED = 1
    UNTIL_POWER_CYCLE = 2
    PERMANENT = 3


@unique
class CommandSet(IntEnum):
    """I/O Command Set Identifiers (section 5.17.1)."""

    NVM = 0
    KEY_VALUE = 1
    ZONED = 2


def identify(cns: Cns, *, nsid: int = 0, controller: int = 0, command_set: CommandSet = CommandSet.NVM) -> NvmeCommand:
    """Identify 06h (section 5.17). ``nsid`` is where a list starts after, for lists; ``controller`` likewise for controller lists."""
    return NvmeCommand(
        f"Identify ({cns.name})",
        0x06,
        fit(nsid, 32, "NSID"),
        cdw10=cns | fit(controller, 16, "CNTID") << 16,
        cdw11=command_set << 24,
        data_in=IDENTIFY_SIZE,
    )


def get_log_page(
    log: Log, length: int, *, nsid: int = ALL_NAMESPACES, offset: int = 0, specific: int = 0, command_set: CommandSet = CommandSet.NVM
) -> NvmeCommand:
    """Get Log Page 02h (section 5.16): ``length`` bytes from ``offset``, both multiples of 4. Events stay as they were (RAE = 1)."""
    if length < 4 or length % 4 or offset % 4:
        raise ValueError(f"log pages come in dwords, not {length} bytes from {offset}")
    dwords = fit(length // 4 - 1, 32, "NUMD")  # 0's based
    return NvmeCommand(
        f"Get Log Page ({log.name})",
        0x02,
        fit(nsid, 32, "NSID"),
        cdw10=log | fit(specific, 7, "LSP") << 8 | 1 << 15 | (dwords & 0xFFFF) << 16,
        cdw11=dwords >> 16,
        cdw12=fit(offset, 64, "LPO") & 0xFFFFFFFF,
        cdw13=offset >> 32,
        cdw14=command_set << 24,
        data_in=length,
    )


def error_log(entries: int) -> NvmeCommand:
    """The newest ``entries`` entries of the Error Information log, 64 bytes each (section 5.16.1.2)."""
    return get_log_page(Log.ERROR, 64 * entries)


def smart_log() -> NvmeCommand:
    """SMART / Health Information of the whole controller (section 5.16.1.3)."""
    return get_log_page(Log.SMART, 512)


def firmware_log() -> NvmeCommand:
    """Firmware Slot Information (section 5.16.1.4)."""
    return get_log_page(Log.FIRMWARE_SLOTS, 512)


def effects_log(command_set: CommandSet = CommandSet.NVM) -> NvmeCommand:
    """Commands Supported and Effects (section 5.16.1.6)."""
    return get_log_page(Log.EFFECTS, 4096, command_set=command_set)


def self_test_log() -> NvmeCommand:
    """Device Self-test (section 5.16.1.7)."""
    return get_log_page(Log.SELF_TEST, 564)


def sanitize_status_log() -> NvmeCommand:
    """Sanitize Status (section 5.16.1.25)."""
    return get_log_page(Log.SANITIZE_STATUS, 512)


def boot_partition_log() -> NvmeCommand:
    """The header of Boot Partition (section 5.16.1.21), which tells the size of both boot partitions."""
    return get_log_page(Log.BOOT_PARTITION, 16, nsid=0)


def get_features(feature: Feature, *, nsid: int = 0, select: Select = Select.CURRENT) -> NvmeCommand:
    """Get Features 0Ah (section 5.15). The value is dword 0 of the answer; none of these features has a data buffer."""
    return NvmeCommand(f"Get Features ({feature.name})", 0x0A, fit(nsid, 32, "NSID"), cdw10=feature | select << 8)


def set_write_cache(*, enabled: bool) -> NvmeCommand:
    """Set Features, Volatile Write Cache: WCE (section 5.27.1.4). Not saved: a reset brings the old value back."""
    return _set_features(Feature.VOLATILE_WRITE_CACHE, 0, int(enabled))


def set_sanitize_config(*, warn_only: bool) -> NvmeCommand:
    """Set Features, Sanitize Config: NODRM (section 5.27.1). 1: Sanitize with NDAS on a drive that can't is only warned of."""
    return _set_features(Feature.SANITIZE_CONFIG, 0, int(warn_only))


def set_write_protection(nsid: int, state: WriteProtection) -> NvmeCommand:
    """Set Features, Namespace Write Protection Config (sections 5.27.1 and 8.12). Refuses the state that nobody can leave again."""
    if state is WriteProtection.PERMANENT:
        raise ValueError("permanent write protection can't be taken back")
    return _set_features(Feature.NAMESPACE_WRITE_PROTECTION, nsid, state)


def _set_features(feature: Feature, nsid: int, value: int) -> NvmeCommand:
    return NvmeCommand(f"Set Features ({feature.name})", 0x09, fit(nsid, 32, "NSID"), cdw10=feature, cdw11=value)


def attach_namespace(nsid: int, controllers: Sequence[int]) -> NvmeCommand:
    """Namespace Attachment 15h, SEL 0h (section 5.22)."""
    return _attachment("attach", 0, nsid, controllers)


def detach_namespace(nsid: int, controllers: Sequence[int]) -> NvmeCommand:
    """Namespace Attachment 15h, SEL 1h (section 5.22)."""
    return _attachment("detach", 1, nsid, controllers)


def _attachment(word: str, selection: int, nsid: int, controllers: Sequence[int]) -> NvmeCommand:
    if not 1 <= len(controllers) <= 2047:
        raise ValueError(f"a controller list names 1 to 2047 controllers, not {len(controllers)}")
    # Controller List (section 4): the count, then the identifiers in ascending order
    words = [len(controllers), *sorted(fit(controller, 16, "CNTID") for controller in controllers)]
    data = b"".join(word_.to_bytes(2, "little") for word_ in words).ljust(IDENTIFY_SIZE, b"\0")
    return NvmeCommand(f"Namespace Attachment ({word})", 0x15, fit(nsid, 32, "NSID"), cdw10=selection, data_out=data)


def security_receive(protocol: int, specific: int, length: int, *, nsid: int = 0) -> NvmeCommand:
    """Security Receive 82h (section 5.25). ``specific`` is SPSP: the ComID for TCG."""
    return NvmeCommand("Security Receive", 0x82, nsid, cdw10=_security(protocol, specific), cdw11=length, data_in=fit(length, 32, "AL"))


def security_send(protocol: int, specific: int, data: bytes, *, nsid: int = 0) -> NvmeCommand:
    """Security Send 81h (section 5.26)."""
    return NvmeCommand("Security Send", 0x81, nsid, cdw10=_security(protocol, specific), cdw11=len(data), data_out=data)


def _security(protocol: int, specific: int) -> int:
    return fit(protocol, 8, "SECP") << 24 | fit(specific, 16, "SPSP") << 8
