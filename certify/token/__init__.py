"""What the QR code holds: a signed summary that a telephone can open and anyone can check."""
