"""`nnstudio check EXPERIMENT`: backpropagation held against differences, layer by layer."""

import sys
from collections.abc import Iterator, Sequence

from nnstudio.cli.output import Outlet
from nnstudio.cli.trace import moment_parser, trained
from nnstudio.core.trace.text import digits
from nnstudio.core.training.gradient_check import RIGHT, GradientCheck, LayerCheck

WRONG = 1
_HEADINGS = "layer", "parameters", "tried", "largest gradient", "largest difference", "error", ""


def check(words: Sequence[str]) -> int:
    """Print the table; returns the exit code."""
    parser = moment_parser(
        "nnstudio check",
        "Nudge weights by ±ε and compare the slope between the two losses, (L(w + ε) − L(w − ε)) / 2ε, with the "
        "gradient by backpropagation, in 64 bits, for one mini-batch: a table by layer.",
        f"Exit codes: 0 every gradient is right (error below {RIGHT:g}), 1 one is not, or training diverged on the way "
        "there, 2 the input cannot be used or the table cannot be printed.",
    )
    options = parser.parse_args(words)
    trainer = trained(options)
    if isinstance(trainer, int):
        return trainer
    checks = GradientCheck(trainer).layers()
    rows = [_HEADINGS, *map(_row, checks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    Outlet(sys.stdout).write("\n".join(_aligned(rows, widths)) + "\n")
    return 0 if all(found.right for found in checks) else WRONG


def _row(found: LayerCheck) -> tuple[str, ...]:
    largest = max((abs(nudge.gradient) for nudge in found.tried), default=0.0)
    off = max((abs(nudge.gradient - nudge.quotient) for nudge in found.tried), default=0.0)
    verdict = "right" if found.right else "wrong"
    counts = str(found.parameters), str(len(found.tried))
    return found.name, *counts, digits(largest), digits(off), digits(found.error, 3), verdict


def _aligned(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for name, *cells in rows:
        aligned = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *aligned)).rstrip()
