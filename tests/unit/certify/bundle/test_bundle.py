"""The strict ZIP: one form, every byte accounted for, nothing that two programs could read differently."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.bundle.profile import CENTRAL, END, MANIFEST, MAX_BUNDLE, REQUIRED, check_names, largest, rank
from certify.bundle.reader import read_bundle
from certify.bundle.writer import bundle_name, manifest, write_bundle, write_zip
from certify.errors import Malformed
from certify.foundation.canonical import canonical_json
from certify.foundation.messages import Language

CERTIFICATE = "C-02K9R5X4P8M3N6S0V7W2Y1Z4A5"


def _files(**more: bytes) -> dict[str, bytes]:
    return {name: f"content of {name}".encode() * 3 for name in REQUIRED if name != MANIFEST} | more


def _full() -> dict[str, bytes]:
    return _files() | {"timestamp.tsr": b"", "crl/01.crl": b"list", "photos/02.jpg": b"two", "photos/01.jpg": b"one"}


def _zip_with(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """A ZIP in our form whose members were changed after the manifest had been made."""
    files = _full()
    return write_zip(change({MANIFEST: manifest(CERTIFICATE, files), **{name: files[name] for name in sorted(files, key=rank)}}))


def _refused(data: bytes) -> Malformed:
    with pytest.raises(Malformed) as refused:
        read_bundle(data)
    assert refused.value.room == "bundle"
    assert all(refused.value.sentences())
    return refused.value


def test_what_was_written_is_read_again_in_its_order() -> None:
    bundle = read_bundle(write_bundle(CERTIFICATE, _full()))
    assert bundle.certificate == CERTIFICATE
    assert list(bundle.files) == [*REQUIRED, "photos/01.jpg", "photos/02.jpg", "crl/01.crl", "timestamp.tsr"]
    assert {name: data for name, data in bundle.files.items() if name != MANIFEST} == _full()


def test_the_same_files_give_the_same_bytes_in_whatever_order_they_come() -> None:
    assert write_bundle(CERTIFICATE, _full()) == write_bundle(CERTIFICATE, dict(reversed(_full().items())))


def test_the_name_says_which_certificate() -> None:
    assert bundle_name(CERTIFICATE) == f"{CERTIFICATE}.haiki.zip"


def test_other_programs_read_it_without_complaint(tmp_path: Path) -> None:
    data = write_bundle(CERTIFICATE, _full())
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    assert "No errors detected" in subprocess.run(["unzip", "-t", path], capture_output=True, text=True, check=True).stdout
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == dict(read_bundle(data).files)
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.extra, info.comment, info.flag_bits) == (b"", b"", 0)


# the header of a one-byte file as APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16 has it, written out by hand
def test_the_bytes_are_those_of_the_specification() -> None:
    checksum = zlib.crc32(b"x").to_bytes(4, "little")
    local = bytes.fromhex("504b0304 0a00 0000 0000 0000 2100") + checksum + bytes.fromhex("01000000 01000000 0900 0000") + b"token.txt"
    central = (
        bytes.fromhex("504b0102 0a03 0a00 0000 0000 0000 2100")
        + checksum
        + bytes.fromhex("01000000 01000000 0900 0000 0000 0000 0000 0000a481 00000000")
        + b"token.txt"
    )
    end = bytes.fromhex("504b0506 0000 0000 0100 0100 37000000 28000000 0000")
    assert write_zip({"token.txt": b"x"}) == local + b"x" + central + end


def test_a_file_in_every_way_like_ours_but_made_by_another_program_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in read_bundle(write_bundle(CERTIFICATE, _full())).files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    assert _refused(target.getvalue()).code == "other-structure"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "not-a-bundle"), (b"PK\x05\x06" + bytes(18), "not-a-bundle"), (b"%PDF-1.7", "not-a-bundle"), (b"\x7fELF" * 100, "not-a-bundle")],
)
def test_something_else_is_no_bundle(data: bytes, code: str, language: Language) -> None:
    assert _refused(data).code == code


@pytest.mark.parametrize("junk", [b"\0", b"comment", b"PK\x05\x06" + bytes(18)])
@pytest.mark.parametrize("place", ["before", "between", "behind"])
def test_junk_anywhere_is_refused(junk: bytes, place: str) -> None:
    data = write_bundle(CERTIFICATE, _full())
    directory = END.unpack(data[-END.size :])[6]
    changed = {"before": junk + data, "between": data[:directory] + junk + data[directory:], "behind": data + junk}[place]
    assert _refused(changed).code in ("other-structure", "not-a-bundle")


def test_a_gap_that_the_end_record_accounts_for_is_refused() -> None:
    data = write_bundle(CERTIFICATE, _full())
    fields = list(END.unpack(data[-END.size :]))
    directory = fields[6]
    fields[6] += 4
    changed = data[:directory] + b"junk" + data[directory : -END.size] + END.pack(*fields)
    assert "between the last file" in str(_refused(changed).parameters["detail"])


def test_bytes_in_the_directory_that_belong_to_no_file_are_refused() -> None:
    data = write_bundle(CERTIFICATE, _full())
    fields = list(END.unpack(data[-END.size :]))
    fields[5] += 4
    changed = data[: -END.size] + b"junk" + END.pack(*fields)
    assert "belong to no entry" in str(_refused(changed).parameters["detail"])


def test_a_comment_behind_the_end_record_is_refused() -> None:
    data = write_bundle(CERTIFICATE, _full())
    assert _refused(data[:-2] + b"\x07\x00comment").code == "other-structure"


def test_two_files_of_one_name_are_refused() -> None:
    data = _zip_with(lambda files: files)
    # the same member a second time, in a directory that is otherwise in order
    files = list(read_bundle(data).files.items())
    body, directory, count = bytearray(), bytearray(), 0
    from certify.bundle.profile import central_header, end_record, local_header

    for name, content in [*files[:4], files[3], *files[4:]]:
        directory += central_header(name, zlib.crc32(content), len(content), len(body))
        body += local_header(name, zlib.crc32(content), len(content)) + content
        count += 1
    refused = _refused(bytes(body + directory + end_record(count, len(directory), len(body))))
    assert (refused.code, refused.parameters["name"]) == ("duplicate-name", "certificate.pdf")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "photos/../x.jpg",
        "photos/13.jpg",
        "photos/00.jpg",
        "photos/1.jpg",
        "photos/01.JPG",
        "photos/01.jpg\n",
        "PHOTOS/01.jpg",
        "certificate.pdf ",
        "Certificate.pdf",
        "photos/",
        "note.txt",
        "C:\\x",
        "a" * 200,
        "",
    ],
)
def test_a_name_that_has_no_place_is_refused(name: str, language: Language) -> None:
    refused = _refused(_zip_with(lambda files: files | {name: b"x"}))
    assert refused.code == "name-not-allowed"
    assert str(refused.parameters["name"]).isprintable()


def test_a_name_beyond_ascii_is_refused() -> None:
    data = _zip_with(lambda files: files)
    assert _refused(data.replace(b"token.txt", b"tok\xc3\xa9n.tx")).code == "name-not-allowed"


@pytest.mark.parametrize("name", REQUIRED)
def test_each_obligatory_file_is_missed(name: str) -> None:
    refused = _refused(_zip_with(lambda files: {other: data for other, data in files.items() if other != name}))
    assert (refused.code, refused.parameters["name"]) == ("file-missing", name)


def test_another_order_is_refused() -> None:
    assert _refused(_zip_with(lambda files: dict(reversed(files.items())))).code == "out-of-order"


def test_another_content_than_the_manifests_is_refused() -> None:
    refused = _refused(_zip_with(lambda files: files | {"photos/01.jpg": b"ONE"}))
    assert (refused.code, refused.parameters["name"]) == ("manifest-mismatch", "photos/01.jpg")


def test_a_file_that_the_manifest_does_not_know_is_refused() -> None:
    with_one_more = _zip_with(lambda files: dict(sorted((files | {"photos/03.jpg": b"three"}).items(), key=lambda item: rank(item[0]))))
    assert _refused(with_one_more).code == "manifest-mismatch"


def test_a_file_that_only_the_manifest_knows_is_refused() -> None:
    def without(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: data for name, data in files.items() if name != "timestamp.tsr"}

    assert _refused(_zip_with(without)).code == "manifest-mismatch"


def _manifest(**changes: Any) -> bytes:
    import json

    value = json.loads(manifest(CERTIFICATE, _full()))
    return canonical_json(value | changes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        _manifest(schema="https://haiki.example/bundle/v2"),
        _manifest(certificate="C-1"),
        _manifest(more=1),
        _manifest(files=[]) + b"\n",
        manifest(CERTIFICATE, _full()).replace(b'"size":3', b'"size":3.0'),
        b" " + manifest(CERTIFICATE, _full()),
    ],
    ids=["empty", "no-keys", "deep", "other-schema", "bad-id", "more-keys", "newline", "float", "blank"],
)
def test_a_manifest_in_another_form_is_refused(data: bytes) -> None:
    assert _refused(_zip_with(lambda files: files | {MANIFEST: data})).code == "manifest-malformed"


def test_a_manifest_that_lists_its_files_in_another_order_is_refused() -> None:
    import json

    files = json.loads(manifest(CERTIFICATE, _full()))["files"]
    assert _refused(_zip_with(lambda members: members | {MANIFEST: _manifest(files=files[::-1])})).code == "manifest-malformed"


def test_a_bomb_is_refused_before_anything_is_unpacked() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in REQUIRED:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), bytes(10_000_000), zipfile.ZIP_DEFLATED)
    assert _refused(target.getvalue()).code == "other-structure"


def test_sizes_beyond_the_profile_are_refused(monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    big = bytes(largest("token.txt") + 1)
    with pytest.raises(Malformed) as refused:
        write_bundle(CERTIFICATE, _full() | {"token.txt": big})
    assert refused.value.code == "file-too-large"
    assert _refused(_zip_with(lambda files: files | {"token.txt": big})).code == "file-too-large"
    monkeypatch.setattr("certify.bundle.reader.MAX_BUNDLE", 1000)
    assert _refused(write_bundle(CERTIFICATE, _full())).code == "too-large"
    monkeypatch.setattr("certify.bundle.writer.MAX_BUNDLE", 1000)
    with pytest.raises(Malformed, match="too-large"):
        write_bundle(CERTIFICATE, _full())


def test_the_whole_may_hold_every_file_at_its_largest_but_one() -> None:
    # no single limit lets the sum pass unnoticed
    assert largest("certificate.pdf") < MAX_BUNDLE


def test_a_count_that_lies_is_refused() -> None:
    data = bytearray(write_bundle(CERTIFICATE, _full()))
    for place in (-14, -12):
        struct.pack_into("<H", data, len(data) + place, 65535)
    assert _refused(bytes(data)).code == "too-many-files"
    for count in (0, 5, 12):
        for place in (-14, -12):
            struct.pack_into("<H", data, len(data) + place, count)
        assert _refused(bytes(data)).code in ("other-structure", "file-missing")


def test_names_that_are_missing_or_wrong_are_not_written() -> None:
    with pytest.raises(Malformed, match="file-missing"):
        write_bundle(CERTIFICATE, {"token.txt": b"x"})
    with pytest.raises(Malformed, match="name-not-allowed"):
        write_bundle(CERTIFICATE, _files() | {"note.txt": b"x"})


def test_names_in_order_are_accepted() -> None:
    check_names([*REQUIRED, "photos/01.jpg", "photos/12.jpg", "crl/01.crl", "timestamp.tsr"])


GOOD = write_bundle(CERTIFICATE, _full())


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, difference: int) -> None:
    changed = bytearray(GOOD)
    changed[place] ^= difference
    with pytest.raises(Malformed):
        read_bundle(bytes(changed))


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_nothing_can_be_put_in(place: int, more: bytes) -> None:
    with pytest.raises(Malformed):
        read_bundle(GOOD[:place] + more + GOOD[place:])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 64))
def test_nothing_can_be_taken_out(place: int, length: int) -> None:
    with pytest.raises(Malformed):
        read_bundle(GOOD[:place] + GOOD[place + length :])


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused_with_our_own_error(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        with pytest.raises(Malformed):
            read_bundle(start + data + GOOD[-END.size :])


_CONTENTS = st.fixed_dictionaries(
    {name: st.binary(max_size=40) for name in REQUIRED if name != MANIFEST},
    optional={name: st.binary(max_size=40) for name in ("photos/01.jpg", "photos/07.jpg", "photos/12.jpg", "crl/02.crl", "timestamp.tsr")},
)


@given(_CONTENTS)
def test_whatever_is_written_is_read_again(files: dict[str, bytes]) -> None:
    data = write_bundle(CERTIFICATE, files)
    read = dict(read_bundle(data).files)
    assert read.pop(MANIFEST) == manifest(CERTIFICATE, files)
    assert read == files
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_the_size_of_a_directory_entry_is_the_specifications() -> None:
    assert CENTRAL.size == 46
    assert END.size == 22
