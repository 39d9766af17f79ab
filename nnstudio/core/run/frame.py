"""One immutable picture of a run.

Training and drawing never touch the same array. Between two updates the worker makes a `Frame`: the state of the run at
that moment, complete, read-only. A frame is a state, not an event, so whoever draws may skip any of them. The costly
parts are there only when a `Probe` says that somebody looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, Flag, auto

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.model import Model
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.backward import BackwardReading
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.layer_sums import LayerSums
from nnstudio.core.run.section import SectionReading
from nnstudio.core.run.spread import BandsPrefix
from nnstudio.core.run.warped import WarpedReading
from nnstudio.core.training.diagnosis import Diagnosis
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.core.training.roc import Roc
from nnstudio.core.training.signs import LayerSigns
from nnstudio.core.training.state import Mark

FloatArray = NDArray[np.float32] | NDArray[np.float64]


class Probe(Flag):
    """The costly parts of a frame that somebody looks at."""

    NOTHING = 0
    NEURONS = auto()  # PlanePicture.neurons
    OUTPUT = auto()  # PlanePicture.output and table; ImagePicture.confusion and samples; all of TablePicture
    ACTIVATIONS = auto()  # LayerReading.histogram; Frame.bands
    GRADIENTS = auto()  # LayerReading.gradient_norm, update_ratio, signs and gradients; Frame.diagnosis and bands
    LOSSES = auto()  # Frame.losses
    SUMS = auto()  # Frame.sums
    BACKWARD = auto()  # Frame.backward, of the example or without one of the next mini-batch
    BACKWARD_MEAN = auto()  # the same of the mini-batch, whatever is chosen
    WARPED = auto()  # Frame.warped
    SECTION = auto()  # Frame.section
    ROC = auto()  # TablePicture.roc, with OUTPUT


class Status(Enum):
    """How a run is doing; `Frame.message` says why."""

    READY = "ready"  # nothing learned yet
    LEARNING = "learning"
    PAUSED = "paused"
    FINISHED = "finished"  # a rule for stopping was met
    DIVERGED = "diverged"  # a number became infinite or NaN; the last finite parameters are kept
    FAILED = "failed"  # an error in the program; the last state is kept


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often a layer's activations took which value: `counts` (bins,) between `low` and `high`; the shares of units
    that are dead (zero for every probed example) and of activations that are saturated (at the end of their range),
    None where that is no fault: in an output it is a sure answer."""

    counts: NDArray[np.int64]
    low: float
    high: float
    dead: float | None
    saturated: float | None


@dataclass(frozen=True, slots=True)
class LayerReading:
    """How one layer, hidden or output, does; what it is stands in the model.

    histogram: of layers that answer something of their own; the others only pass on what they get
    gradient_norm: ‖∇W‖ of the last update, not finite where that diverged; update_ratio: ‖ΔW‖ / ‖W‖ of the last update
    whose change was kept; None before the first
    signs: what the diagnosis goes by, the shares of each unit among them; while a run learns a few frames old
    gradients (5,): how |∂L/∂w| lies over the layer's weights, in `PERCENTILES`; of layers with weights, as long as the
    last update's gradient is there
    """

    name: str
    histogram: Histogram | None = None
    gradient_norm: float | None = None
    update_ratio: float | None = None
    signs: LayerSigns | None = None
    gradients: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class TruthTable:
    """What the network makes of each training example, where these few are the whole world and test it as well.

    answers (outputs, n): probabilities for classifiers, values for regression; losses (n,): what each costs, without
    the penalty
    """

    answers: FloatArray
    losses: FloatArray


