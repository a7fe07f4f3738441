"""An eMMC's own word."""

from emulated_lines import ask_card
from emulators.clock import HandClock
from emulators.mmc.card import Card
from emulators.mmc.registers import Layout
from erase.commands.harmless import is_harmless
from erase.drive.facts import Identity
from erase.drive.report import HealthVerdict, MmcErase, Way
from erase.transports.loopback import LinkFault, Trouble


def test_a_card_is_shown_as_it_is():
    found = ask_card(Card(HandClock()))
    assert (found.report.way, found.report.size) == (Way.MMC, 8 << 20)
    assert found.report.mmc_erase == MmcErase(sanitize=True, secure_erase=True, secure_trim=True)
    assert (found.report.health.verdict, found.report.health.percent_used) == (HealthVerdict.PASSED, 10)
    assert found.report.format.write_cache is False
    assert [presence for presence, _ in found.hidden.values()] == ["not-applicable"] * 4
    assert found.asked.told.identity == Identity()  # its names are in the CID, which the kernel has read
    assert (found.doubts, found.unseen) == (set(), {})
    assert all(is_harmless(part) for parts in found.sent for part in parts)


def test_a_card_without_secure_erase_has_no_secure_trim_either():
    found = ask_card(Card(HandClock(), Layout(security=1 << 4)))
    assert found.report.mmc_erase == MmcErase(sanitize=False, secure_erase=False, secure_trim=False)


def test_a_card_that_is_gone_or_sends_half_of_it_tells_nothing():
    card = Card(HandClock())
    card.lies.gone = True
    assert ask_card(card).unseen == {"identify": "wire"}
    found = ask_card(Card(HandClock()), LinkFault(Trouble.SHORT_DATA))
    assert found.unseen == {"identify": "unbelievable"}
    assert found.doubts == {("length", "identify")}
    assert found.report.mmc_erase is None
