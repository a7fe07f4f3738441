"""The translation layer before an emulated ATA disk: CDBs and sense are literals of SPC-5, SBC-4, SAT-5 and of libata's sources."""

from __future__ import annotations

import pytest

from emulators.ata import AtaDisk, Flaw, make_disk
from emulators.clock import HandClock
from emulators.scsi.interface import CHECK_CONDITION, GOOD, NoReply, Reply, Unplugged, to_the_end
from emulators.scsi.satl import Regime, SatlUnit

SIZE = 64 << 20
IDENTIFY_16 = "85080e" + "0000" + "0001" + "000000000000" + "00" + "ec00"
IDENTIFY_12 = "a1080e000100000000ec0000"
# SANITIZE STATUS EXT, non-data, 48-bit, CK_COND (SAT-5 12.2.2.2: PROTOCOL 3 with EXTEND is 07h)
SANITIZE_STATUS = "85072000000000000000000000" + "00b400"
# BLOCK ERASE EXT: feature 0012h, LBA 426B4572h: 31:24 in byte 7, 7:0 in byte 8, 15:8 in byte 10, 23:16 in byte 12
BLOCK_ERASE = "850720" + "0012" + "0000" + "42" + "72" + "00" + "45" + "00" + "6b" + "40" + "b4" + "00"
# a command that no disk has, 48-bit, with registers that are all different
UNKNOWN = "850720" + "0000" + "0000" + "000000000000" + "40" + "ff" + "00"


def unit(regime: Regime = Regime.LIBATA, name: str = "flash", **options: object) -> SatlUnit:
    disk = make_disk(name, clock=HandClock(), size=SIZE, serial="SERIAL1", **options)  # type: ignore[arg-type]
    return SatlUnit(disk, regime)


def ask(layer: SatlUnit, cdb: str, data_out: bytes = b"", data_in: int = 0) -> Reply:
    return layer.execute(bytes.fromhex(cdb), data_out, data_in)


def security(command: str, buffer: bytes) -> tuple[str, bytes]:
    """ATA PASS-THROUGH (16), PIO-out of one block: protocol 0Ah, T_LENGTH 2, BYT_BLOK."""
    return "850a06" + "0000" + "0001" + "000000000000" + "00" + command + "00", buffer


def test_the_two_pass_throughs_are_sixteen_and_twelve_bytes() -> None:
    assert [len(bytes.fromhex(cdb)) for cdb in (IDENTIFY_16, IDENTIFY_12, SANITIZE_STATUS, BLOCK_ERASE, UNKNOWN)] == [16, 12, 16, 16, 16]


# --- who it is


def test_inquiry_says_ata_and_the_first_sixteen_characters_of_the_model() -> None:
    data = ask(unit(), "120000006000", data_in=96).data
    assert data[8:36] == b"ATA     " + b"SATA SSD".ljust(16) + b"61.2"


@pytest.mark.parametrize(
    "cdb", [IDENTIFY_16, IDENTIFY_12, "7f" + "00" * 6 + "18" + "1ff0" + "080e" + "00" * 10 + "0001" + "00ec" + "00" * 6]
)
def test_identify_comes_through_each_pass_through(cdb: str) -> None:
    layer = unit()
    assert ask(layer, cdb, data_in=512) == Reply(GOOD, layer.disk.identify())


def test_page_89_holds_identify_and_80_the_serial() -> None:
    layer = unit()
    page = ask(layer, "12018902ff00", data_in=4096).data
    assert page[:4].hex() == "00890238"
    assert page[8:36] == b"linux   libata          3.00"
    assert page[56] == 0xEC
    assert page[60:] == layer.disk.identify()
    assert ask(layer, "12018000ff00", data_in=255).data == b"\x00\x80\x00\x14" + b"SERIAL1".rjust(20)


def test_page_83_has_the_vendor_designator_and_the_world_wide_name() -> None:
    page = ask(SatlUnit(make_disk("host-managed", clock=HandClock())), "12018300ff00", data_in=255).data
    assert page[4:16] == bytes.fromhex("02010044") + b"ATA     "
    assert page[76:88].hex() == "01030008" + "5000cca2f7000000"


