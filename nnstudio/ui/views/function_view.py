"""The Function card: one activation, f and f′, with what is to be said about it.

It is that of the layer that is chosen in the network, and the layer's values lie on it; or any other one, to see what
that would make of the same values.
"""

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui import theme
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.function.chart import NO_DOTS, FunctionChart
from nnstudio.ui.views.function.shares import SharesChart
from nnstudio.ui.views.function.values import dots_of, examples_of, largest_of
from nnstudio.ui.views.function.words import WORDS
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.activation_icon import activation_icon
from nnstudio.ui.widgets.figures import counted, percent
from nnstudio.ui.widgets.option_box import Option, OptionBox, abbreviated

_SOFTMAX = ActivationKind.SOFTMAX
_BOX = 128
_WIDE = 1.3
"""So many times as wide as high, and the words stand beside the picture."""
_PICTURE = 210
"""So high the picture stays, where there is room."""
_GAP = 10
_FREE = 16777215  # Qt's own: no limit
_YOURS = "The three logits are yours to drag. Of a chosen example the largest ones show as hollow points."


class Whose(Enum):
    """A function that goes along with the network."""

    CHOSEN = auto()  # of the layer that is chosen there
    OUTPUT = auto()


class FunctionView(View):
    """A picture, and words below or beside it. `show_layer` turns it to a layer by its key; 0 is the output."""

    title = "Function"
    interval = 0.06
    probes = Probe.SUMS

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self._key = 0
        self._picked: ActivationKind | Whose = Whose.CHOSEN
        self.chart, self.shares = FunctionChart(), SharesChart()
        self.picture = QStackedWidget()
        self.picture.addWidget(self.chart)
        self.picture.addWidget(self.shares)
        self.formula, self.caption, self.words = _label("figure"), _label("caption"), _label("small")
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.box = OptionBox("Function", "Which activation is shown.")
        self.box.setProperty("role", "compact")
        self.box.chosen.connect(self._pick)
        self._text = QWidget()
        column = QVBoxLayout(self._text)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        for part in (self.caption, self.formula, self.words):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = _Scrolling(self._text)
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self.picture, 1)
        self._row.addWidget(self._scroll)
        self._show()

    @property
    def kind(self) -> ActivationKind:
        """The function that is shown."""
        if isinstance(self._picked, ActivationKind):
            return self._picked
        layer = self._layer()
        return (layer.activation if layer else None) or ActivationKind.TANH

    def switches(self) -> QWidget:
        return self.box

    def tables(self) -> Sequence[Table]:
        if self.kind is _SOFTMAX:
            return (self.shares.table(),)
        dots = self.chart.table_of_dots()
        return (self.chart.table(), dots) if dots else (self.chart.table(),)

    def show_layer(self, key: int) -> None:
        """Another layer is chosen in the network: its function is shown."""
        if key != self._key:
            self._key, self._picked = key, Whose.CHOSEN
            self._show()

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        self._show()

    def _pick(self, value: ActivationKind | Whose) -> None:
        self._picked = value
        self._show()

    # What is shown

    def _layer(self, whose: Whose | None = None) -> ModelLayer | None:
        """The layer whose values are seen: the chosen one, or where that has no function the first one behind it that
        has."""
        layers = self._frame.model.layers if self._frame is not None else ()
        if (whose or self._picked) is Whose.OUTPUT:
            return layers[-1] if layers else None
        start = next((place for place, layer in enumerate(layers) if layer.key == self._key), 0)
        return next((layer for layer in layers[start:] if layer.activation is not None), None)

    def _show(self) -> None:
        kind, layer = self.kind, self._layer()
        self.box.offer(self._options(), self._picked)
        softmax = kind is _SOFTMAX
        self.picture.setCurrentWidget(self.shares if softmax else self.chart)
        _say(self.caption, self._show_shares(layer) if softmax else self._show_curve(kind, layer))
        letter = "pᵢ" if softmax else "f(z)"
        slope = WORDS[kind].slope if softmax else f"f′(z) = {WORDS[kind].slope}"
        _say(self.formula, f"{letter} = {kind.formula}\n{slope}")
        _say(self.words, _in_words(kind))
        self._fit()

    def _show_curve(self, kind: ActivationKind, layer: ModelLayer | None) -> str:
        """Returns what the dots are."""
        self.chart.show_kind(kind)
        dots = dots_of(self._frame, layer) if self._frame is not None and layer is not None else NO_DOTS
        self.chart.show_dots(dots)
        if self._frame is None or layer is None or not len(dots.z):
            return ""
        said = f"Dots: {counted(len(dots.z), 'value')} of {layer.name}, {examples_of(self._frame)}."
        if self.chart.beyond:
            said += f" {self.chart.beyond} beyond the axis."
        if layer.activation is not None and layer.activation is not kind:
            said += f" {layer.name} itself has {layer.activation.label}."
        return said

    def _show_shares(self, layer: ModelLayer | None) -> str:
        """Returns what the hollow points are."""
        live = largest_of(self._frame, layer) if self._frame is not None and layer is not None else None
        self.shares.show_live(live)
        if live is None or self._frame is None or layer is None:
            return _YOURS
        named = ", ".join(f"{name} {percent(p)}" for name, p in zip(live.names, live.p, strict=True))
        others = f", all others {percent(1 - sum(live.p))}" if layer.shape[0] > len(live.p) else ""
        return f"Hollow: {layer.name}, {examples_of(self._frame)}: {named}{others}."

    def _options(self) -> list[Option]:
        """The functions that go along with the network, then all there are."""
        options: list[Option] = []
        chosen, output = self._layer(Whose.CHOSEN), self._layer(Whose.OUTPUT)
        for whose, layer in ((Whose.CHOSEN, chosen), (Whose.OUTPUT, output)):
            if layer is not None and layer.activation is not None and not (whose is Whose.OUTPUT and layer is chosen):
                label, kind = layer.activation.label, layer.activation
                tip, icon = f"The function of {layer.name}, with its values.", activation_icon(kind)
                options.append(Option(f"{layer.name} · {label}", whose, tip, icon=icon, short=abbreviated(label)))
        for kind in ActivationKind:
            icon, short = activation_icon(kind), abbreviated(kind.label)
            options.append(Option(kind.label, kind, kind.help, icon=icon, short=short))
        return options

    # Sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self.words.setText(_in_words(self.kind))
            self._fit()

    def _fit(self) -> None:
        """Words beside a picture that is wide, below one that is high; what is too much of them scrolls."""
        self.box.setFixedWidth(round(_BOX * theme.text_scale()))
        self.caption.setVisible(bool(self.caption.text()))
        wide = self.width() > _WIDE * self.height()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._row.direction() is not direction:
            self._row.setDirection(direction)
        room = max(self.height() - _PICTURE - _GAP, 60)
        self._scroll.setMaximumWidth(round(0.45 * self.width()) if wide else _FREE)
        self._scroll.setMaximumHeight(_FREE if wide else room)
        self._scroll.updateGeometry()


class _Scrolling(QScrollArea):
    """Words that take the height that they need, where there is room for it."""

    def __init__(self, words: QWidget) -> None:
        super().__init__()
        self._words = words
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(words)
        for widget in (self.viewport(), words):
            widget.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return QSize(_PICTURE, self._words.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 40)


def _in_words(kind: ActivationKind) -> str:
    """Range, flat places, what that does to learning, source."""
    words, dim = WORDS[kind], theme.current().dim
    lines = [("Range", words.range), ("Flat", words.flat), ("Learning", words.learning)]
    lines += [("At 0", words.at_zero)] if words.at_zero else []
    lines.append(("Source", words.source))
    return "".join(
        f'<p style="margin:0 0 5px 0"><span style="color:{dim}">{name}</span>&nbsp; {_plain(text)}</p>'
        for name, text in lines
    )


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(FunctionView, plane_frame(), 256, 500)
