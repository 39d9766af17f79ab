"""Words and small buttons in lines, as text is set: what belongs together stays together, the rest wraps."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

LINE_GAP = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    widget: QWidget
    glued: bool


class WordFlow(QWidget):
    """`add` sets one word after the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: list[_Piece] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, word: QWidget, glued: bool = False) -> None:
        """Set a word; `glued`: without a space before it, on the same line."""
        word.setParent(self)
        self._pieces.append(_Piece(word, glued and bool(self._pieces)))
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 160)))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):  # also tells of larger text
            self.updateGeometry()
            self._arrange(self.width(), move=True)

    def _arrange(self, width: int, move: bool) -> int:
        """Set the words in lines of this width; returns the height that takes."""
        space = int(QFontMetricsF(self.font()).horizontalAdvance(" "))
        x = y = height = 0
        for group in self._groups():
            sizes = [piece.widget.sizeHint() for piece in group]
            wide = sum(size.width() for size in sizes)
            if x and x + space + wide > width:
                x, y = 0, height + LINE_GAP
            x += space if x else 0
            for piece, size in zip(group, sizes, strict=True):
                if move:
                    piece.widget.setGeometry(QRect(QPoint(x, y), QSize(min(size.width(), width), size.height())))
                x += size.width()
                height = max(height, y + size.height())
        return height

    def _groups(self) -> list[list[_Piece]]:
        groups: list[list[_Piece]] = []
        for piece in self._pieces:
            if piece.glued:
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return groups
