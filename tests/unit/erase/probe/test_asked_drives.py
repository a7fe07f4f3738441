"""The whole probe over a machine of files whose drives are emulated: everyone is asked, nobody waits, nobody is mixed up."""

import os
import uuid
from pathlib import Path

import pytest

from certify.foundation.messages import Language
from emulated_lines import EmulatedLines
from emulators.ata import Flaw, make_disk
from emulators.ata.host import send_ext
from emulators.clock import HandClock
from emulators.fronts.drives import Traits, make_drive
from emulators.nvme.personality import PERSONALITIES
from emulators.nvme.subsystem import Subsystem
from emulators.scsi.bridge import Bridge, BridgeTraits
from emulators.scsi.satl import SatlUnit
from erase.drive.facts import Source, Unusable
from erase.drive.report import Presence, Way, WhyUnseen
from erase.errors import Refused
from hardware_profiles import ProfileError

SECTORS = 781422768
PCI = "/sys/devices/pci0000:00"


def sata_pages(disk):
    """VPD page 80h as the kernel keeps it: the disk's serial number."""
    serial = (disk.serial or "").rjust(20).encode()
    return bytes([0, 0x80, 0, len(serial)]) + serial


def add_sata(machine, lines, name, number, disk):
    machine.sata(name, number, sectors=disk.sectors, model="ST3400633AS", vpd_pg80=sata_pages(disk))
    lines.units[f"/dev/{name}"] = SatlUnit(disk)


def test_every_drive_is_asked_for_itself(machine):
    lines = EmulatedLines()
    first, second = make_disk("magnetic", serial="SERIAL-1"), make_disk("magnetic", serial="SERIAL-2")
    send_ext(second, 0x27)
    send_ext(second, 0x37, count=1, lba=SECTORS - 1001)
    add_sata(machine, lines, "sda", "8:0", first)
    add_sata(machine, lines, "sdb", "8:16", second)
    one, two = machine.probe(lines=lines).drives()
    assert (one.identity.serial.value, two.identity.serial.value) == ("SERIAL-1", "SERIAL-2")
    assert one.report.hidden.hpa.presence is Presence.NONE
    assert (two.report.hidden.hpa.presence, two.report.hidden.hpa.sectors) == (Presence.PRESENT, 1000)


def test_a_silent_drive_keeps_nobody_waiting_and_its_own_names(machine):
    lines = EmulatedLines()
    add_sata(machine, lines, "sda", "8:0", make_disk("magnetic", serial="SERIAL-1", flaws=[Flaw.HUNG]))
    add_sata(machine, lines, "sdb", "8:16", make_disk("magnetic", serial="SERIAL-2"))
    silent, other = machine.probe(lines=lines).drives()
    assert silent.identity.serial.value == "SERIAL-1"
    assert silent.report.unseen[0].why is WhyUnseen.SILENT
    assert len(lines.sent["/dev/sda"]) == 1
    assert other.report.unseen == ()


def test_a_drive_that_was_exchanged_behind_the_kernels_back_stands_under_its_own_names(machine):
    lines = EmulatedLines()
    add_sata(machine, lines, "sda", "8:0", make_disk("magnetic", serial="SERIAL-1"))
    lines.units["/dev/sda"] = SatlUnit(make_disk("magnetic", serial="SERIAL-2"))
    (drive,) = machine.probe(lines=lines).drives()
    assert drive.identity.serial.value == "SERIAL-2"
    assert drive.identity.wwn is None or drive.identity.wwn.source is Source.IDENTIFY
    assert [doubt.code for doubt in drive.report.doubts] == ["other-serial"]


def test_behind_a_bridge_the_drives_names_win(machine):
    machine.usb("sdu", sectors=SECTORS)
    disk = make_disk("magnetic", serial="SERIAL-1")
    lines = EmulatedLines(units={"/dev/sdu": Bridge(SatlUnit(disk), BridgeTraits(serial="DD5641988389F"))})
    (drive,) = machine.probe(lines=lines).drives()
    assert (drive.identity.serial.value, drive.identity.serial.source) == ("SERIAL-1", Source.IDENTIFY)
    assert drive.identity.vendor is None
    assert drive.report.way is Way.ATA_BRIDGE
    cut = EmulatedLines(units={"/dev/sdu": Bridge(SatlUnit(disk), BridgeTraits(passes_through=False))})
    (nameless,) = machine.probe(lines=cut).drives()
    assert nameless.identity.serial.source is Source.BRIDGE
    assert nameless.report.hidden.hpa.presence is Presence.UNKNOWN


def test_both_ports_of_a_disk_are_one_drive_that_is_asked_once(machine):
    disk = make_drive("sas-two-ports", "x", HandClock(), traits=Traits(number=1))
    pages = {
        "vpd_pg80": bytes.fromhex("0080") + len(b"K4EMU001").to_bytes(2, "big") + b"K4EMU001",
        "vpd_pg83": bytes.fromhex("0083000c 01030008 5000cca25d000010"),
    }
    lines = EmulatedLines()
    for path, (name, number) in enumerate((("sda", "8:0"), ("sdb", "8:16"))):
        machine.sas(name, number, path, sectors=131072, **pages)
        lines.units[f"/dev/{name}"] = disk.units[path]
    (drive,) = machine.probe(lines=lines).drives()
    assert drive.nodes == ("/dev/sda", "/dev/sdb")
    assert drive.report.hidden.hpa.presence is Presence.NOT_APPLICABLE
    assert len(lines.sent) == 1


