"""The Data card: what the network is to learn, and what it is told about it.

A gallery chooses the data set and loads an experiment that learns it; below stand only the settings that concern it,
those that are seldom touched folded away.
Everything here makes new data, so it acts when a handle is let go; what was learned stays, except on another data set.
"""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.images import Images
from nnstudio.core.data.plane import PLANE_KINDS, Plane
from nnstudio.core.data.table import Table
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling
from nnstudio.core.experiment.dataset_spec import (
    DatasetSpec,
    ImageSpec,
    OwnSpec,
    PaintedSpec,
    PictureSpec,
    PlaneSpec,
    PointsSpec,
    TableSpec,
)
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame
from nnstudio.files.mnist import find_mnist
from nnstudio.ui.explanations.actions import ACTIONS
from nnstudio.ui.explanations.data_sets import FEATURES
from nnstudio.ui.explanations.window import PARTS
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.mnist_folder import remembered_folder
from nnstudio.ui.panels.scaling_text import scaling_text
from nnstudio.ui.panels.setting_form import KEEPS, SECTION_GAP, SettingForm
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.chip import ChipRow
from nnstudio.ui.widgets.digit_strip import DigitStrip
from nnstudio.ui.widgets.figures import counted, grouped, percent
from nnstudio.ui.widgets.fold import Fold
from nnstudio.ui.widgets.gallery import Gallery

AMOUNTS = (
    "noise",
    "test_share",
    "stroke_test_share",
    "training_share",
    "samples",
    "arms",
    "classes",
    "images",
    "shift",
)
"""How much data, and of what form: always to be seen."""
OTHERS = ("validation_share", "scaling", "seed")
"""What is done with it: folded away."""
FOLD = "data/preparation"


def concerning(spec: DatasetSpec) -> set[str]:
    """The settings that make a difference to this kind of data."""
    names = set(settings_of(type(spec)))
    if isinstance(spec, PlaneSpec):
        return {"scaling", *PLANE_KINDS[spec.kind].settings}
    if isinstance(spec, PaintedSpec):
        names -= {"classes"} if spec.test else {"classes", "validation_share", "seed"}
    if isinstance(spec, PictureSpec):  # all of them are used, and the dialog says of which size
        names -= {"images", "height", "width"}
    # What is there before any seed is only split by it.
    there = isinstance(spec, PaintedSpec) or spec.kind is DatasetKind.MNIST
    return names - {"seed"} if there and not spec.validation_share else names


