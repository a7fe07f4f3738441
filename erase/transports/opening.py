"""Opens nodes for pass-through, for the time of a block. Asking needs no exclusive hold; whoever erases holds the drive already."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

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
    """Transports over one descriptor that is open already and stays the caller's: no other drive can be behind it.

    Each line has a duplicate: who asks may still wait for a drive that hangs when the caller has long closed his own, and its number
    belongs to another file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @contextmanager
    def scsi(self, node: str) -> Iterator[ScsiTransport]:
        """SG_IO; ``node`` is for errors."""
        with self._duplicate(node) as descriptor:
            yield LinuxSg(descriptor, node)

    @contextmanager
    def nvme(self, node: str) -> Iterator[NvmeTransport]:
        """Admin commands."""
        with self._duplicate(node) as descriptor:
            yield LinuxNvme(descriptor, node)

    @contextmanager
    def mmc(self, node: str) -> Iterator[MmcTransport]:
        """MMC commands."""
        with self._duplicate(node) as descriptor:
            yield LinuxMmc(descriptor, node)

    def _duplicate(self, node: str) -> AbstractContextManager[int]:
        return _closing(lambda: os.dup(self._descriptor), node)


def _opened(node: str) -> AbstractContextManager[int]:
    return _closing(lambda: os.open(node, _FLAGS), node)


@contextmanager
def _closing(get: Callable[[], int], node: str) -> Iterator[int]:
    try:
        descriptor = get()
    except OSError as error:
        raise failure(error, node, "open", math.inf) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
