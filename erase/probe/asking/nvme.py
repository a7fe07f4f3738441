"""An NVMe drive's own word, by admin commands (NVMe Base 2.0c section 5)."""

from __future__ import annotations

from erase.commands import nvme_admin as admin
from erase.commands import nvme_controller, nvme_logs, nvme_namespaces, nvme_sanitize
from erase.commands.nvme_admin import Cns
from erase.commands.nvme_sanitize import SanitizeOutcome
from erase.commands.nvme_status import StatusMeaning, status_of
from erase.commands.wire import NvmeAnswer, NvmeCommand
from erase.drive.facts import Identity, Source
from erase.drive.report import (
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    Locking,
    Namespace,
    NvmeErase,
    NvmeParts,
    Part,
    Presence,
    Sanitize,
    SanitizeState,
    SelfReport,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.lines import Line, Notes, Told, Transport, silence
from erase.probe.asking.tcg import DISCOVERY_SIZE, LEVEL_0, SECURITY_PROTOCOL, locking_of
from erase.probe.cleaning import known, plain_name
from erase.probe.description import fact

_STATES = {
    SanitizeOutcome.NEVER: SanitizeState.IDLE,
    SanitizeOutcome.COMPLETED: SanitizeState.SUCCEEDED,
    SanitizeOutcome.COMPLETED_DEALLOCATED: SanitizeState.SUCCEEDED,
    SanitizeOutcome.IN_PROGRESS: SanitizeState.IN_PROGRESS,
    SanitizeOutcome.FAILED: SanitizeState.FAILED,
}
_GRAVE = frozenset({
    nvme_logs.CriticalWarning.SPARE_BELOW_THRESHOLD,
    nvme_logs.CriticalWarning.RELIABILITY_DEGRADED,
    nvme_logs.CriticalWarning.READ_ONLY,
})  # fmt: skip
_MOST_NAMESPACES = 64  # asked one by one; a drive with more is told of by number alone
_NOTHING_HIDDEN = HiddenArea(Presence.NOT_APPLICABLE)


class _NvmeLine(Line[NvmeCommand, NvmeAnswer]):
    def data(self, part: Part, command: NvmeCommand) -> bytes | None:
        """The data of a success. None, and a note: there was none."""
        answer = self.answer(part, command)
        return answer.data if answer else None

    def answer(self, part: Part, command: NvmeCommand) -> NvmeAnswer | None:
        answer = self.ask(part, command)
        if answer is not None and status_of(answer.status).meaning is not StatusMeaning.SUCCESS:
            self.notes.miss(part, WhyUnseen.REFUSED)
            return None
        return answer


def ask_nvme(transport: Transport[NvmeCommand, NvmeAnswer], nsid: int | None, way: Way = Way.NVME) -> Told:
    """Everything that the controller tells of itself and of the namespace ``nsid`` (None: a controller that shows none)."""
    line = _NvmeLine(transport, Notes())
    data = line.data(Part.IDENTIFY, admin.identify(Cns.CONTROLLER))
    if data is None:
        return silence(way, line.notes)
    controller = nvme_controller.identify_controller(data)
    line.notes.doubt(Part.IDENTIFY, controller.doubts)
    if not controller.believed:
        line.notes.miss(Part.IDENTIFY, WhyUnseen.UNBELIEVABLE)
        return silence(way, line.notes)
    namespace = _namespace(line, nsid) if nsid is not None else None
    names = _names(line, nsid, controller) if nsid is not None else None
    identity = Identity(
        model=fact(known(controller.model), Source.IDENTIFY),
        serial=fact(plain_name(controller.serial), Source.IDENTIFY),
        firmware=fact(known(controller.firmware), Source.IDENTIFY),
        eui64=fact((namespace and namespace.eui64) or (names and names.eui64) or None, Source.IDENTIFY),
        nguid=fact((namespace and namespace.nguid) or (names and names.nguid) or None, Source.IDENTIFY),
    )
    report = SelfReport(
        way=way,
        size=namespace.size_bytes if namespace else None,
        hidden=HiddenAreas(_NOTHING_HIDDEN, _NOTHING_HIDDEN, _NOTHING_HIDDEN, _NOTHING_HIDDEN),
        sanitize=_sanitize(line, controller),
        nvme_erase=_erase(controller),
        locking=_locking(line, controller),
        health=_health(line),
        format=_format(line, controller, namespace, names),
        parts=_parts(line, controller, nsid),
        doubts=tuple(line.notes.doubts),
        unseen=tuple(line.notes.unseen.values()),
    )
    return Told(identity, report)


def _namespace(line: _NvmeLine, nsid: int) -> nvme_namespaces.IdentifyNamespace | None:
    data = line.data(Part.NAMESPACE, admin.identify(Cns.NAMESPACE, nsid=nsid))
    if data is None:
        return None
    namespace = nvme_namespaces.identify_namespace(data)
    line.notes.doubt(Part.NAMESPACE, namespace.doubts)
    return namespace


def _names(line: _NvmeLine, nsid: int, controller: nvme_controller.IdentifyController) -> nvme_namespaces.NamespaceNames | None:
    if (controller.version or (0, 0, 0)) < (1, 3, 0):
        return None  # the list came with NVMe 1.3
    data = line.data(Part.NAMESPACE_NAMES, admin.identify(Cns.NAMESPACE_DESCRIPTORS, nsid=nsid))
    if data is None:
        return None
    names = nvme_namespaces.namespace_names(data)
    line.notes.doubt(Part.NAMESPACE_NAMES, names.doubts)
    return names


def _sanitize(line: _NvmeLine, controller: nvme_controller.IdentifyController) -> Sanitize:
    offers = (controller.sanitize_block, controller.sanitize_overwrite, controller.sanitize_crypto)
    if not any(offers):
        return Sanitize(*offers, state=SanitizeState.IDLE if offers == (False, False, False) else SanitizeState.UNKNOWN)
    data = line.data(Part.SANITIZE, admin.sanitize_status_log())
    if data is None:
        return Sanitize(*offers)
    status = nvme_sanitize.sanitize_status(data)
    line.notes.doubt(Part.SANITIZE, status.doubts)
    state = _STATES[status.outcome] if status.outcome is not None else SanitizeState.UNKNOWN
    if status.doubts and state in (SanitizeState.IDLE, SanitizeState.SUCCEEDED):
        state = SanitizeState.UNKNOWN  # a page that is wrong somewhere calms nobody
    progress = None if status.progress is None else status.progress * 1000 // 65536
    return Sanitize(*offers, state=state, progress_permille=progress)


def _erase(controller: nvme_controller.IdentifyController) -> NvmeErase:
    return NvmeErase(
        format_supported=controller.format is True,
        crypto_supported=controller.format_crypto is True,
        # the scope counts against the drive where it is not told
        format_all_namespaces=controller.format_all_namespaces is not False,
        erase_all_namespaces=controller.erase_all_namespaces is not False,
        no_deallocate_inhibited=controller.no_deallocate_inhibited is not False,
    )


def _locking(line: _NvmeLine, controller: nvme_controller.IdentifyController) -> Locking | None:
    if not controller.security:
        return None
    data = line.data(Part.LOCKING, admin.security_receive(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE))
    return locking_of(data, line.notes) if data is not None else None


def _health(line: _NvmeLine) -> Health:
    data = line.data(Part.SMART, admin.smart_log())
    if data is None:
        return Health()
    log = nvme_logs.smart_log(data)
    line.notes.doubt(Part.SMART, log.doubts)
    if log.doubts:
        return Health()
    return Health(
        verdict=HealthVerdict.FAILING if _GRAVE.intersection(log.warnings) else HealthVerdict.PASSED,
        media_errors=log.media_errors,
        percent_used=log.used,
        celsius=log.temperature,
        power_on_hours=log.power_on_hours,
    )


def _format(
    line: _NvmeLine,
    controller: nvme_controller.IdentifyController,
    namespace: nvme_namespaces.IdentifyNamespace | None,
    names: nvme_namespaces.NamespaceNames | None,
) -> Format:
    in_use = namespace.format if namespace else None
    zoning = Zoning.UNKNOWN
    if names is not None and names.command_set is not None:
        zoning = Zoning.HOST_MANAGED if names.command_set is admin.CommandSet.ZONED else Zoning.NONE
    elif controller.version is not None and controller.version < (2, 0, 0):
        zoning = Zoning.NONE  # other command sets came with NVMe 2.0
    return Format(
        logical=in_use.data_size if in_use else None,
        metadata=in_use.metadata_size if in_use else None,
        protection=namespace.protection_type if namespace else None,
        zoning=zoning,
        write_cache=_write_cache(line, controller),
    )


def _write_cache(line: _NvmeLine, controller: nvme_controller.IdentifyController) -> bool | None:
    if not controller.write_cache:
        return controller.write_cache
    answer = line.answer(Part.WRITE_CACHE, admin.get_features(admin.Feature.VOLATILE_WRITE_CACHE))
    return nvme_logs.write_cache_enabled(answer.result) if answer else None


def _parts(line: _NvmeLine, controller: nvme_controller.IdentifyController, nsid: int | None) -> NvmeParts:
    # whether a persistent memory region is there and enabled is told in CAP and PMRCTL alone (NVMe Base 2.0 section 3.1.4)
    line.notes.miss(Part.PERSISTENT_MEMORY, WhyUnseen.NO_WAY)
    active = _numbers(line, Cns.ACTIVE_NAMESPACES)
    allocated: tuple[int, ...] | None = active
    if controller.namespace_management is not False:
        allocated = _numbers(line, Cns.ALLOCATED_NAMESPACES)
    elif controller.multiple_controllers is not False:
        allocated = None  # what is attached to another controller alone is in no list that this one gives
    numbers = sorted({*(active or ()), *(allocated or ())})
    sized = {nsid: _size_of(line, nsid) for nsid in numbers[:_MOST_NAMESPACES]}
    boot = line.data(Part.BOOT_PARTITIONS, admin.boot_partition_log()) if _knows_boot_partitions(controller) else None
    boot_size = nvme_logs.boot_partition_size(boot) if boot is not None else None
    return NvmeParts(
        namespaces=tuple(Namespace(nsid, sized.get(nsid), attached=None if active is None else nsid in active) for nsid in numbers),
        complete=_is_complete(line, active, allocated, nsid),
        total=controller.total_capacity,
        # without TNVMCAP, 0 bytes are not told (NVMe Base 2.0 figure 275)
        unallocated=controller.unallocated_capacity if controller.total_capacity or controller.unallocated_capacity else None,
        boot_partitions=None if boot_size is None else boot_size > 0,
        rpmb_targets=controller.rpmb_units,
        controllers=_controllers(line, controller),
    )


def _is_complete(line: _NvmeLine, active: tuple[int, ...] | None, allocated: tuple[int, ...] | None, nsid: int | None) -> bool:
    """Whether the two lists, which must fit each other and what is known already, name every namespace."""
    if active is None or allocated is None:
        return False
    fits = set(active) <= set(allocated) and (nsid is None or nsid in active)
    if not fits:
        line.notes.miss(Part.NAMESPACES, WhyUnseen.UNBELIEVABLE)
    return fits


def _knows_boot_partitions(controller: nvme_controller.IdentifyController) -> bool:
    return (controller.version or (0, 0, 0)) >= (1, 4, 0)  # log page 15h came with NVMe 1.4


def _numbers(line: _NvmeLine, cns: Cns) -> tuple[int, ...] | None:
    data = line.data(Part.NAMESPACES, admin.identify(cns))
    if data is None:
        return None
    listed = nvme_namespaces.namespace_list(data)
    line.notes.doubt(Part.NAMESPACES, listed.doubts)
    return listed.numbers if listed.complete else None


def _size_of(line: _NvmeLine, nsid: int) -> int | None:
    # CNS 11h tells of namespaces that are attached nowhere too; drives without namespace management know only CNS 00h
    for cns in (Cns.ALLOCATED_NAMESPACE, Cns.NAMESPACE):
        answer = line.ask(Part.NAMESPACES, admin.identify(cns, nsid=nsid))
        if answer is not None and status_of(answer.status).meaning is StatusMeaning.SUCCESS:
            namespace = nvme_namespaces.identify_namespace(answer.data)
            if namespace.exists:
                return namespace.size_bytes
    return None


def _controllers(line: _NvmeLine, controller: nvme_controller.IdentifyController) -> int | None:
    if not controller.multiple_controllers:
        return None if controller.multiple_controllers is None else 1
    data = line.data(Part.CONTROLLERS, admin.identify(Cns.CONTROLLERS))
    if data is None:
        return None
    listed = nvme_namespaces.controller_list(data)
    line.notes.doubt(Part.CONTROLLERS, listed.doubts)
    return len(listed.numbers) if listed.complete and listed.numbers else None
