"""Who issues, to whom, about what: ``$HAIKI_HOME/issuer.toml`` and the options of the command.

verify_url = "https://haiki.example/v"     # optional; else that of the trust file

[contractor]
name = "株式会社○○"
department = "データ消去課"                  # each of these is optional
address = "東京都..."
corporate_number = "1234567890123"          # 法人番号, 13 digits
responsible = "..."                         # 業務責任者

[certifier]                                 # 証明者, optional
name = "..."
post = "代表取締役"
authority = "..."

[[subcontractors]]                          # 再委託先, any number; keys as for contractor
name = "..."
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from certify.errors import Malformed, Refused
from certify.foundation.errors import form_problem, system_reason
from certify.statement.model import Certifier, LongText, Model, Party, Text

FILE = "issuer.toml"
_MAX_FILE = 64 * 1024

T = TypeVar("T")


class _Party(Model, frozen=True, kw_only=True):
    name: str
    department: str | None = None
    address: str | None = None
    corporate_number: str | None = None
    responsible: str | None = None


class _Certifier(Model, frozen=True, kw_only=True):
    name: str
    post: str | None = None
    authority: str | None = None


class Issuer(Model, frozen=True, kw_only=True):
    """What issuer.toml holds."""

    verify_url: str | None = None
    contractor: _Party | None = None
    certifier: _Certifier | None = None
    subcontractors: tuple[_Party, ...] = ()


class Request(Model, frozen=True, kw_only=True):
    """Everything on a certificate that a person chose."""

    addressee: Party | None
    subject: Text | None
    contract: Text | None
    document_number: Text | None
    contractor: Party
    subcontractors: Annotated[list[Party], msgspec.Meta(max_length=16)]
    certifier: Certifier | None
    destination: Text | None
    remarks: LongText | None
    verify_url: Annotated[str, msgspec.Meta(max_length=60, pattern=r"^https://[!-~]+$")]
    language: Literal["ja", "en"]


@dataclass(frozen=True)
class Wishes:
    """The options of the command; None where one was not given."""

    to: str | None
    department: str | None
    subject: str | None
    contract: str | None
    document_number: str | None
    contractor: str | None
    certifier: str | None
    certifier_post: str | None
    destination: str | None
    remarks: str | None
    language: str


def read_issuer(path: Path) -> Issuer:
    """The issuer's own data; nothing where there is no file. Raises Malformed (``issue.issuer-malformed``)."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_FILE + 1)
    except FileNotFoundError:
        return Issuer()
    except OSError as error:
        raise Malformed("issue", "issuer-malformed", path=str(path), detail=system_reason(error)) from error
    if len(data) > _MAX_FILE:
        raise Malformed("issue", "issuer-malformed", path=str(path), detail=f"> {_MAX_FILE}")
    try:
        return msgspec.toml.decode(data, type=Issuer)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed("issue", "issuer-malformed", path=str(path), detail=form_problem(str(error))) from error


def _party(party: _Party) -> Party:
    return Party(
        name=party.name,
        department=party.department,
        address=party.address,
        corporate_number=party.corporate_number,
        responsible=party.responsible,
    )


def _contractor(issuer: Issuer, wishes: Wishes, path: Path) -> Party:
    given = issuer.contractor
    if wishes.contractor is not None:
        given = msgspec.structs.replace(given, name=wishes.contractor) if given else _Party(name=wishes.contractor)
    if given is None:
        raise Refused("issue", "no-contractor", path=str(path))
    return _party(given)


def _certifier(issuer: Issuer, wishes: Wishes) -> Certifier | None:
    given = issuer.certifier
    name = wishes.certifier or (given.name if given else None)
    if name is None:
        if wishes.certifier_post is not None:
            raise Refused("issue", "post-without-certifier")
        return None
    # another person's post is not this person's
    own = given if given is not None and given.name == name else None
    post = wishes.certifier_post or (own.post if own else None)
    return Certifier(name=name, post=post, authority=own.authority if own else None)


def _addressee(wishes: Wishes) -> Party | None:
    if wishes.to is None:
        if wishes.department is not None:
            raise Refused("issue", "department-without-addressee")
        return None
    return Party(name=wishes.to, department=wishes.department, address=None, corporate_number=None, responsible=None)


def make_request(issuer: Issuer, wishes: Wishes, path: Path, *, verify_url: str | None) -> Request:
    """The issuer's data under the options. ``verify_url``: where papers are checked, if issuer.toml does not say.

    Raises Refused (room ``issue``): no contractor, no address to check at, or a text that the statement can't hold.
    """
    url = issuer.verify_url or verify_url
    if url is None:
        raise Refused("issue", "no-verify-url", path=str(path))
    request = Request(
        addressee=_addressee(wishes),
        subject=wishes.subject,
        contract=wishes.contract,
        document_number=wishes.document_number,
        contractor=_contractor(issuer, wishes, path),
        subcontractors=[_party(party) for party in issuer.subcontractors],
        certifier=_certifier(issuer, wishes),
        destination=wishes.destination,
        remarks=wishes.remarks,
        verify_url=url,
        language="en" if wishes.language == "en" else "ja",
    )
    return _checked(request)


def _checked(request: Request) -> Request:
    try:
        return msgspec.convert(msgspec.to_builtins(request), Request)
    except msgspec.ValidationError as error:
        raise Refused("issue", "text-unusable", detail=form_problem(str(error))) from error
