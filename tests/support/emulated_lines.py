"""Lines to emulated drives in this process: what the probe's asker takes in place of this machine's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emulators.fronts.drives import Drive
from emulators.mmc.card import Card, NoResponse
from emulators.nvme.entries import Gone
from emulators.nvme.subsystem import Subsystem
from emulators.scsi.interface import LogicalUnit, NoReply, Unplugged
from erase.commands.wire import MmcAnswer, MmcCommand, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.drive.facts import Bus, Identity, MediaType
from erase.drive.report import SelfReport
from erase.probe.asking.asker import Asked, Asker
from erase.probe.asking.manners import LookUp
from erase.probe.asking.targets import Speech, Target
from erase.probe.attachment import Attachment, UsbIds
from erase.probe.description import Description
from erase.transports.ioctls import wire_error
from erase.transports.loopback import LinkFault, Loopback, raw_scsi, submission_entry
from hardware_profiles import look_up


@dataclass
class EmulatedLines:
    """Nodes by name. Everything that is sent is kept, by node; ``faults`` are of the link, ``errors`` of opening a node."""

    units: dict[str, LogicalUnit] = field(default_factory=dict)
    drives: dict[str, Drive] = field(default_factory=dict)  # that hang or drop commands
    controllers: dict[str, tuple[Subsystem, int]] = field(default_factory=dict)  # and which of its controllers
    cards: dict[str, Card] = field(default_factory=dict)
    faults: dict[str, tuple[LinkFault, ...]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    sent: dict[str, list[Any]] = field(default_factory=dict)
    spoil: Callable[[Any, Any], Any] | None = None  # what the link makes of an answer

    @contextmanager
    def scsi(self, node: str) -> Iterator[Any]:
        unit = self._found(self.units, node)
        drive = self.drives.get(node)

        def ask(command: ScsiCommand, timeout: float) -> ScsiAnswer:
            if drive is not None and drive.swallows():
                raise NoReply
            return raw_scsi(unit.execute)(command, timeout)

        yield self._link(node, ask, silent=(NoReply,), gone=(Unplugged,))

    @contextmanager
    def nvme(self, node: str) -> Iterator[Any]:
        subsystem, number = self._found(self.controllers, node)

        def ask(command: NvmeCommand, _timeout: float) -> NvmeAnswer:
            try:
                completion = subsystem.settle(subsystem.controllers[number].admin(submission_entry(command), command.data_out))
            except Gone:
                raise (Unplugged if subsystem.lies.gone else NoReply) from None
            return NvmeAnswer(completion.status, completion.dw0, completion.data[: command.data_in])

        yield self._link(node, ask, silent=(NoReply,), gone=(Unplugged,))

    @contextmanager
    def mmc(self, node: str) -> Iterator[Any]:
        card = self._found(self.cards, node)

        def ask(commands: tuple[MmcCommand, ...], _timeout: float) -> tuple[MmcAnswer, ...]:
            replies = [card.command(command.opcode, command.argument, command.data_out, command.data_in) for command in commands]
            return tuple(MmcAnswer(response, data) for response, data in replies)

        yield self._link(node, ask, gone=(NoResponse,))

    def _found(self, nodes: dict[str, Any], node: str) -> Any:
        if node in self.errors or node not in nodes:
            raise wire_error(self.errors.get(node, "no-device"), node, "open", 0.0, "loopback")
        return nodes[node]

    def _link(self, node: str, ask: Callable[[Any, float], Any], **troubles: Any) -> Loopback[Any, Any]:
        sent = self.sent.setdefault(node, [])

        def kept(command: Any, timeout: float) -> Any:
            sent.append(command)
            answer = ask(command, timeout)
            return self.spoil(command, answer) if self.spoil else answer

        return Loopback(kept, device=node, faults=self.faults.get(node, ()), **troubles)


# --- asking one drive

NODE = "/dev/emulated"
_BRIDGE = UsbIds(0x0123, 0x4567, 0x0100, "uas")  # of nobody


def target_of(
    speech: Speech, *, bus: Bus | None = None, nsid: int | None = None, seen: Identity | None = None, volumes: bool = False
) -> Target:
    """One drive as sysfs would show it."""
    usual = {Speech.ATA: Bus.ATA, Speech.BRIDGE: Bus.USB, Speech.SCSI: Bus.SAS, Speech.NVME: Bus.NVME, Speech.MMC: Bus.MMC}
    described = Description(seen or Identity(), bus or usual[speech], MediaType.UNKNOWN)
    attachment = Attachment(None, None, _BRIDGE if speech is Speech.BRIDGE else None, None, None)
    return Target(NODE, speech, described, attachment, nsid, volumes=volumes)


@dataclass
class Asking:
    """What came of asking: the answer, and what was sent for it."""

    asked: Asked
    sent: list[Any]

    @property
    def report(self) -> SelfReport:
        return self.asked.told.report

    @property
    def unseen(self) -> dict[str, str]:
        return {unseen.part.value: unseen.why.value for unseen in self.report.unseen}

    @property
    def doubts(self) -> set[tuple[str, str]]:
        return {(doubt.code, doubt.subject.value) for doubt in self.report.doubts}

    @property
    def hidden(self) -> dict[str, tuple[str, int | None]]:
        areas = zip(("hpa", "dco", "ama", "capacity"), self.report.hidden.all, strict=True)
        return {name: (area.presence.value, area.sectors) for name, area in areas}


def ask(lines: EmulatedLines, target: Target, look: LookUp = look_up) -> Asking:
    """Asks the drive at :data:`NODE`."""
    asked = Asker(lines, look).ask(target)
    return Asking(asked, lines.sent.get(NODE, []))


def ask_unit(unit: LogicalUnit, speech: Speech, *faults: LinkFault, **seen: Any) -> Asking:
    """Asks a SCSI logical unit, or what lies behind one."""
    return ask(EmulatedLines(units={NODE: unit}, faults={NODE: faults}), target_of(speech, **seen))


def ask_subsystem(subsystem: Subsystem, *faults: LinkFault, nsid: int | None = 1, controller: int = 0) -> Asking:
    """Asks an NVMe controller."""
    lines = EmulatedLines(controllers={NODE: (subsystem, controller)}, faults={NODE: faults})
    return ask(lines, target_of(Speech.NVME, nsid=nsid))


def ask_card(card: Card, *faults: LinkFault) -> Asking:
    """Asks an eMMC."""
    return ask(EmulatedLines(cards={NODE: card}, faults={NODE: faults}), target_of(Speech.MMC))
