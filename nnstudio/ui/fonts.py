"""The two faces: Inter for words, JetBrains Mono for numbers.

Both are shipped with the program (SIL Open Font License), so that it looks the same everywhere; `load` hands them to Qt
once, before the first widget is made.
"""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from nnstudio.ui.resources import find

TEXT = "Inter"
NUMBERS = "JetBrains Mono"

_FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
)


@cache
def load() -> None:
    """Make the faces known to Qt. Needs a QApplication; later calls do nothing."""
    for name in _FILES:
        QFontDatabase.addApplicationFont(str(find(f"fonts/{name}")))


def text(pixels: float) -> QFont:
    """Inter at this size in pixels."""
    return _font(TEXT, pixels)


def numbers(pixels: float) -> QFont:
    """JetBrains Mono at this size in pixels, for pictures that print numbers."""
    return _font(NUMBERS, pixels)


def _font(family: str, pixels: float) -> QFont:
    font = QFont(family)
    font.setPixelSize(round(pixels))
    return font


def strong(text: str) -> str:
    """Rich text in the weight of a heading. The bold of <b> is none of ours: Qt would smear the lighter one."""
    return f'<span style="font-weight:600">{text}</span>'
