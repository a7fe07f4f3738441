"""ATA disks under libata's translation: what they tell is what the model holds, and what they lie about calms nobody."""

import pytest

from emulated_lines import NODE, EmulatedLines, ask, ask_unit, target_of
from emulators.ata import Flaw, make_disk
from emulators.ata.host import password_block, send, send_ext
from emulators.ata.sanitize import SanitizeState as Emulated
from emulators.clock import HandClock
from emulators.fronts.drives import Traits, make_drive
from emulators.scsi.satl import Regime, SatlUnit
from erase.commands.harmless import is_harmless
from erase.drive.report import HealthVerdict, Locking, SanitizeState, Security, Way, Zoning
from erase.probe.asking.targets import Speech
from erase.transports.loopback import LinkFault, Trouble

SECTORS = 781422768  # of the disk of 400 GB
NOTHING = {"hpa": ("none", None), "dco": ("none", None), "ama": ("none", None), "capacity": ("not-applicable", None)}


def asked(disk, *faults, regime=Regime.LIBATA, **more):
    return ask_unit(SatlUnit(disk, regime, **more), Speech.ATA, *faults)


def test_an_honest_disk_is_shown_as_it_is():
    found = asked(make_disk("magnetic", serial="SERIAL-1"))
    identity, report = found.asked.told.identity, found.report
    assert (identity.model.value, identity.serial.value, identity.firmware.value) == ("ST3400633AS", "SERIAL-1", "3.AAH")
    assert (report.way, report.size) == (Way.ATA, SECTORS * 512)
    assert found.hidden == NOTHING
    assert report.security == Security(True, False, False, False, False, True, False, 0xFFFE, 168, 168)
    assert (report.sanitize.overwrite, report.sanitize.block_erase, report.sanitize.crypto) == (True, False, False)
    assert report.sanitize.state is SanitizeState.IDLE
    assert (report.health.verdict, report.health.reallocated, report.health.pending) == (HealthVerdict.PASSED, 0, 0)
    assert (report.health.celsius, report.health.power_on_hours) == (31, 12345)
    assert (report.format.logical, report.format.write_cache) == (512, True)
    assert (found.doubts, found.unseen) == (set(), {})


@pytest.mark.parametrize("name", ["flash", "magnetic", "magnetic-ama", "pata", "hybrid", "self-encrypting-flash", "host-managed"])
def test_no_area_is_seen_where_none_is_set(name):
    disk = make_disk(name)
    found = asked(disk)
    assert found.hidden == NOTHING
    assert found.report.size == disk.sectors * disk.sector
    assert found.doubts == set()


@pytest.mark.parametrize("volatile", [0, 1])
def test_a_host_protected_area_is_seen_to_the_sector(volatile):
    disk = make_disk("magnetic")
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1 - volatile, lba=SECTORS - 1001)
    assert disk.sectors == SECTORS - 1000
    found = asked(disk)
    assert found.hidden == NOTHING | {"hpa": ("present", 1000)}
    assert found.report.size == (SECTORS - 1000) * 512


def test_a_host_protected_area_of_a_disk_with_28_bits_is_seen_too():
    disk = make_disk("pata")
    whole = disk.sectors
    send(disk, 0xF8)
    send(disk, 0xF9, count=1, lba=whole - 11)
    assert asked(disk).hidden == NOTHING | {"hpa": ("present", 10)}


def _overlaid(disk, sectors):
    block = bytearray(send(disk, 0xB1, 0xC2).data)
    block[6:14] = (sectors - 1).to_bytes(8, "little")
    block[511] = 0
    block[511] = -sum(block) % 256
    assert send(disk, 0xB1, 0xC3, data=bytes(block)).status & 1 == 0


def test_a_configuration_overlay_is_seen_to_the_sector_beside_a_protected_area():
    disk = make_disk("magnetic")
    _overlaid(disk, SECTORS - 5000)
    assert asked(disk).hidden == NOTHING | {"dco": ("present", 5000)}
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1, lba=SECTORS - 5000 - 8 - 1)
    assert asked(disk).hidden == NOTHING | {"hpa": ("present", 8), "dco": ("present", 5000)}


