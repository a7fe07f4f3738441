"""The options that `erase plan` and `erase run` share, and the request that they make."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping
from decimal import Decimal

from certify.foundation.commandline import Context
from certify.foundation.messages import text
from erase.errors import Refused
from erase.planner.plan import PlanRequest, SchemeFacts
from erase.planner.policies import load_policy
from erase.techniques.base import Verify, VerifyKind

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%?", re.ASCII)
_FLAGS = ("policy", "zone", "class", "require", "technique", "scheme", "verify", "allow-virtual", "label", "asset")


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options to a command's parser."""
    for flag in _FLAGS:
        name = f"--{flag}"
        explanation = text(f"planner.option-{flag}")
        if flag == "allow-virtual":
            parser.add_argument(name, action="store_true", help=explanation)
        elif flag == "class":
            parser.add_argument(name, dest="classification", metavar="CLASS", help=explanation)
        else:
            parser.add_argument(name, metavar=flag.upper(), help=explanation)


def verify_from(value: str | None) -> Verify:
    """The extent of the verification: ``full`` (also for None), ``nist``, or a percentage with up to four decimals.

    Raises Refused for anything else.
    """
    if value in (None, "full"):
        return Verify(VerifyKind.FULL)
    if value == "nist":
        return Verify(VerifyKind.NIST_800_88_R1)
    found = _PERCENT.fullmatch(value or "")
    ppm = int(Decimal(found.group(1)) * 10_000) if found else 0
    if not 0 < ppm <= 1_000_000:
        raise Refused("planner", "unknown-verification", value=value)
    return Verify(VerifyKind.PERCENT, ppm)


def request_from(options: argparse.Namespace, context: Context) -> PlanRequest:
    """What was asked for. Raises Refused for a policy, zone, class, method or extent that can't be."""
    policy = load_policy(
        options.policy,
        zone=options.zone,
        classification=options.classification,
        require=options.require,
        folder=context.home.policies,
    )
    return PlanRequest(
        policy=policy,
        technique=options.technique,
        scheme=options.scheme,
        verify=verify_from(options.verify),
        allow_virtual=options.allow_virtual,
        label=options.label,
    )


def schemes_for(wish: str | None) -> Mapping[str, SchemeFacts]:
    """The named schemes, and the wished one where it is a fixed pattern of the operator's own. Raises Refused."""
    from certify.foundation.schemes import FIXED, load_schemes
    from erase.overwrite.schemes import find_scheme

    schemes = dict(load_schemes())
    if wish is not None and wish.startswith(FIXED):
        schemes[wish] = find_scheme(wish)
    return {name: SchemeFacts(scheme.id, scheme.source, scheme.passes, scheme.verify_each) for name, scheme in schemes.items()}


def run_command(options: argparse.Namespace) -> str:
    """What to type to carry the plan out, with capitals for what only people can fill in."""
    words = ["erase", "run", options.device]
    for flag in _FLAGS:
        value = getattr(options, "classification" if flag == "class" else flag.replace("-", "_"))
        if value is True:
            words.append(f"--{flag}")
        elif value:
            words += [f"--{flag}", value]
    return f"{shlex.join(words)} --jobs DIR --operator ID --witness ID --confirm SERIAL"
