"""scripts/vm refuses what it can't do with what, why and what next; what it makes is whole or not there; nothing of it stays behind."""

from __future__ import annotations

import io
import lzma
import os
import signal
import stat
import struct
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

from vm_rig import cli, images, machine, tree
from vm_rig.errors import CannotRun
from vm_rig.groups import all_groups, batches, pytest_command, split
from vm_rig.images import Images, elf_kernel
from vm_rig.initrd import job_archive, system_archive
from vm_rig.machine import Machine, Outcome, Parts
from vm_rig.wishes import Wishes, check, drive_kinds, wishes_of

PROJECT = Path(__file__).resolve().parents[3]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROJECT / "scripts" / "vm"), *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


# what is asked for


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["test", "no-such-group"],
        ["test", "tests/kernel/no_such_file.py"],
        ["run", "--drive", "floppy", "lsblk"],
        ["run", "--memory", "16", "lsblk"],
        ["run", "--minutes", "0", "lsblk"],
        ["shell"],
    ],
    ids=" ".join,
)
def test_what_can_not_be_done_is_refused_with_what_why_and_next(words: list[str]) -> None:
    ended = run(*words)
    assert ended.returncode == 2
    assert ended.stderr.startswith("scripts/vm: ")
    assert "  why:  " in ended.stderr
    assert "  next: " in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("words", [[], ["fly"], ["build", "--fast"], ["run", "--memory", "much", "ls"]], ids=" ".join)
def test_bad_usage_is_status_2(words: list[str]) -> None:
    assert run(*words).returncode == 2


def test_the_help_names_every_action_and_drive() -> None:
    said = run("--help").stdout
    for action in ("build", "test", "run", "shell"):
        assert action in said
    unbroken = "".join(run("run", "--help").stdout.split())
    for kind in drive_kinds():
        assert kind in unbroken


