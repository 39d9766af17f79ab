"""The Gradient card measures how gradients travel, says what that means, and offers a remedy."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsSimpleTextItem, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, Status
from nnstudio.core.training.diagnosis import Cause, Diagnosis
from nnstudio.core.training.remedies import Remedy
from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.gradients_view import GradientsView

NOTHING = ((None, None),) * 3
CALM = ((0.02, 0.002),) * 3


def with_values(*values: tuple[float | None, float | None], run: int = 1) -> Frame:
    frame = plane_frame()
    readings = tuple(
        replace(layer, gradient_norm=norm, update_ratio=ratio)
        for layer, (norm, ratio) in zip(frame.readings, values, strict=True)
    )
    return replace(frame, readings=readings, run=run)


def frozen(frame: Frame) -> Frame:
    """With its first layer frozen."""
    first, *others = frame.model.layers
    locked = replace(first, frozen={name: np.ones_like(array, bool) for name, array in first.arrays.items()})
    return replace(frame, model=replace(frame.model, layers=(locked, *others)))


@pytest.fixture
def view(qtbot: QtBot) -> GradientsView:
    view = GradientsView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.resize(410, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_before_the_first_update_there_is_nothing_to_say(view: GradientsView):
    view.show_frame(with_values(*NOTHING))
    view.grab()
    assert view.note.title.text() == ""
    assert not view.note.isVisible()
    assert view.chart.places() == (0, 0)


def test_what_to_do_is_true_before_and_after_training(view: GradientsView):
    nothing = with_values(*NOTHING)
    view.show_frame(replace(nothing, status=Status.READY))
    assert view.chart.summary().startswith("Press Play or Step: the gradients of the last update")
    for status in (Status.DIVERGED, Status.PAUSED):
        view.show_frame(replace(nothing, status=status))
        assert view.chart.summary() == "The gradients appear with the next update"


@pytest.mark.parametrize("status", [Status.FINISHED, Status.DIVERGED, Status.PAUSED])
def test_what_is_known_is_shown_in_every_state(view: GradientsView, status: Status):
    view.show_frame(replace(with_values((0.1, 0.001), (0.1, None), (None, 0.001)), status=status))
    seen = [tuple(mark.isVisible() for mark in view.chart.mark_of(layer)) for layer in range(3)]
    assert seen == [(True, True), (True, False), (False, True)]
    assert list(view.chart.reading(Spot(0, 1))) == ["Dense 2", "gradient      0.1000", "step ÷ weight —"]


def test_after_an_edit_the_gradients_stay_and_say_when_they_were_measured(view: GradientsView):
    edit = (Mark(31_200, "Set a weight of Dense 1"),)
    resting = replace(with_values(*CALM), status=Status.PAUSED, diagnosis=ill(), marks=edit)
    view.show_frame(replace(resting, marks=()))
    assert not view.note.measured.isVisible()
    view.show_frame(resting)
    assert view.chart.places() == (1, 3)
    assert view.note.measured.isVisible()
    assert view.note.measured.text() == "Gradients of update 31\N{NO-BREAK SPACE}200, before the edit."
    for newer in (
        replace(resting, updates=31_201),
        replace(resting, status=Status.LEARNING, diagnosis=ill("Another.")),
        replace(resting, status=Status.DIVERGED),
        replace(resting, readings=with_values(*NOTHING).readings),
    ):
        view.note.show_diagnosis(ill(), "Then.")
        view.show_frame(newer)
        assert not view.note.measured.isVisible()


def test_exact_values_are_read(view: GradientsView, qtbot: QtBot):
    view.show_frame(with_values((0.0123456, 0.001), (0.02, 0.002), (0.03, 0.003)))
    gradient, _ = view.chart.mark_of(0)
    qtbot.mouseMove(view.chart.viewport(), gradient.pos().toPoint())
    assert view.chart.spot == Spot(0, 0)
    assert list(view.chart.reading(Spot(0, 0))) == ["Dense 1", "gradient      0.01235", "step ÷ weight 0.001000"]
    view.chart.setFocus()
    for _ in range(3):
        qtbot.keyClick(view.chart, Qt.Key.Key_Down)
    assert view.chart.spoken.accessibleName() == "Output"


def test_marks_stand_at_their_values_in_ink(view: GradientsView):
    view.show_frame(with_values((0.1, 0.0001), (0.01, 0.001), (0.1, 0.0001)))
    chart, image = view.chart, view.chart.grab().toImage()
    for layer, (norm, ratio) in enumerate(((0.1, 0.0001), (0.01, 0.001))):
        gradient, step = chart.mark_of(layer)
        assert (gradient.x(), step.x()) == pytest.approx((chart.across.at(norm), chart.across.at(ratio)))
        ink, ground = QColor(theme.current().text), QColor(theme.current().card)
        colors = [image.pixelColor((mark.pos() * chart.ratio).toPoint()) for mark in (gradient, step)]
        assert colors == [ink, ground]
        edges = [((step.pos() + QPointF(away, 0)) * chart.ratio).toPoint() for away in range(2, 7)]
        assert min(image.pixelColor(edge).lightness() for edge in edges) < ground.lightness() - 60


def test_the_axis_keeps_still_for_small_changes(view: GradientsView):
    view.show_frame(with_values(*CALM))
    before = view.chart.across
    for factor in (0.5, 1.9, 0.8, 3.0):
        view.show_frame(with_values(*((0.02 * factor, 0.002 * factor),) * 3))
        assert view.chart.across == before
    view.show_frame(with_values(*((20.0, 0.002),) * 3))
    assert view.chart.across.high > before.high


def decades(view: GradientsView) -> tuple[int, int]:
    return round(np.log10(view.chart.across.low)), round(np.log10(view.chart.across.high))


def test_the_axis_moves_in_only_when_it_is_much_too_far(view: GradientsView):
    view.show_frame(with_values((20.0, 2e-5), (20.0, 2e-5), (20.0, 2e-5)))
    assert decades(view) == (-5, 2)
    view.show_frame(with_values(*((1.1, 2e-4),) * 3))
    assert decades(view) == (-5, 2)
    view.show_frame(with_values(*((0.1, 2e-5),) * 3))
    assert decades(view) == (-5, 0)
    view.show_frame(with_values(*((0.1, 4e-3),) * 3))
    assert decades(view) == (-3, 0)


def test_another_run_has_an_axis_of_its_own(view: GradientsView):
    view.show_frame(with_values(*((5.0, 2e-4),) * 3))
    assert decades(view) == (-4, 1)
    view.show_frame(with_values(*((0.5, 2e-3),) * 3))
    assert decades(view) == (-4, 1)
    view.show_frame(with_values(*((0.4, 2e-3),) * 3, run=2))
    assert decades(view) == (-3, 0)


def test_the_axis_covers_no_less_than_three_decades_and_no_more_than_twelve(view: GradientsView):
    view.show_frame(with_values(*((0.5, 0.4),) * 3))
    assert decades(view) == (-3, 0)
    view.show_frame(with_values((0.5, 1e-30), (0.5, 0.4), (0.5, 0.4)))
    assert decades(view) == (-12, 0)


def test_marks_go_along_when_the_axis_moves(view: GradientsView):
    view.show_frame(with_values(*CALM))
    before = view.chart.mark_of(1)[0].x()
    view.show_frame(with_values((500.0, 0.002), (0.02, 0.002), (0.02, 0.002)))
    gradient, step = view.chart.mark_of(1)
    assert gradient.x() == pytest.approx(view.chart.across.at(0.02))
    assert step.x() == pytest.approx(view.chart.across.at(0.002))
    assert gradient.x() < before


@pytest.mark.parametrize(("value", "place"), [(0.0, "start"), (float("nan"), "end"), (float("inf"), "end")])
def test_what_has_no_place_on_the_axis_stands_at_its_ends(view: GradientsView, value: float, place: str):
    view.show_frame(with_values((value, value), (0.01, 0.001), (0.01, 0.001)))
    gradient, step = view.chart.mark_of(0)
    wanted = view.chart.across.start if place == "start" else view.chart.across.end
    assert (gradient.x(), step.x()) == (wanted, wanted)
    bad = gradient.brush().color() == QColor(theme.current().bad)
    assert bad == (value != 0.0)
    view.grab()


def test_a_frozen_layer_has_a_lock_in_place_of_its_step(view: GradientsView):
    view.show_frame(frozen(with_values((0.02, 0.0), (0.02, 0.002), (0.02, 0.002))))
    assert [view.chart.lock_of(layer).isVisible() for layer in range(3)] == [True, False, False]
    assert not view.chart.mark_of(0)[1].isVisible()
    assert view.chart.reading(Spot(0, 0))[-1] == "frozen"


def test_another_number_of_layers_is_drawn_anew(view: GradientsView):
    view.show_frame(plane_frame())
    view.show_frame(plane_frame(units=(8,) * 16))
    assert view.chart.places() == (1, 17)
    view.grab()


def test_a_frame_that_says_the_same_touches_nothing(view: GradientsView):
    view.show_frame(with_values(*CALM))
    before = view.chart.mark_of(0)
    view.show_frame(with_values(*((0.03, 0.002),) * 3))
    assert view.chart.mark_of(0) == before


# The diagnosis.

HEALTHY = Diagnosis(Cause.HEALTHY, "Healthy", "Every layer still moves.")


def ill(sentence: str = "It is zero for every example.") -> Diagnosis:
    experiment = plane_frame().experiment
    other = replace(experiment, training=replace(experiment.training, learning_rate=0.003))
    return Diagnosis(Cause.DEAD, "Dense 1 & <2> is dead", sentence, Remedy("Lower the rate to 0.003", other), 1)


def test_the_diagnosis_is_said_with_its_sign_and_colour(view: GradientsView):
    colors = theme.current()
    for diagnosis, sign, color in ((HEALTHY, "●", colors.better), (ill(), "▲", colors.warning_text)):
        view.show_frame(replace(with_values(*CALM), diagnosis=diagnosis, status=Status.PAUSED))
        assert view.note.isVisible()
        assert sign in view.note.title.text()
        assert color in view.note.title.text()
        assert view.note.sentence.text() == diagnosis.sentence
        assert view.note.remedy.isVisible() == (diagnosis.remedy is not None)
    assert "Dense 1 &amp; &lt;2> is dead" in view.note.title.text()


def test_the_remedy_is_one_click_away(view: GradientsView, qtbot: QtBot):
    diagnosis = ill()
    view.show_frame(replace(with_values(*CALM), diagnosis=diagnosis))
    assert view.note.remedy.text() == "Lower the rate to 0.003"
    with qtbot.waitSignal(view.remedy_chosen) as chosen:
        qtbot.mouseClick(view.note.remedy, Qt.MouseButton.LeftButton)
    assert diagnosis.remedy is not None
    assert chosen.args == [diagnosis.remedy.experiment]


def test_numbers_of_the_same_cause_stay_long_enough_to_be_read(view: GradientsView):
    frame = with_values(*CALM)
    view.show_frame(replace(frame, diagnosis=ill("81 %")))
    view.show_frame(replace(frame, diagnosis=ill("82 %")))
    assert view.note.sentence.text() == "81 %"
    view.show_frame(replace(frame, diagnosis=HEALTHY))
    assert view.note.sentence.text() == HEALTHY.sentence
    view.show_frame(replace(frame, diagnosis=ill("83 %"), status=Status.PAUSED))
    view.show_frame(replace(frame, diagnosis=ill("84 %"), status=Status.PAUSED))
    assert view.note.sentence.text() == "84 %"


@pytest.mark.parametrize(("width", "narrow"), [(208, True), (410, False)])
def test_on_a_narrow_card_the_words_stand_below(view: GradientsView, width: int, narrow: bool):
    view.resize(width, 260)
    view.show_frame(replace(with_values(*CALM), diagnosis=ill(), status=Status.PAUSED))
    view.grab()
    words = view.note.mapTo(view, view.note.rect().topLeft())
    assert view.narrow is narrow
    assert (words.y() >= view.chart.geometry().bottom()) is narrow
    assert (words.x() >= view.chart.geometry().right()) is not narrow
    assert view.note.width() <= width


# Its marks, row by row


def test_names_that_have_no_room_are_left_out(view: GradientsView, qapp: QApplication):
    for larger, hidden in product((False, True), (9, 10, 11, 12, 16)):
        theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
        try:
            view.show_frame(plane_frame(units=(8,) * hidden))
            names = [value.name for value in view.chart.values]
            words = [item for item in view.chart.items() if isinstance(item, QGraphicsSimpleTextItem)]
            heights = sorted(word.sceneBoundingRect().center().y() for word in words if word.text() in names)
            assert 1 < len(heights) <= hidden + 1
            assert min(b - a for a, b in pairwise(heights)) >= 13.9 * theme.text_scale()
        finally:
            theme.apply(qapp, theme.ThemeChoice.LIGHT)
            qapp.setStyleSheet("")


def test_a_zero_is_written_where_a_mark_stands_for_it(view: GradientsView):
    view.show_frame(with_values((0.0, 0.01), (0.02, 0.0), (0.02, 0.01)))
    assert [row.zero.text for row in view.chart._rows] == ["0", "0", ""]
    view.show_frame(frozen(with_values((0.02, 0.0), (0.02, 0.01), (0.02, 0.01))))
    assert [row.zero.text for row in view.chart._rows] == ["", "", ""], "of a frozen layer no step is shown"


def test_the_lock_stands_in_the_row_of_its_layer_at_its_start(view: GradientsView):
    view.show_frame(frozen(with_values(*CALM)))
    gradient, _ = view.chart.mark_of(0)
    assert view.chart.lock_of(0).pos() == QPointF(view.chart.across.start, gradient.y())


def test_what_lies_beyond_the_axis_stands_at_its_ends(view: GradientsView):
    view.show_frame(with_values((1e-30, 1.0), (0.01, 1e-25), (1e-20, 0.001)))
    across = view.chart.across
    for layer in range(3):
        assert all(across.start <= mark.x() <= across.end for mark in view.chart.mark_of(layer))
    assert view.chart.mark_of(0)[0].x() == across.start


def test_each_row_is_found_marked_behind_its_marks_and_let_go(view: GradientsView, qtbot: QtBot):
    view.show_frame(with_values((0.1, 0.0001), (0.01, 0.001), (0.05, 0.0005)))
    chart = view.chart
    for row in range(3):
        gradient, _ = chart.mark_of(row)
        qtbot.mouseMove(chart.viewport(), gradient.pos().toPoint())
        assert chart.spot == Spot(0, row)
        assert chart._chosen.isVisible()
        assert abs(chart._chosen.path().boundingRect().center().y() - gradient.y()) <= 1
        assert chart.anchor(Spot(0, row)).center() == QPointF(chart.across.start, chart._row(row).center().y())
        chart.bubble.hide()
        image = chart.grab().toImage()
        assert image.pixelColor((gradient.pos() * chart.ratio).toPoint()) == QColor(theme.current().text)
    chart.explore(None)
    assert not chart._chosen.isVisible()


def test_the_figure_of_a_row_is_its_gradient_and_the_table_has_both(view: GradientsView):
    view.show_frame(with_values((0.1, 0.0001), (0.01, None), (0.05, 0.0005)))
    assert [view.chart.figure(Spot(0, row)) for row in range(3)] == [0.1, 0.01, 0.05]
    table = view.chart.table()
    assert table is not None
    assert tuple(table.headers) == ("layer", "gradient", "step ÷ weight")
    assert table.rows[0] == ("Dense 1", 0.1, 0.0001)
    assert np.isnan(table.rows[1][2])


def test_the_lines_of_the_hint_stand_below_each_other(view: GradientsView):
    view.show_frame(replace(with_values(*NOTHING), status=Status.READY))
    words = [item for item in view.chart.items() if isinstance(item, QGraphicsSimpleTextItem) and item.text()]
    heights = sorted(word.sceneBoundingRect().center().y() for word in words)
    assert len(heights) == 2
    assert heights[1] - heights[0] > 12
    assert sum(heights) / 2 == pytest.approx(view.chart.area.center().y(), abs=2)


def test_another_sentence_has_nothing_around_it_laid_out(qtbot: QtBot):
    around, view = QWidget(), GradientsView()
    qtbot.addWidget(around)
    qtbot.addWidget(view.switches())
    column = QVBoxLayout(around)
    column.addWidget(view)
    around.resize(440, 230)
    around.show()
    qtbot.waitExposed(around)
    well = Diagnosis(Cause.HEALTHY, "Every layer learns", "Each update changes its weights by 0.18 to 0.59 %.")
    frame = with_values(*CALM)
    view.show_frame(replace(frame, status=Status.PAUSED, diagnosis=well))
    QTest.qWait(20)
    laid_out: list[QEvent.Type] = []

    class Asked(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            laid_out.extend([event.type()] * (event.type() == QEvent.Type.LayoutRequest))
            return False

    watching = Asked()
    around.installEventFilter(watching)
    for percent in range(10, 15):
        sentence = f"Each update changes its weights by {percent / 100} to 0.59 %."
        view.show_frame(replace(frame, status=Status.PAUSED, diagnosis=replace(well, sentence=sentence)))
        QTest.qWait(5)
        assert view.note.sentence.text() == sentence
    assert not laid_out
