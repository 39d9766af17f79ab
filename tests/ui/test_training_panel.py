"""The Training card on a real session: what is shown, what acts at once, and what waits."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import (
    DatasetSpec,
    DenseSpec,
    Experiment,
    InitializationSpec,
    PaintedSpec,
    PlaneSpec,
    StoppingSpec,
    TrainingSpec,
)
from nnstudio.core.experiment.choices import (
    BiasKind,
    ClassWeights,
    DatasetKind,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
)
from nnstudio.core.experiment.plan import Change
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.losses import SETTINGS_OF_LOSS
from nnstudio.core.training.optimizers import SETTINGS_OF_OPTIMIZER
from nnstudio.core.training.schedules import SETTINGS_OF_SCHEDULE
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.panels.training_panel import OWNED_SETTINGS, TrainingPanel
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.choice_row import ChoiceRow
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.setting_slider import SettingSlider

SMALL = Experiment(dataset=PlaneSpec(samples=40), layers=(DenseSpec(units=2),))


class Stage:
    """A panel on a running session, and every change it made."""

    def __init__(self, qtbot: QtBot, experiment: Experiment = SMALL) -> None:
        self.session = Session(experiment)
        self.panel = TrainingPanel(self.session)
        self.changes: list[Change] = []
        self.session.experiment_changed.connect(self._note)
        qtbot.addWidget(self.panel)
        self.panel.resize(200, 900)
        for fold in self.panel.folds.values():
            fold.set_open(True)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()

    def _note(self, experiment: Experiment, change: Change) -> None:
        self.changes.append(change)

    def slider(self, part: str, name: str) -> SettingSlider:
        control = self.panel.control(part, name)
        assert isinstance(control, SettingSlider)
        return control

    def box(self, part: str, name: str) -> ChoiceRow:
        control = self.panel.control(part, name)
        assert isinstance(control, ChoiceRow)
        return control

    def visible(self, part: str) -> list[str]:
        names = settings_of(type(getattr(self.session.experiment, part)))
        return [name for name in names if not self.panel.control(part, name).isHidden()]


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage(qtbot)
    yield stage
    stage.session.stop()


def _owned(table: Mapping[Any, tuple[str, ...]]) -> set[str]:
    return {name for names in table.values() for name in names}


def _press(slider: SettingSlider) -> None:
    QTest.mousePress(slider.track, Qt.MouseButton.LeftButton, pos=slider.track.centre().toPoint())


def _move(slider: SettingSlider, position: float) -> None:
    QTest.mouseMove(slider.track, QPoint(round(8 + position * (slider.track.width() - 16)), 8))


def _release(slider: SettingSlider) -> None:
    QTest.mouseRelease(slider.track, Qt.MouseButton.LeftButton, pos=slider.track.centre().toPoint())


def test_the_learning_rate_acts_while_it_is_dragged_and_is_one_undo(stage: Stage) -> None:
    slider = stage.slider("training", "learning_rate")
    _press(slider)
    seen = []
    for position in (0.6, 0.8, 1.0):
        _move(slider, position)
        seen.append(stage.session.experiment.training.learning_rate)
    assert seen == sorted(set(seen))
    assert seen[-1] == 10
    _release(slider)
    assert set(stage.changes) == {Change.HYPERPARAMETERS}
    stage.session.undo()
    assert stage.session.experiment == SMALL
    assert slider.value() == SMALL.training.learning_rate


def test_two_drags_are_two_undos_however_quick(stage: Stage) -> None:
    slider = stage.slider("training", "learning_rate")
    reached = []
    for positions in ((0.5, 0.6), (0.9, 1.0)):
        _press(slider)
        for position in positions:
            _move(slider, position)
        _release(slider)
        reached.append(stage.session.experiment)
    assert reached[0] != reached[1]
    stage.session.undo()
    assert stage.session.experiment == reached[0]
    stage.session.undo()
    assert stage.session.experiment == SMALL


def test_a_held_key_is_one_undo(stage: Stage) -> None:
    slider = stage.slider("training", "learning_rate")
    for expected in (3, 6):
        for repeated in (False, True, True):
            QApplication.sendEvent(slider.track, _key(QEvent.Type.KeyPress, repeated))
            if repeated:
                QApplication.sendEvent(slider.track, _key(QEvent.Type.KeyRelease, repeated))
        QApplication.sendEvent(slider.track, _key(QEvent.Type.KeyRelease, False))
        assert len(stage.changes) == expected
    stage.session.undo()
    stage.session.undo()
    assert stage.session.experiment == SMALL


def _key(kind: QEvent.Type, repeated: bool) -> QKeyEvent:
    return QKeyEvent(kind, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, "", repeated)


def test_a_drag_is_not_fought_by_what_the_session_says(stage: Stage) -> None:
    slider = stage.slider("training", "learning_rate")
    _press(slider)
    _move(slider, 1.0)
    stage.session.edit(replace(SMALL, seed=9))
    assert slider.value() == 10
    _release(slider)
    assert stage.session.experiment.training.learning_rate == 10
    assert stage.session.experiment.seed == 9


def test_a_setting_that_starts_again_waits_for_the_release(stage: Stage, qtbot: QtBot) -> None:
    stage.session.edit(replace(SMALL, initialization=InitializationSpec(kind=InitializerKind.NORMAL)))
    slider = stage.slider("initialization", "sigma")
    _press(slider)
    _move(slider, 1.0)
    assert stage.session.experiment.initialization.sigma == 0.01
    _release(slider)
    assert stage.session.experiment.initialization.sigma == 10
    assert stage.changes[-1] is Change.WEIGHTS
    assert "starts training again" in slider.toolTip()


@pytest.mark.parametrize("kind", OptimizerKind)
def test_only_the_chosen_optimizers_settings_are_shown(stage: Stage, kind: OptimizerKind) -> None:
    stage.session.edit(replace(SMALL, training=TrainingSpec(optimizer=kind)))
    owned = _owned(SETTINGS_OF_OPTIMIZER)
    assert set(stage.visible("training")) & owned == set(SETTINGS_OF_OPTIMIZER[kind])
    assert {"optimizer", "learning_rate", "batch_size", "loss", "l1", "l2"} <= set(stage.visible("training"))


def test_only_the_chosen_schedules_and_losss_settings_are_shown(stage: Stage) -> None:
    for training in (
        TrainingSpec(schedule=ScheduleKind.COSINE_RESTARTS, loss=LossKind.HINGE),
        TrainingSpec(schedule=ScheduleKind.CONSTANT, loss=LossKind.CROSS_ENTROPY),
    ):
        stage.session.edit(replace(SMALL, training=training))
        visible = set(stage.visible("training"))
        assert visible & _owned(SETTINGS_OF_SCHEDULE) == set(SETTINGS_OF_SCHEDULE[training.schedule])
        assert visible & _owned(SETTINGS_OF_LOSS) == set(SETTINGS_OF_LOSS[training.loss])


def test_a_rule_for_stopping_acts_without_starting_again(stage: Stage) -> None:
    slider = stage.slider("stopping", "epochs")
    assert slider.edit.text() == "off"
    slider.edit.setFocus()
    QTest.keyClicks(slider.edit, "20")
    QTest.keyClick(slider.edit, Qt.Key.Key_Return)
    assert stage.session.experiment.stopping.epochs == 20
    assert stage.changes == [Change.HYPERPARAMETERS]


def test_every_setting_of_the_experiment_outside_data_and_layers_is_here(stage: Stage) -> None:
    for part in {field.name for field in fields(Experiment)} - {"dataset", "layers", "seed"}:
        for name in settings_of(type(getattr(SMALL, part))):
            assert stage.panel.control(part, name) is not None


@pytest.mark.parametrize(
    ("kind", "bias", "shown"),
    [
        (InitializerKind.GLOROT, BiasKind.CONSTANT, ["kind", "bias_kind", "bias"]),
        (InitializerKind.NORMAL, BiasKind.LIKE_WEIGHTS, ["kind", "sigma", "bias_kind"]),
        (InitializerKind.CONSTANT, BiasKind.LIKE_WEIGHTS, ["kind", "constant", "bias_kind"]),
        (InitializerKind.UNIFORM, BiasKind.CONSTANT, ["kind", "low", "high", "bias_kind", "bias"]),
    ],
)
def test_only_the_chosen_initialisers_settings_are_shown(
    stage: Stage, kind: InitializerKind, bias: BiasKind, shown: list[str]
) -> None:
    stage.session.edit(replace(SMALL, initialization=InitializationSpec(kind=kind, bias_kind=bias)))
    assert stage.visible("initialization") == shown


def test_every_owned_setting_exists_and_has_an_owner_of_its_choice(stage: Stage) -> None:
    for part, name, table in OWNED_SETTINGS:
        settings = settings_of(type(getattr(SMALL, part)))
        choice = settings[name].choice
        assert choice is not None
        assert set(table) <= set(choice)
        assert {owned for names in table.values() for owned in names} <= set(settings)


def test_an_optimizer_is_chosen_by_keyboard(stage: Stage) -> None:
    box = stage.box("training", "optimizer").box
    box.setFocus()
    QTest.keyClicks(box, "Adam")
    assert stage.session.experiment.training.optimizer is OptimizerKind.ADAM
    assert set(stage.changes) <= {Change.OPTIMIZER, Change.OPTIMIZER | Change.HYPERPARAMETERS}


def test_an_optimizer_brings_its_own_rate_in_one_edit(stage: Stage) -> None:
    """Lion at SGD's rate would hardly learn."""
    before = stage.session.experiment
    stage.box("training", "optimizer").box.chosen.emit(OptimizerKind.LION)
    training = stage.session.experiment.training
    assert (training.optimizer, training.learning_rate, training.beta2) == (OptimizerKind.LION, 0.001, 0.99)
    assert stage.slider("training", "learning_rate").value() == 0.001
    stage.session.undo()
    assert stage.session.experiment == before


