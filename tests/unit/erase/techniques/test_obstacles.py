"""What forbids any technique, in words that say what to do."""

from dataclasses import dataclass

import pytest

from certify.foundation.messages import Language, text
from erase.drive.facts import Holder, HolderKind, Identity, Unusable
from erase.drive.report import (
    Doubt,
    Format,
    HiddenArea,
    HiddenAreas,
    Locking,
    Part,
    Presence,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    Way,
    Zoning,
)
from erase.probe.holders import EXCLUSIVE
from erase.techniques import overwrite
from erase.techniques.base import Offer, RefusalReason, RefusedTechnique
from erase.techniques.obstacles import UNNAMED_HOLDER, first_obstacle


@dataclass(frozen=True)
class TermsFor:
    allow_virtual: bool = False


def partition(*held_by):
    return Holder(HolderKind.PARTITION, "/dev/sdz1", held_by)


MOUNT = Holder(HolderKind.MOUNT, "/home")
SWAP = Holder(HolderKind.SWAP, "/dev/sdz1")
ARRAY = Holder(HolderKind.MD, "md0", (Holder(HolderKind.LVM, "vg-data", (MOUNT,)),))
BOOT = Holder(HolderKind.BOOT_MEDIUM, "/run/live/medium")

OBSTACLES = {
    RefusalReason.NO_MEDIUM: {"unusable": Unusable.NO_MEDIUM, "size": 0},
    RefusalReason.NO_CAPACITY: {"unusable": Unusable.NO_CAPACITY, "size": 0, "logical_sector": 0},
    RefusalReason.SECTOR_FORMAT: {"unusable": Unusable.SECTOR_FORMAT, "size": 0},
    RefusalReason.NO_BLOCK_DEVICE: {"unusable": Unusable.NO_BLOCK_DEVICE, "nodes": ()},
    RefusalReason.NO_NAMESPACE: {"unusable": Unusable.NO_NAMESPACE},
    RefusalReason.TOO_SMALL: {"size": 511},
    RefusalReason.NOT_WHOLE_SECTORS: {"size": 1000},
    RefusalReason.STANDS_ON_DRIVE: {"virtual": "loop", "holders": (Holder(HolderKind.UNDERLYING, "/dev/sda"),)},
    RefusalReason.BOOT_MEDIUM: {"holders": (partition(BOOT, MOUNT),)},
    RefusalReason.MOUNTED: {"holders": (partition(MOUNT), Holder(HolderKind.PARTITION, "/dev/sdz2", (SWAP,)))},
    RefusalReason.SWAP_IN_USE: {"holders": (partition(SWAP),)},
    RefusalReason.HELD: {"holders": (partition(Holder(HolderKind.ZFS, "tank")),)},
    RefusalReason.READ_ONLY: {"read_only": True},
    RefusalReason.VIRTUAL_NOT_ALLOWED: {"virtual": "loop"},
    RefusalReason.NO_IDENTITY: {"identity": Identity()},
    RefusalReason.ZONED: {"report": SelfReport(Way.ATA, format=Format(zoning=Zoning.HOST_MANAGED))},
    RefusalReason.IDENTITY_DIFFERS: {"report": SelfReport(Way.ATA, doubts=(Doubt("other-serial", Part.SERIAL),))},
    RefusalReason.LOCKED: {"report": SelfReport(Way.ATA, security=Security(supported=True, locked=True))},
    RefusalReason.MAY_BE_LOCKED: {
        "report": SelfReport(Way.ATA, locking=Locking(("opal-2",)), doubts=(Doubt("contradiction", Part.LOCKING),)),
    },
    RefusalReason.SHADOW_MBR: {"report": SelfReport(Way.NVME, locking=Locking(("opal-2",), shadow_mbr=True))},
    RefusalReason.SANITIZE_RUNNING: {"report": SelfReport(Way.NVME, sanitize=Sanitize(state=SanitizeState.IN_PROGRESS))},
    RefusalReason.HIDDEN_AREA: {"report": SelfReport(Way.ATA, hidden=HiddenAreas(hpa=HiddenArea(Presence.PRESENT, 8)))},
    RefusalReason.CAPACITY_DIFFERS: {"report": SelfReport(Way.ATA_BRIDGE, size=4_000_787_030_016)},
}


def test_a_drive_that_nothing_stands_in_the_way_of_is_offered(a_drive):
    assert overwrite.assess(a_drive(), TermsFor()) == Offer(overwrite.ID)


