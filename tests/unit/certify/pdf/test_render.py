"""The rendered certificate: what stands on it, what does not, and that it is always the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from certify.errors import Refused
from certify.foundation.messages import Language
from certify.foundation.schemes import load_schemes, scheme_named
from certify.pdf import record
from certify.pdf.record import MOST_EXCEPTIONS
from certify.pdf.words import Words
from certify.statement.coverage import compared_in_part
from certify.statement.model import BadRange, Erasure, Fact, Mismatch, Party, Person, Technique

Make = Callable[..., Any]


def _seen(text: str) -> str:
    return "".join(text.split())


def test_the_plain_certificate_says_everything_that_an_office_asks_for(make_paper: Make, make_erasure: Make) -> None:
    paper = make_paper(make_erasure())
    text = paper.text()
    erasure = paper.erasure
    for expected in (
        "消去・廃棄証明書",
        "○○市長 様",
        "(総務部 情報政策課 取扱い)",
        "情報システム機器廃棄に伴うデータ消去業務",
        "消サ発第1123号",
        paper.certificate.certificate,
        "令和8年11月23日",
        "株式会社消去サービス",
        "鈴木 三郎",
        "押印欄",
        "消去完了",
        "Clear に該当します",
        "TOSHIBA DT01ACA050",
        "Y5N3KV2AS",
        "500,107,862,016",
        "情-2019-0421",
        "NIST SP 800-88 Rev. 1 (2014年12月、2025年9月26日廃止)",
        "2: 論理的な読出しで期待値と一致",
        "消去結果の検証",
        "妥当性確認",
        "限界及び例外",
        "作業者",
        "髙橋 一郎",
        "立会者",
        "山﨑 花子",
        "○○市役所 本庁舎 地下1階 作業室",
        "中断はありません",
        erasure.journal.sha256,
        erasure.scheme.passes[0].key,
        paper.certificate.erasure_sha256,
        "QRコードから、本書の主な記載に受託者の署名があることを確認できます",
        "時計はNTP同期",
    ):
        assert _seen(expected) in text, expected
    assert "公印" not in text
    assert "試験用" not in text
    assert "消去未完了" not in text


def test_verification_and_validation_are_two_blocks_and_the_validation_is_open(make_paper: Make, make_erasure: Make) -> None:
    text = make_paper(make_erasure()).text()
    assert text.index("Verificationoftheerasure") < text.index("Validation", text.index("Verificationoftheerasure"))
    assert "未了" in text
    assert "□妥当" in text
    assert "□不十分" in text


def test_the_english_certificate_has_english_first_and_japanese_beneath(make_paper: Make, make_erasure: Make) -> None:
    text = make_paper(make_erasure(), language="en").text()
    assert text.index("CertificateofErasureandDisposal") < text.index("消去・廃棄証明書")
    assert "MeetsClear" in text
    assert "御中" not in text


def test_the_hash_beside_the_code_is_that_of_the_certificate_statement(make_paper: Make, make_erasure: Make) -> None:
    from certify.signing.dsse import parse

    paper = make_paper(make_erasure())
    digest = parse(paper.attachments["certificate.dsse.json"]).payload_sha256
    assert digest[:16] in paper.text(page=1)
    assert digest in paper.text()


def test_each_page_carries_the_id_and_its_number(make_paper: Make, make_failed_erasure: Make) -> None:
    paper = make_paper(make_failed_erasure())
    count = paper.pages()
    assert count > 2
    for page in range(1, count + 1):
        assert f"{page}/{count}頁" in paper.text(page=page)
        assert paper.certificate.certificate in paper.text(page=page)


def test_a_paper_of_a_failure_says_so_in_large_letters_and_claims_nothing(make_paper: Make, make_erasure: Make) -> None:
    good = make_erasure()
    claim = msgspec.structs.replace(good.claim, method="none", evidence="none", reasons=["not-completed"])
    check = msgspec.structs.replace(
        good.verification, kind="none", result="not-run", bytes_compared=0, samples=0, left_over_bytes=None, finding_ppm=None
    )
    paper = make_paper(make_erasure(outcome="not-erased", claim=claim, verification=check))
    text = paper.text(page=1)
    assert "消去未完了" in text
    assert "NOTERASED" in text
    assert "消去は完了していません" in text
    assert "に該当します" not in text
    assert "該当する消去区分はありません" in text
    sizes = {float(size) for size in re.findall(rb"/F\d+\+\d+ ([\d.]+) Tf", paper.pdf)}
    assert max(sizes) >= 24


def test_a_paper_with_exceptions_says_so_and_lists_sectors_up_to_a_bound(make_paper: Make, make_failed_erasure: Make) -> None:
    text = make_paper(make_failed_erasure()).text()
    assert "消去未完了(例外あり)" in text
    assert "全部で480個" in text
    assert "1,000,000" in text
    assert f"ほかに{60 - MOST_EXCEPTIONS}件" in text
    assert "異常終了又は電源断" in text
    assert "OptiPlex7090" in text


@pytest.mark.parametrize("kind", ["full", "nist-800-88r1", "percent"])
def test_a_verification_that_left_sectors_out_never_reads_like_one_of_all(
    make_paper: Make, make_failed_erasure: Make, kind: str, language: Language
) -> None:
    failed = make_failed_erasure()
    # what a station may have written: the evidence of the compared part, the probability of the plan
    claim = msgspec.structs.replace(failed.claim, evidence="logical-read-back")
    check = msgspec.structs.replace(failed.verification, kind=kind, left_over_bytes=512, finding_ppm=1_000_000)
    text = make_paper(make_failed_erasure(claim=claim, verification=check), language=language.value).text()
    japanese = language is Language.JAPANESE
    words = Words(language)
    limited = "書込み及び読出しのできた範囲に限り合格" if japanese else "passed for the sectors that could be written and read, only"
    assert text.count(_seen(limited)) == 2  # under the result, and in the section on the verification
    assert _seen(words.say(f"verification.{kind}-in-part")) in text
    assert _seen(words.code("evidence", "logical-read-back")) not in text
    assert _seen(words.say("label.finding")) not in text
    if japanese:
        assert text.count("合格") == 2
        assert "証拠の段階Evidencegradeなし" in text
        assert "全領域の読出し照合" not in text


def test_a_full_comparison_that_is_one_sector_short_is_said_to_be_in_part(make_erasure: Make) -> None:
    whole = make_erasure()
    assert not compared_in_part(whole)
    short = msgspec.structs.replace(whole.verification, bytes_compared=whole.drive.size - 512)
    assert compared_in_part(make_erasure(verification=short))
    sampled = msgspec.structs.replace(short, kind="percent")
    assert not compared_in_part(make_erasure(verification=sampled))
    unreadable = msgspec.structs.replace(sampled, unreadable_sectors=1)
    assert compared_in_part(make_erasure(verification=unreadable))
    not_run = msgspec.structs.replace(short, kind="none", result="not-run", bytes_compared=0)
    assert not compared_in_part(make_erasure(verification=not_run, exception_sectors=1))


def test_a_failed_verification_with_exceptions_stays_failed(make_failed_erasure: Make) -> None:
    check = msgspec.structs.replace(make_failed_erasure().verification, result="failed")
    assert record.verification_result(Words(Language.JAPANESE), make_failed_erasure(verification=check)) == "不合格"


def test_a_whole_verification_is_said_to_be_one_and_has_neither_samples_nor_a_probability(make_paper: Make, make_erasure: Make) -> None:
    text = make_paper(make_erasure()).text()
    assert "全領域の読出し照合" in text
    assert "範囲に限り" not in text
    assert "確率" not in text
    assert "抜取箇所数" not in text


def test_the_probability_of_a_sampling_is_a_lower_bound_and_names_the_area(make_paper: Make, make_erasure: Make) -> None:
    check = msgspec.structs.replace(
        make_erasure().verification, kind="nist-800-88r1", seed="00" * 32, samples=12_345, left_over_bytes=4096, finding_ppm=994_999
    )
    said = "ホストから読み書きできる領域に 4,096 バイト (4.0 kB)の消し残りがあれば、99.4 % 以上の確率で検出"
    text = make_paper(make_erasure(verification=check)).text()
    assert _seen(said) in text
    assert "抜取箇所数Samples12,345" in text
    unknown = msgspec.structs.replace(check, left_over_bytes=None, finding_ppm=None)
    assert "確率" not in make_paper(make_erasure(verification=unknown)).text()


@pytest.mark.parametrize("limits", range(12))
def test_that_there_are_no_photos_never_takes_a_page_of_its_own(make_paper: Make, make_erasure: Make, limits: int) -> None:
    paper = make_paper(make_erasure(limits=["virtual-drive"] * limits))
    said = [number for number in range(1, paper.pages() + 1) if "写真は添付されていません" in paper.text(page=number)]
    assert said == [paper.pages()]
    assert paper.certificate.erasure_sha256 in paper.text(page=said[0])


def test_mismatches_are_listed_with_the_exceptions(make_paper: Make, make_erasure: Make) -> None:
    good = make_erasure()
    claim = msgspec.structs.replace(good.claim, method="none", evidence="none", reasons=["verification-failed"])
    check = msgspec.structs.replace(
        good.verification, result="failed", mismatches=[Mismatch(first_lba=123_456, sectors=3)], mismatched_sectors=3
    )
    text = make_paper(make_erasure(outcome="not-erased", claim=claim, verification=check)).text()
    assert "不一致1123,4563" in text
    assert "不合格" in text


def test_limits_are_printed_each_in_words_and_never_left_out(make_paper: Make, make_erasure: Make) -> None:
    assert "記録された限界はありません" in make_paper(make_erasure(limits=[])).text()
    paper = make_paper(make_erasure())
    for number in range(1, len(paper.erasure.limits) + 1):
        assert f"{number}." in paper.text()
    assert "読み書きできないセクター及び不一致のセクターは見つかっていません" in paper.text()


def test_a_test_paper_says_test_on_every_page(make_paper: Make, test_erasure: Erasure) -> None:
    paper = make_paper(test_erasure)
    for page in range(1, paper.pages() + 1):
        assert "試験用TEST" in paper.text(page=page)
    assert "実在の記録媒体の消去を証明するものではありません" in paper.text(page=1)


def test_the_foot_of_a_test_paper_says_test_once_in_each_language(make_paper: Make, test_erasure: Erasure, language: Language) -> None:
    paper = make_paper(test_erasure, language=language.value)
    text = paper.text(page=2)
    assert "TESTTEST" not in text
    foot = text[text.rindex(paper.certificate.certificate) :]
    assert (foot.count("TEST"), foot.count("試験用")) == (1, 1)


def test_what_no_certificate_of_the_signer_holds_is_printed_as_the_contractor_states_it(make_paper: Make, make_erasure: Make) -> None:
    erasure = make_erasure()
    plain = make_paper(erasure)
    assert _seen("法人番号 (申告)") in plain.text()
    contractor = msgspec.structs.replace(plain.certificate.contractor, department="総務省 認定 (Purge)")
    stated = make_paper(erasure, contractor=contractor).text()
    assert _seen("部署 (申告)") in stated
    assert _seen(f"{contractor.name}総務省") not in stated


def test_an_agencys_own_policy_is_printed_as_such(make_paper: Make, make_erasure: Make) -> None:
    known = make_erasure()
    mark = _seen("機関独自の基準。本ソフトウェアが知るものではありません")
    assert mark not in make_paper(known).text()
    own = msgspec.structs.replace(known, policy=msgspec.structs.replace(known.policy, id="own"))
    assert mark in make_paper(own).text()


def test_the_paper_calls_policy_and_zone_as_the_command_line_does(make_paper: Make, make_erasure: Make) -> None:
    text = make_paper(make_erasure()).text()
    for expected in ("適用した基準", "基準(版)", "基準のSHA-256", "領域Zone"):
        assert expected in text
    assert "方針" not in text


def test_a_policy_that_asks_for_more_is_said_not_to_be_met(make_paper: Make, make_erasure: Make) -> None:
    policy = msgspec.structs.replace(make_erasure().policy, id="mic-2020", zone="lgwan", classification="2", require="purge")
    text = make_paper(make_erasure(policy=policy)).text()
    assert "LGWAN接続系" in text
    assert "機密性2" in text
    assert "求められる消去区分Purgeを満たしません" in text
    met = make_paper(make_erasure())
    assert "求められる消去区分Clearを満たします" in met.text(page=1)
    assert "基準未充足" not in met.text()


def test_where_nothing_is_claimed_no_clause_of_a_standard_follows(make_paper: Make, make_failed_erasure: Make) -> None:
    failed = make_failed_erasure()
    assert failed.claim.method == "none"
    claim = msgspec.structs.replace(failed.claim, clause="Appendix A, Tables A-5, A-6: Clear by overwriting")
    text = make_paper(make_failed_erasure(claim=claim)).text()
    assert "準拠規格(版)Standard(edition)該当なし" in text
    assert "上書きによるClear" not in text


def test_signed_sentences_are_printed_in_the_papers_language_and_unknown_ones_as_they_are(make_paper: Make, make_erasure: Make) -> None:
    good = make_erasure()
    edition = "Rev. 1 (2014-12, withdrawn 2025-09-26)"
    claim = msgspec.structs.replace(good.claim, edition=edition, clause="Appendix A, Tables A-5, A-6: Clear by overwriting; a rule of ours")
    policy = msgspec.structs.replace(good.policy, id="mic-2020", edition="令和2年12月改定 (2020-12)", zone="lgwan", classification="1")
    erasure = make_erasure(claim=claim, policy=policy)
    japanese, english = (make_paper(erasure, language=language).text() for language in ("ja", "en"))
    assert _seen("NIST SP 800-88 Rev. 1 (2014年12月、2025年9月26日廃止)") in japanese
    assert _seen("表 A-5、表 A-6: 上書きによる Clear、a rule of ours") in japanese
    assert "withdrawn" not in japanese
    assert _seen(f"NIST SP 800-88 {edition}") in english
    assert _seen("revised December 2020") in english
    assert "令和2年12月改定" not in english


def test_each_subcontractor_is_named_with_all_that_is_known(make_paper: Make, make_erasure: Make) -> None:
    party = Party(
        name="再委託運送", department="輸送部", address="埼玉県さいたま市", corporate_number="9876543210987", responsible="佐藤 次郎"
    )
    other = Party(name="破砕処理", department=None, address=None, corporate_number=None, responsible=None)
    text = make_paper(make_erasure(), subcontractors=[party, other]).text()
    assert _seen("1 再委託運送 輸送部 埼玉県さいたま市 9876543210987 佐藤 次郎") in text
    assert _seen("2 破砕処理 記載なし 記載なし 記載なし") in text


def test_an_agencys_own_policy_is_named_by_its_id(make_paper: Make, make_erasure: Make) -> None:
    policy = msgspec.structs.replace(make_erasure().policy, id="our-town-2026", edition="第2版")
    assert "our-town-2026、第2版" in make_paper(make_erasure(policy=policy)).text()


def test_a_code_without_words_is_refused_rather_than_left_out(make_erasure: Make) -> None:
    with pytest.raises(Refused, match="unknown-word"):
        record.limits(Words(Language.JAPANESE), make_erasure(limits=["moon-phase"]))
    with pytest.raises(Refused, match="unknown-word"):
        record.work(Words(Language.ENGLISH), make_erasure(technique=Technique(id="wishing", refused=[])))


def test_sources_of_the_drives_names_stand_beside_them(make_paper: Make, make_erasure: Make) -> None:
    drive = make_erasure().drive
    identity = msgspec.structs.replace(drive.identity, serial=Fact(value="ABC", source="bridge"))
    text = make_paper(make_erasure(drive=msgspec.structs.replace(drive, identity=identity))).text(page=1)
    assert "ABC(USB変換器の申告であり媒体自身のものではない)" in text


@pytest.mark.parametrize(
    ("place", "named"),
    [("subject", "件名"), ("remarks", "備考"), ("destination", "処分先"), ("contract", "契約番号"), ("document_number", "文書番号")],
)
def test_a_character_without_a_glyph_is_refused_with_its_field(make_paper: Make, make_erasure: Make, place: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        make_paper(make_erasure(), **{place: "書類\u0905"})
    assert refused.value.code == "glyph-missing"
    assert refused.value.parameters["field"] == named
    assert refused.value.parameters["code"] == "U+0905"


def test_a_rare_kanji_is_printed_from_the_second_font(make_paper: Make, make_erasure: Make) -> None:
    people = make_erasure().people
    someone = Person(id="op-1", name="髙橋﨑 𠮷野家", organisation=None, post=None)
    paper = make_paper(make_erasure(people=msgspec.structs.replace(people, operator=someone)))
    assert "髙橋﨑𠮷野家" in paper.text()
    assert b"VL-PGothic-Regular" in paper.pdf


def test_long_names_go_on_in_further_lines(make_paper: Make, make_erasure: Make, make_certificate: Make) -> None:
    contractor = msgspec.structs.replace(make_certificate().contractor, name="髙橋﨑 𠮷野家 株式会社" + "データ消去サービス" * 15)
    paper = make_paper(make_erasure(), contractor=contractor, remarks="備考" * 400)
    assert _seen(contractor.name) in paper.text()
    assert "備考" * 400 in paper.text()


def test_photos_are_printed_two_on_a_page_with_what_is_known_of_them(
    make_paper: Make, make_erasure: Make, make_picture: Make, make_photo: Make
) -> None:
    from certify.statement.model import Barcode

    pictures = [make_picture(320, 240, shade=number) for number in range(4)] + [make_picture(240, 320, shade=9)]
    photos = [make_photo(picture, number) for number, picture in enumerate(pictures, 1)]
    photos[0] = msgspec.structs.replace(photos[0], barcodes=[Barcode(format="Code128", text="Y5N3KV2AS")])
    photos[1] = msgspec.structs.replace(photos[1], captured=None, caption=None)
    plain = make_paper(make_erasure()).pages()
    paper = make_paper(make_erasure(), pictures, photos)
    assert paper.pages() == plain + 3
    text = paper.text()
    for expected in (
        "写真1/5ラベル",
        "消去前のラベル",
        "(カメラの申告)",
        "Y5N3KV2AS(Code128)[製造番号と一致]",
        "不明(写真に記録がありません)",
    ):
        assert expected in text
    for photo in photos:
        assert photo.original_sha256 in text
        assert photo.published_sha256 in text


def test_every_text_that_the_paper_may_need_can_be_printed(language: Any) -> None:
    from babel.messages.pofile import read_po

    from certify.foundation.messages import LOCALE_FOLDERS
    from certify.pdf.fonts import Face, require_glyphs

    with (LOCALE_FOLDERS[1] / language.value / "LC_MESSAGES" / "paper.po").open("rb") as stream:
        for message in read_po(stream):
            require_glyphs(str(message.string).replace("\n", ""), Face.BOLD, str(message.id))
            require_glyphs(str(message.string).replace("\n", ""), Face.REGULAR, str(message.id))


def test_ranges_beyond_the_bound_are_counted_not_printed(make_paper: Make, make_failed_erasure: Make) -> None:
    many = [BadRange(operation="read", number=1, first_lba=10 * number, sectors=1, error="EIO") for number in range(480)]
    assert make_paper(make_failed_erasure(exceptions=many)).pages() == make_paper(make_failed_erasure()).pages()


@pytest.mark.parametrize("id_", [*load_schemes(), "fixed-a5", "fixed-00112233445566778899aabbccddeeff"])
@pytest.mark.parametrize("language", list(Language))
def test_every_scheme_that_can_be_chosen_can_be_printed(id_: str, language: Language) -> None:
    assert scheme_named(id_)
    said = Words(language).scheme(id_)
    assert id_.removeprefix("fixed-").upper() in said or not id_.startswith("fixed-")
