"""The Function card: the textbook's numbers, a handle for mouse and keys, a layer's own values on the curve."""

import re
from dataclasses import replace

import numpy as np
import pytest
from looking import hover
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsPathItem
from pytestqt.qtbot import QtBot

from nnstudio.core import textbook
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.function.curve import value_and_slope
from nnstudio.ui.views.function.dragged import DraggedStage
from nnstudio.ui.views.function.panel import Panel
from nnstudio.ui.views.function.words import WORDS
from nnstudio.ui.views.function_view import FunctionView

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CURVES = [kind for kind in ActivationKind if kind is not ActivationKind.SOFTMAX]
EACH = pytest.mark.parametrize("kind", CURVES, ids=[kind.value for kind in CURVES])
CHOSEN = Chosen(SplitName.TRAINING, 4)


def observer(kind: DatasetKind, epochs: float = 2) -> Observer:
    experiment = default_experiment(kind)
    trainer = Trainer(replace(experiment, dataset=replace(experiment.dataset)))
    trainer.train(epochs=epochs)
    return Observer(trainer, 1)


CIRCLE, RINGS = observer(DatasetKind.CIRCLE), observer(DatasetKind.RINGS)


@pytest.fixture
def view(qtbot: QtBot) -> FunctionView:
    view = FunctionView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.box)
    view.resize(260, 560)
    view.show()
    view.box.show()
    qtbot.waitExposed(view)
    return view


def show(view: FunctionView, observer: Observer, chosen: Chosen | None = CHOSEN) -> Frame:
    frame = observer.frame(Probe.SUMS, chosen=chosen)
    view.show_frame(frame)
    QApplication.processEvents()
    return frame


def pick(view: FunctionView, label: str) -> None:
    """As somebody does in the list."""
    index = view.box.findText(label)
    assert index >= 0, label
    view.box.setCurrentIndex(index)
    view.box.activated.emit(index)
    QApplication.processEvents()


def panels(view: FunctionView) -> tuple[Panel, Panel]:
    assert view.chart.panels is not None
    return view.chart.panels


def figures(view: FunctionView) -> list[float]:
    """z, f(z) and f′(z) as they are written."""
    return [float(words.text.replace("−", "-")) for words in view.chart.figures]