def test_capacity_is_what_identify_says() -> None:
    layer = unit()
    last, block = "0001ffff", "00000200"
    assert ask(layer, "25000000000000000000", data_in=8).data.hex() == last + block
    assert ask(layer, "9e100000000000000000000000200000", data_in=32).data[:12].hex() == "00000000" + last + block


# --- the regimes: a success with CK_COND


def test_a_success_in_libata_is_told_in_descriptor_format() -> None:
    for regime in (Regime.LIBATA, Regime.LIBATA_BEFORE_6_11, Regime.VENDOR_DESCRIPTOR):
        reply = ask(unit(regime), SANITIZE_STATUS)
        assert reply.status == CHECK_CONDITION
        # RECOVERED ERROR 00/1D; descriptor 09h, 0Ch, EXTEND; count 0000h (nothing ever ran), LBA 00FFFFh: idle; status 50h
        assert reply.sense.hex() == "7201001d0000000e" + "090c0100" + "0000" + "00ff" + "00ff" + "0000" + "4050"


def test_a_success_in_a_fixed_layer_loses_the_upper_count_and_the_log_has_it() -> None:
    layer = unit(Regime.VENDOR_FIXED)
    assert ask(layer, BLOCK_ERASE).status == CHECK_CONDITION
    layer.clock.sleep(100_000)
    reply = ask(layer, SANITIZE_STATUS)
    # VALID; error 00, status 50, device 40, count 00; EXTEND, COUNT UPPER NONZERO and the third result; LBA FFh FFh 00h; 00/1D
    assert reply.sense.hex() == "f0" + "00" + "01" + "00504000" + "0a" + "c2" + "ffff00" + "001d" + "00000000"
    log = ask(layer, "4d005600000000020000", data_in=512).data
    # parameter 0001h: COUNT 8000h is completed without error
    assert log[22:40].hex() == "0001030e" + "090c0100" + "8000" + "00ff" + "00ff" + "0000" + "4050"


def test_a_success_whose_registers_get_lost_is_good_without_sense() -> None:
    assert ask(unit(Regime.LOST), SANITIZE_STATUS) == Reply(GOOD)


# --- and a failure


def test_a_failure_in_libata_is_told_in_fixed_format_at_the_right_offsets() -> None:
    # ABORTED COMMAND; error 04, status 51, device 40, count 00; EXTEND
    assert ask(unit(), UNKNOWN).sense.hex() == "f0000b" + "04514000" + "0a" + "80" + "000000" + "0000" + "00000000"


def test_a_failure_in_an_older_libata_is_told_at_the_wrong_offsets() -> None:
    # error at 8, status 9, device 10, count 11, flags 16, LBA from 17 on
    assert (
        ask(unit(Regime.LIBATA_BEFORE_6_11), UNKNOWN).sense.hex()
        == "70000b00000000" + "0a" + "04514000" + "0000" + "0000" + "80" + "000000"
    )


@pytest.mark.parametrize("regime", [Regime.LIBATA, Regime.LIBATA_BEFORE_6_11])
def test_with_d_sense_a_failure_in_libata_is_told_in_descriptor_format(regime: Regime) -> None:
    layer = unit(regime)
    assert ask(layer, "151000001000", bytes(4) + bytes.fromhex("0a0a04" + "00" * 9)).status == GOOD
    assert ask(layer, UNKNOWN).sense.hex() == "720b00000000000e" + "090c0104" + "00" * 8 + "4051"


def test_a_failure_without_ck_cond_has_sense_too() -> None:
    assert ask(unit(), UNKNOWN.replace("850720", "850700")).sense.hex().startswith("f0000b0451")


def test_a_failure_whose_registers_get_lost_is_only_a_failure() -> None:
    assert ask(unit(Regime.LOST), UNKNOWN).sense.hex() == "70000b00000000" + "0a" + "00" * 10


def test_sanitize_status_in_fixed_format_cannot_be_told_from_a_failed_one() -> None:
    layer = unit(Regime.VENDOR_FIXED)
    idle = ask(layer, SANITIZE_STATUS).sense
    ask(layer, BLOCK_ERASE)
    layer.clock.sleep(100_000)
    done = ask(layer, SANITIZE_STATUS).sense
    assert idle[3:7] == done[3:7]
    assert idle[9:12] == done[9:12]


