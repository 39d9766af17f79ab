"""The pieces of the Output card."""
