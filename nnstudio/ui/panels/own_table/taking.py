"""The experiment that a table makes of the present one, and what is to be said about it before."""

from dataclasses import replace

from nnstudio.core.experiment import DenseSpec, Experiment, TableSpec
from nnstudio.core.experiment.choices import ClassWeights, Task
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.core.experiment.plan import can_carry
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.losses import WEIGHED
from nnstudio.ui.panels.own_table.draft import Proposed
from nnstudio.ui.widgets.figures import counted, grouped


def experiment_on(spec: OwnSpec, present: Experiment, weights: ClassWeights | None = None) -> Experiment:
    """An experiment that learns this data: with a network that suits it, or, where the present one learns the same
    target of the same file already, with the network of now. `weights`: how much its classes count, if it has some;
    None leaves that as it is."""
    going_on = replace(present, dataset=spec)
    made = going_on if can_carry(present, going_on) else default_experiment(spec)
    if weights is None or not isinstance(spec, TableSpec) or spec.task not in WEIGHED:
        return made
    return replace(made, training=replace(made.training, class_weights=weights))


def outlook(present: Experiment, proposed: Proposed) -> str:
    """What will be built, as rich text; nothing in it is foreign."""
    spec, overview = proposed.proposal.spec, proposed.overview
    made = experiment_on(spec, present)
    outputs = len(spec.target_names) if spec.task is Task.MULTICLASS else 1
    units = [layer.units for layer in made.layers if isinstance(layer, DenseSpec)]
    network = "-".join(map(str, (len(spec.input_names), *units, outputs)))
    classes = "" if spec.task is Task.REGRESSION else f", {counted(len(spec.target_names), 'class')}"
    begin = f"{grouped(overview.rows)} rows, {counted(len(spec.input_names), 'input')}{classes}."
    if can_carry(present, made):
        return f"{begin} The network stays as you have built it."
    return f"{begin} The network becomes {network}; the present run stays on the shelf."
