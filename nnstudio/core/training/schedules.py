"""How the learning rate moves during training.

Before every update the trainer asks for a share, which multiplies the learning rate that the user set; so dragging that
one acts at once under any schedule. Time t is the number of examples seen so far and T the schedule's period, counted
in examples too. Both are exact, so that a period of 0.1 epochs is over at the very update at which it should be.
"""

from abc import ABC, abstractmethod
from math import ceil, cos, expm1, floor, isfinite, isnan, log, log1p, pi

from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.training.epochs import examples_in


class Schedule(ABC):
    """Base of all schedules, for training on `count` examples; only those that watch the loss remember anything."""

    def __init__(self, spec: TrainingSpec, count: int) -> None:
        self._count = count
        self.configure(spec)

    def configure(self, spec: TrainingSpec) -> None:
        """Take up new settings; what was seen so far stays."""
        self.period = examples_in(spec.schedule_period, self._count)
        self._length, self._parts = self.period.as_integer_ratio()
        self.factor = spec.schedule_factor
        self.floor = spec.schedule_floor
        self.growth = spec.schedule_growth

    @abstractmethod
    def share(self, t: int) -> float:
        """What to multiply the learning rate with after t examples."""

    def see(self, t: int, loss: float) -> None:
        """Called whenever the training loss has been measured."""
        return

    def look_anew(self) -> None:
        """The losses seen so far are no measure any more: they were of another kind, or over other data."""
        return

    @property
    def deadline(self) -> int | None:
        """After how many examples the loss must be measured at the latest; None for those that never look at it."""
        return None

    def state(self) -> tuple[float, ...]:
        """What it remembers."""
        return ()

    def restore(self, state: tuple[float, ...]) -> None:
        """Go back to what `state()` gave. Raises `ValueError` for the memory of another schedule."""
        if len(state) != len(self.state()) or any(isnan(value) for value in state):
            raise ValueError(f"the schedule {type(self).__name__} does not remember {', '.join(map(str, state))}")

    def _periods(self, t: int) -> float:
        """t / T, rounded once."""
        return t * self._parts / self._length

    def _glide(self, x: float, low: float, high: float = 1.0) -> float:
        """From high (x = 0) down to low (x = 1) along half a cosine."""
        return low + (high - low) * (1 + cos(pi * x)) / 2


class Constant(Schedule):
    """1."""

    def share(self, t: int) -> float:
        return 1.0


class Step(Schedule):
    """γ^⌊t / T⌋."""

    def share(self, t: int) -> float:
        return self.factor ** (t * self._parts // self._length)


class Exponential(Schedule):
    """γ^(t / T): what the steps do, smoothly."""

    def share(self, t: int) -> float:
        return self.factor ** self._periods(t)


class Cosine(Schedule):
    """f + (1 − f) ½ (1 + cos(π t / T)) down to the floor f, where it stays. Loshchilov & Hutter 2017, one period."""

    def share(self, t: int) -> float:
        return self._glide(min(self._periods(t), 1), self.floor)


class CosineRestarts(Schedule):
    """SGDR (Loshchilov & Hutter 2017): the same, again and again; each period is g, its `growth`, times the one before.

    k periods take T (gᵏ − 1) / (g − 1) together, so after x = t / T there were ⌊log(1 + (g − 1) x) / log g⌋ whole ones.
    """

    def share(self, t: int) -> float:
        if self.growth == 1:
            return self._glide(t * self._parts % self._length / self._length, self.floor)
        x, log_growth = self._periods(t), log(self.growth)
        # Logarithms round: a billionth of a period is no time.
        k = floor(log1p((self.growth - 1) * x) / log_growth + 1e-9)
        begin = expm1(k * log_growth) / (self.growth - 1)
        return self._glide(max(x - begin, 0) / self.growth**k, self.floor)


class WarmUp(Schedule):
    """f + (1 − f) t / T from the floor f up to 1, where it stays."""

    def share(self, t: int) -> float:
        return self.floor + (1 - self.floor) * min(self._periods(t), 1)


class OneCycle(Schedule):
    """Smith & Topin 2018, the learning rate alone, along cosines: from 1/25 up to 1 in 0.3 T, then down to 1/25 of a
    ten-thousandth at T, where it stays."""

    def share(self, t: int) -> float:
        x = self._periods(t)
        if x < 0.3:
            return self._glide(x / 0.3, 1, 1 / 25)
        return self._glide(min((x - 0.3) / 0.7, 1), 1 / 25e4)


class InverseTime(Schedule):
    """1 / (1 + t / T), the classical condition of Robbins & Monro 1951."""

    def share(self, t: int) -> float:
        return 1 / (1 + self._periods(t))


class Plateau(Schedule):
    """γ times as much whenever the training loss has not fallen for a period, down to the floor.

    A loss counts as fallen below 0.9999 times the best so far, as in PyTorch. Periods are counted as in Keras: T epochs
    without a better loss, where PyTorch waits for one more.
    """

    def __init__(self, spec: TrainingSpec, count: int) -> None:
        super().__init__(spec, count)
        self._share, self._best, self._since = 1.0, float("inf"), 0

    def share(self, t: int) -> float:
        return self._share

    def see(self, t: int, loss: float) -> None:
        if loss < self._best * (1 - 1e-4):
            self._best, self._since = loss, t
        elif t >= self.deadline:
            self._share, self._since = max(self._share * self.factor, self.floor), t

    def look_anew(self) -> None:
        self._best = float("inf")  # so the next loss is the best, and the period begins with it

    @property
    def deadline(self) -> int:
        return self._since + ceil(self.period)

    def state(self) -> tuple[float, ...]:
        return self._share, self._best, float(self._since)

    def restore(self, state: tuple[float, ...]) -> None:
        super().restore(state)
        if not (isfinite(state[0]) and isfinite(state[2])):
            raise ValueError(f"a plateau since {state[2]} examples with a share of {state[0]} is none")
        self._share, self._best = state[:2]
        self._since = int(state[2])


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
