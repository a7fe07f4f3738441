"""An NVM subsystem: what all its controllers share, its power, and the way to look into it."""

from __future__ import annotations

import contextlib
import hashlib
import math
from typing import Any

from emulators.clock import Clock
from emulators.medium import Remnant
from emulators.nvme.controller import Controller
from emulators.nvme.entries import Completion, Gone
from emulators.nvme.formatting import Formatting
from emulators.nvme.health import Health
from emulators.nvme.lies import Lies
from emulators.nvme.namespaces import NamespaceTable, WriteProtection
from emulators.nvme.personality import Personality
from emulators.nvme.sanitize import Sanitize
from emulators.power import Power, PowerCut


class Subsystem:
    """Powered on and ready when it is made. ``fabrics`` says that a front carries it, which brings Keep Alive with it."""

    def __init__(self, personality: Personality, *, clock: Clock, power: Power | None = None, lies: Lies | None = None) -> None:
        self.personality = personality
        self.clock = clock
        self.power = power or Power()
        self.lies = lies or Lies()
        self.fabrics = False
        unique = hashlib.sha256(personality.controller[4:64]).hexdigest()[:12]
        self.nqn = f"nqn.2014-08.org.nvmexpress:haiki:{personality.name.replace(' ', '-')}:{unique}"
        self.namespaces = NamespaceTable(personality, self.power)
        self.health = Health()
        self.sanitize = Sanitize(personality, self.namespaces, clock, self.lies, self._tell_all)
        self.formatting = Formatting(personality, self.namespaces, clock, self.lies, self._format_changed)
        self.write_cache = bool(personality.field(525, 1) & 1)
        self.locked = personality.locked
        self.pmr_is_enabled = False
        self.was_suspended = False  # since the last power cycle
        half = personality.boot_partition
        self.boot_partitions = (b"boot partition 0".ljust(half, b"\0")[:half], b"boot partition 1".ljust(half, b"\0")[:half])
        self.rpmb = [b"replay protected %d" % target for target in range(personality.field(312, 4) & 7)]
        self.starts = 1  # times that power came
        self.controllers = tuple(Controller(self, identifier) for identifier in range(1, personality.controllers + 1))

    # --- time

    def advance(self) -> None:
        """Lets what runs by itself do what its time allowed for. Raises PowerCut in the middle of a physical step."""
        if self.power.is_on:
            self.sanitize.advance()
            self.formatting.advance()

    def settle(self, completion: Completion) -> Completion:
        """Waits on the clock until the completion is posted. Raises Gone where it never is: hung, or no power meanwhile."""
        if math.isinf(completion.seconds):
            raise Gone
        starts = self.starts
        self.clock.sleep(completion.seconds)
        try:
            self.advance()
        except PowerCut:
            self.lose_power(cleanly=False)
        if starts != self.starts or not self.power.is_on:
            raise Gone
        return Completion(completion.status, completion.dw0, completion.data)

    # --- power

    def shut_down(self) -> None:
        """A shutdown notification: the volatile cache is written out."""
        for namespace in self.namespaces:
            namespace.medium.flush()

    def lose_power(self, *, cleanly: bool) -> None:
        """``cleanly``: after a shutdown notification."""
        if cleanly:
            self.shut_down()
        else:
            self.health.unsafe_shutdowns += 1
        self.power.cut()
        self.formatting.power_lost()
        for namespace in self.namespaces:
            namespace.medium.lose_power()

    def power_on(self) -> None:
        """Volatile settings are back at their defaults; a sanitize goes on."""
        self.power.restore()
        self.starts += 1
        self.health.power_cycles += 1
        self.was_suspended = False
        self.pmr_is_enabled = False
        self.locked = self.personality.locked
        for namespace in self.namespaces:
            namespace.raises_deallocated = False
            if namespace.protection is WriteProtection.UNTIL_POWER_CYCLE:
                namespace.protection = WriteProtection.NONE
        for controller in self.controllers:
            controller.reset()
        self.sanitize.power_on()

    def power_cycle(self) -> None:
        """Off in good order, and on."""
        self.advance()
        self.lose_power(cleanly=True)
        self.power_on()

    def cut_power(self) -> None:
        """Off, as when the plug is pulled: unflushed data is lost."""
        with contextlib.suppress(PowerCut):
            self.advance()
        self.lose_power(cleanly=False)

    def suspend_and_resume(self) -> None:
        """Suspend-to-RAM of the machine: power goes and comes, and firmware that locks a drive at boot did not run again."""
        self.power_cycle()
        self.was_suspended = True

    # --- events

    def _tell_all(self, event: int) -> None:
        for controller in self.controllers:
            controller.tell(event)

    def _format_changed(self, nsid: int) -> None:
        self.tell_changed(nsid, self.namespaces.by_id[nsid].attached)

    def tell_changed(self, nsid: int, controllers: set[int], *, but: Controller | None = None) -> None:
        """The namespace is another one, or has come or gone, for these controllers; the one that did it knows."""
        for controller in self.controllers:
            if controller.id in controllers and controller is not but:
                controller.namespace_changed(nsid)

    # --- from outside

    def remnants(self, pattern: bytes) -> tuple[Remnant, ...]:
        """Everywhere that a pattern is still in the cells, namespaces that were deleted included."""
        media = [namespace.medium for namespace in self.namespaces] + self.namespaces.left_behind
        return tuple(remnant for medium in media for remnant in medium.remnants(pattern))

    def inspect(self) -> dict[str, Any]:
        """The model's state, as JSON can carry it."""
        sanitize = self.sanitize
        return {
            "kind": self.personality.name,
            "nqn": self.nqn,
            "serial": self.personality.serial,
            "model": self.personality.model,
            "firmware": self.personality.firmware,
            "powered": self.power.is_on,
            "unallocated": self.namespaces.unallocated,
            "total": self.namespaces.total,
            "write_cache": self.write_cache,
            "locked": self.locked,
            "lies": self.lies.told(),
            "sanitize": {
                "outcome": int(sanitize.outcome),
                "state": int(sanitize.state),
                "progress": sanitize.progress,
                "scdw10": sanitize.scdw10,
                "passes_done": sanitize.passes_done,
                "global_data_erased": sanitize.global_data_erased,
            },
            "namespaces": [
                {
                    "nsid": each.nsid,
                    "blocks": each.blocks,
                    "block_size": each.block.data,
                    "metadata": each.block.metadata,
                    "format": each.format,
                    "nguid": each.nguid.hex(),
                    "eui64": each.eui64.hex(),
                    "attached": sorted(each.attached),
                    "shared": each.shared,
                    "protection": int(each.protection),
                    "mapped_bytes": each.mapped_bytes,
                }
                for each in self.namespaces
            ],
            "left_behind": len(self.namespaces.left_behind),
        }
