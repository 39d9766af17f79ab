"""An example of a class that counts more or less: what the microscope writes and says of it."""

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, PaintedSpec, TrainingSpec
from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.example_losses import ExampleLossReadings
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.microscope.example.answer_rows import rows_of
from nnstudio.ui.microscope.example.held_answers import hardest_of
from nnstudio.ui.microscope.sheet import Sheets
from nnstudio.ui.microscope.walk import Stop
from nnstudio.ui.microscope.words import in_words

POINTS = tuple((0.9 * n % 7 - 3.5, 0.4 * n % 7 - 3.5, 2 if n > 27 else n % 2) for n in range(32))


@pytest.fixture
def trainer() -> Trainer:
    training = TrainingSpec(class_weights=ClassWeights.BALANCED, batch_size=8)
    spec = PaintedSpec(classes=3, training=POINTS, test=POINTS[::-1])
    trainer = Trainer(Experiment(dataset=spec, layers=(DenseSpec(units=3),), training=training))
    trainer.train(epochs=3)
    return trainer


def test_its_weight_stands_with_the_loss_and_with_the_error(trainer: Trainer) -> None:
    held = Held(trainer.state(), trainer.dataset)
    for index, weight in ((30, 32 / (3 * 4)), (0, 32 / (3 * 14))):
        trace = Trace.of(held, Chosen(SplitName.TRAINING, index))
        sheets = Sheets(trace)
        loss = sheets.sheet(Stop(Phase.LOSS, None, None))
        assert loss.parts[0].title == f"each term: {weight:.4g} · (−t · ln p)"
        error = sheets.sheet(Stop(Phase.BACKWARD, 1, 0))
        assert error.parts[-1].lines[-1].label == f"{weight:.4g} · (p − t)"
        assert f"An example of its class counts {weight:.3f} times." in in_words(trace, Stop(Phase.LOSS, None, None))
        assert rows_of(trace)[-1].name == "loss"  # and not −ln p


def test_the_hardest_are_those_that_cost_most_with_their_weight(trainer: Trainer) -> None:
    costs = ExampleLossReadings(trainer).read().test
    held = Held(trainer.state(), trainer.dataset)
    assert hardest_of(held, SplitName.TEST).tolist() == np.argsort(-costs, kind="stable").tolist()
