"""What a file keeps of a trained network.

Training ends in numbers that predictions are made with: the parameters, and where a stack holds batch normalisation the
running means and variances besides. A frame carries them out to a file, a command brings them back to a network.
"""

from dataclasses import dataclass

from nnstudio.core.array import Array


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All that a network predicts with.

    params: the flat parameter vector, laid out like `Network.params`
    statistics: flat, for one BatchNorm after the other its running means, then its running variances; empty without
    any; None where they are not known, as in older files: they then begin anew, with mean 0 and variance 1
    """

    params: Array
    statistics: Array | None = None
