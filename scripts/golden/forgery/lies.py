"""The form of a lie: a file, the honest file that it differs from by the lie alone, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from certify.bundle.writer import write_bundle
from certify.token.text import TokenText
from golden.forgery.honest import OTHER_JOB, Job, Making, files_of, make, sampled

VIRTUAL = Job(virtual="loop", serial="VIRT-0123456789ABCDEF")
FAILED = Job(passed=False)
OTHER = Job(job=OTHER_JOB, serial="TST0000002")


@dataclass(frozen=True)
class Honest:
    """A good file."""

    name: str
    data: Callable[[], bytes]


@dataclass(frozen=True)
class Lie:
    """A bad file. ``fails``: every rung that must not pass, as ``step reason`` or ``step reason room.error``."""

    name: str
    twin: str
    actor: str  # who could do it: anyone, contractor, station
    verdict: str
    fails: tuple[str, ...]
    data: Callable[[], bytes] = field(compare=False)


@dataclass
class Book:
    """Lies of one kind, in the order in which they were thought of."""

    ending: str
    twin: str
    lies: list[Lie] = field(default_factory=list)

    def lie(
        self, name: str, *fails: str, actor: str = "anyone", verdict: str = "invalid", twin: str | None = None, ending: str | None = None
    ) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
        """Registers a function that makes the file."""

        def register(data: Callable[[], bytes]) -> Callable[[], bytes]:
            self.lies.append(Lie(f"bad/{name}{ending or self.ending}", twin or self.twin, actor, verdict, fails, data))
            return data

        return register


@cache
def honest_pdf() -> bytes:
    """good/certificate.pdf."""
    return make(Making()).pdf


@cache
def honest_files() -> dict[str, bytes]:
    """The members of good/bundle.haiki.zip, without its manifest."""
    return files_of(make(Making()), honest_pdf())


@cache
def virtual_files() -> dict[str, bytes]:
    """The members of good/bundle-test.haiki.zip."""
    return files_of(make(Making(job=VIRTUAL)))


@cache
def other_files() -> dict[str, bytes]:
    """The members of a bundle of another drive's certificate."""
    return files_of(make(Making(job=OTHER)))


def id_of(files: dict[str, bytes]) -> str:
    """The certificate's id, as its manifest says."""
    from certify.signing.dsse import parse
    from certify.statement.certificate import parse_statement

    return parse_statement(parse(files["certificate.dsse.json"]).payload).certificate


def picture(text: TokenText) -> bytes:
    """A screenshot of a QR code: PNG, 1 bit a pixel."""
    from golden.forgery.pictures import png

    return png([text])


def honest() -> Iterator[Honest]:
    """The good files."""
    papers = make(Making())
    yield Honest("good/certificate.pdf", honest_pdf)
    yield Honest("good/certificate-in-japanese.pdf", lambda: make(Making(language="ja")).pdf)
    yield Honest("good/bundle.haiki.zip", lambda: write_bundle(id_of(honest_files()), honest_files()))
    yield Honest("good/bundle-test.haiki.zip", lambda: write_bundle(id_of(virtual_files()), virtual_files()))
    yield Honest(
        "good/bundle-of-failure.haiki.zip", lambda: write_bundle(papers.certificate.certificate, files_of(make(Making(job=FAILED))))
    )
    yield Honest("good/erasure.dsse.json", lambda: papers.erasure_envelope)
    yield Honest("good/erasure-test.dsse.json", lambda: make(Making(job=VIRTUAL)).erasure_envelope)
    yield Honest("good/erasure-sampled.dsse.json", lambda: make(Making(erasure=sampled)).erasure_envelope)
    yield Honest("good/erasure-of-failure.dsse.json", lambda: make(Making(job=FAILED)).erasure_envelope)
    yield Honest("good/certificate.dsse.json", lambda: papers.certificate_envelope)
    yield Honest("good/token.txt", lambda: str(papers.code).encode())
    yield Honest("good/code.png", lambda: picture(papers.code))
