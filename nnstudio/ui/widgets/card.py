"""A card: a quiet white sheet with a title that can be moved, floated and closed.

Every panel and view of the window lies on one. Its title bar carries the name on the left and the view's switches on
the right; beside the name, float, close and *show as a table* appear when the pointer or the keyboard comes near. The
bar is also the handle to drag the card by. A card that floats is a small window: it throws a shadow, its bar has a
ground of its own, and the buttons stay at the bar's end.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMargins, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.ui import theme
from nnstudio.ui.compositing import composited
from nnstudio.ui.explanations import Explanation
from nnstudio.ui.explanations.window import CARDS, CLOSE, FLOAT, TABLE
from nnstudio.ui.icons import icon
from nnstudio.ui.widgets.roving import Roving

_RADIUS = 10
_MARGIN = 16
_ABOVE, _BELOW = 11, 7
"""Around what stands in a title bar."""
_NARROWEST = 150
_SHADOW = 14
"""Pixels around a floating card that its shadow takes."""
_DROP = 3
"""So much lower the shadow lies than the card."""
_DARKEST = 22, 54
"""Of 255, in a light and in a dark theme, what the innermost ring of the shadow adds to those around it."""


class CardDock(QDockWidget):
    """A dock that looks like a card. `name` identifies it in the saved layout, `switches` stand at the right.

    with_table: there is a button to show the picture on it as a table; `table_requested` says when it was pressed
    """

    table_requested = Signal()

    def __init__(
        self, name: str, title: str, body: QWidget, *switches: QWidget | None, with_table: bool = False
    ) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.toggleViewAction().setToolTip(f"Show or hide the card {title}.")
        self.setWhatsThis(CARDS[name].html(title) if name in CARDS else "")
        self.setTitleBarWidget(_TitleBar(self, title, switches, with_table))
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        self._right = 1 if isinstance(body, ScrollingBody) else _MARGIN
        self._column = column
        self._make_room(False)
        column.addWidget(body)
        self.setWidget(sheet)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, composited())
        self.topLevelChanged.connect(self._make_room)

    def _make_room(self, floating: bool) -> None:
        """For the shadow, while it floats."""
        around = _shadow(floating)
        self._column.setContentsMargins(_MARGIN + around, 0, self._right + around, _MARGIN + around)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, composited() or not self.isFloating())
        sheet, around = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _shadow(self.isFloating())
        sheet.adjust(around, around, -around, -around)
        edge, radius = (colors.line, _RADIUS) if around or not self.isFloating() else (colors.dim, 0)
        if around:
            _paint_shadow(painter, sheet, colors.dark)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(colors.card))
        painter.drawRoundedRect(sheet, radius, radius)
        if self.isFloating():
            bar = QRectF(sheet.left(), sheet.top(), sheet.width(), self.titleBarWidget().height() - around - 4)
            painter.setClipRect(bar)
            painter.setBrush(QColor(colors.field))
            painter.drawRoundedRect(sheet, radius, radius)
            painter.drawLine(bar.bottomLeft(), bar.bottomRight())


def _shadow(floating: bool) -> int:
    """How much room a card's shadow takes. Where nobody would mix it with what lies below, a firm edge has to do."""
    return _SHADOW if floating and composited() else 0


def _paint_shadow(painter: QPainter, sheet: QRectF, dark: bool) -> None:
    """Rings around the sheet, each over those that are larger."""
    painter.setPen(Qt.PenStyle.NoPen)
    for ring in range(_SHADOW - _DROP, 0, -1):
        share = 1 - ring / (_SHADOW - _DROP + 1)
        painter.setBrush(QColor(0, 0, 0, round(_DARKEST[dark] * share**2)))
        around = sheet.adjusted(-ring, -ring, ring, ring).translated(0, _DROP)
        painter.drawRoundedRect(around, _RADIUS + ring, _RADIUS + ring)