@pytest.mark.parametrize("reason", RefusalReason)
def test_each_obstacle_is_refused_for_its_own_reason(a_drive, reason):
    drive = a_drive(**OBSTACLES[reason])
    answer = overwrite.assess(drive, TermsFor())
    assert isinstance(answer, RefusedTechnique)
    assert answer.reason is reason


@pytest.mark.parametrize("reason", RefusalReason)
def test_each_refusal_says_what_why_and_what_to_do_in_both_languages(a_drive, reason, language):
    answer = overwrite.assess(a_drive(**OBSTACLES[reason]), TermsFor())
    sentences = answer.error().sentences(language)
    assert all(len(sentence) > 5 for sentence in sentences)
    assert not any("{" in sentence for sentence in sentences)
    assert any("\u3040" <= character <= "\u9fff" for character in "".join(sentences)) == (language is Language.JAPANESE)
    assert answer.explanation == f"techniques.{reason.value}.why"


def test_partitions_alone_do_not_hold_a_drive(a_drive):
    assert first_obstacle(a_drive(holders=(partition(),)), TermsFor()) is None


def test_a_mount_above_an_array_counts_as_a_mount_and_the_way_to_it_is_named(a_drive, language):
    answer = overwrite.assess(a_drive(holders=(partition(ARRAY),)), TermsFor())
    assert answer.reason is RefusalReason.MOUNTED
    ways = {
        Language.JAPANESE: "パーティション /dev/sdz1 > RAID (md) md0 > 論理ボリューム (LVM) vg-data > マウント /home。",
        Language.ENGLISH: "partition /dev/sdz1 > RAID (md) md0 > logical volume (LVM) vg-data > mounted at /home.",
    }
    assert ways[language] in answer.error().sentences(language)[1]


def test_every_holder_is_named(a_drive, language):
    answer = overwrite.assess(a_drive(**OBSTACLES[RefusalReason.MOUNTED]), TermsFor())
    why = answer.error().sentences(language)[1]
    assert all(named in why for named in ("/dev/sdz1 > ", "/home", "/dev/sdz2 > "))


@pytest.mark.parametrize("kind", HolderKind)
def test_every_kind_of_holder_is_named_in_words(a_drive, kind, language):
    answer = overwrite.assess(a_drive(holders=(partition(Holder(kind, "some-name", (MOUNT,))),)), TermsFor())
    why = answer.error().sentences(language)[1]
    assert text(f"probe.list.holder-{kind}", language, name="some-name") in why


def test_a_holder_whom_nobody_names_is_told_as_in_the_list(a_drive, language):
    answer = overwrite.assess(a_drive(holders=(Holder(HolderKind.OTHER, EXCLUSIVE),)), TermsFor())
    assert UNNAMED_HOLDER == EXCLUSIVE
    assert text("probe.list.holder-exclusive", language) in answer.error().sentences(language)[1]


@pytest.mark.parametrize(
    ("earlier", "later"), [("too-small", "mounted"), ("boot-medium", "mounted"), ("mounted", "read-only"), ("read-only", "no-identity")]
)
def test_what_nobody_can_cure_comes_first_then_what_is_gravest(a_drive, earlier, later):
    both = {**OBSTACLES[RefusalReason(later)], **OBSTACLES[RefusalReason(earlier)]}
    assert first_obstacle(a_drive(**both), TermsFor()) is RefusalReason(earlier)


def test_a_virtual_drive_is_accepted_when_that_was_asked_for(a_drive):
    assert first_obstacle(a_drive(virtual="loop"), TermsFor(allow_virtual=True)) is None


@pytest.mark.parametrize("broken", [{"size": 0}, {"logical_sector": 0}, {"size": -512}])
def test_impossible_sizes_are_too_small(a_drive, broken):
    assert first_obstacle(a_drive(**broken), TermsFor()) is RefusalReason.TOO_SMALL


def test_a_drive_of_one_sector_is_large_enough(a_drive):
    assert first_obstacle(a_drive(size=512), TermsFor()) is None


def test_only_what_a_person_can_remove_is_curable():
    incurable = {reason.value for reason in RefusalReason if not reason.curable}
    assert incurable == {
        "no-medium", "no-capacity", "sector-format", "no-block-device", "no-namespace", "too-small", "not-whole-sectors",
        "stands-on-drive", "zoned",
    }  # fmt: skip


