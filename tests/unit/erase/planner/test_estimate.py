"""The estimate: arithmetic over assumed rates, for every kind of drive."""

from itertools import product

import pytest

from erase.drive.facts import Bus, MediaType
from erase.planner.estimate import estimate
from erase.techniques.base import Choices, Verify, VerifyKind
from erase.techniques.overwrite import steps


def test_time_is_bytes_by_assumed_rate_for_writing_and_reading(a_drive):
    drive = a_drive(bus=Bus.NVME, media=MediaType.FLASH, size=1_000_000_000_000)
    found = estimate(drive, steps(drive.size, Choices(("00", "ff"), verify_each=False, verify=Verify())))
    assert found.milliseconds == (2 * 1000 + 500) * 1000


def test_sampling_takes_less_time_and_more_passes_take_more(a_drive):
    drive = a_drive()
    full, sampled, thrice = (
        estimate(drive, steps(drive.size, choices)).milliseconds
        for choices in (
            Choices(("00",), verify_each=False, verify=Verify()),
            Choices(("00",), verify_each=False, verify=Verify(VerifyKind.NIST_800_88_R1)),
            Choices(("00",) * 3, verify_each=False, verify=Verify()),
        )
    )
    assert sampled < full < thrice


@pytest.mark.parametrize(("bus", "media"), list(product(Bus, MediaType)))
def test_there_is_an_assumed_rate_for_every_kind_of_drive(a_drive, bus, media):
    rate = estimate(a_drive(bus=bus, media=media), ()).rate
    assert 10_000_000 <= rate.write <= rate.read


def test_a_stick_is_assumed_to_be_slower_than_a_usb_disk(a_drive):
    stick, disk = (estimate(a_drive(bus=Bus.USB, media=media), ()).rate.write for media in (MediaType.FLASH, MediaType.MAGNETIC))
    assert stick < disk
