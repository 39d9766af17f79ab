"""The scatter matrix on the Output card: chosen inputs, points that are examples, cells that lead to the plane."""

from itertools import pairwise

import numpy as np
import pytest
from output_cards import colors_of, shown_output
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QGraphicsSimpleTextItem
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, TypedInputs
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.section import Section
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.output.scatter_dots import dots
from nnstudio.ui.views.output.scatter_layout import broken
from nnstudio.ui.views.output.table_bar import TableMode, modes_of
from nnstudio.ui.views.output_view import OutputView

LEFT = Qt.MouseButton.LeftButton
NAMES = ["sepal length (cm)", "sepal width (cm)", "petal_length", "petal_width", "age", "girth", "shade"]


def trees(rows: int, inputs: int = 7) -> Dataset:
    random = np.random.default_rng(6)
    values = random.normal(0, 1, (rows, inputs))
    values[:, 1] = values[:, 0] + 0.1 * values[:, 1]
    kinds = np.array(["ash", "birch", "cedar"])[(values[:, 0] > 0).astype(int) + (values[:, -1] > 0)]
    return Dataset.from_arrays(values, kinds, input_names=NAMES[:inputs])


class Card:
    """The card in the mode of the scatter matrix, with these data."""

    def __init__(self, qtbot: QtBot, data: Dataset) -> None:
        self.view: OutputView = shown_output(qtbot)
        self.stage = self.view.scatter
        self._observer = Observer(Trainer(default_experiment(data.spec), dataset=data), 1)
        self.show()
        self.go(qtbot, TableMode.SCATTER)

    def go(self, qtbot: QtBot, mode: TableMode) -> None:
        qtbot.mouseClick(self.view.bar.switch.button(list(TableMode).index(mode)), LEFT)
        self.show()

    def show(self, chosen: Chosen | TypedInputs | None = None) -> None:
        view = self.view
        view.show_frame(self._observer.frame(view.probes, section=view.section, chosen=chosen))
        QApplication.processEvents()

    def point(self, row: int, spot: Spot) -> QPointF:
        assert self.stage._rows is not None
        return self.stage._place(self.stage._rows.shares[row], spot)


def lonely(card: Card, spot: Spot) -> int:
    """A row whose point no other one comes near in a cell."""
    assert card.stage._rows is not None
    places = card.stage._rows.shares[:, [spot.column, spot.row]]
    distance = np.hypot(*np.moveaxis(places[:, None] - places[None], -1, 0))
    np.fill_diagonal(distance, np.inf)
    return int(distance.min(axis=1).argmax())


def test_points_are_examples_and_cells_lead_to_the_plane(qtbot: QtBot) -> None:
    data = trees(60)
    card = Card(qtbot, data)
    view, stage, bar = card.view, card.stage, card.view.bar.scatter
    assert stage.isVisible()
    assert not view.metrics.isVisible(), "pairs of inputs say nothing about the network"
    assert (bar.said.text(), bar.inputs) == ("60 rows", (0, 1, 2, 3, 4))
    assert stage.places() == (5, 5)
    spot = Spot(2, 3)
    row = lonely(card, spot)
    at = card.point(row, spot)
    example = stage._rows.sample.example(row)  # type: ignore[union-attr]
    qtbot.mouseMove(stage.viewport(), at.toPoint())
    raw = example.split.of(data).raw[example.index]  # type: ignore[union-attr]
    lines = stage.reading(spot)
    assert lines[0] == f"Example {example.number}, {example.split.value}"
    assert lines[1].startswith("petal_length ")
    assert float(lines[1].split()[1].replace("−", "-")) == pytest.approx(raw[2], abs=0.01)
    assert lines[3].startswith("target ")
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.mouseClick(stage.viewport(), LEFT, pos=at.toPoint())
    assert heard.args == [example]
    card.show(example)
    ring = stage.outline_of(example)
    assert ring is not None
    for cell in stage._layout.spots():
        assert ring.intersects(stage._layout.cell(cell)), "it is marked in every cell"
    assert ring.contains(card.point(row, spot)), "the strip of the example took room, and all went along"
    outside = TypedInputs((99.0,) * 7)
    card.show(outside)
    assert stage.outline_of(outside) is not None, "beyond the rows it lies at the edge"
    assert any("target" in table.headers and len(table.rows) == 60 for table in view.tables())
    # The corner of a cell that no point is near.
    free = next(
        (cell, corner)
        for cell in stage._layout.spots()
        for corner in (stage._layout.inside(cell).topLeft(), stage._layout.inside(cell).bottomRight())
        if cell.column != cell.row and stage._row_at(corner) is None
    )
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.mouseClick(stage.viewport(), LEFT, pos=free[1].toPoint())
    assert view.bar.mode is TableMode.PLANE
    assert view.section == Section((free[0].column, free[0].row))
    card.show()
    assert view.section_stage.isVisible()
    assert view.bar.plane.isVisible()
    assert not bar.isVisible()
    card.go(qtbot, TableMode.SCATTER)
    qtbot.mouseDClick(stage.viewport(), LEFT, pos=card.point(row, spot).toPoint())
    assert view.section == Section((2, 3)), "where points leave no room, two clicks do"


