"""`nnstudio [FILE]`: the window.

The machine is looked at before Qt is imported, so that a missing library or an absent screen is a sentence.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from nnstudio import __version__, system
from nnstudio.cli.output import Parser
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.files.errors import printable

THEMES = ("system", "light", "dark")

COMMANDS = """\
without a window:
  nnstudio train EXPERIMENT      train a preset, an experiment, a project, a table (.csv) or images
  nnstudio predict P DATA        let a trained project answer for the rows of a table
  nnstudio evaluate P DATA       hold its answers against a table that has them
  nnstudio trace EXPERIMENT      follow one example through it, number by number
  nnstudio check EXPERIMENT      hold its gradients against differences
  nnstudio worksheet EXPERIMENT  write sheets to find its numbers by hand
  nnstudio export EXPERIMENT     write its network in the words of other programs
  nnstudio presets               list the experiments that come with the program
  nnstudio show NAME             print one of them as JSON
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
    from nnstudio.cli.tables import SUFFIXES
    from nnstudio.files.pictures.source import are_pictures
    from nnstudio.files.share_text import is_share_text

    options.text = options.data = None
    if options.file is not None and is_share_text(str(options.file)):
        options.text, options.file = str(options.file), None
    elif options.file is not None and (options.file.suffix.lower() in SUFFIXES or are_pictures(options.file)):
        options.data, options.file = options.file, None
        if not os.path.exists(options.data):
            sys.stderr.write(f"There is no file {printable(options.data)}.\n")
            return 2
    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="nnstudio",
        usage="nnstudio [options] [FILE]\n"
        "       nnstudio {train,predict,evaluate,export,sweep,trace,check,worksheet,presets,show} ...",
        description="Build a neural network, watch it learn, understand why, take the weights away.",
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    datasets = [kind.value for kind in DEFAULTS]
    parser.add_argument("--version", action="version", version=f"nnstudio {__version__}")
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a project (.nns), a table, a folder of images or a share text to open",
    )
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
