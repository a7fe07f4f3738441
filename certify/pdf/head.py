"""The first page's upper half, as an official Japanese paper has it: to whom, which paper, what it says, by whom."""

from __future__ import annotations

from collections.abc import Sequence

from certify.pdf.blocks import (
    BODY,
    LABEL,
    PADDING,
    SMALL,
    STRONG,
    Field,
    Line,
    banner,
    fields,
    height_of,
    label_lines,
    lines,
    paint_lines,
    paint_middle,
    paragraph,
)
from certify.pdf.fonts import Face
from certify.pdf.layout import MM, WIDTH, Pen, Strip, Style, blank
from certify.pdf.record import policy_met, remarks_fit
from certify.pdf.values import day_in_japan, stated
from certify.pdf.words import Label, Words
from certify.statement.model import Certificate, Erasure, Party

_ADDRESSEE = Style(12)
_TITLE = Style(20, Face.BOLD, leading=1.3)
_SUBTITLE = Style(9)
_NUMBERS_WIDTH = 96 * MM
_SEAL = 34 * MM
QR_PANEL = 42 * MM  # what the QR code takes of the width
_QR_LABEL = 130.0

# whoever writes an honorific has chosen it
_HONORIFICS = ("様", "殿", "御中", "宛", "あて", "先生")
# 御中 is for bodies; these end the titles of people who hold an office
_OFFICE_HOLDERS = ("長", "長官", "知事", "管理者", "大臣", "総裁", "総監", "理事", "取締役", "代表", "代表者", "責任者")


def addressed(words: Words, party: Party) -> tuple[str, str]:
    """Whom it is for, with 様 behind an office-holder and 御中 behind a body; and the department that handles it for one.

    Nothing is added where an honorific was written. The department of a body belongs to its name.
    """
    name, department = party.name.rstrip(), (party.department or "").rstrip()
    if name.endswith(_OFFICE_HOLDERS):
        handled = words.say("handled-by", department=department) if department else ""
        return words.say("addressed-person", name=name), handled
    whole = " ".join(part for part in (name, department) if part)
    if name.endswith(_HONORIFICS) or whole.endswith(_HONORIFICS):
        return whole, ""
    return words.say("addressed-person" if whole.endswith(_OFFICE_HOLDERS) else "addressed", name=whole), ""


def _letterhead(words: Words, certificate: Certificate) -> Strip:
    """Whom it is for on the left, which paper it is on the right."""
    to = words.label("label.addressee")
    left_width = WIDTH - _NUMBERS_WIDTH - 12
    recipient, handled = addressed(words, certificate.addressee) if certificate.addressee else (words.say("not-stated"), "")
    addressee = label_lines(to, left_width) + lines(recipient, _ADDRESSEE, left_width, to.first)
    addressee += lines(handled, BODY, left_width, to.first) if handled else []
    numbers = [
        (words.label("label.certificate"), certificate.certificate, STRONG),
        (words.label("label.issued"), day_in_japan(words, certificate.issued), BODY),
        (words.label("label.document-number"), stated(words, certificate.document_number), BODY),
    ]
    if certificate.supersedes:
        numbers.append((words.label("label.supersedes"), certificate.supersedes, BODY))
    label_width = 25 * MM
    rows = [
        (label_lines(label, label_width - PADDING), lines(value, style, _NUMBERS_WIDTH - label_width, label.first))
        for label, value, style in numbers
    ]
    heights = [max(height_of(label), height_of(value)) + 2 for label, value in rows]
    height = max(height_of(addressee), sum(heights)) + 4

    def paint(pen: Pen, left: float, top: float) -> None:
        paint_lines(pen, addressee, left, top)
        right = left + WIDTH - _NUMBERS_WIDTH
        for (label, value), row_height in zip(rows, heights, strict=True):
            paint_lines(pen, label, right, top)
            paint_lines(pen, value, right + label_width, top)
            top -= row_height

    return Strip(height, paint)


def _centred(stack: Sequence[Line], *, below: float) -> Strip:
    def paint(pen: Pen, left: float, top: float) -> None:
        paint_middle(pen, stack, left + WIDTH / 2, top)

    return Strip(height_of(stack) + below, paint)


def _with_seal(strips: Sequence[Strip], label: Label) -> Strip:
    """A table with the box for the seal on its right."""
    height = max(sum(strip.height for strip in strips), _SEAL)
    caption = label_lines(label, _SEAL - 2 * PADDING)

    def paint(pen: Pen, left: float, top: float) -> None:
        pen.box((left + WIDTH - _SEAL, top - height), (_SEAL, height))
        paint_lines(pen, caption, left + WIDTH - _SEAL + PADDING, top - PADDING)
        for strip in strips:
            strip.paint(pen, left, top)
            top -= strip.height

    return Strip(height + 5, paint)


