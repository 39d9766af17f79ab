"""The four phases as one line: a pill for each step, full where it was computed, ringed here, dashed where not yet."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from nnstudio.ui import theme
from nnstudio.ui.microscope.walk import PHASES, Walk
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Stage

MOST_PILLS = 24
_GAP, _HEIGHT, _TOP = 3.0, 7.0, 26.0
_BETWEEN = 14.0
_SHORT = {"Forward": "Forw.", "Backward": "Back.", "Update": "Upd."}


class PhaseLine(Stage):
    """Shows where a walk stands; a press asks for a step."""

    chosen = Signal(int)  # the place of a stop

    def __init__(self) -> None:
        super().__init__(
            "Phases of the update",
            "One pill for each step: full where it was computed, ringed where you are. A click goes there.",
            "<b>One update in four phases</b><p>Forward: z = Σ w·x + b, a = f(z). Loss: how wrong that is. Backward: "
            "∂L/∂z = ∂L/∂a · f′(z), from the loss to the first layer. Update: w ← w − η · g.</p>"
            "<p><b>Example:</b> 2-3-1 has 4 steps forward, 1 for the loss, 4 backward and 4 updates. → ← go one step, "
            "1 2 3 4 to a phase, Home and End to its ends.</p><p><b>Source:</b> Rumelhart, Hinton, Williams: "
            "Learning representations by back-propagating errors, 1986.</p>",
        )
        self._shown: Walk | None = None
        self._boxes: list[tuple[QRectF, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(40)

    def show_walk(self, walk: Walk) -> None:
        """This one, where it stands now."""
        self._shown = walk
        self.arrange()
        self.read()

    def arrange(self) -> None:
        root, walk = self.clear(), self._shown
        self._boxes = []
        if walk is None:
            return
        colors, bold, plain = theme.current(), text_font(12, bold=True), text_font(11)
        counts = [min(len(walk.of_phase(phase)), MOST_PILLS) for phase in PHASES]
        room = self.width() - _BETWEEN * (len(PHASES) - 1)
        shares = [max(count, 14) for count in counts]  # room for the name of the phase
        x = 0.0
        for phase, count, share in zip(PHASES, counts, shares, strict=True):
            width = room * share / sum(shares)
            places = walk.of_phase(phase)
            here, done = walk.stop.phase is phase, places[-1] < walk.here
            shade = colors.accent if here else colors.text if done else colors.dim
            title = f"{phase.label} ✓" if done else phase.label
            words = items.Words(root, QPointF(x, 10), bold if here else plain, shade, title)
            note = f"{places.index(walk.here) + 1} of {len(places)}" if here else "" if done else "not computed yet"
            align = Qt.AlignmentFlag.AlignRight
            noted = items.Words(root, QPointF(x + width, 10), plain, colors.dim, note, align)
            if noted.box.left() < words.box.right() + _GAP:
                noted.say("")
            for shorter in (phase.label, _SHORT.get(phase.label, phase.label)):
                if words.box.right() > x + width:
                    words.say(shorter)
            if words.box.right() > x + width + _BETWEEN / 2:
                face = QFontMetricsF(bold if here else plain)
                words.say(face.elidedText(phase.label, Qt.TextElideMode.ElideRight, width + _BETWEEN / 2))
            self._pills(x, width, places, count)
            x += width + _BETWEEN

    def _pills(self, x: float, width: float, places: list[int], count: int) -> None:
        walk, colors = self._shown, theme.current()
        assert walk is not None
        pill = (width - _GAP * (count - 1)) / count
        done, now, to_come = QPainterPath(), QPainterPath(), QPainterPath()
        for number in range(count):
            first, last = (len(places) * edge // count for edge in (number, number + 1))
            box = QRectF(x + number * (pill + _GAP), _TOP, pill, _HEIGHT)
            self._boxes.append((box, places[first]))
            shape = done if places[last - 1] < walk.here else now if places[first] <= walk.here else to_come
            shape.addRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
        items.path(self.root, items.NO_PEN, QColor(colors.accent)).setPath(done)
        items.path(self.root, QPen(QColor(colors.accent), 2), QColor(colors.accent_soft)).setPath(now)
        items.path(self.root, QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)).setPath(to_come)

    def place_at(self, position: QPointF) -> int | None:
        """The stop under this point."""
        for box, place in self._boxes:
            if box.adjusted(-1, -8, 1, 8).contains(position):
                return place
        return None

    def summary(self) -> str:
        walk = self._shown
        if walk is None:
            return ""
        done = [phase.label for phase in PHASES if walk.of_phase(phase)[-1] < walk.here]
        computed = ", ".join(done) or "nothing"
        return f"{walk.stop.phase.label}, step {walk.here + 1} of {len(walk.stops)}; computed: {computed}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None:
            self.chosen.emit(place)

    def sizeHint(self) -> QSize:
        return QSize(620, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 40)
