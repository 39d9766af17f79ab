"""What to try when training goes wrong: each remedy is an edited experiment, legal like any other.

They are tried by whoever reads a diagnosis, with one button. Those that change the first weights begin again, because
what was learned is what went wrong; the others go on from there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, inf, log10
from typing import Any

from nnstudio.core.experiment import (
    MAXIMUM_HIDDEN_LAYERS,
    OPTIMIZER_DEFAULTS,
    DenseSpec,
    Experiment,
    InitializationSpec,
    LayerSpec,
    with_optimizer,
)
from nnstudio.core.experiment.choices import ActivationKind, BiasKind, InitializerKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec

COMFORTABLE = 1e-2
"""‖ΔW‖ / ‖W‖ of an update that is large enough to be seen and small enough to be trusted."""
_BOUNDED = {ActivationKind.SIGMOID, ActivationKind.TANH, ActivationKind.SOFTMAX}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to try: in a few words, and as the experiment to go on with."""

    label: str
    experiment: Experiment


def usual_rate(experiment: Experiment) -> float:
    """The learning rate that the experiment's optimizer is usually trained with."""
    return OPTIMIZER_DEFAULTS[experiment.training.optimizer].get("learning_rate", TrainingSpec().learning_rate)


def finite_numbers(experiment: Experiment) -> Remedy | None:
    """First weights that suit the activations, or a tenth of the rate."""
    return first_weights(experiment) if experiment.initialization.kind.is_fixed else lower_rate(experiment)


def lower_rate(experiment: Experiment, ratio: float = 0.0) -> Remedy | None:
    """A tenth of the learning rate, or lower by the power of ten that brings `ratio` = ‖ΔW‖ / ‖W‖ down to where it is
    comfortable."""
    powers = max(ceil(log10(ratio / COMFORTABLE) - 0.5), 1) if 0 < ratio < inf else 1
    return _at_rate(experiment, experiment.training.learning_rate / 10**powers, "Lower")


def raise_rate(experiment: Experiment) -> Remedy | None:
    """The optimizer's usual rate, or ten times the one of now where that is higher; without a schedule that has brought
    it down."""
    training = experiment.training
    if training.schedule is not ScheduleKind.CONSTANT and training.learning_rate >= usual_rate(experiment):
        return Remedy("Switch the schedule off", _trained(experiment, schedule=ScheduleKind.CONSTANT))
    return _at_rate(experiment, max(usual_rate(experiment), 10 * training.learning_rate), "Raise")


def first_weights(experiment: Experiment) -> Remedy:
    """First weights that suit the activations; others of the same kind if they do."""
    if experiment.initialization.kind.is_fixed:
        return _with_first_weights(experiment, _suitable(experiment.layers))
    return Remedy("Draw new first weights", replace(experiment, seed=(experiment.seed + 1) % 2**32))


def calm_first_weights(experiment: Experiment) -> Remedy:
    """First weights that suit the activations, or, where they do already, others and a lower rate: it was the updates
    that drove them out."""
    remedy, rate, usual = first_weights(experiment), experiment.training.learning_rate, usual_rate(experiment)
    if experiment.initialization.kind.is_fixed and rate <= 3 * usual:
        return remedy
    slower = _at_rate(remedy.experiment, min(usual, rate / 3), "Lower")
    if slower is None:
        return remedy
    return Remedy(f"Restart with the rate {slower.experiment.training.learning_rate:g}", slower.experiment)


def slope_instead_of_step(experiment: Experiment, keys: Iterable[int]) -> Remedy:
    """The smooth step in place of the hard one."""
    return Remedy("Try the sigmoid", _activated(experiment, keys, ActivationKind.SIGMOID))


