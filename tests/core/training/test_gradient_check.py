"""The gradients of a run agree with finite differences, and those of a penalty with its slope."""

import numpy as np
import pytest
from trainers import dataset_for, trainer, walk

from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, InitializerKind, LossKind, Task
from nnstudio.core.training.gradient_check import gradient_check
from nnstudio.core.training.losses import LOSSES
from nnstudio.core.training.penalty import Penalty
from nnstudio.core.training.trainer import Trainer


@pytest.mark.parametrize("pair", list(LOSSES), ids=lambda pair: f"{pair[0].value}-{pair[1].value}")
@pytest.mark.parametrize("activation", ActivationKind, ids=lambda kind: kind.value)
def test_gradients_agree_with_finite_differences(activation: ActivationKind, pair: tuple[LossKind, Task]) -> None:
    kind, task = pair
    spec = Experiment(
        layers=(DenseSpec(units=5, activation=activation), DenseSpec(units=4, activation=activation)),
        initialization=InitializationSpec(kind=InitializerKind.NORMAL, sigma=0.7, bias=0.1),
        training=TrainingSpec(loss=kind, batch_size=7, label_smoothing=0.1),
        seed=3,
    )
    run = Trainer(spec, dtype=np.float64, dataset=dataset_for(task))
    before = run.state()
    errors = gradient_check(run)
    assert list(errors) == ["Dense 1", "Dense 2", "Output"]
    assert max(errors.values()) <= 1e-6, errors
    after = run.state()
    assert np.array_equal(before.params, after.params)
    assert run.network.grads.any() == run.gradient_is_known


def test_gradient_check_sees_a_wrong_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    from nnstudio.core.network.layers.dense import DenseStage

    right = DenseStage.backward

    def wrong(stage: DenseStage) -> None:
        right(stage)
        stage.grads[0] *= 1.001

    monkeypatch.setattr(DenseStage, "backward", wrong)
    assert min(gradient_check(trainer()).values()) > 1e-5


def test_gradient_check_of_a_float32_run_leaves_it_as_it_is() -> None:
    run, twin = walk(trainer(), 20), walk(trainer(), 20)
    assert max(gradient_check(run).values()) <= 1e-6
    assert np.array_equal(walk(run, 50).network.params, walk(twin, 50).network.params)


def test_penalty_gradient_is_the_slope_of_the_penalty() -> None:
    random = np.random.default_rng(0)
    params, penalized = random.normal(0, 1, 20), np.repeat([1.0, 0.0], 10)
    penalty = Penalty(TrainingSpec(l1=0.3, l2=0.7), penalized, examples=25)
    gradient = np.zeros(20)
    penalty.add_gradient(params, gradient)
    for index in range(20):
        up, down = params.copy(), params.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        slope = (penalty.value(up) - penalty.value(down)) / 2e-6
        assert gradient[index] == pytest.approx(slope, rel=1e-6, abs=1e-10)
    assert not gradient[10:].any()
    assert gradient[:10].all()


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_a_penalty_shrinks_the_weights(name: str) -> None:
    free, bound = walk(trainer(), 400), walk(trainer(**{name: 1.0}), 400)
    norm = {run: float(np.linalg.norm(run.network.params * run.network.penalized)) for run in (free, bound)}
    assert norm[bound] < 0.9 * norm[free]
    assert bound.evaluate().penalty > 0 == free.evaluate().penalty
