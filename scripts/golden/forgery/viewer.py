"""What Poppler's pdfsig, a reader of signatures as others have it, says of a file."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from golden import pki

_FIELDS = {
    "signature": re.compile(r"Signature Validation: (.+?)\.?$", re.MULTILINE),
    "certificate": re.compile(r"Certificate Validation: (.+?)\.?$", re.MULTILINE),
    "extent": re.compile(r"- ((?:Total|Not total) document signed)$", re.MULTILINE),
}


class Viewer:
    """pdfsig with the test root in a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._database = f"sql:{folder}"
        root = folder / "root.pem"
        root.write_bytes(pki.files()["tests/pki/root.pem"])
        self._run("certutil", "-N", "-d", self._database, "--empty-password")
        self._run("certutil", "-A", "-d", self._database, "-n", "test root", "-t", "CT,C,C", "-i", str(root))

    @staticmethod
    def _run(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout

    def says(self, data: bytes) -> list[dict[str, str]]:
        """One entry a signature; none where pdfsig sees none or can't read the file."""
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(data)
            file.flush()
            command = ["pdfsig", "-nssdir", self._database, file.name]
            outcome = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        parts = re.split(r"^Signature #[0-9]+:$", outcome.stdout, flags=re.MULTILINE)[1:]
        return [{name: (found[1] if (found := form.search(part)) else "-") for name, form in _FIELDS.items()} for part in parts]
