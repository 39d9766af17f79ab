"""How often something costly is read: in every frame of a run that rests, seldom enough in those of one that learns."""

LONGEST = 24
"""Of so many frames at least one brings a new reading."""
ALLOWED = 0.25e-3
"""Seconds of a frame, on average."""


class Spacing:
    """Says which frames are to bring a new reading of something."""

    def __init__(self) -> None:
        self._period, self._since = 1, LONGEST

    def due(self, learning: bool) -> bool:
        """Whether this frame is one of them; to be asked once a frame."""
        self._since += 1
        return not learning or self._since >= self._period

    def took(self, seconds: float) -> None:
        """A reading was made, and took so long."""
        self._since, self._period = 0, min(max(1, round(seconds / ALLOWED)), LONGEST)
