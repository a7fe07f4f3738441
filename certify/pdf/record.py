"""The technical part of the certificate: what the station saw and did, as the erasure statement has it."""

from __future__ import annotations

from dataclasses import replace

from certify.foundation.policies import built_in_policies
from certify.pdf.blocks import BODY, LABEL_WIDTH, PADDING, Column, Field, Row, fields, grid, heading, lines, paragraph, to_fill_in
from certify.pdf.layout import MM, WIDTH, Strip, blank
from certify.pdf.values import at_least, duration, fact, number, period, person, ppm, share, size, stamp, stamp_in_lines, stated
from certify.pdf.words import Words
from certify.statement.coverage import compared_in_part
from certify.statement.model import Certificate, Claim, Erasure, MachineFacts, PassRecord, Person, Policy

# what is printed of lists that a failing drive can make very long; the attached statement has all of it
MOST_EXCEPTIONS = 40
MOST_INTERRUPTIONS = 40
MOST_LINES_OF_REMARKS = 2

_METHODS = ("none", "clear", "purge", "destroy")  # weakest first


def claim_in_words(words: Words, claim: Claim) -> str:
    """The claim as a sentence; none is said to be none."""
    return words.say("claim-none") if claim.method == "none" else words.say("claim-met", method=claim.method.capitalize())


def standard_in_words(words: Words, claim: Claim) -> str:
    """The rule that the claim stands on. Where nothing is claimed none is: a clause beside it would read like a claim."""
    if claim.method == "none":
        return words.say("not-applicable")
    parts = (words.signed(f"{claim.standard} {claim.edition}"), words.signed(claim.clause) if claim.clause else "")
    return words.say("list-separator").join(part for part in parts if part)


def policy_met_in_words(words: Words, policy: Policy, claim: Claim) -> str:
    """Whether the required method was reached; where only destruction does, what has still to be done."""
    method = policy.require.capitalize()
    if policy_met(policy, claim):
        return words.say("policy-met.yes", method=method)
    return words.say("policy-met.destroy" if policy.require == "destroy" else "policy-met.no", method=method)


def policy_met(policy: Policy, claim: Claim) -> bool:
    """Whether the claimed method is at least the one that the policy requires."""
    return _METHODS.index(claim.method) >= _METHODS.index(policy.require)


def verification_result(words: Words, erasure: Erasure) -> str:
    """How the verification ended; passed never stands alone where sectors were left out."""
    result = erasure.verification.result
    in_part = result == "passed" and compared_in_part(erasure)
    return words.code("verification-result", "passed-in-part" if in_part else result)


def _kept(strips: list[Strip]) -> list[Strip]:
    return [replace(strip, keep_with_next=True) for strip in strips]


def result(words: Words, erasure: Erasure) -> list[Strip]:
    """消去の結果: the answer, on the first page."""
    claim = erasure.claim
    # evidence is a grade of what is claimed; where nothing is, a grade would read like a claim
    evidence = "none" if claim.method == "none" else claim.evidence
    outcome = [
        Field(words.label("label.outcome"), words.say(f"outcome.{erasure.outcome}"), strong=True),
        Field(words.label("label.method"), claim_in_words(words, claim), strong=True),
    ]
    answer = fields([outcome])
    if erasure.exception_sectors:
        summary = words.say("exceptions-summary", sectors=number(erasure.exception_sectors))
        answer = [*_kept(answer), *fields([[Field(words.label("label.exceptions-summary"), summary, strong=True)]])]
    met = policy_met_in_words(words, erasure.policy, claim)
    answer = [*_kept(answer), *fields([[Field(words.label("label.policy-met"), met, strong=True)]])]
    rows = [
        [
            Field(words.label("label.verification-result"), verification_result(words, erasure)),
            Field(words.label("label.validation-result"), words.say("validation-open-short")),
        ],
        [
            Field(words.label("label.technique"), words.code("technique", erasure.technique.id)),
            Field(words.label("label.evidence"), words.code("evidence", evidence)),
        ],
        [Field(words.label("label.standard"), standard_in_words(words, claim))],
        [Field(words.label("label.period"), period(words, erasure.times.started, erasure.times.finished))],
    ]
    return [*heading(words.label("section.result")), *answer, *fields(rows)]


