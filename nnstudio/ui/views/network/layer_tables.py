"""The network as tables: for each layer that has learned something, a row for each of its units."""

import numpy as np

from nnstudio.core.run.frame import Frame, ImagePicture
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.network.column import Spot
from nnstudio.ui.views.network.neuron_note import unit_name


def layer_tables(frame: Frame) -> dict[int, Table]:
    """The parameters of each layer that has any, by its column."""
    layers = enumerate(frame.model.layers, start=1)
    return {column: _table(frame, column) for column, layer in layers if layer.arrays}


def _table(frame: Frame, column: int) -> Table:
    layer = frame.model.layers[column - 1]
    units = layer.shape[0]
    headers, blocks = ["unit"], list[np.ndarray]()
    if layer.weights is not None:
        headers += _sources(frame, column, len(layer.weights))
        blocks.append(layer.weights.T)
    for name, array in layer.arrays.items():
        if name != "weight":
            rows = array.reshape(units, -1)
            headers += [name] if rows.shape[1] == 1 else [f"{name} {place + 1}" for place in range(rows.shape[1])]
            blocks.append(rows)
    numbers = np.concatenate(blocks, axis=1).tolist()
    names = [unit_name(frame, Spot(column, unit)) for unit in range(units)]
    return Table(layer.name, headers, [(name, *row) for name, row in zip(names, numbers, strict=True)])


def _sources(frame: Frame, column: int, count: int) -> list[str]:
    """What each weight is multiplied with."""
    previous = len(frame.dataset.input_names) if column == 1 else frame.model.layers[column - 2].shape[0]
    if isinstance(frame.picture, ImagePicture) or previous != count:
        return [f"w {place + 1}" for place in range(count)]
    return [unit_name(frame, Spot(column - 1, place)) for place in range(count)]