def _issuer(words: Words, certificate: Certificate) -> Strip:
    contractor, certifier = certificate.contractor, certificate.certifier
    rows = [
        [Field(words.label("label.contractor"), contractor.name, strong=True)],
        # the name is that of the signer's certificate; department and corporate number are in none
        *([[Field(words.label("label.department"), contractor.department)]] if contractor.department else []),
        [Field(words.label("label.address"), stated(words, contractor.address))],
        [
            Field(words.label("label.corporate-number"), stated(words, contractor.corporate_number)),
            Field(words.label("label.responsible"), stated(words, contractor.responsible)),
        ],
        [
            Field(words.label("label.post"), stated(words, certifier.post if certifier else None)),
            Field(words.label("label.certifier"), stated(words, certifier.name if certifier else None), strong=True),
        ],
    ]
    if certifier and certifier.authority:
        rows.append([Field(words.label("label.authority"), certifier.authority)])
    return _with_seal(fields(rows, total=WIDTH - _SEAL, label_width=25 * MM), words.label("label.seal"))


def _subject(words: Words, certificate: Certificate, *, brief: bool) -> list[Strip]:
    rows = []
    if certificate.subject or not brief:
        rows.append([Field(words.label("label.subject"), stated(words, certificate.subject))])
    if certificate.contract or certificate.destination or not brief:
        contract = Field(words.label("label.contract"), stated(words, certificate.contract))
        rows.append([contract, Field(words.label("label.destination"), stated(words, certificate.destination))])
    if certificate.subcontractors and not brief:
        names = words.say("list-separator").join(party.name for party in certificate.subcontractors)
        rows.append([Field(words.label("label.subcontractors"), names)])
    if certificate.remarks and not brief:
        short = certificate.remarks if remarks_fit(words, certificate.remarks) else words.say("remarks-apart")
        rows.append([Field(words.label("label.remarks"), short)])
    return fields(rows)


def head(words: Words, erasure: Erasure, certificate: Certificate, *, brief: bool = False) -> list[Strip]:
    """Everything above the result. ``brief``: without what is not stated, and what sections of their own tell besides."""
    title = words.label("title")
    strips: list[Strip] = []
    if certificate.test:
        strips += banner(words.label("test-banner"), size=13)
        strips += [*paragraph(words.say("test-sentence"), "test-sentence", style=LABEL), blank(4)]
    strips.append(_letterhead(words, certificate))
    strips.append(_centred(lines(title.first, _TITLE, WIDTH, title.first), below=0))
    strips.append(_centred(lines(title.second, _SUBTITLE, WIDTH, title.first), below=5))
    if erasure.outcome != "erased":
        strips += banner(words.label(f"outcome.{erasure.outcome}"), size=24)
    elif not policy_met(erasure.policy, erasure.claim):
        kind = "destroy" if erasure.policy.require == "destroy" else "method"
        strips += banner(words.label(f"below-policy.{kind}"), size=16)
    strips += [*paragraph(words.say(f"attest.{erasure.outcome}"), "attest"), blank(4)]
    strips.append(_issuer(words, certificate))
    strips += _subject(words, certificate, brief=brief)
    return strips


def code_panel(words: Words, certificate: Certificate, certificate_sha256: str) -> Strip:
    """What stands beside the QR code, for people: what it shows, the certificate's id, the hash that it carries."""
    space = WIDTH - QR_PANEL
    digits = " ".join(certificate_sha256[start : start + 4] for start in range(0, 16, 4))
    entries = (
        ("label.certificate", certificate.certificate, STRONG),
        ("qr-hash", digits, STRONG),
        ("label.verify-url", certificate.verify_url, LABEL),
    )
    sentence = label_lines(words.label("qr-sentence"), space, first=STRONG)
    rows = []
    for key, value, style in entries:
        label = words.label(key)
        rows.append((label_lines(label, _QR_LABEL, first=SMALL), lines(value, style, space - _QR_LABEL, label.first)))
    heights = [max(height_of(label), height_of(value)) + 2 for label, value in rows]

    def paint(pen: Pen, left: float, top: float) -> None:
        paint_lines(pen, sentence, left, top)
        top -= height_of(sentence) + 3
        for (label, value), height in zip(rows, heights, strict=True):
            paint_lines(pen, label, left, top)
            paint_lines(pen, value, left + _QR_LABEL, top)
            top -= height

    return Strip(height_of(sentence) + 3 + sum(heights), paint)
