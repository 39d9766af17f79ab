"""The runs of a project, in the place of the cards: the shelf at the left, and beside it the run that is chosen, or
what is made of several.

`page` places them, `model` and `row_painter` are the list of rows, `words` what is said of them, `portraits` draws what
they have learned, beside the window's thread.
"""
