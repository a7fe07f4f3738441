"""Verdicts that need papers beside the corpus: other times, other trust, other renderers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from certify.foundation.clock import parse_rfc3339
from certify.signing.authority import Authority, Subject, Validity, make_certificate
from certify.signing.roles import Role
from certify.signing.signer import Signer, make_signer
from certify.signing.trust import TrustFile
from certify.statement.model import Party
from certify.verify.reasons import Doubt, Reason
from certify.verify.report import for_machines
from certify.verify.verdict import Bottom, Kind, Note, Outcome, Step, Verdict
from certify.verify.verifier import verify

PROJECT = Path(__file__).resolve().parents[4]
Paper = Callable[[str], bytes]


@pytest.fixture(scope="module")
def forge() -> Iterator[SimpleNamespace]:
    """What makes the corpus: honest papers and a forger's tools."""
    sys.path.insert(0, str(PROJECT / "scripts"))
    try:
        from golden import pki
        from golden.forgery import honest, keys, lies, pdf_tools

        yield SimpleNamespace(honest=honest, keys=keys, lies=lies, pdf=pdf_tools, pki=pki)
    finally:
        sys.path.remove(str(PROJECT / "scripts"))


def reasons(verdict: Verdict) -> dict[str, Reason]:
    """Rungs that did not pass for a reason of their own."""
    well = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return {
        check.step.value: check.reason for check in verdict.checks if check.outcome not in well and check.reason is not Reason.EARLIER_STEP
    }


def check_of(verdict: Verdict, step: Step) -> tuple[Outcome, Reason]:
    check = verdict.checks[step.number]
    return check.outcome, check.reason


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bundle.haiki.zip", Kind.BUNDLE),
        ("certificate.pdf", Kind.PDF),
        ("erasure.dsse.json", Kind.ERASURE),
        ("certificate.dsse.json", Kind.CERTIFICATE),
        ("code.png", Kind.PICTURE),
        ("token.txt", Kind.TOKEN),
    ],
)
def test_the_kind_is_told_by_the_bytes_not_by_the_name(name: str, kind: Kind, paper: Paper, trust: TrustFile, moment: datetime) -> None:
    verdict = verify(paper(f"good/{name}"), "other.name", trust, moment)
    assert verdict.kind is kind
    assert verdict.bottom is Bottom.VALID
    assert [check.step for check in verdict.checks] == list(Step)


@pytest.mark.parametrize(
    "name", ["bundle.haiki.zip", "certificate.pdf", "erasure.dsse.json", "certificate.dsse.json", "code.png", "token.txt"]
)
def test_without_trust_every_signer_is_unknown_and_nothing_else(name: str, paper: Paper, moment: datetime) -> None:
    verdict = verify(paper(f"good/{name}"), name, None, moment)
    assert verdict.bottom is Bottom.CANNOT_TELL
    assert set(reasons(verdict).values()) == {Reason.NO_TRUST_FILE}


def test_a_trust_file_that_is_out_of_date_leaves_the_answer_open(paper: Paper, trust: TrustFile, moment: datetime) -> None:
    stale = replace(trust, expires=moment - timedelta(seconds=1))
    verdict = verify(paper("good/erasure.dsse.json"), "x", stale, moment)
    assert verdict.bottom is Bottom.CANNOT_TELL
    assert reasons(verdict) == {"erasure-signer": Reason.TRUST_FILE_EXPIRED}


def test_expired_keys_leave_the_answer_open_and_revoked_ones_do_not(paper: Paper, trust: TrustFile) -> None:
    later = replace(trust, expires=datetime(2040, 1, 1, tzinfo=UTC))
    verdict = verify(paper("good/bundle.haiki.zip"), "x", later, datetime(2031, 6, 1, tzinfo=UTC))
    assert verdict.bottom is Bottom.CANNOT_TELL
    assert set(reasons(verdict).values()) == {Reason.SIGNER_EXPIRED}


