"""The mathematics of learning, in NumPy and the standard library alone."""
