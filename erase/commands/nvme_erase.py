"""NVMe admin commands that destroy (NVMe Base 2.0c section 5): Sanitize and Format NVM. The builders raise ValueError."""

from __future__ import annotations

from enum import IntEnum, unique

from erase.commands.fields import fit
from erase.commands.wire import NvmeCommand


@unique
class SanitizeAction(IntEnum):
    """SANACT (section 5.24; 5: NVMe Base 2.1)."""

    EXIT_FAILURE = 1
    BLOCK_ERASE = 2
    OVERWRITE = 3
    CRYPTO_ERASE = 4
    EXIT_MEDIA_VERIFICATION = 5


_EXITS = (SanitizeAction.EXIT_FAILURE, SanitizeAction.EXIT_MEDIA_VERIFICATION)


@unique
class SecureErase(IntEnum):
    """SES of Format NVM (section 5.14). NONE erases nothing by contract: user data may still be there."""

    NONE = 0
    USER_DATA = 1
    CRYPTOGRAPHIC = 2


def sanitize(
    action: SanitizeAction,
    *,
    unrestricted_exit: bool = False,
    no_deallocate: bool = False,
    media_verification: bool = False,
    passes: int = 1,
    invert: bool = False,
    pattern: int = 0,
) -> NvmeCommand:
    """Sanitize 84h (section 5.24): dword 10 holds SANACT, AUSE, OWPASS, OIPBP, NDAS and EMVS, dword 11 the overwrite pattern.

    ``passes`` (1 to 16), ``invert`` and ``pattern`` count for the overwrite only and must be left alone otherwise.
    """
    if action in _EXITS and (unrestricted_exit or no_deallocate or media_verification):
        raise ValueError(f"{action.name} takes no options")  # section 5.24: AUSE and NDAS are for the operations that sanitize
    if action is not SanitizeAction.OVERWRITE and (passes != 1 or invert or pattern):
        raise ValueError(f"{action.name} writes no pattern")
    if not 1 <= passes <= 16:
        raise ValueError(f"1 to 16 passes, not {passes}")
    # OWPASS: 0 means 16 passes
    overwrite = (passes & 0xF) << 4 | invert << 8 if action is SanitizeAction.OVERWRITE else 0
    return NvmeCommand(
        f"Sanitize ({action.name})",
        0x84,
        cdw10=action | unrestricted_exit << 3 | overwrite | no_deallocate << 9 | media_verification << 10,
        cdw11=fit(pattern, 32, "OVRPAT"),
    )


def format_nvm(
    nsid: int,
    format_index: int,
    erase: SecureErase,
    *,
    protection_type: int = 0,
    protection_first: bool = False,
    metadata_extended: bool = False,
) -> NvmeCommand:
    """Format NVM 80h (section 5.14). The index of the LBA format has 6 bits: 3:0 of dword 10, and 13:12 above them.

    ``protection_type`` 0 to 3 is PI, ``protection_first`` PIL (in the first bytes of the metadata), ``metadata_extended`` MSET.
    """
    if not 0 <= protection_type <= 3:
        raise ValueError(f"protection information types are 0 to 3, not {protection_type}")
    index = fit(format_index, 6, "LBA format")
    return NvmeCommand(
        f"Format NVM (SES {erase.value})",
        0x80,
        fit(nsid, 32, "NSID"),
        cdw10=index & 0xF | metadata_extended << 4 | protection_type << 5 | protection_first << 8 | erase << 9 | index >> 4 << 12,
    )
