"""The picture that moves in the README: the spirals, learned from the first update on.

    python -m docs.growth

writes `resources/growth.png`; View › Save the growth… draws the same of any run.
"""

from pathlib import Path

from nnstudio import DatasetKind, Trainer, default_experiment
from nnstudio.core.run.commands import Recalled
from nnstudio.files.growth import writing

PICTURE = Path(__file__).parents[1] / "resources" / "growth.png"
UPDATES, MOMENTS, SIZE = 9000, 40, 320


def draw(path: Path, updates: int = UPDATES, moments: int = MOMENTS) -> None:
    """Train on the spirals, keep a state for each moment, and write the picture to `path`."""
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    kept = [trainer.state()]
    while trainer.updates < updates:
        trainer.step()
        if trainer.updates % (updates // moments) == 0:
            kept.append(trainer.state())
    for _ in writing(path, Recalled(trainer.state(), tuple(kept), trainer.dataset), SIZE, moments):
        pass


if __name__ == "__main__":
    draw(PICTURE)
