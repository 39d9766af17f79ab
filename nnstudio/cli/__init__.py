"""The command line.

`nnstudio` opens the window; `nnstudio train`, `predict`, `evaluate`, `export`, `sweep`, `trace`, `check`, `worksheet`,
`presets` and `show` do without one and never import Qt. What stands here runs before Qt and NumPy are imported, so that
a typing error is answered at once and `--help` costs nothing.

Exit codes: 0 all is well, 1 training diverged, 2 the input cannot be used or a result cannot be written, 3 Qt cannot
start on this machine; a signal that ended the program is its number and 128 (130 for Ctrl+C).
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from nnstudio import system
from nnstudio.cli.output import close_outputs, open_outputs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    system.limit_blas_threads()
    open_outputs()
    try:
        code = _obey(words)
    except SystemExit as leaving:  # argparse has given its help, or its complaint
        code = leaving.code if isinstance(leaving.code, int) else 2
    except KeyboardInterrupt:
        code = 130
    return close_outputs(code)


def _obey(words: list[str]) -> int:
    match words:
        case ["train", *rest]:
            with _starting():
                from nnstudio.cli.train import train

            return train(rest)
        case ["sweep", *rest]:
            with _starting():
                from nnstudio.cli.sweep import sweep

            return sweep(rest)
        case ["predict", *rest]:
            with _starting():
                from nnstudio.cli.predict import predict

            return predict(rest)
        case ["evaluate", *rest]:
            with _starting():
                from nnstudio.cli.evaluate import evaluate

            return evaluate(rest)
        case ["presets", *rest]:
            with _starting():
                from nnstudio.cli.presets import presets

            return presets(rest)
        case ["show", *rest]:
            with _starting():
                from nnstudio.cli.presets import show

            return show(rest)
        case ["trace", *rest]:
            with _starting():
                from nnstudio.cli.trace import trace

            return trace(rest)
        case ["check", *rest]:
            with _starting():
                from nnstudio.cli.check import check

            return check(rest)
        case ["worksheet", *rest]:
            with _starting():
                from nnstudio.cli.worksheet import worksheet

            return worksheet(rest)
        case ["export", *rest]:
            with _starting():
                from nnstudio.cli.export import export

            return export(rest)
        case _:
            from nnstudio.cli.window import window

            with _starting():  # once the window is there, Ctrl+C closes it
                return window(words)


@contextmanager
def _starting() -> Iterator[None]:
    """Ctrl+C leaves at once and without a word. A KeyboardInterrupt in the middle of importing NumPy or Qt is turned
    into errors of their own, or aborts; nothing is open yet that would have to be closed."""
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)
