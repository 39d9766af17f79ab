"""A trainer for what was named on the command line."""

from pathlib import Path

from nnstudio.cli.arguments import BadInput
from nnstudio.core.data.dataset import ImageSource, build
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import Change, can_carry, plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried
from nnstudio.files.library import library_of
from nnstudio.files.project import Project


def trainer_of(
    project: Project, experiment: Experiment, name: str, library: ImageSource | None = None, data: Path | None = None
) -> Trainer:
    """A trainer for the experiment that goes on where the project called `name` stands; like in the window, an edit
    keeps whatever still has a place. `library` has the data, if they are at hand; `data`: where the project's own table
    is now. Raises `BadInput` for a project that does not fit itself, and what a `Trainer` raises."""
    try:
        given = () if data is None else (data,)
        return _trainer(project, experiment, library or library_of(project, Path(name), given))
    except SettingError:
        raise
    except ValueError as error:
        raise BadInput(f"{name} cannot be trained on: {error}.") from error


def _trainer(project: Project, experiment: Experiment, library: ImageSource) -> Trainer:
    if project.state is None:
        trainer = Trainer(experiment, library)
        if project.weights is not None:
            trainer.set_weights(project.weights)
        return trainer
    trainer = Trainer.resumed(project.state, library)
    change = plan(trainer.experiment, experiment)
    if not change.rebuilds:
        trainer.apply(experiment)
        return trainer
    if not can_carry(trainer.experiment, experiment):
        raise ValueError("what it has learned has no place in the experiment as changed by --set")
    return carried(
        trainer, experiment, build(experiment.dataset, library) if Change.DATA in change else trainer.dataset
    )
