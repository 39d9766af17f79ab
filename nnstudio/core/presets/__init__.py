"""Experiments that come with the program.

A preset is an experiment with a name to call it by and a few words about what to notice. The interface lists them in a
menu, the command line trains them by name. A starting point is only the layers of a network. NumPy is not needed to
know them.
"""

from nnstudio.core.presets.classics import CLASSICS
from nnstudio.core.presets.defaults import DEFAULTS, NOTICE, default_experiment
from nnstudio.core.presets.networks import STARTING_POINTS, StartingPoint
from nnstudio.core.presets.preset import Group, Preset

__all__ = ["PRESETS", "STARTING_POINTS", "Group", "Preset", "StartingPoint", "default_experiment"]

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        *CLASSICS,
        *(Preset(kind.value, kind.label, NOTICE[kind], Group.DATA_SETS, DEFAULTS[kind]) for kind in DEFAULTS),
    )
}
"""All of them by name, group by group."""
