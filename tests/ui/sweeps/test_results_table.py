"""The table of a sweep: what stands in a cell can be read whole."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.standing import standings
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.sweeps.boundaries import Boundaries
from nnstudio.ui.sweeps.results_model import Kind, Rows, columns_of
from nnstudio.ui.sweeps.results_table import ResultsTable


def painted(table: ResultsTable, place: int, more: int) -> QImage:
    """The first row's cell in this column, but for its edge, were it so many pixels wider."""
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, table.columnWidth(place) + more, 30)  # pyright: ignore
    image = QImage(table.columnWidth(place) + more - 2, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    table.itemDelegate().paint(painter, option, table.results.index(0, place))
    painter.end()
    return image


@pytest.mark.parametrize("seeds", [8, 20])
def test_how_many_have_learned_is_not_cut_off(qtbot: QtBot, seeds: int):
    spec = SweepSpec(experiment=PRESETS["circle"].experiment, settings=(), runs=None, seeds=seeds)
    found = [Result(Ending.FINISHED, "", 10, 1.0, Metrics(0.1, 0.1, 0.9, 0.9, 0.0), learned_at=5)] * seeds
    table = ResultsTable(Boundaries())
    qtbot.addWidget(table)
    table.resize(1200, 200)
    columns = columns_of((), seeds, True, "test", "≥ 95 %")
    table.show_rows(Rows(standings(spec.trials, found, spec.ranking), columns))
    place = [column.kind for column in columns].index(Kind.LEARNED)
    assert table.results.standing(0).learned == seeds
    narrow = painted(table, place, 0)
    assert narrow == painted(table, place, 100).copy(narrow.rect())
