"""The pieces of the Gradient card."""
