"""The test keys, read from the generator that makes them: nothing here depends on what lies on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certify.signing.certificates import read_pem
from certify.signing.roles import Role
from certify.signing.signer import FileSigner, make_signer
from golden import pki


@cache
def signer(name: str) -> FileSigner:
    """``station``, ``contractor``, ``foreign-station`` ...: as the files of tests/pki."""
    made = pki.files()
    key = load_pem_private_key(made[f"tests/pki/{name}.key"], None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError(name)
    return make_signer(key, read_pem(made[f"tests/pki/{name}.pem"]))


@dataclass(frozen=True)
class Pretender:
    """A signer that claims another role than its certificate gives: whoever holds a key need not ask our code first."""

    honest: FileSigner
    role: Role

    @property
    def certificates(self):  # noqa: ANN201
        return self.honest.certificates

    @property
    def keyid(self) -> str:
        return self.honest.keyid

    def sign(self, data: bytes) -> bytes:
        return self.honest.sign(data)
