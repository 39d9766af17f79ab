"""How the card of the example calls it, and what it says of where it was seen."""

from collections.abc import Sequence

import numpy as np

from nnstudio.core.data.images import Images
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import AnyExample, Chosen, ExampleReading, TypedInputs
from nnstudio.core.trace.trace import Trace
from nnstudio.ui.widgets.figures import decimal, grouped


def heading_of(trace: Trace) -> str:
    """Test image 85, Training point 3, Your own image."""
    domain = trace.held.dataset.domain
    kind = "image" if isinstance(domain, Images) else "point" if isinstance(domain, Plane) else "example"
    if isinstance(trace.chosen, Chosen):
        return f"{trace.chosen.split.value.capitalize()} {kind} {grouped(trace.chosen.number)}"
    return f"Your own {kind}"


def seen_in_words(trace: Trace) -> str:
    """Whether the numbers are those of the next update; nothing where each example is in every mini-batch."""
    if isinstance(trace.chosen, TypedInputs):
        return "in no split, as the network predicts"
    if len(trace.held.batch) >= len(trace.held.dataset.train):
        return ""
    update = grouped(trace.held.state.updates + 1)
    return f"in the batch of update {update}" if trace.row is not None else "not in the next batch, as it predicts"


def reading_of(trace: Trace, chosen: AnyExample) -> ExampleReading:
    """The example and what the held state makes of it."""
    data = trace.held.dataset
    if isinstance(chosen, TypedInputs):
        raw = np.array(chosen.raw).reshape(data.recipe.shape)
    else:
        split = chosen.split.of(data)
        assert split is not None
        raw = split.raw[chosen.index]
    label = None
    if data.task in (Task.BINARY, Task.MULTICLASS):
        label = int(trace.y.argmax()) if len(trace.y) > 1 else int(trace.y[0] >= 0.5)
    return ExampleReading(
        task=data.task,
        chosen=chosen,
        raw=raw,
        inputs=trace.inputs.ravel(),
        target=trace.y,
        label=label,
        activations=(),
        answer=trace.p,
        loss=trace.terms.loss,
    )


def values_of(trace: Trace, reading: ExampleReading) -> Sequence[tuple[str, str]]:
    """The inputs of a table's example by their names."""
    return [
        (name, decimal(float(value)))
        for name, value in zip(trace.held.dataset.recipe.names, reading.raw.ravel(), strict=True)
    ]