def test_a_rate_set_by_hand_stays_with_another_optimizer(stage: Stage) -> None:
    stage.slider("training", "learning_rate").value_committed.emit(0.05)
    stage.box("training", "optimizer").box.chosen.emit(OptimizerKind.ADAM)
    assert stage.session.experiment.training.learning_rate == 0.05


def test_every_setting_has_a_control_that_shows_it(stage: Stage) -> None:
    new = replace(
        SMALL,
        training=TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.0123, batch_size=37, beta1=0.5, l2=0.3),
        seed=4711,
    )
    stage.session.edit(new)
    values = {
        name: control.value()
        for name in settings_of(TrainingSpec)
        if isinstance(control := stage.panel.control("training", name), NumberField)
    }
    assert values == {name: getattr(new.training, name) for name in values}
    assert stage.box("training", "optimizer").box.current() is OptimizerKind.ADAM
    assert len(stage.changes) == 1, "showing an experiment must not edit it"


def test_a_seed_is_typed(stage: Stage) -> None:
    seed = stage.panel.control("", "seed")
    assert isinstance(seed, NumberField)
    assert not isinstance(seed, SettingSlider)
    QTest.mouseClick(seed.edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(seed.edit, "4294967295")
    QTest.keyClick(seed.edit, Qt.Key.Key_Return)
    assert stage.session.experiment.seed == 2**32 - 1
    QTest.keyClicks(seed.edit, "1e99")
    QTest.keyClick(seed.edit, Qt.Key.Key_Return)
    assert stage.session.experiment.seed == 2**32 - 1


def test_what_the_experiment_refuses_is_explained_and_put_back(stage: Stage) -> None:
    stage.session.edit(replace(SMALL, initialization=InitializationSpec(kind=InitializerKind.UNIFORM)))
    low = stage.slider("initialization", "low")
    QTest.mouseClick(low.edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(low.edit, "5")
    QTest.keyClick(low.edit, Qt.Key.Key_Return)
    assert stage.session.experiment.initialization.low == 0
    assert low.value() == 0
    assert any(note.isVisible() for note in stage.panel.findChildren(Note))


@pytest.mark.parametrize(
    ("arms", "name"), [(2, "Binary cross-entropy"), (3, "Softmax cross-entropy")], ids=["binary", "softmax"]
)
def test_the_loss_is_called_by_the_task(qtbot: QtBot, arms: int, name: str) -> None:
    data = PlaneSpec(kind=DatasetKind.SPIRALS, samples=40, arms=arms)
    stage = Stage(qtbot, replace(SMALL, dataset=data))
    stage.session.start()
    try:
        with qtbot.waitSignal(stage.session.frame_shown):
            pass
        assert stage.box("training", "loss").box.currentText() == name
    finally:
        stage.session.stop()


UNEVEN = PaintedSpec(training=tuple((n % 7 - 3.0, n % 5 - 2.0, int(n % 6 == 0)) for n in range(60)))


@pytest.mark.parametrize(
    ("data", "loss", "shown"),
    [
        (UNEVEN, LossKind.CROSS_ENTROPY, True),
        (PlaneSpec(kind=DatasetKind.HILLS, samples=40), LossKind.MEAN_SQUARED_ERROR, False),
    ],
    ids=["classes", "values"],
)
def test_classes_are_weighed_where_there_are_any(qtbot: QtBot, data: DatasetSpec, loss: LossKind, shown: bool) -> None:
    stage = Stage(qtbot, replace(SMALL, dataset=data, training=TrainingSpec(loss=loss)))
    session = stage.session
    session.start()
    try:
        qtbot.waitUntil(lambda: session.up_to_date and session.frame is not None)
        assert ("class_weights" in stage.visible("training")) is shown
        if not shown:
            return
        before = session.frame
        assert before is not None
        stage.changes.clear()
        box = stage.box("training", "class_weights").box
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Down)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert session.experiment.training.class_weights is ClassWeights.BALANCED
        assert set(stage.changes) == {Change.HYPERPARAMETERS}
        assert "class weights: balanced" in stage.panel.folds["Optimiser"].header.summary
        session.step(1)
        qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 1)
        model = Trainer(session.experiment)
        model.step()
        assert session.frame is not None
        assert session.frame.model.params.tobytes() == model.network.params.tobytes()
        session.undo()
        assert session.experiment.training.class_weights is ClassWeights.NONE
    finally:
        session.stop()


