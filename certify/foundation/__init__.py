"""What both commands stand on: ids, clocks, canonical bytes, files, texts, errors, logs, configuration.

Imports nothing else of this project; every other room may import it (certify/ADR/0001-shared-foundation.md).
"""
