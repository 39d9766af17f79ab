"""Edits of every kind, for Hypothesis to draw from.

An edit is drawn without knowing what it will be done to, so that it never depends on how far a thread has come; where
it finds nothing to change it changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    DatasetKind,
    Feature,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
    Shuffle,
)
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.network.surgery import Freeze, Negate, Redraw, SetParameter, Surgery, Switch, Zero

FIRST = Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40))
NO_IMAGES = "There are no images here."
MOST_LAYERS = 6


def no_images(_: ImageSpec) -> Any:
    raise DataError(NO_IMAGES)


@dataclass(frozen=True, slots=True)
class Turn:
    """Another value of one setting of one part, or of the experiment itself."""

    part: str
    name: str
    value: Any

    def __call__(self, experiment: Experiment) -> Experiment:
        if not self.part:
            return replace(experiment, **{self.name: self.value})
        spec = getattr(experiment, self.part)
        if not hasattr(spec, self.name):  # another domain has other settings
            return experiment
        return replace(experiment, **{self.part: replace(spec, **{self.name: self.value})})


@dataclass(frozen=True, slots=True)
class Insert:
    place: int
    spec: LayerSpec

    def __call__(self, experiment: Experiment) -> Experiment:
        layers = experiment.layers
        if len(layers) == MOST_LAYERS:
            return experiment
        place = self.place % (len(layers) + 1)
        return replace(experiment, layers=(*layers[:place], self.spec, *layers[place:]))


@dataclass(frozen=True, slots=True)
class AtLayer:
    """Remove a layer (None), move it there (int), or let it become another one (of the same key)."""

    place: int
    what: int | LayerSpec | None

    def __call__(self, experiment: Experiment) -> Experiment:
        layers = list(experiment.layers)
        if layers:
            place = self.place % len(layers)
            layer = layers.pop(place)
            if isinstance(self.what, LayerSpec):
                layers.insert(place, replace(self.what, key=layer.key))
            elif self.what is not None:
                layers.insert(self.what % (len(layers) + 1), layer)
        return replace(experiment, layers=tuple(layers))


Edit = Callable[[Experiment], Experiment]

SEEDS = st.integers(0, 9)
PLACES = st.integers(0, MOST_LAYERS - 1)
DENSE = st.builds(
    DenseSpec, units=st.integers(1, 8), activation=st.sampled_from([ActivationKind.TANH, ActivationKind.RELU])
)
OTHER_LAYERS = st.sampled_from(
    [DropoutSpec(rate=0.3), BatchNormSpec(), BatchNormSpec(momentum=0.5), LayerNormSpec(), ActivationSpec()]
)


def _turn(part: str, name: str, values: SearchStrategy[Any]) -> SearchStrategy[Edit]:
    return st.builds(Turn, st.just(part), st.just(name), values)


def _turns(part: str, **values: Any) -> SearchStrategy[Edit]:
    """One of these settings."""
    return st.one_of([_turn(part, name, st.sampled_from(list(those))) for name, those in values.items()])


LAYERS: SearchStrategy[Edit] = st.one_of(
    st.builds(AtLayer, PLACES, DENSE),  # resized, or another kind
    st.builds(Insert, PLACES, DENSE | OTHER_LAYERS),
    st.builds(AtLayer, PLACES, st.none() | PLACES | OTHER_LAYERS),
)
LEARNING = _turns(
    "training",
    learning_rate=(0.03, 1e-4, 0.001, 0.01, 0.3, 10.0),
    optimizer=OptimizerKind,
    schedule=ScheduleKind,
    schedule_period=(0.5, 3.0),
    batch_size=(10, 2, 7, 20, 50, 1),  # 1 is too few for a batch normalisation
    shuffle=Shuffle,
    momentum=(0.9, 0.5),
    loss=LossKind,  # some fit values alone, and some fit classes
    l1=(0.0, 0.1),
    l2=(0.0, 0.1),
    clip_norm=(0.0, 0.5),
    clip_value=(0.0, 0.1),
)
# No seconds: what a clock stops, it stops elsewhere the next time.
STOPPING = _turns(
    "stopping", updates=(0, 30), epochs=(0, 2.0), accuracy=(0, 0.8), loss=(0, 0.1), patience=(0, 0.5, 3.0)
)
DATA = _turns(
    "dataset",
    noise=(0.0, 0.1, 0.2),
    samples=(40, 60, 10),
    features=(tuple(Feature)[:2], tuple(Feature)[:5], tuple(Feature)[1:3]),
    validation_share=(0.0, 0.2),
    seed=range(10),
)
KEYS, UNITS = st.sampled_from([0, 0, 1, 1, 2, 3, 5]), st.sampled_from([0, 0, 0, 1, 2, 5])
SURGERY: SearchStrategy[Surgery] = st.one_of(
    st.builds(
        SetParameter,
        KEYS,
        st.sampled_from(["weight", "bias", "gain", "shift"]),
        st.lists(UNITS, min_size=1, max_size=2).map(tuple),
        st.floats(-5, 5, width=32) | st.just(float("inf")),
    ),
    st.builds(Freeze, KEYS, st.booleans(), st.none() | UNITS),
    st.builds(Freeze, KEYS, st.booleans(), st.none(), st.just("bias"), st.tuples(UNITS)),
    st.builds(Switch, KEYS, UNITS, st.booleans()),
    st.builds(Zero, KEYS, UNITS),
    st.builds(Negate, KEYS, UNITS),
    st.builds(Redraw, KEYS, UNITS, SEEDS),
)
"""Some of them are refused: that layer, or that place in it, may not be there."""
BIASES: SearchStrategy[list[SetParameter]] = st.lists(st.floats(-3, 3, width=32), min_size=2, max_size=5).map(
    lambda values: [SetParameter(0, "bias", (0,), value) for value in values]
)
"""A drag of one number."""
MUCH_DATA = Turn("dataset", "samples", 4200)
"""More than is looked at for a loss: with nothing else to do, a run measures them all."""
OTHER_DATA = _turns(
    "",
    dataset=[PlaneSpec(kind=kind, samples=40) for kind in (DatasetKind.SPIRALS, DatasetKind.HILLS, DatasetKind.BLOBS)],
)
FIRST_WEIGHTS = _turn("", "seed", SEEDS) | _turns("initialization", kind=InitializerKind, sigma=(0.01, 0.5))
WITHOUT_IMAGES = Turn("", "dataset", ImageSpec(kind=DatasetKind.MNIST))
"""Data that cannot be had."""
SEVERAL = st.builds(
    Turn,
    st.just(""),
    st.just("training"),
    st.builds(TrainingSpec, l2=st.just(0.1), optimizer=st.sampled_from(OptimizerKind)),
)
WHOLE: SearchStrategy[Edit] = st.one_of(
    STOPPING, FIRST_WEIGHTS, OTHER_DATA, SEVERAL, st.sampled_from([WITHOUT_IMAGES, MUCH_DATA])
)
EDITS: SearchStrategy[Edit] = st.sampled_from([LAYERS, LEARNING, DATA, WHOLE]).flatmap(lambda edits: edits)
DRAGGED: SearchStrategy[list[Edit]] = st.lists(
    st.sampled_from([EDITS, EDITS, EDITS, st.just(WITHOUT_IMAGES)]).flatmap(lambda edits: edits), min_size=2, max_size=5
)
"""Edits that are undone as one, of which some may be refused."""
