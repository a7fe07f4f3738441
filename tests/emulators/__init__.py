"""Drives that are not there: state machines of ATA, SCSI, NVMe and eMMC drives, which can be looked into from outside, and can lie.

They take what a real drive takes (registers, CDBs, submission queue entries) as raw values of the standards, and share no code with
``erase.commands``: one misunderstanding must not hide in both.
"""
