"""Measures speed, against goals and beside other tools (scripts/benchmark)."""
