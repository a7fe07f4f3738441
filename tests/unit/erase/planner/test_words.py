"""The plan in words: golden text in both languages, and figures as people say them."""

from string import Template

import pytest

from certify.foundation.messages import Language, set_language, text
from erase.drive.facts import Bus, Fact, Identity, MediaType, Source
from erase.planner.plan import SchemeFacts, make_plan
from erase.planner.words import VerificationOutlook, about, bytes_in_words, percent, plan_in_words
from erase.techniques.base import Verify, VerifyKind

WHOLE = VerificationOutlook(1_000_204_886_016, 512, 1_000_000, whole=True)
COMMAND = "erase run /dev/sdz ..."

IN_WORDS = {
    Language.JAPANESE: """\
/dev/sdz の消去計画 (まだ何も書き込んでいません)

【記録媒体】
  型番: ACME Disk 9000 (${source})
  製造番号: S123456789 (${source})
  接続: ${bus}、種別: ${media}
  容量: 1,000,204,886,016 バイト (1.0 TB)、1 セクター 512 バイト

【適用する基準】
  ${policy} (Rev. 2 (2025年9月26日)、2883-2022)
  求める消去区分: Clear (SP 800-88 Rev. 2 3.1.1 (二次資料による))

【消去方式】
  上書き。媒体の書き込めるセクターをすべて上書きする方式です。使用できる方式のうち、Clear に届くため選びました。

【手順】
  上書きの手順: ${scheme} [zero] (出典: a source)
  1. 全域に 16 進数 00 の繰返しを書き込みます (1 回目 / 全 1 回)。
  2. 全域を読み戻し、1 回目に書き込んだ内容と比較します。

【消去区分の見込み】
  Clear 相当の見込みです。
  根拠: NIST SP 800-88 Rev. 2 (2025年9月26日)、IEEE 2883-2022 (公開された二次資料による)、SP 800-88 Rev. 2 3.1.1 \
(二次資料による): アドレス指定できる全領域の上書きによる Clear

【所要時間の目安】
  約 4 時間 16 分 (毎秒 130 MB の書込みと 130 MB の読出しを仮定した目安で、測定値ではありません)

【より強い消去区分を見込めない理由】
  この版で使える消去方式は上書きだけで、上書きは Clear を超えません。
  - 上書きは、ホストから読み書きできる領域にしか届きません。このため Clear を超えません。
  - 隠し領域 (HPA、DCO、AMA) の有無は調べていません。

【限界】
  - 代替処理されたセクターや使用を止めたブロックに、上書きは届きません。
  - 代替処理済み及び代替待ちのセクターの数は調べていません。
  - 隠し領域 (HPA、DCO、AMA) の有無は調べておらず、あっても消去していません。
  - 根拠とした規格 (NIST SP 800-88 Rev. 2、IEEE 2883-2022) の内容は、公開された二次資料によります。

【次に行うこと】
  計画に誤りがなければ、作業者と立会者の二人で次のコマンドを実行します。
  erase run /dev/sdz ...
  SERIAL には、媒体のラベルなどで確かめた製造番号を入力します。""",
    Language.ENGLISH: """\
Plan for erasing /dev/sdz (nothing has been written)

STORAGE MEDIUM
  Model: ACME Disk 9000 (${source})
  Serial no.: S123456789 (${source})
  Bus: ${bus}, media type: ${media}
  Capacity: 1,000,204,886,016 bytes (1.0 TB), sectors of 512 bytes

POLICY
  ${policy} (Rev. 2 (2025-09-26), 2883-2022)
  Method required: Clear (SP 800-88 Rev. 2, 3.1.1 (per secondary sources))

TECHNIQUE
  Overwrite: every sector that the host can write is written. Chosen because it is available and reaches Clear.

STEPS
  Scheme: ${scheme} [zero] (source: a source)
  1. Write the repeated bytes 00 (hexadecimal) over the whole medium (pass 1 of 1).
  2. Read back the whole medium and compare with what pass 1 wrote.

METHOD TO BE EXPECTED
  Clear is to be expected.
  By: NIST SP 800-88 Rev. 2 (2025-09-26), IEEE 2883-2022, by public secondary sources; SP 800-88 Rev. 2, 3.1.1 \
(per secondary sources): Clear by overwriting all addressable locations

TIME
  about 4 h 16 min (assuming 130 MB/s for writing and 130 MB/s for reading; an assumption, not a measurement)

WHY NOTHING STRONGER
  The only technique of this version is overwriting, and overwriting never exceeds Clear.
  - Overwriting reaches only what the host can address, and therefore never exceeds Clear.
  - Hidden areas (HPA, DCO, AMA) were not looked for.

LIMITS
  - Overwriting does not reach reallocated sectors and retired blocks.
  - The numbers of reallocated and pending sectors were not read.
  - Hidden areas (HPA, DCO, AMA) were not looked for, and not erased if there are any.
  - The standards that the claim rests on (NIST SP 800-88 Rev. 2, IEEE 2883-2022) are known by public secondary sources.

WHAT TO DO NEXT
  If the plan is right, operator and witness carry it out together with this command:
  erase run /dev/sdz ...
  For SERIAL type the serial number, checked against the drive's label.""",
}


