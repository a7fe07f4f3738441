"""The demonstration, from the disk full of people's files to the paper that anyone can check."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from types import FrameType

from demonstration.disk import PeopleDisk, make_people_disk
from demonstration.loops import LoopDevice
from demonstration.photos import label_photo, tag_photo
from demonstration.recovery import photorec
from owned_folder import OwnedFolder

COMMANDS = Path(sys.executable).parent
AT_LEAST = 30  # of sixty files
PEOPLE = """\
[people.tanto]
name = "架空山 一郎"
organisation = "見本リサイクル株式会社"
post = "作業員"

[people.tachiai]
name = "仮名川 花子"
organisation = "架空県見本市"
post = "情報政策課 主任"
"""


class DemonstrationFailed(Exception):
    """Something did not come out as it must: the demonstration is not shown as a success."""


def _say(japanese: str, english: str) -> None:
    print(f"\n\033[1m■ {japanese}\033[0m\n  {english}" if sys.stdout.isatty() else f"\n■ {japanese}\n  {english}", flush=True)


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise DemonstrationFailed(f"{what}: {found!r}, not {wanted!r}")


class Stage:
    """The folders of one run and the commands as a user would type them."""

    def __init__(self, work: Path, papers: Path) -> None:
        self.work = work
        self.papers = papers
        self.jobs = work / "jobs"
        self.home = work / "home"
        self.environment = {**os.environ, "HAIKI_HOME": str(self.home), "PATH": f"{COMMANDS}:{os.environ.get('PATH', '')}"}

    def type(self, *words: str | Path, status: int = 0) -> str:
        """Shows the command, runs it, shows what it says, and insists on its exit status."""
        command = [str(word) for word in words]
        print(f"\n$ {shlex.join(command)}", flush=True)
        run = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, text=True, check=False)
        print(run.stdout, end="", flush=True)
        _expect(run.returncode, status, f"exit status of {command[0]} {command[1]}")
        return run.stdout

    def serial_of(self, device: Path) -> str:
        """What `erase list` says that this drive's serial is: people confirm a drive by it."""
        listed = subprocess.run([COMMANDS / "erase", "list", "--json"], env=self.environment, stdout=subprocess.PIPE, check=True)
        (found,) = (drive for drive in json.loads(listed.stdout)["drives"] if str(device) in drive["nodes"])
        return str(found["identity"]["serial"]["value"])


def _show_erasing(stage: Stage, disk: PeopleDisk, device: Path, serial: str) -> Path:
    _say("消去の前に、市販の道具で何が読めるか", "Before: what a common recovery tool finds")
    before = photorec(device, disk.sectors)
    print(f"  PhotoRec: {before} / {disk.files}   目印 markers: {disk.markers_in(disk.image)} / {len(disk.markers)}")
    if before.with_content < AT_LEAST:
        raise DemonstrationFailed(f"PhotoRec found only {before} files before the erasure")
    _say("記録媒体を調べ、計画を読む", "Look at the drive and read the plan")
    stage.type("erase", "list")
    plan = ("--policy", "nist-800-88r1", "--require", "clear", "--scheme", "random", "--verify", "full", "--allow-virtual")
    stage.type("erase", "plan", device, *plan)
    _say("鍵を作り、二人の確認のもとで消去し、検証する", "Make keys; erase and verify with two people's confirmation")
    stage.type("certify", "key", "new", "--agency", "架空県見本市", "--contractor", "見本リサイクル株式会社", "--station", "見本消去機 1号")
    (stage.home / "people.toml").write_text(PEOPLE, encoding="utf-8")
    people = ("--operator", "tanto", "--witness", "tachiai", "--confirm", serial)
    stage.type("erase", "run", device, "--jobs", stage.jobs, *plan, *people, "--asset", "見本-0001", "--place", "架空県見本市役所 地下倉庫")
    _say("消去の後に、同じ道具で何が読めるか", "After: what the same tool finds")
    after = photorec(device, disk.sectors)
    print(f"  PhotoRec: {after} / {disk.files}   目印 markers: {disk.markers_in(disk.image)} / {len(disk.markers)}")
    if after.files > after.with_content:
        print("  乱数の並びが、偶然ファイルの先頭に似ていたものです。 / By chance, random data looked like the head of a file.")
    _expect((after.with_content, disk.markers_in(disk.image)), (0, 0), "files and markers found after the erasure")
    return next(stage.jobs.glob("J-*"))


