"""What an erasure can't reach or tell. Each code has its sentence in both languages, for screens and for papers."""

from __future__ import annotations

from enum import StrEnum

from certify.foundation.standards import Method, standards
from erase.drive.facts import AreaKind, Bus, Drive, Machine, MediaType, Source
from erase.drive.report import NvmeParts
from erase.planner.policies import Policy
from erase.techniques.base import Verify


class Limit(StrEnum):
    """A limit that is printed. The order is the order of printing."""

    DESTROY_MUST_FOLLOW = "destroy-must-follow"
    RETIRED_SECTORS_NOT_REACHED = "retired-sectors-not-reached"
    DEFECT_COUNTS_UNKNOWN = "defect-counts-unknown"
    SPARE_CELLS_NOT_REACHED = "spare-cells-not-reached"
    OTHER_NAMESPACES_NOT_REACHED = "other-namespaces-not-reached"
    OTHER_NAMESPACES_UNKNOWN = "other-namespaces-unknown"
    UNALLOCATED_CAPACITY_NOT_REACHED = "unallocated-capacity-not-reached"
    UNALLOCATED_CAPACITY_UNKNOWN = "unallocated-capacity-unknown"
    BOOT_AREAS_NOT_REACHED = "boot-areas-not-reached"
    BOOT_PARTITIONS_NOT_REACHED = "boot-partitions-not-reached"
    RPMB_NOT_REACHED = "rpmb-not-reached"
    HIDDEN_AREAS_UNKNOWN = "hidden-areas-unknown"
    MEDIA_TYPE_UNKNOWN = "media-type-unknown"
    VIRTUAL_DRIVE = "virtual-drive"
    INSIDE_HYPERVISOR = "inside-hypervisor"
    IDENTITY_FROM_BRIDGE = "identity-from-bridge"
    IDENTITY_FROM_LABEL = "identity-from-label"
    SAMPLED_VERIFICATION = "sampled-verification"
    EDITION_WITHDRAWN = "edition-withdrawn"
    EDITION_BY_SECONDARY_SOURCES = "edition-by-secondary-sources"


def limits_of_overwrite(drive: Drive, machine: Machine, policy: Policy, verify: Verify) -> tuple[Limit, ...]:
    """The limits of overwriting this drive on this machine, in the order of printing."""
    edition = standards()[policy.basis]
    name = drive.identity.name
    parts = _parts(drive)
    applies = {
        Limit.DESTROY_MUST_FOLLOW: policy.record.require is Method.DESTROY,
        Limit.RETIRED_SECTORS_NOT_REACHED: True,
        Limit.DEFECT_COUNTS_UNKNOWN: drive.report is None or not drive.report.health.counts_defects,
        Limit.SPARE_CELLS_NOT_REACHED: drive.media is not MediaType.MAGNETIC,
        Limit.OTHER_NAMESPACES_NOT_REACHED: any(area.kind is AreaKind.NAMESPACE for area in drive.areas)
        or (parts is not None and len(parts.namespaces) > 1),
        Limit.OTHER_NAMESPACES_UNKNOWN: parts is not None and not parts.complete,
        Limit.UNALLOCATED_CAPACITY_NOT_REACHED: parts is not None and bool(parts.unallocated),
        Limit.UNALLOCATED_CAPACITY_UNKNOWN: parts is not None and parts.unallocated is None,
        Limit.BOOT_AREAS_NOT_REACHED: any(area.kind is not AreaKind.NAMESPACE for area in drive.areas),
        Limit.BOOT_PARTITIONS_NOT_REACHED: parts is not None and parts.boot_partitions is True,
        Limit.RPMB_NOT_REACHED: parts is not None and bool(parts.rpmb_targets),
        Limit.HIDDEN_AREAS_UNKNOWN: drive.report is None or not drive.report.hidden.are_known,
        Limit.MEDIA_TYPE_UNKNOWN: drive.media is MediaType.UNKNOWN,
        Limit.VIRTUAL_DRIVE: drive.virtual is not None,
        Limit.INSIDE_HYPERVISOR: machine.hypervisor is not None,
        Limit.IDENTITY_FROM_BRIDGE: name is not None and name.source is Source.BRIDGE,
        Limit.IDENTITY_FROM_LABEL: name is not None and name.source is Source.LABEL,
        Limit.SAMPLED_VERIFICATION: verify.share_ppm < 1_000_000,
        Limit.EDITION_WITHDRAWN: edition.withdrawn,
        Limit.EDITION_BY_SECONDARY_SOURCES: not edition.text_was_read,
    }
    return tuple(limit for limit in Limit if applies[limit])


def _parts(drive: Drive) -> NvmeParts | None:
    """What lies beside a namespace: of an NVMe drive that was not asked all of it is unknown; other drives have nothing of the kind."""
    if drive.report is not None and drive.report.parts is not None:
        return drive.report.parts
    return NvmeParts() if drive.bus is Bus.NVME else None
