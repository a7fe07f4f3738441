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
from erase.transports.ioctls import wire_error
from erase.transports.loopback import LinkFault, Loopback, raw_scsi, submission_entry


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
    spoil: Callable[[Any, Any], Any] = staticmethod(lambda command, answer: answer)  # what the link makes of an answer

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
            return self.spoil(command, ask(command, timeout))

        return Loopback(kept, device=node, faults=self.faults.get(node, ()), **troubles)

