"""What the network answers all over the plane, as pixels.

Two classes and values are a heat map, from orange over the zero colour to blue; for more classes the pixel mixes the
classes' colours by their probabilities, so that doubt looks like doubt. A frame costs a few passes over R² numbers.

Between two pixels a probability may leap from 0 to 1, and a boundary drawn from it has steps. What it comes from, the
logit z = log p / (1 − p), crosses 0 on a nearly straight line: the map of two classes is made finer before it is
squeezed.
"""

from functools import lru_cache
from math import isnan

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import FloatArray
from nnstudio.ui import theme
from nnstudio.ui.stage.atlas import colors_of, shades_of

Pixels = NDArray[np.uint32]
_SURE = 12.0
"""Logits beyond ±12 are as sure as any: p is within 1e-5 of 0 or 1."""
_SHADES = 4096


def boundary_pixels(output: FloatArray, task: Task, scale: float, discretise: bool) -> Pixels:
    """The colours 0xffRRGGBB of `output` (outputs, R, R): probabilities for classifiers, for regression values that end
    at ±`scale`. (R, R), for two classes (2R, 2R). NaN has the theme's colour for what is bad.

    Discretised, every pixel takes the colour of the answer alone, on a grid twice as fine.
    """
    if task is Task.BINARY and not isnan(float(output.sum())):
        return _from_logits(output[0], discretise)
    values = doubled(output) if discretise else output
    if task is Task.MULTICLASS:
        return _mixed(values, discretise)
    signed = values[0] if task is Task.REGRESSION else 2 * values[0] - 1
    # Discretised, the faintest doubt already has the full colour.
    return _shaded(signed, 1e-6 if discretise else scale)


def _from_logits(shares: FloatArray, discretise: bool) -> Pixels:
    """Of probabilities (R, R), on a grid twice as fine."""
    tiny = np.float32(np.exp(-_SURE))
    clipped = np.clip(shares.astype(np.float32, copy=False), tiny, 1 - tiny)
    rows, columns = map(_finer, clipped.shape)
    logits = rows.T @ np.log(clipped / (1 - clipped)) @ columns
    if discretise:
        logits = np.copysign(np.float32(_SURE), logits)
    places = logits * np.float32((_SHADES - 2) / (2 * _SURE)) + np.float32(_SHADES / 2)
    return _colors_of_logits(theme.current())[places.astype(np.int16)]


@lru_cache(maxsize=4)
def _finer(count: int) -> NDArray[np.float32]:
    """The matrix (count, 2 count) that makes a row twice as fine: for one small map faster than `doubled`."""
    return _doubled_along(np.eye(count, dtype=np.float32))


@lru_cache(maxsize=4)
def _colors_of_logits(colors: theme.Theme) -> Pixels:
    """The colours of 4 096 logits from −12 to 12: those of 2p − 1 = tanh z/2."""
    signed = np.tanh(np.linspace(-_SURE, _SURE, _SHADES) / 2)
    return theme.heat_map_table(colors)[np.rint(theme.ZERO * (1 + signed)).astype(np.intp)]


def _shaded(values: FloatArray, scale: float) -> Pixels:
    return np.array(colors_of(theme.current()), np.uint32)[shades_of(values, scale)]


def _mixed(shares: FloatArray, discretise: bool) -> Pixels:
    classes, rows, columns = shares.shape
    palette = [theme.class_color(label, classes) for label in range(classes)]
    if discretise:
        return np.array([color.rgb() for color in palette], np.uint32)[shares.argmax(axis=0)]
    colors = np.array([(color.red(), color.green(), color.blue()) for color in palette], np.float32)
    mixed = colors.T @ np.nan_to_num(shares).reshape(classes, -1)
    red, green, blue = np.clip(mixed, 0, 255).astype(np.uint32)
    return (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).reshape(rows, columns)


def doubled(maps: FloatArray) -> FloatArray:
    """Maps (k, R, R) on a grid twice as fine, (k, 2R, 2R), by bilinear interpolation between pixel centres."""
    return np.ascontiguousarray(_doubled_along(_doubled_along(maps).swapaxes(1, 2)).swapaxes(1, 2))


def _doubled_along(maps: NDArray[np.floating]) -> NDArray[np.floating]:
    """Along the last axis, each pixel becomes two, a quarter of a pixel to either side of its centre."""
    fine = np.empty((*maps.shape[:-1], 2 * maps.shape[-1]), maps.dtype)
    fine[..., 0::2] = 0.75 * maps
    fine[..., 1::2] = fine[..., 0::2]
    fine[..., 2::2] += 0.25 * maps[..., :-1]
    fine[..., 1:-2:2] += 0.25 * maps[..., 1:]
    fine[..., 0] += 0.25 * maps[..., 0]
    fine[..., -1] += 0.25 * maps[..., -1]
    return fine