def test_a_pdf_and_a_token_by_another_contractor_than_the_statements_are_found(forge: SimpleNamespace, trust: TrustFile) -> None:
    """At a time when both keys were good."""
    then = datetime(2026, 3, 2, tzinfo=UTC)
    making = forge.honest.Making(job=forge.honest.Job(day="2026-03-01"))
    papers = forge.honest.make(making)
    other = forge.keys.signer("revoked-contractor")
    assert verify(papers.pdf, "x", trust, then).bottom is Bottom.VALID
    by_another = forge.pdf.force_sign(papers.unsigned_pdf(), other, parse_rfc3339(papers.certificate.issued.at))
    verdict = verify(by_another, "x", trust, then)
    assert verdict.bottom is Bottom.INVALID
    assert reasons(verdict) == {"certificate-signer": Reason.SIGNER_DIFFERS}
    token = forge.honest.make(making.but(contractor=other)).code
    verdict = verify(forge.honest.make(making.but(code=lambda _: token)).pdf, "x", trust, then)
    assert check_of(verdict, Step.TOKEN_SIGNER) == (Outcome.FAILED, Reason.SIGNER_DIFFERS)


def test_another_renderers_file_passes_if_ours_makes_the_same_bytes(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    making = forge.honest.Making(certificate=forge.honest.changed(renderer="haiki/0.0.9"))
    verdict = verify(forge.honest.make(making).pdf, "x", trust, moment)
    assert verdict.bottom is Bottom.VALID
    assert check_of(verdict, Step.PDF_REBUILD) == (Outcome.PASSED, Reason.AS_IT_SHOULD_BE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Title (C-0123456789ABCDEFGHJKMNPQRS)", b"/Title (Purge)                       "),
        (b"C-0123456789ABCDEFGHJKMNPQRS</rdf:li>", b"Purge                       </rdf:li>"),
        (b"/DisplayDocTitle true", b"/CenterWindow    true"),
        (b"TST0000001", b"TST0000002"),
        (b"\nBT ", b" BT "),
    ],
)
def test_another_renderers_file_does_not_pass_if_anything_differs(
    old: bytes, new: bytes, forge: SimpleNamespace, trust: TrustFile, moment: datetime
) -> None:
    making = forge.honest.Making(certificate=forge.honest.changed(renderer="haiki/0.0.9"), drawn=forge.pdf.in_place(old, new))
    verdict = verify(forge.honest.make(making).pdf, "x", trust, moment)
    assert verdict.bottom is Bottom.CANNOT_TELL
    assert reasons(verdict) == {"pdf-rebuild": Reason.NOT_REPRODUCIBLE_HERE}


def test_data_that_the_renderer_stumbles_over_is_no_crash(forge: SimpleNamespace, paper: Paper) -> None:
    from certify.verify import pdf_rule
    from certify.verify.rebuild import check_rebuild

    structure = pdf_rule.check_structure(paper("good/certificate.pdf"))
    papers = forge.honest.make(forge.honest.Making())
    for renderer, reason in ((papers.certificate.renderer, Reason.PAGES_DIFFER), ("haiki/9.9", Reason.NOT_REPRODUCIBLE_HERE)):
        certificate = forge.honest.changed(renderer=renderer)(papers.certificate)
        with pytest.raises(Doubt) as caught:
            check_rebuild(structure, papers.erasure, certificate, papers.code, photos=[b"no picture"], inside={})
        assert caught.value.reason is reason