def test_a_frozen_overlay_is_unknown_and_not_absent():
    disk = make_disk("magnetic")
    _overlaid(disk, SECTORS - 5000)
    send(disk, 0xB1, 0xC1)
    found = asked(disk)
    assert found.hidden == NOTHING | {"dco": ("unknown", None)}
    assert found.unseen == {"dco": "refused"}


def test_an_accessible_max_address_is_seen_to_the_sector():
    disk = make_disk("magnetic-ama")
    send_ext(disk, 0x78, 0x0001, lba=SECTORS - 77 - 1)
    assert asked(disk).hidden == NOTHING | {"ama": ("present", 77)}


@pytest.mark.parametrize("regime", list(Regime))
def test_in_no_regime_of_sense_data_a_hidden_area_is_taken_for_none(regime):
    disk = make_disk("magnetic")
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1, lba=SECTORS - 1001)
    found = asked(disk, regime=regime)
    assert found.hidden["hpa"] in (("present", 1000), ("unknown", None))
    if found.hidden["hpa"][0] == "unknown":
        assert found.unseen["hpa"] == "registers-lost"
        assert found.report.sanitize.state is SanitizeState.UNKNOWN
    assert found.asked.told.is_identified


@pytest.mark.parametrize("short", [1, 1000, SECTORS - 1])
def test_a_native_address_below_the_capacity_can_not_be_true_and_calms_nobody(short):
    def spoil(command, answer):
        if command.cdb[0] != 0x85 or command.cdb[14] != 0x27:  # ATA PASS-THROUGH(16), READ NATIVE MAX ADDRESS EXT
            return answer
        lba, sense = (SECTORS - 1 - short).to_bytes(6, "little"), bytearray(answer.sense)
        for place, byte in zip((15, 17, 19, 14, 16, 18), lba, strict=True):  # ATA Status Return descriptor from byte 8 (SAT-5)
            sense[place] = byte
        return type(answer)(answer.status, answer.data, bytes(sense))

    found = ask(EmulatedLines(units={NODE: SatlUnit(make_disk("magnetic"))}, spoil=spoil), target_of(Speech.ATA))
    assert found.hidden["hpa"] == ("unknown", None)
    assert found.unseen["hpa"] == "unbelievable"


def test_without_a_native_address_a_larger_overlay_still_shows_that_something_is_hidden():
    disk = make_disk("magnetic")
    _overlaid(disk, SECTORS - 5000)
    found = asked(disk, regime=Regime.LOST)
    assert found.hidden == NOTHING | {"hpa": ("unknown", None), "dco": ("present", None)}


def test_a_disk_that_does_not_tell_its_features_may_hide_anything():
    found = asked(make_disk("magnetic", words={82: 0, 83: 0, 84: 0}))
    assert [presence for presence, _ in found.hidden.values()] == ["unknown", "unknown", "unknown", "not-applicable"]
    assert found.report.security == Security(supported=None)
    assert {part: found.unseen[part] for part in ("hpa", "dco", "ama")} == dict.fromkeys(("hpa", "dco", "ama"), "unbelievable")
    assert ("features-not-told", "identify") in found.doubts


def test_an_ama_is_unknown_where_a_recent_disk_leaves_the_words_out_that_would_tell():
    found = asked(make_disk("magnetic-ama", words={86: 0x3409, 119: 0, 80: 0x07F0}))
    assert found.hidden["ama"] == ("unknown", None)
    assert found.unseen == {"ama": "unbelievable"}


def test_a_disk_in_rom_mode_has_no_capacity_and_so_nothing_to_compare():
    found = asked(make_disk("rom-mode"))
    assert found.report.size is None
    assert found.hidden["hpa"] == ("unknown", None)


def test_a_locked_disk_says_so():
    disk = make_disk("magnetic")
    send(disk, 0xF1, data=password_block(b"secret"))
    disk.power_cycle()
    security = asked(disk).report.security
    assert (security.enabled, security.locked, security.frozen) == (True, True, False)


