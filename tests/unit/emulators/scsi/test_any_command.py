"""Whatever an initiator sends is answered: no CDB and no parameter data makes a unit fall over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.clock import HandClock
from emulators.fronts.drives import Traits, make_drive
from emulators.scsi import cdb as cdbs
from emulators.scsi.interface import CHECK_CONDITION, Reply
from emulators.scsi.satl import Regime
from emulators.scsi.unit import Unit

SAS = ("sas", "sas-520", "sas-pi", "sas-ssd", "sas-zoned")
KINDS = (*SAS, "flash", "pata", "self-encrypting-flash", "host-managed", "bridge:flash", "bridge:nvme")
STATUSES = (0x00, 0x02, 0x18)


def commands_of(kind: str) -> list[int]:
    """Operation codes that the unit knows, so that the rest of the CDB matters."""
    unit = make_drive(kind, "drive", HandClock()).units[0]
    inner = getattr(unit, "inner", unit)
    assert isinstance(inner, Unit)
    return sorted(inner.commands)


@pytest.mark.parametrize("kind", KINDS)
def test_any_command_gets_a_status(kind: str) -> None:
    known = commands_of(kind)

    @given(
        st.sampled_from(known) | st.integers(0, 255),
        st.binary(min_size=31, max_size=31),
        st.binary(max_size=64) | st.just(bytes(4096)),
        st.sampled_from(list(Regime)),
    )
    def any_command(opcode: int, rest: bytes, data: bytes, regime: Regime) -> None:
        unit = make_drive(kind, "drive", HandClock(), traits=Traits(regime=regime, size=1 << 20)).units[0]
        whole = bytes([opcode]) + rest
        command = (whole[:7] + b"\x18" + whole[8:]) if opcode == cdbs.VARIABLE_LENGTH else whole
        cdb = command[: cdbs.length(command)]
        out = data if unit.takes_data_out(cdb) else b""
        reply = unit.execute(cdb, out, 0 if out else 512)
        assert isinstance(reply, Reply)
        assert reply.status in STATUSES
        assert len(reply.data) <= (0 if out else 512)
        assert bool(reply.sense) == (reply.status == CHECK_CONDITION)

    any_command()