def grounds(words: Words, claim: Claim) -> list[Strip]:
    """What limits or lowers the claim, below the result."""
    reasons = "\n".join(words.code("claim-reason", code) for code in claim.reasons)
    return fields([[Field(words.label("label.claim-reasons"), reasons)]]) if reasons else []


def who_and_where(words: Words, erasure: Erasure) -> list[Strip]:
    """The people and the place in short, for a first page that has room for them; the section on people has all of it."""
    operator, witness = erasure.people.operator, erasure.people.witness
    rows = [
        [Field(words.label("label.operator"), person(operator)), Field(words.label("label.witness"), person(witness))],
        [Field(words.label("label.place"), stated(words, erasure.place))],
    ]
    return fields(rows)


def medium(words: Words, erasure: Erasure) -> list[Strip]:
    """記録媒体: which one, on the first page."""
    drive, identity = erasure.drive, erasure.drive.identity
    rows = [
        [
            Field(words.label("label.asset"), stated(words, erasure.asset), strong=True),
            Field(words.label("label.serial"), fact(words, identity.serial), strong=True),
        ],
        [
            Field(words.label("label.vendor"), fact(words, identity.vendor)),
            Field(words.label("label.model"), fact(words, identity.model), strong=True),
        ],
        [
            Field(words.label("label.media"), words.code("media", drive.media)),
            Field(words.label("label.size"), size(words, drive.size), strong=True),
        ],
    ]
    # a drive without a serial number goes by another name, which then belongs on the first page too
    if identity.serial is None:
        others = (("label.wwn", identity.wwn), ("label.eui64", identity.eui64), ("label.nguid", identity.nguid))
        rows += [[Field(words.label(key), fact(words, value), strong=True)] for key, value in others if value is not None]
    return [*heading(words.label("section.medium")), *fields(rows)]


def medium_details(words: Words, erasure: Erasure) -> list[Strip]:
    """記録媒体の詳細, and the capacity that the machine could not see."""
    drive, identity, hidden = erasure.drive, erasure.drive.identity, erasure.hidden_areas
    sectors = words.say("sector-size", logical=number(drive.logical_sector), physical=number(drive.physical_sector))
    rows = [
        [
            Field(words.label("label.bus"), words.code("bus", drive.bus)),
            Field(words.label("label.firmware"), fact(words, identity.firmware)),
        ],
        [Field(words.label("label.sectors"), number(erasure.sectors)), Field(words.label("label.sector-size"), sectors)],
        [Field(words.label("label.wwn"), fact(words, identity.wwn)), Field(words.label("label.eui64"), fact(words, identity.eui64))],
        [
            Field(words.label("label.nguid"), fact(words, identity.nguid)),
            Field(words.label("label.virtual"), drive.virtual or words.say("virtual-none")),
        ],
    ]
    rows += [[Field(words.label(f"label.{name}"), words.code("hidden", getattr(hidden, name)))] for name in ("hpa", "dco", "ama")]
    return [*heading(words.label("section.medium-details")), *fields(rows)]


def policy(words: Words, erasure: Erasure) -> list[Strip]:
    """適用した基準: what was asked for, and whether it was reached."""
    rule = erasure.policy
    zone = words.name("zone", rule.zone) if rule.zone else words.say("not-stated")
    classification = words.name("classification", rule.classification) if rule.classification else words.say("not-stated")
    named = words.say("list-separator").join((words.name("policy", rule.id), words.signed(rule.edition)))
    rows = [
        [Field(words.label("label.policy"), named if rule.id in built_in_policies() else words.say("policy-own", policy=named))],
        [Field(words.label("label.zone"), zone), Field(words.label("label.classification"), classification)],
        [
            Field(words.label("label.require"), words.code("method", rule.require)),
            Field(words.label("label.policy-met"), policy_met_in_words(words, rule, erasure.claim), strong=True),
        ],
        [Field(words.label("label.policy-sha256"), rule.sha256, small=True)],
    ]
    return [*heading(words.label("section.policy")), *fields(rows)]


