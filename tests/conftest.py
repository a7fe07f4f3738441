"""What all tests stand on: the fixed clock, loop devices, temporary folders that never outlive their run, texts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, settings

from certify.foundation.clock import FixedClock, SystemClock
from certify.foundation.logs import start_logging
from certify.foundation.messages import Language, set_language
from certify.signing.certificates import read_pem
from certify.signing.signer import FileSigner, make_signer
from certify.signing.trust import TrustFile, load_trust
from owned_folder import OwnedFolder

PROJECT = Path(__file__).resolve().parents[1]
# whoever started us in the background (nohup, a shell's &) may have had signals ignored, which tests send
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)
MEMORY = Path("/dev/shm")

# no deadline and no complaint about slowness: a busy machine is not a defect. CI repeats itself exactly
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


_folder = pytest.StashKey[OwnedFolder]()


def pytest_configure(config: pytest.Config) -> None:
    subprocess.run([sys.executable, PROJECT / "scripts" / "clean-leftovers"], check=False)
    # a broken catalogue is found by its own test; it must not keep the others from running
    subprocess.run([sys.executable, PROJECT / "scripts" / "compile-catalogues"], check=False)
    folder = OwnedFolder(Path(tempfile.gettempdir()), "test")
    config.stash[_folder] = folder
    # everything that tests and the programs they start put aside goes there, pytest's own folders too
    tempfile.tempdir = str(folder.path)
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder.path)
    # nobody's own keys and settings are touched by a test that forgot to say where its home is
    os.environ["HAIKI_HOME"] = str(folder.path / "home-of-nobody")
    os.environ.pop("HAIKI_LANG", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(_folder, None):
        folder.remove()


@pytest.fixture(autouse=True)
def _the_log_goes_to_stderr() -> None:
    """Whichever stream a command sent it to in the test before."""
    start_logging(SystemClock())


@pytest.fixture(autouse=True)
def _screens_speak_japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever language a test chose, the next one starts anew."""
    monkeypatch.setenv("LANGUAGE", Language.JAPANESE.value)
    set_language(Language.JAPANESE)
    yield
    set_language(Language.JAPANESE)


@pytest.fixture(params=list(Language), ids=lambda language: language.value)
def language(request: pytest.FixtureRequest) -> Language:
    """Runs the test once in each language, which is also the screen's."""
    chosen: Language = request.param
    set_language(chosen)
    return chosen


@pytest.fixture
def clock() -> FixedClock:
    """2026-11-23 01:02:03 UTC; moves by ``clock.advance(seconds)`` only."""
    return FixedClock(datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC))


@dataclass(frozen=True)
class LoopDevice:
    """A block device over a file of our own."""

    path: Path  # /dev/loopN
    backing: Path
    size: int  # bytes
    sector: int  # bytes


class LoopDeviceFactory(Protocol):
    """Makes a loop device over a new, sparse file of ``size`` bytes.

    ``backing``: "memory" (tmpfs) or "disk". ``room``: the file lies on a tmpfs of its own of so many bytes, so that
    writing more than that gives real I/O errors. All are detached and removed when the test ends.
    """

    def __call__(
        self, size: int, *, sector: int = 512, backing: str = "memory", read_only: bool = False, room: int | None = None
    ) -> LoopDevice: ...


@dataclass
class _LoopDevices:
    on_disk: Path
    in_memory: Path
    attached: list[LoopDevice] = field(default_factory=list)
    mounted: list[Path] = field(default_factory=list)

    def __call__(
        self, size: int, *, sector: int = 512, backing: str = "memory", read_only: bool = False, room: int | None = None
    ) -> LoopDevice:
        folder = Path(tempfile.mkdtemp(prefix="haiki-loop-", dir={"memory": self.in_memory, "disk": self.on_disk}[backing]))
        if room is not None:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "haiki-test", folder], check=True)
            self.mounted.append(folder)
        file = folder / "drive"
        with file.open("wb") as stream:
            stream.truncate(size)
        command = ["losetup", "--find", "--show", "--sector-size", str(sector), *(["--read-only"] if read_only else []), str(file)]
        for wait in (0.05, 0.2, 1.0):
            # somebody else may take the free device between losetup's finding and its taking it
            outcome = subprocess.run(command, capture_output=True, text=True, check=False)
            if outcome.returncode == 0:
                break
            time.sleep(wait)
        else:
            pytest.fail(f"losetup: {outcome.stderr}")
        device = LoopDevice(Path(outcome.stdout.strip()), file, size, sector)
        self.attached.append(device)
        return device

    def detach_all(self) -> list[Path]:
        """Detaches and removes everything; returns the devices that somebody still holds."""
        for device in self.attached:
            if _backing_of(device.path) == str(device.backing):
                subprocess.run(["losetup", "--detach", device.path], check=False)
        # a program that was killed a moment ago may still be closing its files
        still_held = self.attached
        for wait in (0.0, 0.05, 0.2, 1.0, 3.0):
            time.sleep(wait)
            still_held = [device for device in still_held if _backing_of(device.path).removesuffix(" (deleted)") == str(device.backing)]
            if not still_held:
                break
        for folder in self.mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)
        for device in self.attached:
            shutil.rmtree(device.backing.parent, ignore_errors=True)
        return [device.path for device in still_held]


def _backing_of(device: Path) -> str:
    try:
        return (Path("/sys/block") / device.name / "loop" / "backing_file").read_text().rstrip("\n")
    except OSError:
        return ""  # not attached


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    folder = OwnedFolder(MEMORY, "test")
    yield folder.path
    folder.remove()


@pytest.fixture
def loop_device(memory_folder: Path) -> Iterator[LoopDeviceFactory]:
    """The factory of loop devices (see LoopDeviceFactory). Use it in tests marked ``loop`` only."""
    devices = _LoopDevices(on_disk=Path(tempfile.gettempdir()), in_memory=memory_folder)
    yield devices
    held = devices.detach_all()
    assert not held, f"still held open or mounted after the test: {held}"


@dataclass(frozen=True)
class TestKeys:
    """The committed keys of tests (tests/pki, made by scripts/regenerate-golden pki). Good at the clock's time unless named so."""

    __test__ = False
    folder: Path

    def signer(self, name: str) -> FileSigner:
        """``station``, ``contractor``, ``agency``, ``expired-contractor``, ``foreign-station`` ...: the files of that name."""
        key = load_pem_private_key((self.folder / f"{name}.key").read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        return make_signer(key, read_pem((self.folder / f"{name}.pem").read_bytes()))

    @property
    def station(self) -> FileSigner:
        return self.signer("station")

    @property
    def contractor(self) -> FileSigner:
        return self.signer("contractor")

    @property
    def trust_bytes(self) -> bytes:
        return (self.folder / "trust.json").read_bytes()

    @property
    def trust(self) -> TrustFile:
        """Vouches for all but the ``foreign-`` ones, for whom ``foreign-trust.json`` does."""
        return load_trust(self.trust_bytes)


@pytest.fixture(scope="session")
def pki() -> TestKeys:
    """Signers and trust file that never change (see TestKeys)."""
    return TestKeys(PROJECT / "tests" / "pki")
