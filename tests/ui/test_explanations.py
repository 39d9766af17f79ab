"""Shift+F1 on every control gives a definition or a formula, one example with numbers, and a source."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import LAYER_KINDS, InitializationSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, Feature
from nnstudio.core.experiment.dataset_spec import ImageSpec, PaintedSpec, PlaneSpec, TableSpec
from nnstudio.core.experiment.experiment import Experiment
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.presets import default_experiment
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.ui.actions import ROWS
from nnstudio.ui.explanations import Explanation
from nnstudio.ui.explanations.actions import ACTIONS
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.explanations.data_sets import DATA_SETS, FEATURES
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.explanations.history import HISTORY
from nnstudio.ui.explanations.landscape import LANDSCAPE
from nnstudio.ui.explanations.microscope import MICROSCOPE, PREDICT
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.explanations.rate_finder import RATE_FINDER
from nnstudio.ui.explanations.runs import RUNS
from nnstudio.ui.explanations.settings import SETTINGS
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.explanations.table_views import TABLE_VIEWS
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.explanations.window import (
    CARDS,
    CLOSE,
    COPY,
    COUNTERS,
    FLOAT,
    LAYER_CARD,
    MESSAGE,
    NOTE,
    OFFER,
    PACE,
    PARTS,
    SEED,
    SEGMENTS,
    STATUS,
    TABLE,
)
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.widgets.banner import Tone
from nnstudio.ui.widgets.fold import Fold

TABLES = (
    COMPARE,
    EXPORT,
    HISTORY,
    LANDSCAPE,
    MICROSCOPE,
    OWN_TABLE,
    PREDICT,
    RUNS,
    RATE_FINDER,
    SETTINGS,
    SWEEPS,
    ACTIONS,
    DATA_SETS,
    FEATURES,
    CARDS,
    PARTS,
    COUNTERS,
    LAYER_CARD,
    SEGMENTS,
    TABLE_VIEWS,
    VIEWS,
)
SINGLE = (CLOSE, COPY, FLOAT, MESSAGE, NOTE, OFFER, PACE, SEED, STATUS, TABLE)
SPECS = (Experiment, TrainingSpec, InitializationSpec, StoppingSpec, PlaneSpec, PaintedSpec, ImageSpec, TableSpec)
CONTROLS = (Stage, QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit)


def explanations() -> list[Explanation]:
    return [*SINGLE, *(each for table in TABLES for each in table.values())]


def test_every_explanation_is_whole():
    assert len(explanations()) > 120
    for each in explanations():
        assert each.definition, each
        assert re.search(r"\d", each.example), each
        assert each.example.endswith((".", ":", "?")), each
        assert each.source.endswith((".", "?")) or each.source[-1].isdigit(), each


def test_everything_there_is_has_one():
    labels = {setting.label for spec in (*SPECS, *LAYER_KINDS.values()) for setting in settings_of(spec).values()}
    assert labels <= set(SETTINGS)
    assert {row.name for row in ROWS} == set(ACTIONS)
    assert set(DATA_SETS) == set(DEFAULTS)
    assert set(FEATURES) == set(Feature)


def test_new_says_what_it_begins_with(window: MainWindow, qtbot: QtBot):
    window._session.begin(Experiment(), "Another")
    window.files.new()
    data, layers = window._session.experiment.dataset, window._session.experiment.layers
    assert isinstance(data, PlaneSpec)
    assert [getattr(layer, "units", 0) for layer in layers] == [8, 8]
    said = f"The {data.kind.label.lower()}, {data.samples} points, two hidden layers of 8 neurons."
    assert ACTIONS["new"].example == said


def test_an_explanation_is_written_as_plain_text_in_its_order():
    text = Explanation("a < b", "1 < 2.", "somebody.").html("x & y", "A sentence.", "The end.")
    assert text == (
        "<b>x &amp; y</b><p>A sentence.</p><p>a &lt; b</p><p><b>Example:</b> 1 &lt; 2.</p>"
        "<p><b>Source:</b> somebody.</p><p>The end.</p>"
    )


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(default_experiment(DatasetKind.SPIRALS))
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    for fold in window.findChildren(Fold):
        fold.set_open(True)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None)
    window.banner.announce(Tone.BAD, "Not saved.", window.commands["undo"], "details")
    window.note.tell("Spirals", "Watch them.")
    yield window
    session.stop()


def whats_this(control: QWidget) -> str:
    """What Qt shows for it: its own text, or that of what it is part of."""
    place: QWidget | None = control
    while place is not None and not place.whatsThis():
        place = place.parentWidget()
    return place.whatsThis() if place is not None else ""


def test_every_control_of_the_window_gives_what_shift_f1_promises(window: MainWindow, qtbot: QtBot):
    stage = window.network.stage
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(stage, key)
    assert window.network.popover is not None
    controls = [control for control in window.findChildren(QWidget) if isinstance(control, CONTROLS)]
    controls = [
        control
        for control in controls
        if not isinstance(control, QScrollBar)
        and not isinstance(control.parent(), QTabBar)
        and not control.objectName().startswith("qt_")
    ]
    assert len(controls) > 90
    wanting = [
        f"{type(control).__name__} {control.accessibleName()}: {whats_this(control)[:60]}"
        for control in controls
        if not re.search(r"<p>.+</p><p><b>Example:</b>[^<]*\d.*<p><b>Source:</b> .+", whats_this(control))
    ]
    assert not wanting, "\n".join(wanting)


def test_every_card_explains_itself(window: MainWindow):
    for card in window.desk.cards:
        assert CARDS[card.objectName()].example.split(":")[0] in card.whatsThis()
