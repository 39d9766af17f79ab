"""The learning-rate finder: its curve, and the dialog around it."""
