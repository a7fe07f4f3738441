"""The file that carries a certificate with everything it stands on: a ZIP that has exactly one form (profile)."""
