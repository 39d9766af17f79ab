"""What a file keeps of a trained network.

Training ends in what predictions are made with: the parameters, where a stack holds batch normalisation the running
means and variances besides, and which units a hand has switched off. A frame carries them out to a file, a command
brings them back to a network.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nnstudio.core.array import Array

Off = Mapping[int, tuple[int, ...]]
"""Units that are switched off, in their order, by the key of their layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All that a network predicts with.

    params: the flat parameter vector, laid out like `Network.params`
    statistics: flat, for one BatchNorm after the other its running means, then its running variances; empty without
    any; None where they are not known, as in older files: they then begin anew, with mean 0 and variance 1
    off: the units that are switched off; None where that is not known: it then stays as it is
    """

    params: Array
    statistics: Array | None = None
    off: Off | None = None
