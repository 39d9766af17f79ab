"""One kind of layer in the palette: its picture, its name, and one line about it."""

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from nnstudio.core.experiment import LAYER_KINDS, LayerSpec
from nnstudio.core.network.layer_edits import Offer
from nnstudio.ui.explanations.settings import SETTINGS
from nnstudio.ui.icons import icon
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current, text_scale
from nnstudio.ui.views.network.titles import fitting

_ICON = 12
_MARGIN = 4
_WALK = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: -99, Qt.Key.Key_End: 99}
_CHOOSE = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


def kinds_to_choose() -> list[type[LayerSpec]]:
    """The kinds of the palette: those for all data first. Variants of them are chosen on the Layer card."""
    return sorted((kind for kind in LAYER_KINDS.values() if kind.brief), key=lambda kind: kind.for_images)


class PaletteCell(QAbstractButton):
    """Chosen by a click, Space or Enter. It stays reachable where its kind cannot stand, so that it can say why."""

    walked = Signal(int)  # so many cells on
    left = Signal()

    def __init__(self, kind: type[LayerSpec], parent: QWidget) -> None:
        super().__init__(parent)
        name, self._line = kind.brief or (kind.label, "")
        self.kind = kind
        self.offer: Offer | None = None
        self.setText(name)
        self.setAccessibleName(name)
        self.setWhatsThis(SETTINGS["Kind"].html(kind.label, kind.help))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)

    def show_offer(self, offer: Offer) -> None:
        """Offer this from now on."""
        self.offer = offer
        _, line = self.kind.brief or ("", "")
        misfit = f"{line}; needs images" if offer.lacks_images else "does not fit here"
        self._line = misfit if offer.reason else line
        self.setToolTip(offer.reason or self.kind.help)
        self.setAccessibleDescription(offer.reason or self.kind.help)
        self.update()

    @property
    def fits(self) -> bool:
        """Whether its kind can stand in this place."""
        return self.offer is not None and not self.offer.reason

    def sizeHint(self) -> QSize:
        return QSize(92, 56) * text_scale()

    def minimumSizeHint(self) -> QSize:
        return QSize(84, 56) * text_scale()

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()  # otherwise the arrows step, and Space plays
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and event.key() in {*_WALK, *_ENDS, *_CHOOSE, Qt.Key.Key_Escape}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self._takes(event):
            super().keyPressEvent(event)
        elif key in _CHOOSE:
            self.click()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            self.walked.emit((_WALK | _ENDS)[key])

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.hasFocus() or (self.underMouse() and self.fits):
            painter.setBrush(QColor(mix(theme.card, theme.accent, 0.1)))
            painter.setPen(QPen(QColor(theme.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 6, 6)
        scale = text_scale()
        margin, side = round(_MARGIN * scale), round(_ICON * scale)
        name, line = text_font(12, bold=True), text_font(11)
        height = QFontMetricsF(name).height()
        icon(f"layer-{self.kind.kind}", "text" if self.fits else "dim").paint(
            painter, QRect(margin, margin + round((height - side) / 2), side, side)
        )
        painter.setFont(name)
        painter.setPen(QColor(theme.text if self.fits else theme.dim))
        left = margin + side + 1
        names = self.text(), self.kind().titles[0].split()[0]
        room = QRectF(left, margin, self.width() - left, height)
        title = fitting(names, QFontMetricsF(name), room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(line)
        painter.setPen(QColor(theme.dim))
        below = QRectF(margin, margin + height + 1, self.width() - margin - 1, self.height() - margin - height)
        painter.drawText(below, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._line)
