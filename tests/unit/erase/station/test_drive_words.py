"""What a drive says of itself, in sentences: every word of every closed set, in both languages, on lines that fit a screen."""

from dataclasses import replace
from enum import StrEnum

import pytest

from certify.foundation.messages import Language, has_text, text
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.mmc_registers import MmcDoubt
from erase.commands.nvme_controller import NvmeDoubt
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.tcg_discovery import Ssc, TcgDoubt
from erase.drive.facts import Bus, Drive, Fact, Identity, MediaType, Source
from erase.drive.inventory import Blindness, Controller, ControllerKind
from erase.drive.report import (
    Doubt,
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    Locking,
    MmcErase,
    Namespace,
    NvmeErase,
    NvmeParts,
    Part,
    Presence,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    Unseen,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.merging import DriveDoubt
from erase.station.columns import width
from erase.station.drive_words import controller_lines, told_by

DOUBTS: tuple[type[StrEnum], ...] = (AtaDoubt, NvmeDoubt, ScsiDoubt, MmcDoubt, TcgDoubt, DriveDoubt)
CODES = sorted({doubt.value for doubts in DOUBTS for doubt in doubts})
CLASSES = tuple(ssc.value for ssc in Ssc)
SCREEN = 160  # cells
DRIVE = Drive(
    nodes=("/dev/sda",),
    identity=Identity(serial=Fact("S", Source.IDENTIFY)),
    bus=Bus.ATA,
    media=MediaType.MAGNETIC,
    size=400_088_457_216,
    logical_sector=512,
    physical_sector=512,
    read_only=False,
    removable=False,
    virtual=None,
)
PRESENT = HiddenArea(Presence.PRESENT, 1000)
EVERYTHING = SelfReport(
    Way.ATA,
    hidden=HiddenAreas(PRESENT, PRESENT, HiddenArea(Presence.PRESENT), HiddenArea(Presence.UNKNOWN)),
    security=Security(True, True, True, True, True, True, True, 0xFFFE, 100, 200),
    sanitize=Sanitize(True, True, True, True, SanitizeState.IN_PROGRESS, 123),
    nvme_erase=NvmeErase(True, True, True, True, True),
    mmc_erase=MmcErase(True, True, True),
    locking=Locking(CLASSES, enabled=True, locked=True, shadow_mbr=True),
    encrypts=True,
    health=Health(HealthVerdict.FAILING, 1234, 5, 6, 7, 100, 40, 50),
    format=Format(520, 4096, 8, 1, Zoning.HOST_MANAGED, True),
    parts=NvmeParts((Namespace(1, 512, True), Namespace(2, None, False)), False, 10**12, 10**9, True, 2, 2),
)


def told(report, language=Language.JAPANESE, **changes):
    return list(told_by(replace(DRIVE, report=report, **changes)))


@pytest.mark.parametrize("code", CODES)
def test_every_doubt_has_its_sentence(code, language):
    assert has_text(f"drives.doubt-{code}", language)
    assert all(subject in text(f"drives.doubt-{code}", language, subject=subject) for subject in ("SMART", "HPA"))
    written = text(f"drives.doubt-{code}", language, subject="")
    assert any("\u3040" <= letter <= "\u9fff" for letter in written) == (language is Language.JAPANESE)


@pytest.mark.parametrize("part", Part)
def test_every_part_has_its_name_and_every_reason_its_sentence_for_it(part, language):
    for why in WhyUnseen:
        line = told(SelfReport(Way.ATA, unseen=(Unseen(part, why),)))[-1]
        assert text(f"drives.part-{part}", language) in line
        assert "drives." not in line


def test_every_kind_of_controller_and_of_blindness_is_named(language):
    for kind in ControllerKind:
        for blindness in Blindness:
            (line,) = controller_lines((Controller("0000:00:17.0", kind, None, None, None, None, None, 2, (blindness,)),))
            assert "0000:00:17.0" in line
            assert text(f"drives.controller-{kind}", language) in line
            assert width(line) <= SCREEN


@pytest.mark.parametrize("state", SanitizeState)
@pytest.mark.parametrize("zoning", Zoning)
def test_a_drive_with_everything_is_told_on_lines_that_fit(state, zoning, language):
    report = replace(
        EVERYTHING,
        sanitize=replace(EVERYTHING.sanitize, state=state),
        format=replace(EVERYTHING.format, zoning=zoning),
        doubts=tuple(Doubt(code, Part.PERSISTENT_MEMORY) for code in CODES),
        unseen=tuple(Unseen(part, why) for part, why in zip(Part, list(WhyUnseen) * 4, strict=False)),
    )
    lines = told(report, profiles=("a-family", "a-model"))
    assert [line for line in lines if width(line) > SCREEN] == []
    assert [line for line in lines if "drives." in line or "{" in line] == []
    assert len(lines) == len(set(lines)) or language is Language.ENGLISH or len(lines) > 50


def test_no_line_is_longer_than_the_screen_where_everything_failed_for_one_reason(language):
    for why in WhyUnseen:
        lines = told(SelfReport(Way.ATA, unseen=tuple(Unseen(part, why) for part in Part)))
        assert [line for line in lines if width(line) > SCREEN] == []
        assert all(any(text(f"drives.part-{part}", language) in line for line in lines) for part in Part)


def test_what_stands_in_the_way_comes_first():
    lines = told(EVERYTHING)
    assert lines[:2] == [
        "ATA セキュリティ: ロック中 (パスワードがないと読み書きできません)",
        "ATA セキュリティ: パスワードの試行回数を使い切っています (電源の入れ直しが必要です)",
    ]
    assert "隠し領域があります: HPA (Host Protected Area) (520.0 kB)" in lines  # 1000 of the drive's own sectors, of 520 bytes


def test_a_drive_that_told_nothing_is_not_said_to_have_no_ways_to_erase(language):
    silent = told(SelfReport(Way.ATA, unseen=(Unseen(Part.IDENTIFY, WhyUnseen.SILENT),)))
    assert text("drives.can-nothing", language) not in silent
    assert text("drives.can-nothing", language) in told(SelfReport(Way.ATA))


def test_locks_that_contradict_themselves_may_be_shut(language):
    lines = told(SelfReport(Way.ATA, locking=Locking(("opal-2",)), doubts=(Doubt("contradiction", Part.LOCKING),)))
    assert lines[0] == text("drives.tcg-may-be-locked", language)


def test_a_drive_that_was_not_asked_has_no_remarks():
    assert told(None) == []


def test_a_hidden_area_that_nothing_can_ask_for_is_told_of_once(language):
    asked = replace(EVERYTHING, hidden=HiddenAreas(), unseen=(Unseen(Part.HPA, WhyUnseen.NO_WAY), Unseen(Part.DCO, WhyUnseen.REFUSED)))
    lines = [line for line in told_by(replace(DRIVE, report=asked)) if text("drives.part-hpa") in line]
    assert lines == [
        text("drives.hidden-unknown", areas=tuple(text(f"drives.part-{part}") for part in ("hpa", "dco", "ama", "capacity-limit")))
    ]
    assert text("drives.unseen-refused", parts=(text("drives.part-dco"),)) in list(told_by(replace(DRIVE, report=asked)))
