"""Emulated SCSI logical units: an ATA disk behind a translation layer, a SAS disk, and what USB bridges make of either."""
