"""One run of the guest: QEMU started, watched and ended, and what it brought out."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from owned_folder import OwnedFolder
from vm_rig.errors import CannotRun
from vm_rig.images import Images
from vm_rig.initrd import job_archive
from vm_rig.wishes import Wishes, drive_kinds

QEMU = "qemu-system-x86_64"
_PARAMETERS = "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check random.trust_cpu=on"
_LAST_LINES = 25


@dataclass(frozen=True)
class Outcome:
    """``status``: of what ran in the guest, or None if the guest was lost; then ``why`` says how."""

    status: int | None
    why: str = ""


@dataclass(frozen=True)
class Parts:
    """What all runs of one call share."""

    checkout: Path
    images: Images
    tree: Path  # image of the checkout
    venv: Path  # image of .venv


class Machine:
    """A guest, and the folder that holds what it leaves. Used as a context: leaving it ends QEMU and removes the folder."""

    def __init__(self, parts: Parts, wishes: Wishes, command: str) -> None:
        if not shutil.which(QEMU):
            raise CannotRun(f"{QEMU} not found", "the guest runs in QEMU", "run scripts/setup --kernel")
        self._parts = parts
        self._wishes = wishes
        self._command = command
        self._owned = OwnedFolder(Path(tempfile.gettempdir()), "vm")
        self.folder = self._owned.path
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._owned.remove()

    def watch(self, tell: Callable[[bytes], None], stop: threading.Event) -> Outcome:
        """Runs the command; ``tell`` gets its output as it comes. Ends the guest when its time is over or ``stop`` is set."""
        process = self._start(["-chardev", "stdio,id=live,signal=off"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert process.stdout  # noqa: S101 - asked for
        end = time.monotonic() + self._wishes.minutes * 60
        while True:
            if select.select([process.stdout], [], [], 0.5)[0]:
                if not (said := os.read(process.stdout.fileno(), 65536)):
                    break
                tell(said)
            if stop.is_set():
                return Outcome(None, "interrupted")
            if time.monotonic() > end:
                return Outcome(None, f"it was not done after {self._wishes.minutes:g} minutes, which is taken for a hang")
        return self._outcome(process.wait())

    def attend(self) -> Outcome:
        """Runs the command with this terminal as its own; Ctrl-A x ends the guest."""
        console = ["-chardev", "stdio,id=live,mux=on,signal=off", "-mon", "chardev=live,mode=readline"]
        return self._outcome(self._start(console, stdin=None, stdout=None).wait())

    def console(self) -> str:
        """The last lines that the guest's kernel wrote."""
        try:
            lines = (self.folder / "console.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_LAST_LINES:])

    def results(self, to: Path) -> None:
        """Puts the files that the guest brought out into a folder, with the kernel's console."""
        for name in ("console.txt", "output.txt"):
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, to)
        for name, data in self._brought().items():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes(data)

    def _start(self, console: list[str], *, stdin: int | None, stdout: int | None) -> subprocess.Popen[bytes]:
        # dies with this process however that ends; a terminal's Ctrl-C is for us, who then end it
        command = ["setpriv", "--pdeathsig", "KILL", *self._words(), *console, "-device", "virtconsole,chardev=live"]
        stderr = subprocess.STDOUT if stdout else None
        self._process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=stdout is not None)
        return self._process

    def _words(self) -> list[str]:
        initrd = self.folder / "initrd"
        job = {"checkout": str(self._parts.checkout).encode(), "command": self._command.encode()}
        initrd.write_bytes(self._parts.images.initrd.read_bytes() + job_archive(job))
        images = self._parts.images
        return [
            *(QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"),
            *("-smp", str(self._wishes.processors), "-m", str(self._wishes.memory)),
            # waking up from S3 is a reset, at which QEMU would put the ELF kernel's first content over the running one
            *("-kernel", str(images.packed_kernel if self._wishes.suspends else images.kernel)),
            *("-initrd", str(initrd), "-append", _PARAMETERS),
            *_read_only_disk("haiki-root", images.root),
            *_read_only_disk("haiki-checkout", self._parts.tree),
            *_read_only_disk("haiki-venv", self._parts.venv),
            *("-chardev", f"file,id=kernel,path={_escaped(self.folder / 'console.txt')}", "-serial", "chardev:kernel"),
            *("-device", "virtio-serial-pci", "-chardev", f"file,id=results,path={_escaped(self.folder / 'results.tar')}"),
            *("-device", "virtserialport,chardev=results,name=haiki-results"),
            *self._drives(),
        ]

    def _drives(self) -> list[str]:
        words = []
        for kind in self._wishes.drives:
            names = []
            for number, size in enumerate(drive_kinds()[kind].files):
                file = self.folder / f"{kind}-{number}.img"
                with file.open("wb") as stream:
                    stream.truncate(size << 20)
                names.append(f"haiki-{kind}-{number}")
                words += ["-drive", f"if=none,id={names[-1]},file={_escaped(file)},format=raw"]
            for device in drive_kinds()[kind].devices:
                words += ["-device", device.format(*names)]
        return words

    def _brought(self) -> dict[str, bytes]:
        """The regular files of the guest's archive, by their names within it. An archive cut off in the middle gives what it has."""
        found: dict[str, bytes] = {}
        try:
            with tarfile.open(self.folder / "results.tar") as archive:
                for member in archive:
                    if member.isfile() and ".." not in Path(member.name).parts and (stream := archive.extractfile(member)):
                        found[member.name.removeprefix("./").lstrip("/")] = stream.read()
        except (OSError, tarfile.TarError):
            return found
        return found

    def _outcome(self, qemu: int) -> Outcome:
        status = self._brought().get("status", b"").strip()
        if status.isdigit():
            return Outcome(int(status))
        return Outcome(None, f"QEMU ended with status {qemu}, and the guest had not said how its command ended")


def _escaped(path: Path) -> str:
    """QEMU doubles a comma that belongs to a value."""
    return str(path).replace(",", ",,")


def _read_only_disk(serial: str, file: Path) -> list[str]:
    return [
        *("-drive", f"if=none,id={serial},file={_escaped(file)},format=raw,readonly=on"),
        *("-device", f"virtio-blk-pci,drive={serial},serial={serial}"),
    ]