# Folds


def _shown(stage: Stage) -> dict[str, tuple[str, bool]]:
    headers = {title: fold.header for title, fold in stage.panel.folds.items()}
    return {title: (header.summary, header.changed) for title, header in headers.items()}


def test_rate_and_batch_size_are_always_to_be_seen_and_the_rest_folds_away(stage: Stage, qtbot: QtBot) -> None:
    for fold in stage.panel.folds.values():
        fold.set_open(False)
    controls = [stage.panel.control("training", name) for name in settings_of(TrainingSpec)]
    assert {control.objectName() for control in controls if control.isVisible()} == {"learning_rate", "batch_size"}
    header = stage.panel.folds["Regularisation"].header
    qtbot.waitUntil(lambda: header.height() == 40)
    QTest.mouseClick(header, Qt.MouseButton.LeftButton)
    assert stage.panel.control("training", "l2").isVisible()
    header.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(header, Qt.Key.Key_Space)
    assert not stage.panel.control("training", "l2").isVisible()


def test_headers_say_what_is_set_and_mark_what_is_not_usual(stage: Stage) -> None:
    assert _shown(stage) == {
        "Optimiser": ("SGD", False),
        "Regularisation": ("none", False),
        "First weights": ("Glorot", False),
        "Stopping": ("never", False),
    }
    training = TrainingSpec(
        optimizer=OptimizerKind.ADAM, beta1=0.5, schedule=ScheduleKind.COSINE, l2=0.03, label_smoothing=0.1
    )
    initialization = InitializationSpec(kind=InitializerKind.NORMAL, sigma=0.9, bias=0.1)
    stopping = StoppingSpec(epochs=1, loss=0.01, patience=20)
    edited = replace(SMALL, training=training, initialization=initialization, stopping=stopping)
    stage.session.edit(edited)
    assert _shown(stage) == {
        "Optimiser": ("Adam, β₁ 0.5, cosine", True),
        "Regularisation": ("L2 0.03, smoothing 10\xa0%", True),
        "First weights": ("normal, σ 0.9, bias 0.1", True),
        "Stopping": ("after 1 epoch, at loss 0.01, patience 20 epochs", True),
    }


