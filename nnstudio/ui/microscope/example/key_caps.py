"""Which keys do what, each drawn as the cap of a key."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnstudio.ui.microscope.parts import label

Deed = tuple[Sequence[str], str]
_LINES: tuple[tuple[Deed, ...], ...] = (
    ((("↑", "↓"), "another example"),),
    ((("←", "→"), "one step"), (("Tab",), "next unit")),
    ((("Space",), "wave"), (("Esc",), "fold, close")),
)


class KeyCaps(QWidget):
    """A line for each two or three keys, spoken as one sentence."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(5)
        for line in _LINES:
            row = QHBoxLayout()
            row.setSpacing(4)
            for place, (keys, words) in enumerate(line):
                if place:
                    row.addSpacing(4)
                for key in keys:
                    row.addWidget(label("cap", key))
                row.addWidget(label("caption", words))
            row.addStretch(1)
            column.addLayout(row)
        self.setAccessibleName("Keys")
        self.setAccessibleDescription(
            "; ".join(f"{' '.join(keys)}: {words}" for line in _LINES for keys, words in line)
        )
