"""The loss around a network's weights, on a plane that is cut through them.

Which way the plane lies (`directions`), where the run has come along (`path`), and how high the loss is (`survey`). A
slice shows two directions of as many as there are weights: what looks like a valley may be a saddle beside it.
"""