def test_the_matrix_is_read_and_left_by_the_keys_alone(qtbot: QtBot) -> None:
    card = Card(qtbot, trees(60, 3))
    stage = card.stage
    stage.setFocus()
    assert stage.accessibleDescription().startswith("60 rows, 3 inputs.")
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert stage.spot == Spot(0, 0)
    assert stage.reading(Spot(0, 0))[:2] == ("sepal length (cm)", "60 rows")
    qtbot.keyClick(stage, Qt.Key.Key_Return)
    assert card.view.bar.mode is TableMode.SCATTER, "an input alone has no plane"
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    heading, correlation, hint = stage.reading(Spot(1, 0))
    assert (heading, hint) == ("sepal length (cm) over sepal width (cm)", "Enter: its plane")
    assert float(correlation.removeprefix("correlation ")) > 0.98
    assert stage.figure(Spot(1, 0)) == pytest.approx(stage.figure(Spot(0, 1)))
    qtbot.keyClick(stage, Qt.Key.Key_Return)
    assert card.view.section == Section((1, 0))


def test_which_inputs_are_shown_is_ticked_in_a_list(qtbot: QtBot) -> None:
    card = Card(qtbot, trees(2500))
    stage, bar = card.stage, card.view.bar.scatter
    ticks = bar.field.list
    assert bar.said.text() == "2\N{NO-BREAK SPACE}000 of 2\N{NO-BREAK SPACE}500 rows"
    assert stage._rows is not None
    assert len(stage._rows.values) == 2000
    ticks.list.setCurrentRow(5)
    qtbot.keyClick(ticks.list, Qt.Key.Key_Space)
    assert bar.inputs == (0, 1, 2, 3, 4), "five are the most"
    for row in (0, 5, 1, 2, 3, 4):
        ticks.list.setCurrentRow(row)
        qtbot.keyClick(ticks.list, Qt.Key.Key_Space)
    assert bar.inputs == (4, 5), "two are the least"
    assert bar.field.currentText() == "2 of 7 inputs"
    assert stage.places() == (2, 2), "it is drawn at once"
    sample = stage._rows.sample
    card.show()
    assert stage._rows.sample is sample, "of the same rows"
    qtbot.keyClick(ticks.list, Qt.Key.Key_Return)
    assert bar.inputs == (4, 5)
    ticks.list.setCurrentRow(6)
    qtbot.keyClick(ticks.list, Qt.Key.Key_Return)
    assert bar.inputs == (4, 5, 6)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_list_opens_below_its_field_and_closes_again(qtbot: QtBot) -> None:
    card = Card(qtbot, trees(60))
    field = card.view.bar.scatter.field
    qtbot.mouseClick(field, LEFT)
    opened = field.list
    assert opened.isVisible()
    first = opened.list.visualItemRect(opened.list.item(0))
    assert opened.list.viewport().rect().contains(first)
    assert opened.list.count() == 7
    box = QPoint(first.left() + 14, first.center().y())
    qtbot.mouseClick(opened.list.viewport(), LEFT, pos=box)
    assert field.inputs == (1, 2, 3, 4), "a click on its box unticks an input, and the list stays open"
    assert opened.isVisible()
    qtbot.keyClick(opened.list, Qt.Key.Key_Escape)
    assert not opened.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_F4)
    assert opened.isVisible(), "the keys open it as they do any other field"
    opened.close()