@pytest.mark.parametrize(("flaw", "attribute"), [(Flaw.FROZEN_BY_FIRMWARE, "frozen"), (Flaw.COUNT_EXPIRED, "count_expired")])
def test_a_frozen_disk_and_one_without_attempts_say_so(flaw, attribute):
    disk = make_disk("magnetic", flaws=[flaw])
    disk.power_cycle()
    assert getattr(asked(disk).report.security, attribute) is True
    assert getattr(asked(make_disk("magnetic")).report.security, attribute) is False


@pytest.mark.parametrize("word", [0x0024, 0x0025 | 0x0080, 0x0041])
def test_a_security_word_that_contradicts_itself_is_no_word_for_unlocked(word, monkeypatch):
    disk = make_disk("magnetic")
    monkeypatch.setattr(type(disk.security), "word_128", property(lambda self: word))
    found = asked(disk)
    assert found.report.security.locked is not False
    assert found.report.security.supported is None
    assert ("contradictory-security", "identify") in found.doubts
    assert found.unseen["security"] == "unbelievable"


def test_a_sanitize_that_runs_fails_freezes_or_is_stuck_is_told():
    clock = HandClock()
    disk = make_disk("flash", clock=clock, size=64 << 20)
    send_ext(disk, 0xB4, 0x12, lba=0x426B4572)
    clock.sleep(15)
    found = asked(disk)
    assert found.report.sanitize.state is SanitizeState.IN_PROGRESS
    assert 490 <= found.report.sanitize.progress_permille <= 510
    disk.flaws.add(Flaw.STUCK_AT_655)
    assert asked(disk).report.sanitize.progress_permille == 9
    disk.flaws.discard(Flaw.STUCK_AT_655)
    clock.sleep(60)
    assert asked(disk).report.sanitize.state is SanitizeState.SUCCEEDED
    failing = make_disk("flash", clock=clock, size=64 << 20, flaws=[Flaw.SANITIZE_FAILS])
    send_ext(failing, 0xB4, 0x12, lba=0x426B4572)
    clock.sleep(60)
    failing.tick()
    assert failing.sanitize.state is Emulated.SD3
    assert asked(failing).report.sanitize.state is SanitizeState.FAILED
    frozen = make_disk("flash", flaws=[Flaw.SANITIZE_FROZEN_BY_FIRMWARE])
    frozen.power_cycle()
    assert asked(frozen).report.sanitize.state is SanitizeState.FROZEN


def test_techniques_without_their_feature_set_are_no_capability():
    found = asked(make_disk("magnetic", words={59: 0xE000}))
    assert found.report.sanitize.overwrite is None
    assert found.report.sanitize.state is SanitizeState.UNKNOWN
    assert ("contradictory-sanitize", "identify") in found.doubts


def test_locks_of_a_self_encrypting_disk_are_told_where_the_kernel_lets_the_question_through():
    disk = make_disk("self-encrypting-flash")
    assert asked(disk).unseen["locking"] == "no-way"
    assert asked(disk).report.locking is None
    disk.trusted.take_ownership(shadow_mbr=b"loader")
    disk.power_cycle()
    found = asked(disk, allow_tpm=True)
    assert found.report.locking == Locking(("opal-2",), enabled=True, locked=True, shadow_mbr=True)
    disk.trusted.unlock()
    assert asked(disk, allow_tpm=True).report.locking == Locking(("opal-2",), enabled=True, locked=False, shadow_mbr=False)


@pytest.mark.parametrize("flags", [0b000101, 0b000010 | 0b100, 0b1010001])
def test_locks_that_contradict_themselves_are_neither_open_nor_shut(flags):
    def spoil(command, answer):
        if answer.data[:4] and command.cdb[0] == 0x85 and command.cdb[14] == 0x5C:
            data = bytearray(answer.data)
            data[data.index(b"\x00\x02\x10\x0c") + 4] = flags
            return type(answer)(answer.status, bytes(data), answer.sense)
        return answer

    lines = EmulatedLines(units={NODE: SatlUnit(make_disk("self-encrypting-flash"), allow_tpm=True)}, spoil=spoil)
    found = ask(lines, target_of(Speech.ATA))
    assert found.report.locking == Locking(("opal-2",))
    assert ("contradiction", "locking") in found.doubts


