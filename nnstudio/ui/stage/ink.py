"""An image in the ink of the theme: dark on light, or light on dark."""

from functools import cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import Theme, current


def ink_image(example: FloatArray) -> QImage:
    """An image (height, width) of values 0 … 1: the card's colour where it is 0, the text's where it is 1."""
    height, width = example.shape
    image = QImage(width, height, QImage.Format.Format_Indexed8)
    image.setColorTable(_ink_table(current()))
    levels = np.round(np.clip(np.nan_to_num(example), 0, 1) * 255).astype(np.uint8)
    lines = np.frombuffer(image.bits(), np.uint8).reshape(height, image.bytesPerLine())
    lines[:, :width] = levels
    return image.convertToFormat(QImage.Format.Format_RGB32)


@cache
def _ink_table(theme: Theme) -> list[int]:
    return [QColor(mix(theme.card, theme.text, level / 255)).rgb() for level in range(256)]
