"""What a trained network answers to raw examples: any that fit its recipe, not only those of the data set."""

import numpy as np
from numpy.typing import ArrayLike

from nnstudio.core.array import Array
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.model import Model
from nnstudio.core.network.network import Network, Pass


def predict(model: Model, raw: ArrayLike) -> Array:
    """The model's answers (n, outputs) to raw examples (n, …), as it gives them when it is not learning: probabilities
    for classes, values for regression. Raises `DataError` for examples of another shape."""
    specs = [layer.spec for layer in model.layers[:-1]]
    network = Network(specs, model.input_shape, model.outputs, model.params.dtype)
    network.take(model.weights)
    examples = model.recipe.checked(raw)
    augmented = np.ones((len(examples), len(model.recipe.shift) + 1), model.params.dtype)
    model.recipe.write(examples, augmented[:, :-1])
    work = Pass(network, augmented)
    answers = np.empty_like(work.logits)
    # Weights that are nearly infinite may answer with what is no number; that is for the reader to say.
    with np.errstate(over="ignore", invalid="ignore"):
        work.forward()
        ACTIVATIONS[model.output].forward(work.logits, answers)
    return in_units(answers.T, model.recipe)


def in_units(answers: Array, recipe: InputRecipe) -> Array:
    """Answers (n, outputs) as values of the table's own target, where its recipe scaled what is learned."""
    table = recipe.table
    if table is None or (table.target_shift, table.target_scale) == (0, 1):
        return answers
    return (answers * table.target_scale + table.target_shift).astype(answers.dtype)
