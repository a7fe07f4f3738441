"""What a signed PDF must be, beyond what viewers ask: one signature over the whole file, nothing active, nothing hidden.

Measured: Poppler's pdfsig says 'Signature is Valid' of a file with junk behind its end, with an added annotation, with
a page replaced by an incremental update, with another title. Each of them is refused here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from certify.errors import Malformed
from certify.verify.pdf_drawing import check_pages, check_picture
from certify.verify.pdf_file import PdfFile, Stored, names_in, read_pdf, references_in
from certify.verify.pdf_syntax import LONGEST_HEXADECIMAL, HexString, Name, Real, Reference, Value
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Outcome

_RANGE_NAME = b"/ByteRange"
_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10})\] *\n")
_CONTAINER = re.compile(rb"<([0-9A-F]{2,%d})>" % LONGEST_HEXADECIMAL)  # in one case: a letter must not change without a trace
_END = re.compile(rb"%%EOF\n?\Z")
MOST_PAGES = 64

# what a reader would run, play or fetch (ISO 32000-1 sections 12.6, 13, 7.11.5), or what puts the file in a strange frame
_ACTIVE = frozenset({
    "JavaScript", "JS", "OpenAction", "AA", "A", "Launch", "GoTo", "GoToR", "GoToE", "SubmitForm", "ResetForm", "ImportData",
    "URI", "Named", "Thread", "Movie", "Sound", "Rendition", "RichMedia", "RichMediaContent", "3D", "U3D", "PRC", "Trans3D",
    "SetOCGState", "XFA", "Encrypt", "Collection", "PieceInfo",
})  # fmt: skip
# what one reader shows and another doesn't
_HIDDEN = frozenset({"OCProperties", "OC", "OCG", "OCMD", "Alternates", "OPI", "SMaskInData", "Group", "XRef", "ObjStm", "PresSteps"})
_FILTERS = frozenset({"DCTDecode"})
_CATALOGUE = frozenset({
    "Type", "Pages", "Names", "AF", "Metadata", "OutputIntents", "MarkInfo", "Lang", "ViewerPreferences", "PageMode", "PageLayout",
})  # fmt: skip
_CATALOGUE_OF_SIGNING = frozenset({"AcroForm", "Perms"})
# invisible: of no size, hidden flags as every signer writes them (ISO 32000-1 section 12.5.3); viewers show its name T
_FIELD: dict[str, Value] = {
    "FT": Name("Sig"), "T": b"Certificate", "Type": Name("Annot"), "Subtype": Name("Widget"), "F": 132, "Rect": [0, 0, 0, 0],
}  # fmt: skip
_PERMISSION: list[Value] = [
    {
        "Type": Name("SigRef"), "TransformMethod": Name("DocMDP"),
        "TransformParams": {"Type": Name("TransformParams"), "V": Name("1.2"), "P": 1},
    },
]  # fmt: skip
_FILE = frozenset({"Type", "Subtype", "Params", "Length"})
_TIME = re.compile(rb"D:([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z")
# no Reason, Name, Location: viewers show them beside the signature, and nothing else vouches for them
_SIGNATURE = frozenset({"Type", "Filter", "SubFilter", "Contents", "ByteRange", "M", "Reference"})
_SIGNATURE_NAMES = {"Type": Name("Sig"), "Filter": Name("Adobe.PPKLite"), "SubFilter": Name("ETSI.CAdES.detached")}
_PAGE = frozenset({"Type", "Parent", "MediaBox", "CropBox", "Contents", "Resources", "Rotate", "Trans", "TrimBox"})
_A4 = ((595.2, 595.4), (841.8, 842.0))  # points


@dataclass(frozen=True)
class Coverage:
    """Where the signature lies and what it covers."""

    container: bytes
    digest: bytes  # SHA-256 of all that is covered
    gap: slice  # of the container's hexadecimal digits with their brackets


def check_coverage(data: bytes) -> Coverage:
    """Exactly one signature, over every byte of the file but the signature itself. Raises Doubt."""
    ranges = data.count(_RANGE_NAME)
    if not ranges:
        if _END.search(data, max(0, len(data) - 8)):
            raise Doubt(Reason.NOT_SIGNED)
        raise Doubt(Reason.TRUNCATED, Outcome.UNREADABLE)
    if ranges > 1:
        raise Doubt(Reason.SEVERAL_SIGNATURES, count=ranges)
    match = _RANGE.search(data)
    if match is None:
        raise Doubt(Reason.SIGNATURE_COVERS_PART)
    before, after, rest = (int(number) for number in match.groups())
    end = after + rest
    if end > len(data):
        raise Doubt(Reason.TRUNCATED, Outcome.UNREADABLE)
    if end < len(data):
        changed = data.find(b"startxref", end) >= 0
        raise Doubt(Reason.CHANGED_AFTER_SIGNING if changed else Reason.BYTES_AFTER_END, bytes=len(data) - end)
    digits = _CONTAINER.fullmatch(data, before, after) if before < after else None
    if digits is None or len(digits[1]) % 2:
        raise Doubt(Reason.SIGNATURE_COVERS_PART)
    digest = hashlib.sha256(memoryview(data)[:before])  # not joined: a file may have hundreds of megabytes
    digest.update(memoryview(data)[after:])
    return Coverage(bytes.fromhex(digits[1].decode()), digest.digest(), slice(before, after))


@dataclass(frozen=True)
class Structure:
    """A file that has the plain form: what it was before it was signed, and as it is."""

    file: PdfFile
    drawn: Mapping[int, Stored]  # the objects of the first revision
    signed: Mapping[int, Stored]  # as they stand after signing
    root: int
    pages: tuple[int, ...]


def check_structure(data: bytes) -> Structure:
    """Two revisions, drawing and signing; every byte accounted for; nothing active, nothing hidden. Raises Doubt."""
    try:
        file = read_pdf(data)
    except Malformed as error:
        raise Doubt(Reason.PDF_NOT_STRICT, **error.parameters) from error
    if len(file.revisions) != 2:
        raise Doubt(Reason.CHANGED_AFTER_SIGNING if len(file.revisions) > 2 else Reason.NOT_SIGNED)
    drawn, signed = file.objects(1), file.objects()
    trailers = [revision.trailer for revision in file.revisions]
    root = _number(trailers[0]["Root"], "the root")
    for key in ("Root", "Info"):
        if trailers[0][key] != trailers[1][key]:
            raise Doubt(Reason.CHANGED_WHILE_SIGNING, what=key)
    _check_names(signed)
    _check_streams(signed)
    _reached(drawn, references_in(dict(trailers[0])))
    reached = _reached(signed, [number for trailer in trailers for number in references_in(dict(trailer))])
    if stray := signed.keys() - reached:
        raise Doubt(Reason.HIDDEN_CONTENT, what=f"object {min(stray)}")
    catalogue = drawn[root].dictionary if root in drawn else {}
    if extra := catalogue.keys() - _CATALOGUE:
        raise Doubt(Reason.HIDDEN_CONTENT, what=min(extra))
    names = _follow(drawn, catalogue.get("Names"))
    if not isinstance(names, dict) or names.keys() != {"EmbeddedFiles"}:
        raise Doubt(Reason.HIDDEN_CONTENT, what="Names")
    pages = _pages(drawn, catalogue)
    check_pages(file, drawn, pages)
    return Structure(file, drawn, signed, root, pages)


def _number(value: Value, what: str) -> int:
    if not isinstance(value, Reference):
        raise Doubt(Reason.PDF_NOT_STRICT, what=what)
    return value.number


def _follow(objects: Mapping[int, Stored], value: Value) -> Value:
    """The object itself, if it was pointed to (once: our files have no pointers to pointers)."""
    if isinstance(value, Reference):
        stored = objects.get(value.number)
        return stored.value if stored else None
    return value


def _check_names(objects: Mapping[int, Stored]) -> None:
    for number, stored in objects.items():
        for name in names_in(stored.value):
            if name in _ACTIVE:
                raise Doubt(Reason.ACTIVE_CONTENT, what=name, object=number)
            if name in _HIDDEN:
                raise Doubt(Reason.HIDDEN_CONTENT, what=name, object=number)


def _check_streams(objects: Mapping[int, Stored]) -> None:
    for number, stored in objects.items():
        if stored.stream is None:
            continue
        filters = stored.dictionary.get("Filter")
        chain: Iterable[Value] = filters if isinstance(filters, list) else [] if filters is None else [filters]
        if not all(isinstance(name, Name) and name in _FILTERS for name in chain):
            raise Doubt(Reason.PDF_NOT_STRICT, what="a packed stream", object=number)
        if stored.dictionary.keys() & {"F", "FFilter", "FDecodeParms"}:
            raise Doubt(Reason.ACTIVE_CONTENT, what="a stream in another file", object=number)


def _reached(objects: Mapping[int, Stored], start: Iterable[int]) -> set[int]:
    reached: set[int] = set()
    waiting = list(start)
    while waiting:
        number = waiting.pop()
        if number in reached:
            continue
        if number not in objects:
            raise Doubt(Reason.PDF_NOT_STRICT, what=f"no object {number}")
        reached.add(number)
        waiting.extend(references_in(objects[number].value))
    return reached


def _pages(objects: Mapping[int, Stored], catalogue: Mapping[str, Value]) -> tuple[int, ...]:
    tree = _follow(objects, catalogue.get("Pages"))
    kids = _follow(objects, tree.get("Kids")) if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(kids, list) or not 0 < len(kids) <= MOST_PAGES:
        raise Doubt(Reason.PDF_NOT_STRICT, what="pages")
    if not tree.keys() <= {"Type", "Count", "Kids"}:  # what pages inherit would be out of sight here
        raise Doubt(Reason.HIDDEN_CONTENT, what="inherited entries")
    numbers = tuple(_number(kid, "a page") for kid in kids)
    for number in numbers:
        page = objects[number].dictionary
        if len(set(numbers)) != len(numbers) or page.get("Type") != "Page" or not page.keys() <= _PAGE:
            raise Doubt(Reason.HIDDEN_CONTENT, what=f"page object {number}")
        if not _is_a4(page.get("MediaBox")) or page.get("CropBox", page["MediaBox"]) != page["MediaBox"] or page.get("Rotate", 0) != 0:
            raise Doubt(Reason.HIDDEN_CONTENT, what=f"size of page object {number}")
    return numbers


def _is_a4(box: Value) -> bool:
    if not isinstance(box, list) or len(box) != 4 or box[:2] != [0, 0]:
        return False
    sides = [float(side.text) if isinstance(side, Real) else side for side in box[2:]]
    return all(isinstance(side, (int, float)) and low <= side <= high for side, (low, high) in zip(sides, _A4, strict=True))


def check_certification(structure: Structure, coverage: Coverage) -> str:
    """The signature certifies the document, permits no change, and brought nothing along but itself.

    Gives the time of signing that it states, RFC 3339: viewers show it, so it has to be the certificate's. Raises Doubt.
    """
    drawn, signed = structure.drawn, structure.signed
    before, after = drawn[structure.root].dictionary, signed[structure.root].dictionary
    _same_but(before, after, _CATALOGUE_OF_SIGNING, "catalogue")
    form = _follow(signed, after.get("AcroForm"))
    fields = _follow(signed, form.get("Fields")) if isinstance(form, dict) else None
    if not isinstance(form, dict) or form.keys() != {"Fields", "SigFlags"} or form["SigFlags"] != 3 or not isinstance(fields, list):
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what="form")
    everything = [stored for stored in signed.values() if stored.dictionary.get("FT") == "Sig" or "ByteRange" in stored.dictionary]
    if len(fields) != 1 or len(everything) != 2:
        raise Doubt(Reason.SEVERAL_SIGNATURES, count=max(len(fields), len(everything) - 1))
    widget = _number(fields[0], "field")
    signature = _number(signed[widget].dictionary.get("V"), "signature")
    _check_permission(signed, after, signature)
    _check_range(signed[signature], coverage, structure)
    _check_widget(structure, widget)
    allowed = {structure.root, widget, signature, _number(after.get("AcroForm"), "form")} | _changed_pages(structure, widget)
    if stray := structure.file.revisions[1].objects.keys() - allowed:
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what=f"object {min(stray)}")
    return _stated_time(signed[signature])


def _stated_time(signature: Stored) -> str:
    written = signature.dictionary.get("M")
    found = _TIME.fullmatch(written) if isinstance(written, bytes) else None
    if found is None:
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what="M")
    year, month, day, hour, minute, second = (part.decode() for part in found.groups())
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


def _same_but(before: Mapping[str, Value], after: Mapping[str, Value], allowed: frozenset[str], what: str) -> None:
    for key in before.keys() | after.keys():
        if key not in allowed and (key not in before or key not in after or before[key] != after[key]):
            raise Doubt(Reason.CHANGED_WHILE_SIGNING, what=f"{what} {key}")


def _check_permission(objects: Mapping[int, Stored], catalogue: Mapping[str, Value], signature: int) -> None:
    permissions, reference = catalogue.get("Perms"), objects[signature].dictionary.get("Reference")
    if permissions != {"DocMDP": Reference(signature)} or reference != _PERMISSION:
        raise Doubt(Reason.CHANGES_PERMITTED)


def _check_range(signature: Stored, coverage: Coverage, structure: Structure) -> None:
    """The signature that the file's objects lead to is the one that the bytes showed."""
    start, end = coverage.gap.start, coverage.gap.stop
    size = len(structure.file.data)
    contents = signature.dictionary.get("Contents")
    if other := signature.dictionary.keys() ^ _SIGNATURE:
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what=min(other))
    if signature.dictionary.get("ByteRange") != [0, start, end, size - end] or not isinstance(contents, HexString):
        raise Doubt(Reason.SIGNATURE_COVERS_PART)
    for key, value in _SIGNATURE_NAMES.items():
        if signature.dictionary[key] != value:
            raise Doubt(Reason.CHANGED_WHILE_SIGNING, what=key)
    if contents != coverage.container or start < structure.file.revisions[0].end:
        raise Doubt(Reason.SIGNATURE_COVERS_PART)


