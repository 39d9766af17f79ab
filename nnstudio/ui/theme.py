"""Colours and type. Orange is negative, blue is positive, everywhere.

`current()` is the theme in force. Widgets that paint themselves read it in `paintEvent`; everything else gets it through
the application's palette and style sheet.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor


class ThemeChoice(Enum):
    """What the user picked; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """The roles of colour, as #rrggbb."""

    dark: bool
    ground: str
    card: str
    line: str
    text: str
    dim: str
    field: str
    positive: str
    negative: str
    zero: str
    good: str
    warning: str
    bad: str

    @property
    def accent(self) -> str:
        """The one accent: the colour of what is positive, of class +1 and of training."""
        return self.positive


LIGHT = Theme(
    dark=False,
    ground="#f4f5f7",
    card="#ffffff",
    line="#e2e5ea",
    text="#1c2430",
    dim="#667180",
    field="#f1f3f6",
    positive="#0877bd",
    negative="#f59322",
    zero="#e8eaeb",
    good="#1f9d61",
    warning="#b7791f",
    bad="#c53030",
)
DARK = Theme(
    dark=True,
    ground="#12151a",
    card="#1a1e25",
    line="#2a303a",
    text="#e8ecf2",
    dim="#8d98a8",
    field="#232933",
    positive="#3aa0e8",
    negative="#f5a142",
    zero="#262c36",
    good="#3cc682",
    warning="#e0a53a",
    bad="#f06a6a",
)

# Okabe and Ito's order for the colour-blind, without black, extended to ten with Paul Tol's tones.
CLASS_COLORS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#882255",
    "#999933",
    "#777777",
)

_current = LIGHT


def current() -> Theme:
    """The theme in force."""
    return _current


def class_color(label: int, classes: int) -> QColor:
    """The colour of a class: orange and blue for two classes, a colour-blind-safe set for more."""
    if classes <= 2:
        return QColor(_current.positive if label else _current.negative)
    return QColor(CLASS_COLORS[label % len(CLASS_COLORS)])


@cache
def heat_map_table(theme: Theme) -> NDArray[np.uint32]:
    """256 colours as 0xffRRGGBB, from fully negative over zero (index 127.5) to fully positive."""
    ends = [np.array(QColor(c).getRgb()[:3], float) for c in (theme.negative, theme.zero, theme.positive)]
    position = np.linspace(-1, 1, 256)[:, None]
    colors = np.where(
        position < 0, ends[1] + (ends[0] - ends[1]) * -position, ends[1] + (ends[2] - ends[1]) * position
    )
    red, green, blue = np.round(colors).astype(np.uint32).T
    table = (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).astype(np.uint32)
    table.flags.writeable = False
    return table
