"""USB bridges and what they get wrong, each lie beside its honest twin."""

from __future__ import annotations

from emulators.ata import Flaw, make_disk
from emulators.clock import HandClock
from emulators.scsi.bridge import Bridge, BridgeTraits
from emulators.scsi.interface import CHECK_CONDITION, GOOD, Reply
from emulators.scsi.satl import Regime, SatlUnit

SIZE = 64 << 20
IDENTIFY = bytes.fromhex("85080e" + "0000" + "0001" + "000000000000" + "00" + "ec00")
SANITIZE_STATUS = bytes.fromhex("85072000000000000000000000" + "00b400")
SET_PASSWORD = bytes.fromhex("850a06" + "0000" + "0001" + "000000000000" + "00" + "f100")
ERASE_PREPARE = bytes.fromhex("850620" + "0000" + "0000" + "000000000000" + "00" + "f300")
ERASE_UNIT = bytes.fromhex("850a06" + "0000" + "0001" + "000000000000" + "00" + "f400")
PASSWORD = bytes(2) + b"password".ljust(32, b"\0") + bytes(478)
CAPACITY = bytes.fromhex("25000000000000000000")
CAPACITY_16 = bytes.fromhex("9e100000000000000000000000200000")


def bridge(*flaws: Flaw, serial: str = "SERIAL1", size: int = SIZE, **traits: object) -> Bridge:
    disk = make_disk("flash", clock=HandClock(), serial=serial, size=size, flaws=flaws)
    return Bridge(SatlUnit(disk, Regime.VENDOR_DESCRIPTOR), BridgeTraits(**traits))  # type: ignore[arg-type]


def code(reply: Reply) -> str:
    assert reply.status == CHECK_CONDITION
    return (reply.sense[2:3] + reply.sense[12:14]).hex()


def test_a_bridge_shows_its_own_name_and_no_ata_page() -> None:
    unit = bridge()
    assert unit.execute(bytes.fromhex("120000002400"), b"", 36).data[8:36] == b"JMicron Generic         0105"
    assert code(unit.execute(bytes.fromhex("12018900ff00"), b"", 255)) == "052400"


def test_two_disks_have_one_serial_where_the_bridge_says_its_own() -> None:
    ask = bytes.fromhex("12018000ff00")
    honest = [bridge(serial=serial).execute(ask, b"", 255).data for serial in ("SERIAL1", "SERIAL2")]
    lying = [_with_one_serial(serial).execute(ask, b"", 255).data for serial in ("SERIAL1", "SERIAL2")]
    assert honest[0] != honest[1]
    assert lying[0] == lying[1] == b"\x00\x80\x00\x0c0123456789AB"


def _with_one_serial(serial_of_disk: str) -> Bridge:
    unit = bridge(serial=serial_of_disk)
    unit.traits.serial = "0123456789AB"
    return unit


def test_pass_through_reaches_the_disk_or_is_unknown() -> None:
    assert bridge().execute(IDENTIFY, b"", 512).status == GOOD
    assert code(bridge(passes_through=False).execute(IDENTIFY, b"", 512)) == "052000"


def test_good_without_forwarding_erases_nothing() -> None:
    unit = bridge(good_without_forwarding=True)
    disk = unit.inner.disk
    assert unit.execute(SET_PASSWORD, PASSWORD, 0).status == GOOD
    assert disk.identify()[256] & 0x02 == 0
    assert unit.execute(IDENTIFY, b"", 512).data == bytes(512)


def test_forwarding_sets_the_password() -> None:
    unit = bridge()
    assert unit.execute(SET_PASSWORD, PASSWORD, 0).status == GOOD
    assert unit.inner.disk.identify()[256] & 0x02


def test_registers_come_back_or_get_dropped() -> None:
    assert bridge().execute(SANITIZE_STATUS, b"", 0).sense[:4].hex() == "7201001d"
    assert bridge(drops_registers=True).execute(SANITIZE_STATUS, b"", 0) == Reply(GOOD)


def test_a_capacity_is_cut_at_2_tib() -> None:
    large = (1 << 32) * 512 + SIZE
    assert bridge(size=large).execute(CAPACITY_16, b"", 32).data[:8].hex() == "000000010001ffff"
    clamps, wraps = bridge(size=large, address_bits=32), bridge(size=large, address_bits=32, wraps_capacity=True)
    assert clamps.execute(CAPACITY, b"", 8).data.hex() == "ffffffff00000200"
    assert wraps.execute(CAPACITY, b"", 8).data.hex() == "0001ffff00000200"
    assert code(clamps.execute(CAPACITY_16, b"", 32)) == "052000"
    assert code(wraps.execute(bytes.fromhex("28000002000000000100"), b"", 512)) == "052100"


def test_a_bridge_that_loses_patience_resets_the_link_and_leaves_the_disk_locked() -> None:
    patient, hasty = bridge(Flaw.RESET_ABORTS_ERASE), bridge(Flaw.RESET_ABORTS_ERASE, timeout=30.0)
    for unit in (patient, hasty):
        unit.execute(SET_PASSWORD, PASSWORD, 0)
        unit.execute(ERASE_PREPARE, b"", 0)
    assert patient.execute(ERASE_UNIT, PASSWORD, 0).status == GOOD
    assert not patient.inner.disk.security.locked
    assert code(hasty.execute(ERASE_UNIT, PASSWORD, 0)) == "0b0000"
    assert hasty.clock.now() == 30.0
    assert hasty.inner.disk.security.locked