def _check_widget(structure: Structure, widget: int) -> None:
    field = structure.signed[widget].dictionary
    page, signature = field.get("P"), field.get("V")
    if widget in structure.drawn or field != {**_FIELD, "P": page, "V": signature} or not isinstance(page, Reference):
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what="field")
    if page.number not in structure.pages:
        raise Doubt(Reason.CHANGED_WHILE_SIGNING, what="field")


def _changed_pages(structure: Structure, widget: int) -> set[int]:
    """The page that carries the signature's field, invisibly; it is otherwise as it was drawn."""
    changed = structure.file.revisions[1].objects.keys() & set(structure.pages)
    for number in changed:
        page = structure.signed[number].dictionary
        _same_but(structure.drawn[number].dictionary, page, frozenset({"Annots"}), "page")
        if _follow(structure.signed, page.get("Annots")) != [Reference(widget)]:
            raise Doubt(Reason.CHANGED_WHILE_SIGNING, what="Annots")
    return changed


def attachments(structure: Structure) -> dict[str, bytes]:
    """The files inside, by name, as they were before signing. Raises Doubt for anything but a plain list of them.

    Viewers list what any of three places name (the tree of names, its entries, the catalogue's AF): all have to say the same.
    """
    drawn = structure.drawn
    catalogue = drawn[structure.root].dictionary
    names = _follow(drawn, catalogue.get("Names"))
    tree = _follow(drawn, names.get("EmbeddedFiles")) if isinstance(names, dict) else None
    pairs = _follow(drawn, tree.get("Names")) if isinstance(tree, dict) and tree.keys() <= {"Names", "Limits"} else None
    if not isinstance(pairs, list) or len(pairs) % 2:
        raise Doubt(Reason.PDF_NOT_STRICT, what="attachments")
    found: dict[str, bytes] = {}
    for name, pointer in zip(pairs[::2], pairs[1::2], strict=True):
        description = _follow(drawn, pointer)
        files = description.get("EF") if isinstance(description, dict) else None
        where = files.get("F") if isinstance(files, dict) else None
        if not isinstance(name, bytes) or not isinstance(where, Reference) or description != _file_named(name, where):
            raise Doubt(Reason.PDF_NOT_STRICT, what="an attachment")
        written = name.decode("latin-1")
        if written in found:
            raise Doubt(Reason.HIDDEN_CONTENT, what=written)
        if drawn[where.number].dictionary.keys() != _FILE:
            raise Doubt(Reason.HIDDEN_CONTENT, what=f"entries of {written}")
        found[written] = structure.file.bytes_of(drawn[where.number])
    if catalogue.get("AF") != pairs[1::2]:
        raise Doubt(Reason.HIDDEN_CONTENT, what="AF")
    return found


def _file_named(name: bytes, where: Reference) -> dict[str, Value]:
    """The only description that a file inside has: one name, no words about it."""
    data: Value = {"F": where, "UF": where}
    return {"Type": Name("Filespec"), "F": name, "UF": name, "EF": data, "AFRelationship": Name("Data")}


class Picture(NamedTuple):
    """A JPEG, and its sides in pixels."""

    data: bytes
    width: int
    height: int


def images(structure: Structure) -> list[Picture]:
    """Every picture in the file, in the order of their objects. Raises Doubt for anything but a plain JPEG."""
    found: list[Picture] = []
    for _, stored in sorted(structure.signed.items()):
        if stored.dictionary.get("Subtype") == "Image":
            data = structure.file.bytes_of(stored)
            found.append(Picture(data, *check_picture(stored, data)))
    return found
