"""The example that is followed: chosen by what its data are, with the answers of the state that is held."""
