"""An eMMC device as a state machine: JESD84-B51 (5.1). In process only: no front gives it to the kernel.

Start at :class:`emulators.mmc.card.Card`, whose ``command`` takes what the bus carries: a command number, its argument and data.
"""
