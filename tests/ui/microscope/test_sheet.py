"""What stands on the card of a unit: numbers, names and signs, against the trace that they come from."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, LayerSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.microscope.sheet import Cell, Line, Shape, Sheets, Writing, folded, number
from nnstudio.ui.microscope.walk import Grain, Outlined, Stop, Walk

TANH = ActivationKind.TANH


def trace_of(kind: DatasetKind, *layers: LayerSpec, example: int = 2, updates: int = 5) -> Trace:
    experiment: Experiment = replace(default_experiment(kind), layers=layers)
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    held = Held(trainer.state(), trainer.dataset)
    assert held.update, "it is worked out"
    return Trace.of(held, Chosen(SplitName.TRAINING, example))


@pytest.fixture(scope="module")
def xor() -> Trace:
    return trace_of(DatasetKind.XOR4, DenseSpec(units=2, activation=TANH))


@pytest.fixture(scope="module")
def digits() -> Trace:
    return trace_of(DatasetKind.SKETCHED_DIGITS, Conv2DSpec(filters=3, kernel=5), MaxPool2DSpec(), DenseSpec(units=20))


def test_forward_reads_from_left_to_right(xor: Trace) -> None:
    hidden = xor.layers[0]
    sheet = Sheets(xor).sheet(Stop(Phase.FORWARD, 0, 1))
    assert (sheet.title, sheet.subtitle) == ("h₂", "Dense 1, unit 2 · tanh")
    products, total, answer = sheet.parts
    assert [cell.name for line in products.lines for cell in line.cells] == ["x₁", "w₂₁", "x₂", "w₂₂", "b₂"]
    assert [cell.shape for cell in products.lines[0].cells] == [Shape.VALUE, Shape.WEIGHT]
    assert products.lines[2].cells[0].shape is Shape.BIAS
    values = [line.result.value for line in products.lines if line.result]
    assert sum(values) == pytest.approx(hidden.z[1])
    assert total.lines[0].result is not None
    assert total.lines[0].result.value == hidden.z[1]
    assert answer.curve is not None
    assert (answer.curve.z, answer.curve.a, answer.curve.tangent) == (hidden.z[1], hidden.a[1], False)


def test_terms_come_one_by_one(xor: Trace) -> None:
    for term in (1, 2, 3):
        sheet = Sheets(xor).sheet(Stop(Phase.FORWARD, 0, 0, term))
        known = [line.result.known for line in sheet.parts[0].lines if line.result]
        assert known == [place < term for place in range(3)]
        total = sheet.parts[1].lines[0].result
        assert total is not None
        assert total.known == (term == 3)
        assert total.text(Writing.DIGITS) == (number(total.value) if term == 3 else "–")


def test_backward_is_error_times_slope(xor: Trace) -> None:
    hidden, output = xor.layers
    assert hidden.slope is not None
    sheet = Sheets(xor).sheet(Stop(Phase.BACKWARD, 0, 1))
    (_, passed, _), (_, slope, _), (_, arrives, _) = sheet.headline
    assert (passed.name, passed.value) == ("∂L/∂z₂", hidden.dz[1])
    assert (slope.value, arrives.value) == (hidden.slope[1], hidden.da[1])
    gradients, curve, links = sheet.parts
    assert [part.number for part in sheet.parts] == [3, 2, 1]
    assert [line.label for line in gradients.lines] == ["w₂₁", "w₂₂", "b₂"]
    assert [line.result.value for line in gradients.lines if line.result] == pytest.approx(
        [*hidden.gradients["weight"][:, 1], hidden.gradients["bias"][1]]
    )
    assert curve.curve is not None
    assert curve.curve.tangent
    assert [cell.name for cell in links.lines[0].cells] == ["v₂", "∂L/∂zᵒ₁"]
    assert links.lines[-1].label == "sum over 1 link"
    assert output.dz[0] * output.arrays["weight"][1, 0] == pytest.approx(hidden.da[1])


def test_an_input_of_0_teaches_nothing_and_says_so(xor: Trace) -> None:
    spec = xor.held.state.experiment
    trace = Trace.typed(xor.held, np.array([1.0, 0.0]), np.array([1.0]))
    part = Sheets(trace).sheet(Stop(Phase.BACKWARD, 0, 0)).parts[0]
    assert part.note == "x₂ is 0: w₁₂ learns nothing here"
    assert part.lines[1].result is not None
    assert part.lines[1].result.text(Writing.DIGITS) == "0"
    assert spec.layers


def test_the_update_is_that_of_the_optimizer(xor: Trace) -> None:
    sheet = Sheets(xor).sheet(Stop(Phase.UPDATE, 0, 0))
    part = next(part for part in sheet.parts if part.title == "w₁₁")
    lines = part.lines
    rows = [row.name for row in xor.held.update]
    assert [line.label for line in lines] == ["w", *rows]
    new = lines[-1].result
    assert new is not None
    assert new.value == pytest.approx(np.asarray(xor.held.update[-1].values)[0])


def test_long_sums_are_folded_and_add_up(digits: Trace) -> None:
    sheets = Sheets(digits)
    for index, layer in enumerate(digits.layers):
        for phase in (Phase.FORWARD, Phase.BACKWARD):
            sheet = sheets.sheet(Stop(phase, index, 1))
            part = next(part for part in sheet.parts if part.number == 1)
            assert len(part.lines) <= 11
            if phase is Phase.FORWARD:
                total = sheet.parts[1].lines[0].result
                assert total is not None
                values = [line.result.value for line in part.lines if line.result]
                assert sum(values) == pytest.approx(total.value, abs=1e-9)
        assert sheets.terms(index, 1)[0] == len(sheets.sheet(Stop(Phase.FORWARD, index, 1)).parts[0].lines)
        assert layer.name in sheets.sheet(Stop(Phase.FORWARD, index, 0)).subtitle


def test_every_stop_of_a_walk_has_a_sheet(digits: Trace, xor: Trace) -> None:
    for trace in (digits, xor):
        sheets = Sheets(trace)
        outlined = [
            Outlined(len(layer.z), *sheets.terms(index, 0), bool(layer.gradients))
            for index, layer in enumerate(trace.layers)
        ]
        for grain in Grain:
            for stop in Walk(outlined, grain).stops[::7]:
                sheet = sheets.sheet(stop)
                assert sheet.title
                assert all(line.spoken() for part in sheet.parts for line in part.lines)


def test_what_is_not_computed_is_read_as_such() -> None:
    known, unknown = Cell(Shape.VALUE, "x₁", 1.0), Cell(Shape.PLAIN, "", 0.78, known=False)
    weight = Cell(Shape.WEIGHT, "w₂₁", 0.78)
    assert Line("", (weight, known), replace(unknown, known=True)).spoken() == (
        "weight w₂₁, 0.780, times value x₁, 1, equals 0.780"
    )
    assert Line("w₂₁", (weight, known), unknown).spoken() == "w₂₁: not computed yet"
    assert unknown.text(Writing.FULL) == "–"


def test_printed_numbers_that_do_not_fit_are_joined_by_about() -> None:
    a, b = Cell(Shape.VALUE, "a", 0.1234), Cell(Shape.WEIGHT, "w", 0.5678)
    line = Line("", (a, b), Cell(Shape.PLAIN, "", 0.1234 * 0.5678))
    product = round(0.123 * 0.568, 3)
    assert line.sign(Writing.DIGITS) == ("=" if number(product) == number(0.1234 * 0.5678) else "≈")
    exact = Line("", (Cell(Shape.VALUE, "a", 2.0), b), Cell(Shape.PLAIN, "", 2 * 0.5678))
    assert exact.sign(Writing.FULL) == "="
    assert number(2 * 0.568) == "1.136"
    assert exact.sign(Writing.DIGITS) == "="


def test_no_number_but_0_is_written_as_0() -> None:
    numbers = {0.0: "0", 1.2e-7: "1.2e−7", -1e-4: "−1.0e−4", 1.0: "1", -3.0: "−3", 0.5: "0.500", 12345.6: "1.2e4"}
    assert {value: number(value) for value in numbers} == numbers
    assert (number(float("inf")), number(float("nan")), number(0.1, full=True)) == ("∞", "not a number", "0.1")


def test_lines_are_counted_as_they_are_shown(xor: Trace, digits: Trace) -> None:
    for trace in (xor, digits):
        sheets = Sheets(trace)
        for index, layer in enumerate(trace.layers):
            if not isinstance(layer.spec, DenseSpec):
                continue
            forward, backward = sheets.terms(index, 0)
            assert len(sheets.sheet(Stop(Phase.FORWARD, index, 0)).parts[0].lines) == forward
            last = sheets.sheet(Stop(Phase.BACKWARD, index, 0)).parts[-1]
            assert len(last.lines) - (index + 1 < len(trace.layers)) == backward


@pytest.mark.parametrize("inputs", [7, 8, 9, 30])
def test_a_long_sum_is_the_one_that_is_folded_from_all_its_terms(inputs: int) -> None:
    layers = (DenseSpec(units=inputs), DenseSpec(units=2))
    trace = trace_of(DatasetKind.XOR4, *layers)
    sheets, layer = Sheets(trace), trace.layers[1]
    shown, rest = folded(arithmetic.forward(layer, (1,)))
    (part, *_) = sheets.sheet(Stop(Phase.FORWARD, 1, 1)).parts
    lines = [line for line in part.lines if line.cells]
    assert [line.cells[0].place for line in lines] == [term.factors[0].place for term in shown]
    more = [line for line in part.lines if not line.cells]
    assert [line.label for line in more] == ([f"+ {len(rest)} more"] if rest else [])
    if rest:
        assert more[0].result is not None
        assert more[0].result.value == pytest.approx(sum(term.value for term in rest))
    assert sheets.terms(1, 1)[0] == len(part.lines)
