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

SHELF = 2**29
"""Bytes of all runs on a shelf, unpacked; the program keeps no more than half as many."""

TABLE, TABLE_CELLS = 2**31, 10**8
"""Bytes of a table as text, and its cells: a million rows of twenty columns are 400 million bytes, at most."""

COLUMNS, LINE, CELL, NAME = 2000, 2**20, 10_000, 100
"""Of a table as text: columns, bytes of a line, characters of a cell and of the name of a column."""

WORDS = 100_000
"""Different texts of one column that are kept; a column with more is no category."""

SAMPLE, SNIFFED = 2**16, 2**12
"""Bytes that a table's separator, header and numbers are guessed from, and how many of them are sniffed at."""

BEGINNING = 2**14
"""Cells of the first rows that are kept as they stand in the file, to be looked at."""

STORED_TABLE = 2**22
"""Bytes of a table that a project holds itself; a larger one it knows by its digest and its place."""

PICTURES, PICTURE, PIXELS = 100_000, 2**24, 2**27
"""Images of somebody's own: how many, the pixels of one as it lies in its file, those of all as they are learned."""

PICTURE_FILE, PICTURE_CLASSES, UNREADABLE_PICTURES = 2**27, 1000, 100
"""Bytes of the file of one image, classes, and how many images may be left out because they cannot be read."""

SHARE_TEXT, SHARED = 2**20, 2**21
"""Characters of a share text, and bytes that it may unpack to."""

SHARED_WEIGHTS = 2**15
"""Bytes of weights that still go into a share text: some 8 000 numbers, 40 000 letters."""

ONNX, ONNX_NODES = 2**26, 1000
"""Bytes of an ONNX file, and its operations; eight dense layers of 1024 units have 34 million."""
