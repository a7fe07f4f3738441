"""The media encryption keys of a self-encrypting medium. A key is a physical thing: while its bytes exist, what it covers can be read."""

from __future__ import annotations

import hashlib


class Keys:
    """The current key and those before it that were not destroyed. ``seed`` makes the keys, so that a run repeats itself."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.current = 0  # which generation new data is encrypted with
        self.existing = {0: self._made(0)}  # by generation: what somebody who opens the drive can find

    def _made(self, generation: int) -> bytes:
        return hashlib.sha256(b"media encryption key %d %d" % (self._seed, generation)).digest()

    def renew(self, *, old_stays: bool = False) -> None:
        """A new key; the old one is destroyed, or ``old_stays`` somewhere although the drive says otherwise."""
        if not old_stays:
            del self.existing[self.current]
        self.current += 1
        self.existing[self.current] = self._made(self.current)

    def crypt(self, generation: int, page: int, data: bytes) -> bytes:
        """Encrypts or decrypts one page; the stream depends on the logical page, as the tweak of XTS-AES does."""
        stream = hashlib.shake_128(self.existing[generation] + page.to_bytes(8, "little")).digest(len(data))
        return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(data), "little")
