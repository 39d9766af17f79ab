"""Sliders for settings: mouse, keys, typed values, notches and what is shown."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import ImageSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.setting import Scale, Setting, SettingError, settings_of
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.setting_scale import SettingScale
from nnstudio.ui.widgets.setting_slider import SettingSlider
from nnstudio.ui.widgets.setting_text import SPACE, text_of, value_of

DATA, IMAGES = settings_of(PlaneSpec), settings_of(ImageSpec)
TRAINING = settings_of(TrainingSpec)
CLIP = Setting(label="Clip", help="Help.", minimum=0.01, maximum=100, zero=True, scale=Scale.LOGARITHMIC)
SIZE = Setting(label="Size", help="Help.", minimum=1, maximum=1024, integer=True, scale=Scale.LOGARITHMIC)
NUMBERS = [s for table in (DATA, IMAGES, TRAINING) for s in table.values() if s.choice is None and s.maximum < 1e6]


class Stage:
    """A slider in a shown window, with what it emitted."""

    def __init__(self, qtbot: QtBot, setting: Setting, value: float) -> None:
        self.window = QWidget()
        self.slider = SettingSlider(setting, "it")
        self.other = NumberField(DATA["seed"], "other")
        column = QVBoxLayout(self.window)
        column.addWidget(self.slider)
        column.addWidget(self.other)
        column.addStretch()
        self.window.resize(260, 240)
        qtbot.addWidget(self.window)
        self.slider.set_value(value)
        self.changed: list[float] = []
        self.committed: list[float] = []
        self.slider.value_changed.connect(self.changed.append)
        self.slider.value_committed.connect(self.committed.append)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.track, self.edit = self.slider.track, self.slider.edit

    def point(self, position: float) -> QPoint:
        low, high = 8, self.track.width() - 8
        return QPoint(round(low + position * (high - low)), self.track.height() // 2)

    def drag(self, *positions: float) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self.track, left, pos=self.track.centre().toPoint())
        for position in positions:
            QTest.mouseMove(self.track, self.point(position))
        QTest.mouseRelease(self.track, left, pos=self.point(positions[-1]))

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.track, key)

    def type(self, text: str) -> None:
        QTest.mouseClick(self.edit, Qt.MouseButton.LeftButton)
        QTest.keyClick(self.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        if text:
            QTest.keyClicks(self.edit, text)
        else:
            QTest.keyClick(self.edit, Qt.Key.Key_Delete)
        QTest.keyClick(self.edit, Qt.Key.Key_Return)

    @property
    def note(self) -> str:
        notes = [note for note in self.window.findChildren(Note) if note.isVisible()]
        return notes[0].text() if notes else ""


@pytest.fixture
def rate(qtbot: QtBot) -> Stage:
    return Stage(qtbot, TRAINING["learning_rate"], 0.01)


def test_dragging_tells_every_notch_and_commits_once_at_the_end(rate: Stage) -> None:
    rate.drag(0.55, 0.7, 1.0)
    assert rate.changed == [0.03, 0.1, 0.3, 10] or rate.changed == [0.03, 0.1, 10]
    assert rate.committed == [10]
    assert rate.slider.value() == 10
    assert rate.edit.text() == "10"


def test_dragging_rests_at_the_stops_only(rate: Stage) -> None:
    rate.drag(*(step / 200 for step in range(201)))
    assert rate.changed[-12:] == list(TRAINING["learning_rate"].stops[1:])


def test_a_grip_on_the_ring_does_not_move_it(rate: Stage) -> None:
    rate.slider.set_value(0.012)
    QTest.mouseClick(rate.track, Qt.MouseButton.LeftButton, pos=rate.track.centre().toPoint())
    assert rate.slider.value() == 0.012
    assert not rate.changed
    assert not rate.committed


def test_a_click_on_the_line_moves_there(rate: Stage) -> None:
    QTest.mouseClick(rate.track, Qt.MouseButton.LeftButton, pos=rate.point(0))
    assert (rate.changed, rate.committed) == ([1e-5], [1e-5])


def test_set_value_is_silent_and_leaves_a_dragging_hand_alone(rate: Stage) -> None:
    QTest.mousePress(rate.track, Qt.MouseButton.LeftButton, pos=rate.point(0.9))
    dragged = rate.slider.value()
    rate.changed.clear()
    rate.slider.set_value(0.0001)
    assert rate.slider.value() == dragged
    QTest.mouseRelease(rate.track, Qt.MouseButton.LeftButton, pos=rate.point(0.9))
    rate.slider.set_value(0.0001)
    assert rate.slider.value() == 0.0001
    assert not rate.changed
    assert rate.committed == [dragged]


def test_keys_step_leap_and_go_to_the_ends(rate: Stage) -> None:
    rate.track.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Down):
        rate.key(key)
    assert rate.committed == [0.03, 0.1, 0.03, 0.01]
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_End):
        rate.key(key)
    assert rate.committed[4:] == [0.1, 0.01, 1e-5, 10]


def test_a_held_key_commits_when_it_is_let_go_or_the_focus_leaves(rate: Stage) -> None:
    rate.track.setFocus()
    QTest.keyPress(rate.track, Qt.Key.Key_Right)
    assert (rate.changed, rate.committed) == ([0.03], [])
    QTest.keyRelease(rate.track, Qt.Key.Key_Right)
    assert rate.committed == [0.03]
    QTest.keyPress(rate.track, Qt.Key.Key_Right)
    rate.edit.setFocus()
    assert rate.committed == [0.03, 0.1]


def test_a_typed_value_may_lie_between_the_stops(rate: Stage) -> None:
    rate.type("0.0123")
    assert rate.committed == [0.0123]
    assert rate.edit.text() == "0.0123"
    rate.track.setFocus()
    rate.key(Qt.Key.Key_Right)
    assert rate.slider.value() == 0.03


def test_digits_begin_typing_on_the_track(rate: Stage) -> None:
    rate.track.setFocus()
    QTest.keyClicks(rate.track, ".")
    assert QApplication.focusWidget() is rate.edit
    QTest.keyClicks(rate.edit, "2")
    QTest.keyClick(rate.edit, Qt.Key.Key_Tab)
    assert rate.committed == [0.2]


@pytest.mark.parametrize("text", ["0.2", "abc", "0.010"])
def test_enter_gives_the_keys_back(rate: Stage, text: str) -> None:
    rate.type(text)
    assert QApplication.focusWidget() is rate.track


def test_escape_gives_up_typing(rate: Stage) -> None:
    QTest.mouseClick(rate.edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(rate.edit, "5")
    QTest.keyClick(rate.edit, Qt.Key.Key_Escape)
    assert rate.edit.text() == "0.010"
    assert QApplication.focusWidget() is rate.track
    assert not rate.committed


@pytest.mark.parametrize("text", ["1e99", "-1", "abc", "", "nan", "inf", "0", "10.5.1"])
def test_absurd_values_are_explained_and_put_back(rate: Stage, text: str) -> None:
    rate.type(text)
    assert not rate.committed
    assert rate.slider.value() == 0.01
    assert rate.edit.text() == "0.010"
    assert "between 0.00001 and 10" in rate.note


def test_a_note_goes_when_a_good_value_is_typed(rate: Stage) -> None:
    rate.type("abc")
    assert rate.note
    rate.type("0.5")
    assert not rate.note
    assert rate.committed == [0.5]


def test_leaving_the_field_takes_the_value(rate: Stage) -> None:
    QTest.mouseClick(rate.edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(rate.edit, "0.7")
    QTest.mouseClick(rate.other.edit, Qt.MouseButton.LeftButton)
    assert rate.committed == [0.7]


def test_looking_at_a_value_changes_nothing(rate: Stage) -> None:
    rate.slider.set_value(0.0123456789)
    QTest.mouseClick(rate.edit, Qt.MouseButton.LeftButton)
    QTest.keyClick(rate.edit, Qt.Key.Key_Return)
    assert rate.slider.value() == 0.0123456789
    assert not rate.committed


def _wheel(stage: Stage, notches: int) -> bool:
    centre = QPointF(stage.track.rect().center())
    event = QWheelEvent(
        centre,
        stage.track.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(stage.track, event)
    return event.isAccepted()


def test_the_wheel_moves_a_slider_only_when_it_has_the_focus(rate: Stage) -> None:
    rate.other.edit.setFocus()
    assert not _wheel(rate, 1)
    assert not rate.committed
    rate.track.setFocus()
    assert _wheel(rate, 2)
    assert rate.committed == [0.1]


def test_a_disabled_slider_does_not_move(rate: Stage) -> None:
    rate.slider.setEnabled(False)
    rate.drag(1.0)
    assert rate.slider.value() == 0.01
    assert not rate.changed


def test_whole_numbers_stay_whole(qtbot: QtBot) -> None:
    stage = Stage(qtbot, TRAINING["batch_size"], 10)
    stage.drag(0.5, 1.0)
    stage.type("60 000")
    stage.type("37")
    assert stage.committed == [60_000, 37]
    assert all(type(value) is int for value in stage.changed + stage.committed)
    for text in ("10.5", "2,5", "1,2,3", "nan"):
        stage.type(text)
        assert stage.committed[2:] == [], "a decimal comma is none between thousands"
        assert "number" in stage.note
    stage.type("12,345")
    assert stage.committed[2:] == [12_345]


def test_shares_are_typed_in_percent(qtbot: QtBot) -> None:
    stage = Stage(qtbot, DATA["noise"], 0.05)
    stage.type("20")
    stage.type("12.5 %")
    assert stage.committed == [0.2, 0.125]
    stage.type("60")
    assert "between 0\N{NO-BREAK SPACE}% and 50\N{NO-BREAK SPACE}%" in stage.note


def test_zero_rests_at_the_far_left_of_a_logarithmic_scale(qtbot: QtBot) -> None:
    stage = Stage(qtbot, TRAINING["l2"], 0.001)
    stage.drag(0.0)
    assert stage.committed == [0]
    stage.drag(0.08)
    assert stage.committed == [0, 1e-4]
    stage.type("0.00005")
    assert "off or between 0.0001 and 10" in stage.note


def test_what_assistive_technology_sees(rate: Stage) -> None:
    interface = QAccessible.queryAccessibleInterface(rate.track)
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Learning rate"
    assert interface.text(QAccessible.Text.Description) == "0.010"
    rate.track.setValue(rate.track.maximum())
    assert rate.committed == [10]


def test_a_slider_explains_itself(rate: Stage) -> None:
    assert TRAINING["learning_rate"].help in rate.slider.toolTip()
    for part in (TRAINING["learning_rate"].help, "η", "between 0.00001 and 10"):
        assert part in rate.slider.whatsThis()


@pytest.mark.parametrize(
    ("setting", "value", "text"),
    [
        (TRAINING["learning_rate"], 0.01, "0.010"),
        (TRAINING["learning_rate"], 0.001, "0.001"),
        (TRAINING["learning_rate"], 10.0, "10"),
        (TRAINING["learning_rate"], 1e-5, "0.00001"),
        (TRAINING["beta1"], 0.9, "0.90"),
        (TRAINING["beta2"], 0.999, "0.999"),
        (TRAINING["epsilon"], 1e-8, "1e−8"),
        (TRAINING["l2"], 0.0001, "0.0001"),
        (TRAINING["l2"], 0.0, "off"),
        (CLIP, 0, "off"),
        (DATA["noise"], 0.05, f"5{SPACE}%"),
        (DATA["noise"], 0.07, f"7{SPACE}%"),
        (DATA["samples"], 500, "500"),
        (IMAGES["images"], 60_000, f"60{SPACE}000"),
        (replace(CLIP, maximum=1e6), 1_000_000.0, f"1{SPACE}000{SPACE}000"),
        (replace(CLIP, maximum=1e6), 12_345.6, f"12{SPACE}345.6"),
        (replace(CLIP, scale=Scale.LINEAR, minimum=-10, maximum=10, zero=False), -0.5, "−0.5"),
    ],
)
def test_values_are_written_as_people_read_them(setting: Setting, value: float, text: str) -> None:
    assert text_of(setting, value) == text
    assert value_of(setting, text) == value


@pytest.mark.parametrize("setting", [*NUMBERS, CLIP, SIZE], ids=lambda setting: setting.label)
def test_every_notch_is_legal_rises_and_reads_back(setting: Setting) -> None:
    scale = SettingScale(setting)
    assert len(scale.notches) > 1
    positions = [scale.position_of(notch) for notch in scale.notches]
    assert positions == sorted(set(positions))
    assert (positions[0], positions[-1]) == (0, pytest.approx(1))
    for notch, position in zip(scale.notches, positions, strict=True):
        setting.check("notch", notch)
        assert scale.nearest(position) == notch
        assert value_of(setting, text_of(setting, notch)) == pytest.approx(notch, rel=1e-9)
    assert scale.step(scale.notches[0], -1) == scale.notches[0]
    assert scale.step(scale.notches[-1], 1) == scale.notches[-1]


def test_notches_without_stops_are_round_numbers() -> None:
    assert {12, 16, 99, 100, 120} <= set(SettingScale(SIZE).notches)
    assert not {101, 1023} & set(SettingScale(SIZE).notches)
    assert SettingScale(DATA["noise"]).notches[7] == 0.07


def test_off_is_read_only_where_zero_is_legal() -> None:
    assert value_of(CLIP, "OFF") == 0
    with pytest.raises(SettingError, match="not a number"):
        value_of(TRAINING["learning_rate"], "off")
