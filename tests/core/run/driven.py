"""A run without a thread, for tests of what a command means."""

from dataclasses import replace
from math import inf

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.run import commands
from nnstudio.core.run.run import Run
from nnstudio.core.training.state import RunState

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(optimizer=OptimizerKind.ADAM, batch_size=10),
)


class Driven:
    """A run without a thread, with its answers by ticket."""

    def __init__(self, experiment: Experiment = PLANE) -> None:
        self.answers: dict[int, commands.Answer] = {}
        self.run = Run(outbox=lambda answer: self.answers.__setitem__(answer.ticket, answer))
        self._ticket = 0
        self(commands.Begin(experiment))

    def __call__(self, command: commands.Command) -> commands.Answer | None:
        """Send it, reach what it heads for, and give its answer."""
        self._ticket += 1
        self.run.obey(command, self._ticket)
        while self.run.busy and not self.run.playing:
            self.run.work(inf, lambda: False)
        return self.answers.get(self._ticket)

    def state(self) -> RunState:
        return self.run.trainer.state()

    @property
    def bits(self) -> bytes:
        return self.run.trainer.network.params.tobytes()

    @property
    def experiment(self) -> Experiment:
        return self.run.trainer.experiment

    def training(self, **settings: object) -> Experiment:
        return replace(self.experiment, training=replace(self.experiment.training, **settings))

    def layers(self, *layers: object) -> Experiment:
        return replace(self.experiment, layers=layers)  # type: ignore[arg-type]


def refused(answer: commands.Answer | None) -> str:
    assert answer is not None
    assert answer.refusal
    return answer.refusal