def _pass(words: Words, record: PassRecord) -> Row:
    pattern = words.say("pattern.random") if record.pattern == "random" else words.say("pattern.fixed", value=record.pattern)
    values = (
        str(record.number),
        pattern,
        record.generator or "",
        size(words, record.bytes_written),
        duration(words, record.milliseconds),
        words.say("flushed.yes" if record.flushed else "flushed.no"),
    )
    return Row(values, words.say("pass-key", key=record.key) if record.key else None)


def work(words: Words, erasure: Erasure) -> list[Strip]:
    """消去の内容: technique, scheme, passes, times."""
    technique, scheme = erasure.technique, erasure.scheme
    refused = "\n".join(
        words.say("refused-technique", technique=words.code("technique", other.technique), reason=words.code("refusal", other.reason))
        for other in technique.refused
    )
    written = words.say("sectors-written", written=number(erasure.sectors_written), all=number(erasure.sectors))
    rows = [
        [Field(words.label("label.technique"), words.code("technique", technique.id), strong=True)],
        [Field(words.label("label.refused"), refused or words.say("refused-none"))],
        [Field(words.label("label.scheme"), words.scheme(scheme.id), strong=True)],
        [Field(words.label("label.scheme-source"), words.signed(scheme.source))],
        [
            Field(
                words.label("label.passes"),
                words.say("passes" if not scheme.passes or scheme.passes[-1].flushed else "passes-in-part", count=len(scheme.passes)),
            ),
            Field(words.label("label.duration"), duration(words, erasure.times.milliseconds)),
        ],
        [Field(words.label("label.sectors-written"), written)],
        [Field(words.label("label.started"), stamp(words, erasure.times.started))],
        [Field(words.label("label.finished"), stamp(words, erasure.times.finished))],
    ]
    strips = [*heading(words.label("section.work")), *fields(rows), blank(4)]
    if not scheme.passes:
        return [*strips, *paragraph(words.say("passes-none"), "passes")]
    shares = (("pass", 1.0), ("pattern", 2.2), ("generator", 2.2), ("bytes", 5.0), ("duration", 2.6), ("flushed", 2.4))
    columns = [Column(words.label(f"column.{name}"), part) for name, part in shares]
    return [*strips, *grid(columns, [_pass(words, record) for record in scheme.passes])]


def verification(words: Words, erasure: Erasure) -> list[Strip]:
    """消去結果の検証: did it complete as intended. Not to be mixed up with the validation."""
    check = erasure.verification
    in_part = compared_in_part(erasure)
    kind = words.code("verification", f"{check.kind}-in-part" if in_part else check.kind)
    rows = [
        [
            Field(words.label("label.verification-outcome"), verification_result(words, erasure), strong=True),
            Field(words.label("label.verification-kind"), kind),
        ],
    ]
    if check.kind != "none":
        compared = words.say("compared", bytes=size(words, check.bytes_compared), share=share(check.bytes_compared, erasure.drive.size))
        rows.append([Field(words.label("label.compared"), compared)])
        took = Field(words.label("label.verification-duration"), duration(words, check.milliseconds))
        # nothing is drawn for a full read
        rows.append([took] if check.kind == "full" else [Field(words.label("label.samples"), number(check.samples)), took])
        if check.percent_ppm is not None:
            rows.append([Field(words.label("label.share"), ppm(check.percent_ppm))])
        if check.seed is not None:
            rows.append([Field(words.label("label.seed"), check.seed, small=True)])
        # the probability is that of a left-over anywhere; a full read needs none
        sampled = check.kind != "full" and not in_part
        if sampled and check.left_over_bytes is not None and check.finding_ppm is not None:
            finding = words.say("finding", bytes=size(words, check.left_over_bytes), probability=at_least(check.finding_ppm))
            rows.append([Field(words.label("label.finding"), finding)])
        rows.append(
            [
                Field(words.label("label.mismatched"), number(check.mismatched_sectors)),
                Field(words.label("label.unreadable"), number(check.unreadable_sectors)),
            ]
        )
    return [*heading(words.label("section.verification")), *fields(rows)]


