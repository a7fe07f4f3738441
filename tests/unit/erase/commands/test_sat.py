"""ATA PASS-THROUGH CDBs, literal (SAT-5 section 12.2)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata, ata_areas, ata_sanitize, ata_security, ata_smart, ata_zones
from erase.commands.sat import SatForm, return_response_information, to_scsi
from erase.commands.wire import AtaCommand, AtaProtocol

EVERY = (
    ata.identify_device(),
    ata.identify_packet_device(),
    ata.read_log(0x30, 0x0103, pages=3),
    ata.read_log(0x04, dma=True),
    ata.set_write_cache(enabled=False),
    ata.flush_cache(extended=True),
    ata.flush_cache(extended=False),
    ata.read_verify(0x0ABCDEF1, 256, extended=False),
    ata.read_verify(0xABCDEF123456, 256, extended=True),
    ata.standby_immediate(),
    ata.idle_immediate(),
    ata.check_power_mode(),
    ata.data_set_management_trim([(1, 1)] * 65),
    ata_areas.read_native_max_address(extended=False),
    ata_areas.set_max_address(0x0FFFFFFE, extended=False, volatile=True),
    ata_areas.set_max_address(0xABCDEF123456, extended=True, volatile=False),
    ata_areas.set_max_unlock(b"x"),
    ata_areas.get_native_max_address(),
    ata_areas.set_accessible_max_address(0xABCDEF123456),
    ata_areas.device_configuration_identify(),
    ata_areas.device_configuration_restore(),
    ata_sanitize.overwrite(0x12345678, passes=3),
    ata_sanitize.sanitize_status(),
    ata_security.security_set_password(b"x"),
    ata_security.security_erase_prepare(),
    ata_security.security_erase_unit(b"x", enhanced=True),
    ata_smart.smart_read_data(),
    ata_smart.smart_return_status(),
    ata_zones.report_zones(0xABCDEF123456, pages=2),
    ata_zones.reset_all_write_pointers(),
)


@pytest.mark.parametrize(
    ("command", "cdb"),
    [
        (ata.identify_device(), "85 08 0e 00 00 00 01 00 00 00 00 00 00 40 ec 00"),
        (ata_smart.smart_return_status(), "85 06 20 00 da 00 00 00 00 00 4f 00 c2 40 b0 00"),
        (ata_security.security_set_password(b""), "85 0a 26 00 00 00 01 00 00 00 00 00 00 40 f1 00"),
        (ata_sanitize.overwrite(0x12345678, passes=3), "85 07 20 00 14 00 03 12 78 57 56 4f 34 40 b4 00"),
        (ata_sanitize.block_erase(zone_no_reset=True), "85 07 20 00 12 80 00 42 72 00 45 00 6b 40 b4 00"),
        (ata.read_log(0x30, 0x0306, pages=2), "85 09 0e 00 00 00 02 00 30 03 06 00 00 40 2f 00"),
        (ata.read_log(0x30, dma=True), "85 0d 0e 00 00 00 01 00 30 00 00 00 00 40 47 00"),
        (ata.data_set_management_trim([(0, 1)]), "85 0d 26 00 01 00 01 00 00 00 00 00 00 40 06 00"),
        (ata_areas.set_max_address(0x0ABCDEF1, extended=False, volatile=False), "85 06 20 00 00 00 01 00 f1 00 de 00 bc 4a f9 00"),
        (ata_areas.read_native_max_address(extended=True), "85 07 20 00 00 00 00 00 00 00 00 00 00 40 27 00"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
def test_sixteen_bytes(command, cdb):
    scsi = to_scsi(command)
    assert scsi.cdb == bytes.fromhex(cdb)
    assert (scsi.data_in, scsi.data_out) == (command.data_in, command.data_out)
    assert scsi.name == f"ATA PASS-THROUGH (16): {command.name}"


@pytest.mark.parametrize(
    ("command", "cdb"),
    [
        (ata.identify_device(), "a1 08 0e 00 01 00 00 00 40 ec 00 00"),
        (ata_smart.smart_return_status(), "a1 06 20 da 00 00 4f c2 40 b0 00 00"),
        (ata_security.security_unlock(b""), "a1 0a 26 00 01 00 00 00 40 f2 00 00"),
        (ata_areas.set_max_address(0x0ABCDEF1, extended=False, volatile=False), "a1 06 20 00 01 f1 de bc 4a f9 00 00"),
    ],
)
def test_twelve_bytes(command, cdb):
    assert to_scsi(command, form=SatForm.TWELVE).cdb == bytes.fromhex(cdb)


@pytest.mark.parametrize(
    ("command", "cdb"),
    [
        (
            ata_sanitize.overwrite(0x12345678, passes=3),
            "7f 00 000000 0000 18 1ff0 07 20 0000 4f5712345678 0014 0003 40 b4 0000 00000000",
        ),
        (
            ata_areas.set_max_address(0x0ABCDEF1, extended=False, volatile=False),
            "7f 00 000000 0000 18 1ff0 06 20 0000 000000bcdef1 0000 0001 4a f9 0000 00000000",
        ),
    ],
)
def test_thirty_two_bytes(command, cdb):
    assert to_scsi(command, form=SatForm.THIRTY_TWO).cdb == bytes.fromhex(cdb)


def test_what_was_asked_for_can_be_changed():
    assert to_scsi(ata.identify_device(), check=True).cdb[2] == 0x2E
    assert to_scsi(ata_sanitize.sanitize_status(), check=False).cdb[2] == 0x00
    assert to_scsi(ata_sanitize.sanitize_status(), off_line=3).cdb[2] == 0xE0
    assert to_scsi(ata.read_log(4, dma=True), udma=True).cdb[1] == 0x15  # 10, extended
    assert to_scsi(ata.data_set_management_trim([(0, 1)]), udma=True).cdb[1] == 0x17  # 11, extended
    assert to_scsi(ata.identify_device(), udma=True).cdb[1] == 0x08


@pytest.mark.parametrize(
    ("form", "cdb"),
    [
        (SatForm.SIXTEEN, "85 1e 0b" + "00" * 13),
        (SatForm.TWELVE, "a1 1e 0b" + "00" * 9),
        (SatForm.THIRTY_TWO, "7f 00 000000 0000 18 1ff0 1e 0b" + "00" * 20),
    ],
)
def test_registers_can_be_asked_for_as_data(form, cdb):
    command = return_response_information(form=form)
    assert (command.cdb, command.data_in) == (bytes.fromhex(cdb), 14)


@pytest.mark.parametrize(
    "build",
    [
        lambda: to_scsi(ata_sanitize.sanitize_status(), form=SatForm.TWELVE),
        lambda: to_scsi(ata.identify_device(), off_line=4),
        lambda: to_scsi(replace(ata.identify_device(), count=2)),
        lambda: to_scsi(replace(ata.identify_device(), data_in=0)),
        lambda: to_scsi(replace(ata.identify_device(), data_in=100)),
        lambda: to_scsi(replace(ata.standby_immediate(), data_in=512)),
    ],
)
def test_what_a_cdb_can_not_say_is_refused(build):
    with pytest.raises(ValueError, match=r"48 bits|OFF_LINE|transfers"):
        build()


def decoded(cdb):
    """A CDB read by the tables of the standard: protocol, direction, extend and registers."""
    if cdb[0] == 0x85:
        at = {"feature": (3, 4), "count": (5, 6), "lba": (11, 9, 7, 12, 10, 8), "device": 13, "command": 14}
        control = cdb[1:3]
    elif cdb[0] == 0xA1:
        at = {"feature": (3,), "count": (4,), "lba": (7, 6, 5), "device": 8, "command": 9}
        control = cdb[1:3]
    else:
        assert cdb[:10] == bytes.fromhex("7f000000000000181ff0")
        at = {"feature": (20, 21), "count": (22, 23), "lba": (14, 15, 16, 17, 18, 19), "device": 24, "command": 25}
        control = cdb[10:12]
    extended = bool(control[0] & 1)
    protocol = {3: "non-data", 4: "pio-in", 5: "pio-out", 6: "dma-in" if control[1] & 8 else "dma-out"}[control[0] >> 1 & 15]
    numbers = {name: int.from_bytes(bytes(cdb[place] for place in at[name]), "big") for name in ("feature", "count", "lba")}
    if not extended:
        numbers["lba"] |= (cdb[at["device"]] & 0x0F) << 24
    blocks = {0: 0, 2: numbers["count"]}[control[1] & 3]
    return {**numbers, "protocol": protocol, "extended": extended, "command": cdb[at["command"]], "blocks": blocks}


@pytest.mark.parametrize("form", SatForm)
@pytest.mark.parametrize("command", EVERY, ids=lambda value: value.name)
def test_every_command_can_be_wrapped_and_read_back(command, form):
    if form is SatForm.TWELVE and command.extended:
        return
    scsi = to_scsi(command, form=form)
    assert len(scsi.cdb) == form.value
    assert decoded(scsi.cdb) == {
        "feature": command.feature,
        "count": command.count,
        "lba": command.lba,
        "protocol": command.protocol.value,
        "extended": command.extended,
        "command": command.command,
        "blocks": (len(command.data_out) + command.data_in) // 512,
    }


@given(st.data(), st.booleans(), st.sampled_from(SatForm))
def test_any_registers_come_back(data, extended, form):
    bits = 16 if extended else 8
    command = AtaCommand(
        "ANY",
        data.draw(st.integers(0, 255)),
        AtaProtocol.NON_DATA,
        extended=extended,
        feature=data.draw(st.integers(0, 2**bits - 1)),
        count=data.draw(st.integers(0, 2**bits - 1)),
        lba=data.draw(st.integers(0, 2 ** (48 if extended else 28) - 1)),
    )
    if form is SatForm.TWELVE and extended:
        return
    found = decoded(to_scsi(command, form=form).cdb)
    assert (found["feature"], found["count"], found["lba"]) == (command.feature, command.count, command.lba)
