"""A drive for everybody who needs one to plan with or to judge."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from erase.drive.facts import Bus, Drive, Fact, Identity, MediaType, Source

A_DRIVE = Drive(
    nodes=("/dev/sdz",),
    identity=Identity(
        vendor=Fact("ACME", Source.IDENTIFY), model=Fact("Disk 9000", Source.IDENTIFY), serial=Fact("S123456789", Source.IDENTIFY)
    ),
    bus=Bus.ATA,
    media=MediaType.MAGNETIC,
    size=1_000_204_886_016,
    logical_sector=512,
    physical_sector=4096,
    read_only=False,
    removable=False,
    virtual=None,
)


@pytest.fixture
def a_drive() -> Callable[..., Drive]:
    """A magnetic ATA drive of 1 TB that nothing stands in the way of, but for the changes that are asked for."""
    return lambda **changes: replace(A_DRIVE, **changes)
