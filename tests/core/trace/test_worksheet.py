"""A worksheet's numbers are those of the textbook at the printed weights, its answers are right."""

import re
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PaintedSpec, PlaneSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    ClassWeights,
    DatasetKind,
    Feature,
    LossKind,
    OptimizerKind,
    ScheduleKind,
)
from nnstudio.core.experiment.layer_specs import DropoutSpec
from nnstudio.core.experiment.optimizer_defaults import with_optimizer
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.textbook import Layer, activate, backward, forward, loss, update
from nnstudio.core.trace.judgement import Verdict, judge
from nnstudio.core.trace.quantity import Quantity
from nnstudio.core.trace.typed import Typed
from nnstudio.core.trace.worksheet import NotByHand, Worksheet, check, sheets_of
from nnstudio.core.training.losses import losses_for
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

Q = Quantity
XOR = PRESETS["xor-two-units"].experiment
CIRCLE = default_experiment(DatasetKind.CIRCLE)


def small(kind: DatasetKind, activation: ActivationKind = ActivationKind.TANH) -> tuple[Experiment, Dataset]:
    """Few enough units for a sheet, behind data of each task."""
    experiment = default_experiment(kind)
    spec = replace(experiment.dataset, classes=3) if kind is DatasetKind.BLOBS else experiment.dataset
    experiment = replace(experiment, dataset=spec, layers=(DenseSpec(units=3, activation=activation),))
    return experiment, build(spec)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def filled_in(sheet: Worksheet) -> dict[str, float]:
    """What a pupil gets who calculates with all digits, from the printed sheet alone, as far as it can be read."""
    found: dict[str, float] = {}
    for gap in sheet.gaps:
        text = gap.asked.replace("²", "^2").replace("½", "0.5")
        for name in sorted(found, key=len, reverse=True):
            text = text.replace(name, f"({found[name]:.17f})".replace("-", "−"))
        try:
            value = Typed.read(text).value
        except ValueError:
            value = gap.exercise.true
        found[gap.name] = value
        assert value == pytest.approx(gap.exercise.true, abs=1e-9), gap.name
    return found


@pytest.mark.parametrize("example", [1, 2, 3, 4])
def test_every_number_is_the_textbooks_at_the_printed_weights(example: int) -> None:
    dataset = build(CIRCLE.dataset)
    sheet = Worksheet.of(CIRCLE, dataset, 7, example)
    layers: list[Layer] = []
    for layer in sheet.trace.layers:
        arrays = {
            name: np.array([number(sheet.weight(layer, name, at)) for at in np.ndindex(values.shape)])
            for name, values in layer.arrays.items()
        }
        shaped = {name: arrays[name].reshape(layer.arrays[name].shape) for name in arrays}
        layers.append(Layer(key=layer.key, spec=layer.spec, mask=None, **shaped))
    x = np.array([[number(value) for _, value in sheet.inputs]])
    y = np.array([[number(value) for _, value in sheet.targets]])
    np.testing.assert_allclose(x[0], dataset.train.inputs[example - 1], atol=0.0051)
    forward(layers, x)
    p, costs, dz = loss(CIRCLE.training, dataset.task, layers[-1].z, y)
    backward(layers, dz)
    old = {layer.key: layer for layer in layers}
    values: dict[Quantity, object] = {Q.P: p, Q.LOSS: costs}
    update(layers, CIRCLE.training.learning_rate)
    for gap in sheet.gaps:
        layer, at, quantity = old[gap.place.layer], gap.place.at, gap.place.quantity
        if quantity is Q.LOSS:
            expected = costs[0]
        elif quantity is Q.P:
            expected = p[0, at[0]]
        elif quantity in (Q.DW, Q.NEW):
            expected = (layer.gradients[gap.place.array] if quantity is Q.DW else getattr(layer, gap.place.array))[at]
        else:
            expected = getattr(layer, {Q.Z: "z", Q.A: "a", Q.DA: "da", Q.DZ: "dz"}[quantity])[0, at[0]]
        assert gap.exercise.true == pytest.approx(expected, abs=1e-12), gap.name
    assert values
    assert len([*sheet.gaps]) == 7 * 2 + 1 + (1 + 6 * 2) + 25 + 25


