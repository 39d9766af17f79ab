"""The window: what stands where, what it remembers, and what it does when something goes wrong."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.layer_edits import RemoveLayer
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.run.frame import Status
from nnstudio.ui import theme
from nnstudio.ui.actions import ROWS
from nnstudio.ui.desk import Desk
from nnstudio.ui.help import HelpSheet
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.menu_bar import MENUS
from nnstudio.ui.presets_menu import PresetsMenu
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.widgets.banner import Tone
from nnstudio.ui.widgets.card import CardDock
from nnstudio.ui.widgets.fold import Fold

FOLDS = ["Optimiser", "Regularisation", "First weights", "Stopping"]
CARDS = ["data", "network", "output", "training", "layer", "loss", "activations", "gradients"]
"""As they lie at first; Function is closed then."""


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


def card(window: MainWindow, name: str) -> CardDock:
    return next(each for each in window.desk.cards if each.objectName() == name)


def places(window: MainWindow) -> dict[str, tuple[int, int, int, int]]:
    return {card.objectName(): card.geometry().getRect() for card in window.desk.cards}


def visible(window: MainWindow) -> list[str]:
    return [card.objectName() for card in window.desk.cards if card.isVisible()]


# Layout


def test_cards_lie_as_data_flows(window):
    place = places(window)
    assert list(place) == [*CARDS, "function"]
    assert visible(window) == CARDS
    above, below = [place[name] for name in CARDS[:4]], [place[name] for name in (*CARDS[5:], "layer")]
    for row in (above, below):
        for (left, _, width, _), (right, *_) in pairwise(row):
            assert right - (left + width) == 12
    assert place["loss"][1] - (place["data"][1] + place["data"][3]) == 12
    widths = {name: rect[2] for name, rect in place.items()}
    assert [widths[name] for name in CARDS[:4]] == pytest.approx([208, 684, 256, 232], abs=2)
    assert [widths[name] for name in CARDS[5:]] == pytest.approx([444, 308, 396], abs=2)
    assert place["data"][3] == pytest.approx(532, abs=2)
    assert place["layer"][1] + place["layer"][3] == window.desk.height()
    assert place["layer"][2] == place["training"][2]
    corner = window.desk.mapTo(window, QPoint(0, 0))
    assert (corner.x(), corner.y()) == pytest.approx((12, 96), abs=2)


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


@pytest.mark.slow
@pytest.mark.parametrize("frame", [plane_frame, image_frame])
def test_larger_text_makes_no_window_wider(qtbot, frame):
    settings = Settings()
    settings.larger_text = True
    window = make(qtbot, settings, (1100, 720))
    for view in (window.network, window.output, window.loss, window.activations, window.gradients):
        view.show_frame(frame())
    qtbot.waitUntil(lambda: window.loss.chart is not None)
    window.resize(1100, 720)
    assert (window.width(), window.height()) == (1100, 720)
    legend = window.network.modes.legend
    assert legend.mapTo(window, legend.rect().topRight()).x() < card(window, "output").geometry().left() + 12


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_reset_layout_brings_every_card_back(window, qtbot):
    before = places(window)
    card(window, "network").close()
    card(window, "loss").setFloating(True)
    window.desk.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, card(window, "data"))
    qtbot.waitUntil(lambda: places(window)["data"] != before["data"])
    window.commands["reset_layout"].trigger()
    qtbot.waitUntil(lambda: places(window)["data"][3] == before["data"][3])
    after = places(window)
    assert not any(card.isFloating() for card in window.desk.cards)
    for name, rect in before.items():
        assert after[name] == pytest.approx(rect, abs=2)


@pytest.mark.slow
def test_the_layout_is_remembered(qtbot):
    settings = Settings()
    first = make(qtbot, settings)
    card(first, "loss").close()
    first.close()
    second = make(qtbot, settings)
    assert visible(second) == [name for name in CARDS if name != "loss"]


@pytest.mark.slow
def test_folds_are_remembered(qtbot):
    settings = Settings()
    first = make(qtbot, settings)
    names = {fold.objectName() for fold in first.findChildren(Fold)}
    assert names == {"data/preparation", *(f"training/{title}" for title in FOLDS)}
    qtbot.mouseClick(first.findChild(Fold, "training/Stopping").header, Qt.MouseButton.LeftButton)
    first.close()
    second = make(qtbot, settings)
    assert [fold.objectName() for fold in second.findChildren(Fold) if fold.is_open] == ["training/Stopping"]


@pytest.mark.slow
def test_pictures_grow_with_the_window_and_controls_do_not(window, qtbot):
    before = places(window)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: places(window)["network"][2] > 1000)
    after = places(window)
    for name in ("data", "training"):
        assert after[name][2] == pytest.approx(before[name][2], abs=3)
    assert after["output"][2] > before["output"][2] * 1.3


def test_a_border_that_was_shifted_stays(window, qtbot):
    network = card(window, "network")
    right = network.geometry().right() + 6
    qtbot.mousePress(window.desk, Qt.MouseButton.LeftButton, pos=QPoint(right, 200))
    qtbot.mouseMove(window.desk, QPoint(right - 120, 200))
    qtbot.mouseRelease(window.desk, Qt.MouseButton.LeftButton, pos=QPoint(right - 120, 200))
    shifted = network.width()
    window.resize(1442, 900)
    qtbot.waitUntil(lambda: window.desk.width() == 1418)
    assert network.width() == pytest.approx(shifted, abs=4)
    assert not window.desk.layout_state().isEmpty()


def close_one(window: MainWindow, qtbot: QtBot) -> None:
    card(window, "activations").close()


def shift_a_border(window: MainWindow, qtbot: QtBot) -> None:
    grip = QPoint(card(window, "network").geometry().right() + 6, 200)
    qtbot.mousePress(window.desk, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(window.desk, grip - QPoint(130, 0))
    qtbot.mouseRelease(window.desk, Qt.MouseButton.LeftButton, pos=grip - QPoint(130, 0))


def float_one(window: MainWindow, qtbot: QtBot) -> None:
    card(window, "output").setFloating(True)


def move_one(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, card(window, "data"))
    card(window, "data").topLevelChanged.emit(False)  # as after a drag


def nothing(window: MainWindow, qtbot: QtBot) -> None:
    pass


@pytest.mark.slow
@pytest.mark.qt_log_ignore("does not support raise", extend=True)
@pytest.mark.parametrize("deed", [nothing, close_one, shift_a_border, float_one, move_one])
def test_cards_have_their_sizes_back_after_shrinking_and_enlarging(window, qtbot, deed):
    deed(window, qtbot)
    qtbot.waitUntil(lambda: not window.desk._rest.isActive())
    QApplication.sendPostedEvents()
    before = {card.objectName(): card.size() for card in window.desk.cards if not card.isFloating()}
    for width, height in ((1100, 720), (1300, 800), (1000, 650), (1440, 900)):
        window.resize(width, height)
        QApplication.processEvents()
    after = {card.objectName(): card.size() for card in window.desk.cards if not card.isFloating()}
    for name, size in before.items():
        assert (after[name].width(), after[name].height()) == pytest.approx((size.width(), size.height()), abs=2), name
    window.reset_layout()  # brings in what floats


@pytest.mark.slow
def test_what_a_closed_card_leaves_goes_to_the_pictures(window, qtbot):
    before = places(window)
    card(window, "output").close()
    qtbot.waitUntil(lambda: not window.desk._rest.isActive())
    qtbot.waitUntil(lambda: places(window)["data"][2] == pytest.approx(before["data"][2], abs=2))
    assert places(window)["network"][2] > before["network"][2] + 200


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"nonsense", b"\x00\x00\x00\xff\x00\x00\x00\x63", None])
def test_a_damaged_layout_is_ignored(qtbot, damage):
    settings = Settings()
    if damage is None:
        first = make(qtbot)
        damage = bytes(first.desk.saveState(1).data())[:60]
    settings.layout = settings.geometry = QByteArray(damage)
    window = make(qtbot, settings)
    assert visible(window) == CARDS
    assert places(window)["network"][2] > 500


@pytest.mark.slow
def test_a_layout_of_another_version_is_ignored(qtbot, monkeypatch):
    settings = Settings()
    first = make(qtbot, settings)
    card(first, "loss").close()
    monkeypatch.setattr(Desk, "layout_state", lambda desk: desk.saveState(99))
    first.close()
    assert visible(make(qtbot, settings)) == CARDS


# Menus and themes


def test_every_action_is_in_a_menu_and_leads_somewhere(window):
    listed = {name for names in MENUS.values() for name in names if name} | {
        *("microscope", "runs", "compare", "landscape", "history", "larger_text", "show_table", "reset_layout"),
        *("save_picture", "save_growth", "help", "whats_this", "about"),
    }
    assert listed == {row.name for row in ROWS}
    targets = {"run": window._session, "past": window.visiting, "files": window.files, "window": window}
    targets["pages"], targets["own_data"] = window.pages, window.own_data
    targets["exporting"], targets["growing"] = window.exporting, window.growing
    for row in ROWS:
        assert callable(getattr(targets[row.target], row.method)), row.name
        assert row.tip.endswith("."), row.name


def test_the_view_menu_shows_and_hides_cards(window):
    view = next(action.menu() for action in window.menuBar().actions() if action.text() == "&View")
    names = [action.text() for action in view.actions()]
    assert names[: len(CARDS) + 1] == [each.windowTitle() for each in window.desk.cards]
    assert names[:6] == ["Data", "Network", "Output", "Training", "Layer", "Loss"]
    view.actions()[5].trigger()
    assert not card(window, "loss").isVisible()


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


# Messages and notes


def test_a_banner_lies_over_the_cards_and_pushes_nothing(window, qtbot):
    before = places(window)
    window.banner.announce(Tone.BAD, "The file could not be read. " * 12, details="x")
    QApplication.processEvents()
    assert places(window) == before

    def is_between() -> bool:
        below = window.centralWidget().rect().adjusted(0, window.transport.geometry().bottom() + 1, 0, 0)
        return below.contains(window.banner.geometry())

    banner = window.banner.geometry()
    assert is_between()
    assert banner.height() > 50  # three lines
    assert window.centralWidget().childAt(banner.center()) in [window.banner, *window.banner.findChildren(QWidget)]
    window.resize(1100, 720)
    qtbot.waitUntil(is_between)


def test_good_news_leaves_by_itself_and_bad_news_stays(window):
    window.banner.announce(Tone.GOOD, "Saved.")
    assert window.banner._leave.isActive()
    window.banner.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # wherever the pointer was left
    window.banner._leave.timeout.emit()
    assert not window.banner.isVisible()
    window.banner.announce(Tone.GOOD, "Exported.", window.commands["undo"])
    assert window.banner._leave.isActive()
    window.banner.announce(Tone.BAD, "Not saved.")
    assert not window.banner._leave.isActive()


def test_a_note_stays_beside_the_run_until_it_is_closed(window, qtbot):
    preset = next(each for each in PRESETS.values() if each.experiment.dataset.kind is DatasetKind.SPIRALS)
    menu = window.findChild(PresetsMenu)
    menu.chosen.emit(preset)
    assert window.note.isVisible()
    assert preset.text in window.note.text()
    network = card(window, "network")
    below = network.rect().bottom() - window.note.mapTo(network, window.note.rect().bottomLeft()).y()
    assert below == pytest.approx(16, abs=2)
    assert window.note.height() >= 32
    window._session.frame_shown.emit(replace(plane_frame(), status=Status.FINISHED, message="Reached 3 epochs."))
    assert window.note.isVisible()
    assert preset.text in window.note.text()
    training = replace(window._session.experiment.training, learning_rate=0.1)
    window._session.edit(replace(window._session.experiment, training=training))
    assert window.note.isVisible()
    qtbot.mouseClick(window.note.close_button(), Qt.MouseButton.LeftButton)
    assert not window.note.isVisible()


def test_a_note_leaves_with_its_data_set(window):
    preset = next(each for each in PRESETS.values() if each.experiment.dataset.kind is DatasetKind.SPIRALS)
    window.findChild(PresetsMenu).chosen.emit(preset)
    window._session.edit(default_experiment(DatasetKind.MOONS))
    assert not window.note.isVisible()


def test_the_edit_menu_says_what_an_edit_keeps(window):
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title().startswith("After an"))
    keep, start_over = menu.actions()
    assert keep.isChecked()
    start_over.trigger()
    assert not window._session.keeps
    keep.trigger()
    assert window._session.keeps
    assert all(action.toolTip().endswith(".") for action in menu.actions())


# Trouble


def test_divergence_offers_the_way_out_once(window, qtbot, monkeypatch):
    recovered = []
    monkeypatch.setattr(Session, "recover", lambda session: recovered.append(session))
    bad = replace(plane_frame(), status=Status.DIVERGED, message="The loss became infinite.", recovery=0.003)
    window._session.frame_shown.emit(bad)
    assert window.banner.isVisible()
    assert window.banner.text() == "The loss became infinite."
    assert window.banner.offer().text().strip() == "Go back with learning rate 0.003"
    assert window.transport.status.text() == "● Diverged"
    window.banner.hide()
    window._session.frame_shown.emit(bad)
    assert not window.banner.isVisible()
    window.banner.show()
    qtbot.mouseClick(window.banner.offer(), Qt.MouseButton.LeftButton)
    assert recovered == [window._session]
    assert not window.banner.isVisible()


LONGEST = (
    "Training diverged after update 12345: the optimiser's memory of Convolution 12 became infinite or undefined. "
    "The last finite weights are kept."
)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "larger"), [((1440, 900), False), ((1440, 900), True), ((1100, 720), False)])
def test_a_message_covers_nothing_that_is_worked_with(qtbot, size, larger):
    window = make(qtbot, Settings(), size)
    if larger:
        window.commands["larger_text"].trigger()
    window._session.frame_shown.emit(plane_frame())
    window.network.show_frame(plane_frame())
    QApplication.sendPostedEvents()
    bad = replace(plane_frame(), status=Status.DIVERGED, message=LONGEST, recovery=0.003)
    window._session.frame_shown.emit(bad)
    banner = window.banner.rect().translated(window.banner.mapTo(window, QPoint()))
    bodies = (window.network.headers.inserts[0], window.network.stage, window.output, window.transport)
    for body in bodies:
        assert not banner.intersects(body.rect().translated(body.mapTo(window, QPoint()))), body


def test_a_failure_is_said_and_taken_back(window):
    broken = replace(plane_frame(), status=Status.FAILED, message="An error stopped training.")
    window._session.frame_shown.emit(broken)
    assert window.banner.text() == "An error stopped training."
    assert not window.banner.offer().isVisible()
    window._session.frame_shown.emit(plane_frame())
    assert not window.banner.isVisible()
    window._session.failed.emit("There is no MNIST here.")
    assert window.banner.text() == "There is no MNIST here."