# --- what libata refuses by itself


@pytest.mark.parametrize(
    ("cdb", "why"),
    [
        ("85080e" + "0001" + "0001" + "000000010000" + "00" + "5c" + "00", "TRUSTED RECEIVE without allow_tpm"),
        ("850600" + "0003" + "0000" + "000000000000" + "00" + "ef" + "00", "SET FEATURES, transfer mode"),
        ("850000" + "0000" + "0000" + "000000000000" + "00" + "00" + "00", "hardware reset"),
        ("851e00" + "0000" + "0000" + "000000000000" + "00" + "00" + "00", "return response information"),
        ("850e00" + "0000" + "0000" + "000000000000" + "00" + "ec" + "00", "protocol 7"),
        ("85080600" + "00" + "0001" + "000000000000" + "00" + "ec" + "00", "PIO-in with T_DIR out"),
        ("850800" + "0000" + "0001" + "000000000000" + "00" + "ec" + "00", "PIO-in without T_LENGTH"),
    ],
)
def test_what_libata_refuses_never_gets_to_the_disk(cdb: str, why: str) -> None:
    layer = unit(name="self-encrypting-flash")
    before = layer.disk.previous
    reply = ask(layer, cdb, data_in=512)
    assert reply.status == CHECK_CONDITION, why
    assert reply.sense[2:3] + reply.sense[12:14] == bytes.fromhex("052400")
    assert layer.disk.previous is before


def test_trusted_receive_gets_through_where_the_layer_lets_it() -> None:
    disk = make_disk("self-encrypting-flash", clock=HandClock(), size=SIZE)
    # SECURITY PROTOCOL IN, protocol 01h, ComID 0001h, INC_512, one block
    discovery = bytes.fromhex("a20100018000000000010000")
    allowed = SatlUnit(disk, Regime.LIBATA, allow_tpm=True).execute(discovery, b"", 512)
    assert allowed.status == GOOD
    assert allowed.data[4:8].hex() == "00000001"
    assert SatlUnit(disk).execute(discovery, b"", 512).sense[12:14].hex() == "2000"


# --- reading, writing, trimming


def test_what_was_written_is_read_by_commands_of_each_size() -> None:
    for name in ("flash", "pata"):
        layer = unit(name=name)
        data = bytes(range(256)) * 2 * 300
        assert ask(layer, "2a00000000070001 2c00".replace(" ", ""), data).status == GOOD
        assert ask(layer, "8800000000000000000700 00012c0000".replace(" ", ""), data_in=len(data)).data == data
        assert ask(layer, "080000070200", data_in=1024).data == data[:1024]


def test_write_same_with_unmap_trims() -> None:
    layer = unit()
    ask(layer, "2a000000000000000800", b"x" * 4096)
    assert ask(layer, "93080000000000000000000000080000", bytes(512)).status == GOOD
    assert not any(ask(layer, "28000000000000000800", data_in=4096).data)


def test_libata_has_no_unmap_and_a_vendors_layer_has() -> None:
    parameters = bytes.fromhex("0016001000000000" + "0000000000000000" + "00000008" + "00000000")
    assert ask(unit(), "42000000000000001800", parameters).sense[12:14].hex() == "2000"
    layer = unit(Regime.VENDOR_DESCRIPTOR)
    ask(layer, "2a000000000000000800", b"x" * 4096)
    assert ask(layer, "42000000000000001800", parameters).status == GOOD
    assert not any(ask(layer, "28000000000000000800", data_in=4096).data)


def test_an_uncorrectable_sector_is_named() -> None:
    layer = unit(name="magnetic")
    layer.disk.medium.damage(4096)  # type: ignore[attr-defined]
    assert ask(layer, "28000000000600000400", data_in=2048).sense.hex() == "f0000300000008" + "0a00000000" + "1104" + "00000000"


def test_the_write_cache_is_switched_in_the_disk() -> None:
    layer = unit()
    assert ask(layer, "1a0808001800", data_in=24).data[4:7].hex() == "081204"
    assert ask(layer, "151000001800", bytes(4) + bytes.fromhex("0812" + "00" * 18)).status == GOOD
    assert not layer.disk.medium.write_cache
    assert ask(layer, "1a0808001800", data_in=24).data[4:7].hex() == "081200"


