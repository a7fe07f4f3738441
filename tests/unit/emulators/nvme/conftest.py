"""Drives with something on them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulators.nvme.personality import Personality, full, plain
from nvme_bench import Bench


@pytest.fixture
def bench() -> Callable[..., Bench]:
    def make(personality: Personality | None = None) -> Bench:
        made = Bench(personality or plain())
        made.fill()
        return made

    return make


@pytest.fixture
def drive(bench: Callable[..., Bench]) -> Bench:
    return bench()


@pytest.fixture
def full_drive(bench: Callable[..., Bench]) -> Bench:
    return bench(full())
