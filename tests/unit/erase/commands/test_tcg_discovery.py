"""Level 0 Discovery, byte by byte from TCG Storage Architecture Core 2.01 section 3.3.6 and the SSC documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import tcg_discovery as tcg
from erase.commands.tcg_discovery import Locking, Pin, Removal, RemovalTime, Ssc, TcgDoubt, discovery, security_protocols

TPER = "0001 10 0c 11" + "00" * 11
GEOMETRY = "0003 10 1c 01 00000000000000 00001000 0000000000000008 0000000000000010"
OPAL_2 = "0203 10 10 07fe 0001 00 0004 0009 00 00 0000000000"


def locking(bits: int) -> str:
    return f"0002 10 0c {bits:02x}" + "00" * 11


def answer(*features: str, major: int = 0, minor: int = 1) -> bytes:
    body = bytes.fromhex("".join(features))
    return (44 + len(body)).to_bytes(4, "big") + major.to_bytes(2, "big") + minor.to_bytes(2, "big") + bytes(40) + body


def test_an_opal_drive_says_what_it_is():
    found = discovery(answer(TPER, locking(0x09), GEOMETRY, OPAL_2).ljust(2048, b"\0"))
    assert found.doubts == ()
    assert found.features == (0x0001, 0x0002, 0x0003, 0x0203)
    assert (found.sscs, found.com_id, found.pin) == ((Ssc.OPAL_2,), 0x07FE, Pin(True, True))
    assert found.locking == Locking(True, False, False, True, False, False, False)
    assert found.geometry == tcg.Geometry(True, 4096, 8, 16)
    assert found.obstructs is False


@pytest.mark.parametrize(
    ("bits", "obstructs", "shadowed"),
    [
        (0x01, False, False),
        (0x0B, False, False),  # enabled
        (0x0F, True, False),  # locked
        (0x1B, True, True),  # shadow MBR enabled, not done
        (0x3B, False, False),  # done
        (0x4B, False, False),  # no MBR shadowing
    ],
)
def test_locking_obstructs_by_its_bits(bits, obstructs, shadowed):
    # bit 0 supported, 1 enabled, 2 locked, 3 encryption, 4 MBREnabled, 5 MBRDone, 6 MBR shadowing not supported
    found = discovery(answer(TPER, locking(bits)))
    assert found.locking == Locking(*(bool(bits & 1 << bit) for bit in range(7)))
    assert (found.obstructs, found.locking.shadowed) == (obstructs, shadowed)


@pytest.mark.parametrize("bits", [0x05, 0x02, 0x06, 0x53])
def test_locking_that_contradicts_itself_is_not_told(bits):
    found = discovery(answer(TPER, locking(bits)))
    assert (found.locking, found.obstructs, found.doubts) == (None, None, (TcgDoubt.CONTRADICTION,))


@pytest.mark.parametrize(
    ("code", "ssc"),
    [
        (0x0100, "enterprise"),
        (0x0200, "opal-1"),
        (0x0203, "opal-2"),
        (0x0301, "opalite"),
        (0x0302, "pyrite-1"),
        (0x0303, "pyrite-2"),
        (0x0304, "ruby"),
        (0x0305, "key-per-io"),
    ],
)
def test_each_subsystem_class_has_its_code(code, ssc):
    found = discovery(answer(TPER, f"{code:04x} 10 10 1000 0001" + "00" * 12))
    assert (found.sscs, found.com_id) == ((Ssc(ssc),), 0x1000)


@pytest.mark.parametrize(
    ("initial", "reverted", "pin"), [("00", "00", (True, True)), ("ff", "00", (False, True)), ("00", "ff", (True, False))]
)
def test_who_knows_the_pin_is_told(initial, reverted, pin):
    # Opal 2.01 section 3.1.1.5: bytes 13 and 14
    found = discovery(answer(TPER, f"0203 10 10 07fe 0001 00 0004 0009 {initial} {reverted} 0000000000"))
    assert found.pin == Pin(*pin)


@pytest.mark.parametrize(
    ("feature", "field", "value"),
    [
        ("0402 10 0c 01" + "00" * 11, "block_sid", tcg.BlockSid(True, False)),
        ("0402 10 0c 02" + "00" * 11, "block_sid", tcg.BlockSid(False, True)),
        ("0201 10 0c 00000009 01" + "00" * 7, "single_user", True),
        ("0201 10 0c 00000009 02" + "00" * 7, "single_user", False),
        ("0202 10 0c 0000 0010 00a00000 00000001", "datastore_size", 0xA00000),
        ("0403 10 10 c0000000 00000010 0000000f 00000008", "namespace_locking", True),
        ("0404 10 20 00 01 00 00" + "00" * 28, "removal_running", True),
        ("0404 10 20 00 02 00 00" + "00" * 28, "removal_interrupted", True),
        ("0404 10 20 00 02 00 00" + "00" * 28, "removal_running", False),
    ],
)
def test_each_further_feature_is_read(feature, field, value):
    assert getattr(discovery(answer(TPER, feature)), field) == value
    without = discovery(answer(TPER))
    assert getattr(without, field) in (None, False)


def test_removal_mechanisms_have_their_times():
    # 0404h: mechanisms byte 6; format byte 7 (1: minutes); times from byte 8, units of 2 seconds or 2 minutes; 0 and FFFFh not told
    times = "0001 0002 0003 0000 ffff 0004"
    found = discovery(answer(TPER, "0404 10 20 00 00 3f 05" + times + "00" * 16))
    assert found.removal == (
        RemovalTime(Removal.OVERWRITE, 120),
        RemovalTime(Removal.BLOCK_ERASE, 4),
        RemovalTime(Removal.CRYPTOGRAPHIC, 360),
        RemovalTime(Removal.UNMAP, None),
        RemovalTime(Removal.RESET_WRITE_POINTERS, None),
        RemovalTime(Removal.VENDOR, 8),
    )
    one = discovery(answer(TPER, "0404 10 20 00 00 04 00" + times + "00" * 16))
    assert one.removal == (RemovalTime(Removal.CRYPTOGRAPHIC, 6),)


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (b"", TcgDoubt.BLANK),
        (bytes(2048), TcgDoubt.BLANK),
        (b"\xff" * 2048, TcgDoubt.BLANK),
        (answer(TPER)[:40], TcgDoubt.TOO_SHORT),
        (answer(TPER, locking(0x09), major=1), TcgDoubt.VERSION),
        (answer(TPER, locking(0x09), minor=0), TcgDoubt.VERSION),
    ],
)
def test_an_answer_that_is_no_discovery_tells_nothing(data, doubt):
    found = discovery(data)
    assert found.doubts == (doubt,)
    assert (found.features, found.sscs, found.locking, found.obstructs, found.pin) == ((), (), None, None, None)


def test_a_discovery_that_was_cut_tells_what_came():
    found = discovery(answer(TPER, locking(0x0F), OPAL_2)[:-3])
    assert found.doubts == (TcgDoubt.CUT_DESCRIPTOR, TcgDoubt.TOO_SHORT)
    assert (found.sscs, found.obstructs) == ((), True)


def test_a_discovery_that_was_cut_does_not_say_that_nothing_is_locked():
    assert discovery(answer(TPER, locking(0x09), OPAL_2)).obstructs is False
    assert discovery(answer(TPER, locking(0x09), OPAL_2)[:-3]).obstructs is None


@pytest.mark.parametrize(
    ("first", "second", "obstructs"),
    [(0x0F, 0x09, True), (0x09, 0x0F, True), (0x0B, 0x1B, True), (0x0B, 0x09, False), (0x0F, 0x05, None), (0x09, 0x05, None)],
)
def test_of_locks_told_twice_the_one_that_obstructs_counts(first, second, obstructs):
    found = discovery(answer(TPER, locking(first), locking(second)))
    assert TcgDoubt.TWICE in found.doubts
    assert found.obstructs is obstructs
    if obstructs is False:
        assert found.locking == Locking(*(bool(first & 1 << bit) for bit in range(7)))


def test_another_feature_told_twice_counts_once():
    found = discovery(answer(TPER, OPAL_2, OPAL_2.replace("07fe", "0001")))
    assert (found.doubts, found.com_id) == ((TcgDoubt.TWICE,), 0x07FE)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_discovery(body):
    discovery(body)
    found = discovery(answer(TPER, body.hex()))
    for ssc in found.sscs:
        code = next(code for code, name in tcg._SSC.items() if name is ssc)
        assert code.to_bytes(2, "big") in body


@given(st.lists(st.tuples(st.integers(0xC000, 0xFFFF), st.binary(max_size=40)), unique_by=lambda pair: pair[0], max_size=8))
def test_unknown_features_are_passed_over(features):
    unknown = [f"{code:04x}10{len(data):02x}{data.hex()}" for code, data in features]
    found = discovery(answer(TPER, *unknown, locking(0x0F)))
    assert found.features == (0x0001, *(code for code, _ in features), 0x0002)
    assert found.obstructs is True


@pytest.mark.parametrize(
    ("digits", "protocols"),
    [
        ("000000000000 0004 00 01 02 ef", (0x00, 0x01, 0x02, 0xEF)),
        ("000000000000 0001 00", (0x00,)),
        ("000000000000 0002 01 02", None),
        ("000000000000 0003 00 02 01", None),
        ("000000000000 0004 00 01", None),
        ("00000000", None),
        ("000000000000 0000", None),
    ],
)
def test_security_protocols_are_listed(digits, protocols):
    # SPC-5 clause 7
    assert security_protocols(bytes.fromhex(digits)) == protocols


@given(st.binary(max_size=100))
def test_any_bytes_give_security_protocols(data):
    security_protocols(data)
