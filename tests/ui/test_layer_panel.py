"""The Layer card on a running session: one layer with all of its settings, the network as text, whole networks."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import (
    LAYER_KINDS,
    DenseSpec,
    Experiment,
    ImageSpec,
    InitializationSpec,
    LayerSpec,
    PlaneSpec,
)
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
)
from nnstudio.core.experiment.network_text import describe_layers, parse_layers
from nnstudio.core.experiment.setting import settings_of
from nnstudio.ui.panels.layer_panel import LayerPanel
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.card import ScrollingBody
from nnstudio.ui.widgets.option_box import OptionBox
from nnstudio.ui.widgets.setting_slider import SettingSlider
from nnstudio.ui.widgets.stepper import Stepper

pytestmark = pytest.mark.qt_log_ignore("does not support")  # lists that drop down, without a screen
LEFT = Qt.MouseButton.LeftButton
RELU = ActivationKind.RELU
IMAGES = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)


class Desk:
    """A panel on a session that runs."""

    def __init__(
        self, qtbot: QtBot, text: str = "3 tanh, 2 tanh", dataset: PlaneSpec | ImageSpec | None = None
    ) -> None:
        self.qtbot = qtbot
        experiment = Experiment(dataset=dataset or PlaneSpec(samples=40), layers=parse_layers(text))
        self.session = Session(experiment)
        self.panel = LayerPanel(self.session)
        qtbot.addWidget(self.panel)
        self.panel.resize(230, 900)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()
        self.session.start()
        qtbot.waitUntil(lambda: self.session.frame is not None, timeout=20_000)

    @property
    def layers(self) -> tuple[LayerSpec, ...]:
        return self.session.experiment.layers

    @property
    def text(self) -> str:
        return describe_layers(self.layers)

    def box(self, name: str) -> OptionBox:
        assert self.panel.rows is not None
        box = self.panel.rows.controls[name]
        assert isinstance(box, OptionBox)
        return box

    def stepper(self, name: str) -> Stepper:
        assert self.panel.rows is not None
        stepper = self.panel.rows.controls[name]
        assert isinstance(stepper, Stepper)
        return stepper

    def slider(self, name: str) -> SettingSlider:
        assert self.panel.rows is not None
        slider = self.panel.rows.controls[name]
        assert isinstance(slider, SettingSlider)
        return slider

    def pick(self, name: str, label: str) -> None:
        """Walk down the list from its top with the keys, as somebody does who came by Tab."""
        self.pick_in(self.box(name), label)

    def pick_in(self, box: OptionBox, label: str) -> None:
        box.setFocus()
        place = [option.label for option in box.options].index(label)
        box.showPopup()
        view = box.view()
        view.setCurrentIndex(box.model().index(place, 0))
        QTest.keyClick(view, Qt.Key.Key_Return)

    def type_network(self, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        field = self.panel.text.field
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, end)

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.session.up_to_date, timeout=20_000)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot, "3 tanh, 2 tanh", PlaneSpec(samples=40))
    yield desk
    desk.session.stop()


@pytest.fixture
def image_desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot, "conv 8 3x3 ReLU, max pool 2, 16 ReLU", IMAGES)
    yield desk
    desk.session.stop()


# One layer ------------------------------------------------------------------------------------------------------------


def test_it_begins_with_the_first_hidden_layer_and_turns_to_the_one_that_is_chosen(desk: Desk) -> None:
    panel, shown = desk.panel, []
    panel.layer_shown.connect(shown.append)
    assert (panel.key, panel.heading.text()) == (1, "Dense 1")
    assert (panel.shape.text(), panel.parameters.text()) == ("2 → 3", "3 × 2 + 3 = 9")
    assert desk.stepper("units").edit.text() == "3"
    assert desk.box("activation").currentText() == "Tanh"
    assert panel.total.text() == "2 – 3 – 2 – 1: 20 parameters"
    panel.select(2)
    assert set(shown) == {2}
    assert panel.heading.text() == "Dense 2"
    assert panel.parameters.text() == "2 × 3 + 2 = 8"


def test_units_by_click_and_typed(desk: Desk) -> None:
    stepper = desk.stepper("units")
    desk.qtbot.mouseClick(stepper.more, LEFT)
    assert desk.text == "4 tanh, 2 tanh"
    desk.qtbot.mouseClick(stepper.fewer, LEFT)
    stepper.edit.begin("1")
    QTest.keyClicks(stepper.edit, "2")
    QTest.keyClick(stepper.edit, Qt.Key.Key_Return)
    assert desk.text == "12 tanh, 2 tanh"
    assert desk.panel.parameters.text() == "12 × 2 + 12 = 36"
    stepper.edit.begin("0")
    QTest.keyClick(stepper.edit, Qt.Key.Key_Return)
    assert desk.text == "12 tanh, 2 tanh"
    assert "between 1 and 1" in stepper._note.text()
    assert min(stepper.more.width(), stepper.more.height()) >= 24


def test_activation_and_initialiser(desk: Desk) -> None:
    desk.pick("activation", "ReLU")
    assert desk.layers[0] == DenseSpec(key=1, units=3, activation=RELU)
    assert desk.session.undo_label == "Activation"
    assert desk.box("initializer").currentText() == "Glorot, as all"
    desk.pick("initializer", "He")
    assert desk.layers[0] == DenseSpec(key=1, units=3, activation=RELU, initializer=InitializerKind.HE)
    desk.pick("initializer", "Glorot, as all")
    assert desk.layers[0] == DenseSpec(key=1, units=3, activation=RELU)


def test_normalisation_and_dropout_are_layers_behind_it(desk: Desk) -> None:
    desk.pick("normalise", "Batch normalisation")
    assert desk.text == "3 tanh, batch norm, 2 tanh"
    desk.pick("normalise", "Layer normalisation")
    assert desk.text == "3 tanh, layer norm, 2 tanh"
    track = desk.slider("dropout").track
    track.setFocus()
    for _ in range(20):
        QTest.keyClick(track, Qt.Key.Key_Right)
    assert desk.text == "3 tanh, layer norm, dropout 0.2, 2 tanh"
    desk.pick("normalise", "None")
    QTest.keyClick(track, Qt.Key.Key_Home)
    assert desk.text == "3 tanh, 2 tanh"
    assert [layer.key for layer in desk.layers] == [1, 2]


def test_what_stands_behind_a_normalisation(desk: Desk) -> None:
    desk.pick("normalise", "Batch normalisation")
    desk.panel.select(3)
    assert desk.panel.heading.text() == "BatchNorm 1"
    assert desk.panel.parameters.text() == "3 + 3 = 6"
    desk.pick("then", "ReLU")
    assert desk.layers[1:3] == (BatchNormSpec(key=3), ActivationSpec(key=4))
    desk.pick("then", "None")
    assert desk.text == "3 tanh, batch norm, 2 tanh"


def test_another_kind_keeps_what_both_have(desk: Desk) -> None:
    desk.pick("activation", "ReLU")
    desk.pick("kind", "Activation")
    assert desk.layers == (ActivationSpec(key=1), DenseSpec(key=2, units=2))
    assert desk.panel.rows is not None
    assert desk.panel.rows.kind is ActivationSpec
    dimmed = [option.label for option in desk.box("kind").options if option.reason]
    assert dimmed == ["Convolution", "Max pooling", "Average pooling"]


def test_duplicate_and_remove(desk: Desk) -> None:
    desk.qtbot.mouseClick(desk.panel.duplicate, LEFT)
    assert desk.text == "3 tanh, 3 tanh, 2 tanh"
    assert [layer.key for layer in desk.layers] == [1, 3, 2]
    assert desk.session.undo_label == "Duplicate layer"
    desk.qtbot.mouseClick(desk.panel.remove, LEFT)
    assert [layer.key for layer in desk.layers] == [3, 2]
    assert desk.panel.key == 3  # on to the first of those that are left
    desk.qtbot.mouseClick(desk.panel.remove, LEFT)
    desk.qtbot.mouseClick(desk.panel.remove, LEFT)
    assert desk.layers == ()
    assert desk.panel.heading.text() == "No hidden layer"
    assert not desk.panel.remove.isVisible()
    assert desk.panel.total.text() == "2 – 1: 3 parameters"
    desk.session.undo()
    assert desk.panel.heading.text() == "Dense 1"


def test_sixteen_layers_cannot_be_duplicated(desk: Desk) -> None:
    desk.type_network(", ".join(["2"] * 16))
    assert len(desk.layers) == 16
    assert not desk.panel.duplicate.isEnabled()
    assert "16 hidden layers" in desk.panel.duplicate.toolTip()
    assert desk.panel.remove.isEnabled()


def test_pinned_it_stays_with_its_layer_until_that_is_gone(desk: Desk) -> None:
    panel = desk.panel
    desk.qtbot.mouseClick(panel.pin, LEFT)
    assert panel.pin.text() == "pinned"
    panel.select(2)
    assert panel.key == 1
    desk.qtbot.mouseClick(panel.remove, LEFT)
    assert panel.key == 2
    desk.qtbot.mouseClick(panel.pin, LEFT)
    desk.session.undo()
    panel.select(1)
    assert panel.key == 1


def test_a_frozen_layer_says_so_and_training_leaves_it_alone(desk: Desk) -> None:
    panel, qtbot = desk.panel, desk.qtbot
    assert panel.freeze.isVisible()
    qtbot.mouseClick(panel.freeze, LEFT)
    qtbot.waitUntil(lambda: panel.frozen.isVisible(), timeout=20_000)
    assert desk.session.frame is not None
    before = desk.session.frame.model.layers[0].arrays["weight"].copy()
    assert desk.session.undo_label == "Freeze Dense 1"
    desk.session.step(50)
    qtbot.waitUntil(lambda: desk.session.frame is not None and desk.session.frame.updates == 50, timeout=20_000)
    assert (desk.session.frame.model.layers[0].arrays["weight"] == before).all()
    panel.select(2)
    assert not panel.freeze.isChecked()
    panel.select(1)
    assert panel.freeze.isChecked()
    qtbot.mouseClick(panel.freeze, LEFT)
    qtbot.waitUntil(lambda: not panel.frozen.isVisible(), timeout=20_000)


def test_a_layer_without_weights_has_nothing_to_freeze(desk: Desk) -> None:
    desk.type_network("3 tanh, dropout 0.2")
    desk.settle()
    desk.panel.select(3)
    assert desk.panel.heading.text() == "Dropout 1"
    assert not desk.panel.freeze.isVisible()
    assert desk.panel.parameters.text() == "0"


def test_every_setting_of_every_kind_has_a_control(image_desk: Desk) -> None:
    for kind in LAYER_KINDS.values():
        image_desk.type_network(f"{describe_layers((kind(),))}, 16 ReLU")
        image_desk.settle()
        rows = image_desk.panel.rows
        assert rows is not None
        assert rows.kind is kind
        assert set(settings_of(kind)) <= set(rows.controls)
        assert all(control.toolTip() for control in rows.controls.values())


def test_images(image_desk: Desk) -> None:
    panel = image_desk.panel
    assert panel.heading.text() == "Conv2D 1"
    assert panel.shape.text() == "1×28×28 → 8×26×26"
    assert panel.parameters.text() == "8 × 1 × 3 × 3 + 8\n= 80"
    kernel = image_desk.stepper("kernel")
    for _ in range(2):
        image_desk.qtbot.mouseClick(kernel.more, LEFT)
    image_desk.pick("padding", "Same")
    assert image_desk.text == "conv 8 5x5 ReLU same, max pool 2, 16 ReLU"


def test_a_setting_that_cannot_work_is_refused_where_it_is_set(image_desk: Desk) -> None:
    image_desk.type_network("max pool 4 stride 4, conv 8 7x7 ReLU")
    image_desk.settle()
    image_desk.panel.select(image_desk.layers[1].key)
    kernel = image_desk.stepper("kernel")
    image_desk.qtbot.mouseClick(kernel.more, LEFT)
    assert image_desk.text == "max pool 4 stride 4, conv 8 7x7 ReLU"
    assert kernel.edit.text() == "7"
    assert "at least 8×8" in kernel._note.text()
    image_desk.panel.select(image_desk.layers[0].key)
    assert image_desk.panel.remove.isEnabled()
    assert not image_desk.panel.duplicate.isEnabled()
    assert "at least 7×7" in image_desk.panel.duplicate.toolTip()


# The network as text --------------------------------------------------------------------------------------------------


def test_the_text_shows_every_edit_and_can_be_edited(desk: Desk) -> None:
    field = desk.panel.text.field
    assert field.toPlainText() == "3 tanh, 2 tanh"
    desk.qtbot.mouseClick(desk.stepper("units").more, LEFT)
    assert field.toPlainText() == "4 tanh, 2 tanh"
    desk.type_network("8, dropout 20%, 2 tanh")
    assert desk.layers == (DenseSpec(key=1, units=8), DropoutSpec(key=3), DenseSpec(key=2, units=2))
    assert field.toPlainText() == "8 tanh, dropout 0.2, 2 tanh"
    assert desk.session.undo_label == "Network"
    desk.session.undo()
    assert field.toPlainText() == "4 tanh, 2 tanh"


def test_what_is_wrong_with_a_text_is_said_below_it(desk: Desk) -> None:
    panel = desk.panel
    desk.type_network("3 tanh, 8 tahn")
    assert desk.text == "3 tanh, 2 tanh"
    assert panel.text.trouble.isVisible()
    assert "'8 tahn' (layer 2, column 11): there is no activation 'tahn'" in panel.text.trouble.text()
    (mark,) = panel.text.field.extraSelections()
    assert mark.cursor.selectedText() == "tahn"  # pyright: ignore
    desk.type_network("3 tanh, conv 8")
    assert "'conv 8' (layer 2, column 9): Conv2D 1 gets 3 numbers in a row" in panel.text.trouble.text()
    assert desk.text == "3 tanh, 2 tanh"
    QTest.keyClick(panel.text.field, Qt.Key.Key_Escape)
    assert panel.text.field.toPlainText() == "3 tanh, 2 tanh"
    assert not panel.text.trouble.isVisible()
    assert not panel.text.field.extraSelections()


def test_escape_leaves_the_text(desk: Desk) -> None:
    field = desk.panel.text.field
    desk.panel.activateWindow()
    field.setFocus()
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.hasFocus(), "the keys belong to the run again"


def test_what_is_wrong_with_a_text_is_in_sight_in_a_low_card(desk: Desk) -> None:
    card = ScrollingBody(desk.panel)
    desk.qtbot.addWidget(card)
    card.resize(240, 300)
    card.show()
    desk.qtbot.waitExposed(card)
    desk.type_network("3 tanh, 8 tahn")
    trouble = desk.panel.text.trouble
    desk.qtbot.waitUntil(trouble.isVisible)
    desk.qtbot.waitUntil(lambda: trouble.visibleRegion().boundingRect() == trouble.rect())
    card.takeWidget()


def test_what_is_being_typed_is_not_overwritten(desk: Desk) -> None:
    field = desk.panel.text.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7")
    desk.session.step(3)
    desk.settle()
    desk.qtbot.mouseClick(desk.stepper("units").more, LEFT)
    assert field.toPlainText() == "7"


def test_copy_and_paste(desk: Desk) -> None:
    desk.qtbot.mouseClick(desk.panel.text.copy, LEFT)
    assert QApplication.clipboard().text() == "3 tanh, 2 tanh"
    QApplication.clipboard().setText("6 relu\n6 relu\n")
    field = desk.panel.text.field
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.text == "6 ReLU, 6 ReLU"


def test_no_hidden_layer_is_a_text_as_well(desk: Desk) -> None:
    field = desk.panel.text.field
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.layers == ()
    desk.type_network("5 sine")
    assert desk.text == "5 sine"


# Whole networks -------------------------------------------------------------------------------------------------------


def test_whole_networks_to_start_from(desk: Desk) -> None:
    desk.pick_in(desk.panel.start, "8-8 tanh")
    assert desk.layers == (DenseSpec(key=1, units=8), DenseSpec(key=2, units=8))
    assert desk.panel.start.currentIndex() == -1
    desk.pick_in(desk.panel.start, "Perceptron (no hidden layer)")
    assert desk.layers == ()
    desk.pick_in(desk.panel.start, "16-16 normalised")
    assert desk.text == "16 linear, batch norm, ReLU, 16 linear, batch norm, ReLU"


def test_those_of_images(image_desk: Desk) -> None:
    image_desk.pick_in(image_desk.panel.start, "LeNet-like")
    kinds = [type(spec) for spec in image_desk.layers[:2]]
    assert kinds[0] is Conv2DSpec
    assert image_desk.layers[0].key == 1  # the convolution that was there


def test_an_edit_before_the_data_are_there_is_taken(qtbot: QtBot) -> None:
    session = Session(Experiment(dataset=PlaneSpec(samples=40), initialization=InitializationSpec()))
    panel = LayerPanel(session)
    qtbot.addWidget(panel)
    assert panel.heading.text() == "Dense 1"
    assert panel.shape.text() == "–"
    assert not panel.freeze.isVisible()