# --- states of the disk


def lock(disk: AtaDisk, layer: SatlUnit) -> None:
    cdb, buffer = security("f1", bytes(2) + b"password".ljust(32, b"\0") + bytes(478))
    assert ask(layer, cdb, buffer).status == GOOD
    disk.power_cycle()


def test_a_locked_disk_refuses_reads_each_layer_in_its_words() -> None:
    for regime, words in ((Regime.LIBATA, "0b0000"), (Regime.VENDOR_FIXED, "077471")):
        layer = unit(regime)
        lock(layer.disk, layer)
        sense = ask(layer, "28000000000000000100", data_in=512).sense
        assert (sense[2:3] + sense[12:14]).hex() == words


def test_a_sanitizing_disk_refuses_reads_each_layer_in_its_words() -> None:
    for regime, words in ((Regime.LIBATA, "0b0000"), (Regime.VENDOR_FIXED, "02041b")):
        layer = unit(regime)
        ask(layer, BLOCK_ERASE)
        sense = ask(layer, "28000000000000000100", data_in=512).sense
        assert (sense[2:3] + sense[12:14]).hex() == words


def test_an_erase_takes_the_time_that_the_disk_takes() -> None:
    layer = unit()
    cdb, buffer = security("f1", bytes(2) + b"password".ljust(32, b"\0") + bytes(478))
    ask(layer, cdb, buffer)
    assert ask(layer, "850600" + "0000" + "0000" + "000000000000" + "00" + "f3" + "00").status == GOOD
    assert ask(layer, security("f4", b"")[0], buffer).status == GOOD
    assert layer.clock.now() == 20 * 60  # word 89 of this drive


def test_other_commands_wait_their_turn_behind_an_erase() -> None:
    layer = unit()
    cdb, buffer = security("f1", bytes(2) + b"password".ljust(32, b"\0") + bytes(478))
    ask(layer, cdb, buffer)
    ask(layer, "850600" + "0000" + "0000" + "000000000000" + "00" + "f3" + "00")
    erase = layer.start(bytes.fromhex(security("f4", b"")[0]), buffer, 0)
    read = layer.start(bytes.fromhex("28000000000000000100"), b"", 512)
    assert next(erase) > 0
    assert 0 < next(read) < 1
    assert to_the_end(erase, layer.clock).status == GOOD
    assert layer.clock.now() == 20 * 60
    assert to_the_end(read, layer.clock).status == GOOD


def test_a_reset_in_the_middle_of_an_erase_loses_the_answer_and_leaves_the_disk_locked() -> None:
    layer = unit(flaws=[Flaw.RESET_ABORTS_ERASE])
    cdb, buffer = security("f1", bytes(2) + b"password".ljust(32, b"\0") + bytes(478))
    ask(layer, cdb, buffer)
    ask(layer, "850600" + "0000" + "0000" + "000000000000" + "00" + "f3" + "00")
    erase = layer.start(bytes.fromhex(security("f4", b"")[0]), buffer, 0)
    next(erase)
    layer.clock.sleep(60)
    layer.reset()
    with pytest.raises(StopIteration) as ended:
        next(erase)
    assert ended.value.value.sense.hex() == "70000b00000000" + "0a" + "00" * 10
    assert layer.disk.security.locked


def test_hung_and_gone_disks_do_not_answer() -> None:
    layer = unit(flaws=[Flaw.HUNG])
    with pytest.raises(NoReply):
        ask(layer, "28000000000000000100", data_in=512)
    with pytest.raises(Unplugged):
        ask(unit(flaws=[Flaw.GONE]), "120000006000", data_in=96)


def test_zones_come_through_with_their_bytes_turned_round() -> None:
    disk = make_disk("host-managed", clock=HandClock())
    layer = SatlUnit(disk, kind=0x14)
    report = layer.execute(bytes.fromhex("95000000000000000000000004008000"), b"", 1024).data
    assert report[:16].hex() == "000003c0" + "00000000" + "000000019777ffff"
    assert report[64:96].hex() == "0100000000000000" + "0000000000010000" + "0000000000000000" + "ffffffffffffffff"
