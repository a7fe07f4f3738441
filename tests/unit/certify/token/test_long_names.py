"""A drive or a contractor of a long name gets its certificate, and the verifier knows the shortened name for the same."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest

from certify.foundation.canonical import sha256_hex
from certify.statement.model import Fact
from certify.token.payload import as_on_token, may_stand_for, parse_token, sign_token, token_of
from certify.token.qr import make_qr
from certify.token.text import write_text
from certify.verify.reasons import Doubt
from certify.verify.statements import Statement
from certify.verify.tokens import check_facts

LONG = {"model": "型" * 200, "serial": "S" * 200}


@pytest.fixture
def papers(make_erasure, make_certificate):
    def make(name: str = "株式会社\u3000" + "見本" * 90, **names: str):
        erasure = make_erasure()
        facts = {field: Fact(value=value, source="identify") for field, value in (LONG | names).items()}
        identity = msgspec.structs.replace(erasure.drive.identity, **facts)
        erasure = msgspec.structs.replace(erasure, drive=msgspec.structs.replace(erasure.drive, identity=identity))
        certificate = make_certificate()
        contractor = msgspec.structs.replace(certificate.contractor, corporate_number=None, name=name)
        certificate = msgspec.structs.replace(certificate, contractor=contractor, test=erasure.test)
        payload = b"the payload"
        statements = (Statement(certificate, payload, sha256_hex(payload), ()), Statement(erasure, b"", "", ()))
        return SimpleNamespace(statements=statements, token=token_of(certificate, payload, erasure, "999990"))

    return make


def test_the_longest_names_get_a_token_and_a_code(papers, pki):
    made = papers()
    signed = sign_token(made.token, pki.contractor)
    assert make_qr(write_text("https://example.invalid/v", signed)).version <= 20
    token = parse_token(signed).token
    assert token == made.token
    assert token.serial == "S" * 61 + "…"
    assert token.issuer.startswith("株式会社 見本")
    check_facts(token, *made.statements, None)


def test_another_name_that_differs_where_the_token_still_shows_it_is_found(papers):
    token = papers().token
    with pytest.raises(Doubt):
        check_facts(token, *papers(serial="S" * 60 + "T" * 140).statements, None)


SOCIETY = "一般社団法人　日本電子計算機消去証明普及促進協議会"


@pytest.mark.parametrize(
    ("on_token", "name", "same"),
    [
        ("会社", "会社", True),
        ("株式会社 A", "株式会社　Ａ", True),
        ("会社", "会社B", False),
        ("会社…", "会社B", False),
        ("…", "会社", False),
        (as_on_token(SOCIETY), SOCIETY, True),
        (as_on_token(SOCIETY), SOCIETY.replace("　", ""), True),
        (as_on_token(SOCIETY), SOCIETY.replace("電子", "電気"), False),
    ],
)
def test_a_name_on_a_token_stands_for_one_organisation_also_where_it_was_cut(on_token, name, same):
    assert may_stand_for(on_token, name) is same
