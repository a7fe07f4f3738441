"""What is written: pure functions of a key and of the place on the medium, so that anyone can compute them again.

The medium is cut into *units* of 4 MiB, counted from 0, whatever the size of an I/O operation. A random pass is the
encryption of zeros under a key that is fresh for each pass and drive:

============  ===========  ===============================================================================
generator     key          unit ``u``
============  ===========  ===============================================================================
aes-256-xts   64 bytes     one XTS data unit (IEEE 1619), its tweak ``u`` as 16 bytes, little-endian; the key is
                           Key1 || Key2. A data unit has at most 2**20 blocks, this one 2**18
aes-256-ctr   32 bytes     counter blocks ``(u << 32) + i`` as 16 bytes, big-endian, for block i (NIST SP 800-38A)
chacha20      32 bytes     block counter from 0, 4 bytes little-endian, then the nonce ``u`` as 12 bytes, little-endian
                           (RFC 8439); a unit takes 2**16 of the 2**32 counter values
============  ===========  ===============================================================================

A constant pattern of any length runs on over the whole medium: byte ``b`` of the medium is byte ``b mod length`` of the
pattern, also where 4 MiB is not a multiple of it (Gutmann's three-byte patterns).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from erase.overwrite.buffers import Buffer

UNIT = 4 << 20
RANDOM = "random"  # the pattern of a pass that takes a generator
_ZEROS = bytes(UNIT)  # never touched by a write: the kernel keeps one page for all of it
_NO_BITS = bytes(64)
_TRIALS = 3


class Generator(StrEnum):
    """The closed set of generators."""

    AES_256_XTS = "aes-256-xts"
    AES_256_CTR = "aes-256-ctr"
    CHACHA20 = "chacha20"

    @property
    def key_bytes(self) -> int:
        """How long its key is."""
        return 64 if self is Generator.AES_256_XTS else 32


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of bytes inside one unit. In a buffer it lies where it lies in the unit."""

    unit: int
    start: int
    length: int

    @property
    def offset(self) -> int:
        """Its first byte on the medium."""
        return self.unit * UNIT + self.start

    @property
    def end(self) -> int:
        """The byte of the unit behind it."""
        return self.start + self.length


class Stream(Protocol):
    """The bytes of one pass. Has no state: the same unit is the same bytes, in any order and from any thread."""

    def phase(self, unit: int) -> int:
        """Units of equal phase have equal bytes."""
        ...

    def fill(self, out: Buffer, unit: int, length: int) -> None:
        """Puts the first ``length`` bytes of the unit into ``out``."""
        ...

    def uncover(self, got: Buffer, unit: int, length: int) -> None:
        """Turns the first ``length`` bytes of what was read of the unit into a form that :meth:`holds` judges, in place."""
        ...

    def holds(self, uncovered: Buffer, piece: Piece) -> bool:
        """Whether what was read there is what belongs there."""
        ...


class Generated:
    """A random pass. Raises ValueError for a key of the wrong length."""

    def __init__(self, generator: Generator, key: bytes) -> None:
        if len(key) != generator.key_bytes:
            raise ValueError(f"{generator} takes {generator.key_bytes} bytes of key, not {len(key)}")
        self.generator = generator
        self.key = key

    def cipher(self, unit: int) -> Cipher[Any]:
        """The cipher, set to the start of the unit."""
        match self.generator:
            case Generator.AES_256_XTS:
                return Cipher(algorithms.AES(self.key), modes.XTS(unit.to_bytes(16, "little")))
            case Generator.AES_256_CTR:
                return Cipher(algorithms.AES(self.key), modes.CTR((unit << 32).to_bytes(16, "big")))
            case Generator.CHACHA20:
                return Cipher(algorithms.ChaCha20(self.key, bytes(4) + unit.to_bytes(12, "little")), None)

    def phase(self, unit: int) -> int:
        return unit

    def fill(self, out: Buffer, unit: int, length: int) -> None:
        self.cipher(unit).encryptor().update_into(memoryview(_ZEROS)[:length], out.view)

    def uncover(self, got: Buffer, unit: int, length: int) -> None:
        """Deciphers it: what was written becomes zeros again. A third cheaper than making the stream a second time (measured)."""
        self.cipher(unit).decryptor().update_into(got.view[:length], got.view)

    def holds(self, uncovered: Buffer, piece: Piece) -> bool:
        return uncovered.repeats(_NO_BITS, piece.start, piece.length)


class Constant:
    """A pattern of one byte or more, over and over. Raises ValueError for an empty one."""

    def __init__(self, pattern: bytes) -> None:
        if not pattern:
            raise ValueError("a pattern has at least one byte")
        self.pattern = pattern
        self._period = -(-len(_NO_BITS) // len(pattern)) * len(pattern)  # long enough for comparing in whole words
        self._run = pattern * (-(-UNIT // len(pattern)) + 1)

    def phase(self, unit: int) -> int:
        return unit * UNIT % len(self.pattern)

    def fill(self, out: Buffer, unit: int, length: int) -> None:
        phase = self.phase(unit)
        out.view[:length] = memoryview(self._run)[phase : phase + length]

    def uncover(self, got: Buffer, unit: int, length: int) -> None:
        """What was read is judged as it is."""

    def holds(self, uncovered: Buffer, piece: Piece) -> bool:
        phase = piece.offset % len(self.pattern)
        return uncovered.repeats(self._run[phase : phase + self._period], piece.start, piece.length)


def stream_for(pattern: str, generator: Generator | None, key: bytes | None) -> Generated | Constant:
    """The stream of a pass as plan and journal write it: hexadecimal digits, or ``random`` with generator and key.

    Raises ValueError where they don't fit together.
    """
    if pattern != RANDOM:
        return Constant(bytes.fromhex(pattern))
    if generator is None or key is None:
        raise ValueError("a random pass needs a generator and a key")
    return Generated(generator, key)


def fastest_generator(timer: Callable[[], float]) -> Generator:
    """The generator that makes 4 MiB in the least time here: best of three, measured now.

    Which one wins depends on the processor (AES instructions, wide or not, or none), and all three are good enough.
    """
    out = Buffer(UNIT)
    took = {generator: _trial(Generated(generator, bytes(range(generator.key_bytes))), out, timer) for generator in Generator}
    return min(took, key=lambda generator: took[generator])


def _trial(stream: Generated, out: Buffer, timer: Callable[[], float]) -> float:
    times = []
    for unit in range(_TRIALS):
        began = timer()
        stream.fill(out, unit, UNIT)
        times.append(timer() - began)
    return min(times)
