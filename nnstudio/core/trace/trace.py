"""One example at one moment of a run: forward, loss, backward, and the update that comes next."""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.loss_terms import LossTerms, loss_terms
from nnstudio.core.trace.way import TracedLayer, Way


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """All numbers of one example.

    chosen: where it is found, or what was typed; None for inputs that were given as the network reads them
    row: its place in the mini-batch that comes next, if it is in there: then it is seen with the noise and the
    statistics of that update; otherwise as the network predicts
    inputs: as the network reads them; y, p, dz (outputs,): what is true, the answer, ∂ of its own loss by the logits
    layers: from the first to the output
    """

    held: Held
    chosen: AnyExample | None
    row: int | None
    inputs: Array
    y: Array
    p: Array
    dz: Array
    terms: LossTerms
    layers: tuple[TracedLayer, ...]

    @property
    def answers(self) -> ActivationKind:
        """What makes the answers p of the last z: nothing for values, shares of 1, or a yes or no each."""
        task, loss = self.held.dataset.task, self.held.state.experiment.training.loss
        if task is Task.REGRESSION:
            return ActivationKind.LINEAR
        shared = task is Task.MULTICLASS and loss in (LossKind.CROSS_ENTROPY, LossKind.HINGE)
        return ActivationKind.SOFTMAX if shared else ActivationKind.SIGMOID

    @classmethod
    def of(cls, held: Held, chosen: AnyExample) -> "Trace":
        """An example of the data set, behind the last of a split the first again, or what was typed. Raises
        `ValueError` for a split that is not there, and for typed inputs that do not fit or have no target."""
        if isinstance(chosen, TypedInputs):
            if chosen.target is None or not chosen.fits(held.dataset):
                raise ValueError("without a target that fits there is no loss to follow back")
            inputs = held.dataset.encode(np.array(chosen.raw).reshape(1, *held.dataset.recipe.shape))[:, :-1]
            return cls._on(held, chosen, held.predict(inputs, np.array([chosen.target])), 0, None)
        split = chosen.split.of(held.dataset)
        if split is None:
            raise ValueError(f"there are no {chosen.split.value} examples")
        chosen = Chosen(chosen.split, chosen.index % len(split))
        if (row := cls._row(held, chosen)) is not None:
            return cls._on(held, chosen, *held.way_of(row), row)
        here = slice(chosen.index, chosen.index + 1)
        return cls._on(held, chosen, held.predict(split.inputs[here], split.targets[here]), 0, None)

    @classmethod
    def waits(cls, held: Held, chosen: AnyExample) -> bool:
        """Whether its numbers have to wait for those of the whole mini-batch, which are not known yet."""
        return held.compares and not held.worked_out and cls._row(held, chosen) is not None

    @staticmethod
    def _row(held: Held, chosen: AnyExample) -> int | None:
        if not isinstance(chosen, Chosen) or chosen.split is not SplitName.TRAINING:
            return None
        found = np.flatnonzero(held.batch == chosen.index % len(held.dataset.train))
        return int(found[0]) if len(found) else None

    @classmethod
    def typed(cls, held: Held, inputs: Array, target: Array) -> "Trace":
        """Inputs (inputs,), as the network reads them, for which the target (outputs,) were right."""
        return cls._on(held, None, held.predict(inputs[None], target[None]), 0, None)

    @classmethod
    def _on(cls, held: Held, chosen: AnyExample | None, way: Way, place: int, row: int | None) -> "Trace":
        layers, spec = way.example(place), held.state.experiment.training
        y, p = way.y[place], way.p[place]
        return cls(
            held=held,
            chosen=chosen,
            row=row,
            inputs=layers[0].x,
            y=y,
            p=p,
            dz=len(way.y) * way.dz[place],
            terms=loss_terms(spec, held.dataset.task, layers[-1].z, p, y, float(held.counts(y[None])[0])),
            layers=layers,
        )
