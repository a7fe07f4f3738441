"""What an emulated NVMe subsystem can be made to pretend, and what can be broken in it. All off: an honest, healthy drive."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass
class Lies:
    """Each may be set at any time. Those of erasing apply to Sanitize and to Format NVM alike unless their line says otherwise."""

    nothing_done: bool = False  # success is reported, nothing is erased
    first_block_only: bool = False  # LBA 0 of each namespace is erased, nothing else
    unmaps_only: bool = False  # all LBAs are deallocated; the cells keep what they hold
    stale_completed: bool = False  # Sanitize is accepted and ignored; the log goes on showing an earlier run's success
    stuck_at: int | None = None  # Sanitize's progress never gets beyond this (655: one hundredth; Intel 660p)
    keeps_key: bool = False  # cryptographic erase goes back to the key that the cells were written with
    never_encrypted: bool = False  # user data was written in the clear all the time; set it before writing
    skips_spare: bool = False  # stale, spare and retired cells are left alone
    one_namespace_only: bool = False  # only the namespace with the lowest number is erased
    cached_reads: bool = False  # after erasing, reads give zeros out of a cache until the power cycles; the cells were not touched
    sanitize_fails_at: float | None = None  # Sanitize fails (SSTAT 3) when this fraction is done
    format_fails: bool = False  # Format NVM ends with Write Fault, half done
    slow: float = 0.0  # seconds that each command takes longer
    hung: bool = False  # no command is ever completed
    gone: bool = False  # the drive has left the bus
    invalid_opcode_until_resume: bool = False  # Format, Sanitize: Invalid Opcode until the machine was suspended once (Samsung PM951)
    access_denied: bool = False  # Format, Sanitize: Access Denied (Lenovo LENSE20512GMSP34MEAT2TA)
    wrong_scdw10: int | None = None  # what the sanitize log shows for Command Dword 10, whatever was sent
    bad_blocks: set[tuple[int, int]] = field(default_factory=set)  # (NSID, LBA): reads end with Unrecovered Read Error

    def set(self, name: str, value: object) -> None:
        """By name, as the control socket does it. ``bad_blocks`` takes a list of pairs. Raises KeyError for a name that is none."""
        if name not in {each.name for each in fields(self)}:
            raise KeyError(name)
        if name == "bad_blocks" and isinstance(value, list):
            value = {(int(nsid), int(lba)) for nsid, lba in value}
        setattr(self, name, value)

    def told(self) -> dict[str, object]:
        """Those that are on."""
        now = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: sorted(value) if isinstance(value, set) else value
            for name, value in now.items()
            if value not in (False, None, 0.0, set())
        }
