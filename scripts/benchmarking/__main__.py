"""The command line of scripts/benchmark."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from benchmarking import overwrite, profiles, startup
from benchmarking.goals import FEWEST_PAIRS

_UNITS = {"M": 1 << 20, "G": 1 << 30}


def _size(text: str) -> int:
    try:
        size = int(text[:-1]) * _UNITS[text[-1].upper()]
    except (KeyError, ValueError, IndexError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 512M or 2G") from None
    if size < 16 << 20:
        raise argparse.ArgumentTypeError("at least 16M")
    return size


def _pairs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pairs")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    over = kinds.add_parser("overwrite", help="the overwrite engine on a loop device of its own over tmpfs (root)")
    over.add_argument("--nwipe", type=Path, metavar="PATH", help="an nwipe 0.42 binary to compare with")
    over.add_argument("--assert-goals", action="store_true", help="exit 1 when a measured goal is missed")
    over.add_argument("--pairs", type=_pairs, default=FEWEST_PAIRS, metavar="N", help="pairs with each rival (default: %(default)s)")
    over.add_argument("--size", type=_size, default=_size("2G"), metavar="SIZE", help="of the device, such as 2G (the default)")
    start = kinds.add_parser("startup", help="how long erase --help takes")
    start.add_argument("--assert-goals", action="store_true", help="exit 1 when the goal is missed")
    known = kinds.add_parser("profiles", help="how long it takes to ask the hardware profiles about a drive")
    known.add_argument("--assert-goals", action="store_true", help="exit 1 when the goal is missed")
    return parser


def main() -> int:
    parser = _parser()
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a killed run cleans up, too
    if options.kind == "startup":
        return startup.run(assert_goals=options.assert_goals)
    if options.kind == "profiles":
        return profiles.run(assert_goals=options.assert_goals)
    if options.assert_goals and options.pairs < FEWEST_PAIRS:
        parser.error(f"goals are asserted over at least {FEWEST_PAIRS} pairs")
    return overwrite.run(options.nwipe, options.size, options.pairs, assert_goals=options.assert_goals)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("scripts/benchmark: interrupted")
