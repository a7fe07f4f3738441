"""``python -m hardware_profiles``: for whoever writes profiles.

``lint`` checks the profiles of this package, or those in the folder given (with drives, bridges, adapters in it).
``match`` says which profiles are about a drive, and what they come to.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from hardware_profiles.errors import ProfileError
from hardware_profiles.ids import id_pattern, releases
from hardware_profiles.lint import lint
from hardware_profiles.lookup import Match, look_up
from hardware_profiles.merging import MergedQuirks
from hardware_profiles.reading import in_folder, read, shipped
from hardware_profiles.rules import Subject
from hardware_profiles.vocabulary import Kind, Transport


def main(arguments: Sequence[str] | None = None) -> int:
    """0: well, or something matched; 1: faults, or nothing matched; 2: bad usage."""
    parser = argparse.ArgumentParser(prog="python -m hardware_profiles", description="Check and try hardware profiles.")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("lint", help="check all profiles")
    checking.add_argument("folder", nargs="?", type=Path, help="a folder with drives/, bridges/, adapters/ (else the profiles shipped)")
    trying = commands.add_parser("match", help="which profiles are about this hardware?")
    trying.add_argument("--kind", type=Kind, choices=list(Kind))
    trying.add_argument("--transport", type=Transport, choices=list(Transport))
    for name in ("vendor", "model", "firmware", "serial"):
        trying.add_argument(f"--{name}")
    for name in ("usb", "pci", "pci-subsystem"):
        trying.add_argument(f"--{name}", type=_id, metavar="VVVV:PPPP", default=(None, None))
    trying.add_argument("--usb-release", type=_release, metavar="NNNN", help="bcdDevice, such as 0205")
    asked = parser.parse_args(arguments)
    try:
        return _lint(asked.folder) if asked.command == "lint" else _match(asked)
    except ProfileError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _id(text: str) -> tuple[int, int]:
    pattern = id_pattern(text.lower())
    if pattern.product is None:
        msg = "a product is needed"
        raise ValueError(msg)
    return pattern.vendor, pattern.product


def _release(text: str) -> int:
    span = releases(text.lower())
    if span.first != span.last:
        msg = "one release is needed"
        raise ValueError(msg)
    return span.first


def _lint(folder: Path | None) -> int:
    texts = list(shipped()) if folder is None else in_folder(folder)
    faults = lint(texts)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    count = sum(len(read(text, file)[0]) for file, text in texts)
    sys.stdout.write(f"{count} profiles in {len(texts)} files, {len(faults)} faults\n")
    return 1 if faults or not count else 0


def _match(asked: argparse.Namespace) -> int:
    found = look_up(
        Subject(
            kind=asked.kind,
            transport=asked.transport,
            vendor=asked.vendor,
            model=asked.model,
            firmware=asked.firmware,
            serial=asked.serial,
            usb_vendor=asked.usb[0],
            usb_product=asked.usb[1],
            usb_release=asked.usb_release,
            pci_vendor=asked.pci[0],
            pci_device=asked.pci[1],
            pci_subsystem_vendor=asked.pci_subsystem[0],
            pci_subsystem_device=asked.pci_subsystem[1],
        )
    )
    sys.stdout.write("".join(_lines(found)))
    return 0 if found.entries else 1


def _lines(found: Match) -> list[str]:
    """The entries from general to specific, then each value that differs from no quirk at all."""
    lines = []
    for profile in found.entries:
        confidence = ", ".join(dict.fromkeys(evidence.confidence for evidence in profile.evidence))
        lines.append(f"{profile.name} ({confidence})\n  {profile.note.ja}\n  {profile.note.en}\n")
    values, without = asdict(found.quirks), asdict(MergedQuirks())
    lines += [f"{one.name} = {_shown(values[one.name])}\n" for one in fields(MergedQuirks) if values[one.name] != without[one.name]]
    lines += [f"  {key} from {', '.join(names)}\n" for key, names in found.origin.items()]
    return lines or ["no profile matches\n"]


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value.hex(" ") if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    sys.exit(main())
