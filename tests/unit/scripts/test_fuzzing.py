"""The fuzzer knows every parser, notices what must not happen, and says how to see it again."""

from __future__ import annotations

import fcntl
import importlib
import inspect
import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import erase.commands
from erase.errors import TransportError
from fuzzing import campaign, findings, order, registry, seeds, shapes
from fuzzing.limits import Limits
from fuzzing.oracles import Problem, examine
from fuzzing.parser import Parser, Texts
from fuzzing.values import leaves

PROJECT = Path(__file__).resolve().parents[3]
WIRE = ("bytes", "AtaAnswer", "ScsiAnswer", "NvmeAnswer", "MmcAnswer")


def run(*words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join((str(PROJECT / "scripts"), str(PROJECT / "tests")))
    environment = {**os.environ, "PYTHONPATH": paths, **surroundings}
    return subprocess.run(
        [sys.executable, "-m", "fuzzing", *words], capture_output=True, text=True, check=False, env=environment, cwd=PROJECT
    )


@pytest.fixture
def limits() -> Iterator[Limits]:
    made = Limits()
    yield made
    made.close()


@pytest.fixture
def look(limits: Limits) -> Callable[..., Problem | None]:
    """Examines one input of a parser that is made on the spot."""

    def examined(call: Callable[[bytes], Any], data: bytes, **traits: Any) -> Problem | None:
        return examine(Parser("made.up", "made-up", call, **traits), data, limits)

    return examined


# --- nothing is forgotten


def takers_of_bytes() -> set[str]:
    """Public functions of erase/commands that take bytes or an answer."""
    found = set()
    for module in pkgutil.iter_modules(erase.commands.__path__):
        loaded = importlib.import_module(f"erase.commands.{module.name}")
        for name, function in vars(loaded).items():
            if inspect.isfunction(function) and function.__module__ == loaded.__name__ and not name.startswith("_"):
                kinds = [parameter.annotation for parameter in inspect.signature(function).parameters.values()]
                if any(kind in WIRE for kind in kinds):
                    found.add(f"{module.name}.{name}")
    return found


def test_every_function_of_the_commands_that_takes_bytes_is_fed_or_said_to_be_no_parser() -> None:
    known = {*registry.PARSERS, *(name for names in registry.NO_PARSERS.values() for name in names)}
    takers = takers_of_bytes()
    assert len(takers) > 80
    assert takers - known == set()


def test_nothing_is_both_fed_and_no_parser_and_no_name_is_stale() -> None:
    takers = takers_of_bytes()
    excluded = [name for names in registry.NO_PARSERS.values() for name in names]
    assert set(excluded) & set(registry.PARSERS) == set()
    assert len(excluded) == len(set(excluded))
    assert set(excluded) <= takers


def test_what_is_called_by_a_name_is_that_function(limits: Limits) -> None:
    for name, parser in registry.PARSERS.items():
        assert parser.name == name
        assert parser.family in registry.FAMILIES
        assert parser.family in seeds._SOURCES


@pytest.mark.parametrize("family", [family for family in registry.FAMILIES if family != "machine"])
def test_nothing_is_wrong_with_the_seeds(family: str, limits: Limits) -> None:
    begin = seeds.of_family(family)
    assert len(begin) > 10
    for parser in registry.PARSERS.values():
        if parser.family == family:
            assert [problem for seed in begin if (problem := examine(parser, seed, limits))] == []


def test_a_machine_is_found_again_after_one_of_its_files_was_changed(tmp_path: Path) -> None:
    from fuzzing.machine import ChangedMachine

    machine = ChangedMachine("qemu-usb-bridge", tmp_path)
    before = machine.drives_with("/proc/swaps", machine.files["/proc/swaps"])
    (model,) = [path for path in machine.files if path.endswith("/model") and "usb" in path]
    changed = machine.drives_with(model, b"SOMETHING ELSE  ")
    assert changed != before
    assert machine.drives_with("/proc/swaps", machine.files["/proc/swaps"]) == before


def test_a_drive_one_of_whose_answers_was_changed_tells_something_else_and_then_the_same_again() -> None:
    from fuzzing import asked

    begin = asked.seeds()
    for number, drive in enumerate(asked._drives()):
        honest = drive.told()
        (first,) = [seed for seed in begin if seed[:2] == bytes([number, 0])]
        assert asked.told_by_a_changed_drive(first) == honest
        assert asked.told_by_a_changed_drive(bytes([number, 0]) + b"\x02\0") != honest
        assert drive.told() == honest


# --- what is noticed


@dataclass(frozen=True)
class Offer:
    good: bool | None = None
    name: str | None = None
    believed: bool = True

    @property
    def bad_property(self) -> int:
        return {"x": 1}[self.name] if self.name else 0

    @cached_property
    def kept(self) -> str:
        return "kept"

    def method(self) -> tuple[int, ...]:
        return (1,)

    def with_argument(self, number: int) -> int:
        raise AssertionError(number)


def test_all_of_a_value_is_looked_at() -> None:
    found = dict(leaves({"a": [Offer(good=True, name="x")]}))
    assert found["{'a'}[0].good"] is True
    assert found["{'a'}[0].kept"] == "kept"
    assert found["{'a'}[0].method[0]"] == 1
    assert not any("with_argument" in path for path in found)


def test_an_exception_is_noticed_in_a_parser_and_in_a_property_of_what_it_gives(look: Callable[..., Problem | None]) -> None:
    inside = look(lambda data: data[7], b"short")
    later = look(lambda data: Offer(name="y"), b"any")
    assert inside is not None
    assert (inside.kind, "IndexError in tests/unit/scripts/test_fuzzing.py:" in inside.what) == ("exception", True)
    assert later is not None
    assert (later.kind, later.what.startswith("KeyError"), "(bad_property)" in later.what) == ("exception", True, True)
    assert look(lambda data: Offer(name="x"), b"any") is None


def test_an_error_of_ours_is_an_answer_where_it_is_one(look: Callable[..., Problem | None]) -> None:
    def refuse(data: bytes) -> None:
        raise TransportError("transports", "recording-unreadable", line=1)

    assert look(refuse, b"x", refuses=(TransportError,)) is None
    problem = look(refuse, b"x")
    assert problem is not None
    assert problem.kind == "exception"


def test_a_parser_that_never_ends_is_noticed(look: Callable[..., Problem | None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzzing.limits.SECONDS", 0.05)

    def endless(data: bytes) -> None:
        while data:
            try:
                len(data)
            except Exception:
                data = b"again"

    problem = look(endless, b"x")
    assert problem is not None
    assert (problem.kind, problem.what.endswith("s in endless")) == ("slow", True)
    assert look(endless, b"") is None


def test_a_parser_that_believes_a_length_and_takes_all_memory_is_noticed(look: Callable[..., Problem | None]) -> None:
    problem = look(lambda data: len(bytes(int.from_bytes(data, "big"))), b"\x80\0\0\0")  # 2 GiB: more than earlier tests can have left free
    assert problem is not None
    assert problem.kind == "memory"
    assert look(lambda data: len(bytes(int.from_bytes(data, "big"))), b"\x01\0\0\0") is None
    assert len(bytes(128 << 20)) == 128 << 20  # afterwards all is as before


@pytest.mark.parametrize(
    ("text", "kind", "wrong"),
    [
        ("plain text", Texts.ASCII, False),
        ("\x1b[2J", Texts.ASCII, True),
        ("日本", Texts.ASCII, True),
        ("日本", Texts.SHOWN, False),
        ("\u202egnp.exe", Texts.SHOWN, True),
        ("\x9b2J", Texts.SHOWN, True),
        ("\x1b[2J", Texts.ANY, False),
    ],
)
def test_a_text_that_could_harm_a_screen_is_noticed(look: Callable[..., Problem | None], text: str, kind: Texts, wrong: bool) -> None:
    problem = look(lambda data: Offer(name=None) if not data else [text], b"x", texts=kind)
    assert (problem is not None and problem.kind == "text") is wrong


@pytest.mark.parametrize("data", [bytes(8), b"\xff" * 8])
def test_a_blank_that_offers_something_is_noticed(look: Callable[..., Problem | None], data: bytes) -> None:
    assert look(lambda data: Offer(good=True), data) == Problem("capability", "a blank offers .good")
    assert look(lambda data: Offer(good=True), data, is_page=False) is None
    assert look(lambda data: Offer(good=True), data, no_capability=frozenset({"good"})) is None
    assert look(lambda data: Offer(good=True), b"said") is None


def test_what_is_not_believed_and_offers_all_the_same_is_noticed(look: Callable[..., Problem | None]) -> None:
    assert look(lambda data: Offer(good=True, believed=False), b"said") == Problem("capability", "what is not believed offers .good")


def test_cut_data_that_offers_more_than_the_whole_is_noticed(look: Callable[..., Problem | None]) -> None:
    assert look(lambda data: Offer(good=len(data) < 4), b"said") == Problem("capability", "cut data offers more: .good")
    # with bytes too many it is not believed, without them it is
    assert look(lambda data: Offer(good=True) if len(data) < 4 else None, b"said") is None
    assert look(lambda data: Offer(good=len(data) < 4, believed=len(data) < 4), b"said") is None


def test_a_wrong_checksum_that_is_believed_is_noticed(look: Callable[..., Problem | None]) -> None:
    traits: dict[str, Any] = {"repair": shapes.summed_sector, "spoilers": (shapes.wrong_sum,), "is_page": False}
    problem = look(lambda data: Offer(good=sum(data) % 256 != 0), bytes(range(256)) * 2, **traits)
    assert problem == Problem("capability", "wrong_sum offers more: .good")
    assert look(lambda data: Offer(good=sum(data) % 256 == 0), bytes(range(256)) * 2, **traits) is None


def test_spoilers_spoil_and_repairs_repair() -> None:
    sector = shapes.signed_sector(bytes(range(256)) + b"\x01" * 256)
    assert (len(sector), sector[510], sum(sector) % 256) == (512, 0xA5, 0)
    for number in range(0, 40000, 997):
        spoilt = shapes.wrong_checksum(sector, number)
        assert spoilt is not None
        assert (spoilt[510], sum(spoilt) % 256 != 0) == (0xA5, True)
    assert shapes.wrong_checksum(sector[:-1], 0) is None
    turned = shapes.letters_turned(sector, 0)
    assert turned is not None
    assert (turned[54:58], sum(turned) % 256) == (b"WDC ", 0)
    # JESD84-B51 8.2: CRC7 of sixteen bytes of zeros is zero; bit 0 is always 1
    assert shapes.signed_register(bytes(16)) == bytes(15) + b"\x01"


# --- findings and the command


def test_a_finding_is_written_and_read_again(tmp_path: Path) -> None:
    finding = findings.Finding("sense.parse_sense", Problem("exception", "somewhere"), b"\x70\0")
    path = finding.write(tmp_path / "new")
    assert findings.read(path) == finding
    assert finding.write(tmp_path / "new") == path


def test_a_finding_that_was_mended_is_said_to_be_so(tmp_path: Path) -> None:
    path = findings.Finding("sense.parse_sense", Problem("exception", "somewhere"), b"\x70\0").write(tmp_path)
    outcome = run("--replay", str(path))
    assert (outcome.returncode, "nothing is wrong any more" in outcome.stdout) == (0, True)


def test_a_finding_that_still_is_one_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from fuzzing import __main__ as command

    monkeypatch.setitem(registry.PARSERS, "made.up", Parser("made.up", "made-up", lambda data: data[9]))
    path = findings.Finding("made.up", Problem("exception", "?"), b"x").write(tmp_path)
    assert command._replay(path) == 1
    assert "made.up: 1 bytes: exception: IndexError" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"parser": "x", "kind": "y", "what": "z", "data": "0"}', "[" * 100000, "\0"])
def test_a_file_that_is_no_finding_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "no"
    path.write_text(content)
    outcome = run("--replay", str(path))
    assert outcome.returncode == 2
    assert "is no finding" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--replay", "/nowhere/at-all.json"], "is no finding"),
        (["no.such"], "'no.such'"),
        (["--seconds", "0"], "'0'"),
        (["--seconds", "1", "--runs", "1"], "not allowed with"),
        (["--jobs", "many"], "'many'"),
    ],
)
def test_wrong_words_are_refused_before_anything_runs(words: list[str], said: str) -> None:
    outcome = run(*words)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert said in outcome.stderr


