"""Asks a drive: opens the line that fits how it is attached, and goes on in the language that it answers in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from erase.commands.bridges import ATA_WRAPPERS, NVME_WRAPPERS, Manners, Wrapper
from erase.drive.facts import Bus, Identity
from erase.drive.report import Format, Part, SelfReport, Unseen, Way, WhyUnseen, Zoning
from erase.errors import TransportError
from erase.probe.asking.ata import AtaCarrier, ask_ata
from erase.probe.asking.lines import HangingUp, Told
from erase.probe.asking.manners import Known, LookUp, both, knowledge_of
from erase.probe.asking.mmc import ask_mmc
from erase.probe.asking.nvme import ask_nvme
from erase.probe.asking.scsi import Voice, ask_scsi
from erase.probe.asking.targets import Speech, Target
from erase.transports.bridges import Guarded, ata_through, nvme_through
from erase.transports.protocols import MmcTransport, NvmeTransport, ScsiTransport
from erase.transports.reading import HarmlessOnly

_WAYS = {Speech.ATA: Way.ATA, Speech.BRIDGE: Way.ATA_BRIDGE, Speech.SCSI: Way.SCSI, Speech.NVME: Way.NVME, Speech.MMC: Way.MMC}
_BY_CODE = {"not-permitted": WhyUnseen.NOT_PERMITTED}


class Lines(Protocol):
    """Where transports come from. Each opens a node for the time of the block; raises TransportError where it can't be opened."""

    def scsi(self, node: str) -> AbstractContextManager[ScsiTransport]: ...
    def nvme(self, node: str) -> AbstractContextManager[NvmeTransport]: ...
    def mmc(self, node: str) -> AbstractContextManager[MmcTransport]: ...


@dataclass(frozen=True)
class Asked:
    """What came of asking one drive."""

    told: Told
    profiles: tuple[str, ...]  # names of the hardware profiles that matched, from general to specific
    names_are_unique: bool = True  # EUI-64 and NGUID tell this drive from others

    @classmethod
    def nothing(cls, target: Target, why: WhyUnseen) -> Asked:
        """Nobody answered."""
        return cls(Told(Identity(), SelfReport(_WAYS[target.speech], unseen=(Unseen(Part.IDENTIFY, why),))), ())


class Asker:
    """Asks through ``lines``, with the manners that ``look_up`` knows.

    Whatever goes wrong here, a drive can't be harmed: what is not on the list of commands that only read does not reach it.
    """

    def __init__(self, lines: Lines, look_up: LookUp) -> None:
        self._lines = lines
        self._look_up = look_up

    def ask(self, target: Target) -> Asked:
        """Everything that the target tells. Never raises for what a drive or a wire does."""
        try:
            return self._ask(target)
        except TransportError as error:
            return Asked.nothing(target, _BY_CODE.get(error.code, WhyUnseen.WIRE))

    def _ask(self, target: Target) -> Asked:
        known = self._known(target, target.description.identity, target.speech)
        if target.speech is Speech.NVME:
            with self._lines.nvme(target.node) as nvme:
                guarded = Guarded(HangingUp(nvme), known.manners, target.node)
                return self._concluded(target, known, ask_nvme(HarmlessOnly(guarded, target.node), target.nsid))
        if target.speech is Speech.MMC:
            with self._lines.mmc(target.node) as mmc:
                return self._concluded(target, known, ask_mmc(HarmlessOnly(HangingUp(mmc), target.node)))
        with self._lines.scsi(target.node) as wire:
            scsi = HangingUp(wire)
            if target.speech is Speech.SCSI:
                return self._concluded(target, known, ask_scsi(_plain(target, known, scsi), _voice(target)))
            return self._ask_behind(target, known, scsi)

    def _ask_behind(self, target: Target, known: Known, scsi: ScsiTransport) -> Asked:
        """An ATA drive behind an adapter, or whatever lies behind a bridge: the first who identifies itself."""
        silent: list[Told] = []
        for told in self._attempts(target, known, scsi):
            if told.is_identified:
                return self._concluded(target, known, told)
            silent.append(told)
        spoken = ask_scsi(_plain(target, known, scsi), Voice.BRIDGE)
        unseen = [part for told in silent for part in told.report.unseen] or [Unseen(Part.IDENTIFY, WhyUnseen.NO_WAY)]
        doubts = [doubt for told in silent for doubt in told.report.doubts]
        report = replace(
            spoken.report,
            doubts=tuple(dict.fromkeys((*doubts, *spoken.report.doubts))),
            unseen=tuple({part.part: part for part in (*reversed(spoken.report.unseen), *reversed(unseen))}.values())[::-1],
        )
        return self._concluded(target, known, replace(spoken, report=report))

    def _attempts(self, target: Target, known: Known, scsi: ScsiTransport) -> Iterator[Told]:
        manners = known.manners
        is_bridge = target.speech is Speech.BRIDGE
        way = Way.ATA_BRIDGE if is_bridge else Way.ATA
        if manners.wrapper in ATA_WRAPPERS or (manners.wrapper in NVME_WRAPPERS and known.try_ata_first):
            first = manners if manners.wrapper in ATA_WRAPPERS else replace(manners, wrapper=Wrapper.SAT_16)

            def restrict(identity: Identity) -> tuple[AtaCarrier, bool]:
                found = self._known(target, identity, Speech.ATA)
                careful = both(first, found.manners)
                return ata_to(careful), found.believes_native_max and known.believes_native_max

            def ata_to(manners: Manners) -> AtaCarrier:
                return HarmlessOnly(ata_through(scsi, manners, target.node), target.node)

            yield ask_ata(ata_to(first), way, restrict, trust_unchecked=not is_bridge)
        if manners.wrapper in NVME_WRAPPERS:
            yield ask_nvme(HarmlessOnly(nvme_through(scsi, manners, target.node), target.node), 1, Way.NVME_BRIDGE)

    def _known(self, target: Target, identity: Identity, speech: Speech) -> Known:
        return knowledge_of(target, identity, speech, self._look_up)

    def _concluded(self, target: Target, before: Known, told: Told) -> Asked:
        """With the profiles that speak of the drive by the names that it gave itself."""
        told = replace(told, report=replace(told.report, format=_zoned(told.report.format, target.zoning)))
        if not told.is_identified:
            return Asked(told, before.names, before.names_are_unique)
        speech = {Way.ATA: Speech.ATA, Way.ATA_BRIDGE: Speech.ATA, Way.NVME_BRIDGE: Speech.NVME}.get(told.report.way, target.speech)
        after = self._known(target, told.identity, speech)
        return Asked(told, tuple(dict.fromkeys((*before.names, *after.names))), before.names_are_unique and after.names_are_unique)


def _plain(target: Target, known: Known, scsi: ScsiTransport) -> ScsiTransport:
    return HarmlessOnly(Guarded(scsi, known.manners, target.node), target.node)


def _voice(target: Target) -> Voice:
    """Of a SAS disk it is known that what speaks is the disk; elsewhere it may be an array, or an adapter before an ATA disk."""
    return Voice.DISK if target.description.bus is Bus.SAS else Voice.ADAPTER


# of two who speak of zones the one counts who allows less
_BY_FREEDOM = (Zoning.HOST_MANAGED, Zoning.HOST_AWARE, Zoning.NONE, Zoning.UNKNOWN)


def _zoned(form: Format, kernels: Zoning) -> Format:
    return replace(form, zoning=min(form.zoning, kernels, key=_BY_FREEDOM.index))