def validation(words: Words, erasure: Erasure) -> list[Strip]:
    """妥当性確認: open, with room for a person to decide and to sign."""
    decision = f"□ {words.say('validation.good')}\n□ {words.say('validation.not-good')}"
    boxes = [
        (words.label("validation.decision"), decision, 1.3),
        (words.label("validation.post-name"), "", 2.1),
        (words.label("validation.date"), "", 1.4),
        (words.label("validation.signature"), "", 1.6),
    ]
    return [
        *heading(words.label("section.validation")),
        *paragraph(words.code("validation", erasure.validation.result), "validation", keep_with_next=True),
        *to_fill_in(boxes, height=42),
    ]


def _exceptions(words: Words, erasure: Erasure) -> list[Strip]:
    rows = [
        Row((words.code("operation", bad.operation), str(bad.number), number(bad.first_lba), number(bad.sectors), bad.error))
        for bad in erasure.exceptions
    ]
    last_pass = str(erasure.scheme.passes[-1].number) if erasure.scheme.passes else ""
    rows += [
        Row((words.code("operation", "mismatch"), last_pass, number(miss.first_lba), number(miss.sectors), ""))
        for miss in erasure.verification.mismatches
    ]
    mismatched = erasure.verification.mismatched_sectors
    if not rows and not erasure.exception_sectors and not mismatched:
        return paragraph(words.say("exceptions-none"), "exceptions")
    counts = words.say("exceptions-all", sectors=number(erasure.exception_sectors), mismatched=number(mismatched))
    strips = paragraph(counts, "exceptions")
    if rows:
        shares = (("operation", 2.0), ("pass", 1.0), ("first-lba", 3.0), ("exception-sectors", 2.0), ("error", 1.6))
        strips += grid([Column(words.label(f"column.{name}"), part) for name, part in shares], rows[:MOST_EXCEPTIONS])
    if len(rows) > MOST_EXCEPTIONS:
        strips += [blank(2), *paragraph(words.say("rows-more", count=number(len(rows) - MOST_EXCEPTIONS)), "exceptions")]
    return strips


def limits(words: Words, erasure: Erasure) -> list[Strip]:
    """限界及び例外: printed on every certificate, also when there are none."""
    sentences = [f"{place}. {words.code('limit', code)}" for place, code in enumerate(erasure.limits, 1)]
    printed = sentences or [words.say("limits-none")]
    return [
        *heading(words.label("section.limits")),
        *[strip for sentence in printed for strip in paragraph(sentence, "limits")],
        blank(4),
        *_exceptions(words, erasure),
    ]


def _of_person(words: Words, key: str, who: Person, *, keep_with_next: bool) -> Row:
    return Row((words.say(key), person(who), who.id, ""), at_least=12 * MM, keep_with_next=keep_with_next)


def people(words: Words, erasure: Erasure) -> list[Strip]:
    """実施者: two different people, and where."""
    shares = (("role", 1.2), ("person", 3.6), ("person-id", 1.6), ("signature", 2.0))
    columns = [Column(words.label(f"column.{name}"), part) for name, part in shares]
    rows = [
        _of_person(words, "label.operator", erasure.people.operator, keep_with_next=True),
        _of_person(words, "label.witness", erasure.people.witness, keep_with_next=False),
    ]
    where = [
        [Field(words.label("label.place"), stated(words, erasure.place)), Field(words.label("label.order"), stated(words, erasure.order))],
        [Field(words.label("label.job"), erasure.job)],
    ]
    return [*heading(words.label("section.people")), *grid(columns, rows), *fields(where)]


def interruptions(words: Words, erasure: Erasure) -> list[Strip]:
    """中断の記録: each break, and on which machine the work went on."""
    title = heading(words.label("section.interruptions"))
    if not erasure.interruptions:
        return [*title, *paragraph(words.say("interruptions-none"), "interruptions")]
    shares = (("stopped", 3.9), ("resumed", 3.9), ("cause", 2.2), ("bytes-done", 2.4), ("machine", 2.4))
    rows = [
        Row(
            (
                stamp_in_lines(words, stop.stopped),
                stamp_in_lines(words, stop.resumed),
                words.code("cause", stop.cause),
                size(words, stop.bytes_done),
                machine_in_words(words, stop.machine),
            )
        )
        for stop in erasure.interruptions[:MOST_INTERRUPTIONS]
    ]
    strips = [*title, *grid([Column(words.label(f"column.{name}"), part) for name, part in shares], rows)]
    if len(erasure.interruptions) > MOST_INTERRUPTIONS:
        strips += [
            blank(2),
            *paragraph(words.say("rows-more", count=number(len(erasure.interruptions) - MOST_INTERRUPTIONS)), "interruptions"),
        ]
    return strips


