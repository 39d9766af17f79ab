"""One example at one moment of a run: forward, loss, backward, and the update that comes next."""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
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
        if chosen.split is SplitName.TRAINING and chosen.index in held.batch:
            row = int(np.flatnonzero(held.batch == chosen.index)[0])
            return cls._on(held, chosen, held.way, row, row)
        here = slice(chosen.index, chosen.index + 1)
        return cls._on(held, chosen, held.predict(split.inputs[here], split.targets[here]), 0, None)

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
            terms=loss_terms(spec, held.dataset.task, layers[-1].z, p, y),
            layers=layers,
        )
