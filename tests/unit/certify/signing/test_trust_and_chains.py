"""Whom the trust file vouches for: path, role, time, ends of keys."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import Malformed
from certify.foundation.canonical import canonical_json
from certify.signing.authority import Authority, Subject, Validity, make_certificate
from certify.signing.certificates import certificate_keyid, from_base64, read_der, read_pem, to_base64, to_der, write_pem
from certify.signing.chains import Doubt, check_chain
from certify.signing.roles import Role, policies_of, role_of
from certify.signing.trust import Agency, EndedKey, TrustFile, load_trust

NOW = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
LONG = Validity(datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
YEARS = Validity(datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))


def key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def trust_of(*roots: x509.Certificate, others: tuple[x509.Certificate, ...] = ()) -> TrustFile:
    return TrustFile(1, YEARS.start, YEARS.end, Agency("a", None), "https://haiki.example/v", roots, others, ())


def root_and_issuing(may_issue=(Role.STATION, Role.CONTRACTOR)) -> tuple[Authority, Authority]:
    root = Authority(make_certificate(Subject("o", "r"), key(11).public_key(), Role.ROOT, LONG, issuer=key(11)), key(11))
    issuing = make_certificate(Subject("o", "i"), key(12).public_key(), Role.ISSUING_CA, LONG, issuer=root, may_issue=may_issue)
    return root, Authority(issuing, key(12))


# --- believed ---


@pytest.mark.parametrize(("name", "role"), [("station", Role.STATION), ("contractor", Role.CONTRACTOR), ("agency", Role.AGENCY)])
def test_a_signer_in_its_role_is_believed(pki, name, role):
    signer = pki.signer(name)
    report = check_chain(signer.certificates, pki.trust, role, NOW)
    assert report.doubts == ()
    assert report.believed
    assert report.trusted
    assert (report.keyid, report.role) == (signer.keyid, role)
    assert report.path[0] == signer.certificates[0]
    assert report.path[-1] == pki.trust.roots[0]
    assert (report.valid_from.year, report.valid_until.year) == (2026, 2031)


def test_the_issuing_authority_may_come_from_the_trust_file(pki):
    assert check_chain(pki.station.certificates[:1], pki.trust, Role.STATION, NOW).believed


def test_foreign_certificates_beside_the_right_ones_change_nothing(pki):
    stray = pki.signer("foreign-station").certificates
    assert check_chain((*pki.station.certificates, *stray), pki.trust, Role.STATION, NOW).believed


# --- not believed ---


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("station", Role.CONTRACTOR),
        ("contractor", Role.STATION),
        ("agency", Role.CONTRACTOR),
        ("station", Role.AGENCY),
        ("contractor", Role.ISSUING_CA),
    ],
)
def test_a_signature_by_the_wrong_role_is_seen(pki, name, role):
    report = check_chain(pki.signer(name).certificates, pki.trust, role, NOW)
    assert Doubt.WRONG_ROLE in report.doubts
    assert report.trusted


def test_another_root_gives_no_path(pki):
    foreign = pki.signer("foreign-station")
    assert check_chain(foreign.certificates, pki.trust, Role.STATION, NOW).doubts == (Doubt.NO_PATH,)
    theirs = load_trust((pki.folder / "foreign-trust.json").read_bytes())
    assert check_chain(foreign.certificates, theirs, Role.STATION, NOW).believed


def test_a_root_that_came_along_with_the_paper_proves_nothing(pki):
    [root] = read_pem((pki.folder / "foreign-root.pem").read_bytes())
    chain = (*pki.signer("foreign-station").certificates, root)
    assert check_chain(chain, pki.trust, Role.STATION, NOW).doubts == (Doubt.NO_PATH,)


def test_an_expired_certificate_is_told_from_one_that_was_never_trusted(pki):
    report = check_chain(pki.signer("expired-contractor").certificates, pki.trust, Role.CONTRACTOR, NOW)
    assert report.doubts == (Doubt.EXPIRED,)
    assert report.trusted
    then = report.valid_until - timedelta(days=1)
    assert check_chain(pki.signer("expired-contractor").certificates, pki.trust, Role.CONTRACTOR, then).believed


def test_a_certificate_is_good_to_the_last_second_and_from_the_first(pki):
    signer = pki.signer("expired-station")
    first, last = signer.certificates[0].not_valid_before_utc, signer.certificates[0].not_valid_after_utc
    second = timedelta(seconds=1)
    doubts = [check_chain(signer.certificates, pki.trust, Role.STATION, at).doubts for at in (first - second, first, last, last + second)]
    assert doubts == [(Doubt.NOT_YET_VALID,), (), (), (Doubt.EXPIRED,)]


def test_a_certificate_of_the_future_is_not_yet_valid(pki):
    report = check_chain(pki.signer("future-contractor").certificates, pki.trust, Role.CONTRACTOR, NOW)
    assert report.doubts == (Doubt.NOT_YET_VALID,)


def test_a_revoked_key_falls_from_its_date_on_and_stands_before_it(pki):
    chain = pki.signer("revoked-contractor").certificates
    june = datetime(2026, 6, 1, tzinfo=UTC)
    assert check_chain(chain, pki.trust, Role.CONTRACTOR, june).doubts == (Doubt.REVOKED, Doubt.ENDED)
    assert check_chain(chain, pki.trust, Role.CONTRACTOR, june - timedelta(seconds=1)).believed
    assert check_chain(chain, pki.trust, Role.CONTRACTOR, NOW).ends[0].reason == "compromised"


def test_a_retirement_does_not_hide_that_the_authority_above_was_revoked(pki):
    june = datetime(2026, 6, 1, tzinfo=UTC)
    station = pki.station
    authority = certificate_keyid(station.certificates[1])
    revoked, retired = EndedKey(authority, june, june, "compromised"), EndedKey(station.keyid, june, None, "retired")
    for ended in ((revoked,), (revoked, retired), (retired, revoked)):
        report = check_chain(station.certificates, replace(pki.trust, ended=ended), Role.STATION, NOW)
        assert report.doubts == (Doubt.REVOKED, Doubt.ENDED)
    only_retired = replace(pki.trust, ended=(retired,))
    assert check_chain(station.certificates, only_retired, Role.STATION, NOW).doubts == (Doubt.ENDED,)


def test_a_retired_key_has_ended_but_is_not_revoked(pki):
    assert check_chain(pki.signer("retired-station").certificates, pki.trust, Role.STATION, NOW).doubts == (Doubt.ENDED,)


def test_the_end_of_an_issuing_authority_is_the_end_of_all_below(pki):
    wire = json.loads(pki.trust_bytes)
    issuing = certificate_keyid(pki.station.certificates[1])
    wire["ended"].append({"keyid": issuing, "ended": "2026-02-01T00:00:00Z", "revoked": "2026-02-01T00:00:00Z", "reason": "lost"})
    report = check_chain(pki.station.certificates, load_trust(canonical_json(wire)), Role.STATION, NOW)
    assert Doubt.REVOKED in report.doubts


def test_an_authority_gives_only_the_roles_it_may_give():
    root, issuing = root_and_issuing(may_issue=(Role.STATION,))
    contractor = make_certificate(Subject("o", "c"), key(13).public_key(), Role.CONTRACTOR, YEARS, issuer=issuing)
    report = check_chain((contractor, issuing.certificate), trust_of(root.certificate), Role.CONTRACTOR, NOW)
    assert report.doubts == (Doubt.ROLE_NOT_GIVEN,)
    station = make_certificate(Subject("o", "s"), key(13).public_key(), Role.STATION, YEARS, issuer=issuing)
    assert check_chain((station, issuing.certificate), trust_of(root.certificate), Role.STATION, NOW).believed


def test_a_signer_can_not_make_further_signers():
    root, issuing = root_and_issuing()
    station = make_certificate(Subject("o", "s"), key(13).public_key(), Role.STATION, YEARS, issuer=issuing)
    forged = make_certificate(Subject("o", "f"), key(14).public_key(), Role.CONTRACTOR, YEARS, issuer=Authority(station, key(13)))
    report = check_chain((forged, station, issuing.certificate), trust_of(root.certificate), Role.CONTRACTOR, NOW)
    assert report.doubts == (Doubt.NO_PATH,)


def test_an_issuing_authority_can_not_make_another_one():
    root, issuing = root_and_issuing()
    second = make_certificate(Subject("o", "j"), key(15).public_key(), Role.ISSUING_CA, LONG, issuer=issuing, may_issue=tuple(Role))
    forged = make_certificate(Subject("o", "f"), key(14).public_key(), Role.CONTRACTOR, YEARS, issuer=Authority(second, key(15)))
    report = check_chain((forged, second, issuing.certificate), trust_of(root.certificate), Role.CONTRACTOR, NOW)
    assert report.doubts == (Doubt.NO_PATH,)


def test_an_authority_is_no_signer(pki):
    issuing = pki.station.certificates[1]
    report = check_chain((issuing,), pki.trust, Role.STATION, NOW)
    assert {Doubt.WRONG_ROLE, Doubt.NO_SIGNING_USE} <= set(report.doubts)


def test_a_certificate_with_an_altered_byte_has_no_path(pki):
    der = bytearray(to_der(pki.station.certificates[0]))
    der[-1] ^= 1  # in the signature
    assert check_chain((read_der(bytes(der)), *pki.station.certificates[1:]), pki.trust, Role.STATION, NOW).doubts == (Doubt.NO_PATH,)


def _bare(issuing: Authority, *extensions: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(Subject("o", "b").to_name()).issuer_name(issuing.certificate.subject)
    builder = builder.public_key(key(16).public_key()).serial_number(77).not_valid_before(YEARS.start).not_valid_after(YEARS.end)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.key.public_key()), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuing.key, hashes.SHA256())


def test_a_certificate_without_role_use_or_constraints_is_doubted():
    root, issuing = root_and_issuing()
    report = check_chain((_bare(issuing), issuing.certificate), trust_of(root.certificate), Role.STATION, NOW)
    assert {Doubt.WRONG_ROLE, Doubt.NO_SIGNING_USE} <= set(report.doubts)
    assert report.role is None


def test_a_critical_extension_that_nobody_here_understands_is_doubted():
    root, issuing = root_and_issuing()
    station = make_certificate(Subject("o", "s"), key(16).public_key(), Role.STATION, YEARS, issuer=issuing)
    same = [(extension.value, extension.critical) for extension in station.extensions if extension.oid != x509.AuthorityKeyIdentifier.oid]
    unknown = (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00"), True)
    web_only = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), True)
    others = [part for part in same if not isinstance(part[0], x509.ExtendedKeyUsage)]
    trust = trust_of(root.certificate)
    assert check_chain((_bare(issuing, *same), issuing.certificate), trust, Role.STATION, NOW).believed
    assert not check_chain((_bare(issuing, *same, unknown), issuing.certificate), trust, Role.STATION, NOW).believed
    odd = check_chain((_bare(issuing, *others, web_only), issuing.certificate), trust, Role.STATION, NOW)
    assert odd.doubts == (Doubt.NO_SIGNING_USE,)


def test_two_roles_are_no_role():
    root, issuing = root_and_issuing()
    both = make_certificate(
        Subject("o", "s"), key(13).public_key(), Role.STATION, YEARS, issuer=issuing, may_issue=(Role.STATION, Role.CONTRACTOR)
    )
    assert policies_of(both) == {Role.STATION, Role.CONTRACTOR}
    assert role_of(both) is None
    assert Doubt.WRONG_ROLE in check_chain((both, issuing.certificate), trust_of(root.certificate), Role.STATION, NOW).doubts


# --- the trust file ---


def test_the_trust_file_reads_back(pki):
    trust = pki.trust
    assert trust.to_bytes() == pki.trust_bytes
    assert (trust.version, trust.agency, trust.verify_url) == (1, Agency("試験市", "999990"), "https://haiki.example/v")
    assert [key.reason for key in trust.ended] == ["compromised", "retired"]


def test_a_key_is_found_by_its_short_name(pki):
    kid = bytes.fromhex(pki.contractor.keyid)[:8]
    assert pki.trust.known_as(kid) == (pki.contractor.certificates[0],)
    assert pki.trust.known_as(kid[:7]) == ()
    assert pki.trust.known_as(b"") == ()
    assert pki.trust.known_as(bytes(8)) == ()


BAD_TRUST = {
    "unknown key": lambda wire: wire.update(extra=1),
    "missing key": lambda wire: wire.pop("expires"),
    "another version of the schema": lambda wire: wire.update(schema="https://haiki.example/trust/v2"),
    "no root": lambda wire: wire.update(roots=[]),
    "a root that is a signer": lambda wire: wire.update(roots=[wire["certificates"][1]]),
    "a root that is an issuing authority": lambda wire: wire.update(roots=[wire["certificates"][0]]),
    "a root with junk behind it": lambda wire: wire.update(roots=[_with_junk(wire["roots"][0])]),
    "no certificate": lambda wire: wire["certificates"].append("AAAA"),
    "version 0": lambda wire: wire.update(version=0),
    "a time that is none": lambda wire: wire.update(issued="2026-02-30T00:00:00Z"),
    "an address without https": lambda wire: wire.update(verify_url="http://haiki.example/v"),
    "an address with a fragment": lambda wire: wire.update(verify_url="https://haiki.example/v#x"),
    "an address that is too long": lambda wire: wire.update(verify_url="https://" + "a" * 53),
    "a key that ends twice": lambda wire: wire["ended"].append(wire["ended"][0]),
    "an unknown reason": lambda wire: wire["ended"][0].update(reason="tired"),
    "a keyid that is none": lambda wire: wire["ended"][0].update(keyid="00"),
}


def _with_junk(text: str) -> str:
    return base64.b64encode(base64.b64decode(text) + b"\x00").decode()


@pytest.mark.parametrize("lie", BAD_TRUST.values(), ids=BAD_TRUST.keys())
def test_a_trust_file_of_another_shape_is_refused(pki, lie):
    wire = json.loads(pki.trust_bytes)
    lie(wire)
    with pytest.raises(Malformed):
        load_trust(canonical_json(wire))


@given(data=st.data())
def test_a_changed_byte_of_a_trust_file_gives_our_own_error_or_another_file(data, pki):
    place = data.draw(st.integers(0, len(pki.trust_bytes) - 1))
    other = bytearray(pki.trust_bytes)
    other[place] ^= data.draw(st.integers(1, 255))
    try:
        assert load_trust(bytes(other)).to_bytes() == bytes(other)
    except Malformed:
        assert bytes(other) != pki.trust_bytes


# --- certificates ---


@given(st.binary(max_size=200))
def test_any_bytes_are_no_certificate(junk):
    with pytest.raises(Malformed):
        read_der(junk)
    with pytest.raises(Malformed):
        read_pem(junk)


@given(data=st.data())
def test_a_certificate_that_was_read_never_raises_later(data, pki):
    der = bytearray(to_der(pki.contractor.certificates[0]))
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        certificate = read_der(bytes(der))
    except Malformed:
        return
    check_chain((certificate, *pki.contractor.certificates[1:]), pki.trust, Role.CONTRACTOR, NOW)
    assert from_base64(to_base64(certificate)) == certificate


def test_keys_on_other_curves_are_refused():
    for curve in (ec.SECP384R1(), ec.SECP256K1()):
        other = ec.derive_private_key(5, curve)
        name = Subject("o", "c").to_name()
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(other.public_key()).serial_number(5)
        der = to_der(builder.not_valid_before(YEARS.start).not_valid_after(YEARS.end).sign(other, hashes.SHA256()))
        with pytest.raises(Malformed):
            read_der(der)


def test_a_chain_file_holds_certificates_and_nothing_else(pki):
    chain = pki.station.certificates
    assert read_pem(write_pem(chain)) == chain
    for other in (write_pem(chain) + b"hello\n", b"# comment\n" + write_pem(chain), write_pem(chain).replace(b"\n", b"\r\n"), b""):
        with pytest.raises(Malformed):
            read_pem(other)
    with pytest.raises(Malformed):
        read_pem(write_pem(chain * 3))
