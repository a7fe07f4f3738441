"""The demonstration: a disk with invented people's files goes in; an erased disk and papers come out."""
