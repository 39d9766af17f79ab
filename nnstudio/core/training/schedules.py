"""How the learning rate moves during training.

Before every update the trainer asks for a share, which multiplies the learning rate that the user set; so dragging that
one acts at once under any schedule. Time t is counted in epochs, with fractions for the updates within one: k updates
into training with n updates an epoch, t = k / n. T is the schedule's period, also in epochs.
"""

from abc import ABC, abstractmethod
from math import cos, fmod, pi

from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind


class Schedule(ABC):
    """Base of all schedules; only those that watch the loss remember anything."""

    def __init__(self, spec: TrainingSpec) -> None:
        self.configure(spec)

    def configure(self, spec: TrainingSpec) -> None:
        """Take up new settings; what was seen so far stays."""
        self.period = spec.schedule_period
        self.factor = spec.schedule_factor
        self.floor = spec.schedule_floor
        self.growth = spec.schedule_growth

    @abstractmethod
    def share(self, t: float) -> float:
        """What to multiply the learning rate with after t epochs."""

    def see(self, t: float, loss: float) -> None:
        """Called whenever the training loss has been measured."""
        return

    def state(self) -> tuple[float, ...]:
        """What it remembers."""
        return ()

    def restore(self, state: tuple[float, ...]) -> None:
        """Go back to what `state()` gave."""
        return

    def _glide(self, x: float, low: float, high: float = 1.0) -> float:
        """From high (x = 0) down to low (x = 1) along half a cosine."""
        return low + (high - low) * (1 + cos(pi * x)) / 2


class Constant(Schedule):
    """1."""

    def share(self, t: float) -> float:
        return 1.0


class Step(Schedule):
    """γ^⌊t / T⌋."""

    def share(self, t: float) -> float:
        return self.factor ** (t // self.period)


class Exponential(Schedule):
    """γ^(t / T): what the steps do, smoothly."""

    def share(self, t: float) -> float:
        return self.factor ** (t / self.period)


class Cosine(Schedule):
    """f + (1 − f) ½ (1 + cos(π t / T)) down to the floor f, where it stays. Loshchilov & Hutter 2017, one period."""

    def share(self, t: float) -> float:
        return self._glide(min(t / self.period, 1), self.floor)


class CosineRestarts(Schedule):
    """SGDR (Loshchilov & Hutter 2017): the same, again and again; each period is `growth` times the one before."""

    def share(self, t: float) -> float:
        length = self.period
        if self.growth == 1:
            return self._glide(fmod(t, length) / length, self.floor)
        while t >= length:
            t -= length
            length *= self.growth
        return self._glide(t / length, self.floor)


class WarmUp(Schedule):
    """f + (1 − f) t / T from the floor f up to 1, where it stays."""

    def share(self, t: float) -> float:
        return self.floor + (1 - self.floor) * min(t / self.period, 1)


class OneCycle(Schedule):
    """Smith & Topin 2018, the learning rate alone, along cosines: from 1/25 up to 1 in 0.3 T, then down to 1/25 of a
    ten-thousandth at T, where it stays."""

    def share(self, t: float) -> float:
        x = t / self.period
        if x < 0.3:
            return self._glide(x / 0.3, 1, 1 / 25)
        return self._glide(min((x - 0.3) / 0.7, 1), 1 / 25e4)


class InverseTime(Schedule):
    """1 / (1 + t / T), the classical condition of Robbins & Monro 1951."""

    def share(self, t: float) -> float:
        return 1 / (1 + t / self.period)


class Plateau(Schedule):
    """γ times as much whenever the training loss has not fallen for more than a period, down to the floor.

    A loss counts as fallen below 0.9999 times the best so far.
    """

    def __init__(self, spec: TrainingSpec) -> None:
        super().__init__(spec)
        self.restore((1.0, float("inf"), 0.0))

    def share(self, t: float) -> float:
        return self._share

    def see(self, t: float, loss: float) -> None:
        if loss < self._best * (1 - 1e-4):
            self._best, self._since = loss, t
        elif t - self._since > self.period:
            self._share, self._since = max(self._share * self.factor, self.floor), t

    def state(self) -> tuple[float, ...]:
        return self._share, self._best, self._since

    def restore(self, state: tuple[float, ...]) -> None:
        self._share, self._best, self._since = state


SCHEDULES: dict[ScheduleKind, type[Schedule]] = {
    ScheduleKind.CONSTANT: Constant,
    ScheduleKind.STEP: Step,
    ScheduleKind.EXPONENTIAL: Exponential,
    ScheduleKind.COSINE: Cosine,
    ScheduleKind.COSINE_RESTARTS: CosineRestarts,
    ScheduleKind.WARM_UP: WarmUp,
    ScheduleKind.ONE_CYCLE: OneCycle,
    ScheduleKind.INVERSE_TIME: InverseTime,
    ScheduleKind.PLATEAU: Plateau,
}

SETTINGS_OF_SCHEDULE: dict[ScheduleKind, tuple[str, ...]] = {
    ScheduleKind.CONSTANT: (),
    ScheduleKind.STEP: ("schedule_period", "schedule_factor"),
    ScheduleKind.EXPONENTIAL: ("schedule_period", "schedule_factor"),
    ScheduleKind.COSINE: ("schedule_period", "schedule_floor"),
    ScheduleKind.COSINE_RESTARTS: ("schedule_period", "schedule_floor", "schedule_growth"),
    ScheduleKind.WARM_UP: ("schedule_period", "schedule_floor"),
    ScheduleKind.ONE_CYCLE: ("schedule_period",),
    ScheduleKind.INVERSE_TIME: ("schedule_period",),
    ScheduleKind.PLATEAU: ("schedule_period", "schedule_factor", "schedule_floor"),
}
"""The fields of `TrainingSpec` that each schedule reads."""
