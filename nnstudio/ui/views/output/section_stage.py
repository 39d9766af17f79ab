"""A plane through the inputs of a table, coloured by what the network answers there, with the examples where they fall
on it. It is drawn and explored like the plane of two inputs."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.example import AnyExample, Chosen, TypedInputs
from nnstudio.core.run.frame import FloatArray, Frame
from nnstudio.core.run.section import SectionReading
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary import BoundaryStage, answers_in_words
from nnstudio.ui.examples.choosing import circle
from nnstudio.ui.examples.points import to_plane
from nnstudio.ui.examples.wording import example_name, target_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.widgets.figures import decimal, tick


class SectionStage(BoundaryStage):
    """Its points are examples of the table; a place between them has inputs of its own."""

    def __init__(self) -> None:
        self._reading: SectionReading | None = None
        self._whole: Dataset | None = None
        self._names = "", ""
        super().__init__()
        self.setAccessibleName("Plane of inputs")
        self.setWhatsThis(
            "<b>Plane of inputs</b><p>x = x₀ + a·d₁ + b·d₂: every pixel is such an example, sent through the network. "
            "Two inputs take the values of the axes and all others stay where they are, at their mean or as the chosen "
            "example has them; or d₁ and d₂ are the principal components, in which the training examples differ "
            "most. The points are the examples, where they fall on the plane: their other inputs are their own, so "
            "the colour below a point is not what the network answers to it.</p><p><b>Example:</b> across petal "
            "length, upwards petal width: a pixel at (4.5, 1.5) has the mean sepal length and width.</p>"
            "<p><b>Source:</b> I. Jolliffe, <i>Principal Component Analysis</i>, 2002.</p>"
        )

    def show_frame(self, frame: Frame, legible: bool = True) -> None:
        """Draw the plane of this frame."""
        reading, before = frame.section, self._reading
        self._reading, self._whole = reading, frame.dataset
        if reading is None:
            self._output = self._dataset = None
            if before is not None:
                self.arrange()
            return
        inputs = reading.section.inputs
        names = frame.dataset.input_names
        self._names = (names[inputs[0]], names[inputs[1]]) if inputs else ("PC 1", "PC 2")
        self.across = self._names[0]
        self.show_plane(reading.dataset, reading.output, frame.example, None, legible)
        self.show_chosen(self._chosen)

    # Its examples are those of the whole data.

    def go_with(self, dataset: Dataset, chosen: AnyExample | None) -> None:
        super().go_with(self._whole or dataset, chosen)

    def _of_whole(self, found: Chosen) -> Chosen:
        assert self._reading is not None
        return Chosen(found.split, int(self._reading.examples[found.split][found.index]))

    def example_at(self, position: QPointF) -> AnyExample | None:
        found = super().example_at(position)
        return self._of_whole(found) if isinstance(found, Chosen) else found

    def example_of(self, spot: Spot) -> Chosen | None:
        found = super().example_of(spot)
        return self._of_whole(found) if found else None

    def typed_at(self, x1: float, x2: float) -> TypedInputs:
        assert self._reading is not None
        assert self._whole is not None
        recipe = self._whole.recipe
        return TypedInputs(tuple((self._reading.inputs_at(x1, x2) * recipe.scale + recipe.shift).tolist()))

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        reading, example = self._reading, self._example
        if reading is None or example is None or example.chosen != chosen:
            return None
        place = reading.axes.coordinates(example.inputs[None].astype(np.float64))
        at = QPointF(*to_plane(place, self._extent, self.plane())[0].tolist())
        return circle(at, self._radius() + 4) if self.plane().contains(at) else None

    # What stands there.

    def coordinates(self, x1: float, x2: float) -> str:
        return ", ".join(f"{name} {decimal(value)}" for name, value in zip(self._names, (x1, x2), strict=True))

    def _point(self, chosen: Chosen, nearby: FloatArray) -> Sequence[str]:
        whole, example, here = self._whole, self._of_whole(chosen), self._dataset
        assert whole is not None
        assert here is not None
        split, drawn = example.split.of(whole), chosen.split.of(here)
        assert split is not None
        assert drawn is not None
        read = self._example
        own = answers_in_words(whole, read.answer, "=") if read is not None and read.chosen == example else ()
        place = self.coordinates(*drawn.raw[chosen.index].tolist())
        return example_name(example), place, f"target {target_of(whole, split, example.index)}", *own

    # Drawing.

    def arrange(self) -> None:
        super().arrange()
        if self._reading is None:
            return
        colors, font = theme.current(), text_font(11)
        _, _, bottom, top = self._extent
        metrics, plane = QFontMetricsF(font), self.plane()
        ends = " … ".join(tick(float(f"{edge:.3g}")) for edge in (bottom, top))
        fitting = (f"↑ {self._names[1]}  {ends}", f"↑ {self._names[1]}")
        room = plane.width() - 24
        words = next((each for each in fitting if metrics.horizontalAdvance(each) <= room), "")
        words = words or metrics.elidedText(fitting[1], Qt.TextElideMode.ElideRight, room)
        box = QRectF(plane.topLeft() + QPointF(6, 6), plane.topLeft() + QPointF(18, 8 + metrics.height()))
        box.setWidth(metrics.horizontalAdvance(words) + 12)
        ground = QColor(colors.card)
        ground.setAlpha(215)
        items.path(self.root, brush=ground, z=3).setPath(items.rounded(box, 5))
        items.Words(self.root, QPointF(box.left() + 6, box.center().y()), font, colors.dim, words, z=4)
