"""The first page: whom it is addressed to, and that the result stands on it whatever else there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from certify.foundation.messages import Language
from certify.pdf import head
from certify.pdf.words import Words
from certify.statement.model import Party

Make = Callable[..., Any]


def _seen(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("remarks", [None, "備考" * 200])
def test_the_number_of_failing_sectors_stands_directly_under_the_outcome(
    make_paper: Make, make_failed_erasure: Make, language: Language, remarks: str | None
) -> None:
    paper = make_paper(make_failed_erasure(), language=language.value, remarks=remarks)
    words = Words(language)
    summary = _seen(words.say("exceptions-summary", sectors="480"))
    (page,) = [number for number in range(1, paper.pages() + 1) if summary in paper.text(page=number)]
    text = paper.text(page=page)
    assert page == 1 or remarks
    outcome, claim = text.rindex(_seen(words.say("outcome.erased-with-exceptions"))), text.index(_seen(words.say("claim-none")))
    assert outcome < claim < text.index(summary) < text.find(_seen(words.say("label.standard"))) % len(text)


@pytest.mark.parametrize(
    ("name", "department", "printed"),
    [
        ("見本市長", None, "見本市長 様"),
        ("見本県知事", None, "見本県知事 様"),
        ("見本市水道事業管理者", None, "見本市水道事業管理者 様"),
        ("総務大臣", None, "総務大臣 様"),
        ("独立行政法人見本 理事長", None, "独立行政法人見本 理事長 様"),
        ("見本庁長官", None, "見本庁長官 様"),
        ("見本市", None, "見本市 御中"),
        ("見本市", "総務課", "見本市 総務課 御中"),
        ("見本市長", "総務課", "見本市長 様\n(総務課 取扱い)"),
        ("見本市", "総務課長", "見本市 総務課長 様"),
        ("見本市長 様", None, "見本市長 様"),
        ("見本市長殿", None, "見本市長殿"),
        ("見本市 御中", None, "見本市 御中"),
        ("見本市長 様", "総務課", "見本市長 様 総務課"),
    ],
)
def test_office_holders_are_addressed_as_people_and_bodies_as_bodies(name: str, department: str | None, printed: str) -> None:
    party = Party(name=name, department=department, address=None, corporate_number=None, responsible=None)
    assert "\n".join(filter(None, head.addressed(Words(Language.JAPANESE), party))) == printed


def test_an_english_address_has_no_honorific() -> None:
    for name in ("見本市長", "Model City"):
        party = Party(name=name, department=None, address=None, corporate_number=None, responsible=None)
        assert head.addressed(Words(Language.ENGLISH), party) == (name, "")


@pytest.mark.parametrize(
    ("require", "language_of_paper", "said"),
    [
        ("destroy", "ja", ["物理的破壊が必要(基準未充足)", "求められる消去区分Destroyを満たしません(物理的破壊が必要です)"]),
        ("destroy", "en", ["PHYSICALDESTRUCTIONISSTILLNEEDED", "Therequiredmethod,Destroy,isNOTreached(physicaldestructionisneeded)"]),
        ("purge", "ja", ["基準未充足", "求められる消去区分Purgeを満たしません"]),
        ("purge", "en", ["REQUIREDMETHODNOTREACHED", "Therequiredmethod,Purge,isNOTreached"]),
    ],
)
def test_a_required_method_that_was_missed_stands_large_on_the_first_page(
    make_paper: Make, make_erasure: Make, require: str, language_of_paper: str, said: list[str]
) -> None:
    policy = msgspec.structs.replace(make_erasure().policy, id="mic-2020", zone="mynumber", classification="3", require=require)
    page = make_paper(make_erasure(policy=policy), language=language_of_paper).text(page=1)
    assert [sentence for sentence in said if sentence not in page] == []


@pytest.mark.parametrize("language_of_paper", ["ja", "en"])
def test_long_remarks_leave_the_first_page_to_the_medium_and_the_result(
    make_paper: Make, make_erasure: Make, language_of_paper: str
) -> None:
    words = Words(Language(language_of_paper))
    for remarks, apart in (("短い備考", False), ("とても長い備考です。" * 60, True)):
        paper = make_paper(make_erasure(), remarks=remarks, language=language_of_paper)
        first = paper.text(page=1)
        assert _seen(words.say("outcome.erased")) in first
        assert "Y5N3KV2AS" in first
        assert (_seen(words.say("remarks-apart")) in first) is apart
        assert (remarks in first) is not apart
        assert paper.text().count("備考です。") >= 59 * apart  # one may be parted by the foot of a page


@pytest.mark.parametrize("language_of_paper", ["ja", "en"])
def test_the_result_is_on_the_first_page_however_much_else_there_is(
    make_paper: Make, make_failed_erasure: Make, make_certificate: Make, language_of_paper: str
) -> None:
    words = Words(Language(language_of_paper))
    party = Party(name="再委託運送", department="輸送部", address="埼玉県", corporate_number="9876543210987", responsible="佐藤 次郎")
    certifier = msgspec.structs.replace(make_certificate().certifier, authority="全社統括")
    more = {"subject": None, "contract": None, "destination": None, "remarks": "備考" * 20, "subcontractors": [party] * 3}
    failed = make_failed_erasure()
    drive = msgspec.structs.replace(failed.drive, virtual="loop", bus="virtual")
    contractor = msgspec.structs.replace(make_certificate().contractor, address="〒100-0001 東京都千代田区千代田1丁目1番1号 " * 4)
    erasure = make_failed_erasure(test=True, drive=drive)
    paper = make_paper(erasure, certifier=certifier, contractor=contractor, language=language_of_paper, **more)
    first = paper.text(page=1)
    assert _seen(words.say("outcome.erased-with-exceptions")) in first
    assert _seen(words.say("policy-met.no", method="Clear")) in first
    assert _seen(words.label("label.authority").first) in first
    assert "備考" * 20 in paper.text()


def test_the_first_page_names_the_people_and_the_place_if_it_has_room(make_paper: Make, make_erasure: Make) -> None:
    first = make_paper(make_erasure(), subcontractors=[], remarks=None).text(page=1)
    for expected in ("令和8年11月23日", "髙橋 一郎", "山﨑 花子", "○○市役所 本庁舎 地下1階 作業室"):
        assert _seen(expected) in first


def test_the_text_beside_the_code_stays_above_the_foot(make_certificate: Make) -> None:
    from certify.pdf.render import QR_SIDE

    for language in Language:
        certificate = make_certificate(language=language.value, verify_url="https://" + "a" * 52)
        assert head.code_panel(Words(language), certificate, "0" * 64).height <= QR_SIDE


def test_a_drive_without_a_serial_has_its_other_name_on_the_first_page(make_paper: Make, make_erasure: Make) -> None:
    drive = make_erasure().drive
    identity = msgspec.structs.replace(drive.identity, serial=None)
    text = make_paper(make_erasure(drive=msgspec.structs.replace(drive, identity=identity))).text(page=1)
    assert "0x5000039fe6c1a2b3" in text
