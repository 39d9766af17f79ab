"""A sheet without the numbers that a learner has still to find: they are neither written nor spoken nor copied."""

from collections.abc import Callable
from dataclasses import replace

from nnstudio.core.trace.quantity import Place
from nnstudio.ui.microscope.cells import Cell, Line, Part, Sheet

Hides = Callable[[Place | None], bool]
UNKNOWN = "still to do"


def veiled(sheet: Sheet, hides: Hides) -> Sheet:
    """The sheet as it may be seen."""
    headline = tuple((sign, _cell(cell, hides), caption) for sign, cell, caption in sheet.headline)
    return replace(sheet, headline=headline, parts=tuple(_part(part, hides) for part in sheet.parts))


def _part(part: Part, hides: Hides) -> Part:
    lines = tuple(_line(line, hides) for line in part.lines)
    cells = [cell for line in lines for cell in (*line.cells, *([line.result] if line.result is not None else []))]
    blank = any(not cell.known for cell in cells)
    curve = part.curve
    if curve is not None and any(hides(place) for place in curve.gives):
        curve = replace(curve, known=False)
    return replace(part, lines=lines, curve=curve, note="" if part.telling and blank else part.note)


def _line(line: Line, hides: Hides) -> Line:
    result = None if line.result is None else _cell(line.result, hides)
    return replace(line, cells=tuple(_cell(cell, hides) for cell in line.cells), result=result)


def _cell(cell: Cell, hides: Hides) -> Cell:
    if not (hides(cell.place) or any(hides(place) for place in cell.gives)):
        return cell
    return replace(cell, known=False, unknown=UNKNOWN)
