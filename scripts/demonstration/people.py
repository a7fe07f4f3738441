"""Invented people and the files an office might keep about them. No real person, address or number is meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = Path(__file__).resolve().parents[2] / "certify" / "pdf" / "fonts" / "BIZUDPGothic-Regular.ttf"

_SURNAMES = ["架空山", "仮名川", "見本田", "試験谷", "例示原", "空想寺", "作田", "仮野", "虚木", "模擬沢"]
_GIVEN_NAMES = ["一郎", "花子", "次郎", "桜子", "三太", "梅乃", "健", "綾", "空", "蓮"]
_SUBJECTS = ["国民健康保険料の減免申請", "介護認定の結果通知", "住民税の申告内容", "児童手当の現況届", "生活相談の記録"]


@dataclass(frozen=True)
class Person:
    """Someone who does not exist."""

    name: str
    born: str
    address: str
    telephone: str
    number: str  # twelve digits that fail the check digit of a real individual number

    def lines(self) -> list[str]:
        """What a form would say of this person."""
        return [f"氏名 {self.name}", f"生年月日 {self.born}", f"住所 {self.address}", f"電話 {self.telephone}", f"番号 {self.number}"]


def invent(random: Random) -> Person:
    """One more person, drawn from the generator."""
    return Person(
        name=f"{random.choice(_SURNAMES)} {random.choice(_GIVEN_NAMES)}",
        born=f"昭和{random.randint(30, 63)}年{random.randint(1, 12)}月{random.randint(1, 28)}日",
        address=f"架空県見本市例示町{random.randint(1, 9)}丁目{random.randint(1, 30)}番{random.randint(1, 20)}号",
        telephone=f"000-{random.randint(0, 9999):04}-{random.randint(0, 9999):04}",
        number=f"0000{random.randint(0, 99999999):08}",
    )


def _letter_pdf(person: Person, subject: str) -> bytes:
    if "demo" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("demo", FONT))
    stream = io.BytesIO()
    page = Canvas(stream, pagesize=A4, invariant=1, initialFontName="demo")
    page.setFont("demo", 16)
    page.drawString(72, 760, subject)
    page.setFont("demo", 11)
    for row, line in enumerate([*person.lines(), "", f"{person.name} 様の申請について、次のとおり決定しましたので通知します。"]):
        page.drawString(72, 720 - 20 * row, line)
    page.save()
    return stream.getvalue()


def _picture(person: Person, random: Random, kind: str) -> bytes:
    font = ImageFont.truetype(str(FONT), 26)
    ground = tuple(random.randint(120, 220) for _ in range(3))
    image = Image.effect_noise((720, 480), 40).convert("RGB")
    image = Image.blend(image, Image.new("RGB", image.size, ground), 0.6)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 90, 240, 330), fill="#e8c8a8")
    draw.rectangle((40, 330, 260, 460), fill="#405070")
    for row, line in enumerate(["職員証 (見本)", *person.lines()]):
        draw.text((280, 90 + 44 * row), line, fill="black", font=font)
    stream = io.BytesIO()
    image.save(stream, kind, quality=88)
    return stream.getvalue()


def _office_file(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{content}')
    return stream.getvalue()


_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def _wrapping(main: str, content_type: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{content_type}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}" Target="{main}"/></Relationships>',
    }


def _letter_docx(person: Person, subject: str) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in [subject, *person.lines()])
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = {"word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>'}
    return _office_file(_wrapping("word/document.xml", "wordprocessingml.document.main+xml") | body)


def _table_xlsx(people: list[Person]) -> bytes:
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(line)}</t></is></c>' for line in person.lines()) + "</row>" for person in people
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{_OFFICE.rpartition("/")[0]}"><sheets>'
        '<sheet name="名簿" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE.rpartition("/")[0]}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return _office_file(_wrapping("xl/workbook.xml", "spreadsheetml.sheet.main+xml") | parts)


def files(random: Random, count: int = 60) -> Iterator[tuple[str, bytes]]:
    """Names (ASCII, so that every file system takes them) and contents: letters, tables, pictures, PDFs."""
    for number in range(count):
        person = invent(random)
        subject = random.choice(_SUBJECTS)
        match number % 5:
            case 0:
                yield f"letter{number:02}.pdf", _letter_pdf(person, subject)
            case 1:
                yield f"portrait{number:02}.jpg", _picture(person, random, "JPEG")
            case 2:
                yield f"letter{number:02}.docx", _letter_docx(person, subject)
            case 3:
                yield f"card{number:02}.png", _picture(person, random, "PNG")
            case _:
                yield f"list{number:02}.xlsx", _table_xlsx([invent(random) for _ in range(40)])