def test_a_disk_of_520_bytes_is_asked_through_its_generic_node(machine):
    place = f"{PCI}/0000:00:02.0/host4/port-4:0/end_device-4:0/target4:0:0/4:0:0:0"
    machine.scsi_device(
        place, files={"vendor": "HGST    ", "model": "HUS726040ALS210 ", "sas_address": "0x5000cca25d000001"}, generic="sg3"
    )
    lines = EmulatedLines(units={"/dev/sg3": make_drive("sas-520", "x", HandClock()).units[0]})
    (drive,) = machine.probe(lines=lines).drives()
    assert (drive.unusable, drive.report.format.logical) == (Unusable.SECTOR_FORMAT, 520)
    assert drive.identity.serial.value == "K4EMU000"


def test_namespaces_beside_the_one_that_is_seen_are_told(machine):
    subsystem = Subsystem(PERSONALITIES["full"](), clock=HandClock())
    owner = machine.nvme_controller(0, model="Haiki Full NVMe", serial="HAIKI-FULL-00001", firmware_rev="HAIKI1")
    # as the kernel writes the same names
    names = subsystem.inspect()["namespaces"][0]
    eui = bytes.fromhex(names["eui64"]).hex(" ")
    machine.namespace(owner, "nvme0n1", "259:0", sectors=(8 << 20) // 512, eui=eui, nguid=str(uuid.UUID(names["nguid"])))
    (drive,) = machine.probe(lines=EmulatedLines(controllers={"/dev/nvme0n1": (subsystem, 0)})).drives()
    assert [namespace.nsid for namespace in drive.report.parts.namespaces] == [1, 2, 3, 4]
    assert (drive.identity.nguid.value, drive.identity.nguid.source) == (names["nguid"], Source.IDENTIFY)
    assert drive.report.doubts == ()


def test_the_drive_behind_an_open_descriptor_is_asked_through_it(machine):
    disk = make_disk("magnetic", serial="SERIAL-1")
    lines = EmulatedLines()
    add_sata(machine, lines, "sda", "8:0", disk)
    held = EmulatedLines(units=dict(lines.units))
    machine.nodes.open[7] = "/dev/sda"
    asked = []

    def hold(descriptor):
        asked.append(descriptor)
        return held

    drive = machine.probe(lines=lines, held=hold).drive_of(7)
    assert drive.identity.serial.value == "SERIAL-1"
    assert asked == [7]
    assert lines.sent == {}
    assert len(held.sent["/dev/sda"]) > 5


def test_a_node_that_may_not_be_opened_is_not_permitted(machine):
    lines = EmulatedLines(errors={"/dev/sda": "not-permitted"})
    add_sata(machine, lines, "sda", "8:0", make_disk("magnetic", serial="SERIAL-1"))
    (drive,) = machine.probe(lines=lines).drives()
    assert [(unseen.part.value, unseen.why) for unseen in drive.report.unseen] == [("identify", WhyUnseen.NOT_PERMITTED)]


def test_what_shows_volumes_is_matched_as_such_and_a_disk_in_host_adapter_mode_is_not(machine):
    machine.files(f"{PCI}/0000:00:03.0", {"class": "0x010400", "vendor": "0x1000", "device": "0x005b"})
    machine.link(f"{PCI}/0000:00:03.0/driver", "/sys/bus/pci/drivers/megaraid_sas")
    machine.folder("/sys/bus/pci/drivers/megaraid_sas")
    base = f"{PCI}/0000:00:03.0/host5/target5:2:0/5:2:0"
    machine.scsi_disk(f"{base}:0", "sda", "8:0", 131072, files={"vendor": "DELL    ", "model": "PERC H710P      ", "rev": "3.13"})
    ata = f"{PCI}/0000:00:03.0/host5/target5:0:9/5:0:9:0"
    machine.scsi_disk(ata, "sdb", "8:16", SECTORS, files={"vendor": "ATA     ", "model": "ST3400633AS     ", "rev": "3.AA"})
    lines = EmulatedLines(
        units={"/dev/sda": make_drive("sas", "x", HandClock()).units[0], "/dev/sdb": SatlUnit(make_disk("magnetic", serial="SERIAL-1"))}
    )
    volume, disk = machine.probe(lines=lines).drives()
    assert "perc-h710p-raid" in volume.profiles
    assert volume.report.hidden.hpa.presence is Presence.UNKNOWN
    assert "perc-h710p-raid" not in disk.profiles
    assert disk.identity.serial.value == "SERIAL-1"


def test_damaged_profiles_are_told_in_sentences(machine):
    lines = EmulatedLines()
    add_sata(machine, lines, "sda", "8:0", make_disk("magnetic"))

    def damaged(_subject):
        raise ProfileError("jmicron.toml", "profile 3", "match.usb", "no such key")

    with pytest.raises(Refused) as caught:
        machine.probe(lines=lines, profiles=damaged).drives()
    assert caught.value.code == "profiles-damaged"
    assert "jmicron.toml: profile 3: match.usb: no such key" in caught.value.part("why", Language.JAPANESE)
    assert caught.value.exit_status == 2


def test_lines_over_a_held_descriptor_outlive_it(tmp_path: Path):
    from erase.transports.opening import HeldLines

    (tmp_path / "node").write_bytes(b"")
    descriptor = os.open(tmp_path / "node", os.O_RDONLY)
    with HeldLines(descriptor).scsi("/dev/x") as line:
        os.close(descriptor)
        other = os.open("/dev/null", os.O_RDONLY)
        assert other == descriptor
        assert line is not None
        os.close(other)
