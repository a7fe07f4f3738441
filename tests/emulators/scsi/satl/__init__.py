"""A SCSI/ATA translation layer (SAT-5) before an emulated ATA disk: the kernel's libata, or the firmware of an adapter."""

from __future__ import annotations

from emulators.scsi.satl.pass_through import Regime
from emulators.scsi.satl.unit import SatlUnit

__all__ = ["Regime", "SatlUnit"]
