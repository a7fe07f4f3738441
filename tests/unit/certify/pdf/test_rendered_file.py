"""The rendered file: always the same bytes, nothing compressed, nothing in it but what was put there."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from certify.errors import Refused
from certify.pdf.render import renderer_id

Make = Callable[..., Any]


def test_the_same_data_gives_the_same_bytes(make_paper: Make, make_erasure: Make) -> None:
    paper = make_paper(make_erasure())
    assert paper.again() == paper.pdf


def test_another_process_with_another_hash_seed_gives_the_same_bytes(make_paper: Make, make_erasure: Make, tmp_path: Any) -> None:
    paper = make_paper(make_erasure())
    for name, data in paper.attachments.items():
        (tmp_path / name).write_bytes(data)
    program = f"""
import hashlib, pathlib, sys
from certify.pdf.render import render
from certify.signing.dsse import parse
from certify.statement.certificate import parse_statement as certificate_of
from certify.statement.erasure import parse_statement as erasure_of
folder = pathlib.Path(sys.argv[1])
files = {{path.name: path.read_bytes() for path in sorted(folder.iterdir(), reverse=True)}}
erasure = erasure_of(parse(files["erasure.dsse.json"]).payload)
certificate = certificate_of(parse(files["certificate.dsse.json"]).payload)
print(hashlib.sha256(render(erasure, certificate, [], {paper.token_text!r}, files)).hexdigest())
"""
    seen = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env=os.environ | {"PYTHONHASHSEED": "17", "TZ": "America/New_York", "LANG": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    import hashlib

    assert seen.stdout.strip() == hashlib.sha256(paper.pdf).hexdigest()


def test_any_other_fact_gives_other_bytes(make_paper: Make, make_erasure: Make) -> None:
    assert make_paper(make_erasure()).pdf != make_paper(make_erasure(), remarks="追記").pdf


def test_photos_lie_in_the_file_byte_for_byte(make_paper: Make, make_erasure: Make, make_picture: Make, make_photo: Make) -> None:
    picture = make_picture()
    paper = make_paper(make_erasure(), [picture], [make_photo(picture)])
    assert picture in paper.pdf


def test_other_photos_than_the_statements_are_refused(make_paper: Make, make_erasure: Make, make_picture: Make, make_photo: Make) -> None:
    one, other = make_picture(shade=1), make_picture(shade=2)
    for pictures in ([other], [], [one, other]):
        with pytest.raises(Refused, match="photos-differ"):
            make_paper(make_erasure(), pictures, [make_photo(one)])


def test_no_stream_is_compressed_but_the_photos(make_paper: Make, make_erasure: Make, make_picture: Make, make_photo: Make) -> None:
    picture = make_picture()
    paper = make_paper(make_erasure(), [picture], [make_photo(picture)])
    with pikepdf.Pdf.open(io.BytesIO(paper.pdf)) as document:
        filters = [found.get("/Filter") for found in document.objects if isinstance(found, pikepdf.Stream)]
        assert [[str(name) for name in found] for found in filters if found is not None] == [["/DCTDecode"]]
        assert len(filters) > 8


def test_properties_name_the_certificate_and_nobody(make_paper: Make, make_erasure: Make) -> None:
    paper = make_paper(make_erasure())
    document = pikepdf.Pdf.open(io.BytesIO(paper.pdf))
    assert {str(key): str(value) for key, value in document.docinfo.items()} == {
        "/Title": paper.certificate.certificate,
        "/Producer": renderer_id(),
        "/CreationDate": "D:20261123100203+09'00'",
    }
    xmp = bytes(document.Root.Metadata.read_bytes()).decode()
    assert paper.certificate.certificate in xmp
    for name in ("髙橋", "山﨑", "鈴木", "佐藤", "Y5N3KV2AS", "消去サービス"):
        assert name not in xmp
    assert "/Outlines" not in document.Root
    assert str(document.Root.Lang) == "ja-JP"
    assert document.pdf_version == "1.7"


def test_statements_are_attached_as_the_data_behind_the_page(make_paper: Make, make_erasure: Make) -> None:
    paper = make_paper(make_erasure())
    document = pikepdf.Pdf.open(io.BytesIO(paper.pdf))
    assert {name: document.attachments[name].get_file().read_bytes() for name in document.attachments} == paper.attachments
    assert [str(spec.AFRelationship) for spec in document.Root.AF] == ["/Data"] * 2


def test_the_renderer_names_everything_that_the_bytes_depend_on() -> None:
    assert re.fullmatch(
        r"haiki/\S+ paper/\d+ reportlab/\S+ pikepdf/\S+ qpdf/\S+ BIZUDPGothic/1\.05 VL-PGothic/2\.121",
        renderer_id(),
    )


def test_no_path_of_the_machine_that_made_it_is_in_the_file(make_paper: Make, make_erasure: Make) -> None:
    from certify.pdf.fonts import FOLDER

    assert str(FOLDER).encode() not in make_paper(make_erasure()).pdf
