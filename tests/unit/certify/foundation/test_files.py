"""Files are whole or not there, wherever the power fails."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.foundation import files
from certify.foundation.files import private_folder, read_regular, sync_folder, write_whole


class PowerCut(BaseException):
    """Nothing after it runs, not even what catches errors."""


def _cut(*_: Any, **__: Any) -> Any:
    raise PowerCut


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"
    write_whole(path, b"two", mode=0o600)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_never_open_to_others_not_even_for_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    real_fsync = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        real_fsync(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    before = os.umask(0)
    try:
        write_whole(tmp_path / "key.pem", b"secret", mode=0o600)
    finally:
        os.umask(before)
    assert modes == [0o600]


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_failure_in_the_middle_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = tmp_path / "journal.head"
    write_whole(path, b"old")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if where == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_power_cut_in_the_middle_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    path = tmp_path / "journal.head"
    write_whole(path, b"old")
    monkeypatch.setattr(*((os, "fsync") if where == "fsync" else (Path, "replace")), _cut)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # no one is left to tidy up
    with pytest.raises(PowerCut):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result.json"
    steps: list[str] = []

    def noting(name: Callable[..., str], real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            steps.append(name(*arguments))
            return real(*arguments)

        return step

    monkeypatch.setattr(os, "fsync", noting(lambda handle: "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "bytes", os.fsync))
    monkeypatch.setattr(Path, "replace", noting(lambda *_: "rename", Path.replace))
    write_whole(path, b"done")
    assert steps == ["bytes", "rename", "folder"]


def test_a_temporary_file_of_a_killed_run_is_not_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    (tmp_path / ".plan.json.00000000").write_bytes(b"torn")
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "00000001")
    write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_somebody_elses_file_under_the_temporary_name_is_never_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    (tmp_path / ".plan.json.00000000").symlink_to(theirs)
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "00000000")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "plan.json", b"ours")
    assert theirs.read_bytes() == b"theirs"


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "somebody-elses"
    target.write_bytes(b"theirs")
    link = tmp_path / "ours"
    link.symlink_to(target)
    write_whole(link, b"ours")
    assert target.read_bytes() == b"theirs"
    assert not link.is_symlink()


def test_a_private_folder_is_closed_to_others_even_if_it_was_open(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "keys"
    assert private_folder(folder) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_syncing_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")


def test_a_plain_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_regular(tmp_path / "file", 5) == b"12345"
    assert len(read_regular(tmp_path / "file", 3)) == 4


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
def test_a_pipe_a_link_or_a_folder_in_the_place_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name in ("pipe", "link", ".", "nothing"):
        with pytest.raises(OSError, match=str(tmp_path)):
            read_regular(tmp_path / name, 10)
