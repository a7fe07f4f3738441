"""What the guest is made of: kernel, initrd and root, built from this machine's Debian mirror into ``.vm/images`` of the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import lzma
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vm_rig.errors import CannotRun
from vm_rig.initrd import system_archive

RECIPE = Path(__file__).parent / "recipe"
_BUILDERS = ("mmdebstrap", "mksquashfs", "apt-config")
_XZ = b"\xfd7zXZ\0"


@dataclass(frozen=True)
class Images:
    """Three files that one recipe gave."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinux"

    @property
    def packed_kernel(self) -> Path:
        """The same kernel as Debian delivers it, which unpacks itself: slower by three seconds, but it outlives a suspend to RAM."""
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def root(self) -> Path:
        return self.folder / "root.squashfs"


def stamp() -> str:
    """Changes when what the images are made by changes."""
    total = hashlib.sha256()
    for file in [Path(__file__), Path(__file__).with_name("initrd.py"), *sorted(RECIPE.iterdir())]:
        data = file.read_bytes()
        total.update(f"{file.name} {len(data)}\n".encode() + data)
    return total.hexdigest()[:16]


def find(home: Path) -> Images | None:
    """The images of the recipe as it stands, if they were built."""
    folder = home / f"images-{stamp()}"
    return Images(folder) if folder.is_dir() else None


def build(home: Path) -> Images:
    """Builds what is not built yet; takes about a minute and a half. Waits for another who builds. :raises CannotRun:"""
    home.mkdir(exist_ok=True)
    with alone(home):
        for abandoned in home.glob("building-*"):
            shutil.rmtree(abandoned)
        if there := find(home):
            return there
        missing = [tool for tool in _BUILDERS if not shutil.which(tool)]
        if missing:
            raise CannotRun(
                f"the guest's images can't be built: {', '.join(missing)} not found",
                "they are made of Debian packages by mmdebstrap and squashfs-tools",
                "run scripts/setup --kernel",
            )
        for old in home.glob("images-*"):
            shutil.rmtree(old)
        print("scripts/vm: building the guest's images, which takes a minute or two", file=sys.stderr)
        work = Path(tempfile.mkdtemp(prefix="building-", dir=home))
        try:
            _build_in(work)
            whole = home / f"images-{stamp()}"
            (work / "images").rename(whole)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return Images(whole)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keeps others who would change something in ``.vm`` waiting."""
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build_in(work: Path) -> None:
    images = Images(work / "images")
    images.folder.mkdir()
    _make_root(work, images.root)
    version = (work / "version").read_text().strip()
    unpacked = work / "unpacked"
    packed = (unpacked / "boot" / f"vmlinuz-{version}").read_bytes()
    images.packed_kernel.write_bytes(packed)
    images.kernel.write_bytes(elf_kernel(packed))
    order = [work / "modules" / name for name in (work / "modules" / "order").read_text().split()]
    images.initrd.write_bytes(system_archive(unpacked / "bin" / "busybox", order, RECIPE / "first-init"))


def _make_root(work: Path, root: Path) -> None:
    """mmdebstrap's tar archive becomes a file system on its way, so that no file but the result is written."""
    options = work / "apt-options"
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    # how this machine reaches its mirror, not where its own packages lie
    options.write_text("".join(line for line in dumped.splitlines(keepends=True) if line.startswith("Acquire::")))
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale", "man")]
    command = [
        *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(_packages())}"),
        *(f"--aptopt={options}", '--aptopt=APT::Install-Recommends "false"', *left_out),
        *(f"--customize-hook={RECIPE / 'install-kernel'}", "bookworm", "-", *_sources()),
    ]
    log = work / "log"
    with log.open("wb") as said:
        surroundings = {**os.environ, "HAIKI_VM_WORK": str(work)}
        maker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, env=surroundings)
        pack = ["mksquashfs", "-", str(root), "-tar", "-comp", "lz4", "-quiet", "-no-progress"]
        try:
            packed = subprocess.run(pack, stdin=maker.stdout, stdout=said, stderr=said, check=False)
        finally:
            if maker.stdout:
                maker.stdout.close()
            made = maker.wait()
    if made or packed.returncode:
        tail = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:])
        raise CannotRun("the guest's root can't be built", f"mmdebstrap or mksquashfs failed:\n{tail}", "look at what they say")


def _packages() -> list[str]:
    lines = (RECIPE / "packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _sources() -> list[str]:
    """This machine's own lists of package sources, if it is the guest's Debian; else mmdebstrap's."""
    if "VERSION_CODENAME=bookworm" not in Path("/etc/os-release").read_text():
        return []
    folder = Path("/etc/apt/sources.list.d")
    files = [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    return [str(file) for file in files if file.is_file() and file.stat().st_size]


def elf_kernel(image: bytes) -> bytes:
    """The ELF file inside a bzImage, which QEMU starts at its PVH entry without the guest unpacking anything.

    Source: the kernel's Documentation/x86/boot.rst: setup_sects at 1F1h; payload_offset at 248h and payload_length at 24Ch (protocol
    2.08), counted from the end of the setup sectors.
    """
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (image[0x1F1] + 1) * 512 + offset
    payload = image[start : start + length]
    if not payload.startswith(_XZ):
        raise CannotRun("the kernel can't be unpacked", "it is not packed with xz, as Debian's is", "see elf_kernel in images.py")
    return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
