"""A map or an image of a layer as a picture: in ink where it is what the network reads, else from − to +."""

import numpy as np
from PySide6.QtGui import QImage

from nnstudio.core.array import Array
from nnstudio.ui import theme
from nnstudio.ui.stage.atlas import colors_of, shades_of
from nnstudio.ui.stage.ink import ink_image


def map_image(values: Array, reach: float, ink: bool = False) -> QImage:
    """Values (rows, columns), at `reach` in full colour."""
    if ink:
        return ink_image(values / max(reach, 1e-12))
    rows, columns = values.shape
    shades = np.ascontiguousarray(shades_of(values[None].astype(np.float64), reach)[0])
    image = QImage(shades.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
    image.setColorTable(colors_of(theme.current()))
    return image.convertToFormat(QImage.Format.Format_RGB32)
