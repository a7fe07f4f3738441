"""What goes over the wire, with the standards' own names and opcodes: pure codecs, one family of modules for each standard. No IO.

A command is built here, sent by ``erase.transports`` and its answer interpreted here: three functions, so that each is tested alone.
This is the only room with literal opcodes.
"""
