"""Somebody's own data in the window: from the menu, the Data card or a file that is dropped, into the experiment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from own_tables import LEFT, Hand, flowers, open_menu
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from session_hand import WindowHand

from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import ClassWeights, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.files.library import DataLibrary
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.recipe_json import recipe_to_json
from nnstudio.files.tables.source import read_table
from nnstudio.ui.panels.data_panel import DataPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Desk(WindowHand):
    """A window that reads files of somebody's own."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot, default_experiment(DatasetKind.XOR4), images=DataLibrary())

    @property
    def hand(self) -> Hand:
        assert self.window.own_data.dialog is not None
        return Hand(self.qtbot, self.window.own_data.dialog)

    def show(self, path: Path) -> Hand:
        self.window.own_data.show(path)
        self.hand.wait()
        return self.hand

    def use(self) -> TableSpec:
        """Click *Use this data*, and wait for it."""
        self.qtbot.mouseClick(self.hand.dialog.use, LEFT)
        self.settle()
        spec = self.session.experiment.dataset
        assert isinstance(spec, TableSpec)
        return spec


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    if desk.window.own_data.dialog is not None:
        desk.window.own_data.dialog.close()
    desk.end()


def project_on(path: Path) -> Path:
    """A project that learns this table and does not hold it."""
    table = read_table(path)
    spec = Survey(table.columns).propose(Wishes(), name=path.name, digest=table.digest, file=table.file).spec
    place = path.with_name("p.nns")
    save_project(place, Project(default_experiment(spec)))
    return place


@pytest.mark.slow
def test_from_the_menu_to_the_experiment_and_back(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = flowers(tmp_path), desk.session.experiment
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    panel = desk.window.findChild(DataPanel)
    assert isinstance(panel, DataPanel)
    qtbot.mouseClick(panel.own, LEFT)
    desk.hand.wait()
    qtbot.keyClick(desk.hand.dialog, Qt.Key.Key_Escape)
    assert desk.window.own_data.dialog is None
    bar = desk.window.menuBar()
    qtbot.mouseClick(bar, LEFT, pos=bar.actionGeometry(bar.actions()[0]).center())
    menu = open_menu()
    entry = next(action for action in menu.actions() if action.text() == "Open &data…")
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
    desk.hand.wait()
    assert desk.hand.said() == [
        "Semicolons, decimal comma, header in line 1, Windows-1252",
        "species is the target: 3 classes.",
        "4 columns are inputs and become 7 numbers: colour one number per value.",
        "Numbers are standardised by the training rows.",
        "2 rows lack length and width",
        "3 rows lack colour",
        "year has 3 values: a category?",
    ]
    assert desk.hand.odd() == [
        "nr differs in every row, so it is an id. Keep it",
        "garden is nord in every row. Keep it",
    ]
    assert desk.session.experiment == before
    table = read_table(path)
    spec = desk.use()
    proposal = Survey(table.columns).propose(Wishes(), name=path.name, digest=table.digest, file=table.file)
    assert spec == proposal.spec, "exactly what the command line would train on"
    assert desk.session.experiment == default_experiment(proposal.spec)
    assert desk.session.undo_label == "Open flowers.csv"
    frame = desk.session.frame
    assert frame is not None
    assert frame.dataset.spec == spec
    qtbot.waitUntil(lambda: "flowers.csv" in panel.summary.text())
    desk.session.undo()
    qtbot.waitUntil(lambda: desk.session.up_to_date and not desk.session.loading)
    assert desk.session.experiment == before
    desk.session.redo()
    qtbot.waitUntil(lambda: desk.session.up_to_date and not desk.session.loading)
    assert desk.session.experiment.dataset == spec


def dropped(widget: QWidget, path: Path) -> bool:
    """What Qt sends when a file is dragged onto a widget and let go there."""
    data, at = QMimeData(), QPointF(widget.rect().center())
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), action, data, LEFT, none)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        place: QWidget | None = widget
        while place is not None and not place.acceptDrops():
            place = place.parentWidget()
        QApplication.sendEvent(place, QDropEvent(at, action, data, LEFT, none))
    return enter.isAccepted()


