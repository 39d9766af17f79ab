"""A sheet to be done by hand: a small network, one example, every number of one update to be found, and the solution.

The first weights are those of the pupil's own seed, rounded to the digits that are printed *before* anything is
calculated: what stands on the paper is exact. Each gap is an `Exercise`, so that what a pupil writes into it is judged
as in the program.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import floor, log10, prod

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.quantity import Index, Place, Quantity
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.trace.worksheet_gaps import Gap, Group, groups_of
from nnstudio.core.trace.worksheet_lines import Lines, printed
from nnstudio.core.trace.worksheet_rules import rules, update_rules
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

Q = Quantity
MOST_UNITS, MOST_WEIGHTS, MOST_INPUTS, MOST_LAYERS = 12, 50, 8, 4
"""What can be done by hand in a lesson: units of all layers, weights with biases, summands of a unit, layers."""
MOST_SHEETS = 40
SEEDS = 2**32
"""So many there are, from 0."""
INTRODUCTIONS = {
    Phase.FORWARD: "From the inputs to the answer: z = Σ w · x + b, then f(z).",
    Phase.LOSS: "What the answer costs.",
    Phase.BACKWARD: "Layer by layer back: the error that arrives, ∂L/∂h = Σ w · ∂L/∂z over the links out; times the "
    "slope it is ∂L/∂z = ∂L/∂h · f′(z); and of each weight ∂L/∂w = x · ∂L/∂z.",
    Phase.UPDATE: "One step against the gradient of this example alone: g is ∂L/∂w of the same weight.",
}
"""What is to be done in each phase."""
HOW_RIGHT = (
    "Each number is rounded by itself to four digits, and calculated from all of them; ≈ stands where the printed ones "
    "give a slightly different last digit. Right is what agrees in the digits written, two at least, or follows from "
    "factors rounded to three decimals."
)
_SMALLER = "Take fewer or smaller layers, or a preset such as “XOR with two hidden units” (xor-two-units)."


class NotByHand(ValueError):
    """A network that nobody follows with a pencil; the message says why, and what to do instead."""


@dataclass(frozen=True, eq=False)
class Worksheet:
    """One pupil's sheet.

    example: its number among the training examples, from 1; until: the last phase that is asked for
    decimals: of the weights and of the inputs
    """

    trace: Trace
    seed: int
    example: int
    until: Phase
    decimals: tuple[int, int]

    @classmethod
    def of(
        cls, experiment: Experiment, dataset: Dataset, seed: int, example: int = 1, until: Phase = Phase.UPDATE
    ) -> "Worksheet":
        """The sheet of a seed, with the first update of one example alone; behind the last example the first comes
        again. Raises `NotByHand`."""
        check(experiment, dataset)
        experiment = replace(experiment, seed=seed)
        state = Trainer(experiment, dataset=dataset).state()
        params, train = state.params.astype(np.float64), dataset.train
        inputs, targets = train.inputs.astype(np.float64), train.targets.astype(np.float64)
        decimals = _decimals(params), _decimals(inputs)
        rounded = Split(_rounded(train.augmented, decimals[1]), _rounded(targets, 2), train.labels, train.raw)
        ready = replace(dataset, train=rounded)
        held = Held(replace(state, params=_rounded(params, decimals[0])), ready)
        index = (example - 1) % len(train)
        held.batch = np.array([index])
        trace = Trace.of(held, Chosen(SplitName.TRAINING, index))
        return cls(trace, seed, index + 1, until, decimals)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """All gaps, in the order of working."""
        return tuple(groups_of(Lines(Steps(self.trace), self.decimals), self.until))

    @property
    def gaps(self) -> Iterator[Gap]:
        """Those of all groups."""
        for group in self.groups:
            yield from group.gaps

    @property
    def title(self) -> str:
        """What is learned."""
        dataset = self.trace.held.dataset
        return str(getattr(dataset.spec, "name", "")) or dataset.spec.kind.label

    @property
    def network(self) -> str:
        """The layers in a line."""
        *hidden, output = self.trace.layers
        parts = [counted(hidden[0].x.size if hidden else output.x.size, "input")]
        parts += [f"{len(layer.z)} {layer.activation.phrase}" for layer in hidden]
        return " → ".join((*parts, counted(len(output.z), "output")))

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Each input of the example with its name here, as the network reads it."""
        numbers = self.trace.inputs.ravel()
        names = Steps(self.trace).names
        own = (names.of(Place(Q.X, self.trace.layers[0].key, (place,))) for place in range(len(numbers)))
        return tuple((name, printed(float(x), self.decimals[1])) for name, x in zip(own, numbers, strict=True))

    @property
    def meant(self) -> tuple[str, ...]:
        """What the data call each input, where that is another name."""
        own = [name for name, _ in self.inputs]
        names = self.trace.held.dataset.input_names
        return () if list(names) == own else tuple(f"{name}: {meant}" for name, meant in zip(own, names, strict=True))

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """What each output should be."""
        numbers, meant = [printed(float(t), 2) for t in self.trace.y], self.trace.held.dataset.output_names
        if len(numbers) == 1:
            return (("t", numbers[0]),)
        names = [Steps(self.trace).names.unit(0, (unit,)).replace("ŷ", "t") for unit in range(len(numbers))]
        return tuple((f"{t} ({name})", number) for t, name, number in zip(names, meant, numbers, strict=True))

    @property
    def rules(self) -> tuple[tuple[str, str], ...]:
        """What is to be known beside the numbers."""
        found = [*rules(self.trace)]
        if self.until is Phase.UPDATE:
            found += update_rules(self.trace.held)
        elif self.until is Phase.FORWARD:
            found = [(name, text) for name, text in found if name not in ("loss", "")]
        return tuple(found)

    def weight(self, layer: TracedLayer, array: str, at: Index) -> str:
        """A weight or a bias as it is printed."""
        return printed(float(layer.arrays[array][at]), self.decimals[0], whole=False)