@dataclass(frozen=True, slots=True)
class PlanePicture:
    """What the network makes of the plane. Row 0 of every map is the upper edge, column 0 the left one; the extent is
    the data set's.

    inputs (features, r, r): each input, as scaled
    neurons: for each hidden layer, of whatever kind, (units, r, r): what each unit gives out
    output (outputs, R, R): probability for classifiers (one map for two classes), value for regression
    table: the answers to the examples one by one, where these are few
    answers (n,): to the test examples, for classes
    """

    inputs: FloatArray | None
    neurons: tuple[FloatArray, ...] | None
    output: FloatArray | None
    table: TruthTable | None = None
    answers: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class ImagePicture:
    """What the network makes of images.

    example (height, width): the image it looks at now, 0 … 1; label: what it is, None where nobody says
    activations: for each hidden layer what it answers to the example: (units,), or (channels, height, width), the
    feature maps of a layer that works on images
    probabilities (classes,)
    confusion (classes, classes): test images, row = truth, column = answer
    samples (k, height, width), sample_labels, sample_answers, sample_confidences (k,): test images with answers
    answers (n,): to all test images, whom the matrix counts
    """

    example: FloatArray
    label: int | None
    activations: tuple[FloatArray, ...] | None
    probabilities: FloatArray | None
    confusion: NDArray[np.int64] | None
    samples: FloatArray | None
    sample_labels: NDArray[np.int64] | None
    sample_answers: NDArray[np.int64] | None
    sample_confidences: FloatArray | None
    answers: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the network said of some examples of a split: their numbers there, examples (k,), and truth, predicted
    (outputs, k)."""

    examples: NDArray[np.int64]
    truth: FloatArray
    predicted: FloatArray


@dataclass(frozen=True, slots=True)
class TablePicture:
    """What the network makes of a table.

    confusion (classes, classes): test examples, row = truth, column = answer; answers (n,): to each; for classes
    truth, predicted (outputs, k): of some test examples; for values, and for labels of which several may be true
    training: the same of some training examples, where these are others
    roc: of the test examples, for two classes
    """

    confusion: NDArray[np.int64] | None = None
    answers: NDArray[np.int64] | None = None
    truth: FloatArray | None = None
    predicted: FloatArray | None = None
    training: Predictions | None = None
    roc: Roc | None = None


Picture = PlanePicture | ImagePicture | TablePicture
"""What the network makes of its data, one kind for each domain."""


@dataclass(frozen=True, slots=True)
class ExampleLosses:
    """What each example costs, without the penalty; the means are the losses of `Metrics`.

    train (n,): of the training examples, or of the `sample` that is evaluated where there are very many
    test (n,): of all test examples
    """

    train: FloatArray
    test: FloatArray


@dataclass(frozen=True, slots=True)
class Visited:
    """A moment of the past that is shown in the place of now.

    update: which was asked for; what is shown may be a state that was kept near to it
    exact: whether it is that very update, to the bit; replayed: because it was made once more, not kept
    progress: the share of the way that has been replayed, None if nothing is on its way
    """

    update: int
    exact: bool
    replayed: bool
    progress: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """The run that a frame belongs to, as it is now and as far back as it can be seen.

    run, updates: where it stands, whatever moment is shown; beginning: the earliest update that can be shown
    states, nbytes: how many are kept, and what they take of at most `maximum` bytes
    visit: the moment that is shown; None for now
    """

    run: int
    updates: int
    beginning: int
    states: int
    nbytes: int
    maximum: int
    visit: Visited | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The state of a run at one moment; everything a view may draw.

    run: counts the networks that were trained; a new number means new data or a new network
    updates: updates done; updates_per_second: measured over the last second of training, 0 when paused
    model: the network as it was then
    metrics: how good it is, as measured at the update `measured_at`; −1 where that is not known
    readings: how each of the model's layers does; diagnosis: what that means, and what to try
    picture: what the network makes of its data; example: of the one that somebody has chosen
    sums: what the activations are given, by the layers' keys: of the `example`, or without one of some others
    backward: the gradients at every layer; None while nobody looks, and of an example of which nobody says what is true
    warped: where each layer puts the training examples, and the plane
    section: the answers on a plane through the inputs of a table
    recovery: for a diverged run, the learning rate it suggests going on with
    marks: the edits in mid-run
    commands: how many commands had been obeyed when the picture was taken
    bands: how activations and gradients of each layer have lain, since somebody looks
    phased: what is known of an update that is made phase by phase; all else is from before it, until it is made
    past: the run now, and how far back it reaches. While a moment of its past is shown, network, pictures and metrics
    are of that moment; status, message, history, marks and bands are still the whole run's
    companions: what trains beside it, each with the outputs if those are looked at here
    """

    experiment: Experiment
    dataset: Dataset
    run: int
    status: Status
    message: str
    updates: int
    epoch: float
    updates_per_second: float
    model: Model
    metrics: Metrics
    history: HistoryPrefix
    readings: tuple[LayerReading, ...]
    picture: Picture
    example: ExampleReading | None = None
    losses: ExampleLosses | None = None
    sums: Mapping[int, LayerSums] | None = None
    backward: BackwardReading | None = None
    warped: WarpedReading | None = None
    section: SectionReading | None = None
    recovery: float | None = None
    marks: tuple[Mark, ...] = ()
    commands: int = 0
    diagnosis: Diagnosis | None = None
    measured_at: int = -1
    phased: PhasedUpdate | None = None
    bands: BandsPrefix | None = None
    past: Past | None = None
    companions: "tuple[Frame, ...]" = ()

    @property
    def visit(self) -> Visited | None:
        """The moment of the past that is shown; None for now."""
        return self.past.visit if self.past is not None else None

    @property
    def now(self) -> tuple[int, int]:
        """The run and the update where it stands, whatever is shown."""
        return (self.past.run, self.past.updates) if self.past is not None else (self.run, self.updates)

    @property
    def phase(self) -> Phase | None:
        """The phase of an update that the run stands in, where updates are made phase by phase."""
        return self.phased.phase if self.phased is not None else None

    @property
    def params(self) -> FloatArray:
        """The model's flat parameter vector."""
        return self.model.params

    @property
    def weights(self) -> Weights:
        """All that the network predicts with."""
        return self.model.weights
