"""What is read back, and how likely a left-over is found by it."""
