"""How long `erase --help` takes: what an operator waits for before anything is imported that is needed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarking.goals import Goal, conclusion, exit_status, spread

RUNS = 20
LIMIT = 0.15


def run(*, assert_goals: bool) -> int:
    """Prints the figures; 1 if the goal is missed and that is asked for."""
    command = [str(Path(sys.executable).with_name("erase")), "--help"]
    times = []
    for _ in range(RUNS + 1):
        began = time.monotonic()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - began)
    took = spread(times[1:])  # the first one fills the page cache
    print(f"erase --help, {RUNS} runs, wall time in seconds, median (range): {took}")
    goals = [Goal("erase --help", took.median, LIMIT, unit=" s")]
    print(conclusion(goals))
    return exit_status(goals, asserted=assert_goals)