def _show_papers(stage: Stage, job: Path, serial: str) -> tuple[Path, Path]:
    _say("写真二枚を添えて証明書を発行する", "Issue the certificate, with two photos")
    taken = datetime.now().strftime("%Y:%m:%d %H:%M:%S")  # noqa: DTZ005 a camera knows no zone
    label, tag = stage.work / "label.jpg", stage.work / "tag.jpg"
    label.write_bytes(label_photo("haiki 見本ディスク", serial, taken))
    tag.write_bytes(tag_photo(job.name, serial, taken))
    stage.type("certify", "photo", "add", job, label, "--kind", "label", "--caption", "ラベル")
    stage.type("certify", "photo", "add", job, tag, "--kind", "after", "--caption", "作業後、作業札とともに")
    office = ("--to", "架空県見本市長", "--subject", "パソコン等の廃棄に伴うデータ消去", "--document-number", "見情第26号")
    stage.type("certify", "issue", job, "--out", stage.papers, "--contractor", "見本リサイクル株式会社", *office)
    return next(stage.papers.glob("C-*.zip")), next(stage.papers.glob("C-*.pdf"))


def _picture_of_page(pdf: Path, picture: Path) -> Path:
    subprocess.run(["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-singlefile", pdf, picture.with_suffix("")], check=True)
    return picture


def _show_checking(stage: Stage, bundle: Path, pdf: Path) -> None:
    _say("真正性を確かめる: 提出用ファイル、PDF、画面に写した QR コード", "Is it true? The bundle, the PDF, a picture of the QR code")
    for paper in (bundle, pdf):
        stage.type("certify", "verify", paper, "--expect", "erased")
    stage.type("certify", "verify", _picture_of_page(pdf, stage.work / "screenshot.png"))
    _say("一文字を書き換えた証明書は通らない", "A certificate with one byte changed is refused")
    forged = bytearray(pdf.read_bytes())
    place = next(match.start(1) for match in re.finditer(rb"stream\n.*?([0-9])", bytes(forged), re.DOTALL))
    forged[place] ^= 1
    copy = stage.work / "forged.pdf"
    copy.write_bytes(forged)
    stage.type("certify", "verify", copy, status=1)


def _demonstrate(work: Path, papers: Path) -> None:
    _say("架空の人々のファイルが入ったディスクを作る (256 MiB: ext4, FAT, NTFS)", "Make a disk full of invented people's files")
    disk = make_people_disk(work / "office-disk.img")
    stage = Stage(work, papers)
    with LoopDevice(disk.image) as device:
        serial = stage.serial_of(device)
        job = _show_erasing(stage, disk, device, serial)
        bundle, pdf = _show_papers(stage, job, serial)
    _show_checking(stage, bundle, pdf)
    _say("書類はここにあります。ほかに作ったものはすべて片付けました", "The papers lie here; all else that was made is removed")
    for paper in sorted(papers.iterdir()):
        print(f"  {paper}")


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Runs the demonstration. 0: everything came out as it must; 1: it did not; 2: it can't run here; 5: stopped."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Shows the whole chain on a disk image of its own.")
    parser.add_argument("papers", nargs="?", type=Path, default=Path("demo-papers"), help="where the papers go (default: demo-papers)")
    papers: Path = parser.parse_args().papers
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    if os.geteuid() != 0:
        print("ループデバイスを使うため root 権限が必要です。「sudo scripts/demo」と入力してください。")
        print("This needs root, for a loop device: type 'sudo scripts/demo'.")
        return 2
    subprocess.run([sys.executable, Path(__file__).parents[1] / "clean-leftovers"], check=False)
    target = papers.resolve() / datetime.now().strftime("%Y%m%d-%H%M%S")  # noqa: DTZ005 a folder's name
    folder = OwnedFolder(Path(tempfile.gettempdir()), "demo")
    # whatever the commands and the recovery tools put aside goes there too
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder.path)
    done = False
    try:
        target.mkdir(parents=True)
        _demonstrate(folder.path, target)
        done = True
        return 0
    except KeyboardInterrupt:
        print("\n中止しました。作ったものは片付けます。 / Stopped; removing what was made.")
        return 5
    except (DemonstrationFailed, subprocess.CalledProcessError, OSError) as error:
        print(f"\nうまくいきませんでした: {error}\nThis did not come out as it must.", file=sys.stderr)
        return 1
    finally:
        folder.remove()
        if not done:
            shutil.rmtree(target, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