def drag(stage: Stage, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(stage.viewport(), LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(stage.viewport(), start + (end - start) * step / 5)
    QTest.mouseRelease(stage.viewport(), LEFT, pos=end)


def press(qtbot: QtBot, stage: DraggedStage, *keys: Qt.Key, shift: bool = False) -> None:
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    for key in keys:
        qtbot.keyClick(stage, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)


def points(item: QGraphicsPathItem) -> list[QPointF]:
    path = item.path()
    return [QPointF(path.elementAt(i).x, path.elementAt(i).y) for i in range(path.elementCount())]  # pyright: ignore


# The curves.


@EACH
def test_both_curves_are_the_textbooks(view: FunctionView, kind: ActivationKind) -> None:
    pick(view, kind.label)
    assert view.kind is kind
    for which, panel in enumerate(panels(view)):
        drawn = [point for curve in panel.curve for piece in curve.pieces for point in points(piece)]
        z = np.array([panel.across.value(point.x()) for point in drawn])
        values = np.array([panel.scale.value(point.y()) for point in drawn])
        assert (z.min(), z.max()) == pytest.approx((-5, 5))
        expected = textbook.activate(kind, z)[which]
        assert expected is not None
        assert values == pytest.approx(expected, abs=1e-6)


@EACH
def test_the_table_has_the_textbooks_numbers(view: FunctionView, kind: ActivationKind) -> None:
    pick(view, kind.label)
    rows = np.array(view.tables()[0].rows, np.float64)
    values, slopes = textbook.activate(kind, rows[:, 0])
    assert rows[:, 1] == pytest.approx(values, abs=1e-12)
    assert rows[:, 2] == pytest.approx(slopes, abs=1e-12)


@EACH
def test_what_is_said_of_range_and_flat_places_is_so(kind: ActivationKind) -> None:
    z = np.linspace(-60, 60, 240_001)
    values, slopes = value_and_slope(kind, z)
    ends = [
        float(text.replace("−", "-").replace("∞", "inf")) for text in re.findall(r"[−\d.∞]+(?=$| )", WORDS[kind].range)
    ]
    for said, is_low, found in ((ends[0], True, values.min()), (ends[-1], False, values.max())):
        assert found == (pytest.approx(said, abs=1e-3) if np.isfinite(said) else found), (kind, said)
        assert np.isfinite(said) or abs(found) > 0.5, (kind, is_low)
    row = ACTIVATIONS[kind]
    assert row.low is None or ends[0] == pytest.approx(row.low, abs=1e-4)
    flat = np.abs(slopes) < 0.01
    below = re.search(r"z < −([\d.]+)", WORDS[kind].flat)
    edge = -float(below[1]) if below else None
    if edge is not None:
        assert flat[z < edge - 0.06].all()
        assert not flat[np.argmin(np.abs(z - edge - 0.06))]
    elif "nowhere" in WORDS[kind].flat:
        assert not (np.abs(slopes) < 0.01 - 1e-12).any()
    for place in re.findall(r"z = [−±]([\d.]+)", WORDS[kind].flat):
        assert np.abs(slopes[np.argmin(np.abs(z + float(place)))]) < 0.01


@EACH
def test_where_the_slope_jumps_it_is_said_what_is_taken_at_zero(view: FunctionView, kind: ActivationKind) -> None:
    below, at, above = value_and_slope(kind, np.array([-1e-7, 0.0, 1e-7]))[1].tolist()
    jumps = max(abs(at - below), abs(at - above)) > 1e-3
    said = re.search(r"f′\(0\) = ([\d.]+)", WORDS[kind].at_zero)
    assert (said is not None) == jumps
    if said:
        assert float(said[1]) == pytest.approx(at, abs=1e-4)
        pick(view, kind.label)
        assert WORDS[kind].at_zero in view.words.text()


def test_where_a_curve_jumps_the_point_that_is_taken_is_full(view: FunctionView) -> None:
    found: dict[str, list[list[tuple[float, bool]]]] = {}
    for kind in CURVES:
        pick(view, kind.label)
        ends = [[(round(value, 4), full) for value, full in panel.ends] for panel in panels(view)]
        found |= {kind.value: ends} if any(ends) else {}
    assert found == {
        "relu": [[], [(0, True), (1, False)]],
        "leaky-relu": [[], [(0.01, True), (1, False)]],
        "selu": [[], [(1.7581, True), (1.0507, False)]],
        "step": [[(0, False), (1, True)], []],
    }


def test_all_thirteen_have_words_and_formulas(view: FunctionView) -> None:
    assert set(WORDS) == set(ActivationKind)
    for kind in ActivationKind:
        pick(view, kind.label)
        assert kind.formula in view.formula.text()
        assert WORDS[kind].slope in view.formula.text()
        assert WORDS[kind].learning.split(":")[0].replace("&", "&amp;") in view.words.text()


# The handle.


def test_the_mouse_drags_z_along_the_curve(view: FunctionView) -> None:
    above, _ = panels(view)
    start, end = (above.point(z, 0.3).toPoint() for z in (1.0, -2.0))
    drag(view.chart, start, end)
    z, f, slope = figures(view)
    assert z == pytest.approx(-2, abs=0.06)
    assert (f, slope) == pytest.approx((np.tanh(z), 1 - np.tanh(z) ** 2), abs=1e-3)
    center = above.handle.path().boundingRect().center()
    assert above.across.value(center.x()) == pytest.approx(view.chart.z)
    assert above.scale.value(center.y()) == pytest.approx(np.tanh(view.chart.z), abs=1e-6)
    hover(view.chart, above.point(3, 0).toPoint())
    assert view.chart.z == pytest.approx(-2, abs=0.06), "let go"


def test_a_drag_beyond_the_axis_ends_at_its_end_and_zero_is_met(view: FunctionView) -> None:
    above, _ = panels(view)
    drag(view.chart, above.point(1, 0).toPoint(), QPoint(view.chart.width() + 50, 50))
    assert view.chart.z == 5
    drag(view.chart, above.point(1, 0).toPoint(), above.point(0, 0).toPoint())
    assert view.chart.z == 0


@EACH
def test_the_tangent_touches_with_the_slope(view: FunctionView, kind: ActivationKind) -> None:
    pick(view, kind.label)
    above, _ = panels(view)
    for z in (-1.0, 1.0):
        view.chart.move_to(z)
        f, slope = (float(part[0]) for part in textbook.activate(kind, np.array([z])) if part is not None)
        left, right = points(view.chart._tangent)
        (x, y), (to_x, to_y) = ((above.across.value(p.x()), above.scale.value(p.y())) for p in (left, right))
        assert (to_y - y) / (to_x - x) == pytest.approx(slope, abs=1e-6)
        assert y + slope * (z - x) == pytest.approx(f, abs=1e-6)
        assert min(left.y(), right.y()) >= above.area.top() - 4
        assert max(left.y(), right.y()) <= above.area.bottom() + 4


def test_keys_move_z(view: FunctionView, qtbot: QtBot) -> None:
    press(qtbot, view.chart, KEY.Key_Right, KEY.Key_Right, KEY.Key_Left)
    assert view.chart.z == pytest.approx(1.1)
    press(qtbot, view.chart, KEY.Key_Right, shift=True)
    assert view.chart.z == pytest.approx(2.1)
    press(qtbot, view.chart, KEY.Key_Home)
    assert view.chart.z == -5
    press(qtbot, view.chart, KEY.Key_Left)
    assert view.chart.z == -5
    press(qtbot, view.chart, KEY.Key_End)
    assert view.chart.z == 5


def test_screen_readers_hear_function_value_and_slope(view: FunctionView, qtbot: QtBot) -> None:
    spoken = view.chart.spoken
    assert not spoken.isVisible()
    press(qtbot, view.chart, KEY.Key_Left)
    assert spoken.isVisible()
    assert spoken.accessibleName() == "Tanh of z = 0.900"
    assert spoken.value() == pytest.approx(np.tanh(0.9), abs=1e-9)
    assert spoken.accessibleDescription() == "slope 0.487"
    press(qtbot, view.chart, KEY.Key_Escape)
    assert not spoken.isVisible()
    assert "f(z) 0.716, slope 0.487" in view.chart.summary()


# The layer's own values.


def dots(panel: Panel) -> list[QPointF]:
    """Where the dots of a plot are."""
    paths = [item.path() for item in (panel.below, panel.above)]
    return [disc.boundingRect().center() for path in paths for disc in path.toSubpathPolygons()]


def test_the_units_of_the_chosen_example_lie_on_the_curve(view: FunctionView) -> None:
    frame = show(view, CIRCLE)
    view.show_layer(1)
    layer = frame.model.layers[0]
    assert view.kind is layer.activation is ActivationKind.TANH
    assert frame.example is not None
    answers = frame.example.activations[0]
    above, below = panels(view)
    for panel, expected in ((above, answers), (below, 1 - answers**2)):
        discs = [
            p.boundingRect().center() for item in (panel.below, panel.above) for p in item.path().toSubpathPolygons()
        ]
        assert len(discs) == len(answers)
        found = sorted(panel.scale.value(center.y()) for center in discs)
        assert found == pytest.approx(sorted(expected.tolist()), abs=1e-5)
    assert view.caption.text() == f"Dots: {len(answers)} values of Dense 1, training example 5."


def test_without_an_example_many_lie_there_and_move_while_it_learns(view: FunctionView) -> None:
    learning = observer(DatasetKind.CIRCLE, 1)
    show(view, learning, None)
    view.show_layer(1)
    before = panels(view)[0].above.path()
    assert len(dots(panels(view)[0])) > 64
    assert "training examples" in view.caption.text()
    learning.trainer.train(epochs=3)
    show(view, learning, None)
    assert panels(view)[0].above.path() != before


def test_a_dot_is_read_under_the_mouse(view: FunctionView) -> None:
    frame = show(view, CIRCLE)
    view.show_layer(1)
    assert frame.sums is not None
    z = float(frame.sums[1].z[1])
    where = panels(view)[0].point(z, float(np.tanh(z)))
    hover(view.chart, where.toPoint())
    spot = view.chart.spot
    assert spot is not None
    name, *lines = view.chart.reading(spot)
    assert name == "Dense 1, neuron 2"
    values = [float(line.split(" ")[-1].replace("−", "-")) for line in lines]
    assert values == pytest.approx([z, np.tanh(z), 1 - np.tanh(z) ** 2], rel=6e-3)
    assert not view.chart.spoken.isVisible(), "the mouse came"


def test_up_and_down_walk_over_the_values_of_the_layer(view: FunctionView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE)
    view.show_layer(1)
    assert frame.sums is not None
    order = np.sort(frame.sums[1].z.astype(np.float64))
    press(qtbot, view.chart, KEY.Key_Home)
    met: list[float] = []
    for _ in order:
        press(qtbot, view.chart, KEY.Key_Up)
        met.append(view.chart.z)
    assert met == order.tolist()
    unit = int(np.argmax(frame.sums[1].z)) + 1
    assert f"Dense 1, neuron {unit}" in view.chart.spoken.accessibleDescription()
    press(qtbot, view.chart, KEY.Key_Down)
    assert view.chart.z == order[-2]


def test_the_axis_makes_room_and_counts_what_lies_beyond(view: FunctionView) -> None:
    frame = show(view, CIRCLE, None)
    view.show_layer(1)
    assert frame.sums is not None
    sums = frame.sums[1]
    far = sums.z * 0 + np.linspace(-9, 9, len(sums.z), dtype=sums.z.dtype)
    far[:2] = 1000, np.nan
    view.show_frame(replace(frame, sums={1: replace(sums, z=far)}))
    assert 8.5 <= view.chart.reach <= 12
    assert view.chart.beyond == 1
    assert view.caption.text().startswith(f"Dots: {len(far) - 1} values")
    assert view.caption.text().endswith("1 beyond the axis.")
    assert len(dots(panels(view)[0])) == len(far) - 2
    last = panels(view)[0].point(9, float(np.tanh(9)))
    spot = view.chart.spot_at(last)
    assert spot is not None
    assert view.chart.reading(spot)[1] == "z 9.00", "those beyond are not counted as in sight"


def test_another_function_makes_something_else_of_the_same_values(view: FunctionView) -> None:
    frame = show(view, CIRCLE)
    view.show_layer(1)
    pick(view, "ReLU")
    assert frame.sums is not None
    above, _ = panels(view)
    assert len(dots(above)) == len(frame.sums[1].z)
    assert view.caption.text().endswith("Dense 1 itself has Tanh.")
    table = view.tables()[1]
    assert [row[2] for row in table.rows] == pytest.approx(np.maximum(frame.sums[1].z, 0).tolist())
    view.show_frame(frame)
    assert view.kind is ActivationKind.RELU, "a frame does not take the choice back"
    view.show_layer(2)
    assert view.kind is ActivationKind.TANH, "another layer does"


def test_it_goes_along_with_the_layer_and_with_the_output(view: FunctionView) -> None:
    show(view, CIRCLE)
    view.show_layer(1)
    assert view.box.currentText() == "Dense 1 · Tanh"
    pick(view, "Output · Sigmoid")
    assert view.kind is ActivationKind.SIGMOID
    assert "1 value of Output" in view.caption.text()
    view.show_layer(0)
    assert view.box.currentText() == "Output · Sigmoid"
    assert len(view.box.options) == len(ActivationKind) + 1


# Softmax.


def test_softmax_shares_out_one_and_has_no_single_slope(view: FunctionView) -> None:
    pick(view, "Softmax")
    assert view.shares.isVisible()
    assert not view.chart.isVisible()
    table = view.tables()[0]
    z, p = (np.array([row[at] for row in table.rows], np.float64) for at in (1, 2))
    expected = textbook.activate(ActivationKind.SOFTMAX, z[None])[0][0]
    assert p == pytest.approx(expected, abs=1e-12)
    slopes = np.array([row[3:] for row in table.rows], np.float64)
    assert slopes == pytest.approx(np.diag(p) - np.outer(p, p), abs=1e-12)
    assert "No single slope" in view.words.text()


def test_a_logit_that_is_dragged_moves_every_share(view: FunctionView) -> None:
    pick(view, "Softmax")
    stage = view.shares
    before = stage.p
    row = stage.rows[1]
    start = QPoint(round(stage.across.at(1)), round(row.track.center().y()))
    drag(stage, start, QPoint(round(stage.across.at(4)), start.y()))
    assert stage.logits.tolist() == pytest.approx([2, 4, 0], abs=0.1)
    assert stage.p[1] > before[1]
    assert stage.p[0] < before[0]
    assert stage.p[2] < before[2]
    for share, each in zip(stage.p.tolist(), stage.rows, strict=True):
        assert each.filled.path().boundingRect().width() == pytest.approx(share * each.bar.width(), abs=1)
        assert f"{100 * share:.1f}" in each.figures.text


def test_keys_choose_a_logit_and_move_it(view: FunctionView, qtbot: QtBot) -> None:
    pick(view, "Softmax")
    stage = view.shares
    press(qtbot, stage, KEY.Key_Down, KEY.Key_Down, KEY.Key_Right)
    assert stage.logits.tolist() == pytest.approx([2, 1, 0.1])
    assert stage.spoken.accessibleName() == "Logit 3 of 3"
    assert stage.spoken.value() == pytest.approx(0.1)
    assert f"share {100 * stage.p[2]:.1f}" in stage.spoken.accessibleDescription()
    assert [row.slope.text[0] for row in stage.rows] == ["−", "−", "+"]


def test_the_largest_logits_of_an_example_show_as_hollow_points(view: FunctionView) -> None:
    frame = show(view, RINGS)
    view.show_layer(0)
    assert view.kind is ActivationKind.SOFTMAX
    assert frame.sums is not None
    assert frame.example is not None
    order = np.argsort(-frame.sums[0].z)[:3]
    stage = view.shares
    for row, unit in zip(stage.rows, order.tolist(), strict=True):
        z = float(frame.sums[0].z[unit])
        assert stage.across.value(row.live.path().boundingRect().center().x()) == pytest.approx(z, abs=1e-5)
    names = frame.model.target_names
    first = f"class {names[order[0]]} {100 * float(frame.example.answer.max()):.1f}"
    assert first in view.caption.text()
    hover(stage, stage.rows[0].live.path().boundingRect().center().toPoint())
    spot = stage.spot
    assert spot is not None
    assert stage.reading(spot)[0] == f"class {names[order[0]]}"
    show(view, RINGS, None)
    assert not any(row.live.isVisible() for row in stage.rows)


# Sizes.


def test_words_stand_below_a_high_picture_and_beside_a_wide_one(view: FunctionView, qtbot: QtBot) -> None:
    show(view, CIRCLE)
    qtbot.waitUntil(lambda: view.picture.geometry().bottom() < view._scroll.geometry().top())
    assert view.picture.height() >= 210
    view.resize(560, 170)
    qtbot.waitUntil(lambda: view.picture.geometry().right() < view._scroll.geometry().left())
    assert view.picture.width() > 250
