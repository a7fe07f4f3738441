"""An emulated SAS disk (SPC-5, SBC-4, ZBC-2): its inside, and the ports that it is reached through."""

from __future__ import annotations

from emulators.scsi.sas.port import SasPort
from emulators.scsi.sas.state import BlockFormat, Identity, SasDisk, SasFaults

__all__ = ["BlockFormat", "Identity", "SasDisk", "SasFaults", "SasPort"]
