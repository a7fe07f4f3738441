"""What one process of the fuzzer is to do, and where it says what it did."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

COUNT = 8  # bytes of each parser's number of inputs in the file ``counts``
RAW = "raw-"  # with these letters begins what libFuzzer writes when the process hangs or takes too much


@dataclass(frozen=True)
class Order:
    """The first byte of each input chooses the parser."""

    parsers: tuple[str, ...]
    seed: int
    seconds: int  # 0: no limit
    runs: int  # 0: no limit
    folder: str  # has ``seeds`` and ``found``; ``counts`` is written here
    findings: str

    def to_json(self) -> str:
        """As the argument of the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Order:
        """Reads it."""
        told = json.loads(text)
        return cls(**{**told, "parsers": tuple(told["parsers"])})
