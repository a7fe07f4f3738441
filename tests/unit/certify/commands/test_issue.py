"""`certify issue` from the command line: papers, the same papers again, other papers, refusals."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certify.bundle.reader import read_bundle
from certify.cli import COMMANDS
from certify.foundation.clock import FixedClock
from certify.foundation.commandline import main
from certify.foundation.messages import current_language
from certify.issuing.record import read_issues
from certify.signing import dsse
from certify.statement.certificate import parse_statement
from certify.token.payload import parse_token
from certify.token.picture import qr_texts
from certify.token.text import read_text

Make = Callable[..., Any]


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def certify(contractors_home: Path, clock: FixedClock) -> Callable[..., Outcome]:
    def run(*words: object, home: Path = contractors_home) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        environment = {"HAIKI_HOME": str(home)}
        status = main("certify", COMMANDS, [str(word) for word in words], environment=environment, clock=clock, out=out, err=err)
        return Outcome(status, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def job(make_job: Make, make_erasure: Make) -> Path:
    """The folder of a job that ended well."""
    folder: Path = make_job(make_erasure())
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "papers"


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_job_becomes_a_bundle_and_a_pdf(certify: Make, make_job: Make, make_erasure: Make, out: Path, picture_file: Path) -> None:
    folder = make_job(make_erasure())
    assert certify("photo", "add", folder, picture_file, "--kind", "label", "--caption", "ラベル").status == 0
    issued = certify("issue", folder, "--out", out, "--to", "○○市長", "--subject", "データ消去業務", "--json")
    assert issued.status == 0, issued.err
    (paper,) = issued.json["certificates"]
    assert sorted(_tree(out)) == [f"{paper['certificate']}.haiki.zip", f"{paper['certificate']}.pdf"]
    bundle = read_bundle(Path(paper["bundle"]).read_bytes())
    assert bundle.certificate == paper["certificate"]
    assert bundle.files["certificate.pdf"] == Path(paper["pdf"]).read_bytes()
    assert bundle.files["erasure.dsse.json"] == (folder / "erasure.dsse.json").read_bytes()
    assert bundle.files["journal.jsonl"] == (folder / "journal.jsonl").read_bytes()
    assert bundle.files["photos/01.jpg"] == (folder / "photos/01.jpg").read_bytes()
    certificate = parse_statement(dsse.parse(bundle.files["certificate.dsse.json"]).payload)
    assert certificate.addressee is not None
    assert (certificate.addressee.name, certificate.subject) == ("○○市長", "データ消去業務")
    assert certificate.contractor.name == "株式会社試験消去"
    assert certificate.issued.at == "2026-11-23T01:02:03Z"
    assert certificate.photos[0].caption == "ラベル"


def test_statement_pdf_code_and_bundle_name_one_hash(
    certify: Make, job: Path, out: Path, page_of: Callable[[bytes], bytes], pki: Any
) -> None:
    (paper,) = certify("issue", job, "--out", out, "--json").json["certificates"]
    bundle = read_bundle(Path(paper["bundle"]).read_bytes())
    envelope = dsse.parse(bundle.files["certificate.dsse.json"])
    printed = qr_texts(page_of(bundle.files["certificate.pdf"]))
    assert [f"{text}\n".encode() for text in printed] == [bundle.files["token.txt"]]
    token = parse_token(read_text(printed[0]).token)
    assert token.token.statement_sha256 == envelope.payload_sha256
    assert token.holds(pki.contractor.certificates[0])
    assert token.token.certificate == paper["certificate"]


def test_issuing_again_gives_the_same_bytes_whatever_the_clock_says(
    certify: Make, job: Path, out: Path, tmp_path: Path, clock: FixedClock
) -> None:
    assert certify("issue", job, "--out", out).status == 0
    clock.advance(86_400)
    again = certify("issue", job, "--out", tmp_path / "again", "--json")
    assert again.json["certificates"][0]["issued_before"] is True
    assert _tree(tmp_path / "again") == _tree(out)
    assert certify("issue", job, "--out", out).status == 0
    assert _tree(tmp_path / "again") == _tree(out)


def test_what_was_issued_is_handed_out_again_without_the_key(
    certify: Make, make_job: Make, make_erasure: Make, out: Path, contractors_home: Path
) -> None:
    folder = make_job(make_erasure())
    certify("issue", folder, "--out", out)
    before = _tree(out)
    (contractors_home / "keys" / "contractor.key").unlink()
    assert certify("issue", folder, "--out", out).status == 0
    assert _tree(out) == before


@pytest.mark.parametrize("change", [["--to", "別の市長"], ["--remarks", "追記"], ["--lang", "en"], ["--certifier", "田中 四郎"]])
def test_other_contents_need_supersede(certify: Make, make_job: Make, make_erasure: Make, out: Path, change: list[str]) -> None:
    folder = make_job(make_erasure())
    (first,) = certify("issue", folder, "--out", out, "--json").json["certificates"]
    before = _tree(folder)
    refused = certify("issue", folder, "--out", out, *change)
    assert refused.status == 2
    assert first["certificate"] in refused.err
    assert "--supersede" in refused.err
    assert _tree(folder) == before
    (second,) = certify("issue", folder, "--out", out, "--supersede", "--json", *change).json["certificates"]
    assert second["certificate"] != first["certificate"]
    assert second["supersedes"] == first["certificate"]
    assert len(_tree(out)) == 4
    assert [issue.certificate for issue in read_issues(folder)] == [first["certificate"], second["certificate"]]
    (again,) = certify("issue", folder, "--out", out, "--json", *change).json["certificates"]
    assert again["certificate"] == second["certificate"]


def test_a_photo_that_was_added_later_needs_supersede(
    certify: Make, make_job: Make, make_erasure: Make, out: Path, picture_file: Path
) -> None:
    folder = make_job(make_erasure())
    certify("issue", folder, "--out", out)
    certify("photo", "add", folder, picture_file)
    assert certify("issue", folder, "--out", out).status == 2


def test_a_failed_job_gets_a_certificate_that_says_so(certify: Make, make_job: Make, make_failed_erasure: Make, out: Path) -> None:
    issued = certify("issue", make_job(make_failed_erasure()), "--out", out)
    assert issued.status == 0, issued.err
    assert "消去未完了" in issued.out


def test_several_jobs_are_issued_at_once_or_none_of_them_is_begun(certify: Make, make_job: Make, make_erasure: Make, out: Path) -> None:
    one = make_job(make_erasure())
    two = make_job(make_erasure(), name="J-01J8Q4W3N7K2M5R9T6V1X0Y3Z5")
    unfinished = make_job(make_erasure(), name="J-01J8Q4W3N7K2M5R9T6V1X0Y3Z6")
    (unfinished / "erasure.dsse.json").unlink()
    assert certify("issue", one, two, unfinished, "--out", out).status == 2
    assert not out.exists()
    assert not read_issues(one)
    assert certify("issue", one, two, "--out", out).status == 0
    assert len(_tree(out)) == 4


def test_a_stations_key_does_not_issue(certify: Make, job: Path, out: Path, pki: Any, tmp_path: Path) -> None:
    for ending in ("key", "pem"):
        path = tmp_path / f"station.{ending}"
        path.write_bytes((pki.folder / f"station.{ending}").read_bytes())
        path.chmod(0o600)
    refused = certify("issue", job, "--out", out, "--key", f"file:{tmp_path / 'station.key'}")
    assert refused.status == 2
    assert not out.exists()
    assert not (job / "issue.json").exists()


@pytest.mark.usefixtures("language")
def test_a_key_does_not_issue_in_anothers_name(certify: Make, job: Path, out: Path) -> None:
    refused = certify("--lang", current_language().value, "issue", job, "--out", out, "--contractor", "別の会社")
    assert refused.status == 2
    assert "別の会社" in refused.err
    assert "株式会社試験消去" in refused.err
    assert not out.exists()
    assert certify("issue", job, "--out", out, "--contractor", " 株式会社 試験消去").status == 0  # blanks make no other name


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("missing", ["keys/contractor.key", "issuer.toml"])
def test_what_is_missing_is_said_and_nothing_is_written(certify: Make, job: Path, out: Path, contractors_home: Path, missing: str) -> None:
    (contractors_home / missing).unlink()
    before = _tree(job)
    refused = certify("--lang", current_language().value, "issue", job, "--out", out)
    assert refused.status == 2
    assert len(refused.err.strip().splitlines()) >= 3
    assert not out.exists()
    assert _tree(job) == before


def test_a_name_that_can_not_be_printed_is_refused_before_anything_is_written(
    certify: Make, make_job: Make, make_erasure: Make, out: Path
) -> None:
    folder = make_job(make_erasure())
    refused = certify("issue", folder, "--out", out, "--to", "अ市長")
    assert refused.status == 2
    assert "U+0905" in refused.err
    assert not out.exists()
    assert not (folder / "issue.json").exists()


def test_a_test_paper_says_so(certify: Make, make_job: Make, test_drive: Any, out: Path) -> None:
    issued = certify("issue", make_job(test_drive), "--out", out)
    assert issued.status == 0, issued.err
    assert "試験用 TEST" in issued.out


def test_errors_are_objects_with_json(certify: Make, tmp_path: Path, out: Path) -> None:
    refused = certify("issue", tmp_path, "--out", out, "--json")
    assert refused.status == 2
    assert refused.json["error"] == "issue.no-job"
    assert set(refused.json) == {"error", "what", "why", "next"}


def test_a_folder_that_can_not_be_written_is_said(certify: Make, make_job: Make, make_erasure: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = make_job(make_erasure())
    refused = certify("issue", folder, "--out", tmp_path / "file")
    assert refused.status == 2
    assert "issue.not-written" in certify("issue", folder, "--out", tmp_path / "file", "--json").out
    # it was issued all the same, and is handed out where there is room
    assert certify("issue", folder, "--out", tmp_path / "elsewhere", "--json").json["certificates"][0]["issued_before"] is True


@pytest.mark.parametrize("how", ["bundle gone", "bundle changed", "record changed", "record cut off"])
def test_a_damaged_record_is_refused_and_nothing_new_is_issued(certify: Make, job: Path, out: Path, tmp_path: Path, how: str) -> None:
    certify("issue", job, "--out", out)
    (bundle,) = (job / "issued").iterdir()
    record = job / "issue.json"
    if how == "bundle gone":
        bundle.unlink()
    elif how == "bundle changed":
        bundle.write_bytes(bundle.read_bytes()[:-1] + b"!")
    elif how == "record changed":
        record.write_bytes(record.read_bytes().replace(b'"issued"', b'"issuer"'))
    else:
        record.write_bytes(record.read_bytes()[:100])
    refused = certify("issue", job, "--out", tmp_path / "again", "--json")
    assert refused.status == 2
    assert refused.json["error"] == "issue.record-damaged"
    assert not (tmp_path / "again").exists()


def test_a_crash_between_bundle_and_record_leaves_no_half_issued_certificate(
    certify: Make, make_job: Make, make_erasure: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certify.issuing import record

    folder = make_job(make_erasure())
    real = record.write_whole

    def failing(path: Path, data: bytes, *, mode: int) -> None:
        if path.name == record.FILE:
            raise OSError(28, "No space left on device", str(path))
        real(path, data, mode=mode)

    monkeypatch.setattr(record, "write_whole", failing)
    assert certify("issue", folder, "--out", out).status == 2
    assert not out.exists()
    monkeypatch.undo()
    (paper,) = certify("issue", folder, "--out", out, "--json").json["certificates"]
    assert paper["issued_before"] is False
    assert len(read_issues(folder)) == 1


def test_what_is_handed_out_is_for_its_owner_only(certify: Make, job: Path, out: Path) -> None:
    (paper,) = certify("issue", job, "--out", out, "--json").json["certificates"]
    for name in ("bundle", "pdf"):
        assert stat.S_IMODE(Path(paper[name]).stat().st_mode) == 0o600, name


def test_an_unfinished_job_is_said_to_be_one_before_anybody_is_asked_who_issues(
    certify: Make, job: Path, out: Path, contractors_home: Path
) -> None:
    (contractors_home / "issuer.toml").unlink()
    assert certify("issue", job, "--out", out, "--json").json["error"] == "issue.no-contractor"
    (job / "erasure.dsse.json").unlink()
    assert certify("issue", job, "--out", out, "--json").json["error"] == "issue.not-finished"
    (contractors_home / "issuer.toml").write_text("not [ toml")
    assert certify("issue", job, "--out", out, "--json").json["error"] == "issue.not-finished"


def test_what_stays_in_the_job_folder_is_private(certify: Make, make_job: Make, make_erasure: Make, out: Path) -> None:
    folder = make_job(make_erasure())
    certify("issue", folder, "--out", out)
    for path in (folder / "issue.json", folder / "issued", *(folder / "issued").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_help_needs_nothing_heavy() -> None:
    import subprocess
    import sys

    program = (
        "import sys\nfrom certify.foundation.commandline import main\nfrom certify.cli import COMMANDS\n"
        "try:\n    main('certify', COMMANDS, ['issue', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'reportlab', 'pikepdf', 'PIL', 'pyhanko', 'pypdfium2', 'zxingcpp', 'cryptography', 'msgspec'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert seen.stderr.strip() == "[]"


def test_papers_that_nobody_would_accept_are_not_handed_out(certify: Make, job: Path, out: Path, tmp_path: Path) -> None:
    """A photo with a code that opens a page which the photo's facts can't name: a telephone might follow it."""
    import qrcode

    photo = tmp_path / "label.png"
    qrcode.make("https://maker.example/製品/番号", box_size=8).get_image().convert("RGB").save(photo)
    assert certify("photo", "add", job, photo).status == 0
    refused = certify("issue", job, "--out", out, "--to", "○○市長")
    assert refused.status == 2
    assert "certify photo remove" in refused.err
    assert not out.exists()
    assert read_issues(job) == ()
    certify("photo", "remove", job, "1")
    assert certify("issue", job, "--out", out, "--to", "○○市長").status == 0
