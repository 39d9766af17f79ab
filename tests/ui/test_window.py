"""The window: what stands where, what it remembers, and what it does when something goes wrong."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.layer_edits import RemoveLayer
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Status
from nnstudio.ui import theme
from nnstudio.ui.actions import ROWS
from nnstudio.ui.desk import Desk
from nnstudio.ui.help import HelpSheet
from nnstudio.ui.main_window import MENUS, MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.widgets.card import CardDock
from nnstudio.ui.widgets.fold import Fold

FOLDS = ["Optimiser", "Regularisation", "First weights", "Stopping"]
CARDS = ["data", "network", "output", "training", "loss", "activations", "gradients"]


def make(qtbot, settings: Settings | None = None, size: tuple[int, int] = (1440, 900)) -> MainWindow:
    window = MainWindow(Session(default_experiment(DatasetKind.SPIRALS)), settings or Settings())
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def window(qtbot) -> MainWindow:
    return make(qtbot)


def places(window: MainWindow) -> dict[str, tuple[int, int, int, int]]:
    return {card.objectName(): card.geometry().getRect() for card in window.desk.cards}


# Layout


def test_cards_lie_as_data_flows(window):
    place = places(window)
    assert list(place) == CARDS
    above, below = [place[name] for name in CARDS[:4]], [place[name] for name in CARDS[4:]]
    for row in (above, below):
        for (left, _, width, _), (right, *_) in pairwise(row):
            assert right - (left + width) == 10
    assert place["loss"][1] - (place["data"][1] + place["data"][3]) == 10
    assert max(place.values(), key=lambda rect: rect[2]) == place["network"]
    assert place["data"][2] == pytest.approx(215, abs=3)
    assert place["output"][2] == pytest.approx(315, abs=3)


def test_cards_keep_their_places_when_the_data_changes(window):
    before = places(window)
    for frame in (image_frame(), plane_frame(), image_frame(), plane_frame()):
        window.output.show_frame(frame)
        QApplication.sendPostedEvents()
        assert places(window) == before


def test_it_fits_a_small_screen(qtbot):
    window = make(qtbot, size=(1100, 720))
    assert (window.width(), window.height()) == (1100, 720)
    for x, y, width, height in places(window).values():
        assert x + width <= window.desk.width()
        assert y + height <= window.desk.height()
        assert width >= 180


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_reset_layout_brings_every_card_back(window, qtbot):
    before = places(window)
    window.desk.cards[1].close()
    window.desk.cards[4].setFloating(True)
    window.desk.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, window.desk.cards[0])
    qtbot.waitUntil(lambda: places(window)["data"] != before["data"])
    window.commands["reset_layout"].trigger()
    qtbot.waitUntil(lambda: places(window)["data"][3] == before["data"][3])
    after = places(window)
    assert not any(card.isFloating() for card in window.desk.cards)
    for name, rect in before.items():
        assert after[name] == pytest.approx(rect, abs=2)


def test_the_layout_is_remembered(qtbot):
    settings = Settings()
    first = make(qtbot, settings)
    first.desk.cards[4].close()
    first.close()
    second = make(qtbot, settings)
    assert [card.isVisible() for card in second.desk.cards] == [name != "loss" for name in CARDS]


def test_folds_are_remembered(qtbot):
    settings = Settings()
    first = make(qtbot, settings)
    names = {fold.objectName() for fold in first.findChildren(Fold)}
    assert names == {"data/preparation", *(f"training/{title}" for title in FOLDS)}
    qtbot.mouseClick(first.findChild(Fold, "training/Stopping").header, Qt.MouseButton.LeftButton)
    first.close()
    second = make(qtbot, settings)
    assert [fold.objectName() for fold in second.findChildren(Fold) if fold.is_open] == ["training/Stopping"]


def test_pictures_grow_with_the_window_and_controls_do_not(window, qtbot):
    before = places(window)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: places(window)["network"][2] > 900)
    after = places(window)
    for name in ("data", "training"):
        assert after[name][2] == pytest.approx(before[name][2], abs=3)
    assert after["output"][2] > before["output"][2] * 1.3


def test_a_border_that_was_shifted_stays(window, qtbot):
    network = window.desk.cards[1]
    right = network.geometry().right() + 5
    qtbot.mousePress(window.desk, Qt.MouseButton.LeftButton, pos=QPoint(right, 200))
    qtbot.mouseMove(window.desk, QPoint(right - 120, 200))
    qtbot.mouseRelease(window.desk, Qt.MouseButton.LeftButton, pos=QPoint(right - 120, 200))
    shifted = network.width()
    window.resize(1442, 900)
    qtbot.waitUntil(lambda: window.desk.width() == 1420)
    assert network.width() == pytest.approx(shifted, abs=4)
    assert not window.desk.layout_state().isEmpty()


@pytest.mark.parametrize("damage", [b"nonsense", b"\x00\x00\x00\xff\x00\x00\x00\x63", None])
def test_a_damaged_layout_is_ignored(qtbot, damage):
    settings = Settings()
    if damage is None:
        first = make(qtbot)
        damage = bytes(first.desk.saveState(1).data())[:60]
    settings.layout = settings.geometry = QByteArray(damage)
    window = make(qtbot, settings)
    assert all(card.isVisible() for card in window.desk.cards)
    assert places(window)["network"][2] > 500


def test_a_layout_of_another_version_is_ignored(qtbot, monkeypatch):
    settings = Settings()
    first = make(qtbot, settings)
    first.desk.cards[4].close()
    monkeypatch.setattr(Desk, "layout_state", lambda desk: desk.saveState(99))
    first.close()
    assert all(card.isVisible() for card in make(qtbot, settings).desk.cards)


# Menus and themes


def test_every_action_is_in_a_menu_and_leads_somewhere(window):
    listed = {name for names in MENUS.values() for name in names if name} | {
        *("larger_text", "reset_layout", "help", "whats_this", "about")
    }
    assert listed == {row.name for row in ROWS}
    targets = {"run": window._session, "files": window.files, "window": window}
    for row in ROWS:
        assert callable(getattr(targets[row.target], row.method)), row.name
        assert row.tip.endswith("."), row.name


def test_the_view_menu_shows_and_hides_cards(window):
    view = next(action.menu() for action in window.menuBar().actions() if action.text() == "&View")
    names = [action.text() for action in view.actions()]
    assert names[:7] == ["Data", "Network", "Output", "Training", "Loss", "Activations per layer", "Gradient flow"]
    view.actions()[4].trigger()
    assert not window.desk.cards[4].isVisible()


def test_the_theme_changes_at_once_and_is_remembered(window):
    view = next(action.menu() for action in window.menuBar().actions() if action.text() == "&View")
    themes = next(action.menu() for action in view.actions() if action.text() == "&Theme")
    themes.actions()[2].trigger()
    assert theme.current().dark
    themes.actions()[1].trigger()
    assert not theme.current().dark
    assert window._settings.theme is ThemeChoice.LIGHT


def test_the_open_file_is_named_at_the_right_end(window, tmp_path):
    corner = window.menuBar().cornerWidget()
    assert corner.text() == ""
    window._session.document = tmp_path / "spiral.nns"
    assert corner.text() == "spiral.nns"
    assert window.windowTitle() == "spiral.nns – NN Studio"
    window._session.new_weights(77)
    assert corner.text() == "spiral.nns — edited"
    assert corner.width() >= corner.sizeHint().width()
    window._session.undo()
    assert corner.text() == "spiral.nns"


def test_larger_text_is_for_everything(window):
    before = window.transport.height()
    window.commands["larger_text"].trigger()
    QApplication.sendPostedEvents()
    assert theme.text_scale() > 1.2
    assert window._settings.larger_text
    assert window.transport.sizeHint().height() > before


def explanation(control: QWidget) -> str:
    """The tooltip that appears over a control: its own, or that of what it is part of."""
    while not control.toolTip() and not control.isWindow() and not isinstance(control, CardDock):
        control = control.parentWidget()
    return control.toolTip()


def test_controls_explain_themselves(window):
    controls = window.findChildren(QAbstractButton) + window.findChildren(QLineEdit) + window.findChildren(QComboBox)
    controls = [control for control in controls if control.isVisible() and not control.objectName().startswith("qt_")]
    assert len(controls) > 20
    mute = [control for control in controls if not explanation(control)]
    assert not mute, [(type(control).__name__, control.accessibleName()) for control in mute]
    nameless = [c for c in controls if not (c.accessibleName() or (isinstance(c, QAbstractButton) and c.text()))]
    assert not nameless, [type(control).__name__ for control in nameless]


def test_the_help_sheet_lists_every_key(window, qtbot):
    window.commands["help"].trigger()
    sheet = window.findChild(HelpSheet)
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Space", "Shift+→", "Ctrl+E", "Play or pause"} <= texts
    sheet.close()


# Wiring


def test_layers_edited_in_the_network_reach_the_session(window):
    before = window._session.experiment
    window.network.layers_edited.emit(RemoveLayer(before.layers[0].key))
    window.network.layers_edited.emit(RemoveLayer(before.layers[0].key))
    assert window._session.experiment.layers == before.layers[1:]


def test_the_window_trains_and_closes(qtbot):
    window = make(qtbot)
    session = window._session
    session.start()
    try:
        session.play()
        qtbot.waitUntil(lambda: window.transport.status.status() is Status.LEARNING, timeout=10_000)
        qtbot.waitUntil(lambda: int(window.transport.update_count.text().replace("\xa0", "")) > 100, timeout=10_000)
    finally:
        session.stop()
    window.close()  # asks first, and closes when what was learned is given up
    qtbot.waitUntil(lambda: not window.isVisible())


# Trouble


def test_divergence_offers_the_way_out_once(window, qtbot, monkeypatch):
    recovered = []
    monkeypatch.setattr(Session, "recover", lambda session: recovered.append(session))
    bad = replace(plane_frame(), status=Status.DIVERGED, message="The loss became infinite.", recovery=0.003)
    window._session.frame_shown.emit(bad)
    assert window.banner.isVisible()
    assert window.banner.text() == "The loss became infinite."
    assert window.banner.offer().text().strip() == "Go back and train with learning rate 0.003"
    assert window.transport.status.text() == "● Diverged"
    window.banner.hide()
    window._session.frame_shown.emit(bad)
    assert not window.banner.isVisible()
    window.banner.show()
    qtbot.mouseClick(window.banner.offer(), Qt.MouseButton.LeftButton)
    assert recovered == [window._session]
    assert not window.banner.isVisible()


def test_a_failure_is_said_and_taken_back(window):
    broken = replace(plane_frame(), status=Status.FAILED, message="An error stopped training.")
    window._session.frame_shown.emit(broken)
    assert window.banner.text() == "An error stopped training."
    assert not window.banner.offer().isVisible()
    window._session.frame_shown.emit(plane_frame())
    assert not window.banner.isVisible()
    window._session.failed.emit("There is no MNIST here.")
    assert window.banner.text() == "There is no MNIST here."
