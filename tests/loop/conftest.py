"""Loop devices of one's own with somebody's data on them, and the station that erases them."""

from __future__ import annotations

import base64
import os
import secrets

import pytest

from typed_station import station, station_home

__all__ = ["station", "station_home"]


@pytest.fixture
def own_device(loop_device):
    """Loop devices a little larger than asked for, by chance, because a serial number is made of a file's name and size.

    A test elsewhere at the same time would else have a drive of the same name, and then resuming refuses to guess.
    """

    def attach(size: int):
        return loop_device(size + 4096 * (1 + secrets.randbelow(200)))

    return attach


@pytest.fixture
def fill():
    """Fills a drive with somebody's data, and finds what is left of it."""

    def write(device) -> bytes:
        marker = base64.b16encode(os.urandom(24))
        with device.path.open("wb") as stream:
            for _ in range(device.size // (1 << 20)):
                stream.write(marker + os.urandom((1 << 20) - len(marker)))
            os.fsync(stream.fileno())
        return marker

    return write
