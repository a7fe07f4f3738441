"""An NVMe subsystem as a state machine: NVMe Base 2.0c and NVM Command Set 1.0c, with the media verification state of Base 2.1.

Start at :class:`emulators.nvme.subsystem.Subsystem`; commands go in as 64-byte submission queue entries at
:class:`emulators.nvme.controller.Controller`. It can be looked into (``subsystem.media``, ``subsystem.sanitize``) and told to lie
(``subsystem.lies``).
"""