class ScrollingBody(QScrollArea):
    """`body` with a slim vertical scroll bar where the card is too low for it. The bar stands in the card's margin, so
    that nothing moves when it comes."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._body = body
        self.setWidget(body)
        body.installEventFilter(self)
        for widget in (self.viewport(), body):
            widget.setAutoFillBackground(False)
        self._keeping = False
        self.verticalScrollBar().rangeChanged.connect(self._keep_margin)
        self._keep_margin(0, 0)

    def minimumSizeHint(self) -> QSize:
        """There is no horizontal bar, so the body must fit in width."""
        width = max(self._body.minimumSizeHint().width(), round(_NARROWEST * theme.text_scale()))
        return QSize(width + _MARGIN, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # what has unfolded may need more width
        return super().eventFilter(watched, event)

    def _keep_margin(self, low: int, high: int) -> None:
        bar = self.verticalScrollBar().sizeHint().width() if high > low else 0
        margins = QMargins(0, 0, max(_MARGIN - 1 - bar, 0), 0)
        if self._keeping or margins == self.viewportMargins():
            return
        # Where the body is as high as its width lets it be, another margin may bring the bar back, and so on for ever.
        self._keeping = True
        self.setViewportMargins(margins)
        self._keeping = False


class _TitleBar(QWidget):
    def __init__(self, card: CardDock, title: str, switches: Sequence[QWidget | None], with_table: bool) -> None:
        super().__init__(card)
        name = QLabel(title.upper())
        name.setProperty("role", "section")
        keeping = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        keeping.setRetainSizeWhenHidden(True)
        name.setSizePolicy(keeping)
        self._tools = [
            _QuietButton("float", f"Float or dock {title}", FLOAT, card),
            _QuietButton("close", f"Close {title}", CLOSE, card),
        ]
        self._tools[0].clicked.connect(self._float)
        self._tools[1].clicked.connect(card.close)
        if with_table:
            self._tools.append(_QuietButton("table", f"Show {title} as a table", TABLE, card))
            self._tools[-1].clicked.connect(card.table_requested)
        Roving(self, self._tools)
        self._card, self._name, self._instead = card, name, False
        self._switches = [switch for switch in switches if switch is not None]
        for button in self._tools:
            button.setParent(self)
        card.topLevelChanged.connect(self._make_room)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, _ABOVE, _MARGIN, _BELOW)
        row.setSpacing(2)
        row.addWidget(name)
        row.addSpacing(6)
        row.addStretch(1)
        for switch in self._switches:
            row.addWidget(switch)

    def sizeHint(self) -> QSize:
        """All bars are equally high, with switches or without."""
        hint, margins = super().sizeHint(), self._row.contentsMargins()
        height = self._tools[0].sizeHint().height() + margins.top() + margins.bottom()
        return QSize(hint.width(), max(hint.height(), height))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def _float(self) -> None:
        self._card.setFloating(not self._card.isFloating())

    def _make_room(self, floating: bool) -> None:
        """While the card floats: for its shadow, and for the buttons at the end."""
        around = _shadow(floating)
        right = _MARGIN + around + (self._tools_width() + 8 if floating else 0)
        self._row.setContentsMargins(_MARGIN + around, _ABOVE + around, right, _BELOW)
        self._place_tools()
        self._show_tools(floating)

    def _tools_width(self) -> int:
        return sum(button.sizeHint().width() + 2 for button in self._tools) - 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_tools()

    def _place_tools(self) -> None:
        """Beside the name, or in its place where the switches leave no room; of a card that floats at the end, with
        *close* in the corner."""
        floating = self._card.isFloating()
        self._row.activate()
        left = self._name.geometry().right() + 6
        switches = [switch.geometry().left() for switch in self._switches if not switch.isHidden()]
        self._instead = not floating and left + self._tools_width() > min(switches, default=self.width())
        if self._instead:
            left = self._name.geometry().left()
        if floating:
            left = self.width() - _shadow(floating) - _MARGIN + 6 - self._tools_width()
        float_, close, *table = self._tools
        for button in (*table, float_, close) if floating else self._tools:
            size = button.sizeHint()
            top = self._name.geometry().center().y() - size.height() // 2
            button.setGeometry(left, top, size.width(), size.height())
            button.raise_()
            left += size.width() + 2

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_tools()  # the switches may be others
        return done

    def enterEvent(self, event: QEnterEvent) -> None:
        self._show_tools(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._show_tools(self._card.isFloating())
        super().leaveEvent(event)

    def _show_tools(self, shown: bool) -> None:
        for button in self._tools:
            button.set_shown(shown)
        self._name.setVisible(not (shown and self._instead))


class _QuietButton(QToolButton):
    """Keeps its place but shows itself only when the pointer is on the title bar, or the keyboard on it."""

    def __init__(self, name: str, text: str, explanation: Explanation, card: CardDock) -> None:
        super().__init__()
        self._card = card
        self._shown = False
        self.setProperty("role", "icon")
        self.setIcon(icon(name, "dim"))
        self.setToolTip(f"{text}.")
        self.setWhatsThis(explanation.html(text))
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_shown(self, shown: bool) -> None:
        self._shown = shown
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown or self.hasFocus():
            colors = theme.current()
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), QColor(colors.field if self._card.isFloating() else colors.card))
            super().paintEvent(event)
