"""The colours of answers on paper, in reports and in pictures that move; the window's themes have their own."""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task

DIM, LINE = "#5a6573", "#aeb6c1"
_BLUE, _ORANGE, _WHITE = (8, 119, 189), (245, 147, 34), (232, 234, 237)
_CLASSES = (
    _ORANGE,
    _BLUE,
    (46, 160, 67),
    (196, 60, 140),
    (120, 92, 200),
    (150, 110, 60),
    (30, 170, 180),
    (90, 90, 90),
)


def coloured(answers: Array, task: Task) -> NDArray[np.uint8]:
    """The colours (n, 3) of answers (n, outputs): the more certain, the stronger."""
    with np.errstate(all="ignore"):
        if answers.shape[1] > 1:
            shades = np.array(_CLASSES, float)[answers.argmax(axis=1) % len(_CLASSES)]
            sure = np.clip(answers.max(axis=1, keepdims=True), 0, 1)
            mixed = sure * shades + (1 - sure) * 255
        else:
            value = answers[:, :1]
            if task is Task.REGRESSION:
                largest = max(float(np.abs(value).max()), 1e-9)
                value = (value / largest + 1) / 2
            t = np.clip(2 * value - 1, -1, 1)
            ends = np.where(t > 0, np.array(_BLUE, float), np.array(_ORANGE, float))
            mixed = np.abs(t) * ends + (1 - np.abs(t)) * np.array(_WHITE, float)
    return np.nan_to_num(mixed, nan=0.0).astype(np.uint8)
