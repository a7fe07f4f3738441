"""``certify key new`` makes the keys of an installation; ``certify key list`` says what there is and what expires when."""

from __future__ import annotations

import argparse
import unicodedata
from typing import TYPE_CHECKING

from certify.foundation.clock import in_japan, rfc3339
from certify.foundation.commandline import Context, add_actions
from certify.foundation.errors import Exit
from certify.foundation.messages import text

if TYPE_CHECKING:
    from certify.signing.inventory import KeyEntry
    from certify.signing.keys import Names

TRIAL_URL = "https://haiki.example/v"
_KEYID_SHOWN = 16  # digits: the COSE kid


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of both actions."""
    actions = add_actions(parser, text("keys.actions"), {"new": text("keys.new"), "list": text("keys.list")})
    new = actions["new"]
    for option in ("agency", "agency-code", "contractor", "station"):
        new.add_argument(f"--{option}", metavar="NAME", help=text(f"keys.option-{option}"))
    new.add_argument("--verify-url", metavar="URL", help=text("keys.option-verify-url"))
    new.add_argument("--encrypt", action="store_true", help=text("keys.option-encrypt"))


def run(options: argparse.Namespace, context: Context) -> int:
    """Raises KeyProblem."""
    return _new(options, context) if options.action == "new" else _list(context)


def _names(options: argparse.Namespace) -> tuple[Names, list[str]]:
    """What was given, and trial names that say so themselves for what was not."""
    from certify.signing.keys import Names
    from certify.signing.trust import Agency

    given = {name: getattr(options, name) for name in ("agency", "contractor", "station")}
    trial = {name: text(f"keys.trial-{name}") for name, value in given.items() if value is None}
    if options.verify_url is None:
        trial["verify_url"] = TRIAL_URL
    chosen = {**given, "verify_url": options.verify_url, **trial}
    names = Names(Agency(chosen["agency"], options.agency_code), chosen["contractor"], chosen["station"], chosen["verify_url"])
    return names, list(trial.values())


def _new(options: argparse.Namespace, context: Context) -> int:
    from certify.signing.keys import make_keys, pinned_validity, refuse_existing, store_keys
    from certify.signing.passphrases import PASSPHRASE_FILE, new_passphrase

    refuse_existing(context.home)
    names, trial = _names(options)
    wish = options.encrypt or PASSPHRASE_FILE in context.environment
    passphrase = new_passphrase(context.environment) if wish else None
    validity = pinned_validity(context.clock.now())
    root = store_keys(make_keys(names, validity), context.home, passphrase)
    if context.as_json:
        context.give(
            {
                "keys": str(context.home.keys),
                "trust": str(context.home.trust),
                "root_key": str(root),
                "valid_until": rfc3339(validity.end),
                "encrypted": wish,
                "trial_names": trial,
            }
        )
        return Exit.DONE
    context.say(text("keys.made"))
    context.say(text("keys.folder", folder=context.home.keys))
    context.say(text("keys.trust", path=context.home.trust))
    context.say(text("keys.valid-until", end=in_japan(validity.end)))
    context.say(text("keys.encrypted" if wish else "keys.plain"))
    if trial:
        context.say(text("keys.trial-names", names=tuple(trial)))
    context.say(text("keys.carry-root", path=root))
    return Exit.DONE


def _list(context: Context) -> int:
    from certify.signing.inventory import list_keys

    entries = list_keys(context.home, context.clock.now())
    if context.as_json:
        context.give({"keys": [_as_json(entry) for entry in entries]})
        return Exit.DONE
    columns = ("name", "role", "state", "until", "protection", "keyid", "holder")
    rows = [tuple(text(f"keys.heading-{column}") for column in columns), *(_row(entry) for entry in entries)]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(columns))]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        context.say("  ".join(cells).rstrip())
    return Exit.DONE


def _width(cell: str) -> int:
    """Columns on a terminal, where East Asian characters are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in cell)


def _row(entry: KeyEntry) -> tuple[str, ...]:
    holder = " / ".join(dict.fromkeys(name for name in (entry.organisation, entry.common_name) if name))
    return (
        entry.name,
        text(f"signing.role-{entry.role.value}") if entry.role else text("keys.role-none"),
        text(f"keys.state-{entry.state.value}"),
        in_japan(entry.valid_until),
        text(f"keys.protection-{entry.protection.value}"),
        entry.keyid[:_KEYID_SHOWN],
        holder,
    )


def _as_json(entry: KeyEntry) -> dict[str, str | None]:
    return {
        "name": entry.name,
        "role": entry.role.value if entry.role else None,
        "keyid": entry.keyid,
        "organisation": entry.organisation,
        "common_name": entry.common_name,
        "valid_from": rfc3339(entry.valid_from),
        "valid_until": rfc3339(entry.valid_until),
        "state": entry.state.value,
        "protection": entry.protection.value,
    }
