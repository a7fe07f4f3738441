"""One drive from confirmation to outcome: folder, journal, states, runner, recovery."""
