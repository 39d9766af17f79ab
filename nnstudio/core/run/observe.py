"""From a run to a picture of it.

Between two updates the worker may ask for a `Frame`. An `Observer` belongs to one trainer and to those who look at it
from different sides: at its layers, its examples' losses, and at what it makes of its data. Nothing here changes the
run.
"""

from time import thread_time

import numpy as np

from nnstudio.core.run.backward import BackwardReader
from nnstudio.core.run.bands import Bands
from nnstudio.core.run.examination import Examination
from nnstudio.core.run.example import AnyExample, ExampleReader
from nnstudio.core.run.example_losses import ExampleLossReadings
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.layer_readings import LayerReadings
from nnstudio.core.run.layer_sums import SumsReader
from nnstudio.core.run.pictures import MOVING_RESOLUTION, OUTPUT_RESOLUTION, picture_maker
from nnstudio.core.run.section import Section, SectionReader
from nnstudio.core.run.warped import WarpedReader
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.phases import PhasedUpdate
from nnstudio.core.training.trainer import Trainer

BACKWARDS = Probe.BACKWARD | Probe.BACKWARD_MEAN


class Observer:
    """Takes pictures of one trainer. Raises nothing for a trainer that has diverged: NaN is shown as NaN. `bands`: the
    record of its layers, which outlives it; whoever looks at the past only reads it (`records`)."""

    def __init__(self, trainer: Trainer, run: int, bands: Bands | None = None, *, records: bool = True) -> None:
        self.trainer = trainer
        self.run = run
        self._bands = bands if bands is not None else Bands()
        self._records = records
        self._layers = LayerReadings(trainer)
        self._examination = Examination(trainer)
        self._losses = ExampleLossReadings(trainer)
        self._examples = ExampleReader(trainer)
        self._sums = SumsReader(trainer)
        self._backward = BackwardReader(trainer)
        self._warped = WarpedReader(trainer)
        self._sections = SectionReader(trainer)
        self._pictures = picture_maker(trainer)

    @np.errstate(all="ignore")
    def frame(
        self,
        probes: Probe,
        *,
        status: Status = Status.PAUSED,
        message: str = "",
        updates_per_second: float = 0.0,
        chosen: AnyExample | None = None,
        section: Section | None = None,
        resolution: int | None = None,
        recovery: float | None = None,
        commands: int = 0,
        phased: PhasedUpdate | None = None,
    ) -> Frame:
        """The run now; a loss that takes long to measure is the one that was last measured. `chosen` is the example to
        look at; the output over the plane is drawn with `resolution`² pixels, coarser while the run learns."""
        trainer = self.trainer
        example = self._examples.read(chosen)
        known = trainer.looking or not trainer.evaluation_is_cheap
        metrics: Metrics = trainer.last_metrics if known else trainer.evaluate()
        learning, explained = status is Status.LEARNING, Probe.GRADIENTS in probes
        due = bool(probes & (Probe.GRADIENTS | Probe.ACTIVATIONS)) and self._examination.due(learning)
        blamed = None if Probe.BACKWARD_MEAN in probes else example
        start = thread_time()
        readings = self._layers.read(probes, due)
        diagnosis = self._examination.last if explained else None
        if due and explained:
            diagnosis = self._examination.diagnosis(readings, metrics.train_loss, learning=learning)
        if due:
            self._examination.took(thread_time() - start)
        if self._records:
            self._bands.note(trainer, probes)
        resolution = resolution or (MOVING_RESOLUTION if learning else OUTPUT_RESOLUTION)
        return Frame(
            experiment=trainer.experiment,
            dataset=trainer.dataset,
            run=self.run,
            status=status,
            message=message,
            updates=trainer.updates,
            epoch=trainer.epoch,
            updates_per_second=updates_per_second,
            model=trainer.model(),
            metrics=metrics,
            history=trainer.history.prefix(),
            readings=readings,
            picture=self._pictures.take(probes, example, resolution),
            example=example,
            losses=self._losses.read() if Probe.LOSSES in probes else None,
            sums=self._sums.read(example) if Probe.SUMS in probes else None,
            backward=self._backward.read(blamed, learning) if probes & BACKWARDS else None,
            warped=self._warped.read(example, learning) if Probe.WARPED in probes else None,
            section=self._sections.read(section, example, resolution) if section and Probe.SECTION in probes else None,
            recovery=recovery,
            marks=trainer.marks,
            commands=commands,
            diagnosis=diagnosis,
            measured_at=trainer.evaluated_at,
            phased=phased,
            bands=self._bands.prefix() if probes & (Probe.GRADIENTS | Probe.ACTIVATIONS) else None,
        )
