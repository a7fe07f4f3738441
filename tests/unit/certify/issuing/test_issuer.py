"""issuer.toml, the options, and what is refused because nobody wrote it down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from certify.errors import CertifyError, Malformed, Refused
from certify.foundation.messages import Language
from certify.issuing.issuer import Issuer, Wishes, make_request, read_issuer

NOTHING = Wishes(
    to=None,
    department=None,
    subject=None,
    contract=None,
    document_number=None,
    contractor=None,
    certifier=None,
    certifier_post=None,
    destination=None,
    remarks=None,
    language="ja",
)
FULL = """
verify_url = "https://city.example.jp/v"

[contractor]
name = "株式会社消去サービス"
department = "第二事業所"
address = "東京都千代田区"
corporate_number = "1234567890123"
responsible = "佐藤 次郎"

[certifier]
name = "鈴木 三郎"
post = "代表取締役"
authority = "代表権"

[[subcontractors]]
name = "有限会社運搬"

[[subcontractors]]
name = "合同会社破砕"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "issuer.toml"


def _read(path: Path, text: str) -> Issuer:
    path.write_text(text)
    return read_issuer(path)


def _said(error: CertifyError) -> str:
    sentences = error.sentences()
    assert all(sentences)
    return " ".join(sentences)


def test_the_whole_file_reaches_the_certificate(path: Path) -> None:
    request = make_request(_read(path, FULL), NOTHING, path, verify_url=None)
    assert request.contractor.name == "株式会社消去サービス"
    assert request.contractor.responsible == "佐藤 次郎"
    assert request.certifier is not None
    assert (request.certifier.name, request.certifier.post, request.certifier.authority) == ("鈴木 三郎", "代表取締役", "代表権")
    assert [party.name for party in request.subcontractors] == ["有限会社運搬", "合同会社破砕"]
    assert request.verify_url == "https://city.example.jp/v"


def test_the_options_go_before_the_file(path: Path) -> None:
    wishes = replace(NOTHING, contractor="別の会社", certifier="田中 四郎", to="○○市長", department="総務課", language="en")
    request = make_request(_read(path, FULL), wishes, path, verify_url=None)
    assert (request.contractor.name, request.contractor.address) == ("別の会社", "東京都千代田区")
    assert request.certifier is not None
    assert (request.certifier.name, request.certifier.post) == ("田中 四郎", None)  # not another person's post
    assert request.addressee is not None
    assert (request.addressee.name, request.addressee.department) == ("○○市長", "総務課")
    assert request.language == "en"


def test_a_post_alone_belongs_to_the_certifier_of_the_file(path: Path) -> None:
    request = make_request(_read(path, FULL), replace(NOTHING, certifier_post="専務"), path, verify_url=None)
    assert request.certifier is not None
    assert (request.certifier.name, request.certifier.post) == ("鈴木 三郎", "専務")


def test_without_a_file_the_options_are_enough(path: Path) -> None:
    request = make_request(read_issuer(path), replace(NOTHING, contractor="会社"), path, verify_url="https://a.example/v")
    assert (request.contractor.name, request.certifier, request.verify_url) == ("会社", None, "https://a.example/v")


def test_without_a_contractor_the_person_is_told_what_to_write(path: Path, language: Language) -> None:
    with pytest.raises(Refused) as refused:
        make_request(read_issuer(path), NOTHING, path, verify_url="https://a.example/v")
    said = _said(refused.value)
    assert str(path) in said
    assert "[contractor]" in said
    assert "name = " in said
    assert "--contractor" in said


def test_without_an_address_to_check_at_the_person_is_told_what_to_write(path: Path, language: Language) -> None:
    with pytest.raises(Refused) as refused:
        make_request(Issuer(), replace(NOTHING, contractor="会社"), path, verify_url=None)
    assert "verify_url" in _said(refused.value)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (replace(NOTHING, department="総務課"), "department-without-addressee"),
        (replace(NOTHING, certifier_post="社長"), "post-without-certifier"),
        (replace(NOTHING, subject="件" * 201), "text-unusable"),
        (replace(NOTHING, subject=""), "text-unusable"),
        (replace(NOTHING, remarks="備" * 1001), "text-unusable"),
        (replace(NOTHING, remarks="一行\n二行"), "text-unusable"),
        (replace(NOTHING, to="市長\u202e"), "text-unusable"),
    ],
)
def test_what_the_certificate_can_not_hold_is_refused(path: Path, wishes: Wishes, code: str, language: Language) -> None:
    with pytest.raises(Refused) as refused:
        make_request(Issuer(), replace(wishes, contractor="会社"), path, verify_url="https://a.example/v")
    assert refused.value.code == code
    _said(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "[contractor",
        "[contractor]\nnam = 'x'",
        "[contractor]\nname = 1",
        "[[contractor]]\nname = 'x'",
        "other = 1",
        "[certifier]\npost = 'x'",
        "x" * 70_000,
    ],
)
def test_a_file_in_another_form_is_refused_in_words(path: Path, text: str, language: Language) -> None:
    with pytest.raises(Malformed) as refused:
        _read(path, text)
    assert refused.value.code == "issuer-malformed"
    assert str(path) in _said(refused.value)


@pytest.mark.parametrize("number", ["123", "12345678901234", "123456789012a"])
def test_a_corporate_number_has_thirteen_digits(path: Path, number: str) -> None:
    issuer = _read(path, f'[contractor]\nname = "会社"\ncorporate_number = "{number}"')
    with pytest.raises(Refused, match="text-unusable"):
        make_request(issuer, NOTHING, path, verify_url="https://a.example/v")


def test_bytes_that_are_no_text_are_refused(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Malformed, match="issuer-malformed"):
        read_issuer(path)


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(Malformed, match="issuer-malformed"):
        read_issuer(path)
