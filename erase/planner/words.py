"""The plan in words, for people, in the language of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from certify.foundation.messages import current_language, has_text, signed_words, text
from certify.foundation.sizes import in_decimal_units
from certify.foundation.standards import Method
from erase.drive.facts import Drive, Fact
from erase.planner.claims import CEILINGS
from erase.planner.estimate import estimate
from erase.planner.identity import confirmation_name
from erase.planner.plan import ErasurePlan
from erase.planner.policies import Policy
from erase.techniques.base import Step, StepKind, VerifyKind
from erase.techniques.obstacles import node_of

_INDENT = "  "
_MOST_STEPS = 8  # of a scheme of many passes the first and the last are shown
_SHOWN_FIRST, _SHOWN_LAST = 4, 2


@dataclass(frozen=True)
class VerificationOutlook:
    """What the verification of the last pass will read and find. ``whole``: everything, even where sampling was asked for."""

    bytes_read: int
    left_over_bytes: int
    finding_ppm: int  # probability of finding a left-over of that size
    whole: bool


def plan_in_words(plan: ErasurePlan, policy: Policy, outlook: VerificationOutlook, next_command: str) -> tuple[str, ...]:
    """The lines of the plan. ``next_command``: what to type to carry it out, with placeholders for people and serial."""
    sections = {
        "drive": _drive(plan.drive),
        "policy": _policy(policy),
        "technique": [text(f"planner.technique-why.{plan.technique.value}", method=method_name(policy.to_be_reached))],
        "steps": _steps(plan, outlook),
        "expected": _expected(plan, policy),
        "time": [_time(plan)],
        "not-stronger": _not_stronger(plan),
        "limits": [f"- {text(f'paper.limit.{limit.value}')}" for limit in plan.limits],
        "next": [text("planner.next-sentence"), next_command, text(_confirm_key(plan.drive))],
    }
    lines = [text("planner.headline", device=node_of(plan.drive))]
    for name, content in sections.items():
        lines += ["", text(f"planner.section.{name}"), *(_INDENT + line for line in content)]
    return tuple(lines)


def method_name(method: Method) -> str:
    """Clear, Purge or Destroy, as the standards write it in every language."""
    return method.value.capitalize()


def bytes_in_words(count: int) -> str:
    """Bytes, exactly and rounded."""
    exact = text("planner.bytes", count=f"{count:,}")
    if count < 1000:
        return exact
    return f"{exact} ({in_decimal_units(count)})"


def about(milliseconds: int) -> str:
    """A duration as people say it: no finer than an estimate deserves."""
    seconds = max(1, round(milliseconds / 1000))
    if seconds < 90:
        return text("planner.about-seconds", seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 90:
        return text("planner.about-minutes", minutes=minutes)
    return text("planner.about-hours", hours=minutes // 60, minutes=minutes % 60)


def percent(ppm: int) -> str:
    """Parts per million as a percentage, without needless zeros."""
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".")


def at_least(ppm: int) -> str:
    """Parts per million as a percentage, rounded down to tenths: for what is at least as much."""
    return f"{ppm // 10_000}.{ppm % 10_000 // 1000}"


def _signed(sentence: str) -> str:
    return signed_words(sentence, current_language())


def _known(key: str, otherwise: str) -> str:
    """The name of something that the operator may have made: such things have no sentence of their own."""
    return text(key) if has_text(key, current_language()) else otherwise


def _fact(fact: Fact | None) -> str:
    if fact is None:
        return text("paper.unknown")
    return text("planner.fact", value=fact.value, source=text(f"paper.fact-source.{fact.source.value}"))


def _drive(drive: Drive) -> Iterator[str]:
    identity = drive.identity
    model = _fact(identity.model)
    yield text("planner.drive-model", model=f"{identity.vendor.value} {model}" if identity.vendor else model)
    yield text("planner.drive-name", name=_fact(identity.name))
    yield text("planner.drive-form", bus=text(f"paper.bus.{drive.bus.value}"), media=text(f"paper.media.{drive.media.value}"))
    yield text("planner.drive-size", size=bytes_in_words(drive.size), sector=drive.logical_sector)
    if drive.virtual is not None:
        yield text("planner.drive-virtual", kind=drive.virtual)


def _policy(policy: Policy) -> Iterator[str]:
    record = policy.record
    yield text("planner.policy-name", name=_known(f"paper.policy.{record.id}", record.id), edition=_signed(record.edition))
    if record.zone is not None:
        yield text("planner.policy-zone", zone=text(f"paper.zone.{record.zone.value}"))
    if record.classification is not None:
        yield text("planner.policy-class", classification=text(f"paper.classification.{record.classification.value}"))
    yield text("planner.policy-require", method=method_name(record.require), clause=_signed(policy.clause))
    if policy.assurance:
        wanted = (text(f"planner.assurance.{assurance.value}") for assurance in policy.assurance)
        yield text("planner.policy-assurance", assurance=text("paper.list-separator").join(wanted))


def _steps(plan: ErasurePlan, outlook: VerificationOutlook) -> Iterator[str]:
    named = {"scheme": plan.scheme.id, "source": _signed(plan.scheme.source)}
    name = _known(f"paper.scheme.{plan.scheme.id}", "")
    yield text("planner.scheme", name=name, **named) if name else text("planner.scheme-unnamed", **named)
    steps = [f"{place}. {_step(step, outlook)}" for place, step in enumerate(plan.steps, start=1)]
    if len(steps) > _MOST_STEPS:
        left_out = text("planner.steps-left-out", count=len(steps) - _SHOWN_FIRST - _SHOWN_LAST)
        steps[_SHOWN_FIRST:-_SHOWN_LAST] = [left_out]
    yield from steps
    if outlook.whole and plan.verify.kind is not VerifyKind.FULL:
        yield text("planner.outlook-too-small")
    if not outlook.whole:
        yield text("planner.outlook", left_over=bytes_in_words(outlook.left_over_bytes), probability=at_least(outlook.finding_ppm))


def _step(step: Step, outlook: VerificationOutlook) -> str:
    if step.kind is StepKind.WRITE:
        pattern = text("planner.pattern-random") if step.pattern == "random" else text("planner.pattern-fixed", pattern=step.pattern)
        return text("planner.step-write", pattern=pattern, number=step.number, of=step.of)
    partial = step.number == step.of and not outlook.whole
    extent = text("planner.extent-part", size=in_decimal_units(outlook.bytes_read)) if partial else text("planner.extent-whole")
    return text("planner.step-read-back", extent=extent, number=step.number)


def _expected(plan: ErasurePlan, policy: Policy) -> Iterator[str]:
    yield text("planner.expected", method=method_name(plan.expected.method))
    standard = _signed(f"{plan.expected.standard} {plan.expected.edition}")
    yield text("planner.expected-by", standard=standard, clause=_signed(plan.expected.clause))
    if policy.erase_first is not None:
        yield text("planner.destroy-follows", method=method_name(plan.expected.method))


def _time(plan: ErasurePlan) -> str:
    found = estimate(plan.drive, plan.steps)
    megabytes = {"write": found.rate.write // 1_000_000, "read": found.rate.read // 1_000_000}
    return text("planner.time", about=about(found.milliseconds), **megabytes)


def _not_stronger(plan: ErasurePlan) -> Iterator[str]:
    yield text("planner.only-technique")
    limiting = (reason for reason in plan.expected.reasons if CEILINGS[reason] is not Method.DESTROY)
    yield from (f"- {text(f'paper.claim-reason.{reason.value}')}" for reason in limiting)
    for refused in plan.refused:
        yield f"- {text(f'paper.technique.{refused.technique.value}')}: {text(f'paper.refusal.{refused.reason.value}')}"


def _confirm_key(drive: Drive) -> str:
    return "planner.next-confirm-label" if confirmation_name(drive).startswith("LABEL:") else "planner.next-confirm"
