"""Writing over a whole drive, and reading it back: streams, schemes, the target and the engine."""