def test_no_name_is_cut_and_classes_have_the_colours_of_the_plane(qtbot: QtBot) -> None:
    card = Card(qtbot, trees(80))
    stage = card.stage
    card.view.resize(246, 351)  # as the card is in a window of 1100 × 720
    QApplication.processEvents()
    words = [item for item in stage.items() if isinstance(item, QGraphicsSimpleTextItem) and item.text()]
    for names in (stage._layout.rows, stage._layout.columns):
        assert ["".join(lines).replace(" ", "") for lines in names] == [name.replace(" ", "") for name in NAMES[:5]]
    for item in words:
        assert stage.area.adjusted(-1, -1, 1, 1).contains(item.sceneBoundingRect()), item.text()
        assert not item.sceneBoundingRect().adjusted(2, 2, -2, -2).intersects(stage._layout.matrix)
    sides = stage._layout.cell(Spot(0, 0)).size()
    assert min(sides.width(), sides.height()) > 20
    for a, b in pairwise(stage._layout.spots()):
        assert not stage._layout.cell(a).intersects(stage._layout.cell(b))
    seen = {color.name() for color in colors_of(stage)}
    assert {theme.class_color(label, 3).name() for label in range(3)} <= seen


def test_what_tables_it_is_there_for() -> None:
    assert TableMode.SCATTER in modes_of(trees(60, 3))
    assert TableMode.SCATTER not in modes_of(trees(60, 2)), "of two inputs the plane says it all"
    assert TableMode.SCATTER not in modes_of(table_frame(Task.MULTILABEL).dataset)


def test_constant_inputs_and_values_are_drawn_too(qtbot: QtBot) -> None:
    random = np.random.default_rng(2)
    values = random.normal(size=(70, 3))
    values[:, 1] = 4.0
    card = Card(qtbot, Dataset.from_arrays(values, values[:, 0]))
    assert card.stage.reading(Spot(1, 0)) == ("x1 over x2", "Click: its plane"), "no correlation with what is constant"
    assert len(colors_of(card.stage)) > 20


def test_names_break_where_words_end_and_are_shortened_only_beyond_all_room(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(text_font(11))
    assert broken("sepal length (cm)", 3, metrics) == ("sepal", "length", "(cm)")
    assert broken("mean radius", 2, metrics) == ("mean", "radius")
    assert broken("petal_length", 2, metrics) == ("petal_", "length")
    (line,) = broken("x" * 200, 3, metrics, 100)
    assert "…" in line
    assert metrics.horizontalAdvance(line) <= 100


def test_where_points_lie_over_each_other_their_colours_are_mixed() -> None:
    places = np.array([[5.5, 5.5], [5.5, 5.5], [15.2, 5.2]])
    image = dots(places, np.array([[255.0, 0, 0], [0, 0, 255.0], [0, 0, 255.0]]), 1.5, QSize(20, 10))
    both, alone, free = (image.pixelColor(x, 5) for x in (5, 15, 10))
    assert both.red() == pytest.approx(both.blue(), abs=2)
    assert both.red() == pytest.approx(128, abs=2)
    assert (alone.red(), alone.blue()) == (0, 255)
    assert both.alpha() > alone.alpha() > 150
    assert free.alpha() == 0
