"""The File menu: what is written comes back, and what goes wrong is said in the window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DenseSpec, DropoutSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import Project, save_project
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.widgets.banner import Banner

FRAME = plane_frame()


class Shown(Session):
    """A session without a worker, that shows one frame and keeps the parameters it is given."""

    taken = None
    shown = FRAME

    @property
    def frame(self):
        return self.shown

    def set_weights(self, weights):
        self.taken = weights


class Menu(FilesMenu):
    def __init__(self, qtbot):
        self.window, self.banner = QWidget(), Banner()
        for widget in (self.window, self.banner):
            qtbot.addWidget(widget)
        self.session, self.settings = Shown(FRAME.experiment), Settings()
        super().__init__(self.session, self.settings, self.banner, self.window)
        self.titles: list[str] = []
        self.title_changed.connect(self.note)

    def note(self, title: str) -> None:
        self.titles.append(title)


@pytest.fixture
def menu(qtbot) -> Menu:
    return Menu(qtbot)


def answer(monkeypatch, button: QMessageBox.StandardButton) -> list[str]:
    asked = []
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: asked.append(arguments[2]) or button)
    return asked


def change(menu: Menu) -> None:
    menu.session.edit(replace(menu.session.experiment, seed=menu.session.experiment.seed + 1))


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors"])
def test_exported_weights_come_back(menu, tmp_path, name):
    assert menu.export_path(tmp_path / name)
    assert menu.banner.text() == f"Exported the weights of 3 layers to {name}."
    assert menu.import_path(tmp_path / name)
    np.testing.assert_array_equal(menu.session.taken.params, FRAME.params)


def test_an_export_can_show_its_folder(menu, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("nnstudio.ui.files_menu.QDesktopServices.openUrl", opened.append)
    menu.export_path(tmp_path / "w.npz")
    menu.banner.offer().defaultAction().trigger()
    assert Path(opened[0].toLocalFile()) == tmp_path


def test_an_error_is_said_with_details(menu, tmp_path):
    (tmp_path / "w.npz").write_bytes(b"not an archive")
    assert not menu.import_path(tmp_path / "w.npz")
    assert "w.npz" in menu.banner.text()
    assert menu.banner.property("tone") == "bad"
    assert menu.session.taken is None
    assert not menu.export_path(tmp_path / "nowhere" / "w.npz")
    assert menu.banner.property("tone") == "bad"


def test_an_experiment_comes_back_with_its_weights(menu, tmp_path):
    path = tmp_path / "spiral.nns"
    assert menu.save_path(path)
    saved = menu.session.experiment
    change(menu)
    assert menu.title() == "spiral.nns — edited"
    assert menu.open_path(path)
    assert menu.session.experiment == saved
    np.testing.assert_array_equal(menu.session.taken.params, FRAME.params)
    assert menu.titles[-1] == "spiral.nns"


def normalised() -> Frame:
    """A trained stack with a batch normalisation, and layers without parameters."""
    layers = (DenseSpec(units=3), BatchNormSpec(), ActivationSpec(), DropoutSpec())
    trainer = Trainer(Experiment(layers=layers))
    for _ in range(3):
        trainer.step()
    return Observer(trainer, 1).frame(Probe.NOTHING)


def test_running_statistics_are_saved_and_come_back(menu, tmp_path):
    frame = menu.session.shown = normalised()
    menu.session.edit(frame.experiment)
    for path, save, bring_back in (
        (tmp_path / "n.nns", menu.save_path, menu.open_path),
        (tmp_path / "n.npz", menu.export_path, menu.import_path),
    ):
        assert save(path)
        menu.session.taken = None
        assert bring_back(path)
        np.testing.assert_array_equal(menu.session.taken.params, frame.params)
        np.testing.assert_array_equal(menu.session.taken.statistics, frame.model.statistics)
        assert menu.banner.property("tone") == "good"


def test_an_export_counts_the_layers_that_have_weights(menu, tmp_path):
    menu.session.shown = normalised()
    menu.export_path(tmp_path / "n.npz")
    assert menu.banner.text() == "Exported the weights of 3 layers to n.npz."


def test_a_project_older_than_running_statistics_says_what_is_off(menu, tmp_path):
    frame = normalised()
    save_project(tmp_path / "old.nns", Project(frame.experiment, weights=Weights(frame.params)))
    assert menu.open_path(tmp_path / "old.nns")
    np.testing.assert_array_equal(menu.session.taken.params, frame.params)
    assert menu.session.taken.statistics is None
    assert "old.nns was saved without the running means and variances" in menu.banner.text()
    assert not menu.banner.isHidden()
    save_project(tmp_path / "dense.nns", Project(FRAME.experiment, weights=Weights(FRAME.params)))
    assert menu.open_path(tmp_path / "dense.nns")
    assert menu.banner.isHidden()


def test_a_bad_experiment_leaves_everything_as_it_was(menu, tmp_path):
    (tmp_path / "bad.nns").write_bytes(b"bad")
    before = menu.session.experiment
    assert not menu.open_path(tmp_path / "bad.nns")
    assert menu.session.experiment == before
    assert menu.title() == ""
    assert "bad.nns" in menu.banner.text()


def test_nothing_is_asked_before_the_first_save(menu, monkeypatch):
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    change(menu)
    assert menu.may_leave()
    menu.new()
    assert menu.session.experiment == default_experiment(DatasetKind.SPIRALS)
    assert not asked


def test_unsaved_changes_are_asked_for(menu, tmp_path, monkeypatch):
    menu.save_path(tmp_path / "a.nns")
    assert menu.may_leave()
    change(menu)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    kept = menu.session.experiment
    menu.new()
    assert menu.session.experiment == kept
    assert asked == ["a.nns has changes that are not saved. Save them first?"]
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    assert menu.may_leave()
    answer(monkeypatch, QMessageBox.StandardButton.Save)
    assert menu.may_leave()
    assert menu.title() == "a.nns"


def test_training_makes_a_saved_file_old(menu, tmp_path):
    menu.save_path(tmp_path / "a.nns")
    menu.session.frame_shown.emit(replace(FRAME, status=Status.PAUSED))
    assert menu.title() == "a.nns"
    menu.session.play()
    menu.session.frame_shown.emit(replace(FRAME, status=Status.LEARNING))
    assert menu.title() == "a.nns — edited"
    menu.save()
    assert menu.title() == "a.nns"


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [
        ("w", "NumPy arrays (*.npz)", "w.npz"),
        ("w", "safetensors (*.safetensors)", "w.safetensors"),
        ("w.npz", "", "w.npz"),
    ],
)
def test_a_name_without_an_ending_gets_one(menu, tmp_path, monkeypatch, typed, kind, written):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / typed), kind))
    menu.export_weights()
    assert [path.name for path in tmp_path.iterdir()] == [written]
    assert menu.settings.folder == str(tmp_path)


def test_a_cancelled_dialog_does_nothing(menu, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *arguments: ("", ""))
    before: Experiment = menu.session.experiment
    menu.export_weights()
    menu.import_weights()
    menu.open()
    assert not menu.save()
    assert menu.session.experiment == before
    assert menu.banner.isHidden()
