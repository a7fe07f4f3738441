"""Makes VERBS.md from what the groups emulated_scsi and emulated_nvme left of a run: each verb of other people's tools, once.

scripts/vm test emulated_scsi emulated_nvme && .venv/bin/python tests/kernel/tabulate_verbs.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / ".vm" / "results"
SOURCES = ("emulated_scsi/verbs-scsi.json", "emulated_nvme/nvme-verbs.json")
HEAD = """# Verbs that other people's tools walked on emulated drives

hdparm, sg3_utils, sdparm, smartmontools and nvme-cli of Debian 12 under its kernel, each answer compared with the state inside the model.
*Agrees*: the model did what the standard wants of that drive in that state, which is a refusal where the verb's name ends so, and the tool
told what the model holds. *Slip*: what the tool itself got wrong; never go by it. A verb that was walked several times stands here once.

Made by `scripts/vm test emulated_scsi emulated_nvme && .venv/bin/python tests/kernel/tabulate_verbs.py`; don't edit it.

| tool | verb | drives | agrees | slip |
|---|---|---|---|---|
"""


def _lines(results: Path) -> Iterator[dict[str, Any]]:
    for source in SOURCES:
        yield from json.loads((results / source).read_text())


def tabulated(results: Path = RESULTS) -> str:
    """The document. Raises FileNotFoundError where a group has not run."""
    rows: dict[tuple[str, str], tuple[list[str], list[str], list[bool]]] = {}
    for line in _lines(results):
        verb, _, rest = str(line["verb"]).partition(" (")
        # NVMe drives stand in brackets behind the verb
        verb, kind = (line["verb"], line["kind"]) if "kind" in line else (verb, rest.removesuffix(")") or "NVMe")
        kinds, slips, agrees = rows.setdefault((line["tool"], verb), ([], [], []))
        kinds += [kind] if kind not in kinds else []
        slips += [line["slip"]] if line["slip"] and line["slip"] not in slips else []
        agrees.append(bool(line["agrees"]))
    return HEAD + "".join(
        f"| {tool} | {verb} | {', '.join(kinds)} | {'yes' if all(agrees) else 'NO'} | {'; '.join(slips)} |\n"
        for (tool, verb), (kinds, slips, agrees) in sorted(rows.items())
    )


def main() -> int:
    """Writes it. Exit status 1 where a verb and the model disagree."""
    text = tabulated()
    (HERE / "VERBS.md").write_text(text)
    return int("| NO |" in text)


if __name__ == "__main__":
    sys.exit(main())