def test_words_before_the_first_option_are_groups_and_the_rest_is_pytests() -> None:
    assert split(["holders", "faults", "-x", "-k", "mount"]) == (["holders", "faults"], ["-x", "-k", "mount"])
    assert split(["--", "-x"]) == ([], ["-x"])
    assert split([]) == ([], [])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two groups of tests, one of which asks for much."""
    for group, said in (("small", ""), ("large", 'drives = ["nvme", "sd"]\nmemory = 3000\nminutes = 2.5\nsuspends = true\n')):
        folder = tmp_path / "tests" / "kernel" / group
        folder.mkdir(parents=True)
        (folder / "vm.toml").write_text(said)
        (folder / "test_it.py").write_text("")
    (tmp_path / "tests" / "kernel" / "no_group").mkdir()
    (tmp_path / "tests" / "loop").mkdir()
    return tmp_path


def test_a_group_is_a_folder_that_says_what_machine_it_wants(checkout: Path) -> None:
    assert all_groups(checkout) == ["large", "small"]
    large, small = batches(checkout, [])
    assert (small.name, small.paths, small.wishes) == ("small", ("tests/kernel/small",), Wishes())
    assert large.wishes == Wishes(drives=("nvme", "sd"), memory=3000, minutes=2.5, suspends=True)


def test_paths_of_one_group_share_its_machine_and_others_have_a_usual_one(checkout: Path) -> None:
    named = ["tests/kernel/large/test_it.py::test_one[a-b]", "large", "tests/loop"]
    large, others = batches(checkout, named)
    assert (large.name, large.paths) == ("large", ("tests/kernel/large/test_it.py::test_one[a-b]", "tests/kernel/large"))
    assert (others.name, others.wishes) == ("others", Wishes())


def test_pytest_is_told_the_marker_first_so_that_another_may_follow(checkout: Path) -> None:
    command = pytest_command(batches(checkout, ["small"])[0], ["-k", "a or b"], colour=False)
    assert command.index("-m kernel") < command.index("-k 'a or b'")
    assert '--junitxml="$HAIKI_VM_RESULTS/junit.xml"' in command


@pytest.mark.parametrize(
    "said",
    [
        "drives = 3",
        'drives = ["floppy"]',
        'drives = ["sd", "sd"]',
        "memory = 'much'",
        "suspends = 1",
        "colour = 1",
        "memory =",
        "processors = 0",
    ],
)
def test_a_wish_that_can_not_be_fulfilled_is_refused(checkout: Path, said: str) -> None:
    (checkout / "tests/kernel/small/vm.toml").write_text(said + "\n")
    with pytest.raises(CannotRun):
        batches(checkout, ["small"])


def test_the_groups_of_this_checkout_ask_for_what_there_is() -> None:
    for name in all_groups(PROJECT):
        check(wishes_of(PROJECT / "tests" / "kernel" / name))


# what it is made of


def entries(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """A "newc" archive read back with the offsets of the kernel's buffer-format.rst: name, mode and data of each entry."""
    found, place = {}, 0
    while True:
        assert archive[place : place + 6] == b"070701"
        numbers = [int(archive[place + 6 + 8 * field : place + 14 + 8 * field], 16) for field in range(13)]
        name = archive[place + 110 : place + 109 + numbers[11]].decode()
        data = (place + 110 + numbers[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            assert (data + 3) // 4 * 4 >= len(archive)
            return found
        found[name] = (numbers[1], archive[data : data + numbers[6]])
        place = (data + numbers[6] + 3) // 4 * 4


def test_the_first_root_holds_busybox_the_modules_in_their_order_and_the_script(tmp_path: Path) -> None:
    for name in ("busybox", "b.ko", "a.ko", "first-init"):
        (tmp_path / name).write_text(f"this is {name}")
    found = entries(system_archive(tmp_path / "busybox", [tmp_path / "b.ko", tmp_path / "a.ko"], tmp_path / "first-init"))
    assert found["init"] == (stat.S_IFREG | 0o755, b"this is first-init")
    assert found["bin/busybox"] == (stat.S_IFREG | 0o755, b"this is busybox")
    assert found["modules/order"][1] == b"b.ko\na.ko\n"
    assert found["dev/console"][0] == stat.S_IFCHR | 0o600


def test_a_job_lies_in_a_folder_of_its_own() -> None:
    found = entries(job_archive({"command": b"exec true\n", "checkout": "/srv/廃棄".encode()}))
    assert found == {
        "job": (stat.S_IFDIR | 0o755, b""),
        "job/checkout": (stat.S_IFREG | 0o644, "/srv/廃棄".encode()),
        "job/command": (stat.S_IFREG | 0o644, b"exec true\n"),
    }


def packed_kernel(payload: bytes) -> bytes:
    """A bzImage as Documentation/x86/boot.rst has it: 3 setup sectors, the payload 70h bytes behind them."""
    head = bytearray(4 * 512 + 0x70)
    head[0x1F1] = 3
    struct.pack_into("<II", head, 0x248, 0x70, len(payload))
    return bytes(head) + payload + b"behind"


def test_the_kernels_elf_file_is_found_in_its_image() -> None:
    assert elf_kernel(packed_kernel(lzma.compress(b"\x7fELF and so on"))) == b"\x7fELF and so on"


def test_a_kernel_that_is_packed_otherwise_is_refused() -> None:
    with pytest.raises(CannotRun, match="can't be unpacked"):
        elf_kernel(packed_kernel(b"\x28\xb5\x2f\xfd"))


def test_a_build_that_fails_leaves_nothing_that_looks_like_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name, script in (("mmdebstrap", "echo the mirror is away >&2; exit 1"), ("mksquashfs", "exit 1"), ("apt-config", "true")):
        (stubs / name).write_text(f"#!/bin/sh\n{script}\n")
        (stubs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{stubs}:{os.environ['PATH']}")
    with pytest.raises(CannotRun, match="the mirror is away"):
        images.build(tmp_path / "home")
    assert list((tmp_path / "home").iterdir()) == []
    assert images.find(tmp_path / "home") is None


def test_a_build_without_its_tools_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match="scripts/setup --kernel"):
        images.build(tmp_path / "home")


def test_images_of_the_same_recipe_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"images-{images.stamp()}").mkdir()
    monkeypatch.setenv("PATH", "/nowhere")
    assert images.build(tmp_path).folder.name == f"images-{images.stamp()}"


def test_without_a_virtual_environment_there_is_nothing_to_test_with(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="scripts/setup --kernel"):
        tree.image_of_venv(tmp_path, tmp_path)


# a run, with a program in QEMU's place


FAKE = """#!{python}
import sys, time, tarfile, io
words = sys.argv[1:]
def file_of(name):
    return next(word for word in words if word.startswith("file,id=" + name)).split("path=")[1].replace(",,", ",")
open(file_of("kernel"), "w").write("an early line\\nthe last words of the kernel\\n")
{script}
"""
BRINGS = """
with tarfile.open(file_of("results"), "w") as archive:
    for name, data in {files!r}.items():
        member = tarfile.TarInfo(name); member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
"""


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "initrd").write_bytes(b"")
    return Parts(tmp_path, Images(folder), tmp_path / "tree", tmp_path / "venv")


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a Python script in QEMU's place."""

    def put(script: str) -> None:
        (tmp_path / "qemu").write_text(FAKE.format(python=sys.executable, script=script))
        (tmp_path / "qemu").chmod(0o755)
        monkeypatch.setattr(machine, "QEMU", str(tmp_path / "qemu"))

    return put


