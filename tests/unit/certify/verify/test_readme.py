"""The guide names every rung with its number and what it proves, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify.foundation.messages import Language, text
from certify.verify.verdict import Step

GUIDE = (Path(__file__).resolve().parents[4] / "certify" / "README.md").read_text()


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("tongue", list(Language))
def test_the_guide_lists_the_rung(step: Step, tongue: Language) -> None:
    assert f"| {step.number} | `{step.value}` | {text(f'verify.proves.{step.value}', tongue)} |" in GUIDE
