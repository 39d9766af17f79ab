"""The File menu: what is written comes back whole, and what goes wrong is said in the window."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from session_hand import FilesHand, answer, no_images

from nnstudio import cli
from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import growth
from nnstudio.files.exports import FORMATS, Subject
from nnstudio.files.library import DataLibrary
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.saving import Saver
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.growing import Growing
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.table import Table
from nnstudio.ui.trouble import Trouble
from nnstudio.ui.widgets.banner import Banner

SPIRALS = default_experiment(DatasetKind.SPIRALS)
TABLE = Table("Loss", ("update", "loss"), [(1, 0.5)])


class Menu(FilesHand, FilesMenu):
    """A file menu with a real session, its worker and its saver."""

    def __init__(self, qtbot: QtBot, experiment: Experiment, images: ImageSource | None = None) -> None:
        self.window, self.banner, self.qtbot = QWidget(), Banner(), qtbot
        for widget in (self.window, self.banner):
            qtbot.addWidget(widget)
        self.session, self.settings, self.saver = Session(experiment, images or no_images), Settings(), Saver()
        FilesMenu.__init__(self, self.session, self.settings, self.banner, self.window, self.saver)
        self.titles: list[str] = []
        self.title_changed.connect(self.titles.append)
        Trouble(self.session, self.banner)
        self.session.start()
        self.settle()

    def save_now(self, path: Path | None = None) -> None:
        done: list[bool] = []
        self.document.save(path, lambda: done.append(True))
        self.qtbot.waitUntil(lambda: bool(done))


@pytest.fixture
def menu(qtbot: QtBot) -> Iterator[Menu]:
    menu = Menu(qtbot, SPIRALS)
    yield menu
    menu.end()


def change(menu: Menu) -> None:
    menu.session.edit(replace(menu.session.experiment, seed=menu.session.experiment.seed + 1))
    menu.settle()


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors"])
def test_exported_weights_come_back(menu, tmp_path, name):
    before = menu.train(20)
    FORMATS[name.partition(".")[2]].save(Subject.of(before), tmp_path / name)
    menu.session.restart()
    assert menu.settle().params.tobytes() != before.params.tobytes()
    assert menu.import_path(tmp_path / name)
    assert menu.settle().params.tobytes() == before.params.tobytes()
    assert menu.banner.text() == f"Imported the weights in {name}."
    assert menu.session.undo_label == "Import weights"


@pytest.mark.parametrize("name", ["w.onnx", "w.safetensors"])
def test_weights_of_another_network_offer_to_build_it(menu, tmp_path, name):
    if name.endswith("onnx"):
        pytest.importorskip("onnx")
    before = menu.train(20)
    FORMATS[name.partition(".")[2]].save(Subject.of(before), tmp_path / name)
    asked = menu.session.experiment
    menu.session.edit(replace(asked, layers=(DenseSpec(units=3),)))
    other = menu.settle()
    menu.import_path(tmp_path / name)
    menu.qtbot.waitUntil(lambda: "holds another network: 2 → " in menu.banner.text())
    assert menu.session.experiment.layers == other.experiment.layers, "nothing was changed so far"
    menu.banner.show()
    menu.qtbot.mouseClick(menu.banner.offer(), Qt.MouseButton.LeftButton)
    menu.qtbot.waitUntil(lambda: menu.session.undo_label == "Build network")
    assert menu.settle().params.tobytes() == before.params.tobytes()
    assert menu.session.experiment.dataset == asked.dataset
    assert menu.banner.text() == f"Built the network in {name}, with its weights."
    menu.session.undo()
    assert menu.settle().params.tobytes() == other.params.tobytes()
    assert menu.session.experiment.layers == other.experiment.layers
    menu.session.redo()
    assert menu.settle().params.tobytes() == before.params.tobytes()
    (tmp_path / name).write_bytes(b"\xff" * 50)
    menu.import_path(tmp_path / name)
    menu.qtbot.waitUntil(lambda: f"{name} cannot be read" in menu.banner.text())
    assert menu.settle().params.tobytes() == before.params.tobytes()


def test_the_growth_of_the_boundary_is_drawn_and_can_be_stopped(menu, tmp_path, monkeypatch):
    growing, path = Growing(menu.session, menu, menu.banner), tmp_path / "growth.gif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "growth"), "GIF (*.gif)"))
    growing.save_growth()
    menu.qtbot.waitUntil(lambda: "train first" in menu.banner.text())
    menu.train(700)
    growing.save_growth()
    menu.qtbot.waitUntil(lambda: menu.banner.text() == "Drawing the growth into growth.gif: 0 %")
    menu.banner.show()
    menu.qtbot.mouseClick(menu.banner.offer(), Qt.MouseButton.LeftButton)
    assert menu.banner.text() == "Stopped. Nothing was written."
    monkeypatch.setattr("nnstudio.ui.growing.growth.writing", partial(growth.writing, size=60, moments=5))
    menu.session.play()
    growing.save_growth()
    menu.qtbot.waitUntil(lambda: menu.banner.text() == "Saved the growth of the boundary to growth.gif.")
    assert menu.session.playing, "training goes on meanwhile"
    menu.session.pause()
    with Image.open(path) as picture:
        assert picture.n_frames == 5
        assert picture.size == (60, 60 + growth.FOOT)
        first = picture.convert("RGB").tobytes()
        picture.seek(4)
        assert picture.convert("RGB").tobytes() != first
    assert [each.name for each in tmp_path.iterdir()] == ["growth.gif"]


def test_what_was_saved_can_show_its_folder(menu, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("nnstudio.ui.files_menu.QDesktopServices.openUrl", opened.append)
    menu.train(1)
    menu.save_now(tmp_path / "s.nns")
    menu.banner.offer().defaultAction().trigger()
    assert Path(opened[0].toLocalFile()) == tmp_path


def test_an_error_is_said_with_details(menu, tmp_path):
    before = menu.settle().params.tobytes()
    (tmp_path / "w.npz").write_bytes(b"not an archive")
    assert not menu.import_path(tmp_path / "w.npz")
    assert "w.npz" in menu.banner.text()
    assert menu.banner.property("tone") == "bad"
    assert menu.settle().params.tobytes() == before


def test_a_project_comes_back_with_its_whole_state(menu, tmp_path):
    path, saved = tmp_path / "spiral.nns", menu.train(137)
    menu.save_now(path)
    assert menu.title() == "spiral.nns"
    assert menu.banner.text() == "Saved to spiral.nns."
    menu.session.restart()
    change(menu)
    assert menu.title() == "spiral.nns — edited"
    assert menu.open_path(path)
    assert menu.title() == "spiral.nns — edited", "it is not open before it has begun"
    opened = menu.settle()
    assert (opened.experiment, opened.updates, opened.epoch) == (saved.experiment, 137, saved.epoch)
    assert opened.params.tobytes() == saved.params.tobytes()
    np.testing.assert_array_equal(opened.history.train_loss, saved.history.train_loss)
    assert menu.title() == "spiral.nns"
    twin = Trainer(SPIRALS)
    while twin.updates < 300:
        twin.step()
    assert menu.train(300).params.tobytes() == twin.network.params.tobytes(), "as if it had never stopped"


def test_a_table_stays_in_its_project(qtbot, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{x:.3f},{'no' if x < 0 else 'yes'}\n" for x in np.random.default_rng(1).normal(size=60))
    Path("t.csv").write_text(f"x,y\n{rows}")
    assert cli.main(["train", "t.csv", "--target", "y", "--epochs", "2", "--save", "p.nns", "--quiet"]) == 0
    held = Path("t.csv").read_bytes()
    os.remove("t.csv")
    menu = Menu(qtbot, SPIRALS, DataLibrary())
    assert menu.open_path(Path("p.nns").absolute())
    opened = menu.settle()
    assert (opened.dataset.spec.name, len(opened.dataset.train)) == ("t.csv", 48)
    menu.train(opened.updates + 5)
    menu.save_now(tmp_path / "again.nns")
    menu.end()
    assert load_project(tmp_path / "again.nns").table == held


def test_a_project_on_data_that_is_not_there_leaves_everything_as_it_was(menu, tmp_path):
    """Spirals in training; a project on MNIST, where MNIST is absent: the file is not touched, nor is the run."""
    mine, digits = tmp_path / "mine.nns", tmp_path / "digits.nns"
    save_project(digits, Project(default_experiment(DatasetKind.MNIST)))
    before_on_disk = digits.read_bytes()
    menu.train(225)
    menu.save_now(mine)
    before = menu.settle()
    assert menu.open_path(digits)
    after = menu.settle()
    assert (after.updates, after.run) == (225, before.run)
    assert after.params.tobytes() == before.params.tobytes()
    assert menu.session.experiment == SPIRALS
    assert "There is no MNIST here." in menu.banner.text()
    assert menu.title() == "mine.nns"
    menu.save_now()
    assert digits.read_bytes() == before_on_disk
    assert load_project(mine).experiment == SPIRALS


def test_what_is_saved_while_a_file_opens_goes_to_the_file_that_is_then_open(menu, tmp_path):
    first, second = tmp_path / "first.nns", tmp_path / "second.nns"
    menu.train(10)
    menu.save_now(first)
    other = default_experiment(DatasetKind.MOONS)
    save_project(second, Project(other))
    menu.open_path(second)
    menu.save_now()
    assert load_project(first).experiment == SPIRALS
    assert load_project(second).experiment == other


NORMALISED = Experiment(layers=(DenseSpec(units=3), BatchNormSpec(), ActivationSpec(), DropoutSpec()))


def test_a_project_older_than_running_statistics_says_what_is_off(menu, tmp_path):
    trainer = Trainer(NORMALISED)
    weights = Weights(trainer.network.params + 1)
    save_project(tmp_path / "old.nns", Project(NORMALISED, weights=weights))
    assert menu.open_path(tmp_path / "old.nns")
    assert menu.settle().params.tobytes() == weights.params.tobytes()
    assert "old.nns was saved without the running means and variances" in menu.banner.text()
    assert not menu.banner.isHidden()
    params = Trainer(SPIRALS).network.params
    save_project(tmp_path / "dense.nns", Project(SPIRALS, weights=Weights(params)))
    assert menu.open_path(tmp_path / "dense.nns")
    menu.settle()
    assert menu.banner.isHidden()


def test_a_bad_experiment_leaves_everything_as_it_was(menu, tmp_path):
    (tmp_path / "bad.nns").write_bytes(b"bad")
    before = menu.session.experiment
    assert not menu.open_path(tmp_path / "bad.nns")
    assert menu.session.experiment == before
    assert menu.title() == ""
    assert "bad.nns" in menu.banner.text()


def left(menu: Menu) -> list[bool]:
    done: list[bool] = []
    menu.leave(lambda: done.append(True))
    return done


def test_nothing_is_asked_where_nothing_was_learned(menu, monkeypatch):
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    change(menu)
    assert left(menu)
    menu.new()
    menu.settle()
    assert menu.session.experiment == default_experiment(DatasetKind.SPIRALS)
    assert not asked


def test_what_was_learned_and_never_saved_is_asked_for(menu, monkeypatch):
    menu.train(5)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    assert not left(menu)
    assert asked == ["What the network has learned was never saved. Save it first?"]
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    assert left(menu)


def test_training_is_unsaved_whatever_else_is_on_its_way(menu, monkeypatch):
    menu.session.play()
    menu.qtbot.waitUntil(lambda: menu.session.frame.updates > 100)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    menu.session.pause()
    assert not menu.session.up_to_date
    assert not left(menu)
    assert asked


def test_unsaved_changes_are_asked_for(menu, tmp_path, monkeypatch):
    menu.train(5)
    menu.save_now(tmp_path / "a.nns")
    assert left(menu)
    change(menu)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    kept = menu.session.experiment
    menu.new()
    assert menu.session.experiment == kept
    assert asked == ["a.nns is not up to date. Save it first?"]
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    assert left(menu)
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    done = left(menu)
    assert not done, "not before it is written"
    menu.qtbot.waitUntil(lambda: bool(done))
    assert menu.title() == "a.nns"
    assert load_project(tmp_path / "a.nns").experiment == menu.session.experiment


def test_training_makes_a_saved_file_old_and_undo_makes_it_new(menu, tmp_path):
    menu.train(5)
    menu.save_now(tmp_path / "a.nns")
    assert menu.title() == "a.nns"
    first = menu.session.experiment.layers[0]
    menu.session.edit(replace(menu.session.experiment, layers=(replace(first, units=9),)))
    menu.settle()
    assert menu.title() == "a.nns — edited"
    menu.session.undo()
    menu.settle()
    assert menu.title() == "a.nns"
    menu.session.step()
    menu.qtbot.waitUntil(lambda: menu.session.frame.updates == 6)
    assert menu.title() == "a.nns — edited"


def test_the_title_is_told_at_once(menu, tmp_path):
    menu.train(5)
    menu.save_now(tmp_path / "a.nns")
    assert menu.titles == ["a.nns"]
    change(menu)
    menu.session.undo()
    menu.settle()
    assert menu.titles[-1] == "a.nns"
    menu.session.edit(replace(menu.session.experiment, seed=77))
    assert menu.titles[-1] == "a.nns — edited", "with the edit, not with the next picture"
    menu.session.undo()
    menu.settle()
    menu.train(6)
    menu.qtbot.waitUntil(lambda: menu.titles[-1] == "a.nns — edited")


def test_a_slow_disk_is_waited_for(menu, tmp_path, monkeypatch):
    ready, sync = Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (ready.wait(20), sync(descriptor)))
    menu.train(5)
    done: list[bool] = []
    menu.document.save(tmp_path / "a.nns", lambda: done.append(True))
    menu.qtbot.wait(100)
    assert not done
    assert menu.title() == ""
    ready.set()
    menu.qtbot.waitUntil(lambda: bool(done))
    assert menu.title() == "a.nns"


def test_other_weights_make_a_saved_file_old(menu, tmp_path):
    before = menu.train(5)
    menu.save_now(tmp_path / "a.nns")
    menu.session.set_weights(Weights(np.ones_like(before.params)))
    after = menu.settle()
    assert (after.experiment, after.updates) == (before.experiment, before.updates)
    assert menu.title() == "a.nns — edited"
    assert menu.document.unsaved


def test_to_save_without_a_name_is_refused_and_harms_nothing(menu):
    menu.train(5)
    done: list[bool] = []
    menu.document.save(then=lambda: done.append(True))
    menu.qtbot.waitUntil(lambda: not menu.banner.isHidden())
    assert "Nothing was saved" in menu.banner.text()
    assert menu.banner.property("tone") == "bad"
    assert menu.document.unsaved
    assert not done
    assert menu.train(6).updates == 6


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_called_saved(menu, tmp_path):
    menu.train(5)
    menu.document.save(tmp_path / "nowhere" / "a.nns")
    menu.qtbot.waitUntil(lambda: menu.banner.property("tone") == "bad" and not menu.banner.isHidden())
    assert menu.title() == ""
    assert menu.document.unsaved


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [
        ("w", "Comma separated (*.csv)", "w.csv"),
        ("w.csv", "", "w.csv"),
        ("w.CSV", "Comma separated (*.csv)", "w.CSV"),
        ("w.1.2", "Comma separated (*.csv)", "w.1.2.csv"),
        ("w", "", "w.csv"),
    ],
)
def test_a_name_without_an_ending_gets_one(menu, tmp_path, monkeypatch, typed, kind, written):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / typed), kind))
    menu.save_table(TABLE)
    assert [path.name for path in tmp_path.iterdir()] == [written]
    assert menu.settings.folder == str(tmp_path)


@pytest.mark.parametrize(("button", "replaced"), [("Yes", True), ("No", False)])
def test_a_name_without_an_ending_replaces_nothing_unasked(menu, tmp_path, monkeypatch, button, replaced):
    asked = answer(monkeypatch, QMessageBox.StandardButton[button])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "w"), ""))
    (tmp_path / "w.csv").write_bytes(b"somebody's work")
    menu.save_table(TABLE)
    assert asked == ["w.csv is there already. Replace it?"]
    assert ((tmp_path / "w.csv").read_bytes() != b"somebody's work") is replaced


def test_a_cancelled_dialog_does_nothing(menu, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *arguments: ("", ""))
    before: Experiment = menu.session.experiment
    menu.save_table(TABLE)
    menu.import_weights()
    menu.open()
    menu.save()
    assert menu.session.experiment == before
    assert menu.banner.isHidden()
