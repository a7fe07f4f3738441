"""Who is measured, and how each is asked to do its best."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarking.device import OwnDevice, check_ours
from benchmarking.goals import Sample
from benchmarking.measure import Command, RunFailed, measured, python

FIO_ENGINES = {"psync": 1, "libaio": 4, "io_uring": 4}  # and how many operations under way at once
NWIPE_GENERATORS = ("splitmix64", "aes_ctr_prng", "xoroshiro256_prng", "add_lagg_fibonacci_prng", "isaac64", "isaac", "twister", "chacha20")
_NWIPE_SETTINGS = Path("/etc/nwipe")
_COMMANDS = Path(sys.executable).parent


@dataclass(frozen=True)
class Contestant:
    """A name for the table and what is run."""

    name: str
    commands: tuple[Command, ...]

    def run(self, device: OwnDevice) -> Sample:
        """One run on the device. Raises RunFailed, or NotOurs before anything is written."""
        check_ours(device.path, device.folder)
        return measured(self.commands, device.path, device.folder)


def ours(device: OwnDevice, size: int, pattern: str) -> Contestant:
    """The product's engine: a pass of the pattern, all of it read back."""
    words = python("benchmarking.engine", str(device.path), str(device.folder), pattern)
    return Contestant(f"haiki {pattern} + full verify", (Command(words, 2 * size),))


def fio(device: OwnDevice, size: int, engine: str) -> Contestant:
    """Plain write, then plain read: nothing generated, nothing compared."""
    settings = ["--bs=4M", "--direct=1", f"--ioengine={engine}", f"--iodepth={FIO_ENGINES[engine]}", "--thread", "--output-format=terse"]
    words = ["fio", "--name=plain", f"--filename={device.path}", f"--size={size}", *settings]
    name = f"fio {engine} 4M x{FIO_ENGINES[engine]} write + read"
    return Contestant(name, tuple(Command([*words, f"--rw={way}"], size) for way in ("write", "read")))


def nwipe(binary: str, device: OwnDevice, size: int, generator: str) -> Contestant:
    """One random pass, verified, no blanking; only the device that is named."""
    how = ["--autonuke", "--nogui", "--nowait", "--nousb", "--noblank", "--rounds=1", "--method=random", "--verify=last"]
    words = [binary, *how, f"--prng={generator}", f"--logfile={device.folder / 'nwipe.log'}", str(device.path)]
    return Contestant(f"{Path(binary).name} {nwipe_version(binary)} {generator} + verify", (Command(words, 2 * size),))


def shred(device: OwnDevice, size: int) -> Contestant:
    """One random pass; GNU shred can't verify."""
    return Contestant("GNU shred -n1 (no verify)", (Command(["shred", "-n1", str(device.path)], size),))


def best_fio(device: OwnDevice, size: int) -> Contestant | None:
    """fio with whichever of its engines is fastest here, in two trials each."""
    return _best([fio(device, size, engine) for engine in FIO_ENGINES], device) if shutil.which("fio") else None


def plain_nwipe(binary: str, device: OwnDevice, size: int) -> Contestant:
    """An older one, which knows fewer generators; this is its fastest."""
    return nwipe(binary, device, size, "isaac64")


def best_nwipe(binary: str, device: OwnDevice, size: int) -> Contestant | None:
    """nwipe with whichever of its generators is fastest here; None where the binary does not work."""
    return _best([nwipe(binary, device, size, generator) for generator in NWIPE_GENERATORS], device, trials=1)


def _best(contestants: list[Contestant], device: OwnDevice, trials: int = 2) -> Contestant | None:
    times: list[tuple[float, int]] = []
    for place, contestant in enumerate(contestants):
        try:
            times.append((min(contestant.run(device).io for _ in range(trials)), place))
        except RunFailed as failed:
            print(f"  left out: {contestant.name}: {' '.join(str(failed).split())[:160]}")
    return contestants[min(times)[1]] if times else None


def nwipe_version(binary: str) -> str:
    """What it calls itself."""
    try:
        said = subprocess.run([binary, "-V"], capture_output=True, text=True, check=False).stdout.split()
    except OSError:
        return "?"
    return said[-1] if said else "?"


@contextmanager
def nwipe_leaves_nothing() -> Iterator[None]:
    """It writes settings to /etc; where there were none before, there are none after."""
    were_there = _NWIPE_SETTINGS.exists()
    try:
        yield
    finally:
        if not were_there:
            shutil.rmtree(_NWIPE_SETTINGS, ignore_errors=True)


_PEOPLE = '[people.a]\nname = "A"\norganisation = "A"\npost = "A"\n\n[people.b]\nname = "B"\norganisation = "B"\npost = "B"\n'


def product(device: OwnDevice, size: int) -> Contestant | None:
    """The whole `erase run`: keys, plan, journal, statement. None where it can't be set up."""
    home = device.folder / "home"
    environment = {**os.environ, "HAIKI_HOME": str(home)}
    names = ["--agency", "Benchmark", "--agency-code", "000000", "--contractor", "Benchmark", "--station", "Benchmark"]
    try:
        subprocess.run([_COMMANDS / "certify", "key", "new", *names], env=environment, check=True, capture_output=True)
        (home / "people.toml").write_text(_PEOPLE, encoding="utf-8")
        listed = subprocess.run([_COMMANDS / "erase", "list", "--json"], env=environment, check=True, capture_output=True)
        (found,) = (drive for drive in json.loads(listed.stdout)["drives"] if str(device.path) in drive["nodes"])
        serial = str(found["identity"]["serial"]["value"])
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError, TypeError) as error:
        print(f"  erase run is not measured: {error}")
        return None
    words = ["env", f"HAIKI_HOME={home}", str(_COMMANDS / "erase"), "run", str(device.path), "--jobs", str(device.folder / "jobs")]
    words += ["--policy", "nist-800-88r1", "--scheme", "random", "--verify", "full", "--allow-virtual"]
    words += ["--operator", "a", "--witness", "b", "--confirm", serial]
    return Contestant("erase run (whole command)", (Command(words, 2 * size),))
