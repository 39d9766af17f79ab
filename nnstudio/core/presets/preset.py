"""What a preset is."""

from dataclasses import dataclass
from enum import Enum

from nnstudio.core.experiment import Experiment


class Group(Enum):
    """What a preset is about; the value is the heading in lists."""

    SOFTMAX = "Softmax from scratch"
    XOR = "XOR, the hard way"
    DEEPER = "Deeper networks"
    DATA_SETS = "One for each data set"


@dataclass(frozen=True, slots=True)
class Preset:
    """An experiment to begin with.

    name: what it is called on the command line; title: what it is called elsewhere
    text: what to notice, for a person
    """

    name: str
    title: str
    text: str
    group: Group
    experiment: Experiment
