"""The drive's own word laid over sysfs': its names win, two drives are never mixed, contradictions are put down."""

from dataclasses import replace

import pytest

from erase.drive.facts import Bus, Drive, Fact, Identity, MediaType, Source, Unusable
from erase.drive.report import Doubt, Format, Part, SelfReport, Unseen, Way, WhyUnseen
from erase.probe.asking.asker import Asked
from erase.probe.asking.lines import Told
from erase.probe.asking.merging import with_asked


def names(source=Source.IDENTIFY, **values):
    return Identity(**{name: Fact(value, source) for name, value in values.items()})


SEEN = names(model="ST3400633AS", serial="5NF0ABCD", firmware="3.AAH", wwn="5000c50012345678")
DRIVE = Drive(
    nodes=("/dev/sda",),
    identity=SEEN,
    bus=Bus.ATA,
    media=MediaType.MAGNETIC,
    size=1000 * 512,
    logical_sector=512,
    physical_sector=512,
    read_only=False,
    removable=False,
    virtual=None,
)
REPORT = SelfReport(Way.ATA, size=1000 * 512, rotation=7200)


def merged(identity, report=REPORT, drive=DRIVE, **more):
    hybrid = more.pop("hybrid", False)
    return with_asked(drive, Asked(Told(identity, report, hybrid), ("a-profile",), **more))


def test_a_drive_that_says_the_same_is_the_same():
    found = merged(SEEN)
    assert found.identity == SEEN
    assert (found.report, found.profiles) == (REPORT, ("a-profile",))


def test_what_the_drive_leaves_out_stands_in_sysfs():
    found = merged(names(model="ST3400633AS", serial="5NF0ABCD"))
    assert found.identity == SEEN
    assert found.report.doubts == ()


def test_blanks_and_letters_of_another_size_are_no_other_serial():
    assert merged(replace(SEEN, serial=Fact("5nf0 abcd", Source.IDENTIFY))).report.doubts == ()


def test_with_another_serial_only_the_drives_own_names_stay():
    told = names(model="ST3400633AS", serial="OTHER")
    found = merged(told)
    assert found.identity == told
    assert found.report.doubts == (Doubt("other-serial", Part.SERIAL),)


@pytest.mark.parametrize("name", ["wwn", "eui64", "nguid"])
def test_with_another_world_wide_name_too(name):
    seen, told = (names(model="M", serial="S", **{name: value}) for value in ("5000c50000000001", "5000c50000000002"))
    found = merged(told, drive=replace(DRIVE, identity=seen))
    assert found.identity == told
    assert found.report.doubts == (Doubt("other-name", Part.NAMES),)


def test_names_of_another_model_are_not_mixed_in():
    told = names(model="WDC WD800BB-00CAA1", firmware="17.07W17")
    found = merged(told)
    assert found.identity == told
    assert found.identity.name is None


def test_a_model_that_the_adapter_cut_is_the_same_model():
    seen = names(model="WDC WD800BB-00CA", wwn="50014ee000000001")
    told = names(model="WDC WD800BB-00CAA1", serial="WD-1")
    found = merged(told, drive=replace(DRIVE, identity=seen))
    assert found.identity == replace(told, wwn=seen.wwn)


def test_no_name_of_a_bridge_stays_beside_the_drives_own():
    seen = names(Source.BRIDGE, vendor="JMicron", model="Generic", serial="BRIDGE0001", wwn="3001234500000000", eui64="0011223344556677")
    told = names(model="ST3400633AS", serial="5NF0ABCD")
    found = merged(told, replace(REPORT, way=Way.ATA_BRIDGE), replace(DRIVE, identity=seen, bus=Bus.USB))
    assert found.identity == told
    assert found.report.doubts == ()


def test_one_name_of_a_bridge_among_others_is_enough():
    seen = Identity(model=Fact("ST3400633AS", Source.IDENTIFY), eui64=Fact("0011223344556677", Source.BRIDGE))
    assert merged(names(model="ST3400633AS"), drive=replace(DRIVE, identity=seen)).identity.name is None


def test_who_did_not_identify_himself_takes_no_name_away():
    report = SelfReport(Way.ATA, unseen=(Unseen(Part.IDENTIFY, WhyUnseen.SILENT),))
    found = merged(Identity(), report)
    assert (found.identity, found.report) == (SEEN, report)


def test_names_that_many_drives_have_are_no_names():
    seen = names(model="M", serial="S", eui64="0011223344556677", nguid="00112233445566778899aabbccddeeff")
    found = merged(seen, drive=replace(DRIVE, identity=seen), names_are_unique=False)
    assert found.identity == names(model="M", serial="S")


@pytest.mark.parametrize("size", [999 * 512, 1001 * 512])
def test_another_capacity_is_put_down(size):
    assert merged(SEEN, replace(REPORT, size=size)).report.doubts == (Doubt("other-capacity", Part.CAPACITY),)
    assert merged(SEEN, replace(REPORT, size=size), replace(DRIVE, size=0)).report.doubts == ()


@pytest.mark.parametrize(
    ("seen", "rotation", "hybrid", "media", "doubted"),
    [
        (MediaType.MAGNETIC, 7200, False, MediaType.MAGNETIC, False),
        (MediaType.MAGNETIC, 7200, True, MediaType.HYBRID, False),
        (MediaType.HYBRID, 7200, False, MediaType.HYBRID, False),
        (MediaType.UNKNOWN, 1, False, MediaType.FLASH, False),
        (MediaType.MAGNETIC, 0, False, MediaType.MAGNETIC, False),
        (MediaType.FLASH, None, False, MediaType.FLASH, False),
        (MediaType.FLASH, 7200, False, MediaType.UNKNOWN, True),
        (MediaType.MAGNETIC, 1, False, MediaType.UNKNOWN, True),
        (MediaType.FLASH, 7200, True, MediaType.UNKNOWN, True),
    ],
)
def test_the_medium_is_what_both_say(seen, rotation, hybrid, media, doubted):
    found = merged(SEEN, replace(REPORT, rotation=rotation), replace(DRIVE, media=seen), hybrid=hybrid)
    assert found.media is media
    assert found.report.doubts == ((Doubt("other-medium", Part.MEDIUM),) if doubted else ())


@pytest.mark.parametrize("before", [Unusable.NO_CAPACITY, Unusable.NO_BLOCK_DEVICE])
@pytest.mark.parametrize(("sector", "odd"), [(520, True), (528, True), (524, True), (512, False), (4096, False), (None, False)])
def test_sectors_that_no_kernel_can_use_are_the_reason(before, sector, odd):
    found = merged(SEEN, replace(REPORT, format=Format(sector)), replace(DRIVE, size=0, unusable=before))
    assert found.unusable is (Unusable.SECTOR_FORMAT if odd else before)


def test_odd_sectors_make_no_drive_unusable_that_the_kernel_writes():
    assert merged(SEEN, replace(REPORT, format=Format(520))).unusable is None
