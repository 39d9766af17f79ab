"""A diagnosis that can be read: it does not change its mind from one mini-batch to the next.

While a run learns it is examined a few times a second; norms are averaged over the last examinations, and another cause
has to show several times in a row before it is believed. Of a run that rests, what is measured is what is said.
"""

from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.run.frame import LayerReading
from nnstudio.core.training.diagnosis import Diagnosis, diagnose
from nnstudio.core.training.losses.loss import Loss
from nnstudio.core.training.signs import LayerSigns, Signs
from nnstudio.core.training.trainer import Trainer

PERIOD = 8
"""Of so many frames of a run that learns one is examined: at 60 frames a second a sentence has an eighth of a second
to be read, and the examination costs an eighth."""
LONGEST_PERIOD = 24
ALLOWED = 0.25e-3
"""Seconds a frame: an examination that costs more comes less often."""
MEMORY = 0.8
"""The share of the mean norms that survives an examination."""
BELIEVED = 3
"""So many times in a row another cause has to show."""
ENOUGH = 10_000
"""So many targets tell the best constant answer."""
_LEAST = 1e-9


class Examination:
    """Forms the diagnosis of one trainer."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._frames, self._period = 0, PERIOD
        self._experiment = self._shown = trainer.experiment
        self._means: dict[int, tuple[float, float]] = {}
        self._said: Diagnosis | None = None
        self._doubts = 0
        self._constant: tuple[Loss, float] | None = None

    @property
    def last(self) -> Diagnosis | None:
        """What was said last."""
        return self._said

    def due(self, learning: bool) -> bool:
        """Whether this frame is one to be examined."""
        first, self._frames = self._said is None and self._frames == 0, self._frames + 1
        edited, self._shown = self._shown is not self._trainer.experiment, self._trainer.experiment
        return first or edited or not learning or self._frames % self._period == 0

    def took(self, seconds: float) -> None:
        """The examination of a frame cost so much."""
        self._period = min(max(PERIOD, round(seconds / ALLOWED)), LONGEST_PERIOD)

    def diagnosis(self, readings: tuple[LayerReading, ...], loss: float, *, learning: bool) -> Diagnosis | None:
        """What the signs in these readings mean, of a run with this training loss."""
        trainer = self._trainer
        layers = tuple(reading.signs for reading in readings if reading.signs is not None)
        if not learning or self._experiment is not trainer.experiment:
            self._experiment, self._means, self._said = trainer.experiment, {}, None
        found = diagnose(
            Signs(
                layers=tuple(map(self._smoothed, layers)),
                experiment=trainer.experiment,
                loss=loss,
                constant_loss=self._constant_loss(),
                epoch=trainer.epoch,
                updates=trainer.updates,
                diverged=trainer.diverged,
            )
        )
        self._doubts = self._doubts + 1 if self._contradicts(found) else 0
        if not self._doubts or self._doubts >= BELIEVED:
            self._said, self._doubts = found, 0
        return self._said

    def _contradicts(self, found: Diagnosis | None) -> bool:
        said = self._said
        return said is not None and (found is None or (found.cause, found.layer) != (said.cause, said.layer))

    def _smoothed(self, signs: LayerSigns) -> LayerSigns:
        """The signs with the means of their norms; what is not finite counts at once."""
        now = signs.gradient, signs.ratio
        if now[0] is None or now[1] is None or not isfinite(now[0]) or not isfinite(now[1]):
            self._means.pop(signs.key, None)
            return signs
        before = self._means.get(signs.key, (now[0], now[1]))
        gradient, ratio = (MEMORY * old + (1 - MEMORY) * new for old, new in zip(before, (now[0], now[1]), strict=True))
        self._means[signs.key] = gradient, ratio
        return replace(signs, gradient=gradient, ratio=ratio)

    def _constant_loss(self) -> float:
        loss = self._trainer.loss
        if self._constant is None or self._constant[0] != loss:
            self._constant = loss, constant_loss(loss, self._trainer.dataset.train.targets[:ENOUGH])
        return self._constant[1]


def constant_loss(loss: Loss, targets: Array) -> float:
    """The mean loss of the best answer that is the same for all examples: the share of each output that is true, as
    logits; where there are values, their mean; where a margin counts, the side that is more often right; or logits of
    0. targets (n, outputs), as the data have them."""
    wanted = loss.targets(targets).T.astype(np.float64)
    truths, counts = loss.parted(wanted)
    mean = np.average(truths, axis=1, weights=counts)
    match loss.activation.kind:
        case ActivationKind.SIGMOID:  # some losses have targets of 0 and 1, some of -1 and 1
            answers = [_logit(mean), _logit((mean + 1) / 2), np.sign(mean)]
        case ActivationKind.SOFTMAX:
            answers = [np.log(np.maximum(mean, _LEAST))]
        case _:
            answers = [mean]
    answers.append(np.zeros_like(mean))
    return min(loss.value(np.repeat(each[:, None], wanted.shape[1], axis=1), wanted) for each in answers)


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.clip(share, _LEAST, 1 - _LEAST)
    return np.log(share / (1 - share))
