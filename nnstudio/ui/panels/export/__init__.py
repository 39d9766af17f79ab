"""The dialog that a network is taken away with: formats, what will be written, and what another reader made of it."""
