"""What an erasure can't reach or tell. Each code has its sentence in both languages, for screens and for papers."""

from __future__ import annotations

from enum import StrEnum

from certify.foundation.standards import Method, standards
from erase.drive.facts import AreaKind, Bus, Drive, Machine, MediaType, Source
from erase.planner.policies import Policy
from erase.techniques.base import Verify


class Limit(StrEnum):
    """A limit that is printed. The order is the order of printing."""

    DESTROY_MUST_FOLLOW = "destroy-must-follow"
    RETIRED_SECTORS_NOT_REACHED = "retired-sectors-not-reached"
    DEFECT_COUNTS_UNKNOWN = "defect-counts-unknown"
    SPARE_CELLS_NOT_REACHED = "spare-cells-not-reached"
    OTHER_NAMESPACES_NOT_REACHED = "other-namespaces-not-reached"
    UNALLOCATED_CAPACITY_UNKNOWN = "unallocated-capacity-unknown"
    BOOT_AREAS_NOT_REACHED = "boot-areas-not-reached"
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
    applies = {
        Limit.DESTROY_MUST_FOLLOW: policy.record.require is Method.DESTROY,
        Limit.RETIRED_SECTORS_NOT_REACHED: True,
        Limit.DEFECT_COUNTS_UNKNOWN: True,
        Limit.SPARE_CELLS_NOT_REACHED: drive.media is not MediaType.MAGNETIC,
        Limit.OTHER_NAMESPACES_NOT_REACHED: any(area.kind is AreaKind.NAMESPACE for area in drive.areas),
        Limit.UNALLOCATED_CAPACITY_UNKNOWN: drive.bus is Bus.NVME,
        Limit.BOOT_AREAS_NOT_REACHED: any(area.kind is not AreaKind.NAMESPACE for area in drive.areas),
        Limit.HIDDEN_AREAS_UNKNOWN: True,
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
