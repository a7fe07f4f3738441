"""How a drive can be erased: one module per technique, each `assess`, `steps`, `interpret`. No input or output."""
