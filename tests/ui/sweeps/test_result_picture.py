"""The picture of a setting against the result: what stands where, what is hollow, what is beyond the edge."""

from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.standing import standings
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.sweeps.families import Look, families_of
from nnstudio.ui.sweeps.record import shown
from nnstudio.ui.sweeps.result_picture import ResultPicture

RATES = "training.learning_rate=0.01,0.1,1"
OPTIMIZERS = "training.optimizer=sgd,adam"
SPEC = SweepSpec(experiment=PRESETS["circle"].experiment, settings=(RATES, OPTIMIZERS), seeds=2)


def results(losses: Sequence[float], endings: Sequence[Ending] = ()) -> list[Result]:
    endings = endings or [Ending.FINISHED] * len(losses)
    return [
        Result(ending, "", 10, 1.0, Metrics(loss, loss, 1 - loss, 1 - loss, 0.0))
        for loss, ending in zip(losses, endings, strict=True)
    ]


@pytest.fixture
def picture(qtbot: QtBot) -> ResultPicture:
    picture = ResultPicture()
    qtbot.addWidget(picture)
    picture.resize(600, 400)
    return picture


def show(picture: ResultPicture, found: Sequence[Result], across: int = 0, by_loss: bool = True) -> None:
    axes = SPEC.space.axes
    by = axes[1 - across]
    names = [shown(value) for value in by.values]
    families = families_of(
        standings(SPEC.trials, found, SPEC.ranking), lambda standing: shown(standing.values[by.name]), names
    )
    picture.show_results(families, axes, axes[across], by_loss, False, "test")


LOSSES = (0.5, 0.6, 0.4, 0.5, 0.3, 0.2, 0.1, 0.1, 0.6, 0.7, 0.5, 0.6)


def test_larger_values_lie_further_right_and_smaller_losses_deeper(picture: ResultPicture):
    show(picture, results(LOSSES))
    points = picture._points
    assert len(points) == 6
    for name in ("SGD", "Adam"):
        own = sorted((p for p in points if p.family.name == name), key=lambda p: p.at.x())
        assert [p.standing.values["training.learning_rate"] for p in own] == [0.01, 0.1, 1]
    by_height = sorted(points, key=lambda p: p.at.y())
    medians = [p.standing.median_loss for p in by_height]
    assert medians == sorted(medians, reverse=True)
    best = picture.anchor(picture.start()).center()
    assert best == next(p.at for p in points if p.standing.median_loss == 0.1)
    assert "Best: adam, 0.1" in picture.summary()


def test_accuracy_turns_it_round(picture: ResultPicture):
    show(picture, results(LOSSES), by_loss=False)
    accuracies = [p.standing.median_accuracy for p in sorted(picture._points, key=lambda p: p.at.y())]
    assert accuracies == sorted(accuracies, reverse=True)


def test_names_stand_side_by_side(picture: ResultPicture):
    show(picture, results(LOSSES), across=1)
    places = {shown(p.standing.values["training.optimizer"]): set() for p in picture._points}  # type: ignore[var-annotated]
    for point in picture._points:
        places[shown(point.standing.values["training.optimizer"])].add(point.at.x())
    assert max(places["SGD"]) < min(places["Adam"])
    assert all(len(xs) == 3 for xs in places.values())


def test_what_explodes_stands_at_the_edge_and_is_counted(picture: ResultPicture):
    nan = float("nan")
    ends = [Ending.FINISHED] * 9 + [Ending.DIVERGED, Ending.FINISHED, Ending.FINISHED]
    show(picture, results((*LOSSES[:9], nan, 1e9, 2e9), ends))
    texts = [item.text() for item in picture.scene().items() if hasattr(item, "text")]
    assert any(text.startswith("↑ 3 runs above ") for text in texts)
    top = min(p.at.y() for p in picture._points)
    far = next(p for p in picture._points if p.standing.median_loss > 1e8)
    assert far.at.y() == top


def test_the_best_is_one_that_went_to_its_end(picture: ResultPicture):
    ends = [Ending.PAUSED if 6 <= place < 8 else Ending.FINISHED for place in range(12)]
    show(picture, results(LOSSES, ends))
    best = picture._points[picture.start().column].standing
    assert not best.stopped
    assert best.median_loss == 0.25


def test_thirteen_groups_have_twelve_looks():
    looks = {(look.color.name(), look.mark) for look in map(Look, range(13))}
    assert len(looks) == 12


def test_nothing_is_a_sentence(picture: ResultPicture):
    picture.show_hint("No results yet.")
    assert picture.summary() == "No results yet."
    assert picture.places() == (0, 0)
    assert picture.table() is None
