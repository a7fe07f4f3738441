"""Emulated SAS disks for tests, and CDBs as SPC-5 and SBC-4 have them."""

from __future__ import annotations

from emulators.clock import HandClock
from emulators.medium import FlashMedium, MagneticMedium
from emulators.power import Power
from emulators.scsi.interface import CHECK_CONDITION, GOOD, Reply
from emulators.scsi.sas import Identity, SasDisk, SasPort

SECRET = b"individual number 0123456789"
SIZE = 1 << 20
READ_FIRST = bytes.fromhex("28000000000000000100")
WRITE_FIRST = bytes.fromhex("2a000000000000000100")
SANITIZE_BLOCK_IMMEDIATE = bytes.fromhex("48820000000000000000")
SANITIZE_CRYPTO_IMMEDIATE = bytes.fromhex("48830000000000000000")
SANITIZE_CRYPTO_UNRESTRICTED = bytes.fromhex("48a30000000000000000")
EXIT_FAILURE_MODE = bytes.fromhex("481f0000000000000000")
REQUEST_SENSE = bytes.fromhex("030000001200")
FORMAT_UNIT = bytes.fromhex("041000000000")  # FMTDATA, FMTPINFO 0
FORMAT_IMMEDIATE = bytes.fromhex("00020000")
TEST_UNIT_READY = bytes(6)


def magnetic(**options: object) -> SasDisk:
    return SasDisk(MagneticMedium(SIZE, power=Power(), encrypts=True), HandClock(), **options)  # type: ignore[arg-type]


def flash() -> SasDisk:
    medium = FlashMedium(SIZE, power=Power(), encrypts=True, cache_pages=8)
    return SasDisk(medium, HandClock(), identity=Identity(rotation=1), sanitize_seconds=100)


def ask(unit: SasPort, cdb: str, data_in: int = 512) -> Reply:
    return unit.execute(bytes.fromhex(cdb), b"", data_in)


def key_and_code(reply: Reply) -> tuple[int, int, int]:
    assert reply.status == CHECK_CONDITION
    assert reply.sense[0] & 0x7F == 0x70
    return reply.sense[2], reply.sense[12], reply.sense[13]


def put(unit: SasPort, data: bytes = SECRET) -> None:
    assert unit.execute(WRITE_FIRST, data.ljust(unit.disk.format.length, b"\0"), 0).status == GOOD
    assert unit.execute(bytes.fromhex("35000000000000000000"), b"", 0).status == GOOD


def progress(unit: SasPort) -> bytes:
    reply = unit.execute(REQUEST_SENSE, b"", 252)
    assert reply.status == GOOD
    return reply.data


def sleep(disk: SasDisk, seconds: float) -> None:
    disk.clock.sleep(seconds)
