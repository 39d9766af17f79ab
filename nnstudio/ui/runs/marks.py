"""How runs are told apart where several are shown: a letter, a shape, and a colour that is never blue or orange."""

from nnstudio.ui.runs.badge import LETTERS, badge_color


def mark_color(mark: str) -> str:
    """The colour of A, B, C; they come again after that."""
    return badge_color((ord(mark) - ord("A")) % len(LETTERS))
