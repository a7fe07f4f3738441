"""The ATA disk."""
