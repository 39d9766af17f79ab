"""Whatever somebody asks for: an experiment builds and trains, or an error names what is wrong with it.

The strategies are made from the settings themselves, so a new setting, choice or kind of layer is tested as soon as it
exists. "Sane" experiments begin where the textbooks say, with small learning rates, and must train; "wild" ones take
any legal value, and may diverge, but only by saying so.
"""

import json
import math
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.core.data.dataset import build
from nnstudio.core.data.examples import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment import LAYER_KINDS, Experiment
from nnstudio.core.experiment.choices import DatasetKind, Feature, LossKind, Task
from nnstudio.core.experiment.dataset_spec import DatasetSpec, ImageSpec, PlaneSpec
from nnstudio.core.experiment.layer_specs import AvgPool2DSpec, BatchNormSpec, Conv2DSpec, MaxPool2DSpec
from nnstudio.core.experiment.setting import Setting, SettingError, settings_of
from nnstudio.core.experiment.training_spec import InitializationSpec, StoppingSpec, TrainingSpec
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.experiment_json import ExperimentError, experiment_from_json, experiment_to_json

SPECS: dict[str, type[Any]] = {
    "dataset": PlaneSpec,
    "initialization": InitializationSpec,
    "training": TrainingSpec,
    "stopping": StoppingSpec,
}
SMALL = {"samples": 40, "images": 100, "units": 6, "filters": 3}
"""What would only take time."""
SANE = {
    "learning_rate": 1e-3,
    "weight_decay": 0.1,
    "sigma": 0.1,
    "low": 0.0,
    "high": 0.1,
    "constant": 0.1,
    "bias": 0.1,
    "l1": 0.1,
    "l2": 0.1,
    "kernel": 4,
    "size": 3,
    "stride": 2,
}
"""Where the textbooks stop."""
TOO_SMALL = r"(Conv2D|MaxPool2D|AvgPool2D) [1-4] gets .* but needs "
OF_IMAGES = (Conv2DSpec, MaxPool2DSpec, AvgPool2DSpec)


@cache
def tiny_images(spec: ImageSpec) -> ImageSet:
    """8×8 pixels, three classes: MNIST's part, without MNIST."""
    random = np.random.default_rng(0)
    labels = np.arange(120) % 3
    pixels = random.integers(0, 256, (120, 8, 8)).astype(np.uint8)
    return ImageSet(pixels[:100], labels[:100], pixels[100:], labels[100:], 3)


# Strategies -----------------------------------------------------------------------------------------------------------


def legal(name: str, setting: Setting, limits: dict[str, float]) -> st.SearchStrategy[Any]:
    """Values that the setting allows and that do not exceed the limit of this name."""
    if setting.choice is not None:
        members = st.sampled_from(list(setting.choice))
        return st.none() | members if setting.none else members
    low, high = setting.minimum, min(setting.maximum, limits.get(name, math.inf))
    if name in limits and low < -high:
        low = -high
    values = st.integers(int(low), int(high)) if setting.integer else st.floats(low, high)
    return st.one_of(st.just(0 if setting.integer else 0.0), values) if setting.zero else values


