"""A small front to the product's engine, run as a child process: ``-m benchmarking.engine DEVICE FOLDER PATTERN``.

Writes one pass and reads all of it back, as a job does, with the generator and the layout that a job would choose.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from benchmarking.device import check_ours
from erase.overwrite.engine import Conditions, End, Watch, compare, layout, write_pass
from erase.overwrite.streams import RANDOM, Generator, fastest_generator, stream_for
from erase.overwrite.target import BlockTarget, open_block
from erase.verification.sampling import full


def main(device: str, folder: str, pattern: str) -> int:
    check_ours(Path(device), Path(folder))
    generator: Generator | None = fastest_generator(time.monotonic) if pattern == RANDOM else None
    stream = stream_for(pattern, generator, os.urandom(generator.key_bytes) if generator else None)
    conditions = Conditions(layout(1, os.cpu_count() or 1), threading.Event(), time.monotonic)
    target = BlockTarget(open_block(device))
    written = write_pass(target, stream, conditions, Watch())
    read = compare(target, stream, full(target.size, target.sector).extents, conditions, Watch())
    right = written.end is read.end is End.FINISHED and not written.bad_sectors and not read.bad_sectors and not read.mismatched_sectors
    print(generator.value if generator else pattern, "verified" if right else "NOT VERIFIED")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
