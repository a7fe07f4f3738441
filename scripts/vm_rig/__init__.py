"""A machine in a machine: QEMU with Debian's own kernel, so that tests meet real kernel drivers and no real drive."""
