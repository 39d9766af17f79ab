"""Colours and type. Orange is negative, blue is positive, everywhere.

`current()` is the theme in force. Widgets that paint themselves read it in `paintEvent`; everything else gets it
through the application's palette and style sheet. `apply` changes both while the program runs; every widget then hears
a PaletteChange.
"""

from dataclasses import dataclass, fields
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from nnstudio.ui import fonts
from nnstudio.ui.stylesheet import mix, style_sheet

NORMAL_TEXT = 13  # pixels
LARGER_TEXT = 16
ZERO = 126
"""Which of the colours of a heat map stands for zero; a byte has room for a few more."""


class ThemeChoice(Enum):
    """What the user picked; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """The roles of colour, as #rrggbb.

    Text: text, dim, and where they are not legible enough: `dim_on_field` on fields and tints, `on_accent` on a fill of
    the accent, `warning_text`, `better` (good news in words). good, warning and bad are for marks; bad is legible, too.
    Curves: train, test, and `mini_batch`, which lies behind them. Points have a `rim_positive` or `rim_negative`.
    Runs: `run_a`, `run_b`, `run_c` for marks and bold names; the `ghost` of the last one behind the curves, the `tree`
    that joins them on their shelf.
    A confusion matrix: its `diagonal`; the other cells go from `error_low` to `error_high`, and text is legible on all.
    """

    dark: bool
    ground: str
    card: str
    line: str
    text: str
    dim: str
    dim_on_field: str
    field: str
    accent_soft: str
    on_accent: str
    positive: str
    negative: str
    zero: str
    rim_positive: str
    rim_negative: str
    train: str
    test: str
    mini_batch: str
    good: str
    better: str
    warning: str
    warning_text: str
    bad: str
    run_a: str
    run_b: str
    run_c: str
    ghost: str
    diagonal: str
    error_low: str
    error_high: str
    tree: str

    @classmethod
    def roles(cls) -> tuple[str, ...]:
        """The names of the colours."""
        return tuple(field.name for field in fields(cls) if field.name != "dark")

    @property
    def accent(self) -> str:
        """The one accent: the colour of what is chosen, of what is positive and of class +1."""
        return self.positive


LIGHT = Theme(
    dark=False,
    ground="#f4f5f7",
    card="#ffffff",
    line="#e2e5ea",
    text="#1c2430",
    dim="#667180",
    dim_on_field="#5a6573",
    field="#f1f3f6",
    accent_soft="#e6f1f9",
    on_accent="#ffffff",
    positive="#0877bd",
    negative="#f59322",
    zero="#e8eaeb",
    rim_positive="#022a45",
    rim_negative="#7a4200",
    train="#344054",
    test="#b83280",
    mini_batch="#ccd2da",
    good="#1f9d61",
    better="#157347",
    warning="#b7791f",
    warning_text="#8a5a10",
    bad="#c53030",
    run_a="#7a4fd0",
    run_b="#0b8a6e",
    run_c="#a8790a",
    ghost="#b9c0ca",
    diagonal="#cfdcea",
    error_low="#f1f3f6",
    error_high="#d98889",
    tree="#cdd3db",
)
DARK = Theme(
    dark=True,
    ground="#12151a",
    card="#1a1e25",
    line="#2a303a",
    text="#e8ecf2",
    dim="#8d98a8",
    dim_on_field="#98a3b3",
    field="#232933",
    accent_soft="#1b3246",
    on_accent="#0c1722",
    positive="#3aa0e8",
    negative="#f5a142",
    zero="#262c36",
    rim_positive="#033c61",
    rim_negative="#7a4200",
    train="#d3dae4",
    test="#f27ab8",
    mini_batch="#3b4452",
    good="#3cc682",
    better="#3cc682",
    warning="#e0a53a",
    warning_text="#e0a53a",
    bad="#f06a6a",
    run_a="#a98bf5",
    run_b="#34c3a3",
    run_c="#dcc04a",
    ghost="#5b6572",
    diagonal="#34465a",
    error_low="#22272f",
    error_high="#9e4f52",
    tree="#3a424e",
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

_DRESSED = "nnstudio dressed"
_current = LIGHT
_text_scale = 1.0


def current() -> Theme:
    """The theme in force."""
    return _current


def text_scale() -> float:
    """How much larger than normal text is now; whoever fixes sizes in pixels multiplies by it."""
    return _text_scale


def choose(app: QApplication, choice: ThemeChoice, larger_text: bool = False) -> None:
    """Take a theme's colours and type, before a window is made: to be dressed once, when it stands, takes half as long
    as to be dressed while it is put together."""
    global _current, _text_scale
    _current = DARK if _wants_dark(app, choice) else LIGHT
    size = LARGER_TEXT if larger_text else NORMAL_TEXT
    _text_scale = size / NORMAL_TEXT
    fonts.load()
    if not app.property(_DRESSED):
        # Once is enough, and Qt 6.11 has been seen to crash when the style of widgets that are gone is set again.
        app.setStyle("Fusion")
        app.setProperty(_DRESSED, True)
    app.setFont(fonts.text(size))
    app.setPalette(palette(_current))


def apply(app: QApplication, choice: ThemeChoice, larger_text: bool = False) -> None:
    """Dress the whole application in a theme. Calling it again restyles every open window at once."""
    choose(app, choice, larger_text)
    sheet = style_sheet(_current, _text_scale)
    if app.styleSheet() != sheet:  # the same one again would take as long as another one
        if not any(widget.isVisible() for widget in app.topLevelWidgets()):
            # Qt tells a widget of another sheet once for each of its ancestors, but of the first one only once. On the
            # screen it would keep some of its old sizes.
            app.setStyleSheet("")
        app.setStyleSheet(sheet)
    # Widgets that the style sheet dresses do not hear of the new palette by themselves; nor do layouts of paddings.
    for widget in app.allWidgets():
        app.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))
        widget.updateGeometry()


def _wants_dark(app: QApplication, choice: ThemeChoice) -> bool:
    if choice is ThemeChoice.SYSTEM:
        return app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return choice is ThemeChoice.DARK


def palette(theme: Theme) -> QPalette:
    """The colours for whatever the style sheet does not reach."""
    result = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.ground,
        role.WindowText: theme.text,
        role.Base: theme.card,
        role.AlternateBase: theme.field,
        role.Text: theme.text,
        role.PlaceholderText: theme.dim_on_field,
        role.Button: theme.card,
        role.ButtonText: theme.text,
        role.BrightText: theme.bad,
        role.Light: theme.card,
        role.Midlight: theme.field,
        role.Mid: theme.line,
        role.Dark: theme.dim,
        role.Shadow: theme.line,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
    }
    for which, color in colors.items():
        result.setColor(which, QColor(color))
    faint = QColor(mix(theme.card, theme.dim, 0.55))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, faint)
    return result


def class_color(label: int, classes: int) -> QColor:
    """The colour of a class: orange and blue for two classes, a colour-blind-safe set for more."""
    if classes <= 2:
        return QColor(_current.positive if label else _current.negative)
    return QColor(CLASS_COLORS[label % len(CLASS_COLORS)])


def _channels(color: str) -> NDArray[np.float64]:
    rgb = QColor(color)
    return np.array([rgb.red(), rgb.green(), rgb.blue()], float)


@cache
def heat_map_table(theme: Theme) -> NDArray[np.uint32]:
    """2 · `ZERO` + 1 colours as 0xffRRGGBB, from fully negative over zero, in the middle, to fully positive."""
    ends = [_channels(c) for c in (theme.negative, theme.zero, theme.positive)]
    position = np.linspace(-1, 1, 2 * ZERO + 1)[:, None]
    colors = np.where(position < 0, ends[1] + (ends[0] - ends[1]) * -position, ends[1] + (ends[2] - ends[1]) * position)
    red, green, blue = np.round(colors).astype(np.uint32).T
    table = (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).astype(np.uint32)
    table.flags.writeable = False
    return table
