"""A trainer for what was named on the command line."""

from nnstudio.cli.arguments import BadInput
from nnstudio.core.data.dataset import build
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import Change, can_carry, plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried
from nnstudio.files.images import ImageLibrary
from nnstudio.files.project import Project


def trainer_of(project: Project, experiment: Experiment, name: str) -> Trainer:
    """A trainer for the experiment that goes on where the project called `name` stands; like in the window, an edit
    keeps whatever still has a place. Raises `BadInput` for a project that does not fit itself, and what a `Trainer`
    raises."""
    try:
        return _trainer(project, experiment)
    except SettingError:
        raise
    except ValueError as error:
        raise BadInput(f"{name} cannot be trained on: {error}.") from error


def _trainer(project: Project, experiment: Experiment) -> Trainer:
    images = ImageLibrary(_nowhere_else)
    if project.state is None:
        trainer = Trainer(experiment, images)
        if project.weights is not None:
            trainer.set_weights(project.weights)
        return trainer
    trainer = Trainer.resumed(project.state, images)
    change = plan(trainer.experiment, experiment)
    if not change.rebuilds:
        trainer.apply(experiment)
        return trainer
    if not can_carry(trainer.experiment, experiment):
        raise ValueError("what it has learned has no place in the experiment as changed by --set")
    return carried(trainer, experiment, build(experiment.dataset, images) if Change.DATA in change else trainer.dataset)


def _nowhere_else() -> None:
    """MNIST is looked for where NNSTUDIO_DATA says and in the user's data folder only."""
