"""The corpus of good and bad papers, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from certify.signing.trust import TrustFile, load_trust
from certify.verify.verdict import Verdict
from certify.verify.verifier import verify

PROJECT = Path(__file__).resolve().parents[4]
BUNDLES = PROJECT / "tests" / "bundles"
MOMENT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def trust() -> TrustFile:
    """Vouches for the keys that signed the good files."""
    return load_trust((PROJECT / "tests" / "pki" / "trust.json").read_bytes())


@pytest.fixture(scope="session")
def moment() -> datetime:
    """The judging time of the corpus."""
    return MOMENT


@pytest.fixture(scope="session")
def paper() -> Callable[[str], bytes]:
    """``paper("good/bundle.haiki.zip")``: the bytes of a file of the corpus."""
    return lambda name: (BUNDLES / name).read_bytes()


@pytest.fixture(scope="session")
def judge(trust: TrustFile) -> Callable[[str], Verdict]:
    """``judge("good/bundle.haiki.zip")``: the verdict on a file of the corpus."""

    @cache
    def verdict(name: str) -> Verdict:
        return verify((BUNDLES / name).read_bytes(), name, trust, MOMENT)

    return verdict
