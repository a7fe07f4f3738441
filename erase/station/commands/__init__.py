"""The commands of ``erase``, one module each, imported only when asked for."""
