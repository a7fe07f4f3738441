"""`erase plan` over a probe that is made up: what it shows, what it refuses, what it tells to type next."""

import argparse
import io
import json
import shlex
from dataclasses import dataclass, field, replace

import pytest

from certify.foundation.commandline import Context
from certify.foundation.config import Home
from certify.foundation.messages import Language, text
from erase.drive.facts import Drive, Machine
from erase.drive.report import HiddenArea, HiddenAreas, Part, Presence, SelfReport, Unseen, Way, WhyUnseen
from erase.errors import Refused
from erase.station.commands import plan as plan_command
from erase.station.commands.plan_options import add_plan_options, run_command, verify_from
from erase.techniques.base import Verify, VerifyKind

R2 = "nist-800-88r2-ieee-2883-2022"


@dataclass
class MadeUpProbe:
    """Knows one drive, and refuses every other node as the real one does."""

    known: Drive
    asked: list[str] = field(default_factory=list)

    def drive(self, device: str) -> Drive:
        self.asked.append(device)
        if device not in self.known.nodes:
            raise Refused("probe", "no-such-device", device=device)
        return self.known

    def machine(self) -> Machine:
        return Machine(None, None, None, None, None, "6.1.0")


@pytest.fixture
def run(clock, tmp_path, a_drive):
    def command(*words: str, drive: Drive | None = None, as_json: bool = False) -> str:
        parser = argparse.ArgumentParser()
        plan_command.add_arguments(parser)
        context = Context(clock, Home(tmp_path), {}, io.StringIO(), io.StringIO(), as_json)
        assert plan_command.show_plan(parser.parse_args(words), context, MadeUpProbe(drive or a_drive())) == 0
        return context.out.getvalue()

    return command


def test_the_plan_is_told_in_words_and_ends_with_what_to_type(run, language):
    told = run("/dev/sdz", "--policy", R2, "--asset", "A 1")
    assert "Clear" in told
    assert f"erase run /dev/sdz --policy {R2} --asset 'A 1' --jobs DIR --operator ID --witness ID --confirm SERIAL" in told


HIDING = SelfReport(Way.ATA, hidden=HiddenAreas(hpa=HiddenArea(Presence.PRESENT, 1000)), unseen=(Unseen(Part.DCO, WhyUnseen.REFUSED),))


def test_what_the_drive_says_of_itself_stands_before_the_plan(run, a_drive, language):
    told = run("/dev/sdz", "--policy", R2, drive=a_drive(report=replace(HIDING, hidden=HiddenAreas())))
    assert told.startswith(text("drives.heading"))
    assert text("drives.unseen-refused", parts=(text("drives.part-dco"),)) in told
    assert told.index("DCO") < told.index("Clear")
    assert text("drives.heading") not in run("/dev/sdz", "--policy", R2)
    assert json.loads(run("/dev/sdz", "--policy", R2, drive=a_drive(report=replace(HIDING, hidden=HiddenAreas())), as_json=True))


def test_what_a_drive_hides_is_named_where_no_plan_comes_of_it(clock, tmp_path, a_drive, language):
    parser = argparse.ArgumentParser()
    plan_command.add_arguments(parser)
    context = Context(clock, Home(tmp_path), {}, io.StringIO(), io.StringIO(), as_json=False)
    with pytest.raises(Refused) as caught:
        plan_command.show_plan(parser.parse_args(["/dev/sdz", "--policy", R2]), context, MadeUpProbe(a_drive(report=HIDING)))
    assert caught.value.code == "hidden-area"
    assert "HPA (Host Protected Area) (512.0 kB)" in caught.value.sentences(language)[1]
    assert context.out.getvalue() == ""  # the result goes to stdout, and there is none


def test_the_plan_says_when_papers_will_have_no_names(run, tmp_path, language):
    note = text("station.nobody-named", file=tmp_path / "people.toml")
    assert note in run("/dev/sdz", "--policy", R2)
    (tmp_path / "people.toml").write_text("[people.a]", encoding="utf-8")
    assert note not in run("/dev/sdz", "--policy", R2)


def test_a_device_without_a_name_is_quoted(run, language):
    with pytest.raises(Refused) as caught:
        run("", "--policy", R2)
    assert caught.value.part("what", language).count({Language.JAPANESE: "「」", Language.ENGLISH: "''"}[language]) == 1


def test_as_json_the_plan_is_the_file_that_a_job_would_hold(run):
    plan = json.loads(run("/dev/sdz", "--policy", R2, "--verify", "12.5", as_json=True))
    assert plan["schema"] == "https://haiki.example/plan/v1"
    assert plan["verify"] == {"kind": "percent", "percent_ppm": 125_000}
    assert plan["drive"]["identity"]["serial"]["value"] == "S123456789"


