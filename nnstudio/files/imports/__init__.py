"""Weights that come in, ours or another program's, and the network that they carry or imply.

`read_network(path, frame)` gives weights for the network of now, or, where they are of another one, those with the
experiment that would have to be begun for them. Nothing is taken in part: what is not ours is refused in a sentence.
"""

from nnstudio.files.imports.reading import KINDS, Imported, read_network

__all__ = ["KINDS", "Imported", "read_network"]
