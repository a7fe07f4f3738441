"""The streams against the standards' own values, against openssl, and against themselves."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erase.overwrite.buffers import Buffer
from erase.overwrite.streams import UNIT, Constant, Generated, Generator, Piece, Stream, fastest_generator, stream_for

KEYS = {generator: bytes(range(7, 7 + generator.key_bytes)) for generator in Generator}


def made(stream: Stream, unit: int, length: int = UNIT) -> bytes:
    out = Buffer(UNIT)
    stream.fill(out, unit, length)
    return bytes(out.view[:length])


def test_xts_agrees_with_ieee_1619_vectors_of_256_bit_keys() -> None:
    # IEEE 1619-2007, Annex B, vector 10 whole, of 13 and 14 the first bytes; their plaintext is 00 01 .. ff twice
    key = bytes.fromhex(
        "27182818284590452353602874713526624977572470936999595749669676273141592653589793238462643383279502884197169399375105820974944592"
    )
    vector_10 = (
        "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b5d31e276f8fe4a8d66b317f9ac683f44"
        "680a86ac35adfc3345befecb4bb188fd5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0"
        "c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca2a3e7a7d7df7b10355165c8b9a6d0a7d"
        "e8b062c4500dc4cd120c0f7418dae3d0b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f"
        "93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec583e9645e07b8d9670655ba5bbcfecc6"
        "dc3966380ad8fecb17b6ba02469a020a84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1"
        "505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae9be69a2ffeceb1bec9de244fbe15992b"
        "11b77c040f12bd8f6a975a44a0f90c29a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac"
        "6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f645e8b7e9bfdef33943054ff84011493"
        "c27b3429eaedb4ed5376441a77ed43851ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa"
        "773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151"
    )
    vector_13 = "bf53d2dade78e822a4d949a9bc6766b01b06a8ef70d26748c6a7fc36d80ae4c5"
    vector_14 = "64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23"
    for unit, expected in [(0xFF, vector_10), (0xFFFF_FFFF, vector_13), (0xFF_FFFF_FFFF, vector_14)]:
        cipher = Generated(Generator.AES_256_XTS, key).cipher(unit).encryptor()
        assert cipher.update(bytes(range(256)) * 2).hex()[: len(expected)] == expected


def test_xts_is_the_tweaked_block_cipher_of_the_standard() -> None:
    """IEEE 1619 clause 5.3: C = E(Key1, P xor T) xor T, T = E(Key2, unit) times alpha to the block's number; P is zero here."""
    key = KEYS[Generator.AES_256_XTS]
    unit, blocks = 0x0102030405, 400
    tweak = int.from_bytes(aes_256(key[32:], unit.to_bytes(16, "little")), "little")
    tweaks = []
    for _ in range(blocks):
        tweaks.append(tweak.to_bytes(16, "little"))
        tweak <<= 1
        if tweak >> 128:
            tweak = (tweak ^ 0x87) & ((1 << 128) - 1)
    inner = aes_256(key[:32], b"".join(tweaks))
    expected = bytes(a ^ b for a, b in zip(inner, b"".join(tweaks), strict=True))
    assert made(Generated(Generator.AES_256_XTS, key), unit, blocks * 16) == expected


def test_ctr_starts_each_unit_at_its_own_counter() -> None:
    # AESAVS (NIST), AES-256: GFSbox/VarTxt key of zeros; the counter block of unit u is u << 32
    zero_key = Generated(Generator.AES_256_CTR, bytes(32))
    assert made(zero_key, 0, 16).hex() == "dc95c078a2408989ad48a21492842087"
    assert made(zero_key, 1 << 95, 16).hex() == "ddc6bf790c15760d8d9aeb6f9a75fd4e"
    # NIST SP 800-38A, F.5.5: the same mode on the standard's own counter, which is no unit of ours
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    stream = Generated(Generator.AES_256_CTR, key)
    counter = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafb00000000")
    assert made(stream, 0xF0F1F2F3F4F5F6F7F8F9FAFB, 32) == aes_256(key, counter) + aes_256(key, counter[:15] + b"\x01")


