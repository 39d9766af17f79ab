"""How the activations and the gradients of each layer have lain over time: a row of percentiles at a time.

Like the history's, the rows come at every update at first, and depend on nothing but the count of updates: they stand
at its multiples of `interval`. Each time `ROWS` of them are there, the interval doubles, and those between its
multiples go. What nobody looked at was not measured: that is a gap, and never a line. Nothing here changes the run.
"""

from math import prod

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.layer_readings import dead_and_saturated, hidden_answers
from nnstudio.core.run.spread import PERCENTILES, BandsPrefix, LayerBand, spread
from nnstudio.core.training.last_update import weights_of
from nnstudio.core.training.trainer import Trainer

ROWS = 512
EXAMPLES = 256, 16
"""Over so many examples at most and at least a row is measured."""
MULTIPLICATIONS = 2**22
"""About so many are made for a row, fewer than for an update of a large network."""
_COUNT = len(PERCENTILES)
_ACTIVATIONS, _GRADIENTS = slice(0, _COUNT), slice(_COUNT, 2 * _COUNT)
_SHARES = slice(2 * _COUNT, 2 * _COUNT + 2)
_COLUMNS = 2 * _COUNT + 2
_LOOKED_AT = (Probe.ACTIVATIONS | Probe.GRADIENTS).value

Rows = NDArray[np.float64]


class Bands:
    """The rows of one run, as far as somebody looked. Cells once written never change; what thins them out, cuts them
    off or fills them in makes new tables."""

    def __init__(self) -> None:
        self.interval = 1
        """Updates between two rows."""
        self._updates = np.empty(ROWS, np.int64)
        self._layers: dict[int, Rows] = {}
        self._rows = 0
        self._pass: tuple[Network, Pass] | None = None

    def __len__(self) -> int:
        return self._rows

    @np.errstate(all="ignore")
    def note(self, trainer: Trainer, probes: Probe) -> None:
        """Called after every update and before every picture; measures if a row is due that somebody looks at."""
        if trainer.updates % self.interval or not probes.value & _LOOKED_AT or trainer.under_way:
            return
        activations = Probe.ACTIVATIONS in probes
        gradients = Probe.GRADIENTS in probes and trainer.gradient_is_known
        keys = [layer.key for layer in trainer.network.layers]
        if self._rows and self._updates[self._rows - 1] == trainer.updates:
            activations = activations and self._lacks(_ACTIVATIONS, keys)
            gradients = gradients and self._lacks(_GRADIENTS, keys)
            if not (activations or gradients):
                return
            self._copy(np.arange(self._rows))
        elif activations or gradients:
            self._updates[self._rows] = trainer.updates
            self._rows += 1
        else:
            return
        self._follow(keys)
        if activations:
            self._note_activations(trainer)
        if gradients:
            self._note_gradients(trainer.network)
        self._thin()

    def cut(self, updates: int) -> None:
        """The run stands at this update again: what came later has not happened."""
        self._copy(np.flatnonzero(self._updates[: self._rows] <= updates))
        if self._rows < 2:
            self.interval = 1

    def prefix(self) -> BandsPrefix:
        """Everything written so far, as read-only views."""
        updates = self._updates[: self._rows]
        updates.flags.writeable = False
        return BandsPrefix(updates, self.interval, {key: self._band(table) for key, table in self._layers.items()})

    def _band(self, table: Rows) -> LayerBand:
        rows = table[: self._rows]
        rows.flags.writeable = False
        return LayerBand(rows[:, _ACTIVATIONS], rows[:, _GRADIENTS], *rows[:, _SHARES].T)

    # Rows -------------------------------------------------------------------------------------------------------------

    def _lacks(self, columns: slice, keys: list[int]) -> bool:
        """Whether of these columns nothing is known in the last row."""
        tables = [self._layers[key] for key in keys if key in self._layers]
        return all(np.isnan(table[self._rows - 1, columns]).all() for table in tables)

    def _thin(self) -> None:
        """Make room for another row if there is none."""
        if self._rows == ROWS:
            self.interval *= 2
            self._copy(np.flatnonzero(self._updates[: self._rows] % self.interval == 0))

    def _copy(self, kept: NDArray[np.intp]) -> None:
        """Go on with these rows in tables of their own; prefixes handed out before keep the old ones."""
        old, self._updates, self._rows = self._updates, np.empty(ROWS, np.int64), len(kept)
        self._updates[: len(kept)] = old[kept]
        for key, table in self._layers.items():
            self._layers[key] = _empty()
            self._layers[key][: len(kept)] = table[kept]

    def _follow(self, keys: list[int]) -> None:
        """The layers are these now: those with a known key go on, the others begin."""
        if [*self._layers] != keys:
            self._layers = {key: self._layers.get(key, _empty()) for key in keys}

    # Measuring --------------------------------------------------------------------------------------------------------

    def _note_activations(self, trainer: Trainer) -> None:
        network, examples = trainer.network, self._examples(trainer)
        examples.forward()
        row = self._rows - 1
        *hidden, output = zip(network.layers, examples.stages, strict=True)
        for layer, stage in hidden:
            if layer.answers:
                table, answers = self._layers[layer.key], hidden_answers(layer, stage)
                table[row, _ACTIVATIONS] = spread(answers[0])
                table[row, _SHARES] = [np.nan if share is None else share for share in dead_and_saturated(*answers)]
        answers = np.empty_like(examples.logits)
        trainer.loss.output(examples.logits, answers)
        self._layers[output[0].key][row, _ACTIVATIONS] = spread(answers)

    def _note_gradients(self, network: Network) -> None:
        for key, gradient in weights_of(network, network.grads).items():
            self._layers[key][self._rows - 1, _GRADIENTS] = spread(gradient, sizes=True)

    def _examples(self, trainer: Trainer) -> Pass:
        """Some training examples on their way through this network."""
        network = trainer.network
        if self._pass is None or self._pass[0] is not network:
            most, fewest = EXAMPLES
            blocks = network.blocks(network.params)
            dear = sum(block.size * prod(layer.shape[1:]) for layer, block in blocks)
            count = min(most, max(fewest, MULTIPLICATIONS // max(dear, 1)))
            inputs: Array = trainer.dataset.train.augmented[:count]
            self._pass = network, Pass(network, inputs)
        return self._pass[1]


def _empty() -> Rows:
    return np.full((ROWS, _COLUMNS), np.nan)
