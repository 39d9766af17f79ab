"""What is typed for a sweep becomes the runs that are meant, and what cannot be meant is refused in a sentence."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.experiment import DenseSpec, Experiment, StoppingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.axis import parse_axis, with_values, written
from nnstudio.core.sweep.space import Space

CIRCLE = PRESETS["circle"].experiment

HUNDRED = ",".join(map(str, range(1, 101)))
MANY = (
    *("training.batch_size", "training.schedule_period", "dataset.seed", "seed", "layers[0].units", "layers[1].units"),
    *("stopping.updates", "stopping.epochs", "stopping.patience", "training.huber_delta"),
)


def trials(*texts: str, runs: int | None = None, seeds: int = 1, draw: int = 1, experiment: Experiment = CIRCLE):
    return Space.parsed(experiment, texts).trials(runs, seeds, draw)


def test_lists_make_a_grid_whose_last_axis_runs_fastest() -> None:
    found = trials("training.optimizer=sgd, Adam", "training.batch_size=4,8,16")
    assert [(each.experiment.training.optimizer.value, each.experiment.training.batch_size) for each in found] == [
        ("sgd", 4),
        ("sgd", 8),
        ("sgd", 16),
        ("adam", 4),
        ("adam", 8),
        ("adam", 16),
    ]


def test_a_logarithmic_setting_is_drawn_by_powers_of_ten() -> None:
    rates = [each.experiment.training.learning_rate for each in trials("training.learning_rate=0.001..1", runs=600)]
    assert min(rates) >= 0.001
    assert max(rates) <= 1
    counts = np.histogram(np.log10(rates), bins=[-3, -2, -1, 0])[0]
    assert counts.min() > 160  # of 600, each decade a third


def test_a_linear_setting_is_drawn_evenly() -> None:
    found = [each.experiment.dataset.noise for each in trials("dataset.noise=10%..0.5", runs=400)]  # type: ignore[attr-defined]
    assert 0.1 <= min(found) < 0.12
    assert 0.48 < max(found) <= 0.5
    assert 0.28 < np.mean(found) < 0.32


def test_whole_numbers_come_at_both_ends() -> None:
    found = [each.experiment.layers[0].units for each in trials("layers[0].units=2..4", runs=90)]  # type: ignore[attr-defined]
    assert set(found) == {2, 3, 4}
    assert all(type(each) is int for each in found)


def test_networks_are_parted_by_bars() -> None:
    found = trials("layers=4 tanh|8 tanh, 8 ReLU|")
    assert [len(each.experiment.layers) for each in found] == [1, 2, 0]
    assert [written(each.values["layers"]) for each in found] == ["4 tanh", "8 tanh, 8 ReLU", ""]
    assert [layer.key for layer in found[1].experiment.layers] == [1, 2]


def test_every_candidate_has_the_same_seeds_side_by_side() -> None:
    found = trials("training.learning_rate=0.01..0.1", runs=7, seeds=3, experiment=replace(CIRCLE, seed=2**32 - 2))
    assert [each.candidate for each in found] == [0, 0, 0, 1, 1, 1]
    assert [each.experiment.seed for each in found] == [2**32 - 2, 2**32 - 1, 0] * 2
    assert found[0].values == found[2].values != found[3].values


def test_the_same_words_and_seed_give_the_same_runs_and_a_longer_sweep_begins_with_a_shorter() -> None:
    texts = "training.learning_rate=0.001..0.1", "training.optimizer=sgd,adam", "dataset.noise=0..0.5"
    assert trials(*texts, runs=20) == trials(*texts, runs=30)[:20]
    assert trials(*texts, runs=20, draw=2) != trials(*texts, runs=20)
    kinds = [each.experiment.training.optimizer for each in trials(*texts, runs=20)]
    assert kinds.count(OptimizerKind.SGD) == kinds.count(OptimizerKind.ADAM) == 10


def test_some_of_a_grid_are_spread_over_it() -> None:
    texts = "training.optimizer=sgd,adam", "training.batch_size=1,2,4,8,16"
    some = trials(*texts, runs=5)
    assert len({each.experiment for each in some}) == 5
    assert {each.experiment for each in some} < {each.experiment for each in trials(*texts)}
    assert len(trials(*texts, runs=500)) == 10


def test_values_that_depend_on_each_other_go_in_together() -> None:
    uniform = with_values(CIRCLE, {"initialization.low": 2.0, "initialization.high": 3.0})
    assert (uniform.initialization.low, uniform.initialization.high) == (2, 3)


def test_a_layer_may_have_an_initialiser_or_none_of_its_own() -> None:
    found = trials("layers[1].initializer=none,he")
    assert [each.experiment.layers[1].initializer is None for each in found] == [True, False]  # type: ignore[attr-defined]


def test_an_experiment_without_an_end_gets_one() -> None:
    assert CIRCLE.stopping == StoppingSpec()
    assert trials()[0].experiment.stopping == StoppingSpec(epochs=100)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no setting"),
        ("training.learning_rate", "names no setting"),
        ("=1", "names no setting"),
        ("training.learning_rat=1", "did you mean training.learning_rate?"),
        ("training=1", "is no setting"),
        ("__class__=1", "is no setting"),
        ("training.__class__=1", "is no setting"),
        ("dataset.features=x1", "is no setting"),
        ("layers[7].units=4", "is no setting"),
        ("layers[0].key=4", "is no setting"),
        ("layers[9999999999999999999999].units=4", "is no setting"),
        ("training.learning_rate=", "must be a number"),
        ("training.learning_rate=fast", "must be a number"),
        ("training.learning_rate=nan", "between 1e-05 and 10"),
        ("training.learning_rate=0.1,1e999", "between 1e-05 and 10"),
        ("training.learning_rate=0.1..", "must be a number"),
        ("training.learning_rate=..", "must be a number"),
        ("training.learning_rate=0.1..0.001", "from a smaller to a larger"),
        ("training.learning_rate=0.1..0.2..0.3", "must be a number"),
        ("training.learning_rate=0.1,0.1", "twice"),
        ("training.batch_size=1.5", "must be a whole number"),
        ("training.batch_size=" + "9" * 5000, "must be a whole number"),
        ("training.batch_size=" + "9" * 300, "far too large"),
        ("training.batch_size=0..8", "between 1 and 60000"),
        ("training.l2=0..1", "0 has no place"),
        ("training.optimizer=adamm", "must be one of: sgd"),
        ("training.optimizer=sgd..adam", "must be one of: sgd"),
        ("training.optimizer=" + "sgd," * 2000, "are the most"),
        ("layers=8 tahn", "Did you mean"),
        ("layers=8 tanh|8 tanh", "twice"),
        ("dataset.kind=mnist", "is not"),
        ("stopping.seconds=5", "by the clock"),
        ("training.learning_rate=0.001..0.1", "say how many runs"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(SettingError) as refusal:
        trials(text)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 600


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(SettingError, match="twice"):
        trials("training.l2=1", "training.l2=2")
    with pytest.raises(SettingError, match="lower end"):
        trials("initialization.low=-1,2")
    with pytest.raises(SettingError, match="is no setting"):
        trials("layers=4 tanh|4 tanh, 4 tanh", "layers[1].units=8")
    with pytest.raises(SettingError, match="seed is varied already"):
        trials("seed=1,2", seeds=2)
    with pytest.raises(SettingError, match="there must be some"):
        trials("training.momentum=0..0.9", runs=2, seeds=3)
    with pytest.raises(SettingError, match="100,000 are the most"):
        trials("training.learning_rate=0.1..1", runs=10**9)
    with pytest.raises(SettingError, match="100,000 are the most"):
        trials(
            *(f"training.{name}={','.join(map(str, range(1, 100)))}" for name in ("batch_size", "schedule_period")),
            seeds=99,
        )


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, f"training.learning_rate={text}", f"layers={text}", f"training.batch_size={text}", f"{text}=1"):
        try:
            axis = parse_axis(whole, CIRCLE)
        except SettingError:
            continue
        assert axis.values or axis.range


def test_a_trial_is_the_experiment_with_its_values() -> None:
    (first, *_) = trials("layers[0].units=5,6", "training.learning_rate=0.5")
    layers = (replace(CIRCLE.layers[0], units=5), CIRCLE.layers[1])
    training = replace(CIRCLE.training, learning_rate=0.5)
    assert first.experiment == replace(CIRCLE, layers=layers, training=training, stopping=StoppingSpec(epochs=100))
    assert isinstance(layers[0], DenseSpec)
