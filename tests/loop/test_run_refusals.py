"""What `erase run` refuses, before a byte is written: each refusal says what, why and what to do next, in both languages."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from certify.foundation.messages import Language, current_language

pytestmark = pytest.mark.loop
MIB = 1 << 20
LABELS = {Language.JAPANESE: ("内容: ", "理由: ", "対処: "), Language.ENGLISH: ("What: ", "Why: ", "Next: ")}


@pytest.fixture
def refused(station, language):
    """Types a command that must be refused, and checks that nothing came of it; gives the three sentences in one text."""

    def check(words, *, untouched=(), **environment: str) -> str:
        before = [sha256(device.backing.read_bytes()).digest() for device in untouched]
        said = station.type(*words, HAIKI_LANG=language.value, **environment)
        assert said.status == 2
        assert said.out == ""
        assert [sha256(device.backing.read_bytes()).digest() for device in untouched] == before
        assert station.folders == []
        for label in LABELS[language]:
            assert sum(line.startswith(label) for line in said.err.splitlines()) == 1
        return said.err

    return check


def says(text: str, japanese: str, english: str) -> bool:
    return (japanese if current_language() is Language.JAPANESE else english) in text


@contextmanager
def mounted(device, folder):
    folder.mkdir()
    subprocess.run(["mkfs.ext4", "-q", device.path], check=True)
    subprocess.run(["mount", device.path, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def swapping(device):
    subprocess.run(["mkswap", "-q", device.path], check=True, capture_output=True)
    subprocess.run(["swapon", device.path], check=True)
    try:
        yield
    finally:
        subprocess.run(["swapoff", device.path], check=True)


def test_a_mounted_drive(station, loop_device, refused, tmp_path):
    device = loop_device(16 * MIB)
    with mounted(device, tmp_path / "mounted"):
        text = refused(station.words_to_erase(device))
    assert says(text, "マウント", "mounted")
    assert str(tmp_path / "mounted") in text
    assert str(device.path) in text


@contextmanager
def attached(backing):
    """One more loop device over something, which the kernel lets anybody open exclusively."""
    node = subprocess.run(["losetup", "--find", "--show", backing], check=True, capture_output=True, text=True).stdout.strip()
    try:
        yield SimpleNamespace(path=node, backing=Path(backing), size=Path(backing).stat().st_size)
    finally:
        subprocess.run(["losetup", "--detach", node], check=True)


def test_a_loop_device_that_shows_a_mounted_drive(station, loop_device, refused, tmp_path):
    device = loop_device(16 * MIB)
    with mounted(device, tmp_path / "mounted"), attached(device.path) as upper:
        words = station.words_to_erase(device)
        words[1] = upper.path
        text = refused(words)
        assert (tmp_path / "mounted" / "lost+found").is_dir()
    assert says(text, "別の記録媒体", "only shows another one")
    assert str(device.path) in text


def test_a_second_loop_device_over_the_file_of_a_mounted_one(station, loop_device, refused, tmp_path):
    device = loop_device(16 * MIB)
    with mounted(device, tmp_path / "mounted"), attached(device.backing) as second:
        text = refused(station.words_to_erase(second))
        assert (tmp_path / "mounted" / "lost+found").is_dir()
    assert str(device.path) in text


def test_a_drive_that_swaps(station, loop_device, refused):
    device = loop_device(16 * MIB, backing="disk")
    device.backing.write_bytes(os.urandom(16 * MIB))  # swap takes no holes
    with swapping(device):
        text = refused(station.words_to_erase(device))
    assert says(text, "スワップ", "swap")


def test_a_wrong_serial_number(station, loop_device, refused):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    words[-1] = "VIRT-0000000000000000"
    text = refused(words, untouched=[device])
    assert says(text, "製造番号が", "serial number")


def test_one_person_as_operator_and_witness(station, loop_device, refused):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    words[words.index("--witness") + 1] = "sagyo"
    text = refused(words, untouched=[device])
    assert says(text, "作業者と立会者", "operator and the witness") or says(text, "同じ人", "same person")


def test_a_read_only_drive(station, loop_device, refused):
    text = refused(station.words_to_erase(loop_device(8 * MIB, read_only=True)))
    assert says(text, "読み取り専用", "read-only") or says(text, "書込み禁止", "read-only")


def test_a_drive_without_a_single_sector(station, loop_device, refused):
    device = loop_device(8 * MIB)
    with device.backing.open("r+b") as stream:
        stream.truncate(100)
    subprocess.run(["losetup", "--set-capacity", device.path], check=True)
    text = refused(station.words_to_erase(device))
    assert str(device.path) in text


def test_something_that_is_no_block_device(station, loop_device, refused, tmp_path):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    words[1] = str(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"no drive")
    text = refused(words, untouched=[device])
    assert says(text, "ブロックデバイス", "block device")


def test_a_drive_that_is_not_there(station, loop_device, refused):
    words = station.words_to_erase(loop_device(8 * MIB))
    words[1] = "/dev/no-such-drive"
    assert "/dev/no-such-drive" in refused(words)


def test_a_drive_that_is_being_erased_already(station, loop_device, refused):
    """The kernel says so: whoever erases it holds it for himself alone."""
    device = loop_device(8 * MIB)
    holder = os.open(device.path, os.O_RDWR | os.O_EXCL)
    try:
        text = refused(station.words_to_erase(device), untouched=[device])
    finally:
        os.close(holder)
    assert says(text, "使用", "use") or says(text, "実行中", "running")


def test_a_station_without_a_key(station, loop_device, refused, tmp_path):
    device = loop_device(8 * MIB)
    text = refused(station.words_to_erase(device), untouched=[device], HAIKI_HOME=str(tmp_path / "no-home"))
    assert "certify key new" in text


def test_the_contractors_key_in_place_of_the_stations(station, loop_device, refused):
    device = loop_device(8 * MIB)
    text = refused([*station.words_to_erase(device), "--key", str(station.home / "keys" / "contractor.key")], untouched=[device])
    assert says(text, "消去端末の鍵ではありません", "not the key of a station")


def test_an_expired_key(station, loop_device, refused, pki, tmp_path):
    device = loop_device(8 * MIB)
    for name in ("expired-station.key", "expired-station.pem"):
        (tmp_path / name).write_bytes((pki.folder / name).read_bytes())
        (tmp_path / name).chmod(0o600)
    text = refused([*station.words_to_erase(device), "--key", f"file:{tmp_path}/expired-station.key"], untouched=[device])
    assert says(text, "期限", "expired") or says(text, "有効", "expired")


def test_purge_where_only_clear_can_be_reached(station, loop_device, refused):
    device = loop_device(8 * MIB)
    text = refused([*station.words_to_erase(device), "--require", "purge"], untouched=[device])
    assert "Purge" in text
    assert "Clear" in text


def test_a_virtual_drive_that_was_not_allowed(station, loop_device, refused):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    words.remove("--allow-virtual")
    refused(words, untouched=[device])


def test_no_policy(station, loop_device, refused):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    del words[words.index("--policy") : words.index("--policy") + 2]
    assert "nist-800-88r1" in refused(words, untouched=[device])


def test_one_bad_drive_among_several_keeps_all_from_being_written(station, loop_device, refused, tmp_path):
    good, bad = loop_device(8 * MIB), loop_device(16 * MIB)
    with mounted(bad, tmp_path / "mounted"):
        refused(station.words_to_erase(good, bad), untouched=[good])


def test_one_drive_named_twice(station, loop_device, refused, tmp_path):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device, device)
    (tmp_path / "by-name").symlink_to(device.path)
    words[1] = str(tmp_path / "by-name")
    assert says(refused(words, untouched=[device]), "二度", "twice")


def test_fewer_serial_numbers_than_drives(station, loop_device, refused):
    devices = [loop_device(8 * MIB), loop_device(12 * MIB)]
    words = station.words_to_erase(*devices)[:-1]
    refused(words, untouched=devices)


def test_one_label_for_two_drives(station, loop_device, refused):
    devices = [loop_device(8 * MIB), loop_device(12 * MIB)]
    refused([*station.words_to_erase(*devices), "--label", "ABC"], untouched=devices)


def test_a_list_of_people_that_is_no_list(station, loop_device, refused, tmp_path):
    device = loop_device(8 * MIB)
    home = tmp_path / "home"
    shutil.copytree(station.home, home)
    (home / "people.toml").write_text("people = 3")
    assert "people.toml" in refused(station.words_to_erase(device), untouched=[device], HAIKI_HOME=str(home))


def test_a_folder_for_jobs_that_can_not_be_made(station, loop_device, tmp_path, language):
    device = loop_device(8 * MIB)
    before = device.backing.read_bytes()
    station.jobs.write_text("a file in the way")
    said = station.type(*station.words_to_erase(device), HAIKI_LANG=language.value)
    assert said.status == 2
    assert str(station.jobs) in said.err
    assert device.backing.read_bytes() == before


@pytest.mark.parametrize(("option", "value"), [("--asset", "x" * 201), ("--place", "庁舎\n地下"), ("--operator", "a\u202eb")])
def test_what_could_not_stand_on_the_statement(station, loop_device, refused, option, value):
    """Found out before the drive is erased, not when it is too late to sign for it."""
    device = loop_device(8 * MIB)
    refused([*station.words_to_erase(device), option, value], untouched=[device])