def test_a_finding_of_a_parser_that_is_gone_is_refused(tmp_path: Path) -> None:
    path = findings.Finding("gone.since", Problem("exception", "?"), b"").write(tmp_path)
    outcome = run("--replay", str(path))
    assert (outcome.returncode, "gone.since" in outcome.stderr) == (2, True)


def test_the_list_has_every_parser() -> None:
    outcome = run("--list")
    assert outcome.returncode == 0
    assert {line.strip() for line in outcome.stdout.splitlines()} == {*registry.PARSERS, *registry.FAMILIES}


def test_targets_are_parsers_or_families() -> None:
    names = ["ata_smart.parse_smart_data", "ata_logs.parse_capacity", "sense.parse_sense"]
    assert [target.name for target in campaign.by_parser(names)] == names
    assert campaign.by_family(names) == (campaign.Target("ata-logs", tuple(names[:2])), campaign.Target("sat", ("sense.parse_sense",)))


def test_an_order_survives_the_way_to_its_process() -> None:
    made = order.Order(("a.b", "c.d"), 1, 2, 0, "/folder", "/findings")
    assert order.Order.from_json(made.to_json()) == made


def test_the_same_seed_gives_the_same_inputs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    before = set(Path("/var/tmp").glob("haiki-fuzz-*"))
    counted = []
    for _ in range(2):
        outcome = run("--families", "--runs", "1500", "--seed", "3", "--findings", str(tmp_path / "found"), "tcg")
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        lines = outcome.stdout.splitlines()
        assert lines[0] == "2 parsers in 1 processes, 1 at a time, seed 3"
        assert lines[-1].endswith("0 findings")
        counted.append({line.split()[1]: int(line.split()[-2]) for line in lines[1:-1]})
    assert set(counted[0]) == {"tcg_discovery.discovery", "tcg_discovery.security_protocols"}
    assert all(number > len(seeds.of_family("tcg")) for number in counted[0].values())
    assert counted[0] == counted[1]
    assert not (tmp_path / "found").exists()
    # of other runs meanwhile there may be some, which are held
    assert {folder for folder in set(Path("/var/tmp").glob("haiki-fuzz-*")) - before if not _is_held(folder)} == set()