def _on_page(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code more on the second page."""
    from certify.pdf.qr_on_page import PageCode, codes_on_pages
    from certify.verify import pages

    monkeypatch.setattr(pages, "codes_on_pages", lambda data: (*codes_on_pages(data), PageCode(2, text)))


@pytest.mark.parametrize(
    ("text", "stated", "verdict"),
    [
        ("SN: TST0000001", (), None),  # leads nowhere
        ("https://maker.example/drive?sn=1", ("https://maker.example/drive?sn=1",), None),  # stands on a label, and beside the photo
        ("https://maker.example/drive?sn=1", ("https://maker.example/drive?sn=2",), Reason.OTHER_CODE_ON_PAGE),
        ("HTTP://MAKER.EXAMPLE", (), Reason.OTHER_CODE_ON_PAGE),
        (" https://haiki.example/v#12345", (), Reason.OTHER_CODE_ON_PAGE),
        ("https://haiki.example/v#12345", ("https://haiki.example/v#12345",), Reason.OTHER_CODE_ON_PAGE),  # no token is excused
        ("https://haiki.example/v#" + "1" * 4000, (), Reason.OTHER_CODE_ON_PAGE),
    ],
)
def test_no_code_but_ours_leads_anywhere(
    text: str, stated: tuple[str, ...], verdict: Reason | None, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certify.verify.pages import code_on_pages

    _on_page(text, monkeypatch)
    if verdict is None:
        assert f"{code_on_pages(paper('good/certificate.pdf'), stated)}\n".encode() == paper("good/token.txt") + b"\n"
        return
    with pytest.raises(Doubt) as caught:
        code_on_pages(paper("good/certificate.pdf"), stated)
    assert caught.value.reason is verdict


def test_the_codes_that_are_stated_for_a_photo_are_read_from_it_again(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    import io

    import zxingcpp
    from PIL import Image

    from certify.statement.model import Barcode

    bars = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("TST0000001", zxingcpp.BarcodeFormat.Code128), scale=3)
    image = Image.frombytes("L", (bars.shape[1], bars.shape[0]), bytes(memoryview(bars))).resize((bars.shape[1], 90))
    target = io.BytesIO()
    image.save(target, "JPEG")

    def verdict(code: Barcode) -> Verdict:
        def stating(one: object) -> object:
            photo = forge.honest.changed(barcodes=[code], width=image.width, height=image.height)(one.photos[0])  # type: ignore[attr-defined]
            return forge.honest.changed(photos=[photo])(one)

        return verify(forge.honest.make(forge.honest.Making(photos=(target.getvalue(),), certificate=stating)).pdf, "x", trust, moment)

    assert verdict(Barcode(format="Code128", text="TST0000001")).bottom is Bottom.VALID
    for other in (Barcode(format="Code128", text="TST0000002"), Barcode(format="Code39", text="TST0000001")):
        doubtful = verdict(other)
        assert doubtful.bottom is Bottom.CANNOT_TELL
        assert reasons(doubtful) == {"pdf-photos": Reason.CODE_NOT_IN_PHOTO}


def test_nothing_of_a_strangers_papers_is_read_that_is_dear(
    forge: SimpleNamespace, paper: Paper, moment: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certify.signing.trust import load_trust
    from certify.verify import journal, pdf_rule

    def refused(*arguments: object) -> None:
        raise AssertionError(arguments)

    other = load_trust((PROJECT / "tests/pki/foreign-trust.json").read_bytes())
    monkeypatch.setattr(pdf_rule, "check_structure", refused)
    monkeypatch.setattr(journal, "read_journal", refused)
    verdict = verify(paper("good/bundle.haiki.zip"), "x", other, moment)
    assert verdict.bottom is Bottom.INVALID
    assert set(reasons(verdict).values()) == {Reason.SIGNER_NOT_TRUSTED}


def test_the_same_change_by_our_own_renderer_is_a_lie(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    making = forge.honest.Making(drawn=forge.pdf.in_place(b"\nBT ", b" BT "))
    verdict = verify(forge.honest.make(making).pdf, "x", trust, moment)
    assert reasons(verdict) == {"pdf-rebuild": Reason.PAGES_DIFFER}


def test_a_statement_says_what_it_says_even_when_it_is_a_lie(judge: Callable[[str], Verdict]) -> None:
    verdict = judge("bad/erasure-failure-signed-as-success.dsse.json")
    assert verdict.paper.outcome == "erased"
    assert verdict.paper.verified == "failed"
    assert judge("bad/erasure-failure-edited-into-success.dsse.json").paper.outcome is None


def test_nothing_is_drawn_of_a_pdf_that_was_not_signed_as_it_is(judge: Callable[[str], Verdict]) -> None:
    for name in ("bad/pdf-text-edited.pdf", "bad/pdf-with-javascript.pdf", "bad/pdf-with-another-photo.pdf"):
        verdict = judge(name)
        assert check_of(verdict, Step.PDF_CODE) == (Outcome.CANNOT_TELL, Reason.EARLIER_STEP)
        assert check_of(verdict, Step.PDF_REBUILD) == (Outcome.CANNOT_TELL, Reason.EARLIER_STEP)


def test_the_signers_are_named_as_their_authority_named_them(judge: Callable[[str], Verdict]) -> None:
    verdict = judge("good/bundle.haiki.zip")
    assert verdict.signers == {"station": "株式会社試験消去 / test station", "contractor": "株式会社試験消去 / test contractor"}
    assert judge("bad/pdf-of-a-foreign-root.pdf").signers == {}


def _station_of(organisation: str, forge: SimpleNamespace) -> Signer:
    validity = Validity(datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    issuing = forge.keys.signer("station").certificates[1]
    key = forge.pki._key("another-station")
    authority = Authority(issuing, forge.pki._key("issuing"))
    leaf = make_certificate(
        Subject(organisation, "a station"),
        key.public_key(),
        Role.STATION,
        validity,
        issuer=authority,
        random_bytes=lambda count: b"1" * count,
    )
    return make_signer(key, (leaf, issuing))


def test_a_station_of_another_is_a_note_unless_the_certificate_names_a_subcontractor(
    forge: SimpleNamespace, trust: TrustFile, moment: datetime
) -> None:
    station = _station_of("別会社 B", forge)
    alone = verify(forge.honest.make(forge.honest.Making(station=station)).pdf, "x", trust, moment)
    assert (alone.bottom, alone.notes) == (Bottom.VALID, (Note.STATION_OF_ANOTHER,))
    assert for_machines(alone, explain=False)["notes"] == ["station-of-another"]
    party = Party(name="別会社　Ｂ", department=None, address=None, corporate_number=None, responsible=None)
    named = forge.honest.Making(station=station, certificate=forge.honest.changed(subcontractors=[party]))
    assert verify(forge.honest.make(named).pdf, "x", trust, moment).notes == ()


def test_a_token_alone_speaks_in_its_signers_name_however_it_is_spaced(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    for issuer, bottom in (("株式会社 試験消去", Bottom.VALID), ("株式会社試験消去Ａ", Bottom.INVALID), ("株式会社…", Bottom.INVALID)):
        papers = forge.honest.make(forge.honest.Making(token=lambda token, name=issuer: replace(token, issuer=name)))
        verdict = verify(str(papers.code).encode(), "x", trust, moment)
        assert verdict.bottom is bottom
        assert verdict.paper.contractor_bound is True


def test_a_number_on_a_token_alone_is_taken_as_stated(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    papers = forge.honest.make(forge.honest.Making(token=lambda token: replace(token, issuer="1234567890123")))
    verdict = verify(str(papers.code).encode(), "x", trust, moment)
    assert (verdict.bottom, verdict.paper.contractor_bound) == (Bottom.VALID, False)


def test_an_agencys_own_policy_is_valid_and_told_apart(forge: SimpleNamespace, trust: TrustFile, moment: datetime) -> None:
    own = forge.honest.make(forge.honest.Making(erasure=lambda one: structs.replace(one, policy=structs.replace(one.policy, id="own"))))
    verdict = verify(own.erasure_envelope, "x", trust, moment)
    assert (verdict.bottom, verdict.paper.policy_known) == (Bottom.VALID, False)
    assert verify(forge.honest.make(forge.honest.Making()).erasure_envelope, "x", trust, moment).paper.policy_known is True
