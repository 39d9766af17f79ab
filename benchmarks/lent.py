"""How much of its time the machine lends to others: a virtual one is told by its host, and figures of a minute in which
much was taken say little about the program."""

from pathlib import Path

_STAT = Path("/proc/stat")
_TAKEN, _KINDS = 7, 8
"""Place of the time taken by the host among the kinds of time, and how many kinds there are that do not overlap."""


class Lent:
    """Looks at the machine from its making on."""

    def __init__(self) -> None:
        self._before = _times()

    @property
    def share(self) -> float:
        """Of the time in which somebody here wanted a core, what the host gave to others; 0 where it does not say."""
        times = [now - before for now, before in zip(_times(), self._before, strict=True)]
        taken = times[_TAKEN] if times else 0
        used = sum(times[:3]) + sum(times[5:_KINDS]) if times else 0
        return taken / used if used else 0.0


def _times() -> list[int]:
    """By kind: user, nice, system, idle, waiting for disks, interrupts, soft interrupts, taken."""
    try:
        return [int(word) for word in _STAT.read_text().split("\n", 1)[0].split()[1 : 1 + _KINDS]]
    except OSError:
        return []
