"""Every error of this room says what happened, why, and what to do next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from certify.foundation.messages import Language
from erase.errors import JobError
from erase.jobs import runner

SOURCES = [path.read_text() for path in Path(runner.__file__).parent.glob("*.py")]
FOUND = {code for source in SOURCES for code in re.findall(r'Error\(\s*"jobs", "([a-z-]+)"', source)}
CODES = sorted(FOUND - {"journal-damaged"})  # which has its own test, beside its kinds
VALUES = dict.fromkeys(("job", "folder", "file", "serial", "size", "devices", "now", "last", "pass_number", "sectors"), "X") | {
    "error": "the cause"
}


def test_the_codes_were_found():
    assert len(CODES) >= 12


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", list(Language))
def test_an_error_has_its_three_sentences(code, language):
    sentences = JobError("jobs", code, **VALUES).sentences(language)
    assert all(sentences)
    assert len(set(sentences)) == 3
    ends = "。" if language is Language.JAPANESE else "."
    assert sentences[2].endswith(ends)
