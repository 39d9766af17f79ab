"""A network as a row of some library's modules, one after the other, and the lines that fill them with its numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nnstudio.core.network.model import Model, ModelLayer
from nnstudio.files.exports.subject import spoken
from nnstudio.files.exports.table_cells import in_words

Modules = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """How a library writes it.

    layers: by the kind of a layer its modules before the activation; the last of them has the arrays
    loads: a layer, the place of that module in the row, the number of its arrays in the file → the lines that fill it
    activation: a layer's activation by its name → its module, empty for none; off: a layer → the module behind which
    its units that are switched off give 0
    answers: by the output's activation, what `predict` makes of its sums z
    """

    layers: Mapping[str, Callable[[ModelLayer], Modules]]
    loads: Callable[[ModelLayer, int, int], Iterable[str]]
    activation: Callable[[str], str]
    off: Callable[[ModelLayer], str]
    answers: Mapping[str, str]

    def sequence(self, model: Model) -> tuple[list[str], list[str]]:
        """The lines of the modules, and those that load their arrays; the output's activation belongs to `predict`."""
        lines: list[str] = []
        loads: list[str] = []
        count = number = 0
        for layer in model.layers:
            made = list(self.layers[layer.kind](layer))
            if layer.arrays:
                number += 1
                loads += self.loads(layer, count + len(made) - 1, number)
            if layer.key and layer.activation is not None and (module := self.activation(layer.activation.value)):
                made.append(module)
            if layer.off:
                made.append(self.off(layer))
            count += len(made)
            lines.append(f"{', '.join(made)},  # {spoken(layer)}" if made else f"# {layer.name} changes nothing")
        return lines, loads

    def answer(self, model: Model) -> str:
        """What `predict` gives back, as an expression over z."""
        return in_words(model.recipe, self.answers[model.output.value])
