"""The makers of committed golden files, one module each: FOLDERS and files() (see scripts/regenerate-golden)."""