def test_a_disk_that_hangs_costs_one_time_out():
    found = asked(make_disk("magnetic", flaws=[Flaw.HUNG]))
    assert found.unseen["identify"] == "silent"
    assert len(found.sent) == 1
    assert not found.asked.told.is_identified


def test_a_disk_that_hangs_in_the_middle_gets_no_further_command():
    found = asked(make_disk("magnetic"), LinkFault(Trouble.TIME_OUT, first=4, last=4))
    whole = asked(make_disk("magnetic"))
    assert found.asked.told.identity == whole.asked.told.identity
    assert len(found.sent) == 4
    assert set(found.unseen.values()) == {"silent"}
    assert found.hidden["dco"] == ("unknown", None)


def test_a_disk_that_is_gone_is_not_asked_again():
    found = asked(make_disk("magnetic", flaws=[Flaw.GONE]))
    assert found.unseen["identify"] == "wire"
    assert len(found.sent) == 1


@pytest.mark.parametrize("trouble", [Trouble.SHORT_DATA, Trouble.REGISTERS_LOST, Trouble.SENSE_TRUNCATED, Trouble.HOST_ERROR])
@pytest.mark.parametrize("first", range(14))
def test_no_trouble_of_the_link_makes_a_hidden_area_vanish(trouble, first):
    disk = make_disk("magnetic")
    send_ext(disk, 0x27)
    send_ext(disk, 0x37, count=1, lba=SECTORS - 1001)
    found = asked(disk, LinkFault(trouble, first=first))
    assert found.hidden["hpa"] in (("present", 1000), ("unknown", None))
    assert found.report.security is None or found.report.security.locked in (False, None)


def test_a_unit_attention_is_asked_once_more():
    unit = SatlUnit(make_disk("magnetic"))
    told = []

    def spoil(command, answer):
        if command.cdb[0] == 0x85 and command.cdb[14] == 0x27 and not told:
            told.append(command)
            return type(answer)(2, b"", bytes.fromhex("7000060000000000000000002900000000"))
        return answer

    found = ask(EmulatedLines(units={NODE: unit}, spoil=spoil), target_of(Speech.ATA))
    assert found.hidden == NOTHING
    assert [command.cdb[14] for command in found.sent].count(0x27) == 2


def test_of_two_who_speak_of_zones_the_stricter_counts():
    drive = make_drive("host-managed", "x", HandClock())
    found = ask_unit(drive.units[0], Speech.ATA)
    assert found.report.format.zoning in (Zoning.UNKNOWN, Zoning.HOST_MANAGED)


@pytest.mark.parametrize("kind", ["flash", "magnetic", "magnetic-ama", "pata", "self-encrypting-flash", "hybrid"])
def test_what_goes_over_the_wire_is_pass_through_of_reading_commands(kind):
    drive = make_drive(kind, "x", HandClock(), traits=Traits(number=3))
    before = drive.inside.inspect()
    sent = ask_unit(drive.units[0], Speech.ATA).sent
    assert {command.cdb[0] for command in sent} == {0x85}
    reading = {0x27, 0x2F, 0x5C, 0x78, 0xB0, 0xB1, 0xB4, 0xEC, 0xF8}
    assert {command.cdb[14] for command in sent} <= reading
    assert all(command.cdb[4] in (0xD0, 0xDA) for command in sent if command.cdb[14] == 0xB0)
    assert all(command.cdb[4] == 0xC2 for command in sent if command.cdb[14] == 0xB1)
    assert all(command.cdb[3:7] == bytes(4) for command in sent if command.cdb[14] == 0xB4)
    assert drive.inside.inspect() == before
    assert not any(is_harmless(command) for command in sent)  # wrapped, nobody can tell: the list is asked before wrapping
