"""What stands on the pages: plain text, lines and photos, drawn by operators of a short list (ISO 32000-1 annex A).

Before a page is handed to a renderer, everything that would make it dear or strange is refused: inline pictures, patterns,
shadings, forms, transparency, layers, fonts that are programs. So drawing takes bounded time and memory, and two viewers
have little left to disagree about.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping

from certify.errors import Malformed
from certify.token.picture import check_jpeg
from certify.verify.pdf_file import PdfFile, Stored
from certify.verify.pdf_syntax import Reference, Value
from certify.verify.reasons import Doubt, Reason

LARGEST_DRAWING = 4 * 1024 * 1024  # bytes of all pages' operators
MOST_PICTURES = 16  # times that photos are drawn on all pages; a paper has twelve of them
MOST_PIXELS = 16_000_000  # of one photo; those that were cleaned have four
MOST_DRAWN_PIXELS = 64_000_000  # of all drawn photos, each as often as it is drawn

# each part takes what it takes and gives nothing back: a drawing is read in time that grows as its length does
_TOKEN = re.compile(
    rb"""[ \r\n\t]+
    | [+-]?(?:[0-9]{1,15}+(?:\.[0-9]{1,15}+)?+|\.[0-9]{1,15}+)(?![0-9A-Za-z.])
    | /(?P<name>[^\x00-\x20()<>\[\]{}/%\#]{1,127}+)
    | \((?:\\[\s\S]|[^\\()])*+\)
    | [\[\]]
    | (?P<operator>[A-Za-z*'"]{1,3}+)(?![0-9A-Za-z*'"])""",
    re.VERBOSE,
)
# no inline picture (BI), shading (sh), graphics state (gs), marked content (BMC, BDC), invisible or raised text (Tr, Ts)
_OPERATORS = frozenset(
    b"q Q cm w J j M d m l c v y h re S s f f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Td TD Tm T* Tj TJ g G rg RG k K Do".split()
)
_RESOURCES = frozenset({"Font", "ProcSet", "XObject"})


def _refuse(what: str) -> Doubt:
    return Doubt(Reason.HIDDEN_CONTENT, what=what)


def check_operators(drawing: bytes) -> list[str]:
    """Nothing but known operators and their plain arguments. Gives the name of each picture, as often as it is drawn. Raises Doubt."""
    place, name = 0, ""
    pictures: list[str] = []
    while place < len(drawing):
        token = _TOKEN.match(drawing, place)
        if token is None:
            raise _refuse(f"byte {place} of a page's drawing")
        operator = token["operator"]
        if operator is not None and operator not in _OPERATORS:
            raise _refuse(f"the operator {operator.decode()}")
        if operator == b"Do":
            pictures.append(name)
        name = token["name"].decode("latin-1") if token["name"] else name
        place = token.end()
    return pictures


def _dictionary(objects: Mapping[int, Stored], value: Value) -> Mapping[str, Value]:
    if isinstance(value, Reference):
        return objects[value.number].dictionary
    return value if isinstance(value, dict) else {}


def check_pages(file: PdfFile, objects: Mapping[int, Stored], pages: Iterable[int]) -> None:
    """Each page is one stream of operators with embedded fonts and photos, and all of them are not too much. Raises Doubt."""
    total = pictures = pixels = 0
    for number in pages:
        page = objects[number].dictionary
        contents = page.get("Contents")
        if not isinstance(contents, Reference) or objects[contents.number].stream is None:
            raise _refuse("a page whose drawing is not one stream")
        drawing = file.bytes_of(objects[contents.number])
        total += len(drawing)
        if total > LARGEST_DRAWING:
            raise _refuse(f"drawings of more than {LARGEST_DRAWING} bytes")
        _check_resources(objects, page)
        drawn = check_operators(drawing)
        pictures += len(drawn)
        pixels += sum(_pixels(objects, page, name) for name in drawn)
        if pictures > MOST_PICTURES or pixels > MOST_DRAWN_PIXELS:
            raise _refuse(f"{pictures} pictures of {pixels} pixels")


def _pixels(objects: Mapping[int, Stored], page: Mapping[str, Value], name: str) -> int:
    """As its dictionary says; :func:`check_picture` compares that with the picture."""
    pictures = _dictionary(objects, _dictionary(objects, page.get("Resources")).get("XObject"))
    facts = _dictionary(objects, pictures.get(name))
    width, height = facts.get("Width"), facts.get("Height")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) < 1:
        raise _refuse(f"the picture {name}")
    return width * height


def _check_resources(objects: Mapping[int, Stored], page: Mapping[str, Value]) -> None:
    resources = _dictionary(objects, page.get("Resources"))
    if extra := resources.keys() - _RESOURCES:
        raise _refuse(min(extra))
    for font in _dictionary(objects, resources.get("Font")).values():
        facts = _dictionary(objects, font)
        if facts.get("Subtype") != "TrueType" or "FontFile2" not in _dictionary(objects, facts.get("FontDescriptor")):
            raise _refuse("a font that is not embedded")
    for drawn in _dictionary(objects, resources.get("XObject")).values():
        if _dictionary(objects, drawn).get("Subtype") != "Image":
            raise _refuse("a drawing inside the drawing")


def check_picture(stored: Stored, data: bytes) -> tuple[int, int]:
    """A plain JPEG of the size that the file says, and of no more than is decoded at ease: its width and height. Raises Doubt."""
    from PIL import Image

    facts = stored.dictionary
    if facts.get("Filter") not in ("DCTDecode", ["DCTDecode"]) or facts.keys() & {"Mask", "SMask", "Decode", "ImageMask"}:
        raise _refuse("a picture of another kind")
    try:
        check_jpeg(data)
    except Malformed as error:
        raise _refuse("a picture that is dear to decode") from error
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:  # reads the header only
            width, height = picture.size
    except Exception as error:  # decoders of pictures raise whatever they stumble over
        raise _refuse("a picture that is no JPEG") from error
    if (width, height) != (facts.get("Width"), facts.get("Height")) or width * height > MOST_PIXELS:
        raise _refuse(f"a picture of {width} x {height} pixels")
    return width, height
