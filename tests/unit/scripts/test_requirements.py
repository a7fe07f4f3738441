"""The locks: every package pinned, every file of it hashed, no address of anybody's server, in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[3]
LOCKS = {path.stem: path for path in (PROJECT / "scripts" / "requirements").glob("*.txt")}


def entries(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> (version, hashes)."""
    found: dict[str, tuple[str, list[str]]] = {}
    for block in re.split(r"\n(?=[^\s#])", LOCKS[lock].read_text()):
        lines = [line.strip().removesuffix("\\").strip() for line in block.splitlines()]
        lines = [line for line in lines if line and not line.startswith("#")]
        if lines:
            name, _, version = lines[0].partition("==")
            assert version, f"{lock}: not pinned: {lines[0]}"
            assert name not in found, f"{lock}: twice: {name}"
            found[name] = (version.partition(" ; ")[0], lines[1:])
    return found


def wanted(extra: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for with this extra, our own extras resolved."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"][extra]]:
        requirement = Requirement(text)
        if requirement.name == "haiki":
            for other in requirement.extras:
                yield from wanted(other)
        else:
            yield requirement


def test_there_is_a_lock_for_each_way_of_installing() -> None:
    assert sorted(LOCKS) == ["base", "station", "test"]


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_a_lock_carries_no_address_and_no_option(lock: str) -> None:
    text = LOCKS[lock].read_text()
    assert "://" not in text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert not [line for line in lines if "file:" in line or " @ " in line or line.startswith(("-", "haiki"))]


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_every_package_is_pinned_and_every_file_of_it_hashed(lock: str) -> None:
    packages = entries(lock)
    assert len(packages) > 20
    for name, (_, hashes) in packages.items():
        assert hashes, name
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), name


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_what_pyproject_asks_for_is_in_the_lock_in_a_version_that_suits(lock: str) -> None:
    packages = entries(lock)
    for requirement in wanted(lock):
        version, _ = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), str(requirement)


def test_the_locks_agree_with_each_other() -> None:
    base, station, test = (entries(lock) for lock in ("base", "station", "test"))
    assert base.items() <= station.items()
    assert station.items() <= test.items()


def test_the_build_needs_nothing_that_the_lock_has_not() -> None:
    packages = entries("test")
    for text in tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(packages[canonicalize_name(requirement.name)][0]), text


def test_what_has_wheels_for_one_processor_only_is_left_out_on_others() -> None:
    condition = 'sys_platform == "linux" and platform_machine == "x86_64"'
    (asked,) = [requirement for requirement in wanted("test") if requirement.marker]
    assert (asked.name, str(asked.marker)) == ("atheris", condition)
    assert re.search(rf"^atheris==\S+ ; {condition} ", LOCKS["test"].read_text(), re.MULTILINE)
