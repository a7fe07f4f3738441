"""Drives behind SCSI commands: who they are, who says so, how they are attached."""

import pytest

from erase.drive.facts import Bus, Fact, MediaType, Source

NAA = bytes.fromhex("0083000c 01030008")
SERIAL = bytes.fromhex("00800008")
ROTATING = bytes.fromhex("00b1003c2710") + bytes(58)  # 10 000 revolutions a minute
FLASH = bytes.fromhex("00b1003c0001") + bytes(58)


def only(machine):
    (drive,) = machine.probe().drives()
    return drive


def test_a_sata_disk_speaks_for_itself(machine, identify_data, information_page):
    machine.sata(
        vendor="ATA     ",
        model="Samsung SSD 870 ",
        vpd_pg89=information_page(identify_data["Samsung SSD 870 EVO 2TB"]),
        vpd_pg80=SERIAL + b"OTHER123",
    )
    drive = only(machine)
    assert drive.bus is Bus.ATA
    assert drive.media is MediaType.FLASH
    assert drive.identity.vendor is None
    assert drive.identity.model == Fact("Samsung SSD 870 EVO 2TB", Source.IDENTIFY)
    assert drive.identity.firmware == Fact("SVT02B6Q", Source.IDENTIFY)
    assert drive.identity.wwn == Fact("5002538f43000000", Source.IDENTIFY)
    assert drive.identity.serial.source is Source.IDENTIFY
    assert drive.identity.serial.value != "OTHER123"


def test_without_identify_the_inquiry_pages_of_an_adapter_speak(machine):
    machine.sata(model="WDC WD4000KD-00N", rev="1A01", vpd_pg80=SERIAL + b"WD-12345", vpd_pg83=NAA + bytes.fromhex("50014ee212345678"))
    drive = only(machine)
    assert drive.bus is Bus.ATA
    assert drive.identity.model == Fact("WDC WD4000KD-00N", Source.IDENTIFY)
    assert drive.identity.serial == Fact("WD-12345", Source.IDENTIFY)
    assert drive.identity.wwn == Fact("50014ee212345678", Source.IDENTIFY)
    assert drive.identity.vendor is None  # ATA is no maker
    assert drive.media is MediaType.UNKNOWN


def test_a_page_with_a_wrong_checksum_is_not_believed(machine, identify_data, information_page):
    page = bytearray(information_page(identify_data["Samsung SSD 870 EVO 2TB"]))
    page[200] ^= 0xFF
    machine.sata(model="SAFE", vpd_pg89=bytes(page), vpd_pg80=SERIAL + b"ABCD1234")
    drive = only(machine)
    assert drive.identity.model.value == "SAFE"
    assert drive.media is MediaType.UNKNOWN


def test_a_sas_drive_is_known_by_its_transport(machine):
    machine.sas(
        "sda",
        "8:0",
        0,
        vpd_pg80=SERIAL + b"Z1W0ABCD",
        vpd_pg83=NAA + bytes.fromhex("5000c500aabbccdd"),
        vpd_pgb1=ROTATING,
    )
    drive = only(machine)
    assert drive.bus is Bus.SAS
    assert drive.media is MediaType.MAGNETIC
    assert drive.identity.vendor == Fact("SEAGATE", Source.IDENTIFY)
    assert drive.identity.serial == Fact("Z1W0ABCD", Source.IDENTIFY)


def test_a_sata_disk_behind_a_sas_adapter_is_ata(machine):
    machine.sas("sda", "8:0", 0, vendor="ATA     ", model="ST380013AS")
    assert only(machine).bus is Bus.ATA


def test_a_bridge_speaks_for_the_drive_behind_it(machine):
    machine.usb(vpd_pgb1=FLASH, vpd_pg83=NAA + bytes.fromhex("5000c500aabbccdd"))
    drive = only(machine)
    assert drive.bus is Bus.USB
    # neither the page nor queue/rotational is the drive's own word
    assert drive.media is MediaType.UNKNOWN
    assert drive.identity.serial == Fact("DD5641988389F", Source.BRIDGE)
    assert {fact.source for fact in vars(drive.identity).values() if fact} == {Source.BRIDGE}