class DataPanel(QWidget):
    """Data set, amounts, features, and how the data is prepared, of the session's experiment."""

    own_wanted = Signal()  # somebody's own data: to be asked for, or decided about again

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._dataset: Dataset | None = None
        self._dialog: QDialog | None = None
        specs = (PlaneSpec, PaintedSpec, ImageSpec, TableSpec, PictureSpec)
        self.gallery = Gallery()
        self.own = QPushButton(f"{ICON_GAP}Your own data…")
        self.own.setAccessibleName("Your own data")
        self.own.setIcon(icon("table", "dim"))
        self.own.setToolTip("A table or images of your own: choose a file, or decide again about the present one.")
        self.own.setWhatsThis(ACTIONS["open_data"].html("Your own data", self.own.toolTip()))
        self.own.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.own.setCheckable(True)
        self.own.clicked.connect(self._show_kind)  # a click alone chooses nothing
        self.own.clicked.connect(self.own_wanted)
        self.amounts = SettingForm(session, "dataset", AMOUNTS, KEEPS, specs=specs)
        self.others = SettingForm(session, "dataset", OTHERS, KEEPS, specs=specs)
        self.features = ChipRow(Feature, "The network needs at least one input.", FEATURES)
        self.strip = DigitStrip()
        self.summary = _small_text()
        self.scaling = _small_text()
        self.scaling.setContentsMargins(0, 0, 0, SECTION_GAP)
        self.scaling.hide()
        self.scaling.setToolTip("What is done to each input x before the network sees it.")
        self.gallery.asked.connect(self._choose)
        self.features.chosen.connect(self._choose_features)
        self._lay_out()
        self._show_experiment(session.experiment)
        session.experiment_changed.connect(self._show_experiment)
        session.frame_shown.connect(self._show_frame)
        if session.frame is not None:
            self._show_frame(session.frame)

    def _lay_out(self) -> None:
        title = QLabel("Features")
        title.setProperty("role", "subtitle")
        title.setToolTip(f"What the network is told about a point. {KEEPS}")
        self._plane_only = _column(title, self.features, gap=6)
        self.others.put_below("scaling", self.scaling)
        self.fold = Fold(
            FOLD,
            "Preparation",
            _column(self.others, self.strip, gap=SECTION_GAP),
            PARTS["Preparation"].html("Preparation"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self.gallery, self.own, self.summary, self.amounts, self._plane_only, self.fold):
            column.addWidget(widget)
        column.addStretch(1)

    @Slot(object)
    def _choose(self, kind: DatasetKind) -> None:
        if kind is self._session.experiment.dataset.kind:
            return
        if kind is DatasetKind.MNIST and find_mnist(remembered_folder()) is None:
            self._ask_for_mnist()
        else:
            self._session.edit(default_experiment(kind))

    def _ask_for_mnist(self) -> None:
        # What it downloads with takes a tenth of a second to load, and most windows never ask.
        from nnstudio.ui.panels.mnist_dialog import MnistDialog

        dialog = MnistDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.found.connect(self._take_mnist)
        dialog.open()
        self._dialog = dialog

    @Slot(object)
    def _take_mnist(self, folder: Path) -> None:
        self._session.edit(default_experiment(DatasetKind.MNIST))

    @Slot(object)
    def _choose_features(self, features: tuple[Feature, ...]) -> None:
        experiment = self._session.experiment
        if isinstance(experiment.dataset, PointsSpec):
            self._session.edit(replace(experiment, dataset=replace(experiment.dataset, features=features)))

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        dataset = experiment.dataset
        self._show_kind()
        self.amounts.show_experiment(experiment)
        self.others.show_experiment(experiment)
        self.amounts.hide_settings(set(AMOUNTS) - concerning(dataset))
        self.others.hide_settings(set(OTHERS) - concerning(dataset))
        self._plane_only.setVisible(isinstance(dataset, PointsSpec))
        self.summary.setVisible(not isinstance(dataset, PlaneSpec))
        self.strip.setVisible(isinstance(dataset, ImageSpec))
        if isinstance(dataset, PaintedSpec):
            self.summary.setText(_painted(dataset))
        if isinstance(dataset, PointsSpec):
            self.features.set_current(dataset.features)
        self.fold.set_summary(*_preparation(dataset))

    @Slot()
    def _show_kind(self) -> None:
        """Which data it is: one of the gallery, or somebody's own."""
        kind = self._session.experiment.dataset.kind
        self.gallery.set_current(kind)
        self.own.setChecked(isinstance(self._session.experiment.dataset, OwnSpec))

    @Slot(object)
    def _show_frame(self, frame: Frame) -> None:
        dataset = frame.dataset
        if dataset is self._dataset:
            return
        self._dataset = dataset
        self.scaling.setText(scaling_text(dataset))
        self.scaling.setVisible(self.scaling.text() != "")
        match dataset.domain:
            case Images(images):
                size = "×".join(map(str, dataset.recipe.shape))
                form = size
                if isinstance(dataset.spec, PictureSpec):
                    form = f"{dataset.spec.width}×{dataset.spec.height} · {dataset.spec.name}"
                self._describe(len(images.train_pixels), len(images.test_pixels), form)
                self.strip.show_images(images.train_pixels)
            case Table(input_names):
                inputs = counted(len(input_names), "input")
                self._describe(len(dataset.train), len(dataset.test), f"{inputs} · {_table_name(dataset)}")
            case Plane():
                pass

    def _describe(self, train: int, test: int, form: str) -> None:
        self.summary.setText(f"{grouped(train)} training · {grouped(test)} test · {form}")


def _table_name(dataset: Dataset) -> str:
    return dataset.spec.name if isinstance(dataset.spec, TableSpec) else ""


def _painted(spec: PaintedSpec) -> str:
    """How many points there are, in short."""
    train = grouped(len(spec.training))
    return f"Painted: {train} train · {grouped(len(spec.test))} test" if spec.test else f"Painted: {train} points"


def _preparation(spec: DatasetSpec) -> tuple[str, bool]:
    """What is done with the data in a few words, and whether that is unusual."""
    usual = spec if isinstance(spec, OwnSpec | PaintedSpec) else default_experiment(spec.kind).dataset
    words = [spec.scaling.phrase if spec.scaling is not Scaling.NONE else "not scaled"]
    if spec.validation_share:
        words.append(f"{percent(spec.validation_share, 0)} validation")
    if spec.seed != usual.seed:
        words.append(f"seed {spec.seed}")
    changed = any(getattr(spec, name) != getattr(usual, name) for name in OTHERS)
    return ", ".join(words), changed


def _column(*widgets: QWidget, gap: int) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(gap)
    for widget in widgets:
        column.addWidget(widget)
    return body


def _small_text() -> QLabel:
    label = QLabel()
    label.setProperty("role", "caption")
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
