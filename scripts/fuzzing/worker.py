"""One process of the fuzzer: Atheris feeds the parsers of one target until its time is over.

It never returns: libFuzzer ends the process. So what it finds is on disk at once, and the counts are in memory that a file stands behind.
"""

from __future__ import annotations

import mmap
import sys
from pathlib import Path
from random import Random

import atheris

# before anything is imported that is to be guided by
with atheris.instrument_imports(include=["erase", "hardware_profiles"]):
    from fuzzing.findings import Finding
    from fuzzing.limits import Limits
    from fuzzing.oracles import Problem, examine
    from fuzzing.parser import Parser
    from fuzzing.registry import PARSERS

from fuzzing.order import COUNT, RAW, Order

LONGEST = 8192  # bytes of an input: twice the longest structure
_MOST_FINDINGS = 20  # of one process
_REPAIRED, _SPANNED = 0.75, 0.05  # of the inputs


class Fuzzer:
    """The parsers of one process, and what was found."""

    def __init__(self, order: Order, counts: mmap.mmap) -> None:
        self._parsers: tuple[Parser, ...] = tuple(PARSERS[name] for name in order.parsers)
        self._findings = Path(order.findings)
        self._counts = counts
        self._numbers = [0] * len(self._parsers)
        self._seen: set[tuple[str, Problem]] = set()
        self._limits = Limits()

    def feed(self, data: bytes) -> None:
        """One input."""
        if not data or len(self._seen) >= _MOST_FINDINGS:
            return
        number = data[0] % len(self._parsers)
        parser = self._parsers[number]
        self._numbers[number] += 1
        self._counts[number * COUNT : (number + 1) * COUNT] = self._numbers[number].to_bytes(COUNT, "little")
        problem = examine(parser, data[1:], self._limits)
        if problem is not None and (parser.name, problem) not in self._seen:
            self._seen.add((parser.name, problem))
            Finding(parser.name, problem, data[1:]).write(self._findings)

    def mutate(self, data: bytes, longest: int, seed: int) -> bytes:
        """Another input from this one: libFuzzer's own mutations behind the byte that chooses, with lengths and checksums put right."""
        chance = Random(seed)  # noqa: S311 - chance, no secret
        choice = data[0] if data else chance.randrange(len(self._parsers))
        body: bytes = atheris.Mutate(data[1:] or b"\0", longest - 1)
        if chance.random() < _SPANNED and len(body) > 4:
            # most pages of SCSI say in bytes 2 and 3 how much follows, TCG in bytes 0 to 3
            body = body[:2] + (len(body) - 4).to_bytes(2, "big") + body[4:]
        repair = self._parsers[choice % len(self._parsers)].repair
        if repair is not None and chance.random() < _REPAIRED:
            body = repair(body)
        return bytes([choice]) + body[: longest - 1]


def main(text: str) -> None:
    """Runs until the time is over."""
    order = Order.from_json(text)
    folder = Path(order.folder)
    with (folder / "counts").open("w+b") as file:
        file.truncate(COUNT * len(order.parsers))
        counts = mmap.mmap(file.fileno(), COUNT * len(order.parsers))
    fuzzer = Fuzzer(order, counts)
    limits = [f"-max_total_time={order.seconds}"] if order.seconds else []
    limits += [f"-runs={order.runs}"] if order.runs else []
    options = ["-timeout=60", "-rss_limit_mb=1024", f"-max_len={LONGEST}", "-len_control=0", "-print_final_stats=1"]
    places = [f"-artifact_prefix={folder / RAW}", str(folder / "found"), str(folder / "seeds")]
    atheris.Setup([sys.argv[0], *limits, f"-seed={order.seed}", *options, *places], fuzzer.feed, custom_mutator=fuzzer.mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1])
