"""The heads of the preview's columns: the name, what it is used for, and how its values are distributed."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from nnstudio.core.data.table_findings import Sort
from nnstudio.core.data.table_sketch import Sketch
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.table_recipe import Use
from nnstudio.ui import theme
from nnstudio.ui.panels.own_table.draft import Looked, Proposed
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stylesheet import mix

HEIGHT, SKETCH, MARGIN = 104, 34, 10
NARROWEST, WIDEST = 64, 190
_NAME, _KIND = 13.0, 11.0
_NAMED = {Use.NUMBER: "number", Use.CATEGORY: "category", Use.DATE: "date"}
_WHY = {"differs": "id", "is empty": "empty", "is text": "text", "says": "gives it away", "has no": "empty"}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over one column. `tone`: the colour of the kind, by its role in the theme; classes: how many there
    are to tell apart, if it is the target, and 0 else"""

    name: str
    kind: str
    tone: str
    used: bool
    target: bool
    sketch: Sketch
    classes: int = 0
    class_shares: tuple[float, ...] = ()


def heads_of(looked: Looked, proposed: Proposed | None) -> list[Head]:
    """One for each column of the file."""
    found: list[Head] = []
    spec = None if proposed is None else proposed.proposal.spec
    recipe = None if spec is None else spec.recipe
    columns = {} if recipe is None else {column.name: column for column in recipe.columns}
    asked = _asked(proposed)
    for name in looked.table.columns.names:
        sketch = looked.sketches[name]
        column = columns.get(name)
        if column is None:
            target = recipe is not None
            classes = 0 if spec is None or spec.task is Task.REGRESSION else len(spec.target_names)
            counts = proposed.overview.classes if proposed is not None else ()
            shares = tuple(count / max(*counts, 1) for count in counts) if classes else ()
            found.append(Head(name, "target" if target else "", "accent", True, target, sketch, classes, shares))
        elif column.is_input:
            kind, tone = _NAMED[column.use], "dim"
            if name in asked:
                kind, tone = f"{kind}?", "warning_text"
            found.append(Head(name, kind, tone, True, False, sketch))
        else:
            found.append(Head(name, _reason(column.why), "dim", False, False, sketch))
    return found


def _asked(proposed: Proposed | None) -> set[str]:
    """The columns of which it is not sure what they are."""
    if proposed is None:
        return set()
    findings = proposed.proposal.findings
    names = {name for each in findings if each.sort is Sort.FEW_VALUES for name in each.columns}
    return names - set(proposed.wishes.uses)


def _reason(why: str) -> str:
    """Why a column is left out, in a word or two."""
    if why.endswith("in every row") and why.startswith("is "):
        return "constant"
    return next((word for begin, word in _WHY.items() if why.startswith(begin)), "left out")


class ColumnHeads(QHeaderView):
    """Paints a `Head` over each column."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.heads: list[Head] = []
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(24)

    def show_heads(self, heads: list[Head]) -> None:
        """Show these from now on."""
        self.heads = heads
        self.viewport().update()

    def width_of(self, head: Head, widest_cell: int) -> int:
        """How wide the column of this head is."""
        scale = theme.text_scale()
        words = max(
            QFontMetrics(_name_font(head)).horizontalAdvance(head.name),
            QFontMetrics(text_font(_KIND)).horizontalAdvance(head.kind),
            widest_cell,
        )
        return min(max(words + 2 * MARGIN, round(NARROWEST * scale)), round(WIDEST * scale))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), round(HEIGHT * theme.text_scale()))

    def sectionSizeFromContents(self, logicalIndex: int) -> QSize:  # noqa: N803 -- Qt's name
        return QSize(super().sectionSizeFromContents(logicalIndex).width(), round(HEIGHT * theme.text_scale()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        beyond = self.viewport().rect().adjusted(self.length() - self.offset(), 0, 0, 0)
        with QPainter(self.viewport()) as painter:
            painter.fillRect(beyond, QColor(theme.current().card))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 -- Qt's name
        if logicalIndex < len(self.heads):
            painter.save()
            _paint(painter, QRectF(rect), self.heads[logicalIndex])
            painter.restore()


def _name_font(head: Head) -> QFont:
    font = text_font(_NAME, bold=True)
    font.setStrikeOut(not head.used)
    return font


def _paint(painter: QPainter, box: QRectF, head: Head) -> None:
    colors, scale = theme.current(), theme.text_scale()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if head.target:
        painter.fillRect(box, QColor(colors.accent_soft))
        painter.fillRect(QRectF(box.left(), box.top(), box.width(), 2), QColor(colors.accent))
    painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), QColor(colors.line))
    inner = box.adjusted(MARGIN, 0, -MARGIN, 0)
    name = QRectF(inner.left(), box.top() + 10 * scale, inner.width(), 20 * scale)
    painter.setFont(_name_font(head))
    painter.setPen(QColor(colors.text if head.used else colors.dim))
    align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    elided = QFontMetrics(painter.font()).elidedText(head.name, Qt.TextElideMode.ElideRight, int(inner.width()) + 1)
    painter.drawText(name, align, elided)
    painter.setFont(text_font(_KIND))
    painter.setPen(QColor(getattr(colors, head.tone)))
    painter.drawText(QRectF(inner.left(), name.bottom(), inner.width(), 16 * scale), align, head.kind)
    bottom = box.bottom() - 12 * scale
    _paint_sketch(painter, QRectF(inner.left(), bottom - SKETCH * scale, inner.width(), SKETCH * scale), head)


def _paint_sketch(painter: QPainter, box: QRectF, head: Head) -> None:
    colors, sketch = theme.current(), head.sketch
    painter.setPen(Qt.PenStyle.NoPen)
    quiet = QColor(mix(colors.card, colors.dim, 0.62 if head.used else 0.25))
    shares = head.class_shares if head.classes else sketch.shares
    if not shares:
        return
    if head.classes:
        _paint_lying(painter, box, shares[:4], [theme.class_color(place, head.classes) for place in range(4)])
    elif sketch.upright:
        pitch = min(box.width() / len(shares), 16.0 if len(shares) < 6 else box.width())
        wide = max(pitch - 1.5, 1.0) if len(shares) >= 6 else pitch * 0.62
        for place, share in enumerate(shares):
            high = max(share * box.height(), 1.0 if share else 0.0)
            painter.fillRect(QRectF(box.left() + place * pitch, box.bottom() - high, wide, high), quiet)
    else:
        gaps = (sketch.gaps,) if sketch.gaps else ()
        amber = QColor(mix(colors.card, colors.warning, 0.6))
        _paint_lying(painter, box, (*shares, *gaps), [*([quiet] * len(shares)), amber])


def _paint_lying(painter: QPainter, box: QRectF, shares: tuple[float, ...], tones: list[QColor]) -> None:
    pitch = box.height() / max(len(shares), 3)
    for place, (share, color) in enumerate(zip(shares, tones, strict=False)):
        wide = max(share * box.width(), 2.0)
        painter.fillRect(QRectF(box.left(), box.top() + place * pitch, wide, min(pitch * 0.66, 7.5)), color)
