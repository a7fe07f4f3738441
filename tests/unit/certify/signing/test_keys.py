"""Keys: made whole or not at all, opened only when they are safe and right, and each problem said in words."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from certify.errors import KeyProblem, Malformed
from certify.foundation.config import Home
from certify.foundation.messages import Language
from certify.signing import keys as keys_module
from certify.signing.authority import Validity, years_later
from certify.signing.chains import check_chain
from certify.signing.inventory import KeyState, Protection, list_keys
from certify.signing.keyfiles import open_signer, path_of, uri_of, write_key
from certify.signing.keys import Names, load_signer, make_keys, own_signer, own_trust, pinned_validity, store_keys
from certify.signing.passphrases import new_passphrase, passphrase_from_file, passphrase_source
from certify.signing.roles import POLICY_OIDS, Role, role_of
from certify.signing.signer import make_signer, require_role, signature_holds
from certify.signing.trust import Agency, EndedKey, TrustFile

NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
NAMES = Names(Agency("試験市", "999990"), "株式会社試験消去", "端末 1", "https://haiki.example/v")


def never(name: str) -> bytes:
    raise AssertionError(f"a passphrase was asked for {name}")


def numbered():
    """Keys 1, 2, 3 ... instead of random ones."""
    numbers = iter(range(1, 100))
    return lambda: ec.derive_private_key(next(numbers), ec.SECP256R1())


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def stored(home) -> Home:
    store_keys(make_keys(NAMES, pinned_validity(NOW), make_key=numbered()), home, None)
    return home


def files_below(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


# --- made ---


def test_new_keys_are_four_with_a_trust_file_that_believes_them():
    made = make_keys(NAMES, pinned_validity(NOW), make_key=numbered())
    for signer, role in ((made.station, Role.STATION), (made.contractor, Role.CONTRACTOR)):
        assert check_chain(signer.certificates, made.trust, role, NOW).believed
        assert signer.role is role
    assert made.trust.verify_url == NAMES.verify_url
    assert made.trust.agency == NAMES.agency
    assert len({made.root.certificate, made.issuing.certificate, made.station.certificates[0], made.contractor.certificates[0]}) == 4


def test_pinned_keys_last_five_years_whatever_the_day():
    assert pinned_validity(NOW) == Validity(NOW, datetime(2031, 11, 23, 1, 2, 3, tzinfo=UTC))
    assert pinned_validity(NOW.replace(microsecond=5)).start == NOW
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert years_later(leap, 5) == datetime(2033, 2, 28, 12, tzinfo=UTC)
    assert years_later(leap, 4) == datetime(2032, 2, 29, 12, tzinfo=UTC)


def test_certificates_say_what_their_keys_are_for(pki):
    contractor, issuing = pki.contractor.certificates
    usage = contractor.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    constraints = contractor.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca) == (True, False)
    extended = contractor.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.EMAIL_PROTECTION in extended  # NSS, and so Poppler's pdfsig, wants it for a PDF
    station_uses = pki.station.certificates[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.EMAIL_PROTECTION not in station_uses  # a station signs no PDF
    assert issuing.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    identifier = issuing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert contractor.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier == identifier
    assert role_of(contractor) is Role.CONTRACTOR
    assert 1 << 126 <= contractor.serial_number < 1 << 127


def test_the_policies_of_the_roles_never_change():
    arc = "2.25.92227792249598529983165064717592284678.1"
    assert {role.value: oid.dotted_string for role, oid in POLICY_OIDS.items()} == {
        "root": f"{arc}.1",
        "issuing-ca": f"{arc}.2",
        "station": f"{arc}.3",
        "contractor": f"{arc}.4",
        "agency": f"{arc}.5",
    }


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (Names(Agency("", None), "c", "s", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", ""), "c", "s", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", None), "c" * 65, "s", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", None), "c\n", "s", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", None), "c", "s\u202e", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", None), "c", " s", NAMES.verify_url), "name-unusable"),
        (Names(Agency("a", None), "c", "s", "http://haiki.example/v"), "url-unusable"),
        (Names(Agency("a", None), "c", "s", "https://haiki.example/v#"), "url-unusable"),
        (Names(Agency("a", None), "c", "s", "https://例え.example/"), "url-unusable"),
    ],
)
def test_names_that_can_not_stand_in_a_certificate_are_refused(names, code):
    with pytest.raises(KeyProblem) as refusal:
        make_keys(names, pinned_validity(NOW))
    assert refusal.value.code == code


@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_the_longest_names_fit():
    long = "あ" * 64
    made = make_keys(Names(Agency(long, long), long, long, "https://" + "a" * 52), pinned_validity(NOW))
    assert check_chain(made.station.certificates, made.trust, Role.STATION, NOW).believed


# --- stored ---


def test_stored_keys_are_private_and_the_root_lies_apart(stored):
    assert files_below(stored.folder) == {
        "keys": 0o700,
        "keys/contractor.key": 0o600,
        "keys/contractor.pem": 0o644,
        "keys/issuing.key": 0o600,
        "keys/issuing.pem": 0o644,
        "keys/root-offline": 0o700,
        "keys/root-offline/root.key": 0o600,
        "keys/root.pem": 0o644,
        "keys/station.key": 0o600,
        "keys/station.pem": 0o644,
        "trust.json": 0o644,
    }
    assert own_trust(stored).agency.name == "試験市"


def test_stored_keys_open_again(stored):
    signer = own_signer(stored, Role.STATION, NOW, never)
    assert signature_holds(signer.certificates[0], signer.sign(b"data"), b"data")
    assert not signature_holds(signer.certificates[0], signer.sign(b"data"), b"dat")
    assert signer.sign(b"data") == own_signer(stored, Role.STATION, NOW, never).sign(b"data")


def test_existing_keys_and_trust_files_are_never_overwritten(stored):
    before = {path: path.read_bytes() for path in stored.folder.rglob("*") if path.is_file()}
    with pytest.raises(KeyProblem) as refusal:
        store_keys(make_keys(NAMES, pinned_validity(NOW)), stored, None)
    assert refusal.value.code == "keys-exist"
    stored.keys.rename(stored.folder / "away")
    with pytest.raises(KeyProblem) as refusal:
        store_keys(make_keys(NAMES, pinned_validity(NOW)), stored, None)
    assert refusal.value.code == "trust-file-exists"
    (stored.folder / "away").rename(stored.keys)
    assert {path: path.read_bytes() for path in stored.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("failing", range(9))
def test_a_disk_that_fails_at_any_file_leaves_nothing_half_written(home, monkeypatch, failing):
    written = []

    def fail_at(path, data, *, mode=0o644):
        if len(written) == failing:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(keys_module, "write_whole", fail_at)
    monkeypatch.setattr("certify.signing.keyfiles.write_whole", fail_at)
    with pytest.raises(OSError, match="No space"):
        store_keys(make_keys(NAMES, pinned_validity(NOW)), home, None)
    assert files_below(home.folder) == {}
    monkeypatch.undo()
    store_keys(make_keys(NAMES, pinned_validity(NOW)), home, None)


def test_other_files_of_the_home_stay(home):
    home.folder.mkdir()
    (home.folder / "people.toml").write_text("[op]\n")
    store_keys(make_keys(NAMES, pinned_validity(NOW)), home, None)
    assert (home.folder / "people.toml").read_text() == "[op]\n"


# --- opened ---


def problem(act) -> KeyProblem:
    with pytest.raises(KeyProblem) as caught:
        act()
    return caught.value


def test_a_missing_station_key_says_what_to_type(home, language: Language):
    found = problem(lambda: own_signer(home, Role.STATION, NOW, never))
    assert found.code == "no-station-key"
    assert "certify key new" in found.part("next", language)
    assert problem(lambda: own_signer(home, Role.CONTRACTOR, NOW, never)).code == "no-contractor-key"


def test_a_key_that_others_may_read_is_refused_unless_encrypted(stored):
    path = stored.keys / "station.key"
    for mode in (0o640, 0o604, 0o660, 0o644):
        path.chmod(mode)
        found = problem(lambda: own_signer(stored, Role.STATION, NOW, never))
        assert (found.code, found.parameters["mode"]) == ("key-open-to-others", f"{mode:04o}")
    path.chmod(0o400)
    own_signer(stored, Role.STATION, NOW, never)
    write_key(path, own_signer(stored, Role.STATION, NOW, never).private_key, b"geheim")
    path.chmod(0o644)
    own_signer(stored, Role.STATION, NOW, lambda name: b"geheim")


def test_an_encrypted_key_asks_for_its_passphrase(home):
    store_keys(make_keys(NAMES, pinned_validity(NOW), make_key=numbered()), home, "合言葉".encode())
    for path in home.keys.rglob("*.key"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    subprocess.run(  # another program's word for the form of the file
        ["openssl", "pkey", "-in", home.keys / "station.key", "-passin", "pass:合言葉", "-noout"], check=True
    )
    asked = []

    def ask(name):
        asked.append(name)
        return "合言葉".encode()

    own_signer(home, Role.STATION, NOW, ask)
    assert asked == ["station.key"]
    assert problem(lambda: own_signer(home, Role.STATION, NOW, lambda name: b"wrong")).code == "wrong-passphrase"
    assert problem(lambda: own_signer(home, Role.STATION, NOW, lambda name: b"")).code == "wrong-passphrase"


def test_a_key_in_the_wrong_role_is_refused(stored):
    contractor = uri_of(stored.keys / "contractor.key")
    assert problem(lambda: own_signer(stored, Role.STATION, NOW, never, uri=contractor)).code == "not-a-station-key"
    station = uri_of(stored.keys / "station.key")
    assert problem(lambda: load_signer(station, Role.CONTRACTOR, NOW, never)).code == "not-a-contractor-key"
    assert problem(lambda: require_role(open_signer(station, never), Role.AGENCY)).code == "not-an-agency-key"
    assert problem(lambda: load_signer(uri_of(stored.keys / "issuing.key"), Role.STATION, NOW, never)).code == "not-a-station-key"


def test_a_key_is_good_from_its_first_to_its_last_second(stored):
    end = pinned_validity(NOW).end
    second = timedelta(seconds=1)
    own_signer(stored, Role.STATION, NOW, never)
    own_signer(stored, Role.STATION, end, never)
    assert problem(lambda: own_signer(stored, Role.STATION, NOW - second, never)).code == "key-not-yet-valid"
    assert problem(lambda: own_signer(stored, Role.STATION, end + second, never)).code == "key-expired"


@pytest.mark.parametrize("uri", ["", "file:", "station.key", "pkcs11:token=x", "FILE:x"])
def test_a_key_uri_of_another_kind_is_refused(uri):
    assert problem(lambda: path_of(uri)).code == "key-uri-unknown"


def _rsa_pem() -> bytes:
    return rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _p384_pem() -> bytes:
    return ec.derive_private_key(5, ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\x00" * 20000])
def test_a_damaged_key_file_is_refused(stored, content):
    (stored.keys / "station.key").write_bytes(content)
    assert problem(lambda: own_signer(stored, Role.STATION, NOW, never)).code == "key-damaged"


def test_keys_of_other_kinds_are_refused(stored):
    for content in (_rsa_pem(), _p384_pem()):
        (stored.keys / "station.key").write_bytes(content)
        assert problem(lambda: own_signer(stored, Role.STATION, NOW, never)).code == "key-damaged"


def test_key_and_certificate_must_belong_together(stored):
    (stored.keys / "station.pem").write_bytes((stored.keys / "contractor.pem").read_bytes())
    assert problem(lambda: own_signer(stored, Role.STATION, NOW, never)).code == "key-certificate-mismatch"


def test_the_chain_must_lie_beside_the_key(stored):
    (stored.keys / "station.pem").write_bytes(b"junk")
    assert problem(lambda: own_signer(stored, Role.STATION, NOW, never)).code == "chain-damaged"
    (stored.keys / "station.pem").unlink()
    assert problem(lambda: own_signer(stored, Role.STATION, NOW, never)).code == "no-chain-file"
    assert problem(lambda: load_signer(uri_of(stored.keys / "none.key"), Role.STATION, NOW, never)).code == "no-key-file"
    (stored.keys / "none.key").mkdir()
    assert problem(lambda: load_signer(uri_of(stored.keys / "none.key"), Role.STATION, NOW, never)).code == "key-unreadable"


def test_a_certificate_without_a_role_signs_nothing(pki):
    certificate = pki.station.certificates[0]
    builder = x509.CertificateBuilder().subject_name(certificate.subject).issuer_name(certificate.subject).serial_number(9)
    builder = builder.public_key(certificate.public_key()).not_valid_before(NOW).not_valid_after(NOW)
    from cryptography.hazmat.primitives import hashes

    bare = builder.sign(pki.station.private_key, hashes.SHA256())
    assert problem(lambda: make_signer(pki.station.private_key, (bare,))).code == "no-role"
    assert problem(lambda: make_signer(pki.station.private_key, ())).code == "key-certificate-mismatch"


def test_no_trust_file_is_not_an_error_but_a_damaged_one_is(home):
    assert own_trust(home) is None
    home.folder.mkdir()
    home.trust.write_bytes(b"{}")
    with pytest.raises(Malformed):
        own_trust(home)
    home.trust.unlink()
    home.trust.mkdir()
    assert problem(lambda: own_trust(home)).code == "trust-file-unreadable"


# --- passphrases ---


def _file(tmp_path, content: bytes, mode: int = 0o600) -> str:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("content", [b"secret", b"secret\n", b"secret\r\n", b"secret\nsecond line\n"])
def test_a_passphrase_file_gives_its_first_line(tmp_path, content):
    assert passphrase_source({"HAIKI_PASSPHRASE_FILE": _file(tmp_path, content)}, never)("x") == b"secret"


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 1025])
def test_a_passphrase_file_without_a_usable_line_is_refused(tmp_path, content):
    assert problem(lambda: passphrase_from_file(Path(_file(tmp_path, content)))).code == "passphrase-unusable"


def test_a_passphrase_file_open_to_others_or_missing_is_refused(tmp_path):
    assert problem(lambda: passphrase_from_file(Path(_file(tmp_path, b"x", 0o644)))).code == "passphrase-file-open"
    assert problem(lambda: passphrase_from_file(tmp_path / "none")).code == "passphrase-file-unreadable"


def test_without_a_file_a_person_is_asked_in_words(language: Language):
    asked = []
    source = passphrase_source({}, lambda prompt: asked.append(prompt) or b"typed")
    assert source("station.key") == b"typed"
    assert "station.key" in asked[0]


def test_a_new_passphrase_is_typed_twice(tmp_path):
    answers = iter([b"one", b"one", b"one", b"two", b""])
    assert new_passphrase({}, lambda prompt: next(answers)) == b"one"
    assert problem(lambda: new_passphrase({}, lambda prompt: next(answers))).code == "passphrases-differ"
    assert problem(lambda: new_passphrase({}, lambda prompt: next(answers))).code == "passphrase-unusable"
    assert new_passphrase({"HAIKI_PASSPHRASE_FILE": _file(tmp_path, b"filed")}, never) == b"filed"


def test_nobody_is_asked_where_nobody_can_type(monkeypatch):
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert problem(lambda: passphrase_source({})("station.key")).code == "passphrase-needed"


# --- listed ---


def test_the_list_says_what_expires_when(stored):
    end = pinned_validity(NOW).end

    def states(at):
        return {entry.state for entry in list_keys(stored, at)}

    assert [(entry.name, entry.role) for entry in list_keys(stored, NOW)] == [
        ("root", Role.ROOT),
        ("issuing", Role.ISSUING_CA),
        ("station", Role.STATION),
        ("contractor", Role.CONTRACTOR),
    ]
    assert states(NOW) == {KeyState.VALID}
    assert states(NOW - timedelta(seconds=1)) == {KeyState.NOT_YET_VALID}
    assert states(end - timedelta(days=29)) == {KeyState.EXPIRES_SOON}
    assert states(end + timedelta(seconds=1)) == {KeyState.EXPIRED}


def test_the_list_says_how_each_key_is_kept(stored):
    (stored.keys / "root-offline" / "root.key").unlink()
    (stored.keys / "contractor.key").chmod(0o644)
    write_key(stored.keys / "issuing.key", ec.derive_private_key(2, ec.SECP256R1()), b"secret")
    assert [entry.protection for entry in list_keys(stored, NOW)] == [
        Protection.AWAY,
        Protection.ENCRYPTED,
        Protection.OWNER_ONLY,
        Protection.OPEN_TO_OTHERS,
    ]


def test_the_list_knows_keys_that_ended(stored):
    trust = own_trust(stored)
    keyid = own_signer(stored, Role.STATION, NOW, never).keyid
    ended = (EndedKey(keyid, NOW + timedelta(days=9), NOW, "lost"),)
    lists = TrustFile(2, trust.issued, trust.expires, trust.agency, trust.verify_url, trust.roots, trust.certificates, ended).to_bytes()
    stored.trust.write_bytes(lists)
    assert [entry.state for entry in list_keys(stored, NOW)] == [KeyState.VALID, KeyState.VALID, KeyState.ENDED, KeyState.VALID]


def test_an_empty_installation_says_what_to_type(home, language: Language):
    assert "certify key new" in problem(lambda: list_keys(home, NOW)).part("next", language)
