"""What an installation has in keys, and what expires when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509

from certify.errors import KeyProblem, Malformed
from certify.foundation.config import Home
from certify.signing.certificates import certificate_keyid, common_name_of, organisation_of, read_pem
from certify.signing.keyfiles import CHAIN_SUFFIX, KEY_SUFFIX, read_key_file
from certify.signing.keys import FILES, ROOT_FOLDER, own_trust
from certify.signing.roles import Role, role_of
from certify.signing.trust import TrustFile

_SOON = timedelta(days=30)


class KeyState(StrEnum):
    """What a list of keys says of each."""

    VALID = "valid"
    EXPIRES_SOON = "expires-soon"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    ENDED = "ended"


class Protection(StrEnum):
    """How the private key lies there."""

    ENCRYPTED = "encrypted"
    OWNER_ONLY = "owner-only"
    OPEN_TO_OTHERS = "open-to-others"
    AWAY = "away"


@dataclass(frozen=True)
class KeyEntry:
    """One key of an installation."""

    name: str
    role: Role | None
    keyid: str
    organisation: str | None
    common_name: str | None
    valid_from: datetime
    valid_until: datetime
    state: KeyState
    protection: Protection


def _protection(path: Path) -> Protection:
    try:
        return Protection.ENCRYPTED if read_key_file(path).encrypted else Protection.OWNER_ONLY
    except KeyProblem as problem:
        return Protection.OPEN_TO_OTHERS if problem.code == "key-open-to-others" else Protection.AWAY


def _state(certificate: x509.Certificate, trust: TrustFile | None, now: datetime) -> KeyState:
    end = trust.end_of(certificate_keyid(certificate)) if trust else None
    if end is not None and now >= min(end.ended, end.revoked or end.ended):
        return KeyState.ENDED
    if now < certificate.not_valid_before_utc:
        return KeyState.NOT_YET_VALID
    if now > certificate.not_valid_after_utc:
        return KeyState.EXPIRED
    return KeyState.EXPIRES_SOON if certificate.not_valid_after_utc - now < _SOON else KeyState.VALID


def list_keys(home: Home, now: datetime) -> list[KeyEntry]:
    """Every key of the installation, the root first. Raises KeyProblem when there is none or a chain can't be read."""
    trust = own_trust(home)
    entries = []
    for role, name in sorted(FILES.items(), key=lambda item: list(Role).index(item[0])):
        chain_path = home.keys / f"{name}{CHAIN_SUFFIX}"
        if not chain_path.exists():
            continue
        try:
            certificate = read_pem(chain_path.read_bytes())[0]
        except (OSError, Malformed) as error:
            raise KeyProblem("signing", "chain-damaged", path=str(chain_path), detail=str(error)) from error
        folder = home.keys / ROOT_FOLDER if role is Role.ROOT else home.keys
        entries.append(
            KeyEntry(
                name,
                role_of(certificate),
                certificate_keyid(certificate),
                organisation_of(certificate),
                common_name_of(certificate),
                certificate.not_valid_before_utc,
                certificate.not_valid_after_utc,
                _state(certificate, trust, now),
                _protection(folder / f"{name}{KEY_SUFFIX}"),
            )
        )
    if not entries:
        raise KeyProblem("signing", "no-keys", folder=str(home.keys))
    return entries
