"""The pieces of the Loss card."""
