"""On what the data lies, decided from evidence. Never guessed up: what was not said by the drive itself is unknown."""

from __future__ import annotations

from dataclasses import dataclass

from erase.drive.facts import Bus, MediaType


@dataclass(frozen=True)
class MediaEvidence:
    """What each witness says of the medium."""

    identify_rotation: int | None = None  # ATA IDENTIFY word 217; None: there is no IDENTIFY
    hybrid: bool = False  # ATA IDENTIFY says that flash lies beside the platters
    page_rotation: int | None = None  # VPD page B1h; None: there is no page, or it is a bridge's or an array's word
    kernel_rotational: bool | None = None  # queue/rotational


def from_rotation(rate: int) -> MediaType:
    """ATA IDENTIFY word 217 and VPD page B1h share one coding: 1 does not rotate, 0401h to FFFEh revolutions a minute."""
    if rate == 1:
        return MediaType.FLASH
    return MediaType.MAGNETIC if 0x0401 <= rate <= 0xFFFE else MediaType.UNKNOWN


def media_type(bus: Bus, evidence: MediaEvidence) -> MediaType:
    """The medium of a drive on ``bus``.

    NVMe and MMC are solid-state unless the kernel says that it rotates (NVMe 2.0 knows rotating media); what is not NAND
    (Optane) counts as flash, because that allows the weaker claims. Two witnesses who disagree give unknown. The
    kernel's queue/rotational alone proves nothing: it is 1 wherever nobody said otherwise.
    """
    if bus in (Bus.NVME, Bus.MMC):
        return MediaType.UNKNOWN if evidence.kernel_rotational else MediaType.FLASH
    said = {from_rotation(rate) for rate in (evidence.identify_rotation, evidence.page_rotation) if rate is not None}
    said.discard(MediaType.UNKNOWN)
    if len(said) != 1:
        return MediaType.UNKNOWN
    medium = said.pop()
    return MediaType.HYBRID if medium is MediaType.MAGNETIC and evidence.hybrid else medium
