"""The probe: every drive of a machine with its names and what holds it, and the machine itself. It writes nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from certify.foundation.logs import log
from erase.drive.facts import Drive, Machine
from erase.drive.inventory import Controller
from erase.drive.report import WhyUnseen
from erase.errors import Refused
from erase.probe.asking.asker import Asked, Asker, Lines
from erase.probe.asking.manners import LookUp
from erase.probe.asking.merging import with_asked
from erase.probe.asking.targets import Target
from erase.probe.cleaning import clean
from erase.probe.comparison import Disagreement
from erase.probe.controllers import read_controllers
from erase.probe.groups import Group
from erase.probe.machine import read_machine
from erase.probe.nodes import Nodes, RealNodes
from erase.probe.passthrough import unreachable_drives
from erase.probe.patience import ask_all
from erase.probe.scene import Scene
from erase.probe.temperature import read_temperature
from erase.probe.tree import Tree
from erase.probe.witnesses import Answer, Witness, hear_all, real_witnesses
from erase.transports.opening import HeldLines, SystemLines
from hardware_profiles import Match, ProfileError, Subject, look_up

_HERE = Path("/")
_PATIENCE = 60.0  # seconds for all questions to one drive; each of them has less (asking.lines)


@dataclass(frozen=True)
class Survey:
    """Everything that was found at one moment, and what the witnesses said about it."""

    drives: tuple[Drive, ...]
    answers: tuple[Answer, ...]
    disagreements: tuple[Disagreement, ...]
    controllers: tuple[Controller, ...] = ()


class Probe:
    """Reads this machine, or one whose sysfs and procfs were recorded below ``root``.

    Each question is answered anew: drives come and go. sysfs keeps what a SCSI or ATA drive said when the kernel found it; the drive
    itself is asked too, with commands that only read.
    """

    def __init__(
        self,
        root: Path = _HERE,
        *,
        witnesses: Sequence[Witness] | None = None,
        nodes: Nodes | None = None,
        lines: Lines | None = None,
        held: Callable[[int], Lines] = HeldLines,
        profiles: LookUp = look_up,
    ) -> None:
        self._tree = Tree(root)
        self._nodes = nodes or RealNodes(root)
        # a recorded machine's drives can't be asked
        self._lines = lines if lines is not None else (SystemLines() if root == _HERE else None)
        self._held = held
        self._profiles = profiles
        # pyudev and blkinfo can only speak of the machine that they run on
        self._witnesses = witnesses if witnesses is not None else (real_witnesses() if root == _HERE else ())

    def survey(self) -> Survey:
        """Every drive, real ones first, and where the witnesses disagree.

        Beyond :meth:`drives` each drive is opened for a moment, for reading, to learn whether somebody uses it exclusively
        whom nothing names. Who opens a drive to erase it learns that from the kernel anyway.
        """
        scene = self._look()
        drives = self._all(scene, self._claimed(scene.listed))
        return Survey(drives, scene.answers, scene.disagreements, read_controllers(self._tree))

    def drives(self) -> tuple[Drive, ...]:
        """Every drive, real ones first."""
        return self._all(self._look(), frozenset())

    def drive(self, device: str) -> Drive:
        """The drive that a node or a link to a node means.

        Raises Refused: no-such-device, not-a-block-device, device-unreadable, is-a-partition, is-an-area, not-a-drive,
        nothing-attached.
        """
        return self._drive_numbered(self._nodes.number_at(device), clean(device), self._lines)

    def drive_of(self, descriptor: int) -> Drive:
        """The drive behind an open descriptor. Raises Refused as :meth:`drive` does."""
        lines = self._held(descriptor) if self._lines is not None else None
        return self._drive_numbered(self._nodes.number_of(descriptor), f"fd {descriptor}", lines)

    def machine(self) -> Machine:
        """The computer itself."""
        return read_machine(self._tree)

    def temperature(self, drive: Drive) -> float | None:
        """Degrees Celsius, where the kernel measures them; of several nodes the hottest."""
        readings = [read_temperature(self._tree, node) for node in drive.nodes]
        return max((reading for reading in readings if reading is not None), default=None)

    def _look(self) -> Scene:
        scene = Scene(self._tree, self._nodes.read, hear_all(self._witnesses))
        for answer in scene.answers:
            if answer.error:
                log(logging.INFO, "probe-witness-silent", witness=answer.witness, error=answer.error)
        for found in scene.disagreements:
            # serials are not for the log
            log(logging.WARNING, "probe-disagreement", witness=found.witness, node=found.node, difference=found.difference.value)
        return scene

    def _claimed(self, groups: Sequence[Group]) -> frozenset[Group]:
        """Those that somebody uses exclusively. A drive that hangs is left behind: it can't be erased anyway."""
        with_medium = {group.blocks[0].node: group for group in groups if group.blocks[0].size}
        answers = ask_all({node: partial(self._nodes.is_claimed, node) for node in with_medium})
        return frozenset(with_medium[node] for node, answer in answers.items() if answer is True)

    def _all(self, scene: Scene, claimed: frozenset[Group]) -> tuple[Drive, ...]:
        """Every drive with its own word, real ones first."""
        found = [(scene.drive(group, is_claimed=group in claimed), scene.target(group)) for group in scene.listed]
        drives = self._asked([*found, *unreachable_drives(self._tree)], self._lines)
        return tuple(sorted(drives, key=lambda drive: (drive.virtual is not None, _natural(drive.nodes[0]))))

    def _asked(self, found: Sequence[tuple[Drive, Target | None]], lines: Lines | None) -> tuple[Drive, ...]:
        """The drives with what they tell of themselves: all are asked at the same time, and who is silent is left behind."""
        if lines is None:
            return tuple(drive for drive, _ in found)
        asker = Asker(lines, self._look_up)
        answers = ask_all({str(place): partial(asker.ask, target) for place, (_, target) in enumerate(found) if target}, _PATIENCE)
        return tuple(self._with_answer(drive, target, answers.get(str(place))) for place, (drive, target) in enumerate(found))

    def _look_up(self, subject: Subject) -> Match:
        """Without its profiles nobody knows which drives must not be asked: raises Refused, profiles-damaged."""
        try:
            return self._profiles(subject)
        except ProfileError as error:
            raise Refused("probe", "profiles-damaged", detail=clean(str(error))) from error

    @staticmethod
    def _with_answer(drive: Drive, target: Target | None, answer: Asked | BaseException | None) -> Drive:
        if target is None or answer is None:
            return drive
        if isinstance(answer, Asked):
            return with_asked(drive, answer)
        if not isinstance(answer, TimeoutError):
            raise answer  # a defect or a damage of ours: nobody shall take it for a drive's silence
        return with_asked(drive, Asked.nothing(target, WhyUnseen.SILENT))

    def _drive_numbered(self, number: str, shown: str, lines: Lines | None) -> Drive:
        scene = self._look()
        block = scene.blocks.by_number.get(number)
        if block is None:
            # a node that outlived its drive
            raise Refused("probe", "no-such-device", device=shown)
        if block.parent:
            code = "is-a-partition" if block.is_partition else "is-an-area"
            raise Refused("probe", code, device=shown, drive=scene.blocks.disk_of(block).node)
        group = scene.group_of(block)
        if group is None:
            raise Refused("probe", "not-a-drive", device=shown)
        if scene.is_empty(group):
            raise Refused("probe", "nothing-attached", device=shown)
        (drive,) = self._asked([(scene.drive(group), scene.target(group))], lines)
        return drive


def _natural(name: str) -> list[tuple[int, str]]:
    """Digits count as numbers: ram2 stands before ram10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split("([0-9]{1,9})", name)]
