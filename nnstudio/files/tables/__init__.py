"""Somebody's own data: tables as text, files of arrays, data frames, from the disk to `Columns`.

Read `source`: it says which reader a file needs. `scan` looks at every byte once, `text_format` decides how the text is
to be read, `text_reader` reads it with pandas, piece by piece.
"""