REFUSED_AS_TEXT = {
    ("mounted", Language.JAPANESE): (
        "/dev/sdz はマウントされています。",
        "使用中: パーティション /dev/sdz1 > マウント /home、パーティション /dev/sdz2 > スワップ /dev/sdz1。"
        "使用中のファイルがあるため、上書きしません。",
        "正しい媒体か確かめた上で、umount でマウントを解除し、計画し直してください。",
    ),
    ("mounted", Language.ENGLISH): (
        "/dev/sdz is mounted.",
        "In use: partition /dev/sdz1 > mounted at /home, partition /dev/sdz2 > swap /dev/sdz1. "
        "Files on it may be open, so it is not overwritten.",
        "Make sure that it is the right drive, unmount it with 'umount', then plan again.",
    ),
    ("swap-in-use", Language.JAPANESE): (
        "/dev/sdz はスワップとして使われています。",
        "使用中: パーティション /dev/sdz1 > スワップ /dev/sdz1。上書きすると、この機器の動作が壊れます。",
        "正しい媒体か確かめた上で、swapoff でスワップを止め、計画し直してください。",
    ),
    ("swap-in-use", Language.ENGLISH): (
        "/dev/sdz is used as swap.",
        "In use: partition /dev/sdz1 > swap /dev/sdz1. To overwrite it would break this machine.",
        "Make sure that it is the right drive, end the swapping with 'swapoff', then plan again.",
    ),
    ("read-only", Language.JAPANESE): (
        "/dev/sdz は読取り専用です。",
        "書込み禁止スイッチ、ドライブの保護機能、又は接続の設定により、書き込むことができません。",
        "書込み禁止スイッチを解除するか、「blockdev --setrw /dev/sdz」で書込みを許可してください。"
        "解除できない媒体は、物理的に破壊し、写真とともに記録してください。",
    ),
    ("read-only", Language.ENGLISH): (
        "/dev/sdz is read-only.",
        "A switch, the drive's own protection, or the way it is attached forbids writing.",
        "Lift the write protection: its switch, or 'blockdev --setrw /dev/sdz'. "
        "If it can't be lifted, destroy the medium physically and record it with photos.",
    ),
    ("too-small", Language.JAPANESE): (
        "/dev/sdz は小さすぎて上書きできません。",
        "容量が 511 バイトで、1 セクター (512 バイト) に足りません。",
        "接続と媒体の状態を確かめてください。容量が正しく表示されない媒体は、物理的に破壊し、写真とともに記録してください。",
    ),
    ("too-small", Language.ENGLISH): (
        "/dev/sdz is too small to be overwritten.",
        "Its capacity is 511 bytes, less than one sector of 512 bytes.",
        "Check connection and drive. A drive that does not show its right capacity is to be destroyed physically, recorded with photos.",
    ),
}


@pytest.mark.parametrize(("reason", "spoken"), REFUSED_AS_TEXT)
def test_the_refusal_reads_as_it_should(a_drive, reason, spoken):
    answer = overwrite.assess(a_drive(**OBSTACLES[RefusalReason(reason)]), TermsFor())
    assert answer.error().sentences(spoken) == REFUSED_AS_TEXT[reason, spoken]


@pytest.mark.parametrize("area", ["hpa", "dco", "ama", "capacity"])
def test_any_area_that_is_hidden_is_out_of_reach(a_drive, area):
    report = SelfReport(Way.ATA, hidden=HiddenAreas(**{area: HiddenArea(Presence.PRESENT)}))
    assert overwrite.assess(a_drive(report=report), TermsFor()).reason is RefusalReason.HIDDEN_AREA


def test_a_drive_locked_by_tcg_is_locked(a_drive):
    report = SelfReport(Way.NVME, locking=Locking(("opal-2",), locked=True))
    assert overwrite.assess(a_drive(report=report), TermsFor()).reason is RefusalReason.LOCKED


def test_what_a_drive_did_not_say_stands_in_no_ones_way(a_drive):
    report = SelfReport(Way.ATA, security=Security(supported=None), locking=Locking(()), sanitize=Sanitize())
    assert overwrite.assess(a_drive(report=report), TermsFor()) == Offer(overwrite.ID)


def test_a_drive_that_tells_the_size_that_the_kernel_sees_is_offered(a_drive):
    drive = a_drive()
    assert overwrite.assess(a_drive(report=SelfReport(Way.ATA, size=drive.size)), TermsFor()) == Offer(overwrite.ID)