def life(experiment: Experiment, keys: Iterable[int]) -> Remedy:
    """What revives the neurons of these layers: a beginning that does not kill them, where it was the rate, the first
    weights or the first biases that did; else leaky ReLU, whose slope is nowhere zero."""
    given, usual = experiment.initialization, usual_rate(experiment)
    if experiment.training.learning_rate > 3 * usual:
        return calm_first_weights(experiment)
    if given.kind.is_fixed:
        return first_weights(experiment)
    if given.bias < 0 or given.bias_kind is BiasKind.LIKE_WEIGHTS:
        unbiased = replace(given, bias_kind=BiasKind.CONSTANT, bias=0.0)
        return Remedy("Begin with biases of 0", replace(experiment, initialization=unbiased))
    return Remedy("Try leaky ReLU", _activated(experiment, keys, ActivationKind.LEAKY_RELU))


def gradient_through_depth(experiment: Experiment) -> Remedy:
    """First weights that suit the activations; then activations that pass a gradient on; then an optimizer that gives
    every weight a step of its own size."""
    if experiment.initialization.kind.is_fixed:
        return first_weights(experiment)
    squeezing = [layer.key for layer in experiment.layers if getattr(layer, "activation", None) in _BOUNDED]
    if squeezing:
        rectified = _activated(experiment, squeezing, ActivationKind.RELU)
        initialization = InitializationSpec(kind=InitializerKind.HE)
        return Remedy("Use ReLU and He's weights", replace(rectified, initialization=initialization))
    if experiment.training.optimizer is OptimizerKind.ADAM:
        return first_weights(experiment)
    adam = with_optimizer(experiment.training, OptimizerKind.ADAM)
    return Remedy("Try Adam", replace(experiment, training=adam))


def shorter_gradient(experiment: Experiment) -> Remedy | None:
    """First weights that suit, or a gradient that is cut to length 1."""
    if experiment.initialization.kind.is_fixed:
        return first_weights(experiment)
    if experiment.training.clip_norm:
        return lower_rate(experiment)
    return Remedy("Clip the gradient to 1", _trained(experiment, clip_norm=1.0))


def out_of_the_plain(experiment: Experiment) -> Remedy:
    """No penalty, where one holds the weights down; a hidden layer, where there is none that bends; else other first
    weights."""
    if experiment.training.l1 or experiment.training.l2:
        return Remedy("Switch the penalty off", _trained(experiment, l1=0.0, l2=0.0))
    kinds = {getattr(layer, "activation", ActivationKind.LINEAR) for layer in experiment.layers}
    if kinds <= {ActivationKind.LINEAR} and len(experiment.layers) < MAXIMUM_HIDDEN_LAYERS:
        return Remedy("Add a hidden layer", replace(experiment, layers=(*experiment.layers, DenseSpec())))
    return first_weights(experiment)


def _with_first_weights(experiment: Experiment, kind: InitializerKind) -> Remedy:
    label = f"Use {kind.label.partition(',')[0]}'s first weights"
    return Remedy(label, replace(experiment, initialization=InitializationSpec(kind=kind)))


def _at_rate(experiment: Experiment, rate: float, verb: str) -> Remedy | None:
    """Another rate, as far as it is legal; None if there is no other."""
    setting = settings_of(TrainingSpec)["learning_rate"]
    rate = float(f"{min(max(rate, setting.minimum), setting.maximum):.1g}")
    if rate == experiment.training.learning_rate:
        return None
    return Remedy(f"{verb} the rate to {rate:g}", _trained(experiment, learning_rate=rate))


def _trained(experiment: Experiment, **settings: Any) -> Experiment:
    return replace(experiment, training=replace(experiment.training, **settings))


def _activated(experiment: Experiment, keys: Iterable[int], kind: ActivationKind) -> Experiment:
    changed = {*keys}
    layers = (_with_activation(layer, kind) if layer.key in changed else layer for layer in experiment.layers)
    return replace(experiment, layers=tuple(layers))


def _with_activation(layer: LayerSpec, kind: ActivationKind) -> LayerSpec:
    settings: dict[str, Any] = {"activation": kind}
    return replace(layer, **settings)


def _suitable(layers: Iterable[LayerSpec]) -> InitializerKind:
    suited = (kind.suited for layer in layers if (kind := getattr(layer, "activation", None)) is not None)
    return next((kind for kind in suited if kind is not InitializerKind.GLOROT), InitializerKind.GLOROT)
