"""What a paper says, taken from its signed data."""

from __future__ import annotations

from dataclasses import replace

from certify.foundation.clock import rfc3339
from certify.foundation.policies import built_in_policies
from certify.statement import model
from certify.statement.coverage import compared_in_part
from certify.token.payload import Token, is_corporate_number
from certify.token.text import TokenText
from certify.verify.verdict import Paper, Person


def _value(fact: model.Fact | None) -> str | None:
    return fact.value if fact else None


def of_erasure(paper: Paper, erasure: model.Erasure) -> Paper:
    """What the station states."""
    identity, people, check = erasure.drive.identity, erasure.people, erasure.verification
    in_part = compared_in_part(erasure)
    return replace(
        paper,
        test=paper.test or erasure.test,
        job=erasure.job,
        outcome=erasure.outcome,
        method=erasure.claim.method,
        policy=erasure.policy.id,
        policy_known=erasure.policy.id in built_in_policies(),
        required=erasure.policy.require,
        standard=f"{erasure.claim.standard} {erasure.claim.edition}",
        technique=erasure.technique.id,
        scheme=erasure.scheme.id,
        verification=f"{check.kind}-in-part" if in_part else check.kind,
        verified="passed-in-part" if check.result == "passed" and in_part else check.result,
        maker=_value(identity.vendor),
        model=_value(identity.model),
        serial=_value(identity.serial) or _value(identity.wwn) or _value(identity.eui64) or _value(identity.nguid),
        asset=erasure.asset,
        size=erasure.drive.size,
        exception_sectors=erasure.exception_sectors,
        started=erasure.times.started.at,
        finished=erasure.times.finished.at,
        operator=Person(people.operator.id, people.operator.name),
        witness=Person(people.witness.id, people.witness.name),
    )


def of_certificate(paper: Paper, certificate: model.Certificate) -> Paper:
    """What the contractor states."""
    return replace(
        paper,
        test=paper.test or certificate.test,
        certificate=certificate.certificate,
        issued=certificate.issued.at,
        contractor=certificate.contractor.name,
        contractor_bound=True,
        certifier=certificate.certifier.name if certificate.certifier else None,
        addressee=certificate.addressee.name if certificate.addressee else None,
        photos=len(certificate.photos),
        link=certificate.verify_url,
    )


def of_token(paper: Paper, token: Token, code: TokenText | None) -> Paper:
    """What the QR code says."""
    return replace(
        paper,
        test=paper.test or token.test,
        certificate=token.certificate,
        issued=rfc3339(token.issued),
        outcome=token.result,
        method=token.method,
        model=token.model,
        serial=token.serial,
        contractor=token.issuer,
        contractor_bound=not is_corporate_number(token.issuer),
        link=code.url if code else None,
    )
