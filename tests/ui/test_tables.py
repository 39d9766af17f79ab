"""Every picture can be read, and copied, as a table of the numbers it shows."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.network_view import NetworkView
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.table_dialog import TableDialog

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    window.activateWindow()
    session.step(3)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 3 and bool(window.loss.tables()))
    qtbot.waitUntil(lambda: all(view.tables() for view in (window.activations, window.gradients)))
    yield window
    session.stop()


def dialog_of(window: MainWindow) -> TableDialog:
    return window.findChildren(TableDialog)[-1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["network", "output", "loss", "activations", "gradients"])
def test_the_button_of_each_card_opens_its_table(window: MainWindow, qtbot: QtBot, name: str) -> None:
    view = getattr(window, name)
    button = next(b for b in window.findChildren(QToolButton) if b.accessibleName() == f"Show {view.title} as a table")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(window)
    assert dialog.windowTitle() == f"{view.title}, update 3"
    assert dialog.view.model().rowCount() > 0
    for table in view.tables():
        assert all(len(row) == len(table.headers) for row in table.rows)
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(TableDialog))


def test_ctrl_t_shows_the_picture_that_has_the_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.loss.chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(window.loss.chart.hasFocus)
    qtbot.keyClick(window.loss.chart, Key.Key_T, Control)
    assert dialog_of(window).windowTitle() == "Loss, update 3"
    dialog_of(window).close()
    qtbot.waitUntil(lambda: not window.findChildren(TableDialog))
    page = window.centralWidget()
    assert page is not None
    window.activateWindow()
    page.setFocus()
    qtbot.waitUntil(page.hasFocus)
    qtbot.keyClick(page, Key.Key_T, Control)
    assert dialog_of(window).windowTitle() == "Network, update 3"
    dialog_of(window).close()


def test_the_table_of_a_layer_holds_its_weights(qtbot: QtBot) -> None:
    view, frame = NetworkView(), plane_frame()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.show_frame(frame)
    tables, layers = view.tables(), frame.model.layers
    assert [table.title for table in tables] == [layer.name for layer in layers]
    assert list(tables[0].headers) == ["unit", *frame.dataset.input_names, "bias"]
    for table, layer in zip(tables, layers, strict=True):
        assert layer.weights is not None
        assert layer.biases is not None
        shown = np.array([row[1:] for row in table.rows])
        assert np.array_equal(shown, np.column_stack([layer.weights.T, layer.biases]))
    column = view.stage.columns[2]
    tile = column.tile(column.first)
    assert tile is not None
    qtbot.mouseMove(view.stage.viewport(), tile.center().toPoint())
    assert view.chosen_table() == 1, "the layer that somebody looks at"
    qtbot.mouseMove(view.stage.viewport(), QPoint(1, 1))


def test_the_tables_of_the_output_are_what_is_shown(qtbot: QtBot) -> None:
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(300, 500)
    view.show()
    frame = plane_frame()
    view.show_frame(frame)
    metrics, examples = view.tables()
    assert metrics.rows[0] == ("training", frame.metrics.train_loss, frame.metrics.train_accuracy)
    assert len(examples.rows) == len(frame.dataset.train) + len(frame.dataset.test)
    frame = image_frame()
    view.show_frame(frame)
    confusion, samples, metrics = view.tables()
    assert np.array_equal([row[1:] for row in confusion.rows], frame.picture.confusion)  # type: ignore[union-attr]
    assert (samples.title, metrics.title) == ("Sample images", "Metrics")


def test_a_table_is_copied_exactly(qtbot: QtBot, window: MainWindow) -> None:
    table = Table("T", ("name", "value"), [("a", -0.1234567890123), ("b", 7)])
    dialog = TableDialog("T", [table], 0, window)
    dialog.open()
    qtbot.waitUntil(dialog.view.hasFocus)
    model = dialog.view.model()
    assert [model.index(0, 1).data(), model.index(1, 1).data()] == ["−0.123457", "7"]
    qtbot.keyClick(dialog.view, Key.Key_Down)
    qtbot.keyClick(dialog.view, Key.Key_Right)
    qtbot.keyClick(dialog.view, Key.Key_C, Control)
    assert QApplication.clipboard().text() == "7"
    qtbot.keyClick(dialog.view, Key.Key_A, Control)
    qtbot.keyClick(dialog.view, Key.Key_C, Control)
    assert QApplication.clipboard().text() == "name\tvalue\na\t-0.1234567890123\nb\t7"
    dialog.close()
