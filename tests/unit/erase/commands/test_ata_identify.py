"""IDENTIFY DEVICE data: each field in literal words (ACS-4 table 55)."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.ata_capacity import AtaCapacity
from erase.commands.ata_doubts import FATAL, AtaDoubt
from erase.commands.ata_features import AtaFeatures, AtaMedium, AtaSanitize, AtaTrim, AtaZoned, Feature
from erase.commands.ata_identify import AtaIdentify, AtaKind, parse_identify
from erase.commands.ata_security_state import AtaSecurity, EraseTime, erase_time

DRIVES = [json.loads(line) for line in (Path(__file__).parents[3] / "drives/identify/drives.jsonl").read_text().splitlines()]


def raw(drive):
    if "bytes" in drive:
        return bytes.fromhex(drive["bytes"])[:512]
    return b"".join(bytes.fromhex(drive["words"][place : place + 4])[::-1] for place in range(0, 1024, 4))


def real(model):
    return next(raw(drive) for drive in DRIVES if drive["model"] == model)


def signed(data):
    """With the integrity word as ACS-4 table 55 has it."""
    body = bytes(data[:510]) + b"\xa5"
    return body + bytes([-sum(body) % 256])


def with_words(data, words):
    changed = bytearray(data)
    for place, value in words.items():
        changed[2 * place : 2 * place + 2] = value.to_bytes(2, "little")
    return signed(changed)


# A disk without any feature: serial 'S1', firmware 'F1', model 'AB', LBA, 1000 sectors, words 82 to 87 told
PLAIN = with_words(bytes(512), {10: 0x5331, 23: 0x4631, 27: 0x4142, 49: 0x0200, 53: 0x0006, 60: 1000, 83: 0x4000, 84: 0x4000, 87: 0x4000})


def plain(**words):
    return parse_identify(with_words(PLAIN, {int(name[1:]): value for name, value in words.items()}))


def capabilities(identify):
    """Everything beyond names and doubts."""
    return identify.capacity, identify.medium, identify.features, identify.security, identify.sanitize, identify.trim, identify.standard


NOTHING = (AtaCapacity(), AtaMedium(), AtaFeatures(), AtaSecurity(), AtaSanitize(), AtaTrim(), None)


def test_a_plain_disk_has_names_and_sectors_and_nothing_else():
    identify = parse_identify(PLAIN)
    assert (identify.kind, identify.model, identify.serial, identify.firmware, identify.wwn) == (AtaKind.ATA, "AB", "S1", "F1", None)
    assert identify.capacity == AtaCapacity(1000, 1000, None, None, 512, 512)
    assert identify.doubts == frozenset()
    assert (identify.believed, identify.checked) == (True, True)
    assert capabilities(identify)[1:] == (AtaMedium(), AtaFeatures(lba=True), AtaSecurity(), AtaSanitize(), AtaTrim(), None)


# --- fields, each in literal words


@pytest.mark.parametrize(
    ("word", "time"),
    [
        (0x0000, EraseTime(None)),
        (0x0001, EraseTime(2)),
        (0x00FE, EraseTime(508)),
        (0x00FF, EraseTime(508, more_than=True)),
        (0x8000, EraseTime(None)),
        (0x8001, EraseTime(2)),
        (0x854E, EraseTime(2716)),
        (0xFFFE, EraseTime(65532)),
        (0xFFFF, EraseTime(65532, more_than=True)),
        (0x7F01, EraseTime(2)),  # without bit 15 the bits 14:8 are reserved
    ],
)
def test_words_89_and_90_are_times_in_two_forms(word, time):
    assert erase_time(word) == time


@pytest.mark.parametrize(
    ("word", "attribute"),
    [(0x0002, "enabled"), (0x0004, "locked"), (0x0008, "frozen"), (0x0010, "count_expired"), (0x0100, "master_maximum")],
)
def test_each_bit_of_word_128_is_one_flag(word, attribute):
    security = plain(w82=0x0002, w128=0x0001 | word).security
    flags = {field.name: getattr(security, field.name) for field in fields(security)}
    assert {name for name, value in flags.items() if value is True} == {"supported", attribute}


@pytest.mark.parametrize(
    ("word", "state"), [(0x0001, "sec1"), (0x0009, "sec2"), (0x0007, "sec4"), (0x0003, "sec5"), (0x000B, "sec6"), (0x0000, None)]
)
def test_the_flags_make_a_state(word, state):
    assert plain(w82=0x0002 if word else 0, w128=word).security.state == state


@pytest.mark.parametrize(
    "words",
    [
        {"w82": 0x0000, "w128": 0x0001},  # only word 128 has it
        {"w82": 0x0002, "w128": 0x0000},  # only word 82 has it
        {"w82": 0x0002, "w128": 0xFFFF},
        {"w82": 0x0002, "w128": 0x4142},  # letters: reserved bits
    ],
)
def test_security_that_one_word_denies_is_not_supported(words):
    identify = plain(**words)
    assert AtaDoubt.CONTRADICTORY_SECURITY in identify.doubts
    assert not identify.security.supported
    assert identify.security.state is None


@pytest.mark.parametrize("bit", [6, 7, 9, 10, 11, 12, 13, 14, 15])
def test_a_reserved_bit_in_word_128_leaves_nothing_of_it_to_be_believed(bit):
    identify = plain(w82=0x0002, w128=0x0003 | 1 << bit)
    assert AtaDoubt.CONTRADICTORY_SECURITY in identify.doubts
    assert (identify.security.supported, identify.security.enabled, identify.security.state) == (False, False, None)


@pytest.mark.parametrize("word", [0x0005, 0x000F])  # locked without a password; locked and frozen
def test_flags_that_fit_no_state_are_doubted(word):
    identify = plain(w82=0x0002, w128=word)
    assert AtaDoubt.CONTRADICTORY_SECURITY in identify.doubts
    assert identify.security.supported
    assert identify.security.state is None


def test_enhanced_erase_and_its_time_need_bit_5():
    assert plain(w82=0x0002, w128=0x0021, w90=0x0001).security.enhanced_time == EraseTime(2)
    assert plain(w82=0x0002, w128=0x0001, w90=0x0001).security.enhanced_time == EraseTime(None)


@pytest.mark.parametrize(("word", "identifier"), [(0x0000, None), (0xFFFF, None), (0xFFFE, 0xFFFE), (0x0001, 1)])
def test_word_92_is_the_master_password_identifier(word, identifier):
    security = plain(w82=0x0002, w128=0x0001, w92=word).security
    assert security.master_identifier == identifier
    assert security.master_from_factory == (word == 0xFFFE)


@pytest.mark.parametrize(
    ("bit", "attribute"), [(10, "antifreeze"), (11, "acs3_commands"), (13, "crypto_scramble"), (14, "overwrite"), (15, "block_erase")]
)
def test_each_bit_of_word_59_is_one_technique(bit, attribute):
    assert plain(w59=0x1000 | 1 << bit).sanitize == AtaSanitize(supported=True, **{attribute: True})
    without = plain(w59=1 << bit)
    assert without.sanitize == AtaSanitize()
    assert AtaDoubt.CONTRADICTORY_SANITIZE in without.doubts


def test_word_59_of_ffffh_says_nothing():
    assert plain(w59=0xFFFF).sanitize == AtaSanitize()


@pytest.mark.parametrize(
    ("words", "attribute"),
    [
        ({"w49": 0x0100}, "dma"),
        ({"w83": 0x4400, "w100": 1000}, "lba48"),
        ({"w83": 0x4800}, "dco"),
        ({"w83": 0x5000}, "flush_cache"),
        ({"w83": 0x6000}, "flush_cache_ext"),
        ({"w84": 0x4001}, "smart_error_log"),
        ({"w84": 0x4002}, "smart_self_test"),
        ({"w84": 0x4020}, "general_purpose_logging"),
        ({"w86": 0x8000, "w119": 0x4008}, "log_dma"),
        ({"w86": 0x8000, "w119": 0x4100}, "accessible_max_address"),
        ({"w206": 0x0001}, "sct"),
        ({"w48": 0x4001}, "trusted_computing"),
    ],
)
def test_each_feature_has_its_bit(words, attribute):
    features = plain(**words).features
    assert {field.name for field in fields(features) if getattr(features, field.name) is True} - {"lba", "more_told"} == {attribute}


@pytest.mark.parametrize(
    ("supported", "enabled", "attribute"),
    [
        ({"w82": 0x0001}, {"w85": 0x0001}, "smart"),
        ({"w82": 0x0020}, {"w85": 0x0020}, "write_cache"),
        ({"w82": 0x0040}, {"w85": 0x0040}, "read_look_ahead"),
        ({"w82": 0x0400}, {"w85": 0x0400}, "hpa"),
        ({"w83": 0x4100}, {"w86": 0x0100}, "hpa_security"),
        ({"w83": 0x4020}, {"w86": 0x0020}, "power_up_in_standby"),
        ({"w86": 0x8000, "w119": 0x4040}, {"w120": 0x4040}, "sense_data_reporting"),
    ],
)
def test_each_feature_that_can_be_switched_has_two_bits(supported, enabled, attribute):
    assert getattr(plain(**supported | enabled).features, attribute) == Feature(supported=True, enabled=True)
    assert getattr(plain(**enabled).features, attribute) == Feature()
    off = getattr(plain(**supported).features, attribute)
    assert (off.supported, off.enabled) == (True, None if attribute == "sense_data_reporting" else False)


@pytest.mark.parametrize("word", [0x0100, 0x8100, 0xC100])  # bits 15:14 other than 01b
def test_word_119_counts_only_with_its_mark(word):
    assert not plain(w86=0x8000, w119=word).features.accessible_max_address


def test_word_119_counts_only_if_word_86_says_so():
    assert not plain(w119=0x4100).features.accessible_max_address


@pytest.mark.parametrize("word", [0x0C00, 0x8C00, 0xCC00])
def test_word_83_counts_only_with_its_mark(word):
    identify = plain(w82=0x0402, w83=word, w128=0x0001, w100=5)
    assert identify.features == AtaFeatures(lba=True)
    assert identify.capacity.sectors_48 is None
    assert not identify.security.supported
    assert AtaDoubt.FEATURES_NOT_TOLD in identify.doubts


@pytest.mark.parametrize(
    ("words", "trim"),
    [
        ({"w169": 0x0001}, AtaTrim(supported=True)),
        ({"w169": 0x0001, "w69": 0x4000}, AtaTrim(supported=True, deterministic=True)),
        ({"w169": 0x0001, "w69": 0x0020, "w105": 8}, AtaTrim(supported=True, zeroes=True, most_blocks=8)),
        ({"w169": 0x0001, "w69": 0x4020, "w53": 0x0004}, AtaTrim(supported=True)),  # word 53 bit 1: words 64 to 70 count
        ({"w169": 0x0001, "w69": 0xFFFF}, AtaTrim(supported=True)),
        ({"w169": 0xFFFF, "w69": 0x4020}, AtaTrim()),
        ({"w69": 0x4020}, AtaTrim()),
    ],
)
def test_trim_and_what_reads_give_after_it(words, trim):
    assert plain(**words).trim == trim


@pytest.mark.parametrize(
    ("words", "medium"),
    [
        ({"w217": 0x0001}, AtaMedium(rotation=1)),
        ({"w217": 0x1C20}, AtaMedium(rotation=7200)),
        ({"w217": 0xFFFF}, AtaMedium()),
        ({"w69": 0x0010}, AtaMedium(encrypts_all=True)),
        ({"w69": 0x0004}, AtaMedium(cache_non_volatile=True)),
        ({"w69": 0x0001}, AtaMedium(zoned=AtaZoned.HOST_AWARE)),
        ({"w69": 0x0002}, AtaMedium(zoned=AtaZoned.DEVICE_MANAGED)),
        ({"w69": 0x0003}, AtaMedium()),
        ({"w78": 0x0200}, AtaMedium(hybrid=True)),
        ({"w78": 0xFFFF}, AtaMedium()),
        ({"w214": 0x0010, "w215": 1}, AtaMedium(hybrid=True)),
        ({"w214": 0x0010}, AtaMedium()),
        ({"w214": 0xFFFF, "w215": 1}, AtaMedium()),
    ],
)
def test_the_medium(words, medium):
    assert plain(**words).medium == medium


@pytest.mark.parametrize("word", [0x0002, 0x0400])
def test_a_rotation_without_a_meaning_is_doubted(word):
    identify = plain(w217=word)
    assert identify.medium.rotation == 0
    assert identify.doubts == {AtaDoubt.RESERVED_ROTATION}


@pytest.mark.parametrize(
    ("words", "sectors"),
    [
        ({"w60": 0xFFFF, "w61": 0x0FFF, "w83": 0x4400, "w100": 0x88B0, "w101": 0xE8E0}, 0xE8E088B0),
        ({"w83": 0x4400, "w100": 1000}, 1000),
        ({"w83": 0x4400, "w100": 999}, None),  # the two fields of one small disk differ
        ({"w83": 0x4400, "w100": 0}, None),
        ({"w60": 0xFFFF, "w61": 0x0FFF, "w83": 0x4400, "w103": 1}, 1 << 48),
        ({"w60": 0, "w61": 0x1000}, None),  # 28 bits and one more
        ({"w60": 0}, None),
        ({"w60": 0xFFFF, "w61": 0x0FFF, "w83": 0x4400, "w102": 1, "w69": 8, "w232": 1}, 1 << 32),
        # words 100 to 103 stop at 32 bits where 230 to 233 are told
        ({"w60": 0xFFFF, "w61": 0x0FFF, "w83": 0x4400, "w100": 0xFFFF, "w101": 0xFFFF, "w69": 8, "w232": 1}, 1 << 32),
        ({"w60": 0xFFFF, "w61": 0x0FFF, "w83": 0x4400, "w101": 0x1000, "w69": 8, "w232": 1}, None),
    ],
)
def test_the_fields_of_capacity_must_agree(words, sectors):
    identify = plain(**words)
    if sectors == 1 << 48:
        sectors = None  # 49 bits
    assert identify.capacity.sectors == sectors
    assert (AtaDoubt.CONTRADICTORY_CAPACITY in identify.doubts) == (sectors is None)


def test_a_drive_without_lba_tells_no_sectors():
    identify = plain(w49=0x0000)
    assert identify.capacity == AtaCapacity()
    assert identify.doubts == frozenset()


@pytest.mark.parametrize(
    ("words", "sizes", "doubted"),
    [
        ({"w106": 0x6003}, (512, 4096), False),
        ({"w106": 0x5000, "w117": 0x0800}, (4096, 4096), False),
        ({"w106": 0x7001, "w117": 0x0800}, (4096, 8192), False),
        ({"w106": 0x3003}, (512, 512), False),  # not marked
        ({"w106": 0x5000, "w117": 0x0100}, (512, 512), True),  # not longer than 256 words
        ({"w106": 0x5000}, (512, 512), True),
        ({"w106": 0x5000, "w118": 0xFFFF}, (512, 512), True),
        ({"w106": 0x600F}, (512, 512), True),  # 16 MiB
    ],
)
def test_sector_sizes(words, sizes, doubted):
    identify = plain(**words)
    assert (identify.capacity.logical_sector, identify.capacity.physical_sector) == sizes
    assert (AtaDoubt.CONTRADICTORY_SECTORS in identify.doubts) == doubted


@pytest.mark.parametrize(
    ("words", "wwn"),
    [
        ({"w87": 0x4100, "w108": 0x5000, "w109": 0xCCA2, "w110": 0xF700, "w111": 0x0001}, "5000cca2f7000001"),
        ({"w87": 0x4000, "w108": 0x5000, "w111": 1}, None),
        ({"w87": 0xC100, "w108": 0x5000, "w111": 1}, None),
        ({"w87": 0x4100, "w108": 0x6000, "w111": 1}, None),
        ({"w87": 0x4100, "w108": 0x5000}, None),
    ],
)
def test_the_world_wide_name_needs_its_bit_and_naa_5(words, wwn):
    assert plain(**words).wwn == wwn


@pytest.mark.parametrize(("word", "standard"), [(0x0FF0, 11), (0x01FE, 8), (0x0000, None), (0xFFFF, None)])
def test_the_highest_standard(word, standard):
    assert plain(w80=word).standard == standard


@pytest.mark.parametrize(
    ("words", "doubted"), [({"w0": 0x0004}, True), ({"w2": 0x37C8}, True), ({"w2": 0x8C73}, True), ({"w2": 0xC837}, False)]
)
def test_a_drive_that_must_spin_up_first_says_so(words, doubted):
    assert (AtaDoubt.INCOMPLETE in plain(**words).doubts) == doubted


# --- strings


def test_strings_are_read_in_pairs_and_made_safe():
    data = bytearray(PLAIN)
    data[54:94] = b"A\x1b B" + b"  " * 18  # in reading order: ESC, A, B, blank
    identify = parse_identify(signed(data))
    assert identify.model == "\\x1bAB"
    assert AtaDoubt.STRINGS_UNPRINTABLE in identify.doubts
    assert identify.believed  # the checksum vouches for it


@pytest.mark.parametrize("fill", [b"\0", b" ", b"\xff"])
def test_a_drive_without_a_model_is_not_believed(fill):
    data = bytearray(PLAIN)
    data[54:94] = fill * 40
    identify = parse_identify(signed(data))
    assert identify.model is None
    assert AtaDoubt.NO_MODEL in identify.doubts
    assert capabilities(identify) == NOTHING


@pytest.mark.parametrize(("serial", "shown"), [(b"  1 A  B", "1 A B"), (b"00000000", None), (b"\xff" * 8, None), (b"        ", None)])
def test_serials_have_single_blanks(serial, shown):
    data = bytearray(PLAIN)
    data[20:40:2], data[21:40:2] = serial.ljust(20)[1::2], serial.ljust(20)[0::2]
    assert parse_identify(signed(data)).serial == shown


# --- what isn't IDENTIFY


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (b"", AtaDoubt.TOO_SHORT),
        (PLAIN[:511], AtaDoubt.TOO_SHORT),
        (PLAIN + b"\0", AtaDoubt.TOO_LONG),
        (bytes(512), AtaDoubt.BLANK),
        (b"\xff" * 512, AtaDoubt.BLANK),
        (with_words(PLAIN, {0: 0xC000}), AtaDoubt.NOT_AN_ATA_DEVICE),
        (with_words(PLAIN, {0: 0x8580}), AtaDoubt.PACKET_DEVICE),
        (PLAIN[:511] + bytes([PLAIN[511] ^ 1]), AtaDoubt.WRONG_CHECKSUM),
    ],
)
def test_what_is_no_identify_data_has_no_capabilities(data, doubt):
    identify = parse_identify(data)
    assert doubt in identify.doubts
    assert not identify.believed
    assert capabilities(identify) == NOTHING


def test_without_a_checksum_nothing_newer_than_ata_7_is_believed():
    words = {59: 0xF000, 69: 0x4010, 86: 0x8000, 119: 0x4100, 169: 0x0001, 82: 0x0002, 128: 0x0001}
    data = with_words(PLAIN, words)
    checked, unchecked = parse_identify(data), parse_identify(data[:510] + b"\0\0")
    assert (checked.sanitize.block_erase, checked.trim.supported, checked.medium.encrypts_all) == (True, True, True)
    assert checked.features.accessible_max_address
    assert unchecked.believed
    assert (unchecked.sanitize, unchecked.trim, unchecked.medium) == (AtaSanitize(), AtaTrim(), AtaMedium())
    assert not unchecked.features.accessible_max_address
    assert unchecked.security.supported  # drives of that age have it


# --- any bytes


@given(st.binary(max_size=600) | st.binary(min_size=512, max_size=512).map(signed))
def test_any_bytes_give_a_value(data):
    identify = parse_identify(data)
    assert isinstance(identify, AtaIdentify)
    if identify.doubts & FATAL:
        assert capabilities(identify) == NOTHING
    for text in (identify.model, identify.serial, identify.firmware):
        assert text is None or (text.isascii() and text.isprintable())


@given(st.sampled_from([real("Samsung SSD 870 EVO 2TB"), real("WDC  WSH722880ALN604")]), st.integers(0, 511), st.integers(1, 255))
def test_one_changed_byte_takes_every_capability_away(data, place, change):
    broken = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
    identify = parse_identify(broken)
    if place == 510:  # the signature itself: the data has no checksum then
        assert (identify.sanitize, identify.trim) == (AtaSanitize(), AtaTrim())
    else:
        assert capabilities(identify) == NOTHING


@given(st.sampled_from([real("Samsung SSD 870 EVO 2TB"), real("WDC  WSH722880ALN604")]), st.integers(0, 511))
def test_a_cut_answer_takes_every_capability_away(data, length):
    assert capabilities(parse_identify(data[:length])) == NOTHING


@given(st.dictionaries(st.integers(0, 254), st.integers(0, 0xFFFF), max_size=12))
def test_no_capability_comes_without_the_bit_that_grants_it(words):
    """An independent reading of the words that grant something: what is believed is never more than they say."""
    data = with_words(PLAIN, words)
    word = [int.from_bytes(data[place : place + 2], "little") for place in range(0, 512, 2)]
    identify = parse_identify(data)
    if identify.sanitize.supported:
        assert word[59] & 0x1000
        assert word[59] != 0xFFFF
    if identify.security.supported:
        assert word[83] & 0xC000 == 0x4000
        assert word[82] & 2
        assert word[128] & 1
        assert not word[128] & 0xFEC0
    if identify.trim.supported:
        assert word[169] & 1
        assert word[169] != 0xFFFF
    if identify.trim.zeroes or identify.trim.deterministic:
        assert identify.trim.supported
        assert word[53] & 2
    if identify.features.accessible_max_address:
        assert word[119] & 0xC100 == 0x4100
    if identify.medium.encrypts_all:
        assert word[69] & 0x10
        assert word[53] & 2