@pytest.fixture
def words_of(a_drive, machine, a_request, schemes):
    def words(outlook=WHOLE, drive=None, **asked):
        request = a_request(**asked)
        return "\n".join(plan_in_words(make_plan(drive or a_drive(), machine, request, schemes), request.policy, outlook, COMMAND))

    return words


def test_the_plan_reads_as_it_should(words_of, language):
    # names that the papers print too, and that are tested there
    names = {
        "media": text("paper.media.magnetic"),
        "bus": text("paper.bus.ata"),
        "source": text("paper.fact-source.identify"),
        "scheme": text("paper.scheme.zero"),
        "policy": text("paper.policy.nist-800-88r2-ieee-2883-2022"),
    }
    assert words_of(scheme="zero") == Template(IN_WORDS[language]).substitute(names)


def test_before_destruction_the_words_say_that_the_erasure_alone_is_not_enough(words_of, a_policy, language):
    words = words_of(policy=a_policy("mic-2020", zone="mynumber", classification="2"))
    assert {Language.JAPANESE: "erase run の終了ステータスは 1", Language.ENGLISH: "'erase run' ends with status 1"}[language] in words
    assert {Language.JAPANESE: "Clear 相当の見込みです。", Language.ENGLISH: "Clear is to be expected."}[language] in words
    assert text("paper.zone.mynumber") in words
    assert {Language.JAPANESE: "職員の立会い", Language.ENGLISH: "witnessed by staff"}[language] in words


def test_sampling_is_told_with_its_extent_and_its_probability(words_of, language):
    part = VerificationOutlook(100_020_488_601, 1_000_204_886, 999_973, whole=False)
    words = words_of(part, verify=Verify(VerifyKind.PERCENT, 100_000))
    assert "100.0 GB" in words
    assert {Language.JAPANESE: "99.9 % 以上の確率", Language.ENGLISH: "a probability of at least 99.9 %"}[language] in words
    assert "1,000,204,886" in words


def test_a_medium_too_small_for_sampling_is_said_to_be_read_whole(words_of, language):
    words = words_of(VerificationOutlook(10_240, 512, 1_000_000, whole=True), verify=Verify(VerifyKind.NIST_800_88_R1))
    expected = {Language.JAPANESE: "抜取りには小さすぎる媒体のため", Language.ENGLISH: "too small for sampling"}
    assert expected[language] in words


