"""The two faces at the sizes of pictures; both grow with View › Larger text."""

from PySide6.QtGui import QFont

from nnstudio.ui import fonts, theme


def text_font(pixels: float, bold: bool = False) -> QFont:
    """The face for words, this large with normal text."""
    font = fonts.text(pixels * theme.text_scale())
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def mono_font(pixels: float) -> QFont:
    """The face for numbers, this large with normal text."""
    return fonts.numbers(pixels * theme.text_scale())
