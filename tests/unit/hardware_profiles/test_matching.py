"""Real ids and model names against the profiles shipped: what must match, and the siblings that must not."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from benchmarking import profiles
from hardware_profiles import Subject, look_up, lookup
from hardware_profiles.ids import FirmwareSeries, Span, id_pattern, releases
from hardware_profiles.lookup import Book, book
from hardware_profiles.rules import Compiled
from hardware_profiles.vocabulary import (
    After,
    Before,
    Cap,
    Command,
    Identity,
    Kind,
    PassThrough,
    Preference,
    Registers,
    Report,
    Stuck,
    Transport,
)

ATA, SCSI, NVME, MMC = Kind.ATA, Kind.SCSI, Kind.NVME, Kind.MMC


def usb(vendor: int, product: int, release: int | None = None) -> Subject:
    return Subject(transport=Transport.USB, usb_vendor=vendor, usb_product=product, usb_release=release)


def pci(vendor: int, device: int, kind: Kind | None = NVME) -> Subject:
    return Subject(kind=kind, transport=Transport.PCIE, pci_vendor=vendor, pci_device=device)


def drive(kind: Kind, model: str, firmware: str | None = None, vendor: str | None = None) -> Subject:
    return Subject(kind=kind, model=model, firmware=firmware, vendor=vendor)


def names(subject: Subject) -> list[str]:
    return [profile.name for profile in look_up(subject).entries]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (drive(NVME, "INTEL SSDPEKNW512G8", "002C"), ["intel-660p-sanitize-stuck"]),
        (drive(NVME, "INTEL SSDPEKNW010T8"), ["intel-660p-sanitize-stuck"]),
        (drive(NVME, "HFS001TEJ9X101N", "51000A20"), ["hynix-pc801-erase"]),
        (drive(NVME, "SAMSUNG MZVKV512HAJH-000L1"), ["samsung-pm951-pm961-format"]),
        (drive(NVME, "SAMSUNG MZVLW256HEHP-000L7"), ["samsung-pm961-psid", "samsung-pm951-pm961-format"][::-1]),
        (drive(NVME, "Samsung SSD 970 EVO 250GB"), ["samsung-970-evo-psid"]),
        (drive(NVME, "WDC PC SN730 SDBQNTY-256G-1001", "11170101"), ["wd-sn730-psid"]),
        (drive(NVME, "LENSE20512GMSP34MEAT2TA"), ["lenovo-lense2-format"]),
        (drive(ATA, "ST31500341AS", "SD17"), ["seagate-barracuda-sd15-flush"]),
        (drive(ATA, "ST1000LM035-1RK172", "LCM1"), ["seagate-st1000lm035-pattern"]),
        (drive(ATA, "HDS724040KLSA80", "KFAOA20N"), ["hitachi-hds724040klsa80-hpa"]),
        (drive(ATA, "OCZ-VERTEX", "1.30"), ["ocz-vertex-fua", "ocz-vertex-130-hpa"]),
        (drive(ATA, "SATADOM-ML 3ME"), ["innodisk-satadom-log"]),
        (drive(ATA, "SanDisk SD8SN8U512G1002"), ["sandisk-sd7-sd9-trim"]),
        (drive(ATA, "INTEL SSDSC2MH120A2"), ["intel-510-zero-reads"]),
        (drive(ATA, 'SAMSUNG SSD PM810 FDE 2.5" 256GB', "AXM77D1Q"), ["samsung-pm810-opal1"]),
        (drive(ATA, "Samsung SSD 840 EVO 250GB", "EXT0DB6Q"), ["samsung-840-850-queued-trim", "samsung-840-evo-log-dma"]),
        (drive(SCSI, "PX04SMQ160", "0802", "TOSHIBA"), ["toshiba-sas-format-size", "toshiba-px04smq160-psid"]),
        (drive(MMC, "MAG4FA"), ["samsung-movinand-secure-erase"]),
        (pci(0x8086, 0xF1A5), ["intel-600p-write-zeroes"]),
        (pci(0x144D, 0xA822), ["samsung-pm1725-reset-wait", "samsung-pm1725a-write-zeroes"]),
        (pci(0x1E4B, 0x1602), ["maxio-nid"]),
        (usb(0x152D, 0x0583, 0x0414), ["jms583-nvme", "jms583-sata-variant"]),
        (usb(0x152D, 0x0583, 0x0205), ["jms583-nvme"]),
        (usb(0x174C, 0x2362), ["asm2362"]),
        (usb(0x0BDA, 0x9210, 0x2001), ["rtl9210"]),
        (usb(0x0411, 0x039D), ["buffalo-ssd-psta"]),
        (usb(0x059B, 0x0070), ["iomega-prestige-registers"]),
        (usb(0x04B4, 0x6830, 0x0001), ["cypress-at2"]),
        (usb(0x04B4, 0x6830, 0x0240), ["cypress-at2lp"]),
        (usb(0x1058, 0x259B), ["wd-passport-encrypting"]),
        (usb(0x1058, 0x266E), ["wd-passport-encrypting", "sandisk-extreme-portable"]),
        (usb(0x0BC2, 0x3312), ["seagate-usb-ata-blocked"]),
        (usb(0x8888, 0x7777), ["generic-m2-sata-8888"]),
        (pci(0x1000, 0x0097, ATA), ["sas-hba-sata-refresh", "lsi-sas3008-registers"]),
        (Subject(transport=Transport.RAID, pci_vendor=0x9005, pci_device=0x028F), ["hpe-smart-array-raid"]),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_real_hardware_is_known_from_general_to_specific(subject: Subject, expected: list[str]) -> None:
    assert names(subject) == expected


@pytest.mark.parametrize(
    "subject",
    [
        drive(NVME, "INTEL SSDPEKNU512GZ"),  # 670p, not 660p
        drive(NVME, "INTEL SSDPEKKF512G8L"),  # the same family, another size
        drive(NVME, "HFS001TEJ9X101N", "51000A30"),  # newer firmware
        drive(NVME, "HFS001TEJ9X102N", "51000A20"),
        drive(NVME, "Samsung SSD 980 PRO 1TB"),
        drive(NVME, "WDC PC SN720 SDAQNTW-256G"),
        drive(ATA, "ST31500341AS", "SD1A"),
        drive(ATA, "ST31500341AS", "SD20"),
        drive(ATA, "ST31500341AS", "SD14"),
        drive(ATA, "ST31500341AS", "SD159"),
        drive(ATA, "ST31500341AS"),  # firmware not known
        drive(ATA, "ST1000LM035-2RK172"),
        drive(ATA, "HDS724040KLSA80", "KFAOA32A"),
        drive(ATA, "SATADOM-ML 3ME2"),
        drive(ATA, "SanDisk SDSSDX120GG25"),
        drive(ATA, "INTEL SSDSC2BW120A4"),
        drive(ATA, "WDC WD3200JD-00KLB0"),  # only one drive of this model is at fault
        drive(ATA, "Samsung HD103SJ"),
        drive(SCSI, "Samsung SSD 840 EVO 250GB"),  # a name of ATA, seen through SCSI
        drive(MMC, "MAG2GC"),
        pci(0x8086, 0xF1A8),
        pci(0x144D, 0xA808),
        pci(0x1000, 0x0097, SCSI),
        Subject(kind=SCSI, transport=Transport.SAS, pci_vendor=0x9005, pci_device=0x028F),  # in host adapter mode
        usb(0x152D, 0x0580),
        usb(0x174C, 0x1153),
        usb(0x04B4, 0x6830, 0x0100),
        usb(0x04B4, 0x6830),
        Subject(),
        Subject(kind=ATA, transport=Transport.SATA),
    ],
    ids=lambda subject: f"{subject.model} {subject.firmware} {subject.usb_product} {subject.pci_device}",
)
def test_siblings_are_not_taken_for_it(subject: Subject) -> None:
    assert look_up(subject).entries == ()


def test_the_970_evo_plus_is_not_the_970_evo() -> None:
    assert names(drive(NVME, "Samsung SSD 970 EVO Plus 500GB")) == ["samsung-970-evo-plus-locked-format"]


def test_a_fault_of_one_single_drive_is_that_drives_alone() -> None:
    model = "WDC WD3200JD-00KLB0"
    assert [one.name for one in look_up(Subject(kind=ATA, model=model, serial="WD-WCAMR1130137")).entries] == ["wd-jd-hpa-single-drives"]
    assert look_up(Subject(kind=ATA, model=model, serial="WD-WCAMR1130138")).entries == ()


def test_padding_of_fixed_fields_is_no_part_of_a_name() -> None:
    assert names(drive(ATA, "ST31500341AS                            ", "SD17    ")) == ["seagate-barracuda-sd15-flush"]
    assert names(drive(SCSI, "PX04SMQ160      ", "0802", "TOSHIBA ")) == ["toshiba-sas-format-size", "toshiba-px04smq160-psid"]


def test_a_serial_is_not_shown_in_a_representation() -> None:
    assert "S3CRET" not in repr(Subject(serial="S3CRET"))


def test_the_stuck_sanitize_of_the_660p_is_forbidden_and_left_alone_where_it_runs() -> None:
    found = look_up(drive(NVME, "INTEL SSDPEKNW512G8", "002C"))
    assert found.quirks.forbid == {Command.NVME_SANITIZE_BLOCK_ERASE, Command.NVME_SANITIZE_CRYPTO_ERASE, Command.NVME_SANITIZE_OVERWRITE}
    assert found.quirks.stuck_rule is not None
    assert (found.quirks.stuck_rule.progress, found.quirks.stuck_rule.then) == (655, Stuck.LEAVE_ALONE)
    assert [one.name for one in found.forbidding(Command.NVME_SANITIZE_BLOCK_ERASE)] == ["intel-660p-sanitize-stuck"]
    assert found.forbidding(Command.NVME_FORMAT_USER_DATA_ERASE) == ()


def test_what_is_read_of_bridges_is_what_their_profiles_say() -> None:
    assert look_up(usb(0x174C, 0x2362)).quirks.pass_through is PassThrough.ASMEDIA_NVME
    assert Command.NVME_FORMAT_CRYPTO_ERASE in look_up(usb(0x174C, 0x2362)).quirks.forbid
    assert look_up(usb(0x059B, 0x0070)).quirks.registers is Registers.MISSING
    assert look_up(usb(0x152D, 0x0567)).quirks.max_transfer_sectors == 255
    assert look_up(usb(0x04B4, 0x6830, 0x0001)).quirks.pass_through is PassThrough.NONE
    assert look_up(usb(0x04B4, 0x6830, 0x0001)).quirks.claim_cap is Cap.CLEAR
    assert look_up(usb(0x152D, 0x0583, 0x0414)).quirks.before == (Before.TRY_ATA_IDENTIFY,)
    assert look_up(usb(0x152D, 0x0583, 0x0414)).quirks.pass_through is PassThrough.SAT_16
    assert look_up(usb(0x152D, 0x0583, 0x0205)).quirks.pass_through is PassThrough.JMICRON_NVME
    assert look_up(usb(0x152D, 0x0583, 0x0205)).origin["pass_through"] == ("jms583-nvme",)
    assert look_up(usb(0x0BC2, 0x3312)).quirks.boot_option == ("usb-storage.quirks=*:u",)


def test_what_is_read_of_drives_is_what_their_profiles_say() -> None:
    assert look_up(drive(ATA, "ST1000LM035-1RK172")).quirks.expect_pattern == b"\x33\xcc\x55\xaa"
    assert look_up(drive(ATA, "SanDisk SD9SN8W256G")).quirks.max_trim_sectors == 128 * 1024 * 1024 // 512
    assert look_up(drive(ATA, "INTEL SSDSC2MH250A2")).quirks.zero_reads_not_trusted
    assert look_up(drive(ATA, "ST340823A")).quirks.not_proof == {Report.NATIVE_MAX_ADDRESS}
    assert look_up(drive(NVME, "SAMSUNG MZVKW512HMJP")).quirks.before == (Before.SUSPEND,)
    assert look_up(drive(NVME, "KINGSTON SA2000M8500G")).quirks.after == (After.RESCAN, After.DROP_CACHES)
    assert look_up(pci(0x1E4B, 0x1202)).quirks.identity == {Identity.NID_NOT_UNIQUE}
    assert look_up(drive(NVME, "HFS001TEJ9X101N", "51000A20")).quirks.prefer == (Preference.MAKERS_TOOL, Preference.OVERWRITE)


def test_the_origin_of_each_value_is_told() -> None:
    found = look_up(drive(ATA, "OCZ-VERTEX", "1.30"))
    assert found.origin == {
        "forbid": ("ocz-vertex-fua", "ocz-vertex-130-hpa"),
        "not_proof": ("ocz-vertex-130-hpa",),
        "claim_cap": ("ocz-vertex-130-hpa",),
    }


def test_nothing_known_means_no_quirk() -> None:
    nothing = look_up(Subject())
    assert (nothing.origin, nothing.quirks.forbid, nothing.quirks.claim_cap) == ({}, frozenset(), Cap.PURGE)
    assert nothing.quirks.pass_through is None


@pytest.mark.parametrize(
    ("firmware", "expected"),
    [
        ("SD15", True),
        ("SD19", True),
        ("SD14", False),
        ("SD20", False),
        ("SD1", False),
        ("SD159", False),
        ("SD1A", False),
        ("CC15", False),
        ("SD１５", False),
    ],
)
def test_firmware_has_an_order_only_within_its_series(firmware: str, expected: bool) -> None:
    assert FirmwareSeries("SD", 2, Span(15, 19)).matches(firmware) is expected


@pytest.mark.parametrize(
    ("firmware", "expected"), [("1.03", True), ("1.07", True), ("1.3", False), ("1.003", False), ("1.", False), ("1.-3", False)]
)
def test_numbers_of_another_length_are_of_another_series(firmware: str, expected: bool) -> None:
    assert FirmwareSeries("1.", 2, Span(3, 7)).matches(firmware) is expected


def test_what_is_not_known_matches_no_rule_that_asks_for_it() -> None:
    known = {"kind": ATA, "model": "OCZ-VERTEX", "firmware": "1.30"}
    assert look_up(Subject(**known)).entries
    for key in ("kind", "model"):
        assert look_up(Subject(**{name: value for name, value in known.items() if name != key})).entries == ()
    assert names(Subject(kind=ATA, model="OCZ-VERTEX")) == ["ocz-vertex-fua"]


def test_ids_are_read_as_lsusb_and_lspci_print_them() -> None:
    assert id_pattern("152d:0583").matches(0x152D, 0x0583)
    assert id_pattern("152d:*").matches(0x152D, 0xFFFF)
    assert not id_pattern("152d:*").matches(None, None)
    assert not id_pattern("152d:0583").matches(0x152D, None)
    assert releases("0100-0205") == Span(0x100, 0x205)
    assert not releases("0414").matches(None)


def test_the_index_finds_what_trying_every_profile_finds() -> None:
    whole = book()
    subjects = [
        usb(0x1058, 0x266E),
        drive(ATA, "OCZ-VERTEX", "1.30"),
        pci(0x144D, 0xA80B),
        drive(NVME, "SKHynix PC601A"),
        drive(SCSI, "X", None, "TOSHIBA"),
    ]
    for subject in subjects:
        tried = {profile.name for profile in whole.profiles if Compiled(profile.match).specificity(subject) is not None}
        assert tried == set(names(subject))
        assert tried


def test_two_profiles_of_one_name_are_not_loaded() -> None:
    with pytest.raises(ValueError, match="two profiles are named"):
        Book(book().profiles + book().profiles[:1])


def test_a_look_up_tries_few_of_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    specificity = Compiled.specificity
    monkeypatch.setattr(Compiled, "specificity", lambda rule, subject: tried.append(rule) or specificity(rule, subject))
    for subject in profiles.SUBJECTS:
        tried.clear()
        look_up(subject)
        assert len(tried) < len(book().profiles) / 5


@pytest.mark.parametrize(("seconds", "status"), [(0.0001, 0), (0.002, 1)])
def test_the_benchmark_refuses_a_slow_look_up(seconds: float, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    ticks = itertools.count()
    assert profiles.run(assert_goals=True, clock=lambda: next(ticks) * seconds) == status
    assert profiles.run(assert_goals=False, clock=lambda: next(ticks) * seconds) == 0
    assert ("MISSED" in capsys.readouterr().out) is bool(status)


def test_threads_that_ask_at_the_same_time_read_the_files_once(monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[int] = []
    shipped = lookup.shipped

    def counted() -> Iterator[tuple[str, str]]:
        readings.append(1)
        time.sleep(0.05)  # another thread's turn
        yield from shipped()

    monkeypatch.setattr(lookup, "shipped", counted)
    lookup._book.cache_clear()
    threads = [threading.Thread(target=look_up, args=(Subject(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(readings) == 1
