"""How long it takes to ask the hardware profiles about a drive: asked for each drive of a list, and while commands are chosen."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarking.goals import Goal, conclusion, exit_status, spread
from hardware_profiles import Subject, look_up
from hardware_profiles.vocabulary import Kind

RUNS = 200
LIMIT = 1.0  # milliseconds
SUBJECTS = (
    Subject(usb_vendor=0x152D, usb_product=0x0583, usb_release=0x0414),
    Subject(kind=Kind.ATA, model="OCZ-VERTEX", firmware="1.30"),
    Subject(kind=Kind.NVME, model="SAMSUNG MZVLW256HEHP-000L7", firmware="CXB7401Q", pci_vendor=0x144D, pci_device=0xA804),
    Subject(kind=Kind.SCSI, vendor="TOSHIBA", model="PX04SMQ160", firmware="0802", pci_vendor=0x1000, pci_device=0x0097),
    Subject(kind=Kind.ATA, model="A drive that nobody knows", firmware="0001"),
)


def run(*, assert_goals: bool, clock: Callable[[], float] = time.perf_counter) -> int:
    """Prints the figures; 1 if the goal is missed and that is asked for."""
    began = clock()
    look_up(Subject())
    reading = clock() - began
    times = []
    for _ in range(RUNS):
        for subject in SUBJECTS:
            began = clock()
            found = look_up(subject)
            _ = found.quirks, found.origin
            times.append(clock() - began)
    took = spread(seconds * 1000 for seconds in times)
    print(f"reading all profiles: {reading:.3f} s, once; {len(times)} look-ups, milliseconds, median (range): {took}")
    goals = [Goal("look-up of a profile", took.median, LIMIT, unit=" ms")]
    print(conclusion(goals))
    return exit_status(goals, asserted=assert_goals)
