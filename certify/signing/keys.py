"""The keys of one installation: making them all at once, and finding the one for a role.

``$HAIKI_HOME/keys`` (0700) holds NAME.key and NAME.pem for the issuing CA, the station and the contractor, root.pem,
and root-offline/root.key, which is to be carried away: whoever has it can make any key a trusted one.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certify.errors import KeyProblem
from certify.foundation.address import is_address
from certify.foundation.clock import in_japan
from certify.foundation.config import Home
from certify.foundation.errors import system_reason
from certify.foundation.files import private_folder, sync_folder, write_whole
from certify.signing.authority import MAX_NAME, YEARS_PINNED, Authority, Subject, Validity, make_certificate, new_key, years_later
from certify.signing.certificates import write_pem
from certify.signing.keyfiles import CHAIN_SUFFIX, KEY_SUFFIX, open_signer, uri_of, write_key
from certify.signing.passphrases import Passphrase
from certify.signing.roles import Role
from certify.signing.signer import FileSigner, make_signer, require_role
from certify.signing.trust import Agency, TrustFile, load_trust

ROOT_FOLDER = "root-offline"
FILES = {Role.ISSUING_CA: "issuing", Role.STATION: "station", Role.CONTRACTOR: "contractor", Role.ROOT: "root"}
_MISSING = {Role.STATION: "no-station-key", Role.CONTRACTOR: "no-contractor-key"}


@dataclass(frozen=True)
class Names:
    """Whom the keys speak for."""

    agency: Agency
    contractor: str
    station: str
    verify_url: str


@dataclass(frozen=True)
class KeySet:
    """All keys of a new installation, and whom to trust for them."""

    root: Authority
    issuing: Authority
    station: FileSigner
    contractor: FileSigner
    trust: TrustFile


def _check_names(names: Names) -> None:
    code = () if names.agency.code is None else (names.agency.code,)
    for name in (names.agency.name, names.contractor, names.station, *code):
        if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
            raise KeyProblem("signing", "name-unusable", name=name)
    if not is_address(names.verify_url):
        raise KeyProblem("signing", "url-unusable", url=names.verify_url)


def make_keys(
    names: Names,
    validity: Validity,
    *,
    make_key: Callable[[], ec.EllipticCurvePrivateKey] = new_key,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> KeySet:
    """Root, issuing CA, station, contractor and the trust file. ``make_key`` is asked in that order. Pure but for chance.

    Raises KeyProblem for a name or an address that can't stand in a certificate, a QR code or a trust file.
    """
    _check_names(names)
    root_key, issuing_key, station_key, contractor_key = make_key(), make_key(), make_key(), make_key()

    def certificate(subject: Subject, key: ec.EllipticCurvePrivateKey, role: Role, issuer: Authority) -> x509.Certificate:
        return make_certificate(subject, key.public_key(), role, validity, issuer=issuer, random_bytes=random_bytes)

    agency, contractor = names.agency.name, names.contractor
    root_name = Subject(agency, "Root CA")
    root_certificate = make_certificate(root_name, root_key.public_key(), Role.ROOT, validity, issuer=root_key, random_bytes=random_bytes)
    root = Authority(root_certificate, root_key)
    issuing_certificate = make_certificate(
        Subject(agency, "Issuing CA"),
        issuing_key.public_key(),
        Role.ISSUING_CA,
        validity,
        issuer=root,
        may_issue=(Role.STATION, Role.CONTRACTOR),
        random_bytes=random_bytes,
    )
    issuing = Authority(issuing_certificate, issuing_key)
    station_certificate = certificate(Subject(contractor, names.station), station_key, Role.STATION, issuing)
    contractor_certificate = certificate(Subject(contractor, contractor), contractor_key, Role.CONTRACTOR, issuing)
    trust = TrustFile(
        version=1,
        issued=validity.start,
        expires=validity.end,
        agency=names.agency,
        verify_url=names.verify_url,
        roots=(root_certificate,),
        certificates=(issuing_certificate, station_certificate, contractor_certificate),
        ended=(),
    )
    return KeySet(
        root,
        issuing,
        make_signer(station_key, (station_certificate, issuing_certificate)),
        make_signer(contractor_key, (contractor_certificate, issuing_certificate)),
        load_trust(trust.to_bytes()),  # what can't be read back is not handed out
    )


def pinned_validity(now: datetime) -> Validity:
    """Five years from this second."""
    start = now.replace(microsecond=0)
    return Validity(start, years_later(start, YEARS_PINNED))


def _write_all(keys: KeySet, folder: Path, passphrase: bytes | None) -> None:
    private_folder(folder)
    members: dict[Role, tuple[ec.EllipticCurvePrivateKey, Sequence[x509.Certificate]]] = {
        Role.ISSUING_CA: (keys.issuing.key, (keys.issuing.certificate,)),
        Role.STATION: (keys.station.private_key, keys.station.certificates),
        Role.CONTRACTOR: (keys.contractor.private_key, keys.contractor.certificates),
    }
    for role, (key, chain) in members.items():
        write_key(folder / f"{FILES[role]}{KEY_SUFFIX}", key, passphrase)
        write_whole(folder / f"{FILES[role]}{CHAIN_SUFFIX}", write_pem(chain))
    root_folder = private_folder(folder / ROOT_FOLDER)
    write_key(root_folder / f"root{KEY_SUFFIX}", keys.root.key, passphrase)
    write_whole(folder / f"root{CHAIN_SUFFIX}", write_pem((keys.root.certificate,)))


def refuse_existing(home: Home) -> None:
    """Raises KeyProblem if this installation has keys or a trust file: neither is ever overwritten."""
    if home.keys.exists():
        raise KeyProblem("signing", "keys-exist", folder=str(home.keys))
    if home.trust.exists():
        raise KeyProblem("signing", "trust-file-exists", path=str(home.trust))


def store_keys(keys: KeySet, home: Home, passphrase: bytes | None) -> Path:
    """Writes keys and trust file, all or nothing; returns the root key's path. Raises KeyProblem, OSError.

    The folder appears under its name in one step, with everything in it.
    """
    refuse_existing(home)
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = home.folder / f".keys.{secrets.token_hex(4)}"
    try:
        _write_all(keys, beside, passphrase)
        refuse_existing(home)
        beside.rename(home.keys)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    try:
        write_whole(home.trust, keys.trust.to_bytes())
    except BaseException:
        shutil.rmtree(home.keys, ignore_errors=True)
        raise
    sync_folder(home.folder)
    return home.keys / ROOT_FOLDER / f"root{KEY_SUFFIX}"


def load_signer(uri: str, role: Role, now: datetime, passphrase: Passphrase) -> FileSigner:
    """The signer of a key URI, ready for this role at this time. Raises KeyProblem: also wrong role, expired, not yet valid."""
    signer = open_signer(uri, passphrase)
    require_role(signer, role)
    for certificate in signer.certificates:
        if now < certificate.not_valid_before_utc:
            raise KeyProblem("signing", "key-not-yet-valid", uri=uri, start=in_japan(certificate.not_valid_before_utc), now=in_japan(now))
        if now > certificate.not_valid_after_utc:
            raise KeyProblem("signing", "key-expired", uri=uri, end=in_japan(certificate.not_valid_after_utc), now=in_japan(now))
    return signer


def own_signer(home: Home, role: Role, now: datetime, passphrase: Passphrase, *, uri: str | None = None) -> FileSigner:
    """This installation's station or contractor key, or the one that ``uri`` names. Raises KeyProblem.

    A missing key has a code of its own (``no-station-key``, ``no-contractor-key``), which says what to type.
    """
    path = home.keys / f"{FILES[role]}{KEY_SUFFIX}"
    if uri is None and not path.exists():
        raise KeyProblem("signing", _MISSING[role], folder=str(home.keys))
    return load_signer(uri or uri_of(path), role, now, passphrase)


def own_trust(home: Home) -> TrustFile | None:
    """The trust file of the user's own configuration; None if there is none. Raises Malformed, KeyProblem."""
    try:
        return load_trust(home.trust.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyProblem("signing", "trust-file-unreadable", path=str(home.trust), detail=system_reason(error)) from error
