"""Whatever a host does, what it reads is what was acknowledged last; after a power cut, that or what was durable before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from emulators.medium import FlashMedium, HybridMedium, MagneticMedium, Medium, Unreadable
from emulators.power import Power, PowerCut

PAGE = 512
PAGES = 12
pages = st.integers(0, PAGES - 1)
ZEROS = bytes(PAGE)


class MediumMachine(RuleBasedStateMachine):
    """``possible`` has, for each page, the contents that it may have after a power cut; the last one is what is read now."""

    kind: type[Medium]
    options: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.power = Power()
        self.medium = self.kind(PAGES * PAGE, power=self.power, page_size=PAGE, cache_pages=3, **self.options)
        self.possible: list[list[bytes]] = [[ZEROS] for _ in range(PAGES)]
        self.everything: list[set[bytes]] = [set() for _ in range(PAGES)]
        self.number = 0

    def _data(self) -> bytes:
        self.number += 1
        return b"%08d" % self.number * (PAGE // 8)

    @rule(page=pages, count=st.integers(1, 3), fua=st.booleans())
    def write(self, page: int, count: int, fua: bool) -> None:
        count = min(count, PAGES - page)
        data = [self._data() for _ in range(count)]
        self.medium.write(page * PAGE, b"".join(data), fua=fua)
        for number, piece in enumerate(data, page):
            self.everything[number].add(piece)
            self.possible[number] = [piece] if fua or not self.medium.write_cache else [*self.possible[number], piece]

    @rule()
    def flush(self) -> None:
        self.medium.flush()
        self.possible = [contents[-1:] for contents in self.possible]

    @rule(on=st.booleans())
    def switch_cache(self, on: bool) -> None:
        self.flush()
        self.medium.write_cache = on

    @rule(page=pages)
    def damage_and_mend(self, page: int) -> None:
        self.flush()
        self.medium.damage(page * PAGE)
        with pytest.raises(Unreadable):
            self.medium.read(page * PAGE, PAGE)
        data = self._data()
        self.medium.write(page * PAGE, data, fua=True)
        self.possible[page] = [data]

    @rule()
    def lose_power(self) -> None:
        self.medium.lose_power()
        self._read_back()

    @rule(page=pages, steps=st.integers(0, 6), flushes=st.booleans())
    def lose_power_in_the_middle(self, page: int, steps: int, flushes: bool) -> None:
        """Of a write of three pages and, perhaps, of the flush behind it."""
        self.power.cut_after(steps)
        count = min(3, PAGES - page)
        data = [self._data() for _ in range(count)]
        for number, piece in enumerate(data, page):
            self.possible[number] = [*self.possible[number], piece]
        try:
            self.medium.write(page * PAGE, b"".join(data))
            if flushes:
                self.medium.flush()
                self.possible = [contents[-1:] for contents in self.possible]
        except PowerCut:
            pass
        self.medium.lose_power()
        self.power.restore()
        self._read_back()

    def _read_back(self) -> None:
        for page in range(PAGES):
            data = self.medium.read(page * PAGE, PAGE)
            assert data in self.possible[page]
            self.possible[page] = [data]

    @precondition(lambda self: isinstance(self.medium, FlashMedium))
    @rule()
    def collect(self) -> None:
        assert isinstance(self.medium, FlashMedium)
        self.medium.collect()

    @rule()
    def erase(self) -> None:
        for step in self.medium.erase_steps():
            step()
        self.possible = [[ZEROS] for _ in range(PAGES)]
        for page in range(PAGES):
            assert not [held for held in self.medium.history(page * PAGE) if held.data in self.everything[page]]

    @invariant()
    def what_was_acknowledged_last_is_read(self) -> None:
        for page in range(PAGES):
            assert self.medium.read(page * PAGE, PAGE) == self.possible[page][-1]

    @invariant()
    def what_is_read_is_the_newest_version_that_lies_somewhere(self) -> None:
        for page in range(PAGES):
            history = self.medium.history(page * PAGE)
            if history:
                assert self.possible[page][-1] in {held.data for held in history} | {ZEROS}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (MagneticMedium, {"spares": 1000}),
        (MagneticMedium, {"spares": 1000, "encrypts": True}),
        (HybridMedium, {"spares": 1000, "nand_pages": 4}),
        (FlashMedium, {"pages_per_block": 2, "surplus_blocks": 3}),
        (FlashMedium, {"pages_per_block": 4, "surplus_blocks": 3, "pslc_pages": 3, "encrypts": True}),
    ],
)
def test_a_medium_holds_what_it_acknowledged(kind: type[Medium], options: dict[str, Any]) -> None:
    machine = type("Machine", (MediumMachine,), {"kind": kind, "options": options})
    run_state_machine_as_test(machine, settings=settings(max_examples=30, stateful_step_count=30))