def machine_in_words(words: Words, facts: MachineFacts) -> str:
    """A computer by maker, model and serial."""
    known = [found.value for found in (facts.maker, facts.model, facts.serial) if found is not None]
    return " ".join(known) or words.say("unknown")


def machine(words: Words, erasure: Erasure) -> list[Strip]:
    """使用した機器: the computer that did the work, which in place is the asset itself."""
    facts = erasure.machine
    hypervisor = words.name("hypervisor", facts.hypervisor) if facts.hypervisor else words.say("hypervisor-none")
    rows = [
        [
            Field(words.label("label.machine-maker"), fact(words, facts.maker)),
            Field(words.label("label.machine-model"), fact(words, facts.model)),
        ],
        [
            Field(words.label("label.machine-serial"), fact(words, facts.serial)),
            Field(words.label("label.hypervisor"), hypervisor),
        ],
        [Field(words.label("label.kernel"), facts.kernel), Field(words.label("label.boot-id"), facts.boot_id or words.say("unknown"))],
    ]
    return [*heading(words.label("section.machine")), *fields(rows)]


def subcontractors(words: Words, certificate: Certificate) -> list[Strip]:
    """再委託先: each with what is known of it, in the order of the tiers."""
    if not certificate.subcontractors:
        return []
    shares = (("tier", 0.7), ("subcontractor", 3.0), ("address", 4.0), ("corporate-number", 2.2), ("responsible", 2.0))
    rows = [
        Row(
            (
                str(tier),
                " ".join(part for part in (party.name, party.department) if part),
                stated(words, party.address),
                stated(words, party.corporate_number),
                stated(words, party.responsible),
            )
        )
        for tier, party in enumerate(certificate.subcontractors, 1)
    ]
    columns = [Column(words.label(f"column.{name}"), part) for name, part in shares]
    return [*heading(words.label("section.subcontractors")), *grid(columns, rows)]


def remarks(words: Words, certificate: Certificate, *, brief: bool = False) -> list[Strip]:
    """備考: those that were too long for the first page, and all where that had no room."""
    if not certificate.remarks or (remarks_fit(words, certificate.remarks) and not brief):
        return []
    return [*heading(words.label("label.remarks")), *paragraph(certificate.remarks, words.say("label.remarks"))]


def remarks_fit(words: Words, text: str) -> bool:
    """Whether they may stand on the first page, where the medium and the result must have room."""
    return len(lines(text, BODY, WIDTH - LABEL_WIDTH - 2 * PADDING, words.say("label.remarks"))) <= MOST_LINES_OF_REMARKS


def records(words: Words, erasure: Erasure, certificate: Certificate, certificate_sha256: str) -> list[Strip]:
    """記録の同一性: the hashes that tie this paper to the records behind it."""
    tool = erasure.tool
    rows = [
        *([] if certificate.photos else [[Field(words.label("section.photos"), words.say("photos-none"))]]),
        [Field(words.label("label.tool"), f"{tool.name} {tool.version}, Python {tool.python}, Linux {tool.kernel}")],
        [Field(words.label("label.erasure-sha256"), certificate.erasure_sha256, small=True)],
        [Field(words.label("label.certificate-sha256"), certificate_sha256, small=True)],
        [Field(words.label("label.journal-sha256"), erasure.journal.sha256, small=True)],
        [Field(words.label("label.journal-head"), erasure.journal.head, small=True)],
        [Field(words.label("label.journal-lines"), number(erasure.journal.lines))],
        [Field(words.label("label.renderer"), certificate.renderer, small=True)],
    ]
    # in one piece, so that the last page never holds a scrap of it alone
    title, attached = heading(words.label("section.record")), paragraph(words.say("record-attached"), "record", style=BODY)
    return [*_kept([*title, *fields(rows), blank(3)]), *attached]