def watched(parts: Parts, wishes: Wishes | None = None, stop: threading.Event | None = None) -> tuple[Outcome, bytes, Machine]:
    said = []
    with Machine(parts, wishes or Wishes(), "true\n") as guest:
        outcome = guest.watch(said.append, stop or threading.Event())
        (parts.checkout / "results").mkdir()
        guest.results(parts.checkout / "results")
        assert "the last words of the kernel" in guest.console()
    assert not guest.folder.exists()
    return outcome, b"".join(said), guest


@pytest.mark.parametrize("status", [0, 1, 5])
def test_the_status_and_the_files_are_those_that_the_guest_brought_out(parts: Parts, qemu, status: int) -> None:
    files = {"./status": f"{status}\n".encode(), "./junit.xml": b"<x/>", "./deep/notes": b"n", "../outside": b"no", "/rooted": b"r"}
    qemu(BRINGS.format(files=files) + "print('live words')")
    outcome, said, _ = watched(parts)
    assert outcome == Outcome(status)
    assert said == b"live words\n"
    results = parts.checkout / "results"
    found = {str(file.relative_to(results)) for file in results.rglob("*") if file.is_file()}
    assert found == {"console.txt", "status", "junit.xml", "deep/notes", "rooted"}
    assert not (parts.checkout / "outside").exists()


@pytest.mark.parametrize(
    "script", ["sys.exit(0)", "sys.exit(1)", "open(file_of('results'), 'w').write('cut off')", BRINGS.format(files={"./status": b"x"})]
)
def test_a_guest_that_ends_without_a_word_is_lost(parts: Parts, qemu, script: str) -> None:
    qemu(script)
    outcome, _, _ = watched(parts)
    assert outcome.status is None
    assert "had not said" in outcome.why


def test_a_hang_is_ended_by_the_time_limit_and_qemu_with_it(parts: Parts, qemu) -> None:
    qemu("print(__import__('os').getpid(), flush=True); time.sleep(300)")
    outcome, said, _ = watched(parts, Wishes(minutes=0.02))
    assert outcome.status is None
    assert "taken for a hang" in outcome.why
    assert not Path(f"/proc/{int(said)}").exists()


def test_who_interrupts_ends_the_guest(parts: Parts, qemu) -> None:
    qemu("time.sleep(300)")
    stop = threading.Event()
    stop.set()
    outcome, _, _ = watched(parts, stop=stop)
    assert outcome == Outcome(None, "interrupted")


