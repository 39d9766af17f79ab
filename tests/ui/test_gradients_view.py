"""The Gradient flow card measures how gradients travel and says what that means."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, Status
from nnstudio.core.training.diagnosis import Cause, Diagnosis
from nnstudio.ui import theme
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.gradients_view import GradientsView
from nnstudio.ui.widgets.canvas import Spot


def with_values(*values: tuple[float | None, float | None], run: int = 1) -> Frame:
    frame = plane_frame()
    readings = tuple(
        replace(layer, gradient_norm=norm, update_ratio=ratio)
        for layer, (norm, ratio) in zip(frame.readings, values, strict=True)
    )
    return replace(frame, readings=readings, run=run)


@pytest.fixture
def view(qtbot: QtBot) -> GradientsView:
    view = GradientsView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.resize(410, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_before_the_first_update_there_is_nothing_to_judge(view: GradientsView):
    view.show_frame(with_values((None, None), (None, None), (None, None)))
    view.grab()
    assert view.title_of_diagnosis.text == ""
    assert view.chart.places() == (0, 0)


def test_what_to_do_is_true_before_and_after_training(view: GradientsView):
    nothing = with_values((None, None), (None, None), (None, None))
    view.show_frame(replace(nothing, status=Status.READY))
    assert view.chart.summary().startswith("Press Play or Step")
    for status in (Status.DIVERGED, Status.PAUSED):
        view.show_frame(replace(nothing, status=status))
        assert view.chart.summary() == "The gradients appear with the next update"


def test_exact_values_are_read(view: GradientsView, qtbot: QtBot):
    view.show_frame(with_values((0.0123456, 0.001), (0.02, 0.002), (0.03, 0.003)))
    slot = view.chart._slot(0)
    qtbot.mouseMove(view.chart, slot.center().toPoint())
    assert view.chart.spot == Spot(0, 0)
    assert list(view.chart.reading(Spot(0, 0))) == ["Dense 1", "‖∇W‖      0.01235", "‖ΔW‖/‖W‖  0.001000"]
    view.chart.setFocus()
    qtbot.keyClick(view.chart, Qt.Key.Key_End)
    assert "Output" in view.chart.accessibleDescription()


def test_bars_stand_in_their_colours_at_their_height(view: GradientsView):
    view.show_frame(with_values((0.1, 0.0001), (0.1, 0.0001), (0.1, 0.0001)))
    image = view.chart.grab().toImage()
    ratio = image.devicePixelRatio()
    slot = view.chart._slot(1)

    def color(offset: float, value: float) -> str:
        return image.pixelColor(int(ratio * (slot.center().x() + offset)), int(ratio * view.chart._y(value))).name()

    assert color(-12, 0.03) == theme.current().accent
    assert color(12, 0.00007) == theme.current().negative
    assert color(12, 0.003) != theme.current().negative


def test_the_axis_keeps_still_for_small_changes(view: GradientsView):
    view.show_frame(with_values((0.02, 0.002), (0.02, 0.002), (0.02, 0.002)))
    before = view.chart._bottom, view.chart._top
    for factor in (0.5, 1.9, 0.8, 3.0):
        view.show_frame(with_values(*((0.02 * factor, 0.002 * factor),) * 3))
        assert (view.chart._bottom, view.chart._top) == before
    view.show_frame(with_values(*((20.0, 0.002),) * 3))
    assert view.chart._top > before[1]


def test_the_title_of_the_diagnosis_stands_beside_that_of_the_card(view: GradientsView):
    title = view.title_of_diagnosis
    frame = with_values((0.02, 0.002), (0.02, 0.002), (0.02, 0.002))
    dead = Diagnosis(Cause.DEAD, "Dense 1 is dead", "All 4 neurons of Dense 1 are dead.", layer=1)
    for diagnosis, color in (
        (dead, theme.current().warning),
        (Diagnosis(Cause.HEALTHY, "Every layer learns", "Every layer still moves."), theme.current().good),
    ):
        view.show_frame(replace(frame, diagnosis=diagnosis))
        assert title.accessibleName() == f"Gradient flow: {diagnosis.title}"
        assert title.toolTip() == diagnosis.sentence
        title.resize(title.sizeHint())
        image = title.grab().toImage()
        colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert color in colors
    view.show_frame(frame)
    assert title.text == ""


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_odd_values_draw(view: GradientsView, value: float):
    view.show_frame(with_values((value, value), (0.01, 0.001), (0.01, 0.001)))
    image = view.chart.grab().toImage()
    bad = QColor(theme.current().bad)
    ratio = image.devicePixelRatio()
    slot = view.chart._slot(0)
    marked = image.pixelColor(int(ratio * (slot.center().x() - 12)), int(ratio * slot.center().y()))
    assert (marked == bad) == (value != 0.0)
