"""The runs that were left for another one, kept to come back to.

`rows` says what stands on the shelf: a run with its whole state, or one experiment from many seeds. `shelf` is all of
them as one value, with what the present run is called; whatever is done to it makes another one.
"""
