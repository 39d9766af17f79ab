"""What a held state predicts beyond the one example: all over the plane, of a few points, of a whole split.

It is the state that answers, not the run, which moves on.
"""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.plane import Plane
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.frame import TruthTable
from nnstudio.core.trace.held import Held
from nnstudio.core.training.evaluation import at_once, sample
from nnstudio.core.training.losses import loss_on

RESOLUTION = 48
ROWS = 8
"""So few points that train and test are shown one by one."""
SOUGHT = 2000
"""The hardest is sought among so many examples."""
_QUICK = 3_000_000
"""So many products take less than 30 ms."""


def plane_of(held: Held) -> NDArray[np.float32]:
    """The answers all over the plane, (outputs, R, R), the upper edge first."""
    domain, data = held.dataset.domain, held.dataset
    assert isinstance(domain, Plane)
    inputs = data.encode(domain.grid(RESOLUTION))[:, :-1]
    answers = held.foresee(inputs, np.zeros((len(inputs), data.outputs)))[0]
    return answers.T.reshape(-1, RESOLUTION, RESOLUTION).astype(np.float32)


def table_of(held: Held) -> TruthTable | None:
    """Answer and loss of each point, where a few are the whole world."""
    data = held.dataset
    if data.test is not data.train or len(data.train) > ROWS:
        return None
    answers, losses = held.foresee(data.train.inputs, data.train.targets)
    return TruthTable(answers.T, losses)


def hardest_of(held: Held, name: SplitName) -> NDArray[np.int64]:
    """The numbers of a split's examples, the one that costs most first; of very many a sample is looked at."""
    split = name.of(held.dataset)
    assert split is not None
    places = sample(split, SOUGHT)
    # To find the largest the engine's own digits are enough, and of convolutions it is twenty times as fast.
    loss, step = loss_on(held.state.experiment.training, held.dataset), at_once(held.network.layers)
    costs = np.empty(len(places))
    for start in range(0, len(places), step):
        part = slice(start, start + step)
        work = Pass(held.network, split.augmented[places[part]])
        with np.errstate(over="ignore", invalid="ignore"):
            work.forward()
            costs[part] = loss.each(work.logits, loss.targets(split.targets[places[part]]).T)
    return places[np.argsort(-np.nan_to_num(costs, nan=np.inf), kind="stable")]


def is_quick(held: Held) -> bool:
    """Whether the plane is answered within the blink that a window may take."""
    return held.network.params.size * RESOLUTION**2 <= _QUICK
