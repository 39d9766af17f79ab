"""The numerical check at a trace: both losses are those of the textbook, and the quotient is the gradient."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.nudging import Nudging
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.trainer import Trainer

TANH = DenseSpec(units=3, activation=ActivationKind.TANH)


def trace_of(*layers: LayerSpec, in_batch: bool = True) -> Trace:
    trainer = Trainer(replace(default_experiment(DatasetKind.SPIRALS), layers=layers))
    for _ in range(3):
        trainer.step()
    held = Held(trainer.state(), trainer.dataset)
    inside = set(held.batch.tolist())
    number = int(held.batch[2]) if in_batch else next(n for n in range(len(trainer.dataset.train)) if n not in inside)
    return Trace.of(held, Chosen(SplitName.TRAINING, number))


@pytest.mark.parametrize(
    "layers", [(TANH,), (TANH, DropoutSpec(rate=0.4), TANH), (TANH, BatchNormSpec(), TANH)], ids=str
)
@pytest.mark.parametrize("in_batch", [True, False])
def test_the_quotient_is_the_gradient_at_every_layer(layers: tuple[LayerSpec, ...], in_batch: bool) -> None:
    nudging = Nudging(trace_of(*layers, in_batch=in_batch))
    checks = nudging.layers()
    assert [check.parameters for check in checks if check.right] == [check.parameters for check in checks]
    assert nudging.whole == (in_batch and any(isinstance(layer, BatchNormSpec) for layer in layers))


def test_one_weight_is_nudged_at_its_own_place() -> None:
    trace = trace_of(TANH)
    layer = trace.layers[0]
    nudge = Nudging(trace).nudge(layer.key, "weight", (1, 2))
    assert nudge.value == pytest.approx(layer.arrays["weight"][1, 2])
    assert nudge.gradient == layer.gradients["weight"][1, 2]
    assert nudge.quotient == pytest.approx(nudge.gradient, abs=1e-9)
    middle = (nudge.above + nudge.below) / 2
    assert middle == pytest.approx(trace.terms.loss, abs=1e-8), "the loss of this example, not of another"


def test_what_a_nudge_tries_leaves_the_held_state_alone() -> None:
    trace = trace_of(TANH)
    before = trace.held.network.params.copy()
    Nudging(trace).layers()
    assert np.array_equal(before, trace.held.network.params)
