"""The one-method protocols, one for each family of drives. Real drives, emulated drives, recordings and wrappers all look like this.

``timeout`` is in seconds and covers the whole command; each raises :class:`erase.errors.TransportError` when the wire failed (no device,
time-out, host or driver error): then nothing is known about what the drive did. A drive that says no is an answer, not an exception.
"""

from __future__ import annotations

from typing import Protocol

from erase.commands.wire import AtaAnswer, AtaCommand, MmcAnswer, MmcCommand, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand


class ScsiTransport(Protocol):
    """Carries SCSI commands."""

    def send(self, command: ScsiCommand, timeout: float) -> ScsiAnswer:
        """Sends one command and waits for its end."""


class AtaTransport(Protocol):
    """Carries ATA commands: through a SATL (SAT), a bridge's own wrapper, or in process."""

    def send(self, command: AtaCommand, timeout: float) -> AtaAnswer:
        """Sends one command and waits for its end."""


class NvmeTransport(Protocol):
    """Carries NVMe admin commands."""

    def send(self, command: NvmeCommand, timeout: float) -> NvmeAnswer:
        """Sends one command and waits for its end."""


class MmcTransport(Protocol):
    """Carries MMC commands; several in one go where nobody may come between (ioctl MMC_IOC_MULTI_CMD)."""

    def send(self, commands: tuple[MmcCommand, ...], timeout: float) -> tuple[MmcAnswer, ...]:
        """Sends the commands in their order; ends with the first that the wire fails."""
