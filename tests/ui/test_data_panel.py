"""The Data card on a real session: the gallery, what is shown for which data set, and when data is made anew."""

import gzip
import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import build
from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.painted import painted
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling
from nnstudio.core.experiment.dataset_spec import DatasetSpec, ImageSpec, PaintedSpec, PlaneSpec
from nnstudio.core.experiment.plan import Change
from nnstudio.core.presets import default_experiment
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.files.mnist import FILE_NAMES, find_mnist, read_mnist
from nnstudio.ui import theme
from nnstudio.ui.panels.data_panel import AMOUNTS, DataPanel
from nnstudio.ui.panels.mnist_dialog import MnistDialog
from nnstudio.ui.panels.scaling_text import scaling_text
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.gallery import GROUPS
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.setting_slider import SettingSlider
from nnstudio.ui.widgets.thumbnail import TILE

SMALL = Experiment(dataset=PlaneSpec(samples=40), layers=(DenseSpec(units=2),))


def write_mnist(folder: Path) -> None:
    """A tiny MNIST: 30 training and 10 test images of noise."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    for images, labels, count in ((FILE_NAMES[0], FILE_NAMES[1], 30), (FILE_NAMES[2], FILE_NAMES[3], 10)):
        _write(folder / f"{images}.gz", random.integers(0, 256, (count, 28, 28), np.uint8))
        _write(folder / f"{labels}.gz", (np.arange(count) % 10).astype(np.uint8))


def _write(path: Path, array: NDArray[np.uint8]) -> None:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


def _images(spec: ImageSpec) -> ImageSet:
    folder = find_mnist()
    assert folder is not None
    return read_mnist(folder)


class Stage:
    """A panel on a session that runs, and every change it made."""

    def __init__(self, qtbot: QtBot) -> None:
        self.session = Session(SMALL, _images)
        self.panel = DataPanel(self.session)
        self.changes: list[Change] = []
        qtbot.addWidget(self.panel)
        self.panel.resize(200, 700)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()
        with qtbot.waitSignal(self.session.frame_shown):
            self.session.start()
        self.session.experiment_changed.connect(self._note)

    def _note(self, experiment: Experiment, change: Change) -> None:
        self.changes.append(change)

    @property
    def dataset(self) -> DatasetSpec:
        return self.session.experiment.dataset

    def click(self, kind: DatasetKind) -> None:
        QTest.mouseClick(self.panel.gallery.thumbnails[kind], Qt.MouseButton.LeftButton)

    def slider(self, name: str) -> SettingSlider:
        control = self.panel.amounts.control(name)
        assert isinstance(control, SettingSlider)
        return control

    def amounts(self) -> set[str]:
        return {name for name in AMOUNTS if self.panel.amounts.control(name).isVisible()}


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "data"))
    stage = Stage(qtbot)
    yield stage
    stage.session.stop()


def test_the_gallery_shows_every_data_set_by_name(stage: Stage) -> None:
    in_groups = [kind for _, kinds in GROUPS for kind in kinds]
    assert list(stage.panel.gallery.thumbnails) == in_groups
    assert sorted(in_groups, key=list(DatasetKind).index) == list(DEFAULTS)
    for kind, thumbnail in stage.panel.gallery.thumbnails.items():
        assert thumbnail.accessibleName() == kind.label
        assert kind.label in thumbnail.toolTip()
        assert kind.help in thumbnail.toolTip()
        assert thumbnail.isChecked() == (kind is DatasetKind.CIRCLE)
        assert thumbnail.fontMetrics().horizontalAdvance(thumbnail.text()) < 60


def test_tiles_stand_in_groups_below_their_captions(stage: Stage) -> None:
    gallery = stage.panel.gallery
    captions = {label.text(): label for label in gallery.findChildren(QLabel)}
    assert list(captions) == [title for title, _ in GROUPS]
    for title, kinds in GROUPS:
        tiles = [gallery.thumbnails[kind] for kind in kinds]
        assert min(tile.y() for tile in tiles) == captions[title].geometry().bottom() + 1
    assert captions["More classes"].y() == captions["Images"].y()
    places = [tile.geometry() for tile in gallery.thumbnails.values()]
    assert not any(a.intersects(b) for a, b in combinations(places, 2))
    assert gallery.thumbnails[DatasetKind.CIRCLE].tile().size().toSize() == TILE


def test_every_data_set_has_its_own_picture(stage: Stage) -> None:
    pictures = {kind: thumbnail.grab().toImage() for kind, thumbnail in stage.panel.gallery.thumbnails.items()}
    assert set(pictures) == set(DEFAULTS)
    for kind, picture in pictures.items():
        assert len({picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}) > 20
        others = (other for each, other in pictures.items() if each is not kind)
        assert all(picture != other.scaled(picture.size()) for other in others)


def test_points_are_drawn_in_the_class_colours(stage: Stage) -> None:
    for kind, plane in PLANE_KINDS.items():
        spec = PlaneSpec(kind=kind)
        classes = plane.classes(spec) or 2
        image = stage.panel.gallery.thumbnails[kind].grab().toImage()
        pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        for label in range(classes):
            wanted = theme.class_color(label, classes)
            nearest = min(
                abs(p.red() - wanted.red()) + abs(p.green() - wanted.green()) + abs(p.blue() - wanted.blue())
                for p in pixels
            )
            assert nearest < (60 if plane.classes(spec) else 100), f"{kind.label}: class {label} is not to be seen"


def test_a_click_loads_an_experiment_that_learns_the_data_set(stage: Stage) -> None:
    stage.click(DatasetKind.SPIRALS)
    assert stage.session.experiment == default_experiment(DatasetKind.SPIRALS)
    assert [kind for kind, each in stage.panel.gallery.thumbnails.items() if each.isChecked()] == [DatasetKind.SPIRALS]
    stage.session.undo()
    assert stage.session.experiment == SMALL
    assert stage.panel.gallery.thumbnails[DatasetKind.CIRCLE].isChecked()


def test_choosing_the_chosen_one_keeps_the_users_edits(stage: Stage) -> None:
    stage.click(DatasetKind.CIRCLE)
    assert stage.session.experiment == SMALL
    assert not stage.changes


def _press(*keys: Qt.Key) -> QWidget:
    """Press keys, each where the focus is; returns where it is then."""
    for key in keys:
        QTest.keyClick(_focused(), key)
    return _focused()


def _focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_thumbnails_are_one_tab_stop_with_arrows_inside(stage: Stage) -> None:
    tiles, Key = stage.panel.gallery.thumbnails, Qt.Key  # noqa: N806 -- Qt's name
    tiles[DatasetKind.CIRCLE].setFocus(Qt.FocusReason.TabFocusReason)
    assert _press(Key.Key_Right, Key.Key_Down) is tiles[DatasetKind.CHECKERBOARD]
    assert _press(Key.Key_Down) is tiles[DatasetKind.OR4]
    assert _press(Key.Key_Down, Key.Key_Down) is tiles[DatasetKind.HILLS]
    assert _press(Key.Key_Up) is tiles[DatasetKind.BLOBS]
    assert _press(Key.Key_End, Key.Key_Right) is tiles[DatasetKind.SINE]
    assert _press(Key.Key_Home, Key.Key_Left) is tiles[DatasetKind.CIRCLE]
    assert not stage.changes, "going about chooses nothing"
    _press(Key.Key_Right, Key.Key_Space)
    assert stage.dataset.kind is DatasetKind.XOR
    assert _press(Key.Key_Tab) is stage.panel.own
    QTest.keyClick(_focused(), Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert _focused() is tiles[DatasetKind.XOR]


def test_chips_are_one_tab_stop_with_arrows_inside(stage: Stage) -> None:
    chips, Key = stage.panel.features.chips, Qt.Key  # noqa: N806 -- Qt's name
    chips[Feature.X1].setFocus(Qt.FocusReason.TabFocusReason)
    assert _press(Key.Key_Right, Key.Key_Right) is chips[Feature.X1_SQUARED]
    assert not stage.changes
    _press(Key.Key_Space)
    assert stage.dataset.features == (Feature.X1, Feature.X2, Feature.X1_SQUARED)
    assert _press(Key.Key_Tab) not in chips.values()


def test_a_click_on_a_tile_or_chip_leaves_the_focus(stage: Stage) -> None:
    stage.panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    stage.panel.setFocus()
    QTest.mouseClick(stage.panel.features.chips[Feature.SIN_X1], Qt.MouseButton.LeftButton)
    stage.click(DatasetKind.XOR)
    assert _focused() is stage.panel


def test_where_the_keyboard_is_can_be_seen(stage: Stage) -> None:
    tile = stage.panel.gallery.thumbnails[DatasetKind.CIRCLE]
    stage.panel.features.chips[Feature.X1].setFocus(Qt.FocusReason.TabFocusReason)
    before = tile.grab().toImage()
    tile.setFocus(Qt.FocusReason.TabFocusReason)
    assert tile.grab().toImage() != before


def test_preparation_is_folded_away_and_says_what_is_set(stage: Stage) -> None:
    fold = stage.panel.fold
    assert not stage.panel.others.isVisible()
    assert (fold.header.summary, fold.header.changed) == ("not scaled", False)
    spec = replace(SMALL.dataset, scaling=Scaling.STANDARDISE, validation_share=0.25, seed=7)
    stage.session.edit(replace(SMALL, dataset=spec))
    assert fold.header.summary.replace("\xa0", " ") == "standardise, 25 % validation, seed 7"
    assert fold.header.changed
    QTest.mouseClick(fold.header, Qt.MouseButton.LeftButton)
    assert stage.panel.others.control("scaling").isVisible()


@pytest.mark.parametrize(
    ("kind", "amounts"),
    [
        (DatasetKind.CIRCLE, {"noise", "training_share", "samples"}),
        (DatasetKind.SPIRALS, {"noise", "training_share", "samples", "arms"}),
        (DatasetKind.XOR4, set()),
        (DatasetKind.AND4, set()),
        (DatasetKind.RINGS, {"noise", "training_share", "samples", "classes"}),
        (DatasetKind.SKETCHED_DIGITS, {"images", "shift"}),
        (DatasetKind.MNIST, {"images", "shift"}),
    ],
)
def test_only_the_settings_that_concern_the_data_set_are_shown(
    stage: Stage, tmp_path: Path, kind: DatasetKind, amounts: set[str]
) -> None:
    write_mnist(tmp_path / "data" / "mnist")
    stage.panel.fold.set_open(True)
    stage.click(kind)
    assert stage.amounts() == amounts
    on_the_plane = kind in PLANE_KINDS
    assert stage.panel.features.isVisible() == on_the_plane
    assert stage.panel.strip.isVisible() != on_the_plane
    assert stage.panel.others.control("scaling").isVisible()
    assert stage.panel.others.control("seed").isVisible() == (
        kind not in (DatasetKind.AND4, DatasetKind.XOR4, DatasetKind.MNIST)
    )


def test_painted_points_have_their_own_settings(stage: Stage) -> None:
    stage.panel.fold.set_open(True)
    stage.session.edit(replace(SMALL, dataset=painted(SMALL.dataset)))
    assert isinstance(stage.dataset, PaintedSpec)
    count = len(stage.dataset.training), len(stage.dataset.test)
    assert stage.panel.summary.text() == f"Painted: {count[0]} train · {count[1]} test"
    assert stage.amounts() == {"stroke_test_share"}
    assert not any(tile.isChecked() for tile in stage.panel.gallery.thumbnails.values())
    assert stage.panel.features.isVisible()
    seed = stage.panel.others.control("seed")
    assert not seed.isVisible()
    stage.session.edit(replace(stage.session.experiment, dataset=replace(stage.dataset, validation_share=0.2)))
    assert seed.isVisible()
    stage.session.edit(replace(stage.session.experiment, dataset=replace(stage.dataset, test=())))
    assert not stage.panel.others.control("validation_share").isVisible()
    stage.panel.features.chosen.emit((Feature.X1_X2,))
    dataset = stage.dataset
    assert isinstance(dataset, PaintedSpec)
    assert dataset.features == (Feature.X1_X2,)
    stage.click(DatasetKind.CIRCLE)
    assert stage.session.experiment == default_experiment(DatasetKind.CIRCLE)


def test_the_seed_of_files_shows_where_it_splits_them(stage: Stage, tmp_path: Path) -> None:
    write_mnist(tmp_path / "data" / "mnist")
    stage.panel.fold.set_open(True)
    stage.click(DatasetKind.MNIST)
    assert not stage.panel.others.control("seed").isVisible()
    stage.session.edit(replace(stage.session.experiment, dataset=replace(stage.dataset, validation_share=0.2)))
    assert stage.panel.others.control("seed").isVisible()


def test_the_validation_share_makes_new_data(stage: Stage, qtbot: QtBot) -> None:
    control = stage.panel.others.control("validation_share")
    control.value_committed.emit(0.25)
    assert stage.dataset == replace(SMALL.dataset, validation_share=0.25)
    assert stage.changes == [Change.DATA]
    qtbot.waitUntil(lambda: stage.session.frame is not None and stage.session.frame.dataset.validation is not None)


def test_settings_of_other_domains_keep_out(stage: Stage) -> None:
    """From points to images and back, each control shows what there is."""
    stage.click(DatasetKind.SKETCHED_DIGITS)
    assert stage.slider("images").value() == 5000
    stage.click(DatasetKind.MOONS)
    assert stage.slider("noise").value() == pytest.approx(0.05)
    assert isinstance(stage.dataset, PlaneSpec)


def test_noise_waits_for_the_release_and_keeps_everything_else(stage: Stage) -> None:
    slider = stage.slider("noise")
    track, left = slider.track, Qt.MouseButton.LeftButton
    QTest.mousePress(track, left, pos=track.centre().toPoint())
    for x in range(8, track.width(), 10):
        QTest.mouseMove(track, QPoint(x, 8))
    QTest.mouseMove(track, QPoint(track.width() - 8, 8))
    assert stage.session.experiment == SMALL
    QTest.mouseRelease(track, left, pos=QPoint(track.width() - 8, 8))
    assert stage.session.experiment == replace(SMALL, dataset=replace(SMALL.dataset, noise=0.5))
    assert stage.changes == [Change.DATA]
    assert "keeps what it has learned" in slider.toolTip()


def test_a_drag_that_ends_among_other_data_changes_nothing(stage: Stage, qtbot: QtBot) -> None:
    track = stage.slider("samples").track
    start = track.centre().toPoint()
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(track, start - QPoint(20, 0))
    stage.session.edit(default_experiment(DatasetKind.SKETCHED_DIGITS))
    before = stage.session.experiment
    qtbot.mouseMove(track, start - QPoint(30, 0))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=start - QPoint(30, 0))
    assert stage.session.experiment == before


def test_features_keep_their_order_and_at_least_one(stage: Stage) -> None:
    chips = stage.panel.features.chips
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(chips[Feature.SIN_X2], left)
    QTest.mouseClick(chips[Feature.X1_SQUARED], left)
    QTest.mouseClick(chips[Feature.X1], left)
    assert stage.dataset.features == (Feature.X2, Feature.X1_SQUARED, Feature.SIN_X2)
    for feature in stage.dataset.features:
        QTest.mouseClick(chips[feature], left)
    assert stage.dataset.features == (Feature.SIN_X2,)
    assert chips[Feature.SIN_X2].isChecked()
    assert any(note.isVisible() and "at least one" in note.text() for note in stage.panel.findChildren(Note))


def test_chips_wrap_in_a_narrow_card(stage: Stage) -> None:
    row = stage.panel.features
    assert row.heightForWidth(160) > row.heightForWidth(500)
    for chip in row.chips.values():
        assert row.rect().contains(chip.geometry())


def test_the_scaling_is_shown_in_numbers(stage: Stage, qtbot: QtBot) -> None:
    assert stage.panel.scaling.text() == ""
    spec = replace(SMALL.dataset, scaling=Scaling.STANDARDISE)
    stage.session.edit(replace(SMALL, dataset=spec))
    qtbot.waitUntil(lambda: stage.panel.scaling.text() != "")
    dataset = build(spec)
    assert stage.panel.scaling.text() == scaling_text(dataset)
    first, second = stage.panel.scaling.text().split("\n")
    assert first.startswith("x₁: (x ")
    assert first.endswith(f" / {dataset.recipe.scale[0]:.2f}")
    assert second.startswith("x₂: (x ")


@pytest.mark.parametrize(
    ("scaling", "expected"), [(Scaling.NONE, "pixels / 255"), (Scaling.STANDARDISE, "(pixels / 255 − 0.")]
)
def test_the_scaling_of_images_is_shown_in_numbers(tmp_path: Path, scaling: Scaling, expected: str) -> None:
    write_mnist(tmp_path / "mnist")
    dataset = build(ImageSpec(kind=DatasetKind.MNIST, scaling=scaling), lambda _: read_mnist(tmp_path / "mnist"))
    assert scaling_text(dataset).startswith(expected)


def test_mnist_that_is_there_is_taken_without_asking(stage: Stage, qtbot: QtBot, tmp_path: Path) -> None:
    write_mnist(tmp_path / "data" / "mnist")
    stage.click(DatasetKind.MNIST)
    assert stage.session.experiment == default_experiment(DatasetKind.MNIST)
    qtbot.waitUntil(lambda: "30 training · 10 test · 28×28" in stage.panel.summary.text())
    stage.panel.fold.set_open(True)
    image = stage.panel.strip.grab().toImage()
    assert len({image.pixel(x, x) for x in range(image.height())}) > 5


def test_mnist_that_is_missing_is_asked_for_and_nothing_changes_until_it_is_there(
    stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    stage.click(DatasetKind.MNIST)
    dialog = stage.panel.window().findChild(MnistDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert stage.session.experiment == SMALL
    assert stage.panel.gallery.thumbnails[DatasetKind.CIRCLE].isChecked()
    write_mnist(tmp_path / "data" / "mnist")
    with qtbot.waitSignal(dialog.found):
        dialog.read_from(tmp_path / "data" / "mnist")
    assert stage.dataset.kind is DatasetKind.MNIST


def test_cancelling_keeps_the_running_experiment(stage: Stage) -> None:
    stage.click(DatasetKind.MNIST)
    dialog = stage.panel.window().findChild(MnistDialog)
    assert dialog is not None
    QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert stage.session.experiment == SMALL
    assert not stage.changes
