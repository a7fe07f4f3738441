"""A kernel whose ioctls answer as told, and errors that speak."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from certify.foundation.messages import Language
from erase.errors import EraseError


@dataclass
class FakeKernel:
    """Stands in for the ioctl call: keeps the bytes of each structure as it came, changes it as ``answer`` says, fails with ``error``."""

    answer: Callable[[int, Any], int] = lambda request, argument: 0
    errors: dict[int, int] = field(default_factory=dict)  # request number -> errno
    calls: list[tuple[int, bytes]] = field(default_factory=list)

    def __call__(self, descriptor: int, request: int, argument: Any) -> int:
        assert descriptor == 7
        self.calls.append((request, bytes(argument)))
        if number := self.errors.get(request):
            raise OSError(number, os.strerror(number))
        return self.answer(request, argument)


@pytest.fixture
def kernel() -> FakeKernel:
    return FakeKernel()


@pytest.fixture
def speaks() -> Callable[[EraseError], tuple[str, ...]]:
    """All sentences of an error in both languages; fails where one is missing or has a hole left."""

    def sentences(error: EraseError) -> tuple[str, ...]:
        said = tuple(sentence for language in Language for sentence in error.sentences(language))
        assert len(said) == 6
        assert all(sentence and "{" not in sentence and error.code + "." not in sentence for sentence in said)
        return said

    return sentences
