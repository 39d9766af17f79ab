"""Colours for what is read on the screen: comments quiet, words of the language bold, weights by their sign."""

import re
from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from nnstudio.files.exports.preview import Line
from nnstudio.ui import theme
from nnstudio.ui.stylesheet import mix

_PYTHON = "and as assert class def elif else except finally for from if import in is lambda None not or raise return"
_C = "const define defined double else endif extern float for if ifndef include int return static typedef unsigned void"
_WORDS = {
    "python": re.compile(rf"\b(?:{'|'.join([*_PYTHON.split(), 'try', 'while', 'with', 'yield', 'True', 'False'])})\b"),
    "c": re.compile(rf"\b(?:{'|'.join([*_C.split(), 'while'])})\b"),
}
_COMMENTS = {"python": re.compile(r"#.*"), "c": re.compile(r"/\*.*?\*/|//.*")}
_LONG = {"python": ('"""', '"""'), "c": ("/*", "*/")}
"""What runs over many lines begins and ends with these."""
_ROWS = re.compile(r"^[\s\[\](){},;0-9.eEf+-]+$|\[[\s0-9.eE,+-]+\]|\{[\s0-9.eEf,+-]+\}")
_REAL = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)f?")


class Colouring(QSyntaxHighlighter):
    """For a document that has a block for each of the lines."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._lines: Sequence[Line] = ()
        self._language = ""

    def show(self, lines: Sequence[Line], language: str) -> None:
        """Colour these from now on; called before the document has them."""
        self._lines, self._language = lines, language

    def highlightBlock(self, text: str) -> None:
        colors, number = theme.current(), self.currentBlock().blockNumber()
        quiet = _ink(colors.dim)
        if number >= len(self._lines):
            return
        line = self._lines[number]
        if line.number is None and self._language:
            self.setFormat(0, len(text), quiet)
            return
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        if words := _WORDS.get(self._language):
            for found in words.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), bold)
        self._colour_numbers(text)
        if comments := _COMMENTS.get(self._language):
            for found in comments.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), quiet)
        self._quieten(text, quiet)
        if line.folded is not None:
            chip = _ink(colors.dim_on_field)
            chip.setBackground(QColor(colors.field))
            start, end = line.folded
            self.setFormat(start - 1, end - start + 2, chip)

    def _colour_numbers(self, text: str) -> None:
        """Weights, blue where they are positive: what stands in rows of nothing but numbers."""
        colors = theme.current()
        for row in _ROWS.finditer(text):
            for found in _REAL.finditer(text, row.start(), row.end()):
                sign = mix(colors.negative, colors.text, 0.35) if found[0][0] == "-" else colors.positive
                self.setFormat(found.start(), found.end() - found.start(), _ink(sign))

    def _quieten(self, text: str, quiet: QTextCharFormat) -> None:
        """A docstring, or a long comment, over all its lines."""
        if self._language not in _LONG:
            return
        begin, end = _LONG[self._language]
        inside, place = self.previousBlockState() == 1, 0
        while True:
            start = place if inside else text.find(begin, place)
            if start < 0:
                break
            found = text.find(end, start if inside else start + len(begin))
            stop = len(text) if found < 0 else found + len(end)
            self.setFormat(start, stop - start, quiet)
            inside, place = found < 0, stop
            if inside:
                break
        self.setCurrentBlockState(1 if inside else 0)


def _ink(color: str) -> QTextCharFormat:
    ink = QTextCharFormat()
    ink.setForeground(QColor(color))
    return ink
