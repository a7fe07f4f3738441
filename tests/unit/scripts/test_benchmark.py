"""How the benchmark judges, and what it refuses to touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarking import __main__ as command_line
from benchmarking import startup
from benchmarking.device import NotOurs, check_ours
from benchmarking.goals import Goal, Sample, Verdict, conclusion, exit_status, overwrite_goals, spread
from benchmarking.measure import Command, RunFailed, measured

GIB = 1 << 30
MIB = 1 << 20


def sample(io: float, *, cpu: float = 0.1, memory: int = 40 * MIB, moved: int = GIB) -> Sample:
    return Sample(io=io, wall=io + 1, process_cpu=cpu, kernel_cpu=0.2, memory=memory, moved=moved)


def test_ratios_are_taken_pair_by_pair() -> None:
    """The machine was three times slower during the second pair: each pair says 1.1, whatever the medians say."""
    fio = [(sample(1.1), sample(1.0)), (sample(3.3), sample(3.0)), (sample(1.1), sample(1.0))]
    nwipe = [(sample(1.0), sample(2.0)), (sample(5.0), sample(6.0)), (sample(1.0), sample(1.6))]
    goals = overwrite_goals(fio, nwipe, [sample(1.0)])
    assert goals[0].figure == pytest.approx(1.1)
    assert goals[1].figure == pytest.approx(1.6)


def test_a_rival_that_moved_less_is_compared_by_bytes() -> None:
    goals = overwrite_goals([(sample(2.0, moved=2 * GIB), sample(1.0, moved=GIB))], [], [sample(1.0)])
    assert goals[0].figure == pytest.approx(1.0)


def test_the_processor_is_judged_by_the_median_and_memory_by_the_worst() -> None:
    ours = [sample(1.0, cpu=0.1), sample(1.0, cpu=0.15), sample(1.0, cpu=9.0, memory=101 * MIB)]
    goals = overwrite_goals([], [], ours)
    assert goals[2].figure == pytest.approx(0.15)
    assert [goal.verdict for goal in goals] == [Verdict.NOT_MEASURED, Verdict.NOT_MEASURED, Verdict.MET, Verdict.MISSED]


@pytest.mark.parametrize(
    ("figure", "at_least", "verdict"),
    [
        (1.5, False, Verdict.MET),
        (1.5001, False, Verdict.MISSED),
        (1.5, True, Verdict.MET),
        (1.4999, True, Verdict.MISSED),
        (None, True, Verdict.NOT_MEASURED),
    ],
)
def test_a_limit_is_kept_up_to_itself(figure: float | None, at_least: bool, verdict: Verdict) -> None:
    assert Goal("speed", figure, 1.5, at_least=at_least).verdict is verdict


def test_the_last_line_says_every_goal_and_which_was_missed() -> None:
    goals = [Goal("a", 1.0, 1.15), Goal("b", None, 1.5, at_least=True), Goal("c", 0.25, 0.2, unit=" s")]
    assert conclusion(goals) == "goals: a: 1.000 (at most 1.15) met; b: (at least 1.5) not measured; c: 0.250 s (at most 0.2 s) MISSED"


@pytest.mark.parametrize(
    ("figure", "asserted", "status"), [(1.0, True, 0), (2.0, True, 1), (2.0, False, 0), (None, True, 0), (None, False, 0)]
)
def test_only_a_measured_and_missed_goal_fails_and_only_when_asked(figure: float | None, asserted: bool, status: int) -> None:
    assert exit_status([Goal("a", 1.0, 1.15), Goal("b", figure, 1.5)], asserted=asserted) == status


def test_a_spread_is_a_median_with_its_range() -> None:
    assert str(spread([3.0, 1.0, 2.0])) == "2.000 (1.000-3.000)"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["overwrite", "--assert-goals", "--pairs", "9"],
        ["overwrite", "--pairs", "0"],
        ["overwrite", "--size", "2"],
        ["overwrite", "--size", "1M"],
        ["overwrite", "/dev/sda"],
    ],
)
def test_wrong_usage_is_refused_before_anything_is_made(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["benchmark", *words])
    monkeypatch.setattr(command_line.overwrite, "run", lambda *_, **__: pytest.fail("was begun"))
    with pytest.raises(SystemExit) as refused:
        command_line.main()
    assert refused.value.code == 2


@pytest.mark.parametrize("device", ["/dev/null", "/dev/sda", "/dev/loop-control", "/dev/nothing"])
def test_nothing_but_a_loop_device_of_its_own_is_written_to(device: str, tmp_path: Path) -> None:
    with pytest.raises(NotOurs):
        check_ours(Path(device), tmp_path)


def test_a_command_that_fails_or_does_nothing_is_no_sample(tmp_path: Path) -> None:
    device = next(Path("/sys/block").iterdir(), None)
    if device is None:
        pytest.skip("no block device here")
    for words, said in [(["sh", "-c", "echo no such drive; exit 3"], "no such drive"), (["true"], "instead of")]:
        with pytest.raises(RunFailed, match=said):
            measured([Command(words, 1 << 60)], Path("/dev") / device.name, tmp_path)


@pytest.mark.parametrize(("limit", "status"), [(0.0, 1), (1e9, 0)])
def test_start_up_is_measured_and_judged(
    limit: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(startup, "RUNS", 1)
    monkeypatch.setattr(startup, "LIMIT", limit)
    assert startup.run(assert_goals=True) == status
    assert startup.run(assert_goals=False) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("goals: erase --help: 0.")