def specs(spec: type[Any], limits: dict[str, float], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Instances of a dataclass with legal settings."""
    drawn = {name: legal(name, setting, limits) for name, setting in settings_of(spec).items()}
    return st.builds(spec, **(drawn | given))


@st.composite
def experiments(draw: st.DrawFn, sane: bool) -> Experiment:
    """Any experiment, or a sane one: images for layers that want images, a loss that fits, sensible first weights."""
    limits = SMALL | (SANE if sane else {})
    features = st.lists(st.sampled_from(Feature), min_size=1, unique=True).map(tuple)
    points = specs(PlaneSpec, limits, kind=st.sampled_from(list(PLANE_KINDS)), features=features)
    images = specs(ImageSpec, limits, kind=st.just(DatasetKind.MNIST))  # drawing sketched digits takes its time
    dataset: DatasetSpec = draw(st.one_of(*[points] * 12, images))
    on_plane = isinstance(dataset, PlaneSpec)
    layer_kinds = [kind for kind in LAYER_KINDS.values() if not (sane and on_plane and issubclass(kind, OF_IMAGES))]
    layer = st.sampled_from(layer_kinds).flatmap(lambda kind: specs(kind, limits))
    training = draw(specs(TrainingSpec, limits))
    if sane:
        task = PLANE_KINDS[dataset.kind].task(dataset) if isinstance(dataset, PlaneSpec) else Task.MULTICLASS
        training = replace(training, loss=draw(st.sampled_from(losses_for(task))))
    return Experiment(
        dataset=dataset,
        layers=tuple(draw(st.lists(layer, max_size=4))),
        initialization=draw(ordered_ends(limits)),
        training=training,
        stopping=draw(specs(StoppingSpec, {})),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


def ordered_ends(limits: dict[str, float]) -> st.SearchStrategy[InitializationSpec]:
    """Initialisations with a ≤ b."""
    names = settings_of(InitializationSpec)
    ends = st.tuples(*(legal(name, names[name], limits) for name in ("low", "high"))).map(sorted)
    rest = specs(InitializationSpec, limits, low=st.just(-10.0), high=st.just(10.0))
    return st.builds(lambda spec, pair: replace(spec, low=pair[0], high=pair[1]), rest, ends)


# Valid experiments ----------------------------------------------------------------------------------------------------


def built(experiment: Experiment) -> Trainer | str:
    """A trainer, or what does not fit."""
    try:
        return Trainer(experiment, tiny_images)
    except (DataError, ShapeError) as error:
        return str(error)
    except SettingError as error:
        return f"{error.field}: {error}"


def needs_larger_batches(experiment: Experiment, sentence: str) -> bool:
    """Whether this is the refusal of batches of one example before a batch normalisation, and in its place."""
    if not sentence.startswith("training.batch_size: Batch normalisation"):
        return False
    points = build(experiment.dataset, tiny_images).train
    return min(experiment.training.batch_size, len(points)) == 1 and BatchNormSpec in map(type, experiment.layers)


def walk(run: Trainer, updates: int) -> Diverged | None:
    """So many updates, or fewer if training diverges."""
    try:
        for _ in range(updates):
            run.step()
    except Diverged as divergence:
        return divergence
    return None


@pytest.mark.slow
def test_sane_experiments_train() -> None:
    trained = []

    @settings(max_examples=120)
    @given(experiments(sane=True))
    def check(experiment: Experiment) -> None:
        run = built(experiment)
        if isinstance(run, str):
            if needs_larger_batches(experiment, run):
                return
            on_plane = experiment.dataset.kind in PLANE_KINDS
            assert re.match("Of . training examples.*none can be split off" if on_plane else TOO_SMALL, run)
            return
        assert walk(run, 20) is None
        metrics = run.evaluate()
        assert np.isfinite(run.network.params).all()
        assert all(math.isfinite(value) for value in (metrics.train_loss, metrics.test_loss, metrics.penalty))
        trained.append(experiment)

    check()
    assert len(trained) > 60, "the property must not be empty"


@pytest.mark.slow
def test_wild_experiments_train_or_say_why_not() -> None:
    outcomes = {"trained": 0, "diverged": 0, "refused": 0}

    @settings(max_examples=120)
    @given(experiments(sane=False))
    def check(experiment: Experiment) -> None:
        run = built(experiment)
        if isinstance(run, str):
            unfitting = f"training.loss: {experiment.training.loss.label} does not fit"
            small = re.match(TOO_SMALL, run) or needs_larger_batches(experiment, run)
            assert run.startswith((unfitting, "Of ")) or small
            outcomes["refused"] += 1
            return
        divergence = walk(run, 8)
        if divergence is not None:
            assert divergence.update == run.updates + 1
            assert divergence.layer in [layer.name for layer in run.network.layers]
            assert divergence.layer in str(divergence)
        run.evaluate()
        assert np.isfinite(run.network.params).all()
        outcomes["diverged" if divergence else "trained"] += 1

    check()
    assert outcomes["trained"] > 20
    assert outcomes["refused"] > 5


@pytest.mark.slow
@settings(max_examples=100)
@given(experiments(sane=False))
def test_valid_experiments_survive_json(experiment: Experiment) -> None:
    text = experiment_to_json(experiment)
    again = experiment_from_json(text)
    assert again == experiment
    assert experiment_to_json(again) == text


# Invalid experiments --------------------------------------------------------------------------------------------------

FIELDS = [
    *((path, kind, name) for path, kind in SPECS.items() for name in settings_of(kind)),
    *(("dataset", ImageSpec, name) for name in ("images", "shift")),
    *(("layers[0]", kind, name) for kind in LAYER_KINDS.values() for name in settings_of(kind)),
    ("", Experiment, "seed"),
]


def illegal(setting: Setting) -> st.SearchStrategy[Any]:
    """Values that the setting does not allow: wrong types, and numbers out of its range."""
    wrong: list[st.SearchStrategy[Any]] = [st.none(), st.text(max_size=5), st.lists(st.integers(), max_size=2)]
    if setting.choice is not None:
        return st.one_of(
            *wrong[bool(setting.none) :], st.integers(), st.booleans(), st.sampled_from(list(LossKind)).map(str)
        )
    wrong += [st.booleans(), st.just(math.nan), st.just(math.inf), st.just(-math.inf)]
    low = st.floats(max_value=setting.minimum, exclude_max=True, allow_infinity=False)
    high = st.floats(min_value=setting.maximum, exclude_min=True, allow_infinity=False)
    if setting.integer:
        wrong.append(st.floats(setting.minimum, setting.maximum).filter(lambda value: value != 0))
        low, high = st.integers(max_value=int(setting.minimum) - 1), st.integers(min_value=int(setting.maximum) + 1)
    outside = st.one_of(low, high)
    return st.one_of(*wrong, outside.filter(lambda value: value != 0) if setting.zero else outside)


@pytest.mark.parametrize(("path", "kind", "name"), FIELDS, ids=[f"{kind.__name__}.{name}" for _, kind, name in FIELDS])
@settings(max_examples=12)
@given(data=st.data())
def test_an_illegal_value_is_refused_by_name(data: st.DataObject, path: str, kind: type[Any], name: str) -> None:
    value = data.draw(illegal(settings_of(kind)[name]))
    with pytest.raises(SettingError) as caught:
        kind(**{name: value})
    assert caught.value.field.endswith(f".{name}")
    assert caught.value.field in str(caught.value)


@pytest.mark.parametrize(("path", "kind", "name"), FIELDS, ids=[f"{kind.__name__}.{name}" for _, kind, name in FIELDS])
@settings(max_examples=12)
@given(data=st.data())
def test_an_illegal_value_in_a_file_is_refused_by_its_path(
    data: st.DataObject, path: str, kind: type[Any], name: str
) -> None:
    value = data.draw(illegal(settings_of(kind)[name]))
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)  # JSON has no word for it
    part: Any = {name: value}
    if kind is ImageSpec:
        plain = {"schema": 2, path: {"kind": "mnist", **part}}
    elif kind in LAYER_KINDS.values():
        layer = next(key for key, spec in LAYER_KINDS.items() if spec is kind)
        plain = {"schema": 1, "layers": [{"kind": layer, **part}]}
    else:
        plain = {"schema": 1, **({path: part} if path else part)}
    with pytest.raises(ExperimentError) as caught:
        experiment_from_json(json.dumps(plain))
    field = f"{path}.{name}" if path else name
    assert caught.value.field == field
    assert field in str(caught.value)


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"dataset": 3}, "dataset"),
        ({"training": None}, "training"),
        ({"stopping": []}, "stopping"),
        ({"dataset": {"features": []}}, "dataset.features"),
        ({"dataset": {"features": ["x1", "x1"]}}, "dataset.features"),
        ({"dataset": {"features": ["x9"]}}, "dataset.features"),
        ({"dataset": {"features": "x1"}}, "dataset.features"),
        ({"initialization": {"low": 1, "high": 0}}, "initialization.low"),
        ({"layers": None}, "layers"),
        ({"layers": [3]}, "layers[0]"),
        ({"layers": [{"units": 3}]}, "layers[0].kind"),
        ({"layers": [{"kind": "dense"}, {"kind": "best"}]}, "layers[1].kind"),
        ({"layers": [{"kind": "dense"}, {"kind": "dropout", "units": 3}]}, "layers[1].units"),
        ({"layers": [{"kind": "flatten"}] * 17}, "layers"),
        ({"colour": "blue"}, "colour"),
        ({"training": {"Learning_rate": 0.1}}, "training.Learning_rate"),
    ],
    ids=str,
)
def test_what_is_no_setting_is_refused_by_its_path_too(plain: dict[str, Any], field: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        experiment_from_json(json.dumps({"schema": 1, **plain}))
    assert caught.value.field == field


# Totality -------------------------------------------------------------------------------------------------------------


def test_every_field_is_tested() -> None:
    parts = {field.name: type(field.default) for field in fields(Experiment) if is_dataclass(field.default)}
    assert parts == SPECS
    for kind in (*SPECS.values(), *LAYER_KINDS.values()):
        assert {field.name for field in fields(kind)} - {"features", "key"} == set(settings_of(kind))


def test_every_range_is_finite_and_holds_its_default_and_stops() -> None:
    for _, kind, name in FIELDS:
        setting = settings_of(kind)[name]
        assert setting.label
        assert setting.help.endswith(".")
        setting.check(name, next(field.default for field in fields(kind) if field.name == name))
        if setting.choice is None:
            assert math.isfinite(setting.minimum)
            assert math.isfinite(setting.maximum)
        for stop in setting.stops:
            setting.check(name, int(stop) if setting.integer else stop)
