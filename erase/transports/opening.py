"""Opens nodes for pass-through, for the time of a block. Asking needs no exclusive hold; whoever erases holds the drive already."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager

from erase.transports.ioctls import failure
from erase.transports.linux_mmc import LinuxMmc
from erase.transports.linux_nvme import LinuxNvme
from erase.transports.linux_sg import LinuxSg
from erase.transports.protocols import MmcTransport, NvmeTransport, ScsiTransport

# not blocking: an empty reader or a drive that hangs must not stop us
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class SystemLines:
    """Transports over this machine's own nodes. Raises TransportError where one can't be opened: no-device, not-permitted, host-error."""

    @contextmanager
    def scsi(self, node: str) -> Iterator[ScsiTransport]:
        """SG_IO over a disk's or a generic node."""
        with _opened(node) as descriptor:
            yield LinuxSg(descriptor, node)

    @contextmanager
    def nvme(self, node: str) -> Iterator[NvmeTransport]:
        """Admin commands over a controller's or a namespace's node."""
        with _opened(node) as descriptor:
            yield LinuxNvme(descriptor, node)

    @contextmanager
    def mmc(self, node: str) -> Iterator[MmcTransport]:
        """MMC commands over a card's node."""
        with _opened(node) as descriptor:
            yield LinuxMmc(descriptor, node)


class HeldLines:
    """Transports over one descriptor that is open already and stays the caller's: no other drive can be behind it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @contextmanager
    def scsi(self, node: str) -> Iterator[ScsiTransport]:
        """SG_IO; ``node`` is for errors."""
        yield LinuxSg(self._descriptor, node)

    @contextmanager
    def nvme(self, node: str) -> Iterator[NvmeTransport]:
        """Admin commands."""
        yield LinuxNvme(self._descriptor, node)

    @contextmanager
    def mmc(self, node: str) -> Iterator[MmcTransport]:
        """MMC commands."""
        yield LinuxMmc(self._descriptor, node)


@contextmanager
def _opened(node: str) -> Iterator[int]:
    try:
        descriptor = os.open(node, _FLAGS)
    except OSError as error:
        raise failure(error, node, "open", math.inf) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
