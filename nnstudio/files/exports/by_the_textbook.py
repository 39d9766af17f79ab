"""Numbers that were read back, through the textbook: what anybody comes to who follows the formulas.

Formats that hold nothing but numbers are proved like this. The textbook shares no line with the engine.
"""

from collections.abc import Mapping
from time import perf_counter

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.network.model import ModelLayer
from nnstudio.core.network.predict import in_units
from nnstudio.core.textbook import Layer, activate, forward
from nnstudio.files.exports.format import Proof, compared
from nnstudio.files.exports.subject import Subject
from nnstudio.files.weights_format import with_arrays

READER = "read back and computed by the textbook's rules"


def prove_numbers(subject: Subject, stored: Mapping[str, Array], begin: float) -> Proof:
    """`stored`: every array by its name in files, such as layer1/weight, in its own shape; begin: when the reading of
    the file began, by `perf_counter`."""
    x = subject.model.recipe.apply(subject.inputs).reshape(-1, *subject.model.input_shape)
    names = {layer.key: prefix for prefix, layer in with_arrays(subject.model)}
    network: list[Layer] = []
    for layer in subject.model.layers:
        arrays = {name: stored[f"{names[layer.key]}/{name}"].astype(np.float64) for name in layer.arrays}
        network.append(Layer(spec=layer.spec, **arrays))
        if layer.off:
            network.append(_switch(layer))
    with np.errstate(over="ignore"):
        forward(network, x)
        answers, _ = activate(subject.model.output, network[-1].z)
    return compared(in_units(answers, subject.model.recipe), subject, READER, perf_counter() - begin)


def _switch(layer: ModelLayer) -> Layer:
    """Units that are off, as a layer behind their own."""
    switch = np.ones((layer.shape[0], *(1 for _ in layer.shape[1:])))
    switch[list(layer.off)] = 0
    return Layer(spec=ActivationSpec(activation=ActivationKind.LINEAR), switch=switch)
