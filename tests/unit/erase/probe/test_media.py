"""What the data lies on is never guessed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.drive.facts import Bus, MediaType
from erase.probe.media import MediaEvidence, from_rotation, media_type

SOLID = (Bus.NVME, Bus.MMC)


@pytest.mark.parametrize(
    ("rate", "medium"),
    [(0x0001, "flash"), (0x0401, "magnetic"), (0x1C20, "magnetic"), (0xFFFE, "magnetic")]
    + [(rate, "unknown") for rate in (0x0000, 0x0002, 0x0400, 0xFFFF)],
)
def test_the_rotation_rate_is_coded_as_in_acs_4(rate, medium):
    assert from_rotation(rate) == medium


@pytest.mark.parametrize("bus", [bus for bus in Bus if bus not in SOLID])
@pytest.mark.parametrize("rotational", [True, False, None])
def test_the_kernels_word_alone_proves_nothing(bus, rotational):
    assert media_type(bus, MediaEvidence(kernel_rotational=rotational)) is MediaType.UNKNOWN


@pytest.mark.parametrize("bus", SOLID)
def test_nvme_and_cards_are_solid_unless_they_rotate(bus):
    assert media_type(bus, MediaEvidence(kernel_rotational=False)) is MediaType.FLASH
    assert media_type(bus, MediaEvidence(kernel_rotational=True)) is MediaType.UNKNOWN


def test_a_hybrid_is_a_rotating_disk_with_flash():
    assert media_type(Bus.ATA, MediaEvidence(identify_rotation=7200, hybrid=True)) is MediaType.HYBRID
    assert media_type(Bus.ATA, MediaEvidence(identify_rotation=1, hybrid=True)) is MediaType.FLASH
    assert media_type(Bus.ATA, MediaEvidence(identify_rotation=0, hybrid=True)) is MediaType.UNKNOWN


def test_two_witnesses_who_disagree_give_unknown():
    assert media_type(Bus.ATA, MediaEvidence(identify_rotation=7200, page_rotation=1)) is MediaType.UNKNOWN
    assert media_type(Bus.ATA, MediaEvidence(identify_rotation=1, page_rotation=1)) is MediaType.FLASH


rates = st.none() | st.sampled_from([0, 1, 7200]) | st.integers(0, 0xFFFF)


@given(st.sampled_from([bus for bus in Bus if bus not in SOLID]), rates, rates, st.booleans(), st.none() | st.booleans())
def test_nothing_is_called_magnetic_or_flash_that_nobody_called_so(bus, identify, page, hybrid, rotational):
    medium = media_type(bus, MediaEvidence(identify, hybrid, page, rotational))
    said = {from_rotation(rate) for rate in (identify, page) if rate is not None}
    if medium is MediaType.HYBRID:
        assert hybrid
        assert MediaType.MAGNETIC in said
    elif medium is not MediaType.UNKNOWN:
        assert medium in said