@pytest.mark.parametrize("kind", [DatasetKind.CIRCLE, DatasetKind.BLOBS, DatasetKind.PLANE])
@pytest.mark.parametrize("activation", [ActivationKind.RELU, ActivationKind.LINEAR, ActivationKind.SINE])
def test_the_printed_answer_is_right_for_every_loss_and_optimizer(
    kind: DatasetKind, activation: ActivationKind
) -> None:
    """Judged as what a learner types; and what can be read of the formulas gives the same."""
    experiment, dataset = small(kind, activation)
    for cost in losses_for(dataset.task):
        for optimizer in (OptimizerKind.SGD, OptimizerKind.MOMENTUM, OptimizerKind.ADAM, OptimizerKind.LION):
            training = replace(with_optimizer(experiment.training, optimizer), loss=cost)
            sheet = Worksheet.of(replace(experiment, training=training), dataset, 11, 5)
            filled_in(sheet)
            for gap in sheet.gaps:
                assert judge(gap.answer, gap.exercise).verdict is Verdict.RIGHT, (cost, optimizer, gap.name)


@pytest.mark.parametrize("counts", [(30, 6), (20, 5, 5)])
def test_an_example_that_counts_more_is_printed_with_its_weight(counts: tuple[int, ...]) -> None:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    points = tuple((0.7 * n % 5 - 2.5, 0.3 * n % 5 - 2.5, label) for n, label in enumerate(labels))
    spec = PaintedSpec(classes=len(counts), training=points)
    experiment, dataset = replace(XOR, dataset=spec), build(spec)
    for cost in losses_for(dataset.task):
        training = replace(XOR.training, loss=cost, class_weights=ClassWeights.BALANCED)
        for example, weight in zip((1, len(points)), ("0.6", "3") if len(counts) == 2 else ("0.5", "2"), strict=True):
            sheet = Worksheet.of(replace(experiment, training=training), dataset, 11, example)
            filled_in(sheet)
            for gap in sheet.gaps:
                assert judge(gap.answer, gap.exercise).verdict is Verdict.RIGHT, (cost, gap.name)
                if gap.place.quantity in (Q.TERM, Q.DZ) and gap.place.layer == 0:
                    assert gap.asked.startswith(f"{weight} · ("), gap.asked
            assert any(f"{weight} · (" in text for _, text in sheet.rules), [*sheet.rules]


def test_what_is_printed_can_be_calculated_from_what_is_printed_before() -> None:
    """Each formula names inputs, weights and gaps further up, and no other number."""
    sheet = Worksheet.of(XOR, build(XOR.dataset), 7, 2)
    found = filled_in(sheet)
    assert len(found) == len([*sheet.gaps]) == 30
    assert found["L"] == pytest.approx((found["ŷ"] - 1) ** 2)
    z = next(gap for gap in sheet.gaps if gap.name == "zᵒ₁")
    assert re.fullmatch(r"−?\d\.\d\d · h₁ [+−] \d\.\d\d · h₂ [+−] \d\.\d\d", z.asked)


@pytest.mark.parametrize("kind", [DatasetKind.CIRCLE, DatasetKind.BLOBS])
def test_nothing_is_needed_that_is_only_found_further_down(kind: DatasetKind) -> None:
    experiment, dataset = small(kind)
    sheet = Worksheet.of(experiment, dataset, 7)
    names = [gap.name for gap in sheet.gaps]
    for place, gap in enumerate(sheet.gaps):
        text = gap.asked
        for name in sorted(names[:place], key=len, reverse=True):
            text = text.replace(name, "")
        assert not [name for name in names[place:] if name in text], gap.name


def test_another_seed_is_another_sheet_and_the_same_the_same() -> None:
    dataset = build(CIRCLE.dataset)
    sheets = [*sheets_of(CIRCLE, dataset, 7, 30, 1)]
    again = Worksheet.of(CIRCLE, dataset, 9, 3)
    asked = [tuple(gap.asked for gap in sheet.gaps) for sheet in sheets]
    assert len(set(asked)) == 30
    assert asked[2] == tuple(gap.asked for gap in again.gaps)
    assert [(sheet.seed, sheet.example) for sheet in sheets[:3]] == [(7, 1), (8, 2), (9, 3)]


def test_the_weights_are_the_programs_first_ones_of_that_seed_rounded() -> None:
    sheet = Worksheet.of(CIRCLE, build(CIRCLE.dataset), 7)
    trainer = Trainer(replace(CIRCLE, seed=7))
    params = sheet.trace.held.network.params
    np.testing.assert_array_equal(params, trainer.network.params.astype(np.float64).round(2))


def test_behind_the_last_example_comes_the_first() -> None:
    dataset = build(XOR.dataset)
    assert [sheet.example for sheet in sheets_of(XOR, dataset, 2**32 - 1, 3, 4)] == [4, 1, 2]
    assert [sheet.seed for sheet in sheets_of(XOR, dataset, 2**32 - 1, 2, 4)] == [2**32 - 1, 0]


def test_small_weights_keep_two_digits() -> None:
    tiny = replace(XOR, initialization=replace(XOR.initialization, sigma=0.003))
    sheet = Worksheet.of(tiny, build(XOR.dataset), 7)
    assert sheet.decimals[0] >= 4
    assert np.count_nonzero(sheet.trace.held.network.params) > 6


