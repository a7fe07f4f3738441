"""Commands of the Security feature set (ACS-4 clauses 4 and 7).

A drive has one user and one master password. An erase that was stopped leaves it locked with the password it was started with.
What became of a command, :func:`erase.commands.ata_outcome.outcome_of` tells; the state, only word 128 afterwards.
"""

from __future__ import annotations

from erase.commands.ata_words import SECTOR
from erase.commands.wire import AtaCommand, AtaProtocol

PASSWORD_LENGTH = 32  # bytes, padded with zeros


def security_set_password(password: bytes, *, master: bool = False, maximum: bool = False, identifier: int | None = None) -> AtaCommand:
    """SECURITY SET PASSWORD (F1h). ``maximum`` goes with a user password, ``identifier`` (word 17, 0001h to FFFEh) with a master one.

    Raises ValueError for a password of more than 32 bytes, and where an option goes with the other kind of password.
    """
    if (maximum and master) or (identifier is not None and not master):
        raise ValueError("the level goes with the user password, the identifier with the master password")
    if identifier is not None and not 0x0001 <= identifier <= 0xFFFE:
        raise ValueError(f"identifier {identifier} is not within 1 to 65534")
    control = _control(master=master) | (0x0100 if maximum else 0)  # word 0 bit 8: 0 high, 1 maximum
    return _with_password("SECURITY SET PASSWORD", 0xF1, password, control, identifier or 0)


def security_unlock(password: bytes, *, master: bool = False) -> AtaCommand:
    """SECURITY UNLOCK (F2h): five wrong ones, and the drive takes no more until power-on or hardware reset."""
    return _with_password("SECURITY UNLOCK", 0xF2, password, _control(master=master))


def security_erase_prepare() -> AtaCommand:
    """SECURITY ERASE PREPARE (F3h): must be the command right before SECURITY ERASE UNIT."""
    return AtaCommand("SECURITY ERASE PREPARE", 0xF3, AtaProtocol.NON_DATA)


def security_erase_unit(password: bytes, *, enhanced: bool, master: bool = False) -> AtaCommand:
    """SECURITY ERASE UNIT (F4h): erases everything and then disables the user password. Answers when it is done, after hours."""
    name = "SECURITY ERASE UNIT (ENHANCED)" if enhanced else "SECURITY ERASE UNIT"
    return _with_password(name, 0xF4, password, _control(master=master) | (0x0002 if enhanced else 0))


def security_freeze_lock() -> AtaCommand:
    """SECURITY FREEZE LOCK (F5h): until power-on no state can be changed."""
    return AtaCommand("SECURITY FREEZE LOCK", 0xF5, AtaProtocol.NON_DATA)


def security_disable_password(password: bytes, *, master: bool = False) -> AtaCommand:
    """SECURITY DISABLE PASSWORD (F6h): removes the user password of an unlocked drive."""
    return _with_password("SECURITY DISABLE PASSWORD", 0xF6, password, _control(master=master))


def _control(*, master: bool) -> int:
    return 0x0001 if master else 0x0000  # word 0 bit 0: 0 user, 1 master


def _with_password(name: str, command: int, password: bytes, control: int, identifier: int = 0) -> AtaCommand:
    """Word 0 control, words 1 to 16 password, word 17 master password identifier, in each command that carries one."""
    if len(password) > PASSWORD_LENGTH:
        raise ValueError(f"a password has at most {PASSWORD_LENGTH} bytes")
    block = control.to_bytes(2, "little") + password.ljust(PASSWORD_LENGTH, b"\0") + identifier.to_bytes(2, "little")
    return AtaCommand(name, command, AtaProtocol.PIO_OUT, count=1, data_out=block.ljust(SECTOR, b"\0"))