def test_a_pattern_of_the_operators_own_can_be_planned(run, language):
    assert "fixed-55aa" in run("/dev/sdz", "--policy", R2, "--scheme", "fixed-55aa")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("/dev/sdz",), "planner.no-policy"),
        (("/dev/sdq", "--policy", R2), "probe.no-such-device"),
        (("/dev/sdz", "--policy", "mic-2020"), "planner.zone-needed"),
        (("/dev/sdz", "--policy", R2, "--require", "purge"), "planner.purge-not-reachable"),
        (("/dev/sdz", "--policy", R2, "--scheme", "shred"), "planner.unknown-scheme"),
        (("/dev/sdz", "--policy", R2, "--scheme", "fixed-5"), "overwrite.no-such-scheme"),
        (("/dev/sdz", "--policy", R2, "--technique", "trim"), "planner.unknown-technique"),
        (("/dev/sdz", "--policy", R2, "--verify", "none"), "planner.unknown-verification"),
        (("/dev/sdz", "--policy", R2, "--verify", "9.9999"), "planner.verification-too-thin"),
        (("/dev/sdz", "--policy", R2, "--verify", "0.0001"), "planner.verification-too-thin"),
        (("/dev/sdz", "--policy", R2, "--label", "S9"), "planner.label-differs"),
    ],
)
def test_what_can_not_be_planned_is_refused(run, words, code):
    with pytest.raises(Refused) as caught:
        run(*words)
    assert f"{caught.value.room}.{caught.value.code}" == code


def test_the_policy_is_judged_before_the_drive_is_looked_at(clock, tmp_path, a_drive):
    probe = MadeUpProbe(a_drive())
    parser = argparse.ArgumentParser()
    plan_command.add_arguments(parser)
    context = Context(clock, Home(tmp_path), {}, io.StringIO(), io.StringIO(), as_json=False)
    with pytest.raises(Refused):
        plan_command.show_plan(parser.parse_args(["/dev/sdz"]), context, probe)
    assert probe.asked == []


def test_an_agencys_policy_is_found_in_the_folder_of_the_configuration(run, tmp_path):
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "city.toml").write_text(
        'schema = "https://haiki.example/policy/v1"\nid = "city"\nedition = "1"\nsource = "s"\n'
        f'basis = "{R2}"\ndefault = "clear"\n[[rule]]\nrequire = "clear"\nclause = "article 7"\n'
    )
    assert "article 7" in run("/dev/sdz", "--policy", "city")


@pytest.mark.parametrize(
    ("value", "extent"),
    [
        (None, Verify(VerifyKind.FULL)),
        ("full", Verify(VerifyKind.FULL)),
        ("nist", Verify(VerifyKind.NIST_800_88_R1)),
        ("10", Verify(VerifyKind.PERCENT, 100_000)),
        ("10%", Verify(VerifyKind.PERCENT, 100_000)),
        ("0.0001", Verify(VerifyKind.PERCENT, 1)),
        ("29.0003", Verify(VerifyKind.PERCENT, 290_003)),
        ("100", Verify(VerifyKind.PERCENT, 1_000_000)),
    ],
)
def test_the_extent_of_the_verification(value, extent):
    assert verify_from(value) == extent


@pytest.mark.parametrize(
    "value", ["", "0", "0.0000", "100.0001", "101", "-1", "1e1", "0.00001", "１０", "10 %", "ten", "none", "10\n", "9" * 99]
)
def test_an_extent_that_can_not_be_is_refused(value, language):
    with pytest.raises(Refused) as caught:
        verify_from(value)
    assert caught.value.code == "unknown-verification"
    assert all(caught.value.sentences(language))


@pytest.mark.parametrize("verify", ["full", "nist", "10"])
@pytest.mark.parametrize("size", [512, 64 << 10, 1 << 30, 20 << 40])
def test_every_extent_can_be_told_for_every_size(run, a_drive, verify, size):
    said = run("/dev/sdz", "--policy", R2, "--verify", verify, drive=a_drive(size=size))
    # what is read whole needs no probability
    assert ("確率" in said or "probability" in said) is (verify != "full" and size > 64 << 10)


def test_the_next_command_repeats_every_option_that_was_given():
    parser = argparse.ArgumentParser()
    parser.add_argument("device")
    add_plan_options(parser)
    words = [
        "/dev/sdz",
        "--policy",
        "./my policy.toml",
        "--zone",
        "lgwan",
        "--class",
        "1",
        "--require",
        "clear",
        "--technique",
        "overwrite",
    ]
    words += ["--scheme", "zero", "--verify", "nist", "--allow-virtual", "--label", "X Y", "--asset", "$(reboot)"]
    placeholders = ["--jobs", "DIR", "--operator", "ID", "--witness", "ID", "--confirm", "SERIAL"]
    assert shlex.split(run_command(parser.parse_args(words))) == ["erase", "run", *words, *placeholders]