def test_earlier_passes_that_a_scheme_wants_read_back_are_read_whole(words_of, language):
    part = VerificationOutlook(100_020_488_601, 1_000_204_886, 999_973, whole=False)
    words = words_of(part, verify=Verify(VerifyKind.PERCENT, 100_000), scheme="dod-5220-22m-3")
    read_backs = [line for line in words.splitlines() if line.lstrip()[:2] in {"2.", "4.", "6."}]
    whole = {Language.JAPANESE: "全域を読み戻し", Language.ENGLISH: "Read back the whole medium"}[language]
    assert [whole in line for line in read_backs] == [True, True, False]


def test_the_steps_of_a_long_scheme_are_folded(a_drive, machine, a_request, language):
    request = a_request(scheme="long")
    plan = make_plan(a_drive(), machine, request, {"long": SchemeFacts("long", "a source", ("random",) * 35, verify_each=False)})
    words = "\n".join(plan_in_words(plan, request.policy, WHOLE, COMMAND))
    assert {Language.JAPANESE: "… (ほか 30 手順)", Language.ENGLISH: "... (30 more steps)"}[language] in words
    numbered = [line.split(".")[0].strip() for line in words.splitlines() if line.lstrip()[:1].isdigit()]
    assert numbered == ["1", "2", "3", "4", "35", "36"]
    # a scheme without a name leaves no gap where the name would stand
    assert {Language.JAPANESE: "上書きの手順: long (", Language.ENGLISH: "Scheme: long ("}[language] in words


def test_an_english_plan_by_a_japanese_policy_has_no_japanese_clause(words_of, a_policy):
    set_language(Language.ENGLISH)
    words = words_of(policy=a_policy("mic-2020", zone="lgwan", classification="1"))
    assert "revised December 2020" in words
    assert "class (3), confidentiality 1" in words
    assert "分類" not in words


def test_a_labelled_nameless_drive_is_told_to_be_confirmed_by_label(words_of, a_drive, language):
    nameless = a_drive(bus=Bus.USB, media=MediaType.UNKNOWN, identity=Identity(model=Fact("Stick", Source.BRIDGE)))
    words = words_of(drive=nameless, label="XY-12")
    assert words.splitlines()[-1].count("LABEL:") == 1
    assert f"XY-12 ({text('paper.fact-source.label')})" in words


def test_a_drive_that_does_not_tell_its_model_has_an_unknown_one(words_of, a_drive, language):
    words = words_of(drive=a_drive(identity=Identity(wwn=Fact("5000c500a1b2c3d4", Source.KERNEL))))
    assert text("planner.drive-model", model=text("paper.unknown")) in words
    assert "5000c500a1b2c3d4" in words


@pytest.mark.parametrize(
    ("milliseconds", "japanese", "english"),
    [
        (0, "約 1 秒", "about 1 s"),
        (89_400, "約 89 秒", "about 89 s"),
        (90_000, "約 2 分", "about 2 min"),
        (5_340_000, "約 89 分", "about 89 min"),
        (5_400_000, "約 1 時間 30 分", "about 1 h 30 min"),
        (360_000_000, "約 100 時間 0 分", "about 100 h 0 min"),
    ],
)
def test_a_duration_is_told_no_finer_than_an_estimate_deserves(milliseconds, japanese, english, language):
    assert about(milliseconds) == {Language.JAPANESE: japanese, Language.ENGLISH: english}[language]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 バイト"),
        (999, "999 バイト"),
        (1000, "1,000 バイト (1.0 kB)"),
        (15_500, "15,500 バイト (15.5 kB)"),
        (268_435_456, "268,435,456 バイト (268.4 MB)"),
        (20_000_588_955_648, "20,000,588,955,648 バイト (20.0 TB)"),
        (10**19, "10,000,000,000,000,000,000 バイト (10.0 EB)"),
    ],
)
def test_bytes_are_told_exactly_and_rounded(count, words):
    assert bytes_in_words(count) == words


@pytest.mark.parametrize(("ppm", "words"), [(1_000_000, "100"), (0, "0"), (1, "0.0001"), (410_790, "41.079"), (999_999, "99.9999")])
def test_a_probability_has_no_needless_zeros(ppm, words):
    assert percent(ppm) == words
