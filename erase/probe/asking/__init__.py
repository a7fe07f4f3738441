"""Asking a drive about itself, with reading commands only. What it does not tell is unknown; what can't be believed is doubted."""