def test_the_bridges_own_serial_page_stands_above_its_usb_serial(machine):
    machine.usb(vpd_pg80=SERIAL + b"PAGE1234")
    assert only(machine).identity.serial == Fact("PAGE1234", Source.BRIDGE)


def test_a_bridge_that_passes_identify_on_lets_the_drive_speak(machine, identify_data, information_page):
    machine.usb(vpd_pg89=information_page(identify_data["Samsung SSD 870 EVO 2TB"]), vpd_pg83=NAA + bytes.fromhex("5000c500aabbccdd"))
    drive = only(machine)
    assert drive.bus is Bus.USB
    assert drive.media is MediaType.FLASH
    assert {fact.source for fact in vars(drive.identity).values() if fact} == {Source.IDENTIFY}
    assert drive.identity.wwn.value == "5002538f43000000"


def test_a_bridges_world_wide_name_is_not_put_beside_the_drives_own_names(machine, identify_data, information_page):
    machine.usb(vpd_pg89=information_page(identify_data["ST380013AS"]), vpd_pg83=NAA + bytes.fromhex("5000c500aabbccdd"))
    assert only(machine).identity.wwn is None


def test_identify_without_a_checksum_is_not_believed_behind_a_bridge(machine, identify_data, information_page):
    page = information_page(identify_data["ST33232A"])
    machine.usb(vpd_pg89=page)
    assert only(machine).identity.model == Fact("Generic", Source.BRIDGE)
    machine.sata(vpd_pg89=page)
    assert machine.probe().drive("/dev/sda").identity.model == Fact("ST33232A", Source.IDENTIFY)


def test_an_array_is_scsi_and_its_page_proves_nothing(machine):
    place = "/sys/devices/pci0000:00/0000:00:03.0/host4/target4:2:0/4:2:0:0"
    machine.scsi_disk(place, "sda", "8:0", 1000, files={"vendor": "DELL", "model": "PERC H710P", "rev": "3.13", "vpd_pgb1": FLASH})
    drive = only(machine)
    assert (drive.bus, drive.media) == (Bus.SCSI, MediaType.UNKNOWN)


def test_a_firewire_bridge_is_a_bridge_too(machine):
    place = "/sys/devices/pci0000:00/0000:00:05.0/fw1/fw1.0/host7/target7:0:0/7:0:0:0"
    machine.scsi_disk(place, "sda", "8:0", 1000, files={"vendor": "LaCie", "model": "D2", "rev": "1", "vpd_pg80": SERIAL + b"ABCD1234"})
    drive = only(machine)
    assert (drive.bus, drive.media) == (Bus.UNKNOWN, MediaType.UNKNOWN)
    assert drive.identity.serial.source is Source.BRIDGE


@pytest.mark.parametrize(("place", "kind"), [("pseudo_0/adapter0", "scsi_debug"), ("tcm_loop_0/tcm_loop_adapter_0", "tcm_loop")])
def test_stand_ins_for_tests_are_virtual_and_behave_as_drives(machine, identify_data, information_page, place, kind):
    files = {"vendor": "ATA     ", "model": "X", "rev": "1", "vpd_pg89": information_page(identify_data["Samsung SSD 870 EVO 2TB"])}
    machine.scsi_disk(f"/sys/devices/{place}/host2/target2:0:0/2:0:0:0", "sda", "8:0", 16384, files=files)
    drive = only(machine)
    assert (drive.virtual, drive.bus, drive.media) == (kind, Bus.VIRTUAL, MediaType.FLASH)
    assert drive.identity.serial.source is Source.IDENTIFY


def test_a_name_that_an_adapter_made_up_is_no_world_wide_name(machine):
    machine.sas("sda", "8:0", 0, vpd_pg83=NAA + bytes.fromhex("3000c500aabbccdd"))
    assert only(machine).identity.wwn is None