def sheets_of(
    experiment: Experiment, dataset: Dataset, seed: int, count: int, example: int, until: Phase = Phase.UPDATE
) -> Iterator[Worksheet]:
    """So many sheets, each with the next seed and the next example. Raises `NotByHand`."""
    for place in range(count):
        yield Worksheet.of(experiment, dataset, (seed + place) % SEEDS, example + place, until)


def check(experiment: Experiment, dataset: Dataset | None = None) -> None:
    """Raise `NotByHand` for a network that has no worksheet; without the data only its layers are looked at."""
    other = next((layer for layer in experiment.layers if not isinstance(layer, DenseSpec)), None)
    if isinstance(experiment.dataset, ImageSpec):
        raise NotByHand(f"An image has too many pixels for a worksheet; nothing was written. {_SMALLER}")
    if other is not None:
        raise NotByHand(
            f"A worksheet has dense layers alone, and this network has one of {other.label.lower()}; nothing was "
            "written. Take it out, or take a preset such as “XOR with two hidden units” (xor-two-units)."
        )
    widths = [layer.units for layer in experiment.layers if isinstance(layer, DenseSpec)]
    if any(getattr(layer, "activation", None) is ActivationKind.SOFTMAX for layer in experiment.layers):
        raise NotByHand(
            "A hidden layer with softmax has no slope f′(z) to calculate with; nothing was written. Choose another "
            "activation for it."
        )
    if dataset is None:
        return
    widths = [prod(dataset.shape), *widths, dataset.outputs]
    units, weights = sum(widths[1:]), sum((n + 1) * m for n, m in pairwise(widths))
    size = f"{counted(units, 'unit')} in {counted(len(widths) - 1, 'layer')}, with {counted(weights, 'weight')}"
    if units > MOST_UNITS or weights > MOST_WEIGHTS or max(widths[:-1]) > MOST_INPUTS or len(widths) - 1 > MOST_LAYERS:
        raise NotByHand(
            f"This network is too large to be done by hand: {size} and biases, and up to {max(widths[:-1])} inputs "
            f"to a unit. A worksheet takes {MOST_UNITS} units in {MOST_LAYERS} layers, {MOST_WEIGHTS} weights, "
            f"and {MOST_INPUTS} inputs to a unit; nothing was written. {_SMALLER}"
        )


def _decimals(values: Array) -> int:
    """Two, and more where even the largest has not two digits then."""
    largest = float(np.abs(values).max(initial=0.0))
    return max(2, 1 - floor(log10(largest))) if largest > 0 else 2


def _rounded(values: Array, decimals: int) -> Array:
    return values.astype(np.float64).round(decimals) + 0.0
