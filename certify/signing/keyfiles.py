"""Private keys and chains as files: PKCS#8 in PEM, either encrypted or readable by its owner only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from certify.errors import KeyProblem, Malformed
from certify.foundation.errors import system_reason
from certify.foundation.files import write_whole
from certify.signing.certificates import read_pem
from certify.signing.passphrases import Passphrase, others_may_read
from certify.signing.signer import FileSigner, make_signer

KEY_SUFFIX = ".key"
CHAIN_SUFFIX = ".pem"
_FILE_SCHEME = "file:"
_MAX_KEY = 16 * 1024
_ROUNDS = 600_000  # PBKDF2 with HMAC-SHA-256; OWASP Password Storage Cheat Sheet, 2023
_ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@dataclass(frozen=True)
class KeyFile:
    """A private key's file as it lies there, not yet opened."""

    path: Path
    content: bytes

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return self.content.startswith(_ENCRYPTED)


def _encrypted(plain: bytes, passphrase: bytes) -> bytes:
    """EncryptedPrivateKeyInfo (RFC 5958) by PBES2 (RFC 8018): PBKDF2 with HMAC-SHA-256, AES-256 in CBC mode.

    OpenSSL reads and writes the same, but stops at 2048 rounds, which is too few for what a person can remember.
    """
    from asn1crypto import algos, keys, pem

    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    padder = PKCS7(algorithms.AES.block_size).padder()
    encryptor = Cipher(algorithms.AES256(PBKDF2HMAC(hashes.SHA256(), 32, salt, _ROUNDS).derive(passphrase)), modes.CBC(start)).encryptor()
    derivation = {"salt": algos.Pbkdf2Salt("specified", salt), "iteration_count": _ROUNDS, "prf": {"algorithm": "sha256"}}
    scheme = {
        "key_derivation_func": {"algorithm": "pbkdf2", "parameters": derivation},
        "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": start},
    }
    info = keys.EncryptedPrivateKeyInfo(
        {
            "encryption_algorithm": {"algorithm": "pbes2", "parameters": scheme},
            "encrypted_data": encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize(),
        }
    )
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", info.dump()))


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> None:
    """Writes the file, mode 0600; encrypted where a passphrase is given. Raises OSError."""
    if passphrase is None:
        data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    else:
        data = _encrypted(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)
    write_whole(path, data, mode=0o600)


def read_key_file(path: Path) -> KeyFile:
    """The file's content. Raises KeyProblem when it is missing, not ours, or open to others without being encrypted."""
    try:
        with path.open("rb") as stream:
            found = KeyFile(path, stream.read(_MAX_KEY + 1))
        open_to_others = not found.encrypted and others_may_read(path)
    except FileNotFoundError as error:
        raise KeyProblem("signing", "no-key-file", path=str(path)) from error
    except OSError as error:
        raise KeyProblem("signing", "key-unreadable", path=str(path), detail=system_reason(error)) from error
    if open_to_others:
        mode = f"{path.stat().st_mode & 0o777:04o}"
        raise KeyProblem("signing", "key-open-to-others", path=str(path), mode=mode)
    return found


def open_key(found: KeyFile, passphrase: Passphrase) -> ec.EllipticCurvePrivateKey:
    """The key itself. Raises KeyProblem for a wrong passphrase, a damaged file or another kind of key."""
    secret = passphrase(found.path.name) if found.encrypted else None
    try:
        key = load_pem_private_key(found.content, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        code = "wrong-passphrase" if found.encrypted else "key-damaged"
        raise KeyProblem("signing", code, path=str(found.path)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyProblem("signing", "key-damaged", path=str(found.path))
    return key


def path_of(uri: str) -> Path:
    """The path that a key URI names: ``file:`` and a path, the chain lying beside it as ``.pem``. Raises KeyProblem."""
    if not uri.startswith(_FILE_SCHEME) or uri == _FILE_SCHEME:
        raise KeyProblem("signing", "key-uri-unknown", uri=uri)
    return Path(uri.removeprefix(_FILE_SCHEME))


def uri_of(path: Path) -> str:
    """The key URI of a private key's file."""
    return f"{_FILE_SCHEME}{path}"


def open_signer(uri: str, passphrase: Passphrase) -> FileSigner:
    """The signer that a key URI names. Raises KeyProblem: missing, too open, wrong passphrase, damaged, no chain beside it."""
    path = path_of(uri)
    found = read_key_file(path)
    chain_path = path.with_suffix(CHAIN_SUFFIX)
    try:
        chain = read_pem(chain_path.read_bytes())
    except OSError as error:
        raise KeyProblem("signing", "no-chain-file", path=str(chain_path), detail=system_reason(error)) from error
    except Malformed as error:
        raise KeyProblem("signing", "chain-damaged", path=str(chain_path), detail=error.parameters["detail"]) from error
    return make_signer(open_key(found, passphrase), chain)
