"""A small window, also with larger text: nothing is cut, and nothing lies over anything else."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import LAYER_KINDS, DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.run.frame import Frame, Status
from nnstudio.core.training.diagnosis import Cause, Diagnosis, Remedy
from nnstudio.ui import theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.panels.training_panel import TrainingPanel
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.widgets.choice_box import ChoiceBox
from nnstudio.ui.widgets.note_strip import NoteStrip
from nnstudio.ui.widgets.option_box import FlatBox, OptionBox

SMALL, DESIGNED = (1100, 720), (1440, 900)


def make(
    qtbot: QtBot,
    frame: Frame,
    larger: bool = False,
    size: tuple[int, int] = SMALL,
    experiment: Experiment | None = None,
) -> MainWindow:
    """A window in which all views show this frame."""
    settings = Settings()
    settings.larger_text = larger
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.choose(app, ThemeChoice.LIGHT, larger)  # as the program does, before there is a window
    window = MainWindow(Session(experiment or default_experiment(DatasetKind.SPIRALS)), settings)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    for view in (window.network, window.output, window.loss, window.activations, window.gradients):
        view.show_frame(frame)
    qtbot.waitUntil(lambda: window.loss.chart is not None)
    return window


@pytest.mark.parametrize("frame", [plane_frame, image_frame])
def test_the_legend_of_the_losses_names_all_that_no_curve_names(qtbot: QtBot, frame):
    window = make(qtbot, frame())
    qtbot.waitUntil(lambda: {"train", "test", "mini-batch"} <= set(window.loss.legend.shown))


def test_training_and_layer_are_seen_whole_at_the_size_that_was_designed(qtbot: QtBot):
    window = make(qtbot, plane_frame(), False, DESIGNED)
    for panel in (window.findChild(TrainingPanel), window.layer):
        assert panel is not None
        room = panel.parentWidget()
        assert room is not None
        qtbot.waitUntil(lambda panel=panel, room=room: panel.sizeHint().height() <= room.height())


@pytest.mark.slow
@pytest.mark.parametrize("larger", [False, True])
def test_no_choice_of_a_layer_is_cut(qtbot: QtBot, larger: bool):
    window = make(qtbot, image_frame(), larger, experiment=default_experiment(DatasetKind.MNIST))
    for spec in LAYER_KINDS.values():
        window.layer._show_layer(spec(key=1), ())
        QApplication.sendPostedEvents()
        assert window.layer.rows is not None
        assert window.layer.rows.kind is spec
        boxes = window.layer.rows.findChildren(OptionBox)
        assert boxes
        cut = []
        for box in boxes:
            for place in range(box.count()):
                box.setCurrentIndex(place)
                cut += [box.itemText(place)] if "…" in box.written() else []
        assert not cut, spec.kind


@pytest.mark.parametrize(("size", "larger"), [(SMALL, False), (DESIGNED, False), (DESIGNED, True)])
def test_no_choice_of_training_is_cut(qtbot: QtBot, size: tuple[int, int], larger: bool):
    window = make(qtbot, plane_frame(), larger, size)
    training = window.findChild(TrainingPanel)
    assert training is not None
    for fold in training.folds.values():
        fold.set_open(True)
    QApplication.sendPostedEvents()
    boxes = training.findChildren(ChoiceBox)
    cut = []
    for box in filter(ChoiceBox.isVisible, boxes):
        for place in range(box.count()):
            box.setCurrentIndex(place)
            cut += [box.itemText(place)] if "…" in box.written() else []
    assert not cut


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_list_is_as_wide_as_its_longest_entry_and_stays_over_the_window(qtbot: QtBot):
    window = make(qtbot, plane_frame())
    training = window.findChild(TrainingPanel)
    assert training is not None
    for fold in training.folds.values():
        fold.set_open(True)
    QApplication.sendPostedEvents()
    for box in filter(FlatBox.isVisible, window.findChildren(FlatBox)):
        box.showPopup()
        view = box.view()
        metrics = view.fontMetrics()
        longest = max(metrics.horizontalAdvance(box.itemText(place)) for place in range(box.count()))
        assert view.viewport().width() >= longest + 20  # and the padding and margins of an entry
        assert view.window().geometry().right() <= window.geometry().right()
        box.hidePopup()


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_note_leaves_the_room_to_the_picture_until_it_is_unfolded(
    strip: NoteStrip, qtbot: QtBot, preset: str, larger: bool
):
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, ThemeChoice.LIGHT, larger)
    title, text = PRESETS[preset].title, PRESETS[preset].text
    strip.tell(title, text)
    line = strip.fontMetrics().lineSpacing()
    qtbot.waitUntil(lambda: strip.height() < 3 * line)
    whole, shown = " ".join(f"{title}. {text}".split()), " ".join(strip.shown().split())
    assert shown == whole or (shown.endswith(" …") and whole.startswith(shown[:-2]))
    assert strip.more.isHidden() == (shown == whole)
    if shown != whole:
        assert shown.count(" ") > 4
        strip.more.click()
        assert " ".join(strip.shown().split()) == whole
        qtbot.waitUntil(lambda: strip.height() > 3 * line)
        strip.more.click()
        assert " ".join(strip.shown().split()) == shown


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[NoteStrip]:
    page = QWidget()
    strip = NoteStrip()
    column = QVBoxLayout(page)
    column.addWidget(strip)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(370, 300)
    page.show()
    strip.tell("A note", "of this width")
    yield strip
    page.close()


def test_six_hidden_layers_need_no_scrolling_in_the_window_as_designed(qtbot: QtBot):
    experiment = replace(default_experiment(DatasetKind.SPIRALS), layers=tuple(DenseSpec(units=8) for _ in range(6)))
    window = make(qtbot, plane_frame(units=(8,) * 6), size=DESIGNED, experiment=experiment)
    scrolling = [*window.network.findChildren(QScrollBar), *window.activations.findChildren(QScrollBar)]
    assert scrolling
    assert not [bar for bar in scrolling if bar.isVisible() and bar.maximum() > bar.minimum()]
    rows = window.activations.chart.rows
    assert len(rows) == 7
    assert all(row.share.box.height() <= b.area.bottom() - row.area.bottom() + 1 for row, b in pairwise(rows))


@pytest.mark.parametrize("kind", [DatasetKind.SPIRALS, DatasetKind.MNIST])
def test_the_whole_layer_card_is_in_sight_in_the_window_as_designed(qtbot: QtBot, kind: DatasetKind):
    experiment = default_experiment(kind)
    window = make(qtbot, plane_frame(), size=DESIGNED, experiment=experiment)
    frame = image_frame() if kind is DatasetKind.MNIST else plane_frame()
    window.layer._show_frame(
        replace(
            frame,
            model=replace(
                frame.model,
                layers=tuple(replace(layer, key=place) for place, layer in enumerate(frame.model.layers, start=1)),
            ),
        )
    )
    panel, last = window.layer, window.layer.text.field
    viewport = panel.parentWidget()
    assert viewport is not None

    def in_sight(widget: QWidget) -> bool:
        return viewport.rect().contains(QRect(widget.mapTo(viewport, QPoint()), widget.size()))

    qtbot.waitUntil(lambda: in_sight(last))
    assert panel.parameters.text() != "–"
    for widget in (panel.duplicate, panel.remove, panel.freeze, panel.start, panel.text.copy):
        assert widget.isVisible()
        assert in_sight(widget)
        assert min(widget.width(), widget.height()) >= 24 or widget is panel.freeze


@pytest.mark.slow
@pytest.mark.parametrize("larger", [False, True])
def test_the_starting_points_are_named_in_full(qtbot: QtBot, larger: bool):
    window = make(qtbot, plane_frame(), larger)
    qtbot.waitUntil(lambda: window.layer.start.written() == "Start from…")


SENTENCE = "All 4 neurons of Dense 1 are dead: 0 for every example, so no gradient reaches it or what lies before."


@pytest.mark.slow
@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("size", [SMALL, DESIGNED])
def test_the_remedy_is_in_sight_without_scrolling(qtbot: QtBot, size: tuple[int, int], larger: bool):
    frame = plane_frame()
    remedy = Remedy("Begin with biases of 0", frame.experiment)
    diagnosis = Diagnosis(Cause.DEAD, "Dense 1 is dead", SENTENCE, remedy, 1)
    window = make(qtbot, replace(frame, diagnosis=diagnosis, status=Status.PAUSED), larger, size)
    view, button = window.gradients, window.gradients.note.remedy
    QApplication.processEvents()
    viewport = view.note.parentWidget()
    assert viewport is not None
    assert viewport.rect().contains(QRect(button.mapTo(viewport, QPoint()), button.size()))
    assert button.fontMetrics().horizontalAdvance(button.text()) < button.width()
    assert view.chart.height() >= 60
    assert not view.note.sentence.isHidden() or view.note.title.toolTip() == SENTENCE
    assert button.accessibleName() == "Try: Begin with biases of 0"
    with qtbot.waitSignal(view.remedy_chosen):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_words_that_have_room_stand_beside_the_gradients(qtbot: QtBot):
    frame = plane_frame()
    healthy = Diagnosis(Cause.HEALTHY, "Every layer learns", "Every layer still moves.")
    window = make(qtbot, replace(frame, diagnosis=healthy, status=Status.PAUSED))
    assert window.gradients.note.sentence.isVisible()
    assert window.gradients.note.title.toolTip() == ""


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("kind", [DatasetKind.SPIRALS, DatasetKind.SKETCHED_DIGITS])
def test_the_first_picture_does_not_widen_the_window(qtbot: QtBot, larger: bool, kind: DatasetKind):
    """From the start, as a person starts it: what a card needs may be known only when it is dressed."""
    settings = Settings()
    settings.larger_text = larger
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.choose(app, ThemeChoice.LIGHT, larger)
    session = Session(default_experiment(kind))
    window = MainWindow(session, settings)
    qtbot.addWidget(window, before_close_func=lambda _: session.stop())
    window.resize(*SMALL)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None and session.up_to_date)
    session.step()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 1)
    QTest.qWait(50)
    assert (window.width(), window.height()) == SMALL
