"""The commands of `certify`, one module each."""
