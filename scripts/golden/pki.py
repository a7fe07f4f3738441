"""tests/pki: the keys of tests, from fixed seeds and with fixed dates.

Never to be trusted: everybody has them. Valid from 2026 to 2031 where the name says nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certify.signing.authority import Authority, Subject, Validity, make_certificate
from certify.signing.certificates import certificate_keyid, write_pem
from certify.signing.roles import Role
from certify.signing.trust import Agency, EndedKey, TrustFile

FOLDERS = ("tests/pki",)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256; FIPS 186-5
_AGENCY, _CONTRACTOR = "試験市", "株式会社試験消去"


def _day(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


_LONG = Validity(_day(2020), _day(2040))
_NOW = Validity(_day(2026), _day(2031))
_PAST = Validity(_day(2021), _day(2026))
_FUTURE = Validity(_day(2030), _day(2035))


def _key(name: str) -> ec.EllipticCurvePrivateKey:
    digest = hashlib.sha512(f"haiki test key {name}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _bytes_for(name: str) -> Callable[[int], bytes]:
    return lambda count: hashlib.sha256(f"haiki test serial {name}".encode()).digest()[:count]


class _Family:
    """A root, its issuing CA, and the signers below them."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.files: dict[str, bytes] = {}
        self.certificates: list[x509.Certificate] = []
        self.root = self._authority("root", Role.ROOT, None)
        self.issuing = self._authority("issuing", Role.ISSUING_CA, self.root)
        self._keep("root", self.root.key, write_pem((self.root.certificate,)))

    def _keep(self, name: str, key: ec.EllipticCurvePrivateKey, chain: bytes) -> None:
        self.files[f"tests/pki/{self.prefix}{name}.key"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.files[f"tests/pki/{self.prefix}{name}.pem"] = chain

    def _authority(self, name: str, role: Role, issuer: Authority | None) -> Authority:
        key = _key(self.prefix + name)
        certificate = make_certificate(
            Subject(_AGENCY, f"{self.prefix}test {name}"),
            key.public_key(),
            role,
            _LONG,
            issuer=issuer or key,
            may_issue=(Role.STATION, Role.CONTRACTOR) if issuer else (),
            random_bytes=_bytes_for(self.prefix + name),
        )
        return Authority(certificate, key)

    def signer(self, name: str, role: Role, validity: Validity = _NOW) -> str:
        """Adds a signer; returns its keyid. An agency is certified by the root itself."""
        key = _key(self.prefix + name)
        issuer = self.root if role is Role.AGENCY else self.issuing
        certificate = make_certificate(
            Subject(_AGENCY if role is Role.AGENCY else _CONTRACTOR, f"{self.prefix}test {name}"),
            key.public_key(),
            role,
            validity,
            issuer=issuer,
            random_bytes=_bytes_for(self.prefix + name),
        )
        self.certificates.append(certificate)
        chain = (certificate,) if role is Role.AGENCY else (certificate, self.issuing.certificate)
        self._keep(name, key, write_pem(chain))
        return certificate_keyid(certificate)

    def trust(self, ended: tuple[EndedKey, ...] = ()) -> None:
        """Adds the trust file that vouches for this family."""
        trust = TrustFile(
            version=1,
            issued=_day(2026),
            expires=_day(2031),
            agency=Agency(_AGENCY, "999990"),
            verify_url="https://haiki.example/v",
            roots=(self.root.certificate,),
            certificates=(self.issuing.certificate, *self.certificates),
            ended=ended,
        )
        self.files[f"tests/pki/{self.prefix}trust.json"] = trust.to_bytes()


def files() -> dict[str, bytes]:
    """Every file of tests/pki by its path."""
    ours, foreign = _Family(""), _Family("foreign-")
    ours.signer("station", Role.STATION)
    ours.signer("contractor", Role.CONTRACTOR)
    ours.signer("agency", Role.AGENCY)
    ours.signer("expired-station", Role.STATION, _PAST)
    ours.signer("expired-contractor", Role.CONTRACTOR, _PAST)
    ours.signer("future-contractor", Role.CONTRACTOR, _FUTURE)
    revoked = ours.signer("revoked-contractor", Role.CONTRACTOR)
    retired = ours.signer("retired-station", Role.STATION)
    june = datetime(2026, 6, 1, tzinfo=UTC)
    ours.trust((EndedKey(revoked, june, june, "compromised"), EndedKey(retired, june, None, "retired")))
    foreign.signer("station", Role.STATION)
    foreign.signer("contractor", Role.CONTRACTOR)
    foreign.trust()
    return {**ours.files, **foreign.files}