def test_hostile_names_arrive_harmless(machine):
    machine.sas(
        "sda",
        "8:0",
        0,
        vendor=b"\x1b[2J\xff\n",
        model=b"A" * 100_000,
        rev=b"\x9b31m",
        vpd_pg80=bytes.fromhex("0080000a") + b"AB\x1b]0;x\x07CD",
    )
    identity = only(machine).identity
    assert identity.vendor.value == "\\x1b[2J\\xff"
    assert identity.model.value == "A" * 254 + "…"
    assert identity.firmware.value == "\\x9b31m"
    assert identity.serial.value == "AB\\x1b]0;x\\x07CD"


def test_a_capacity_of_zero_is_told_with_its_reason(machine):
    machine.sas("sda", "8:0", 0, sectors=0)
    machine.usb(sectors=0)
    reader = machine.usb("sdv", "65:80", sectors=0)
    machine.file(f"{reader}/removable", "1\n")
    reasons = {drive.nodes[0]: (drive.size, drive.unusable) for drive in machine.probe().drives()}
    assert reasons == {"/dev/sda": (0, "no-capacity"), "/dev/sdu": (0, "no-capacity"), "/dev/sdv": (0, "no-medium")}


def test_a_disk_without_a_block_device_is_listed_with_its_reason(machine):
    place = "/sys/devices/pci0000:00/0000:00:02.0/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0"
    machine.scsi_device(place, files={"vendor": "NETAPP", "model": "X422", "rev": "NA01", "vpd_pg80": SERIAL + b"520BYTES"}, generic="sg3")
    drive = only(machine)
    assert drive.nodes == ("/dev/sg3",)
    assert drive.unusable == "no-block-device"
    assert (drive.size, drive.logical_sector, drive.sectors) == (0, 0, 0)
    assert drive.identity.serial.value == "520BYTES"
    assert drive.bus is Bus.SAS


def test_without_the_sg_driver_it_is_named_by_its_address(machine):
    machine.scsi_device("/sys/devices/pci0000:00/0000:00:02.0/host0/target0:0:1/0:0:1:0", files={"vendor": "X", "model": "Y", "rev": "Z"})
    assert only(machine).nodes == ("scsi:0:0:1:0",)


@pytest.mark.parametrize("kind", ["1", "3", "5", "12", "13", "30", "31"])
def test_tapes_enclosures_and_controllers_are_no_drives(machine, kind):
    place = "/sys/devices/pci0000:00/0000:00:02.0/host0/target0:0:1/0:0:1:0"
    machine.scsi_device(place, files={"type": kind, "vendor": "X", "model": "Y", "rev": "Z"}, generic="sg1")
    assert machine.probe().drives() == ()


def test_a_bridges_serial_is_plain(machine):
    machine.usb()
    machine.file("/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/serial", "DD  ５\n")
    assert only(machine).identity.serial == Fact("DD \\uff15", Source.BRIDGE)


@pytest.mark.parametrize(("vendor", "source_of_serial"), [("ATA     ", "IDENTIFY page"), ("Linux   ", "INQUIRY pages")])
def test_an_identify_page_counts_where_a_translation_layer_says_that_an_ata_drive_is_behind_it(
    machine, identify_data, information_page, vendor, source_of_serial
):
    place = "/sys/devices/pseudo_0/adapter0/host9/target9:0:0/9:0:0:0"
    page = information_page(identify_data["Samsung SSD 870 EVO 2TB"])
    files = {"vendor": vendor, "model": "scsi_debug", "rev": "0191", "vpd_pg89": page, "vpd_pg80": SERIAL + b"ABCD1234"}
    machine.scsi_disk(place, "sda", "8:0", 1000, files=files)
    (drive,) = machine.probe().drives()
    assert (drive.identity.serial.value == "ABCD1234") == (source_of_serial == "INQUIRY pages")
