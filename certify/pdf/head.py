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
from certify.pdf.values import day_in_japan, stated
from certify.pdf.words import Label, Words
from certify.statement.model import Certificate, Erasure, Party

_ADDRESSEE = Style(12)
_TITLE = Style(20, Face.BOLD, leading=1.3)
_SUBTITLE = Style(9)
_NUMBERS_WIDTH = 96 * MM
_SEAL = 34 * MM

# whoever writes an honorific has chosen it
_HONORIFICS = ("様", "殿", "御中", "宛", "あて", "先生")
# 御中 is for bodies; these end the titles of people who hold an office
_OFFICE_HOLDERS = ("長", "長官", "知事", "管理者", "大臣", "総裁", "総監", "理事", "取締役", "代表", "代表者", "責任者")


def addressed(words: Words, party: Party) -> str:
    """Name and department; in Japanese with 様 where the last of them is an office-holder's and 御中 for a body.

    Nothing is added where an honorific was written.
    """
    parts = [part for part in (party.name, party.department) if part]
    name = " ".join(parts)
    if any(part.rstrip().endswith(_HONORIFICS) for part in parts):
        return name
    return words.say("addressed-person" if parts[-1].rstrip().endswith(_OFFICE_HOLDERS) else "addressed", name=name)


def _letterhead(words: Words, certificate: Certificate) -> Strip:
    """Whom it is for on the left, which paper it is on the right."""
    to = words.label("label.addressee")
    left_width = WIDTH - _NUMBERS_WIDTH - 12
    recipient = addressed(words, certificate.addressee) if certificate.addressee else words.say("not-stated")
    addressee = label_lines(to, left_width) + lines(recipient, _ADDRESSEE, left_width, to.first)
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
    name = " ".join(part for part in (contractor.name, contractor.department) if part)
    post = " ".join(part for part in (certifier.post, certifier.authority) if part) if certifier else None
    rows = [
        [Field(words.label("label.contractor"), name, strong=True)],
        [Field(words.label("label.address"), stated(words, contractor.address))],
        [
            Field(words.label("label.corporate-number"), stated(words, contractor.corporate_number)),
            Field(words.label("label.responsible"), stated(words, contractor.responsible)),
        ],
        [
            Field(words.label("label.post"), stated(words, post)),
            Field(words.label("label.certifier"), stated(words, certifier.name if certifier else None), strong=True),
        ],
    ]
    return _with_seal(fields(rows, total=WIDTH - _SEAL, label_width=25 * MM), words.label("label.seal"))


def _subject(words: Words, certificate: Certificate) -> list[Strip]:
    rows = [
        [Field(words.label("label.subject"), stated(words, certificate.subject))],
        [
            Field(words.label("label.contract"), stated(words, certificate.contract)),
            Field(words.label("label.destination"), stated(words, certificate.destination)),
        ],
    ]
    if certificate.subcontractors:
        names = words.say("list-separator").join(party.name for party in certificate.subcontractors)
        rows.append([Field(words.label("label.subcontractors"), names)])
    if certificate.remarks:
        rows.append([Field(words.label("label.remarks"), certificate.remarks)])
    return fields(rows)


def head(words: Words, erasure: Erasure, certificate: Certificate) -> list[Strip]:
    """Everything above the result."""
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
    strips += [*paragraph(words.say(f"attest.{erasure.outcome}"), "attest"), blank(4)]
    strips.append(_issuer(words, certificate))
    strips += _subject(words, certificate)
    return strips


def code_panel(words: Words, certificate: Certificate, certificate_sha256: str) -> list[Line]:
    """What stands beside the QR code, for people: what it is for, the certificate's id, the hash that it carries."""
    space = WIDTH - 42 * MM
    digits = " ".join(certificate_sha256[start : start + 4] for start in range(0, 16, 4))
    sentence = words.label("qr-sentence")
    entries = (
        ("label.certificate", certificate.certificate, Style(10, Face.BOLD)),
        ("qr-hash", digits, Style(10, Face.BOLD)),
        ("label.verify-url", certificate.verify_url, LABEL),
    )
    stack = label_lines(sentence, space, first=Style(11, Face.BOLD))
    for key, value, style in entries:
        label = words.label(key)
        stack.append(Line("", Style(3)))
        stack += lines(f"{label.first} / {label.second}", SMALL, space, label.first)
        stack += lines(value, style, space, label.first)
    return stack