def test_what_is_usual_depends_on_the_data(stage: Stage) -> None:
    stage.session.edit(default_experiment(DatasetKind.SKETCHED_DIGITS))
    assert _shown(stage)["Optimiser"] == ("Adam", False)
    assert _shown(stage)["First weights"] == ("He", False)
    stage.session.edit(replace(stage.session.experiment, training=TrainingSpec()))
    assert _shown(stage)["Optimiser"] == ("SGD", True)


def test_a_setting_of_what_is_not_chosen_marks_nothing(stage: Stage) -> None:
    stage.session.edit(replace(SMALL, training=TrainingSpec(momentum=0.1)))
    assert _shown(stage)["Optimiser"] == ("SGD", False)


def test_a_header_cuts_off_what_is_too_long_and_shows_a_dot(stage: Stage) -> None:
    fold = stage.panel.folds["Stopping"]
    fold.set_open(False)
    before = fold.header.grab().toImage()
    stage.session.edit(replace(SMALL, stopping=StoppingSpec(epochs=1, updates=20, loss=0.01, patience=20)))
    label = next(label for label in fold.header.findChildren(QLabel) if label.text().startswith("after"))
    assert label.text().endswith("…")
    assert fold.header.rect().contains(label.geometry())
    image, accent = fold.header.grab().toImage(), QColor(theme.current().accent)
    at_the_end = [(fold.header.width() - 4, y) for y in range(image.height())]
    assert accent in [image.pixelColor(*place) for place in at_the_end]
    assert accent not in [before.pixelColor(*place) for place in at_the_end]
    assert fold.header.accessibleDescription().endswith(", changed")
