"""`nnstudio presets` and `nnstudio show NAME`: the experiments that come with the program."""

import sys
from collections.abc import Sequence

from nnstudio.cli.arguments import unknown_preset
from nnstudio.cli.output import Outlet, Parser
from nnstudio.core.presets import PRESETS, Group
from nnstudio.files.experiment_json import experiment_to_json

EXIT_CODES = "Exit codes: 0 printed, 2 the input cannot be used or the result cannot be printed."


def presets(words: Sequence[str]) -> int:
    """List all presets, group by group."""
    description = "List the experiments that come with the program, by the names that train and show know them by."
    Parser(prog="nnstudio presets", description=description, epilog=EXIT_CODES).parse_args(words)
    width = max(map(len, PRESETS))
    listing = Outlet(sys.stdout)
    for group in Group:
        listing.write(f"{group.value}\n")
        for preset in PRESETS.values():
            if preset.group is group:
                listing.write(f"  {preset.name:{width}}  {preset.title}\n")
    return 0


def show(words: Sequence[str]) -> int:
    """Print a preset as JSON."""
    description = "Print an experiment as JSON, to be changed and trained: nnstudio show spirals > mine.json"
    parser = Parser(prog="nnstudio show", description=description, epilog=EXIT_CODES)
    parser.add_argument("name", metavar="NAME", help="one of those that `nnstudio presets` lists")
    name = parser.parse_args(words).name
    if name not in PRESETS:
        Outlet(sys.stderr).write(f"{unknown_preset(name)}\n")
        return 2
    Outlet(sys.stdout).write(experiment_to_json(PRESETS[name].experiment))
    return 0
