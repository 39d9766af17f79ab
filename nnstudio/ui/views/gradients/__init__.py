"""The pieces of the Gradient flow card."""
