"""A trace as plain numbers, lists and dictionaries, in full precision: for files, scripts and other programs.

Names are those of the textbook. What is not finite becomes None, and so does what a layer does not have: the slope of a
softmax, whose every z moves every a.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnstudio.core.run.example import Chosen
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer

Plain = Any
"""A number, None, or a list or dictionary of such."""


def document(trace: Trace) -> dict[str, Plain]:
    """All numbers of the four phases.

    example: which one it is, whether it is seen as in training, as a part of the next mini-batch, or as the network
    predicts
    forward, backward: layer by layer, as they are computed; ∂ of the example's own loss
    batch: the examples of the next mini-batch, their mean loss and its gradients
    update: by layer and array the rows from the gradient to the new value
    """
    held, chosen = trace.held, trace.chosen
    return {
        "updates": held.state.updates,
        "example": {
            "split": chosen.split.value if isinstance(chosen, Chosen) else None,
            "number": chosen.number if isinstance(chosen, Chosen) else None,
            "training": trace.row is not None,
            "inputs": _plain(trace.inputs),
            "target": _plain(trace.y),
        },
        "forward": [_forward(layer) for layer in trace.layers],
        "loss": {
            "kind": held.state.experiment.training.loss.value,
            "formula": trace.terms.formula,
            "weight": trace.terms.weight,
            "answer": _plain(trace.p),
            "target": _plain(trace.terms.targets),
            "terms": _plain(trace.terms.values),
            "divided by": trace.terms.count,
            "loss": _plain(trace.terms.loss),
            "dz": _plain(trace.dz),
        },
        "backward": [_backward(layer) for layer in reversed(trace.layers)],
        "batch": {
            "examples": [int(index) + 1 for index in held.batch],
            "loss": _plain(held.way.loss),
            "gradients": {
                held.names[key]: _arrays(gradients) for key, gradients in held.way.gradients.items() if gradients
            },
        },
        "update": {
            "optimizer": held.state.experiment.training.optimizer.value,
            "learning rate": held.rate,
            "layers": _update(trace),
        },
    }


def _forward(layer: TracedLayer) -> dict[str, Plain]:
    return {
        "layer": layer.name,
        "x": _plain(layer.x),
        **_arrays(layer.arrays),
        **_arrays({name: layer.alongside[name] for name in layer.alongside if not name.startswith("mean_")}),
        "z": _plain(layer.z),
        "a": _plain(layer.a),
    }


def _backward(layer: TracedLayer) -> dict[str, Plain]:
    return {
        "layer": layer.name,
        "da": _plain(layer.da),
        "slope": _plain(layer.slope),
        "dz": _plain(layer.dz),
        "dx": _plain(layer.dx),
        "gradients": _arrays(layer.gradients),
    }


def _update(trace: Trace) -> dict[str, dict[str, list[Plain]]]:
    held = trace.held
    rows: dict[str, dict[str, list[Plain]]] = {}
    for row in held.update:
        if isinstance(row.values, float | int):
            views = [(key, name, row.values) for key, name, _ in held.network.layout.views(held.gradient)]
        else:
            views = list(held.network.layout.views(row.values))
        for key, name, values in views:
            written = {"name": row.name, "formula": row.formula, "values": _plain(values)}
            rows.setdefault(held.names[key], {}).setdefault(name, []).append(written)
    return rows


def _arrays(arrays: Mapping[str, Plain]) -> dict[str, Plain]:
    return {name: _plain(array) for name, array in arrays.items()}


def _plain(values: Plain) -> Plain:
    """Lists of numbers, with None for what is not finite."""
    if values is None:
        return None
    array = np.asarray(values, np.float64)
    plain = array.astype(object)
    plain[~np.isfinite(array)] = None
    return plain.tolist()
