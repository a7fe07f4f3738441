"""Policies: the form of their files (TOML, strict), and those that come with the program, in ``policies/`` beside this module.

Who plans and who reads papers take them from here, so that a statement can't name a policy and demand less than it does.
A released policy is never changed, only joined by another: papers quote its hash and its demands, and are judged by them.
An agency may write its own, of which nobody else knows anything; it can't bear the name of one of these.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from certify.foundation.canonical import sha256_hex
from certify.foundation.errors import form_problem
from certify.foundation.standards import Basis, Method

SCHEMA = "https://haiki.example/policy/v1"
LARGEST_FILE = 16 * 1024  # bytes; the longest of ours has two thousand, and tomllib takes quadratic time for a long dotted key
_POLICY_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_TEXT = 200  # characters; as statements quote it


class PolicyFault(ValueError):
    """What is wrong with a policy file: a kebab-case code and its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters


class Zone(StrEnum):
    """Network zones of local governments (三層の対策)."""

    MYNUMBER = "mynumber"  # マイナンバー利用事務系
    LGWAN = "lgwan"  # LGWAN接続系
    INTERNET = "internet"  # インターネット接続系


class Confidentiality(StrEnum):
    """Confidentiality classes (機密性区分)."""

    ONE = "1"
    TWO = "2"
    THREE = "3"


class Assurance(StrEnum):
    """How the agency makes sure that it was really done. Judged when the papers are."""

    ERASED_IN_BUILDING = "erased-in-building"  # 庁舎内消去
    WITNESSED = "witnessed"  # 立会い
    CERTIFICATE_WITH_PHOTOS = "certificate-with-photos"  # 写真付き証明書


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What is demanded. Without zones or classes it holds for all of them."""

    require: Method
    clause: str
    zones: tuple[Zone, ...] | None = None
    classes: tuple[Confidentiality, ...] | None = None
    erase_first: Method | None = None
    assurance: tuple[Assurance, ...] = ()


class PolicyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A whole policy."""

    schema: str
    id: str
    edition: str
    source: str
    basis: Basis
    rule: tuple[Rule, ...]
    default: Method | None = None

    @property
    def asks_zone(self) -> bool:
        """Whether a zone decides."""
        return any(rule.zones is not None for rule in self.rule)

    @property
    def asks_class(self) -> bool:
        """Whether a confidentiality class decides."""
        return any(rule.classes is not None for rule in self.rule)

    @property
    def asks_method(self) -> bool:
        """Whether the caller names the method that is required."""
        return not (self.asks_zone or self.asks_class)

    def methods(self, zone: str | None, classification: str | None) -> frozenset[Method]:
        """What may be required for this zone and class; nothing where the policy does not ask for just these."""
        asked = ((self.asks_zone, zone, frozenset(Zone)), (self.asks_class, classification, frozenset(Confidentiality)))
        if not all(value in known if wanted else value is None for wanted, value, known in asked):
            return frozenset()
        return frozenset(rule.require for rule in matching_rules(self, zone, classification))


@dataclass(frozen=True)
class BuiltIn:
    """A policy that comes with the program."""

    data: bytes
    policy: PolicyFile

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return sha256_hex(self.data)


@cache
def built_in_policies() -> Mapping[str, BuiltIn]:
    """All of them by id, in the order of their names."""
    files = sorted(Path(__file__).with_name("policies").glob("*.toml"))
    found = ((file.read_bytes(), file.name) for file in files)
    known = (BuiltIn(data, parse_policy(data, name)) for data, name in found)
    return MappingProxyType({one.policy.id: one for one in known})


def parse_policy(data: bytes, file: str) -> PolicyFile:
    """Reads and checks a policy file. Raises PolicyFault for whatever is wrong with it; ``file`` names it there."""
    if len(data) > LARGEST_FILE:
        raise PolicyFault("policy-too-large", file=file, limit=LARGEST_FILE)
    try:
        tree = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise PolicyFault("policy-not-toml", file=file, detail=str(error)) from error
    for key in _unknown_keys(tree):
        raise PolicyFault("policy-unknown-key", file=file, key=key)
    try:
        policy = msgspec.convert(tree, PolicyFile)
    except (msgspec.ValidationError, RecursionError) as error:
        raise PolicyFault("policy-bad-value", file=file, detail=form_problem(_counted_from_one(str(error)))) from error
    for detail in _contradictions(policy):
        raise PolicyFault("policy-bad-value", file=file, detail=detail)
    return policy


def _counted_from_one(detail: str) -> str:
    # msgspec counts rules from 0, people and our own messages from 1
    return re.sub(r"\$\.rule\[(\d+)\]", lambda found: f"rule[{int(found.group(1)) + 1}]", detail)


def _unknown_keys(tree: Mapping[str, Any]) -> Iterator[str]:
    yield from (key for key in tree if key not in PolicyFile.__struct_encode_fields__)
    rules = tree.get("rule")
    for number, rule in enumerate(rules if isinstance(rules, list) else (), start=1):
        if isinstance(rule, dict):
            yield from (f"rule[{number}].{key}" for key in rule if key not in Rule.__struct_encode_fields__)


def _contradictions(policy: PolicyFile) -> Iterator[str]:
    if policy.schema != SCHEMA:
        yield f"schema: {policy.schema!r} is not {SCHEMA!r}"
    if not _POLICY_ID.fullmatch(policy.id):
        yield f"id: {policy.id!r} is not kebab-case"
    texts = {"id": policy.id, "edition": policy.edition, "source": policy.source}
    texts |= {f"rule[{number}].clause": rule.clause for number, rule in enumerate(policy.rule, start=1)}
    yield from (f"{key}: 1 to {_LONGEST_TEXT} printable characters" for key, value in texts.items() if not _is_text(value))
    for number, rule in enumerate(policy.rule, start=1):
        if rule.require is Method.NONE:
            yield f"rule[{number}].require: 'none' demands nothing"
        if rule.erase_first is not None and (rule.require is not Method.DESTROY or rule.erase_first not in {Method.CLEAR, Method.PURGE}):
            yield f"rule[{number}].erase-first: only 'clear' or 'purge', and only before 'destroy'"
    yield from _method_faults(policy) if policy.asks_method else _coverage_faults(policy)


def _is_text(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_TEXT and value.isprintable() and not value.isspace()


def _method_faults(policy: PolicyFile) -> Iterator[str]:
    methods = [rule.require for rule in policy.rule]
    if len(set(methods)) != len(methods):
        yield "rule: two rules require the same method"
    if policy.default not in methods:
        yield "default: must name the method of one of the rules"


def _coverage_faults(policy: PolicyFile) -> Iterator[str]:
    if policy.default is not None:
        yield "default: has no meaning where zone or class decide"
    for zone, classification in product(Zone, Confidentiality):
        matching = len(matching_rules(policy, zone, classification))
        if matching != 1:
            yield f"rule: {matching} rules for zone {zone.value!r} and class {classification.value!r}, not one"


def matching_rules(policy: PolicyFile, zone: str | None, classification: str | None) -> tuple[Rule, ...]:
    """The rules for this zone and class; what a rule doesn't name, it doesn't mind."""
    return tuple(
        rule
        for rule in policy.rule
        if (rule.zones is None or zone in rule.zones) and (rule.classes is None or classification in rule.classes)
    )
