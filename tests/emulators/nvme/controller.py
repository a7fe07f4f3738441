"""One controller of an NVM subsystem: takes submission queue entries as 64 raw bytes, posts completions."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulators.nvme.entries import ALL_NAMESPACES, Completion, Gone, Refused, Status, SubmissionEntry
from emulators.nvme.features import ASYNC_EVENTS, defaults, get_features, set_features
from emulators.nvme.identify import identify
from emulators.nvme.io_commands import io_command
from emulators.nvme.logs import get_log_page
from emulators.nvme.personality import Personality
from emulators.nvme.security import security_receive, security_send
from emulators.power import PowerCut

if TYPE_CHECKING:
    from emulators.nvme.subsystem import Subsystem

GET_LOG_PAGE, IDENTIFY, ABORT, SET_FEATURES, GET_FEATURES, ASYNC_EVENT_REQUEST = 0x02, 0x06, 0x08, 0x09, 0x0A, 0x0C
NAMESPACE_MANAGEMENT, NAMESPACE_ATTACHMENT, KEEP_ALIVE, FORMAT_NVM = 0x0D, 0x15, 0x18, 0x80
SECURITY_SEND, SECURITY_RECEIVE, SANITIZE = 0x81, 0x82, 0x84

# what is executed beside a sanitize and after one that failed (Base 2.0c figure 443); queues are the front's
_ALLOWED = {GET_LOG_PAGE, IDENTIFY, ABORT, SET_FEATURES, GET_FEATURES, ASYNC_EVENT_REQUEST, KEEP_ALIVE, SANITIZE}
_ALLOWED_LOGS = {0x01, 0x02, 0x04, 0x0C, 0x80, 0x81}
_ERASES = {FORMAT_NVM, SANITIZE}
NAMESPACES_CHANGED_EVENT = 0x040002  # type 2 notice, information 0, log page 04h

# properties (Base 2.0c figure 35)
CAP, VS, CC, CSTS = 0x00, 0x08, 0x14, 0x1C
_ENABLED, _SHUTDOWN = 1, 3 << 14  # CC
_READY, _SHUTDOWN_COMPLETE = 1, 2 << 2  # CSTS


class Controller:
    """Made by its subsystem. ``admin`` and ``io`` raise Gone when there is nobody to answer."""

    def __init__(self, subsystem: Subsystem, identifier: int) -> None:
        self.subsystem = subsystem
        self.id = identifier  # CNTLID
        self.queues = 1  # I/O queue pairs that the host asked for
        self._changed: list[int] = []  # NSIDs for log page 04h
        self.reset()

    @property
    def personality(self) -> Personality:
        return self.subsystem.personality

    @property
    def manages_namespaces(self) -> bool:
        return bool(self.personality.oacs & 1 << 3)

    def reset(self) -> None:
        """Controller Level Reset (Base 2.0c section 3.7.2): queues, features and outstanding events go; the subsystem's state stays."""
        self.features = defaults()
        self.events: deque[int] = deque()  # Dword 0 of events that the host was not told of yet
        self._told: set[int] = set()  # log pages whose event was told and not yet looked at
        self._cc = 0

    # --- commands

    def admin(self, entry: bytes, data_out: bytes = b"") -> Completion:
        """An admin command. For a Sanitize or a Format NVM that began, see ``Completion.seconds``."""
        return self._run(entry, lambda parsed: self._admin(parsed, data_out))

    def io(self, entry: bytes, data_out: bytes = b"") -> Completion:
        """An I/O command; blocks have the size of the LBA format, metadata included."""
        return self._run(entry, lambda parsed: io_command(self, parsed, data_out))

    def _run(self, raw: bytes, execute: Callable[[SubmissionEntry], Completion]) -> Completion:
        lies = self.subsystem.lies
        try:
            self.subsystem.advance()
            if lies.gone or not self.subsystem.power.is_on:
                raise Gone
            if lies.hung:
                return Completion.never()
            completion = execute(SubmissionEntry.from_bytes(raw))
        except Refused as refusal:
            completion = Completion.refused(refusal.status)
        except PowerCut:
            self.subsystem.lose_power(cleanly=False)
            raise Gone from None
        return Completion(completion.status, completion.dw0, completion.data, completion.seconds + lies.slow)

    def _admin(self, entry: SubmissionEntry, data_out: bytes) -> Completion:  # noqa: PLR0911, PLR0912 - one for each opcode
        self._check_sanitize(entry)
        if entry.opcode in _ERASES:
            self._check_refusals()
        match entry.opcode:
            case 0x02:
                return Completion(data=get_log_page(self, entry))
            case 0x06:
                return Completion(data=identify(self, entry))
            case 0x08:
                return Completion(dw0=1)  # Abort: the command was not aborted; none waits here
            case 0x09:
                return Completion(dw0=set_features(self, entry))
            case 0x0A:
                return Completion(dw0=get_features(self, entry))
            case 0x0C:
                event = self.next_event()
                return Completion.never() if event is None else Completion(dw0=event)
            case 0x0D if self.manages_namespaces:
                return self._namespace_management(entry, data_out)
            case 0x15 if self.manages_namespaces:
                return self._namespace_attachment(entry, data_out)
            case 0x18 if self.personality.field(320, 2) or self.subsystem.fabrics:
                return Completion()
            case 0x80:
                status, seconds = self.subsystem.formatting.command(entry, self.id)
                refused = Completion.refused(status) if status else Completion()
                return Completion(refused.status, seconds=seconds)
            case 0x81 if self.personality.oacs & 1:
                security_send(self, entry)
                return Completion()
            case 0x82 if self.personality.oacs & 1:
                return Completion(data=security_receive(self, entry))
            case 0x84:
                if self.subsystem.formatting.runs:
                    raise Refused(Status.FORMAT_IN_PROGRESS)
                self.subsystem.sanitize.command(entry.cdw10, entry.cdw11, pmr_is_enabled=self.subsystem.pmr_is_enabled)
                return Completion()
            case _:
                raise Refused(Status.INVALID_OPCODE)

    def _check_sanitize(self, entry: SubmissionEntry) -> None:
        sanitize = self.subsystem.sanitize
        if not (sanitize.runs or sanitize.has_failed):
            return
        allowed = entry.opcode in _ALLOWED and (entry.opcode != GET_LOG_PAGE or entry.cdw10 & 0xFF in _ALLOWED_LOGS)
        if not allowed:
            raise Refused(Status.SANITIZE_IN_PROGRESS if sanitize.runs else Status.SANITIZE_FAILED)

    def _check_refusals(self) -> None:
        if self.subsystem.lies.invalid_opcode_until_resume and not self.subsystem.was_suspended:
            raise Refused(Status.INVALID_OPCODE)
        if self.subsystem.lies.access_denied:
            raise Refused(Status.ACCESS_DENIED)

    # --- namespaces

    def _namespace_management(self, entry: SubmissionEntry, data: bytes) -> Completion:
        """Base 2.0c section 5.23: SEL 0 create, 1 delete."""
        table = self.subsystem.namespaces
        if entry.cdw10 & 0xF == 0:
            if len(data) < 384:
                raise Refused(Status.DATA_TRANSFER_ERROR)
            nsze, ncap = struct.unpack_from("<QQ", data)
            if nsze != ncap:
                raise Refused(Status.INVALID_FIELD)  # thin provisioning is not supported (NSFEAT bit 0)
            flbas = data[26]
            created = table.create(nsze, flbas & 0xF | (flbas >> 5 & 3) << 4, shared=bool(data[30] & 1))
            return Completion(dw0=created.nsid)
        if entry.cdw10 & 0xF != 1:
            raise Refused(Status.INVALID_FIELD)
        for namespace in list(table) if entry.nsid == ALL_NAMESPACES else [table.allocated(entry.nsid)]:
            attached = set(namespace.attached)
            table.delete(namespace)
            self.subsystem.tell_changed(namespace.nsid, attached, but=self)
        return Completion()

    def _namespace_attachment(self, entry: SubmissionEntry, data: bytes) -> Completion:
        """Base 2.0c section 5.22: SEL 0 attach, 1 detach; the data is a controller list."""
        namespace = self.subsystem.namespaces.allocated(entry.nsid)
        if len(data) < 4096:
            raise Refused(Status.DATA_TRANSFER_ERROR)
        (count,) = struct.unpack_from("<H", data)
        known = {controller.id for controller in self.subsystem.controllers}
        ids = set(struct.unpack_from(f"<{min(count, 2047)}H", data, 2))
        if not 0 < count <= 2047 or not ids <= known:
            raise Refused(Status.CONTROLLER_LIST_INVALID)
        if entry.cdw10 & 0xF == 0:
            if ids & namespace.attached:
                raise Refused(Status.NAMESPACE_ALREADY_ATTACHED)
            if not namespace.shared and len(ids | namespace.attached) > 1:
                raise Refused(Status.NAMESPACE_IS_PRIVATE)
            namespace.attached |= ids
        elif entry.cdw10 & 0xF == 1:
            if not ids <= namespace.attached:
                raise Refused(Status.NAMESPACE_NOT_ATTACHED)
            namespace.attached -= ids
        else:
            raise Refused(Status.INVALID_FIELD)
        self.subsystem.tell_changed(namespace.nsid, ids)
        return Completion()

    # --- asynchronous events

    def tell(self, event: int) -> None:
        """Something happened; the host hears of it once until it reads the log page (Base 2.0c section 5.2)."""
        lid = event >> 16
        if lid == 0x04 and not self.features[ASYNC_EVENTS] & 1 << 8:
            return  # namespace attribute notices have to be asked for
        if lid not in self._told:
            self._told.add(lid)
            self.events.append(event)

    def namespace_changed(self, nsid: int) -> None:
        if nsid not in self._changed:
            self._changed.append(nsid)
        self.tell(NAMESPACES_CHANGED_EVENT)

    def next_event(self) -> int | None:
        """Dword 0 for an outstanding Asynchronous Event Request, if there is something to tell."""
        return self.events.popleft() if self.events else None

    def event_seen(self, lid: int) -> None:
        """The log page was read without Retain Asynchronous Event."""
        self._told.discard(lid)
        self.events = deque(each for each in self.events if each >> 16 != lid)

    def changed_list(self) -> bytes:
        """Changed Namespace List, 04h; reading clears it."""
        listed, self._changed = sorted(self._changed), []
        return struct.pack(f"<{len(listed)}I", *listed).ljust(4096, b"\0")

    # --- properties

    def get_property(self, offset: int) -> int | None:
        """A controller property; None where there is none."""
        pmr, boot = bool(self.personality.pmr), bool(self.personality.boot_partition)
        # MQES 128 entries, CQR, TO 10 s, CSS NVM command set, BPS bit 45, PMRS bit 56
        cap = 127 | 1 << 16 | 20 << 24 | 1 << 37 | boot << 45 | pmr << 56
        ready = _READY if self._cc & _ENABLED else 0
        csts = ready | (_SHUTDOWN_COMPLETE if self._cc & _SHUTDOWN else 0)
        return {CAP: cap, VS: self.personality.field(80, 4) or 0x10000, CC: self._cc, CSTS: csts}.get(offset)

    def set_property(self, offset: int, value: int) -> None:
        """Controller Configuration: disabling resets, a shutdown notification writes the cache out."""
        if offset != CC:
            return
        if self._cc & _ENABLED and not value & _ENABLED:
            self.reset()
        if value & _SHUTDOWN and not self._cc & _SHUTDOWN:
            self.subsystem.shut_down()
        self._cc = value