@pytest.mark.slow
def test_a_file_is_dropped_anywhere_on_the_window(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    assert dropped(desk.window.network.stage.viewport(), flowers(tmp_path))
    desk.hand.wait()
    assert desk.hand.dialog.name.text() == "flowers.csv"
    assert dropped(desk.hand.dialog, flowers(tmp_path, "others.csv", 4)), "another one in its place"
    desk.hand.wait()
    assert desk.hand.dialog.name.text() == "others.csv"
    assert desk.use().name == "others.csv"
    project = tmp_path / "p.nns"
    desk.window.files.document.save(project)
    qtbot.waitUntil(project.exists)
    saved, frame = load_project(project), desk.session.frame
    assert saved.table == (tmp_path / "others.csv").read_bytes(), "a small table lies in the project"
    assert frame is not None
    assert saved.recipe is not None
    assert recipe_to_json(saved.recipe) == recipe_to_json(frame.dataset.recipe), (
        "fitted, so that predict needs no table"
    )
    desk.session.undo()
    assert dropped(desk.window, project)
    qtbot.waitUntil(lambda: desk.session.document == project)
    assert isinstance(desk.session.experiment.dataset, TableSpec)


@pytest.mark.slow
def test_the_same_table_again_keeps_the_network_and_another_begins_anew(desk: Desk, tmp_path: Path) -> None:
    hand = desk.show(flowers(tmp_path))
    assert hand.dialog.target.weighed.sentence.plain == "Classes are weighed alike: each example counts the same."
    desk.qtbot.mouseClick(hand.dialog.target.weighed.words[0], LEFT)
    hand.pick("Balanced")
    assert hand.dialog.target.weighed.sentence.plain == "Classes are weighed balanced: each class counts the same."
    assert hand.dialog.target.weighed.words[0].hasFocus()
    desk.use()
    assert desk.session.experiment.training.class_weights is ClassWeights.BALANCED
    desk.session.step(20)
    desk.qtbot.waitUntil(lambda: desk.session.frame is not None and desk.session.frame.updates == 20)
    panel = desk.window.findChild(DataPanel)
    assert isinstance(panel, DataPanel)
    desk.qtbot.mouseClick(panel.own, LEFT)
    hand = desk.hand
    hand.wait()
    assert hand.dialog.draft.proposed is not None
    assert hand.dialog.draft.proposed.proposal.spec == desk.session.experiment.dataset
    assert hand.odd()[0] == "nr differs in every row, so it is an id. Keep it"
    assert hand.dialog.target.weights is ClassWeights.BALANCED, "as they are now"
    assert not [said for said in hand.said() if "as you have said" in said], "only what is not as it would be anyway"
    hand.segment("few year", "category")
    assert "stays as you have built it" in hand.dialog.said.text()
    before = desk.session.experiment
    spec = desk.use()
    assert (desk.session.experiment.layers, desk.session.experiment.training) == (before.layers, before.training)
    assert len(spec.input_names) == 9
    frame = desk.session.frame
    assert frame is not None
    assert frame.updates == 20
    hand = desk.show(flowers(tmp_path, "others.csv", 4))
    assert hand.dialog.target.weights is ClassWeights.NONE, "what another table needs is another matter"
    hand.choose("target", 0, "length")
    assert not hand.dialog.target.weighed.isVisible(), "values have no classes"
    hand.choose("target", 0, "species")
    assert hand.dialog.target.weighed.isVisible()
    desk.use()
    assert desk.session.experiment.training.class_weights is ClassWeights.NONE
    desk.qtbot.waitUntil(lambda: desk.session.frame is not None and desk.session.frame.updates == 0)
    assert len(desk.session.shelving.shelf) == 1, "and the run that had learned something is kept"


@pytest.mark.slow
def test_a_table_that_was_moved_is_looked_for(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = flowers(tmp_path), desk.session.experiment
    project = project_on(path)
    (tmp_path / "away").mkdir()
    moved = path.rename(tmp_path / "away" / "blooms.csv")
    desk.window.files.open_path(project)
    banner = desk.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.text().startswith("flowers.csv is no longer in")
    assert desk.session.experiment == before
    other = flowers(tmp_path, "others.csv", 4)
    for found, opens in ((other, False), (moved, True)):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, found=found: (str(found), ""))
        banner.hide()
        desk.window.own_data.search()
        if opens:
            qtbot.waitUntil(lambda: desk.session.document == project)
        else:
            qtbot.waitUntil(banner.isVisible)
            assert "it is other data now" in banner.text()
            assert banner.offer().isVisible()
    assert isinstance(desk.session.experiment.dataset, TableSpec)
    assert desk.session.experiment.dataset.digest == read_table(moved).digest
