"""The overwrite benchmark: pairs of runs A B A B on one device, and the goals."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarking.contestants import Contestant, best_fio, best_nwipe, nwipe_leaves_nothing, ours, plain_nwipe, product, shred
from benchmarking.device import OwnDevice
from benchmarking.goals import FEWEST_PAIRS, MIB, Pairs, Sample, conclusion, exit_status, overwrite_goals, spread
from benchmarking.measure import RunFailed

BESIDE_PAIRS = 3  # with what no goal is about


@dataclass
class Results:
    """Every sample by contestant, and the pairs with each rival."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    pairs: dict[str, list[tuple[Sample, Sample]]] = field(default_factory=dict)

    def add(self, contestant: Contestant, sample: Sample) -> Sample:
        self.samples.setdefault(contestant.name, []).append(sample)
        return sample


def run(nwipe: Path | None, size: int, pairs: int, *, assert_goals: bool) -> int:
    """Measures and prints; 1 if a measured goal is missed and that is asked for, 2 where it can't be measured."""
    if os.geteuid() != 0:
        print("scripts/benchmark: overwrite needs root, because it attaches a loop device", file=sys.stderr)
        return 2
    with nwipe_leaves_nothing(), OwnDevice(size) as device:
        print(*_machine(), sep="\n")
        print(f"device: {device.path} over a file in memory, {size // MIB} MiB; {pairs} pairs, A B A B")
        random = ours(device, size, "random")
        random.run(device)  # fills the page cache with the interpreter
        print(f"generator chosen here: {(device.folder / 'output').read_text(encoding='utf-8').split()[0]}")
        fio = best_fio(device, size)
        given = best_nwipe(str(nwipe.resolve()), device, size) if nwipe else None
        results = Results()
        _pair_up(results, device, random, [rival for rival in (fio, given) if rival], pairs)
        _pair_up(results, device, random, _beside(device, size), min(pairs, BESIDE_PAIRS))
        _pair_up(results, device, random, _slow(device, size, nwipe), 1)
        zero = ours(device, size, "00")
        for _ in range(min(pairs, BESIDE_PAIRS)):
            results.add(zero, zero.run(device))
    _show(results)
    goals = overwrite_goals(_pairs_with(results, fio), _pairs_with(results, given), results.samples[random.name])
    if pairs < FEWEST_PAIRS:
        print(f"fewer than {FEWEST_PAIRS} pairs: a glance, not a measurement")
    print(conclusion(goals))
    return exit_status(goals, asserted=assert_goals)


def _beside(device: OwnDevice, size: int) -> list[Contestant]:
    """GNU shred and our own whole command, as far as they are here."""
    found = [shred(device, size) if shutil.which("shred") else None, product(device, size)]
    return [contestant for contestant in found if contestant]


def _slow(device: OwnDevice, size: int, given: Path | None) -> list[Contestant]:
    """Debian's nwipe, if it is installed and not the one that was given: it takes minutes."""
    debian = shutil.which("nwipe")
    return [plain_nwipe(debian, device, size)] if debian and not (given and given.samefile(debian)) else []


def _pair_up(results: Results, device: OwnDevice, own: Contestant, rivals: Sequence[Contestant], pairs: int) -> None:
    for _ in range(pairs):
        for rival in rivals:
            try:
                our, their = own.run(device), rival.run(device)
            except RunFailed as failed:
                print(f"  left out: {rival.name}: {' '.join(str(failed).split())[:300]}")
                continue
            results.pairs.setdefault(rival.name, []).append((results.add(own, our), results.add(rival, their)))


def _pairs_with(results: Results, rival: Contestant | None) -> Pairs:
    return results.pairs.get(rival.name, []) if rival else []


def _show(results: Results) -> None:
    print()
    print("GiB are bytes moved (written + read). I/O time: first to last I/O in /sys/block. CPU: seconds for each GiB.")
    print(f"{'':36} {'runs':>4} {'MiB/s':>6} {'I/O s (range)':>22} {'wall s':>7} {'process':>8} {'kernel':>7} {'sum':>6} {'MiB RSS':>8}")
    for name, samples in results.samples.items():
        io = spread(sample.io for sample in samples)
        process = spread(sample.process_cpu_per_gib for sample in samples).median
        both = spread(sample.cpu_per_gib for sample in samples).median
        speed = spread(sample.moved / MIB / sample.io for sample in samples).median
        wall = spread(sample.wall for sample in samples).median
        memory = max(sample.memory for sample in samples) / MIB
        print(
            f"{name:36} {len(samples):4} {speed:6.0f} {io!s:>22} {wall:7.2f} {process:8.3f} {both - process:7.3f} {both:6.3f} {memory:8.0f}"
        )
    print()
    print("paired ratios, rival / ours, for equal bytes, median (range); above 1: ours is better")
    for name, pairs in results.pairs.items():
        times = spread(their.seconds_per_gib / our.seconds_per_gib for our, their in pairs)
        cpu = spread(their.cpu_per_gib / our.cpu_per_gib for our, their in pairs)
        print(f"{name:36} {len(pairs):4} pairs   I/O time {times}   CPU with kernel threads {cpu}")
    print()


def _machine() -> list[str]:
    """What the figures depend on."""
    import cryptography
    from cryptography.hazmat.backends.openssl import backend

    processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    flags = set(next((line.partition(":")[2] for line in processor.splitlines() if line.startswith("flags")), "").split())
    model = next((line.partition(":")[2].strip() for line in processor.splitlines() if line.startswith("model name")), "unknown")
    known = ", ".join(f"{flag} {'yes' if flag in flags else 'no'}" for flag in ("aes", "vaes", "avx512f"))
    fio = (
        subprocess.run(["fio", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        if shutil.which("fio")
        else "no fio"
    )
    return [
        f"machine: {model}, {os.cpu_count()} cores, {known}; load average {os.getloadavg()[0]:.2f}",
        f"software: Linux {platform.release()}, Python {platform.python_version()}, cryptography {cryptography.__version__}"
        f" ({backend.openssl_version_text()}), {fio}",
    ]
