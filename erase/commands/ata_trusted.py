"""TRUSTED RECEIVE (ACS-4 section 7.50): how security protocols, TCG's among them, answer over ATA.

Linux blocks it, as it does 5Dh to 5Fh, unless libata.allow_tpm is 1.
"""

from __future__ import annotations

from erase.commands.ata_words import SECTOR
from erase.commands.wire import AtaCommand, AtaProtocol


def trusted_receive(protocol: int, specific: int, blocks: int) -> AtaCommand:
    """TRUSTED RECEIVE (5Ch): ``blocks`` of 512 bytes. FEATURE is the protocol, LBA 23:8 SP_SPECIFIC, LBA 7:0 and COUNT the length.

    Raises ValueError for what the fields can't hold.
    """
    if not (0 <= protocol <= 0xFF and 0 <= specific <= 0xFFFF and 1 <= blocks <= 0xFFFF):
        raise ValueError(f"protocol {protocol}, SP specific {specific} or {blocks} blocks don't fit")
    return AtaCommand(
        "TRUSTED RECEIVE",
        0x5C,
        AtaProtocol.PIO_IN,
        feature=protocol,
        count=blocks & 0xFF,
        lba=specific << 8 | blocks >> 8,
        data_in=blocks * SECTOR,
    )
