"""What other people's recovery tools find on a disk full of people's files, before and after."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from demonstration.disk import MIB, make_people_disk
from demonstration.loops import LoopDevice
from demonstration.recovery import foremost, photorec

pytestmark = pytest.mark.loop

AT_LEAST = 30  # of sixty files


@pytest.fixture(scope="module")
def people_disk(tmp_path_factory: pytest.TempPathFactory):
    """Made once; each test erases a copy."""
    return make_people_disk(tmp_path_factory.mktemp("people") / "office.img", size=96 * MIB)


@pytest.mark.parametrize("scheme", ["zero", "random", "dod-5220-22m-3"])
def test_recovery_tools_find_people_before_and_nothing_after(people_disk, station, memory_folder: Path, scheme: str) -> None:
    image = memory_folder / f"office-{scheme}.img"
    subprocess.run(["cp", "--sparse=never", people_disk.image, image], check=True)
    try:
        with LoopDevice(image) as path:
            device = SimpleNamespace(path=path, backing=image, size=image.stat().st_size)
            assert photorec(path, people_disk.sectors).with_content >= AT_LEAST
            assert foremost(path, people_disk.sectors).with_content >= AT_LEAST
            assert people_disk.markers_in(image) == len(people_disk.markers) == 200
            said = station.erase(device, scheme=scheme)
            assert said.status == 0, said.err
            after = photorec(path, people_disk.sectors), foremost(path, people_disk.sectors)
            assert [found.with_content for found in after] == [0, 0], after
            if scheme == "zero":  # random data look like a file's head now and then
                assert [found.files for found in after] == [0, 0]
            print(scheme, *after)  # shown by pytest -rP
            assert people_disk.markers_in(image) == 0
    finally:
        image.unlink()
