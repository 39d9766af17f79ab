"""The next number guessed before it is shown, and why it came out so."""
