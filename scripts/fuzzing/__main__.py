"""The command line of ``scripts/soak fuzz``."""

from __future__ import annotations

import argparse
import importlib.util
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from owned_folder import OwnedFolder

_PROJECT = Path(__file__).resolve().parents[2]
_LARGEST = 1_000_000_000  # seed or number of seconds or inputs; libFuzzer takes no seed above 2^32
_LONG = 30 * 60  # seconds for each parser
_DESCRIPTION = "Feeds nonsense to what reads drives' answers, guided by coverage, and looks whether all that must hold does."
_EPILOG = (
    "A finding is a JSON file in the folder of findings. Exit status: 0 nothing was found, 1 something was, 2 bad usage or it can't "
    "run here, 130 interrupted."
)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_LARGEST}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/soak fuzz", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("names", nargs="*", metavar="PARSER", help="parsers or families of them (see --list); none: all")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--seconds", type=_positive, metavar="N", help=f"for each parser (default: {_LONG}), or each family")
    limit.add_argument(
        "--runs",
        type=_positive,
        metavar="N",
        help="inputs instead of seconds, the seeds among them: one --seed always gives the same ones",
    )
    parser.add_argument("--families", action="store_true", help="one process for each family of parsers, not for each parser")
    parser.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes at a time (default: %(default)s)")
    parser.add_argument("--seed", type=_positive, metavar="N", help="of the inputs; else it is drawn, and printed")
    parser.add_argument(
        "--findings", type=Path, default=_PROJECT / "fuzz-findings", metavar="FOLDER", help="where they are written (fuzz-findings)"
    )
    parser.add_argument("--replay", type=Path, metavar="FILE", help="feeds a finding again, and says whether it is still one")
    parser.add_argument("--list", action="store_true", help="names the families and their parsers")
    return parser


def _say(*sentences: str) -> None:
    sys.stderr.write(f"scripts/soak fuzz: {' '.join(sentences)}\n")


def _interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
    raise KeyboardInterrupt(number)


def _list() -> int:
    from fuzzing.registry import FAMILIES, PARSERS

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads the list may have read enough
    for family in FAMILIES:
        print(family)
        print("".join(f"  {parser.name}\n" for parser in PARSERS.values() if parser.family == family), end="")
    return 0


def _replay(path: Path) -> int:
    from fuzzing.findings import Unreadable, read
    from fuzzing.limits import Limits
    from fuzzing.oracles import examine
    from fuzzing.registry import PARSERS

    try:
        finding = read(path)
    except (OSError, Unreadable) as error:
        _say(f"{path} is no finding: {error}.", "Only the files that it wrote itself can be fed again.", "Give one of fuzz-findings/.")
        return 2
    if finding.parser not in PARSERS:
        _say(f"there is no parser {finding.parser}.", "It was renamed or removed since.", "--list names those that there are.")
        return 2
    limits = Limits()
    problem = examine(PARSERS[finding.parser], finding.data, limits)
    limits.close()
    if problem is None:
        print(f"{finding.parser}: {len(finding.data)} bytes, nothing is wrong any more")
        return 0
    print(f"{finding.parser}: {len(finding.data)} bytes: {problem.kind}: {problem.what}")
    return 1


def _chosen(names: list[str]) -> list[str] | None:
    """The parsers that are meant; None, and a sentence, for a name that there isn't."""
    from fuzzing.registry import FAMILIES, PARSERS

    for name in names:
        if name not in PARSERS and name not in FAMILIES:
            _say(f"there is no parser and no family {name!r}.", "Only what is registered can be fed.", "--list names them.")
            return None
    return [parser.name for parser in PARSERS.values() if not names or parser.name in names or parser.family in names]


def _campaign(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("atheris") is None:
        _say("Atheris is not installed.", "There is none for this machine's processor, or .venv is old.", "Run scripts/setup on x86-64.")
        return 2
    chosen = _chosen(options.names)
    if chosen is None:
        return 2
    from fuzzing import campaign

    targets = campaign.by_family(chosen) if options.families else campaign.by_parser(chosen)
    seed = options.seed or 1 + secrets.randbelow(_LARGEST)
    seconds = 0 if options.runs else options.seconds or _LONG
    plan = campaign.Plan(targets, seed, options.findings.resolve(), seconds=seconds, runs=options.runs or 0, jobs=options.jobs)
    minutes = f", {-(-len(targets) // options.jobs) * seconds / 60:.0f} minutes and a little more" if seconds else ""
    print(f"{len(chosen)} parsers in {len(targets)} processes, {options.jobs} at a time, seed {seed}{minutes}", flush=True)
    before = set(plan.findings.glob("*.json"))
    folder = OwnedFolder(Path("/var/tmp"), "fuzz")  # noqa: S108 - its name is drawn, and it is locked
    whole, inputs, start = True, 0, time.monotonic()
    try:
        for result in campaign.run(plan, folder.path):
            print("\n".join(result.lines()), flush=True)
            whole = whole and result.whole
            inputs += sum(result.inputs)
    finally:
        folder.remove()
        found = sorted(set(plan.findings.glob("*.json")) - before)
        for path in found:
            print(f"found: scripts/soak fuzz --replay {path}")
        print(f"{inputs} inputs in {time.monotonic() - start:.0f} s, {len(found)} findings", flush=True)
    return 0 if whole and not found else 1


def main() -> int:
    """What the words on the command line ask for."""
    options = _parser().parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell has what runs in the background ignore the first
        signal.signal(number, _interrupted)
    try:
        if options.list:
            return _list()
        return _replay(options.replay) if options.replay else _campaign(options)
    except KeyboardInterrupt as interrupt:
        _say("interrupted; what was found until now is kept.")
        return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
