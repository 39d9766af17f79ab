"""Worksheets as one HTML file that needs nothing else and prints well: the pupils' pages, then the solutions.

Everything that comes from data is escaped. The same sheets give the same bytes.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from nnstudio.core.trace.worksheet import HOW_RIGHT, INTRODUCTIONS, Worksheet
from nnstudio.core.trace.worksheet_gaps import PHASES, Group
from nnstudio.files.atomic import write_atomically
from nnstudio.files.worksheet_drawing import DIM, INK, LINE, drawing

_HARD = "\N{NO-BREAK SPACE}"
LONGEST = 36
"""Formulas with more characters get a line of their own."""
PAIRED = 1.25, 1.0
"""The sum of a unit and what becomes of it stand beside each other; a sum that is too long is broken."""

_STYLE = f"""
@page {{ size: A4; margin: 14mm 15mm; }}
* {{ box-sizing: border-box; }}
body {{ font: 9.5pt/1.35 Inter, system-ui, "Segoe UI", sans-serif; color: {INK}; max-width: 180mm; margin: 8mm auto; }}
section {{ break-before: page; margin-bottom: 20mm; }}
section:first-of-type {{ break-before: auto; }}
header {{ display: flex; justify-content: space-between; align-items: baseline; border-bottom: 1.5px solid {INK}; }}
h1 {{ font-size: 19pt; margin: 0; }}
h2 {{ font-size: 12pt; margin: 5mm 0 1mm; break-after: avoid; }}
h3 {{ font-size: 9.5pt; color: {DIM}; margin: 2.5mm 0 1mm; break-after: avoid; }}
p {{ margin: 1mm 0; }}
.about, .small, dt {{ color: {DIM}; }}
.who {{ display: flex; gap: 6mm; margin: 4mm 0; }}
.who span {{ flex: 1; border-bottom: 1px solid {LINE}; }}
svg text {{ font-family: Inter, system-ui, sans-serif; }}
svg .number {{ font-family: "JetBrains Mono", ui-monospace, monospace; }}
svg {{ display: block; width: 100%; margin: 3mm 0; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 0.5mm 4mm; margin: 1mm 0; }}
dd {{ margin: 0; }}
ol {{ list-style: none; margin: 0; padding: 0; display: grid; gap: 1.3mm 7mm; }}
li {{ display: flex; align-items: center; gap: 1.5mm; min-height: 6.5mm; break-inside: avoid; }}
li b {{ font-weight: 600; white-space: nowrap; }}
.formula {{ flex: 1; }}
.formula span {{ white-space: nowrap; }}
.gap {{ flex: none; width: 20mm; height: 6.5mm; border: 1px solid {INK}; border-radius: 1mm; }}
.answer {{ flex: none; min-width: 20mm; text-align: right; font-family: "JetBrains Mono", ui-monospace, monospace; \
font-weight: 600; }}
@media print {{ body {{ margin: 0; max-width: none; }} section {{ margin: 0; }} }}
"""


def worksheets_html(sheets: Sequence[Worksheet]) -> str:
    """All pupils' pages, then all solutions."""
    return "".join(_document(sheets))


def save_worksheets(path: Path, sheets: Sequence[Worksheet]) -> None:
    """Write the sheets to `path`, whole or not at all. Raises `FileError`."""
    write_atomically(path, worksheets_html(sheets).encode())


def columns_of(group: Group) -> tuple[float, ...]:
    """In how many columns the gaps of a group stand side by side, and how wide these are, beside each other."""
    kinds = [gap.place.quantity for gap in group.gaps]
    if len(kinds) > 1 and not set(kinds[::2]) & set(kinds[1::2]):
        return PAIRED
    longest = max(len(gap.name) + max(len(gap.asked), len(gap.worked)) for gap in group.gaps)
    return (1.0,) if longest > LONGEST else (1.0, 1.0)


def unbroken(formula: str) -> str:
    """A formula that is broken before a + or a − alone, if it does not fit on one line."""
    kept = formula.replace(" · ", f"{_HARD}·{_HARD}").replace(" / ", f"{_HARD}/{_HARD}")
    return kept.replace(" + ", f" +{_HARD}").replace(" − ", f" −{_HARD}")


def about(sheet: Worksheet) -> str:
    """Which sheet it is: what makes it another one than its neighbour's."""
    return f"seed {sheet.seed} · example {sheet.example}"


def given(sheet: Worksheet) -> Iterator[tuple[str, str]]:
    """What is given beside the drawing: the example and the rules, by name."""
    values = [f"{name} = {value}" for name, value in (*sheet.inputs, *sheet.targets)]
    yield "example", ",  ".join(values)
    if sheet.meant:
        yield "inputs", ",  ".join(sheet.meant)
    yield from sheet.rules


def _document(sheets: Sequence[Worksheet]) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f"<title>{escape(f'Worksheet: {sheets[0].title}')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    for solved in (False, True):
        for sheet in sheets:
            yield from _section(sheet, solved)
    yield "</body>\n</html>\n"


def _section(sheet: Worksheet, solved: bool) -> Iterator[str]:
    kind = "solution" if solved else "sheet"
    yield f'<section class="{kind}" id="{kind}-{sheet.seed}">\n'
    yield f"<header><h1>{'Solution' if solved else 'Worksheet'}</h1><span>{about(sheet)}</span></header>\n"
    yield f'<p class="about">{escape(sheet.title)} · {escape(sheet.network)}</p>\n'
    if not solved:
        yield '<p class="who">Name <span></span> Class <span></span> Date <span></span></p>\n'
    yield drawing(sheet, solved) + "\n"
    if not solved:
        yield "<h2>Given</h2>\n<dl>"
        yield from (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in given(sheet))
        yield "</dl>\n"
    for phase, groups in groupby(sheet.groups, key=lambda group: group.phase):
        yield f"<h2>{PHASES.index(phase) + 1} {phase.label}</h2>\n"
        if not solved:
            yield f'<p class="small">{escape(INTRODUCTIONS[phase])}</p>\n'
        for group in groups:
            if group.title:
                yield f"<h3>{escape(group.title)}</h3>\n"
            yield from _gaps(group, solved)
    if solved:
        yield f'<p class="small">{escape(HOW_RIGHT)}</p>\n'
    yield "</section>\n"


def _gaps(group: Group, solved: bool) -> Iterator[str]:
    widths = " ".join(f"minmax(0, {width:g}fr)" for width in columns_of(group))
    yield f'<ol style="grid-template-columns: {widths}">\n'
    for gap in group.gaps:
        formula, sign = (gap.worked, gap.equals) if solved else (gap.asked, "=")
        blank = f'<span class="answer">{gap.answer}</span>' if solved else '<span class="gap"></span>'
        yield f"<li><b>{escape(gap.name)}</b> = "
        terms = " ".join(f"<span>{escape(term)}</span>" for term in unbroken(formula).split(" "))
        yield f'<span class="formula">{terms}</span> {sign} {blank}</li>\n'
    yield "</ol>\n"
