"""The reader below an injected root: whatever is or isn't there, it gives an answer."""

import os

import pytest

from erase.probe.tree import FILE_LIMIT, Tree


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "sys/devices/a").mkdir(parents=True)
    (tmp_path / "sys/devices/a/size").write_text("2048\n")
    (tmp_path / "sys/class").mkdir()
    (tmp_path / "sys/class/a").symlink_to("../devices/a")
    return Tree(tmp_path)


def test_links_are_followed_within_the_root(tree, tmp_path):
    (tmp_path / "dev/disk").mkdir(parents=True)
    (tmp_path / "dev/sda").touch()
    (tmp_path / "dev/disk/relative").symlink_to("../sda")
    (tmp_path / "dev/disk/absolute").symlink_to("/dev/sda")
    (tmp_path / "dev/disk/outside").symlink_to("../../../../../../../../dev/sda")
    assert tree.real("/sys/class/a") == "/sys/devices/a"
    assert {tree.real(f"/dev/disk/{name}") for name in ("relative", "absolute", "outside")} == {"/dev/sda"}


def test_a_circle_of_links_ends_in_nothing(tree, tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert tree.real("/one") is None
    assert tree.text("/one") is None
    assert not tree.exists("/one/below")


def test_a_dangling_link_ends_in_nothing(tree, tmp_path):
    (tmp_path / "gone").symlink_to("sys/devices/unplugged")
    assert tree.real("/gone") is None


@pytest.mark.parametrize("name", ["/missing", "/sys/devices/a", "/sys/devices/a/size/below", "/nul\0byte", "/" + "x" * 5000])
def test_what_can_not_be_read_is_empty(tree, name):
    assert tree.data(name) == b""
    assert tree.text(name) is None
    assert tree.number(name) is None


@pytest.mark.parametrize("name", ["/missing", "/sys/devices/a/size", "/nul\0byte"])
def test_what_is_no_folder_has_no_names(tree, name):
    assert tree.names(name) == ()
    assert tree.real("/nul\0byte") is None


def test_a_pipe_in_the_place_of_a_file_does_not_stop_the_reader(tree, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert tree.data("/pipe") == b""


def test_no_more_is_read_than_the_limit(tree, tmp_path):
    (tmp_path / "endless").write_bytes(b"A" * (FILE_LIMIT + 1000))
    assert len(tree.data("/endless")) == FILE_LIMIT


@pytest.mark.parametrize(
    ("content", "number"),
    [(b"2048\n", 2048), (b"0", 0), (b"18446744073709551615", 2**64 - 1)]
    + [(bad, None) for bad in (b"", b"-1", b"0x10", b"1 2", b"18446744073709551616", b"9" * 60, "²".encode(), b"\xff")],
)
def test_only_decimal_numbers_of_64_bits_are_numbers(tree, tmp_path, content, number):
    (tmp_path / "number").write_bytes(content)
    assert tree.number("/number") == number


def test_files_are_read_through_links_of_folders(tree):
    assert tree.number("/sys/class/a/size") == 2048
