"""The test keys, read from the generator that makes them: nothing here depends on what lies on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
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


def other_form(signature: bytes) -> bytes:
    """The other signature that holds when this one does: (r, n - s). Anyone can make it. DER."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 - s)


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
