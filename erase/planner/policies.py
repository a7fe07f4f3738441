"""Which rule holds: a policy that comes with the program or the agency's own file, narrowed to one zone, class or method.

A policy demands. It never raises what a drive and a technique give; that is decided in `claims` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from certify.foundation.canonical import sha256_hex
from certify.foundation.errors import system_reason
from certify.foundation.policies import (
    LARGEST_FILE,
    Assurance,
    Confidentiality,
    PolicyFault,
    PolicyFile,
    Zone,
    built_in_policies,
    matching_rules,
    parse_policy,
)
from certify.foundation.standards import Basis, Method
from erase.errors import Refused

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True)
class PolicyRecord:
    """The rule in force, as the plan and the statement record it."""

    id: str
    edition: str
    sha256: str  # of the file's bytes
    zone: Zone | None
    classification: Confidentiality | None
    require: Method

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Policy:
    """The rule in force, and what belongs to it besides."""

    record: PolicyRecord
    source: str
    basis: Basis  # the table that claims are read from
    clause: str
    erase_first: Method | None  # what erasing must reach before the physical destruction that is required
    assurance: tuple[Assurance, ...]

    @property
    def to_be_reached(self) -> Method:
        """What erasing has to reach: the required method, or that of the stage before destruction."""
        return self.erase_first or self.record.require


def known_policies(folder: Path | None) -> tuple[str, ...]:
    """The names of all policies that can be asked for: ours, and the agency's own in ``folder``."""
    own = sorted(path.stem for path in folder.glob("*.toml")) if folder is not None else []
    return (*built_in_policies(), *(name for name in own if name not in built_in_policies()))


def load_policy(
    name_or_path: str | None,
    *,
    zone: str | None,
    classification: str | None,
    require: str | None,
    folder: Path | None,
) -> Policy:
    """The rule that holds. A name with a slash or ``.toml`` is a path; any other is ours, or a file in ``folder``.

    Raises Refused: no policy named, an unknown or unreadable one, a zone, class or method missing or not asked for.
    """
    known = tuple(known_policies(folder))
    if not name_or_path:
        raise Refused("planner", "no-policy", known=known)
    data, file = _read(name_or_path, folder, known)
    try:
        policy = parse_policy(data, file)
    except PolicyFault as fault:
        raise Refused("planner", fault.code, **fault.parameters) from fault
    if policy.id in built_in_policies() and data != built_in_policies()[policy.id].data:
        raise Refused("planner", "policy-id-taken", file=file, policy=policy.id)
    return _narrowed(policy, sha256_hex(data), zone, classification, require)


def _read(name_or_path: str, folder: Path | None, known: tuple[str, ...]) -> tuple[bytes, str]:
    if name_or_path in built_in_policies():
        return built_in_policies()[name_or_path].data, name_or_path
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        path = Path(name_or_path)
    elif folder is not None and name_or_path in known_policies(folder):
        path = folder / f"{name_or_path}.toml"
    else:
        raise Refused("planner", "unknown-policy", policy=name_or_path, known=known)
    try:
        if path.exists() and not path.is_file():
            raise Refused("planner", "policy-unreadable", file=path, reason="not a regular file")
        with path.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1), str(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        raise Refused("planner", "policy-unreadable", file=path, reason=reason) from error


def _narrowed(policy: PolicyFile, sha256: str, zone: str | None, classification: str | None, require: str | None) -> Policy:
    chosen_zone = _choice(Zone, "zone", policy, zone, asked=policy.asks_zone)
    chosen_class = _choice(Confidentiality, "class", policy, classification, asked=policy.asks_class)
    chosen_method = _choice(Method, "require", policy, require if require is not None else policy.default, asked=policy.asks_method)
    rules = matching_rules(policy, chosen_zone, chosen_class)
    if chosen_method is not None:
        rules = tuple(rule for rule in rules if rule.require is chosen_method)
    if not rules:
        raise Refused(
            "planner", "method-not-in-policy", policy=policy.id, require=require, known=_known(rule.require for rule in policy.rule)
        )
    rule = rules[0]  # the only one, as was checked when the file was read
    record = PolicyRecord(policy.id, policy.edition, sha256, chosen_zone, chosen_class, rule.require)
    return Policy(record, policy.source, policy.basis, rule.clause, rule.erase_first, rule.assurance)


def _choice(kind: type[_Choice], option: str, policy: PolicyFile, value: str | None, *, asked: bool) -> _Choice | None:
    if not asked:
        if value is not None:
            raise Refused("planner", f"{option}-not-asked", policy=policy.id, value=value)
        return None
    known = _known(member for member in kind if member is not Method.NONE)
    if value is None:
        raise Refused("planner", f"{option}-needed", policy=policy.id, known=known)
    if value not in set(kind) or value == Method.NONE:
        raise Refused("planner", f"unknown-{option}", value=value, known=known)
    return kind(value)


def _known(members: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in members)
