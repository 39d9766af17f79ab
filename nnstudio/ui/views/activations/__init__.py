"""The pieces of the Activations card."""
