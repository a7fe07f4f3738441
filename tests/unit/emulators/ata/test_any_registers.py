"""Whatever arrives in the registers, the disk answers, and its answer fits the registers."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from emulators.ata import LinkLost, Registers, make_disk, personalities

KNOWN = [0xEC, 0xEF, 0xE5, 0xB0, 0x2F, 0x47, 0xB1, 0xB4, 0x78, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF8, 0xF9, 0x27, 0x37, 0x06, 0x5C, 0x5E]
KNOWN += [0x4A, 0x9F, 0x20, 0x25, 0x35, 0xCA, 0x60, 0x61, 0x40, 0x42, 0xE7, 0xEA, 0xE0, 0xE1, 0xE2, 0xE3, 0x90, 0xC6]

registers = st.builds(
    Registers,
    command=st.one_of(st.sampled_from(KNOWN), st.integers(0, 0xFF)),
    feature=st.one_of(st.sampled_from([0x00, 0x01, 0x11, 0x12, 0x14, 0xC0, 0xC2, 0xC3, 0xD0, 0xD5, 0xDA]), st.integers(0, 0xFFFF)),
    count=st.integers(0, 0x1FF),
    lba=st.one_of(
        st.sampled_from([0x43727970, 0x426B4572, 0x4F57_0000_0000, 0xC24F00, 0xC24F30]),
        st.integers(0, 0x20000),
        st.integers(0, (1 << 48) - 1),
    ),
    device=st.integers(0, 0xFF),
    extended=st.booleans(),
)
data = st.one_of(st.just(b""), st.just(bytes(512)), st.binary(max_size=600))


@given(st.sampled_from(personalities()), st.lists(st.tuples(registers, data), max_size=12))
@example("magnetic", [(Registers(0xF3), b""), (Registers(0xF4), bytes(512))])
def test_each_command_is_answered(name: str, commands: list[tuple[Registers, bytes]]) -> None:
    disk = make_disk(name, size=4 << 20)
    for given_registers, data_out in commands:
        try:
            outcome = disk.execute(given_registers, data_out)
        except LinkLost:  # SLEEP: a reset brings it back
            disk.software_reset()
            continue
        assert outcome.status in (0x50, 0x51)
        assert 0 <= outcome.lba < 1 << 48
        assert 0 <= outcome.count <= 0xFFFF
        assert outcome.status == 0x50 or outcome.error in (0x04, 0x10, 0x40)
        assert len(outcome.data) % 512 == 0
        identify = disk.identify()
        assert len(identify) == 512
        assert identify[510] == 0xA5
        assert sum(identify) & 0xFF == 0
