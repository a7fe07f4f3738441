"""Get Features and Set Features, 0Ah and 09h (Base 2.0c sections 5.15, 5.27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.nvme.entries import ALL_NAMESPACES, Refused, Status, SubmissionEntry
from emulators.nvme.namespaces import Namespace, WriteProtection

if TYPE_CHECKING:
    from emulators.nvme.controller import Controller

ERROR_RECOVERY, VOLATILE_WRITE_CACHE, NUMBER_OF_QUEUES, ASYNC_EVENTS, SANITIZE_CONFIG, WRITE_PROTECTION = 0x05, 0x06, 0x07, 0x0B, 0x17, 0x84
_DULBE = 1 << 16

# kept by the controller as they are set, without further meaning here: arbitration, power, temperature threshold, interrupts, Keep Alive
_PLAIN = {0x01: 0, 0x02: 0, 0x04: 353, 0x08: 0, 0x09: 0, 0x0A: 0, ASYNC_EVENTS: 0, 0x0F: 0}
_PER_NAMESPACE = {ERROR_RECOVERY, WRITE_PROTECTION}
_CHANGEABLE, _NAMESPACE_SPECIFIC, _SAVEABLE = 1 << 2, 1 << 1, 1 << 0


def defaults() -> dict[int, int]:
    """What a controller has after a reset."""
    return dict(_PLAIN)


def _is_there(controller: Controller, fid: int) -> bool:
    if fid == VOLATILE_WRITE_CACHE:
        return bool(controller.personality.field(525, 1) & 1)
    if fid == SANITIZE_CONFIG:
        return bool(controller.personality.sanicap & 7)
    if fid == WRITE_PROTECTION:
        return bool(controller.personality.field(531, 1) & 1)
    return fid in _PLAIN or fid in {ERROR_RECOVERY, NUMBER_OF_QUEUES}


def get_features(controller: Controller, entry: SubmissionEntry) -> int:  # noqa: PLR0911 - one for each kind of feature
    """Dword 0 of the completion. Raises Refused."""
    fid, select = entry.cdw10 & 0xFF, entry.cdw10 >> 8 & 7
    if not _is_there(controller, fid) or select > 3:
        raise Refused(Status.INVALID_FIELD)
    if select == 3:
        saveable = _SAVEABLE if fid == SANITIZE_CONFIG else 0
        return saveable | _CHANGEABLE | (_NAMESPACE_SPECIFIC if fid in _PER_NAMESPACE else 0)
    if fid == NUMBER_OF_QUEUES:
        return controller.queues - 1 | controller.queues - 1 << 16
    if select == 1:
        return _PLAIN.get(fid, 1 if fid == VOLATILE_WRITE_CACHE else 0)
    if fid == VOLATILE_WRITE_CACHE:
        return int(controller.subsystem.write_cache)
    if fid == SANITIZE_CONFIG:
        return int(controller.subsystem.sanitize.warns_instead_of_refusing)
    if fid in _PER_NAMESPACE:
        namespace = controller.subsystem.namespaces.active(entry.nsid, controller.id)
        return namespace.protection if fid == WRITE_PROTECTION else _DULBE * namespace.raises_deallocated
    return controller.features[fid]


def set_features(controller: Controller, entry: SubmissionEntry) -> int:
    """Dword 0 of the completion. Raises Refused."""
    fid, value, saves = entry.cdw10 & 0xFF, entry.cdw11, bool(entry.cdw10 >> 31)
    if not _is_there(controller, fid):
        raise Refused(Status.INVALID_FIELD)
    if saves and fid != SANITIZE_CONFIG:
        raise Refused(Status.FEATURE_NOT_SAVEABLE)
    if fid == NUMBER_OF_QUEUES:
        controller.queues = min(8, (value & 0xFFFF) + 1)
        return controller.queues - 1 | controller.queues - 1 << 16
    if fid == VOLATILE_WRITE_CACHE:
        controller.subsystem.write_cache = bool(value & 1)
    elif fid == SANITIZE_CONFIG:
        controller.subsystem.sanitize.warns_instead_of_refusing = bool(value & 1)
    elif fid in _PER_NAMESPACE:
        for namespace in _targets(controller, entry.nsid):
            _set_of_namespace(controller, namespace, fid, value)
    else:
        controller.features[fid] = value
    return 0


def _targets(controller: Controller, nsid: int) -> list[Namespace]:
    table = controller.subsystem.namespaces
    if nsid == ALL_NAMESPACES:
        return [namespace for namespace in table if controller.id in namespace.attached]
    return [table.active(nsid, controller.id)]


def _set_of_namespace(controller: Controller, namespace: Namespace, fid: int, value: int) -> None:
    if fid == ERROR_RECOVERY:
        if value & _DULBE and not controller.personality.deallocated_error:
            raise Refused(Status.INVALID_FIELD)
        namespace.raises_deallocated = bool(value & _DULBE)
        return
    # Base 2.0c section 8.12.1: both of these last, the one until the power cycles and the other for good
    if namespace.protection in {WriteProtection.UNTIL_POWER_CYCLE, WriteProtection.PERMANENT}:
        raise Refused(Status.FEATURE_NOT_CHANGEABLE)
    if value & 7 > WriteProtection.PERMANENT:
        raise Refused(Status.INVALID_FIELD)
    namespace.medium.flush()
    namespace.protection = WriteProtection(value & 7)
