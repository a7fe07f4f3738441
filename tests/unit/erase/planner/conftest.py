"""Machines, policies and schemes to plan with."""

from collections.abc import Callable, Mapping

import pytest

from erase.drive.facts import Fact, Machine, Source
from erase.planner.plan import PlanRequest, SchemeFacts
from erase.planner.policies import Policy, load_policy
from erase.techniques.base import Verify

A_MACHINE = Machine(Fact("ACME", Source.FIRMWARE), Fact("Desk 1", Source.FIRMWARE), None, None, "boot-1", "6.1.0")
SCHEMES = {
    scheme.id: scheme
    for scheme in (
        SchemeFacts("a-long-one", "a source", ("00", "ff", "00", "ff"), verify_each=False),
        SchemeFacts("one", "a source", ("ff",), verify_each=False),
        SchemeFacts("zero", "a source", ("00",), verify_each=False),
        SchemeFacts("dod-5220-22m-3", "a source", ("00", "ff", "random"), verify_each=True),
        SchemeFacts("random", "a source", ("random",), verify_each=False),
        SchemeFacts("rcmp-tssit-ops-ii", "a source", ("00", "ff", "00", "ff", "00", "ff", "random"), verify_each=False),
    )
}


@pytest.fixture
def machine() -> Machine:
    """A real computer."""
    return A_MACHINE


@pytest.fixture
def schemes() -> Mapping[str, SchemeFacts]:
    """Schemes of one to seven passes; neither the order of the names nor this order is that of the passes."""
    return SCHEMES


@pytest.fixture
def a_policy() -> Callable[..., Policy]:
    """A policy that comes with the program."""

    def load(name: str = "nist-800-88r2-ieee-2883-2022", **chosen: str | None) -> Policy:
        return load_policy(name, folder=None, **{"zone": None, "classification": None, "require": None, **chosen})

    return load


@pytest.fixture
def a_request(a_policy) -> Callable[..., PlanRequest]:
    """A request for Clear by the default policy, but for the changes that are asked for."""

    def make(policy: Policy | None = None, verify: Verify | None = None, **changes: object) -> PlanRequest:
        return PlanRequest(policy=policy or a_policy(), verify=verify or Verify(), **changes)

    return make
