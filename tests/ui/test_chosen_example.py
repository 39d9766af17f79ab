"""An example is chosen with a click or a key, wears a ring, and its figures stand at the end of the Output card."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.examples.choosing import ExamplesStage
from nnstudio.ui.examples.points import to_plane
from nnstudio.ui.examples.typed_inputs import TypedField
from nnstudio.ui.session import Session
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.output_view import OutputView

SHOWN = Probe.OUTPUT


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(290, 560)
    view.show()
    qtbot.waitExposed(view)
    return view


def observer(kind: DatasetKind, **training: float) -> Observer:
    experiment = default_experiment(kind)
    trainer = Trainer(replace(experiment, training=replace(experiment.training, **training)))
    trainer.train(epochs=3)
    return Observer(trainer, 1)


CIRCLE = observer(DatasetKind.CIRCLE)
DIGITS = observer(DatasetKind.SKETCHED_DIGITS)


def show(view: OutputView, observer: Observer, chosen: AnyExample | None) -> Frame:
    frame = observer.frame(SHOWN, chosen=chosen)
    view.show_frame(frame)
    QApplication.processEvents()
    return frame


def place(view: OutputView, dataset: Dataset, chosen: Chosen) -> QPointF:
    split = chosen.split.of(dataset)
    assert split is not None
    x, y = to_plane(split.raw[chosen.index][None], (-6, 6, -6, 6), view.boundary.plane())[0].tolist()
    return QPointF(x, y)


def alone(view: OutputView, frame: Frame, split: SplitName) -> Chosen:
    """An example that no other one lies near."""
    everything = [(name, index) for name in (SplitName.TRAINING, SplitName.TEST) for index in range(250)]
    points = np.array(
        [(p.x(), p.y()) for p in (place(view, frame.dataset, Chosen(name, index)) for name, index in everything)]
    )
    distances = np.hypot(*np.moveaxis(points[:, None] - points[None], -1, 0)) + 1e6 * np.eye(len(points))
    lonely = distances.min(axis=1) * [name is split for name, _ in everything]
    return Chosen(*everything[int(lonely.argmax())])


def click(qtbot: QtBot, stage: ExamplesStage, at: QPointF) -> AnyExample | None:
    with qtbot.waitSignal(stage.example_chosen, timeout=500) as heard:
        qtbot.mouseClick(stage.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert heard.args is not None
    return heard.args[0]


def test_a_click_on_a_point_chooses_it(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE, None)
    chosen = alone(view, frame, SplitName.TRAINING)
    assert click(qtbot, view.boundary, place(view, frame.dataset, chosen)) == chosen


def test_a_click_beside_all_points_chooses_the_place(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE, Chosen(SplitName.TRAINING, 3))
    plane = view.boundary.plane()
    at = QPointF(plane.left() + 8, 9)
    typed = click(qtbot, view.boundary, at)
    assert isinstance(typed, TypedInputs)
    assert typed.target is None
    x, y = to_plane(np.array([typed.raw]), (-6, 6, -6, 6), plane)[0]
    assert (x, y) == pytest.approx((at.x(), at.y()), abs=0.2)
    bare = view.boundary.grab().toImage()
    frame = show(view, CIRCLE, typed)
    assert view.boundary.grab().toImage() != bare, "it wears a ring"
    strip, example = view.strip, frame.example
    assert example is not None
    assert (strip.name.text(), strip.split.text()) == ("Your own", "in no split")
    assert [float(field.edit.text().replace("−", "-")) for field in (strip.typed.x1, strip.typed.x2)] == [*typed.raw]
    assert strip.typed.target.edit.text() == ""
    assert float(strip.answer.text()) == pytest.approx(float(example.answer[0]), abs=0.01)
    assert (strip.loss.text(), strip.verdict.text()) == ("—", "")


def test_a_click_below_the_plane_lets_go(view: OutputView, qtbot: QtBot) -> None:
    show(view, CIRCLE, Chosen(SplitName.TRAINING, 3))
    below = view.boundary.plane().bottomLeft() + QPointF(20, 12)
    assert click(qtbot, view.boundary, below) is None
    show(view, CIRCLE, None)
    qtbot.wait(50)  # without the strip below it the plane may grow
    below = view.boundary.plane().bottomLeft() + QPointF(20, 12)
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.mouseClick(view.boundary.viewport(), Qt.MouseButton.LeftButton, pos=below.toPoint())


def typed_into(qtbot: QtBot, view: OutputView, field: TypedField, text: str) -> AnyExample | None:
    field.edit.setFocus()
    field.edit.selectAll()
    with qtbot.waitSignal(view.example_chosen, timeout=500) as heard:
        qtbot.keyClicks(field.edit, text or "\b")
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard.args is not None
    return heard.args[0]


def test_another_number_makes_an_example_of_one_s_own(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE, Chosen(SplitName.TRAINING, 7))
    fields, example = view.strip.typed, frame.example
    assert example is not None
    assert example.target is not None
    x2, target = float(example.raw[1]), float(example.target[0])
    typed = typed_into(qtbot, view, fields.x1, "-1/4")
    assert typed == TypedInputs((-0.25, x2), (target,)), "the others keep theirs, with all their digits"
    show(view, CIRCLE, typed)
    assert fields.x1.edit.text() == "−0.25"
    typed = typed_into(qtbot, view, fields.x2, "0,5")
    show(view, CIRCLE, typed)
    other = 1 - target
    typed = typed_into(qtbot, view, fields.target, f"{other:.0f}")
    assert typed == TypedInputs((-0.25, 0.5), (other,))
    frame = show(view, CIRCLE, typed)
    assert frame.example is not None
    assert frame.example.loss is not None
    assert float(view.strip.loss.text()) == pytest.approx(frame.example.loss, rel=0.01)
    assert view.strip.verdict.text() == ("✓ right" if (frame.example.answer[0] >= 0.5) == other else "✕ wrong")
    fields.target.edit.setFocus()
    qtbot.keyClick(fields.target.edit, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(fields.target.edit, Qt.Key.Key_Return)
    assert heard.args == [TypedInputs((-0.25, 0.5))], "without a target"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [("x1", "0,2,5", "cannot be read"), ("target", "3", "0 or 1"), ("x2", "1e39", "1e39 is too large")],
)
def test_what_cannot_be_read_is_refused_and_said(
    view: OutputView, qtbot: QtBot, field: str, text: str, words: str
) -> None:
    show(view, CIRCLE, Chosen(SplitName.TRAINING, 7))
    edit = getattr(view.strip.typed, field).edit
    before = edit.text()
    edit.setFocus()
    edit.selectAll()
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.keyClicks(edit, text)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert words in view.strip.typed._note.text()
    assert edit.text() == before


def test_escape_in_a_field_takes_back_what_was_typed_and_lets_nothing_go(view: OutputView, qtbot: QtBot) -> None:
    show(view, CIRCLE, Chosen(SplitName.TRAINING, 7))
    edit = view.strip.typed.x1.edit
    before = edit.text()
    edit.setFocus()
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.keyClicks(edit, "9")
        qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == before


def test_arrow_keys_walk_from_the_chosen_example_where_a_picture_has_the_keys(view: OutputView, qtbot: QtBot) -> None:
    boundary = view.boundary
    for chosen, key, then in (
        (Chosen(SplitName.TRAINING, 3), Qt.Key.Key_Right, Chosen(SplitName.TRAINING, 4)),
        (Chosen(SplitName.TRAINING, 0), Qt.Key.Key_Up, Chosen(SplitName.TRAINING, 249)),
        (Chosen(SplitName.TEST, 5), Qt.Key.Key_Left, Chosen(SplitName.TEST, 4)),
        (TypedInputs((0.5, 1.0)), Qt.Key.Key_Down, Chosen(SplitName.TRAINING, 0)),
        (TypedInputs((0.5, 1.0)), Qt.Key.Key_Left, Chosen(SplitName.TRAINING, 249)),
    ):
        show(view, CIRCLE, chosen)
        boundary.setFocus()
        for target in (boundary, view.strip.next):
            with qtbot.waitSignal(view.example_chosen, timeout=500) as heard:
                qtbot.keyClick(target, key)
            assert heard.args == [then]
        assert boundary.spot is None
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(boundary, Qt.Key.Key_Escape)
    assert heard.args == [None]
    show(view, CIRCLE, None)
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.keyClick(boundary, Qt.Key.Key_Right)
    assert boundary.spot is not None, "with none chosen they read place by place"
    show(view, CIRCLE, Chosen(SplitName.TRAINING, 3))
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.keyClick(boundary, Qt.Key.Key_Right)


def test_test_points_are_chosen_only_where_they_are_seen(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE, Chosen(SplitName.TRAINING, 3))
    chosen = alone(view, frame, SplitName.TEST)
    assert isinstance(click(qtbot, view.boundary, place(view, frame.dataset, chosen)), TypedInputs)
    view.test_points.setChecked(True)
    assert click(qtbot, view.boundary, place(view, frame.dataset, chosen)) == chosen


def test_enter_chooses_the_nearest_point_and_escape_lets_go(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view, CIRCLE, None)
    view.boundary.setFocus()
    qtbot.keyClick(view.boundary, Qt.Key.Key_Right)
    spot = view.boundary.spot
    assert spot is not None
    here = view.boundary.anchor(spot).center()
    offsets = (place(view, frame.dataset, Chosen(SplitName.TRAINING, index)) - here for index in range(250))
    nearest = int(np.argmin([np.hypot(offset.x(), offset.y()) for offset in offsets]))
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(view.boundary, Qt.Key.Key_Return)
    assert heard.args == [Chosen(SplitName.TRAINING, nearest)]
    show(view, CIRCLE, Chosen(SplitName.TRAINING, nearest))
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.keyClick(view.boundary, Qt.Key.Key_Escape)  # first it stops reading
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(view.boundary, Qt.Key.Key_Escape)
    assert heard.args == [None]


def test_the_chosen_point_wears_a_ring(view: OutputView) -> None:
    first, second = Chosen(SplitName.TRAINING, 11), Chosen(SplitName.TRAINING, 12)
    show(view, CIRCLE, first)
    before = view.boundary.grab().toImage()
    frame = show(view, CIRCLE, second)
    after = view.boundary.grab().toImage()
    pixels = ((x, y) for x in range(before.width()) for y in range(before.height()))
    changed = np.array([(x, y) for x, y in pixels if before.pixel(x, y) != after.pixel(x, y)])
    centres = [place(view, frame.dataset, chosen) for chosen in (first, second)]
    near = [np.hypot(*(changed - (centre.x(), centre.y())).T) < 15 for centre in centres]
    assert min(count.sum() for count in near) > 60
    assert (near[0] | near[1]).all()
    show(view, CIRCLE, first)
    assert view.boundary.grab().toImage() == before


def test_no_ring_for_an_example_that_smaller_data_no_longer_have(view: OutputView) -> None:
    many = observer(DatasetKind.CIRCLE, l2=0.0)
    few = Trainer(replace(many.trainer.experiment, dataset=replace(many.trainer.experiment.dataset, samples=20)))
    frame = show(view, many, Chosen(SplitName.TEST, 200))
    assert not view.boundary._outline.path().isEmpty()
    view.show_frame(replace(frame, dataset=few.dataset, example=None))
    assert view.boundary._outline.path().isEmpty()


def test_its_figures_stand_at_the_end(view: OutputView) -> None:
    show(view, CIRCLE, None)
    assert not view.strip.isVisible()
    frame = show(view, CIRCLE, Chosen(SplitName.TRAINING, 196))
    strip, example = view.strip, frame.example
    assert example is not None
    assert strip.isVisible()
    assert (strip.name.text(), strip.split.text()) == ("Example 197", "training")
    x1, x2 = example.raw
    assert strip.inputs.text() == f"{x1:.2f}, {x2:.2f}".replace("-", "−")
    assert float(strip.answer.text()) == pytest.approx(float(example.answer[0]), rel=0.1)
    assert strip.target.text() == str(example.label)
    assert float(strip.loss.text()) == pytest.approx(example.loss, rel=0.01)
    for label, verdict in ((example.answered, "✓ right"), (1 - (example.answered or 0), "✕ wrong")):
        view.show_frame(replace(frame, example=replace(example, label=label)))
        assert strip.verdict.text() == verdict
        assert verdict in strip.accessibleDescription()
    assert strip.accessibleName() == "Example 197, training"


def test_its_arrows_walk_and_its_cross_lets_go(view: OutputView, qtbot: QtBot) -> None:
    strip = view.strip
    for index, button, then in (
        (0, strip.previous, Chosen(SplitName.TRAINING, 249)),
        (249, strip.next, Chosen(SplitName.TRAINING, 0)),
        (7, strip.next, Chosen(SplitName.TRAINING, 8)),
        (7, strip.close_button, None),
    ):
        show(view, CIRCLE, Chosen(SplitName.TRAINING, index))
        with qtbot.waitSignal(view.example_chosen) as heard:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert heard.args == [then]
    strip.next.setFocus()
    with qtbot.waitSignal(view.example_chosen) as heard:
        qtbot.keyClick(strip.next, Qt.Key.Key_Escape)
    assert heard.args == [None]


def test_while_training_runs_another_choice_is_shown_at_once_and_figures_now_and_then(view: OutputView) -> None:
    def passing(chosen: Chosen, loss: float) -> Frame:
        frame = CIRCLE.frame(SHOWN, status=Status.LEARNING, chosen=chosen)
        assert frame.example is not None
        return replace(frame, example=replace(frame.example, loss=loss))

    view.show_frame(passing(Chosen(SplitName.TRAINING, 1), 0.5))
    view.show_frame(passing(Chosen(SplitName.TRAINING, 1), 0.4))
    assert view.strip.loss.text() == "0.500", "nobody reads sixty figures a second"
    view.show_frame(passing(Chosen(SplitName.TRAINING, 2), 0.3))
    assert view.strip.loss.text() == "0.300"


def test_a_click_on_a_sample_image_chooses_it(view: OutputView, qtbot: QtBot) -> None:
    show(view, DIGITS, None)
    assert view.strip.name.text() == "Example 1", "of images one is always looked at"
    assert not view.strip.close_button.isVisible()
    bare = view.samples.grab().toImage()
    centre = view.samples.anchor(view.samples.start()._replace(column=2)).center()
    assert click(qtbot, view.samples, centre) == Chosen(SplitName.TEST, 2)
    frame = show(view, DIGITS, Chosen(SplitName.TEST, 2))
    assert view.samples.grab().toImage() != bare
    assert view.strip.name.text() == "Example 3"
    assert frame.example is not None
    answered = str(frame.example.answered)
    assert view.strip.answer.text().startswith(f"{answered} · ")


def test_a_click_on_a_prediction_chooses_the_row(view: OutputView, qtbot: QtBot) -> None:
    frame = table_frame(Task.REGRESSION)
    view.show_frame(frame)
    QApplication.processEvents()
    stage = view.predictions
    spot = stage.spot_at(stage.anchor(stage.start()._replace(column=5, row=0)).center())
    assert spot is not None
    assert click(qtbot, stage, stage.anchor(spot).center()) == Chosen(SplitName.TEST, spot.column)


def rows(task: Task) -> Observer:
    random = np.random.default_rng(1)
    x = random.normal(size=(60, 6))
    sums = x @ random.normal(size=(6, 3))
    truth: dict[Task, np.ndarray] = {
        Task.REGRESSION: sums,
        Task.MULTILABEL: sums > 0,
        Task.MULTICLASS: np.array(["ash", "birch", "cedar"])[sums.argmax(axis=1)],
    }
    data = Dataset.from_arrays(x, truth[task])
    return Observer(Trainer(default_experiment(data.spec), dataset=data), 1)


@pytest.mark.parametrize(
    ("task", "answer", "verdicts"),
    [
        (Task.REGRESSION, lambda text: text.count(",") == 2, {""}),
        (
            Task.MULTILABEL,
            lambda text: text == "none" or set(text.split(", ")) <= {"0", "1", "2"},
            {"✓ right", "✕ wrong"},
        ),
        (Task.MULTICLASS, lambda text: text.split(" · ")[0] in ("ash", "birch", "cedar"), {"✓ right", "✕ wrong"}),
    ],
    ids=lambda task: task.value if isinstance(task, Task) else "",
)
def test_rows_of_a_table_have_figures_that_suit_the_task(
    view: OutputView, task: Task, answer: Callable[[str], bool], verdicts: set[str]
) -> None:
    show(view, rows(task), Chosen(SplitName.TEST, 4))
    strip = view.strip
    assert strip.inputs.text().endswith(", …"), "six inputs are too many for one line"
    assert answer(strip.answer.text())
    assert strip.verdict.text() in verdicts


def test_a_low_card_keeps_the_answer(view: OutputView) -> None:
    show(view, CIRCLE, Chosen(SplitName.TRAINING, 4))
    assert view.strip.loss.isVisible()
    high = view.boundary.plane().width()
    view.resize(290, 420)
    QApplication.processEvents()
    assert not view.strip.loss.isVisible()
    assert view.strip.answer.isVisible()
    assert view.boundary.plane().width() > 2 / 3 * high
    view.resize(290, 560)
    QApplication.processEvents()
    assert view.strip.loss.isVisible()


def test_the_run_shows_what_was_chosen_until_it_is_let_go(qtbot: QtBot) -> None:
    session, view = Session(default_experiment(DatasetKind.CIRCLE)), OutputView()
    qtbot.addWidget(view)
    view.resize(290, 560)
    view.show()
    session.viewers.attach(view)
    view.example_chosen.connect(session.look_at)
    session.start()
    try:
        qtbot.waitUntil(lambda: view.boundary.places() != (0, 0), timeout=5000)
        assert session.frame is not None
        chosen = alone(view, session.frame, SplitName.TRAINING)
        at = place(view, session.frame.dataset, chosen).toPoint()
        qtbot.mouseClick(view.boundary.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(view.strip.isVisible, timeout=5000)
        assert view.strip.name.text() == f"Example {chosen.number}"
        session.play()
        before = view.strip.loss.text()
        qtbot.waitUntil(lambda: view.strip.loss.text() != before, timeout=5000)
        qtbot.mouseClick(view.strip.close_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not view.strip.isVisible(), timeout=5000)
    finally:
        session.stop()
