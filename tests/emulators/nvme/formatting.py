"""Format NVM, 80h (Base 2.0c section 5.14, NVM Command Set 1.0c section 4.1.3).

It does not survive power loss: what is not done stays undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from emulators.clock import Clock
from emulators.medium import Step
from emulators.nvme.entries import ALL_NAMESPACES, Refused, Status, SubmissionEntry
from emulators.nvme.erasing import Means, erase_steps
from emulators.nvme.lies import Lies
from emulators.nvme.namespaces import Namespace, NamespaceTable, WriteProtection
from emulators.nvme.personality import Personality

USER_DATA_ERASE, CRYPTO_ERASE = 1, 2  # SES
_FORMAT_ALL, _ERASE_ALL, _CRYPTO_SUPPORTED, _NO_BROADCAST = 1, 2, 4, 8  # FNA


@dataclass
class Formatting:
    """At most one Format NVM at a time. ``advance`` lets the time pass that passed."""

    personality: Personality
    namespaces: NamespaceTable
    clock: Clock
    lies: Lies
    notify_changed: Callable[[int], None]  # takes the NSID of a namespace whose format is another one now
    targets: list[Namespace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._since = 0.0
        self._steps: list[Step] = []
        self._steps_at_first = 0
        self._index = 0

    @property
    def runs(self) -> bool:
        return bool(self.targets)

    def remaining(self, namespace: Namespace) -> int:
        """Percent of this namespace's format that remain, for FPI (Identify Namespace byte 32)."""
        if namespace not in self.targets:
            return 0
        return max(1, 100 - int(100 * self._done()))

    def command(self, entry: SubmissionEntry, controller: int) -> tuple[Status, float]:
        """Begins, and says how it will end and in how many seconds. Raises Refused."""
        if not self.personality.oacs & 1 << 1:
            raise Refused(Status.INVALID_OPCODE)
        if self.runs:
            raise Refused(Status.FORMAT_IN_PROGRESS)
        ses = entry.cdw10 >> 9 & 7
        index = entry.cdw10 & 0xF | (entry.cdw10 >> 12 & 3) << 4
        self._check(entry.cdw10, ses, index)
        targets = self._affected(entry.nsid, ses, controller)
        if any(namespace.protection is not WriteProtection.NONE for namespace in targets):
            raise Refused(Status.NAMESPACE_WRITE_PROTECTED)
        self.targets, self._index, self._since = targets, index, self.clock.now()
        # no secure erase: nothing but the map is dropped, and a drive need not even do that
        self._steps = [step for namespace in targets for step in namespace.medium.unmap_steps()] if not ses else []
        if ses and targets:
            means = Means.CRYPTO_ERASE if ses == CRYPTO_ERASE else Means.BLOCK_ERASE
            left_behind = self.namespaces.left_behind if len(targets) == len(self.namespaces.by_id) else []
            self._steps = erase_steps([namespace.medium for namespace in targets], left_behind, means, self.lies)
        self._steps_at_first = len(self._steps)
        return (Status.WRITE_FAULT if self.lies.format_fails else Status.SUCCESS), self.personality.format_seconds

    def _check(self, cdw10: int, ses: int, index: int) -> None:
        if ses > CRYPTO_ERASE or (ses == CRYPTO_ERASE and not self.personality.fna & _CRYPTO_SUPPORTED) or cdw10 >> 14:
            raise Refused(Status.INVALID_FIELD)
        if index >= len(self.personality.formats) or cdw10 & 0xE0:  # protection information: DPC says there is none
            raise Refused(Status.INVALID_FORMAT)
        if self.personality.formats[index].metadata and not cdw10 & 1 << 4:  # MC says: extended LBA only
            raise Refused(Status.INVALID_FORMAT)

    def _affected(self, nsid: int, ses: int, controller: int) -> list[Namespace]:
        """Base 2.0c figures 323 and 324: which namespaces an NSID stands for, by FNA."""
        if nsid == ALL_NAMESPACES:
            if self.personality.fna & _NO_BROADCAST:
                raise Refused(Status.INVALID_FIELD)
        else:
            namespace = self.namespaces.active(nsid, controller)
        if self.personality.fna & (_ERASE_ALL if ses else _FORMAT_ALL):
            return list(self.namespaces)
        if nsid == ALL_NAMESPACES:
            return [each for each in self.namespaces if controller in each.attached]
        return [namespace]

    def _done(self) -> float:
        if not self.personality.format_seconds:
            return 1.0
        return min(1.0, (self.clock.now() - self._since) / self.personality.format_seconds)

    def advance(self) -> None:
        """Does what the time since the last call allowed for. Raises PowerCut in the middle of a step."""
        if not self.runs:
            return
        share = self._done()
        until = min(share, 0.5) if self.lies.format_fails else share
        while self._steps and self._steps_at_first - len(self._steps) < until * self._steps_at_first:
            self._steps[0]()
            del self._steps[0]
        if share >= 1.0:
            self._end()

    def _end(self) -> None:
        targets, self.targets, self._steps = self.targets, [], []
        if self.lies.format_fails:
            return
        for namespace in targets:
            changed = namespace.format != self._index
            namespace.format = self._index
            namespace.not_deallocated = namespace.unreadable = False
            lied = self.lies.nothing_done or self.lies.cached_reads or self.lies.first_block_only
            if not (lied or (self.lies.one_namespace_only and namespace is not targets[0])):
                for step in namespace.medium.unmap_steps():
                    step()
                namespace.medium.erased_value = self.namespaces.deallocated_page
            if changed:
                self.notify_changed(namespace.nsid)

    def power_lost(self) -> None:
        """What was not done never will be."""
        self.targets, self._steps = [], []