def _is_held(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_the_processes_and_says_so(tmp_path: Path, number: int, status: int) -> None:
    pytest.importorskip("atheris")
    paths = os.pathsep.join((str(PROJECT / "scripts"), str(PROJECT / "tests")))
    words = [sys.executable, "-m", "fuzzing", "--seconds", "600", "--findings", str(tmp_path / "found"), "sense.parse_sense"]
    child = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT, env={**os.environ, "PYTHONPATH": paths}
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith("1 parsers")
    while not (inner := Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()):
        time.sleep(0.05)
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    assert child.returncode == status
    assert "interrupted" in err
    assert "0 findings" in out
    assert not any(Path(f"/proc/{process}").exists() for process in inner)


def test_what_libfuzzer_gave_up_on_is_a_finding_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        returncode = 70

        def __init__(self, words: list[str], **_: Any) -> None:
            folder = Path(json.loads(words[-1])["folder"])
            (folder / "raw-timeout-0123").write_bytes(b"\x01\x70\x00")

        def poll(self) -> int:
            return self.returncode

        def kill(self) -> None:
            """It has ended already."""

        def wait(self) -> int:
            return self.returncode

    monkeypatch.setattr(campaign.subprocess, "Popen", Ended)
    target = campaign.Target("sat", ("sense.parse_sense", "sat_pages.log_index"))
    (result,) = campaign.run(campaign.Plan((target,), 1, tmp_path / "found", seconds=1), tmp_path / "work")
    assert not result.whole
    assert result.complaint is not None
    assert "status 70" in result.complaint
    (path,) = (tmp_path / "found").iterdir()
    assert findings.read(path) == findings.Finding("sat_pages.log_index", Problem("slow", "libFuzzer: timeout"), b"\x70\x00")


def test_a_parser_that_was_never_fed_makes_a_result_incomplete() -> None:
    target = campaign.Target("sat", ("sense.parse_sense", "sat_pages.log_index"))
    assert campaign.Result(target, 1.0, (1, 1)).whole
    assert not campaign.Result(target, 1.0, (1, 0)).whole
