"""What carries a command to a drive and its answer back. Each transport has one method and decides nothing.

This is the only room that may import fcntl or ctypes for pass-through, or open a device for it.
"""