def test_a_lost_guest_is_a_failure_and_shows_the_last_words_of_its_kernel(parts: Parts, qemu, capsys: pytest.CaptureFixture[str]) -> None:
    qemu("sys.exit(0)")
    with Machine(parts, Wishes(), "true\n") as guest:
        outcome = guest.watch(lambda _: None, threading.Event())
        assert cli._told("group", outcome, guest) == 1
    assert "the last words of the kernel" in capsys.readouterr().err


def test_drives_lie_over_empty_files_of_the_rigs_own(parts: Parts, qemu) -> None:
    qemu("print(*words, sep='\\n'); import os; print(*os.listdir(os.path.dirname(file_of('kernel'))), sep='\\n')")
    _, said, guest = watched(parts, Wishes(drives=("nvme", "ahci")))
    lines = said.decode().splitlines()
    drives = [line for line in lines if line.startswith("if=none,")]
    assert all("readonly=on" in line or f"file={guest.folder}/" in line for line in drives)
    assert len(drives) == 6
    assert {"nvme-0.img", "nvme-1.img", "ahci-0.img"} <= set(lines)
    assert "nvme-ns,bus=haiki-nvme,nsid=2,drive=haiki-nvme-1" in lines
    assert not any("/dev/" in line for line in lines)


@pytest.mark.parametrize(("suspends", "kernel"), [(False, "vmlinux"), (True, "vmlinuz")])
def test_a_machine_that_is_to_wake_up_again_starts_the_packed_kernel(parts: Parts, qemu, suspends: bool, kernel: str) -> None:
    qemu("print(words[words.index('-kernel') + 1])")
    _, said, _ = watched(parts, Wishes(suspends=suspends))
    assert Path(said.decode().strip()).name == kernel


def test_without_qemu_it_says_how_to_get_it(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "QEMU", "no-such-qemu")
    with pytest.raises(CannotRun, match="scripts/setup --kernel"):
        Machine(parts, Wishes(), "true\n")


KILLED = """
import sys, threading
from pathlib import Path
sys.path.insert(0, {scripts!r})
from vm_rig import machine
from vm_rig.images import Images
machine.QEMU = {qemu!r}
home = Path({home!r})
parts = machine.Parts(home, Images(home / "images"), home, home)
with machine.Machine(parts, machine.Wishes(), "true") as guest:
    print(guest.folder, flush=True)
    guest.watch(lambda said: print(said.decode(), flush=True), threading.Event())
"""


def test_what_a_killed_rig_left_is_gone_qemu_at_once_and_its_folder_with_the_next_cleaning(parts: Parts, qemu) -> None:
    qemu("print(__import__('os').getpid(), flush=True); time.sleep(300)")
    program = KILLED.format(scripts=str(PROJECT / "scripts"), qemu=machine.QEMU, home=str(parts.checkout))
    rig = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert rig.stdout
    folder, pid = Path(rig.stdout.readline().strip()), int(rig.stdout.readline())
    assert folder.is_dir()
    assert Path(f"/proc/{pid}").exists()
    rig.send_signal(signal.SIGKILL)
    rig.wait()
    end = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < end
        time.sleep(0.02)
    cleaned = subprocess.run([sys.executable, PROJECT / "scripts/clean-leftovers"], capture_output=True, text=True, check=True)
    assert str(folder) in cleaned.stderr
    assert not folder.exists()


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_an_archive_that_is_cut_off_gives_what_it_has(parts: Parts, qemu) -> None:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, data in (("./status", b"0\n"), ("./large", bytes(100_000))):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    (parts.checkout / "cut").write_bytes(whole.getvalue()[:5000])
    qemu(f"open(file_of('results'), 'wb').write(open({str(parts.checkout / 'cut')!r}, 'rb').read())")
    assert watched(parts)[0] == Outcome(0)