@pytest.mark.parametrize(("until", "count"), [("forward", 6), ("loss", 7), ("backward", 21), ("update", 30)])
def test_a_sheet_ends_with_the_phase_that_was_asked_for(until: str, count: int) -> None:
    """XOR through two units: 6 forward, the loss, 5 errors and 9 gradients, 9 new weights."""
    counts = {"forward": 6, "loss": 7, "backward": 7 + 5 + 9, "update": 7 + 5 + 9 + 9}
    sheet = Worksheet.of(XOR, build(XOR.dataset), 7, until=Phase(until))
    assert len([*sheet.gaps]) == counts[until] == count
    assert any("η" in text for _, text in sheet.rules) is (until == "update")


def test_penalties_schedules_and_clipping_are_said_and_counted() -> None:
    training = replace(
        CIRCLE.training, l2=0.5, clip_value=0.01, schedule=ScheduleKind.COSINE, loss=LossKind.HALF_SQUARED_ERROR
    )
    sheet = Worksheet.of(replace(CIRCLE, training=training), build(CIRCLE.dataset), 3)
    text = " ".join(rule for _, rule in sheet.rules)
    assert all(word in text for word in ("λ₂ = 0.5", "N = 250", "max(−0.01", "η = ", "not at biases"))
    assert all(judge(gap.answer, gap.exercise).verdict is Verdict.RIGHT for gap in sheet.gaps)


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        (default_experiment(DatasetKind.SPIRALS), ("17 units", "105 weights", "nothing was written", "xor-two-units")),
        (replace(CIRCLE, layers=(DenseSpec(units=1),) * 5), ("6 units in 6 layers", "Take fewer or smaller")),
        (replace(CIRCLE, layers=(DenseSpec(units=3), DropoutSpec())), ("dropout", "Take it out")),
        (replace(CIRCLE, layers=(DenseSpec(units=3, activation=ActivationKind.SOFTMAX),)), ("no slope", "another")),
        (Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)), ("too many pixels", "xor-two")),
    ],
)
def test_what_nobody_does_by_hand_is_refused_with_what_to_do(experiment: Experiment, words: tuple[str, ...]) -> None:
    with pytest.raises(NotByHand) as refusal:
        Worksheet.of(experiment, build(experiment.dataset), 1)
    assert all(word in str(refusal.value) for word in words), refusal.value


def test_the_largest_network_that_is_taken() -> None:
    most = replace(CIRCLE, dataset=PlaneSpec(features=(Feature.X1, Feature.X2)), layers=(DenseSpec(units=8),))
    dataset = build(most.dataset)
    check(most, dataset)
    assert len([*Worksheet.of(most, dataset, 1).gaps]) > 90
    with pytest.raises(NotByHand, match="up to 9 inputs to a unit"):
        check(replace(most, layers=(DenseSpec(units=9),)), dataset)


def test_a_wrong_answer_is_named_as_in_the_program() -> None:
    sheet = Worksheet.of(XOR, build(XOR.dataset), 7, 2)
    z = next(gap for gap in sheet.gaps if gap.name == "z₁")
    assert judge("-0.34", z.exercise).sentence == "The bias is missing."


@pytest.mark.parametrize("kind", [kind for kind in ActivationKind if kind is not ActivationKind.SOFTMAX])
def test_the_slope_that_is_printed_is_the_textbooks(kind: ActivationKind) -> None:
    """Calculated from the text itself."""
    table = str.maketrans({"−": "-", "²": "**2", "³": "**3", "½": "0.5", "′": "_"})
    assert kind.slope
    for z in (-1.7, -0.2, 0.4, 2.3):
        f, slope = (float(values[0, 0]) for values in activate(kind, np.array([[z]])))
        text = kind.slope.translate(table).partition(", σ(z) =")[0]
        above, _, below = text.partition(" where z > 0, else ")
        text = above if z > 0 or not below else below
        if kind is ActivationKind.GELU:
            u = np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)
            t, u_ = np.tanh(u), np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)
            assert 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * u_ == pytest.approx(slope, abs=1e-6)
            continue
        sigmoid = 1 / (1 + np.exp(-z))
        for written, value in (("f(z)", f), ("σ(z)", sigmoid), ("e⁻ᶻ", np.exp(-z)), ("eᶻ", np.exp(z))):
            text = text.replace(written, f"({value!r})")
        text = text.replace("cos z", repr(float(np.cos(z)))).replace("np.float64", "")
        value = Typed.read(text.replace("**2", "^2").replace(") (", ") * (").replace("1.7581 (", "1.7581 * (")).value
        assert value == pytest.approx(slope, abs=1e-4), (kind, text)
