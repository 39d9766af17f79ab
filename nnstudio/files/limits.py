"""How much is believed of a file or a server that nobody vouches for.

Whatever they announce, an answer comes within a second and within 200 MB. Each limit is far above what the program
itself writes.
"""

EXPERIMENT = 2**20
"""Bytes of an experiment as JSON; the longest there can be, with all the points painted, has some 400 000."""

IDX = 2**26
"""Bytes of an IDX file, unpacked; MNIST's largest has 47 million."""

EXPANSION, SMALL_EXPANSION = 8, 2**24
"""An archive may unpack to so many times its own size, or to so many bytes. Arrays are stored as they are."""

ARRAY_HEADER = 10_000
"""Bytes of the header of a .npy file."""

PATIENCE, SLOWEST = 3, 2**12
"""A mirror is given up when within so many times its timeout fewer bytes a second than these have come."""
