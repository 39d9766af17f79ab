"""`nnstudio [FILE]`: the window.

The machine is looked at before Qt is imported, so that a missing library or an absent screen is a sentence.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from nnstudio import __version__, system
from nnstudio.cli.output import Parser
from nnstudio.core.presets.defaults import DEFAULTS

THEMES = ("system", "light", "dark")

COMMANDS = """\
without a window:
  nnstudio train EXPERIMENT   train a preset, an experiment or a project
  nnstudio trace EXPERIMENT   follow one example through it, number by number
  nnstudio check EXPERIMENT   hold its gradients against differences
  nnstudio presets            list the experiments that come with the program
  nnstudio show NAME          print one of them as JSON
  each tells more with --help

exit codes: 0 all is well, 1 training diverged, 2 the input cannot be used or a result cannot be
written, 3 the window cannot open on this machine, 128 and its number for a signal
"""


def window(words: Sequence[str]) -> int:
    """Open the window and stay until it closes; returns the exit code."""
    options = _parser().parse_args(words)
    problem = system.problem()
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        return 3
    # Importing makes very many objects, and none becomes garbage; the session's own collector takes over.
    gc.disable()
    from nnstudio.app import run  # Qt is imported from here on

    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="nnstudio",
        usage="nnstudio [options] [FILE]\n       nnstudio {train,trace,check,presets,show} ...",
        description="Build a neural network, watch it learn, understand why, take the weights away.",
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    datasets = [kind.value for kind in DEFAULTS]
    parser.add_argument("--version", action="version", version=f"nnstudio {__version__}")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a project (.nns) to open")
    parser.add_argument("--dataset", choices=datasets, help="begin with this data set and the network that suits it")
    parser.add_argument("--play", type=_seconds, metavar="SECONDS", help="train for so long, then go on or leave")
    parser.add_argument("--size", type=_size, metavar="WIDTHxHEIGHT", help="size of the window, such as 1440x900")
    parser.add_argument("--theme", choices=THEMES, help="colours of the window")
    parser.add_argument(
        "--screenshot", type=Path, metavar="OUT.png", help="save a picture of the window after --play, and leave"
    )
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86400")
    return seconds


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 400 <= int(width) <= 7680 and 300 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1440x900 (at least 400x300)")
    return int(width), int(height)
