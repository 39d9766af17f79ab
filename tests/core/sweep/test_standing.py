"""How candidates stand: medians over seeds, who learned, who comes first."""

from dataclasses import replace
from math import inf, isnan

from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.standing import median_of, standings
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.metrics import Metrics

NAN = float("nan")
SPEC = SweepSpec(
    experiment=replace(PRESETS["circle"].experiment), settings=("training.learning_rate=0.1,0.2,0.3",), seeds=3
)


def result(loss: float, ending: Ending = Ending.FINISHED, learned: int | None = None) -> Result:
    return Result(ending, "", 10, 1.0, Metrics(loss, loss, 1 - loss, 1 - loss, 0.0), learned)


def test_the_median_decides_and_not_the_luckiest_seed():
    lucky = [result(0.01, learned=5), result(0.8), result(0.9)]
    even = [result(0.3), result(0.2, learned=7), result(0.4)]
    found = standings(SPEC.trials, [*lucky, *even, None, None, None], SPEC.ranking)
    assert [standing.candidate for standing in found] == [1, 0]
    best = found[0]
    assert best.values == {"training.learning_rate": 0.2}
    assert [number for number, _ in best.runs] == [4, 3, 5]
    assert (best.median_loss, best.median_accuracy, best.learned, best.seeds) == (0.3, 0.7, 1, 3)
    assert not best.stopped
    assert best.updates == 10


def test_what_diverged_counts_as_worst_and_has_no_accuracy():
    runs = [result(NAN, Ending.DIVERGED), result(NAN, Ending.DIVERGED), result(0.1)]
    (standing,) = standings(SPEC.trials, [*runs, *[None] * 6], SPEC.ranking)
    assert standing.median_loss == inf
    assert standing.median_accuracy == 0.9
    assert [number for number, _ in standing.runs] == [2, 0, 1]


def test_what_was_stopped_early_is_behind_what_was_not():
    paused = [result(0.1, Ending.PAUSED)] * 3
    found = standings(SPEC.trials, [*paused, *[result(0.5)] * 3, *[None] * 3], SPEC.ranking)
    assert [(standing.candidate, standing.stopped) for standing in found] == [(1, False), (0, True)]


def test_the_median_leaves_out_what_is_not_known():
    assert median_of([3.0, NAN, 1.0]) == 2.0
    assert isnan(median_of([NAN]))


def test_a_sweep_knows_whether_it_is_whole():
    results = Results(states=False)
    sweep = Sweep(SPEC.trials, results)
    for number in range(9):
        assert not sweep.whole
        results.note(Step(number), result(0.5))
    assert sweep.whole


def test_with_rungs_only_the_better_half_has_to_go_on():
    ended = replace(SPEC.experiment.stopping, updates=40)
    spec = replace(SPEC, experiment=replace(SPEC.experiment, stopping=ended))
    results = Results(states=False)
    sweep = Sweep(spec.trials, results, rungs=(0.5,))
    for number in range(9):
        results.note(Step(number), result(0.1 * (1 + number), Ending.PAUSED))
    assert not sweep.whole
    for number in range(6):
        results.note(Step(number, 1), result(0.05))
    assert sweep.whole