def test_ctr_key_stream_is_that_of_sp_800_38a() -> None:
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    # F.5.5: output blocks 1 and 2 of the counter f0f1..feff
    counter = 0xF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF
    blocks = aes_256(key, counter.to_bytes(16, "big")) + aes_256(key, (counter + 1).to_bytes(16, "big"))
    assert blocks.hex() == "0bdf7df1591716335e9a8b15c860c502" + "5a6e699d536119065433863c8f657b94"


def test_chacha20_is_that_of_rfc_8439() -> None:
    # RFC 8439, A.1: key of zeros, nonce of zeros, counters 0 and 1; then the nonce that ends in 2
    zero_key = Generated(Generator.CHACHA20, bytes(32))
    assert made(zero_key, 0, 128).hex() == (
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
    )
    assert made(zero_key, 2 << 88, 64).hex() == (
        "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c78a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d"
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl command here")
@pytest.mark.parametrize("unit", [0, 1, 0xFFFF_FFFF, 5 << 40])
def test_another_program_makes_the_same_units(unit: int) -> None:
    ctr, chacha = KEYS[Generator.AES_256_CTR], KEYS[Generator.CHACHA20]
    assert made(Generated(Generator.AES_256_CTR, ctr), unit) == openssl("aes-256-ctr", ctr, (unit << 32).to_bytes(16, "big"))
    # 4 bytes of block counter, 12 bytes of nonce
    assert made(Generated(Generator.CHACHA20, chacha), unit) == openssl("chacha20", chacha, bytes(4) + unit.to_bytes(12, "little"))


@pytest.mark.parametrize("generator", Generator)
def test_a_unit_is_the_same_however_much_of_it_is_made_and_whenever(generator: Generator) -> None:
    stream = Generated(generator, KEYS[generator])
    whole = {unit: made(stream, unit) for unit in (9, 3)}
    for unit in (3, 9):
        for length in (512, 4096, 1 << 20, UNIT - 512):
            assert made(Generated(generator, KEYS[generator]), unit, length) == whole[unit][:length]


@pytest.mark.parametrize("generator", Generator)
def test_units_share_no_run_of_bytes(generator: Generator) -> None:
    """The end of a unit does not reach into the next one's part of the key stream."""
    stream = Generated(generator, KEYS[generator])
    units = [made(stream, unit) for unit in range(3)]
    blocks = [unit[start : start + 16] for unit in units for start in range(0, UNIT, 512)]
    assert len(set(blocks)) == len(blocks)


@pytest.mark.parametrize("generator", Generator)
def test_what_was_written_is_recognised_and_nothing_else(generator: Generator) -> None:
    stream, buffer = Generated(generator, KEYS[generator]), Buffer(UNIT)
    other = Generated(generator, bytes(reversed(KEYS[generator])))
    for unit, piece in [(4, Piece(4, 0, UNIT)), (4, Piece(4, 512, 1024)), (0, Piece(0, UNIT - 512, 512))]:
        for maker, asked, right in [(stream, unit, True), (other, unit, False), (stream, unit + 1, False)]:
            maker.fill(buffer, asked, piece.end)
            stream.uncover(buffer, unit, piece.end)
            assert stream.holds(buffer, piece) is right


@given(st.sampled_from(list(Generator)), st.integers(0, UNIT // 64 - 1), st.integers(0, 8 * 64 - 1))
@settings(max_examples=40)
def test_a_single_flipped_bit_is_seen(generator: Generator, block: int, bit: int) -> None:
    stream, buffer = Generated(generator, KEYS[generator]), Buffer(UNIT)
    stream.fill(buffer, 11, UNIT)
    place = block * 64 + bit // 8
    buffer.view[place] ^= 1 << bit % 8
    stream.uncover(buffer, 11, UNIT)
    assert not stream.holds(buffer, Piece(11, 0, UNIT))
    sector = place // 512 * 512
    assert not stream.holds(buffer, Piece(11, sector, 512))
    elsewhere = (sector + 512) % UNIT
    assert stream.holds(buffer, Piece(11, elsewhere, 512))


@given(st.binary(min_size=1, max_size=48), st.integers(0, 1 << 40), st.integers(0, UNIT // 512 - 1))
@settings(max_examples=60)
def test_a_pattern_runs_on_over_the_whole_medium(pattern: bytes, unit: int, sector: int) -> None:
    stream = Constant(pattern)
    start = sector * 512
    offset = unit * UNIT + start
    here = bytes(pattern[(offset + place) % len(pattern)] for place in range(512))
    assert made(stream, unit, start + 512)[start:] == here
    again, buffer = Constant(pattern), Buffer(UNIT)
    buffer.view[start : start + 512] = here
    again.uncover(buffer, unit, start + 512)
    assert again.holds(buffer, Piece(unit, start, 512))
    buffer.view[start + 300] ^= 4
    assert not again.holds(buffer, Piece(unit, start, 512))


@pytest.mark.parametrize("digits", ["00", "ff", "924924", "6db6db", "0102030405", "00112233445566778899aabbccddeeff"])
def test_equal_phases_are_equal_units_and_others_are_not(digits: str) -> None:
    stream = Constant(bytes.fromhex(digits))
    units = [(stream.phase(unit), made(stream, unit)) for unit in range(6)]
    for (phase, content), (next_phase, next_content) in pairwise(units):
        assert (phase == next_phase) == (content == next_content)


def test_a_three_byte_pattern_meets_itself_where_units_meet() -> None:
    stream = Constant(bytes.fromhex("924924"))
    joint = made(stream, 0) + made(stream, 1) + made(stream, 2)
    assert joint == bytes.fromhex("924924") * UNIT


def test_a_constant_that_is_shifted_by_one_is_not_taken_for_the_right_one() -> None:
    stream, buffer = Constant(bytes.fromhex("924924")), Buffer(UNIT)
    Constant(bytes.fromhex("492492")).fill(buffer, 0, UNIT)
    assert not stream.holds(buffer, Piece(0, 0, UNIT))


@pytest.mark.parametrize("generator", Generator)
@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_key_of_another_length_is_refused(generator: Generator, wrong: int) -> None:
    with pytest.raises(ValueError, match="bytes of key"):
        Generated(generator, bytes(generator.key_bytes + wrong))


def test_a_pass_as_the_plan_writes_it_becomes_its_stream() -> None:
    constant = stream_for("6db6db", None, None)
    assert isinstance(constant, Constant)
    assert constant.pattern == b"\x6d\xb6\xdb"
    random = stream_for("random", Generator.CHACHA20, bytes(32))
    assert isinstance(random, Generated)
    assert (random.generator, random.key) == (Generator.CHACHA20, bytes(32))
    for bad in [("random", None, bytes(64)), ("random", Generator.CHACHA20, None), ("", None, None), ("zz", None, None)]:
        with pytest.raises(ValueError, match=r".+"):
            stream_for(*bad)


@pytest.mark.parametrize("fast", Generator)
def test_the_fastest_generator_wins_by_its_best_trial(fast: Generator) -> None:
    """Three trials of each, in the order of the set; the winner has one good trial among bad ones."""
    trials = {generator: [2.0, 2.0, 2.0] for generator in Generator} | {fast: [9.0, 1.0, 9.0]}
    ticks = iter([tick for times in trials.values() for took in times for tick in (100.0, 100.0 + took)])
    assert fastest_generator(lambda: next(ticks)) is fast
    assert next(ticks, None) is None


def aes_256(key: bytes, blocks: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - the bare block cipher is what the standard builds on


def openssl(cipher: str, key: bytes, start: bytes) -> bytes:
    command = ["openssl", "enc", f"-{cipher}", "-K", key.hex(), "-iv", start.hex(), "-nosalt"]
    return subprocess.run(command, input=bytes(UNIT), capture_output=True, check=True).stdout
