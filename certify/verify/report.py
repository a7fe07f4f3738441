"""The verdict for people: the answer first and large, then what the paper says, then each check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from certify.foundation.clock import in_japan, parse_rfc3339, rfc3339
from certify.foundation.messages import current_language, has_text, signed_words, text
from certify.pdf.words import Words
from certify.verify.printable import in_lines, padded, printable
from certify.verify.reasons import Reason
from certify.verify.verdict import WITHOUT_THE_STATIONS_WORD, Bottom, Check, Kind, Outcome, Paper, Person, Verdict

_RULE = "━" * 64
_LABEL_COLUMNS = 26
_VALUE_COLUMNS = 80 - 2 - _LABEL_COLUMNS
_OUTCOME_COLUMNS = 14
_DETAIL_COLUMNS = 80 - 8 - _OUTCOME_COLUMNS
_METHODS: tuple[str | None, ...] = ("none", "clear", "purge", "destroy")  # NIST SP 800-88, from weakest to strongest
_CODES_OF = {"codes": "statement.contradiction-"}


def _say(key: str, **parameters: object) -> str:
    return text(f"verify.{key}", **parameters)


def _banner(verdict: Verdict) -> Iterator[str]:
    answer = _say(f"verdict.{verdict.bottom.value}")
    yield _RULE
    sentence = "valid-code" if _is_code(verdict) else verdict.bottom.value
    yield f"  【 {answer} 】  {_say(f'sentence.{sentence}')}"
    if verdict.paper.test:
        yield f"  {_say('test-banner')}"
    if verdict.bottom is Bottom.VALID and verdict.paper.outcome not in (None, "erased"):
        yield f"  {_say('not-erased-banner')}"
    if verdict.bottom is Bottom.VALID and _below_policy(verdict.paper):
        yield f"  {_say('below-policy-banner')}"
    if verdict.bottom is Bottom.VALID and verdict.kind in WITHOUT_THE_STATIONS_WORD:
        yield f"  {_say('contractors-word-banner')}"
    if verdict.bottom is Bottom.VALID:
        yield from (f"  {_say(f'note.{note.value}')}" for note in verdict.notes)
    yield _RULE
    if doubt := verdict.first_doubt:
        yield f"{_say('label.because')}: ({doubt.step.number}) {_say(f'step.{doubt.step.value}')}: {_reason(doubt)}"
    yield f"{_say('label.next')}: {_next(verdict)}"


def _next(verdict: Verdict) -> str:
    paper = verdict.paper
    if verdict.bottom is not Bottom.VALID:
        return _say(f"next.{verdict.bottom.value}")
    if paper.outcome not in (None, "erased"):
        return _say("next.valid-not-erased")
    if _below_policy(paper):
        return _say("next.valid-destroy" if paper.required == "destroy" else "next.valid-not-erased")
    return _say("next.valid-code" if _is_code(verdict) else "next.valid")


def _is_code(verdict: Verdict) -> bool:
    """A genuine QR code, of which nobody knows on what paper it is printed."""
    return verdict.bottom is Bottom.VALID and verdict.kind in (Kind.PICTURE, Kind.TOKEN)


def _limit(verdict: Verdict) -> str:
    """What the result does not show."""
    return _say("limit.valid-code" if _is_code(verdict) else f"limit.{verdict.bottom.value}")


def _below_policy(paper: Paper) -> bool:
    """A claim that does not reach what the policy demanded, on a paper of an erasure that ended well otherwise."""
    known = paper.method in _METHODS and paper.required in _METHODS
    return known and paper.outcome == "erased" and _METHODS.index(paper.method) < _METHODS.index(paper.required)


def _reason(check: Check) -> str:
    return _say(f"reason.{check.reason.value}")


def _moment(at: str | None) -> str | None:
    return in_japan(parse_rfc3339(at)) if at else None


def _person(person: Person | None) -> str | None:
    if person is None:
        return None
    return f"{person.name} ({person.id})" if person.name else person.id


def _word(words: Words, kind: str, code: str | None) -> str | None:
    return words.name(kind, code) if code else None


def _standard(paper: Paper) -> str | None:
    """The rule that the claim stands on; where nothing is claimed there is none."""
    if paper.standard is None:
        return None
    return text("paper.not-applicable") if paper.method == "none" else signed_words(paper.standard, current_language())


def _marked(value: str | None, mark: str, *, marked: bool) -> str | None:
    return f"{value} {_say(mark)}" if value and marked else value


def _fields(paper: Paper, words: Words) -> Iterator[tuple[str, str | None]]:
    yield "certificate", paper.certificate
    yield "outcome", _word(words, "outcome", paper.outcome)
    yield "method", _word(words, "method", paper.method)
    yield "policy", _marked(paper.policy, "policy-own", marked=paper.policy_known is False)
    yield "required", _word(words, "method", paper.required)
    yield "standard", _standard(paper)
    yield (
        "technique",
        " / ".join(_word(words, kind, code) or "" for kind, code in (("technique", paper.technique), ("scheme", paper.scheme)) if code),
    )
    yield (
        "verification",
        " / ".join(
            _word(words, kind, code) or ""
            for kind, code in (("verification", paper.verification), ("verification-result", paper.verified))
            if code
        ),
    )
    yield "maker", paper.maker
    yield "model", paper.model
    yield "serial", paper.serial
    yield "size", _say("bytes", count=f"{paper.size:,}") if paper.size is not None else None
    yield "exception-sectors", f"{paper.exception_sectors:,}" if paper.exception_sectors else None
    yield "asset", paper.asset
    yield "job", paper.job
    yield "started", _moment(paper.started)
    yield "finished", _moment(paper.finished)
    yield "operator", _person(paper.operator)
    yield "witness", _person(paper.witness)
    yield "issued", _moment(paper.issued)
    yield "contractor", _marked(paper.contractor, "as-stated", marked=paper.contractor_bound is False)
    yield "certifier", paper.certifier
    yield "addressee", paper.addressee
    yield "photos", None if paper.photos is None else str(paper.photos)
    yield "link", paper.link


def _paper(verdict: Verdict) -> Iterator[str]:
    words = Words(current_language())
    rows = [(label, value) for label, value in _fields(verdict.paper, words) if value]
    if not rows:
        return
    yield ""
    yield _say("heading.says" if verdict.bottom is Bottom.VALID else "heading.says-unconfirmed")
    for label, value in rows:
        yield from _row(_say(f"label.{label}"), value)
    for role, name in verdict.signers.items():
        yield from _row(_say(f"signer.{role}"), name)


def _row(label: str, value: str) -> Iterator[str]:
    """A label and its value, broken here: where a terminal breaks a long one, the rest would stand like a row of its own."""
    for line in in_lines(printable(value), _VALUE_COLUMNS):
        yield f"  {padded(label, _LABEL_COLUMNS)}{line}"
        label = ""


def _details(check: Check) -> Iterator[str]:
    for name, value in check.seen.items():
        known = _CODES_OF.get(name)
        if known and all(has_text(f"{known}{code}", current_language()) for code in value.split()):
            yield from (text(f"{known}{code}") for code in value.split())
        elif name == "error" and has_text(f"{value}.what", current_language()):
            yield from in_lines(_error_sentence(value, check), _DETAIL_COLUMNS)
        else:
            yield from in_lines(f"{name}: {printable(value)}", _DETAIL_COLUMNS)


def _error_sentence(error: str, check: Check) -> str:
    try:
        return printable(text(f"{error}.what", **check.seen))
    except KeyError:  # the sentence wants a parameter that was not seen
        return printable(error)


def _checks(verdict: Verdict, *, explain: bool) -> Iterator[str]:
    yield ""
    yield _say("heading.checks")
    shown = [check for check in verdict.checks if explain or check.outcome is not Outcome.NOT_APPLICABLE]
    for waited, group in groupby(shown, key=lambda check: check.reason is Reason.EARLIER_STEP and not explain):
        checks = list(group)
        yield from _folded(checks) if waited and len(checks) > 1 else _each(checks, explain=explain)


def _folded(checks: Sequence[Check]) -> Iterator[str]:
    """Checks in a row that were not reached, all for one reason."""
    numbers = f"{checks[0].step.number}-{checks[-1].step.number}"
    outcome = padded(_say(f"outcome.{checks[0].outcome.value}"), _OUTCOME_COLUMNS)
    yield f"  {numbers:>5}  {outcome}{_reason(checks[0])} [{checks[0].reason.value}]"


def _each(checks: Sequence[Check], *, explain: bool) -> Iterator[str]:
    for check in checks:
        outcome = padded(_say(f"outcome.{check.outcome.value}"), _OUTCOME_COLUMNS)
        yield f"  {check.step.number:>5}  {outcome}{_say(f'step.{check.step.value}')}"
        indent = " " * (6 + _OUTCOME_COLUMNS)
        if explain:
            yield f"{indent}{_say(f'proves.{check.step.value}')}"
        if check.outcome is not Outcome.PASSED or explain:
            yield f"{indent}→ {_reason(check)} [{check.reason.value}]"
            yield from (f"{indent}  {line}" for line in _details(check))


def report(verdict: Verdict, *, explain: bool) -> str:
    """The whole report in the language of the screen, without a last line end."""
    head = [
        f"{_say('label.file')}: {printable(verdict.name)} ({_say(f'kind.{verdict.kind.value}')})",
        f"{_say('label.judged')}: {_moment(rfc3339(verdict.judged_at))}",
    ]
    return "\n".join([*_banner(verdict), *head, *_paper(verdict), *_checks(verdict, explain=explain), "", _limit(verdict)])


def for_machines(verdict: Verdict, *, explain: bool) -> dict[str, object]:
    """The same for programs: codes, no sentences but what each check proves if that was asked for."""
    paper = verdict.paper
    return {
        "verdict": verdict.bottom.value,
        "kind": verdict.kind.value,
        "file": verdict.name,
        "judged_at": rfc3339(verdict.judged_at),
        "test": bool(paper.test),
        "paper": {name: _plain(value) for name, value in vars(paper).items()},
        "signers": dict(verdict.signers),
        "notes": [note.value for note in verdict.notes],
        "checks": [
            {
                "number": check.step.number,
                "step": check.step.value,
                "outcome": check.outcome.value,
                "reason": check.reason.value,
                "seen": dict(check.seen),
                **({"proves": _say(f"proves.{check.step.value}")} if explain else {}),
            }
            for check in verdict.checks
        ],
    }


def _plain(value: object) -> object:
    return {"id": value.id, "name": value.name} if isinstance(value, Person) else value
