"""An eMMC's own word: its EXT_CSD register (JESD84-B51 section 7.4). Its names are in the CID, which the kernel reads."""

from __future__ import annotations

from erase.commands import mmc_commands, mmc_ext_csd
from erase.commands.mmc_ext_csd import EndOfLife
from erase.commands.wire import MmcAnswer, MmcCommand
from erase.drive.facts import Identity
from erase.drive.report import (
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    MmcErase,
    Part,
    Presence,
    SelfReport,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.lines import Line, Notes, Told, Transport, silence

_ABSENT = HiddenArea(Presence.NOT_APPLICABLE)
_SECTOR = 512  # bytes; EXT_CSD counts in these, whatever the native sector


def ask_mmc(transport: Transport[tuple[MmcCommand, ...], tuple[MmcAnswer, ...]]) -> Told:
    """Everything that the card tells of itself."""
    notes = Notes()
    answers = Line(transport, notes).ask(Part.IDENTIFY, (mmc_commands.send_ext_csd(),))
    if not answers:
        return silence(Way.MMC, notes)
    register = mmc_ext_csd.ext_csd(answers[0].data)
    notes.doubt(Part.IDENTIFY, register.doubts)
    if register.revision is None:
        notes.miss(Part.IDENTIFY, WhyUnseen.UNBELIEVABLE)
        return silence(Way.MMC, notes)
    report = SelfReport(
        way=Way.MMC,
        size=register.user_size or None,
        hidden=HiddenAreas(_ABSENT, _ABSENT, _ABSENT, _ABSENT),
        mmc_erase=_erase(register),
        health=_health(register),
        format=Format(_SECTOR, metadata=0, protection=0, zoning=Zoning.NONE, write_cache=register.cache_enabled),
        doubts=tuple(notes.doubts),
        unseen=tuple(notes.unseen.values()),
    )
    return Told(Identity(), report)


def _erase(register: mmc_ext_csd.ExtCsd) -> MmcErase:
    secure = register.secure_erase is True
    return MmcErase(sanitize=register.sanitize is True, secure_erase=secure, secure_trim=secure and register.trim is True)


def _health(register: mmc_ext_csd.ExtCsd) -> Health:
    used = [life for life in (register.life_used_a, register.life_used_b) if life is not None]
    verdicts = {EndOfLife.NORMAL: HealthVerdict.PASSED, EndOfLife.WARNING: HealthVerdict.FAILING, EndOfLife.URGENT: HealthVerdict.FAILING}
    verdict = verdicts.get(register.end_of_life, HealthVerdict.UNKNOWN) if register.end_of_life is not None else HealthVerdict.UNKNOWN
    return Health(verdict, percent_used=max(used, default=None))
