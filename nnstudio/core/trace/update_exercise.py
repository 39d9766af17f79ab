"""Steps of the update: the mean gradient, and the new weight of every optimizer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.trace.exercise import Exercise, Slip, slack, within
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.update_rows import WAYS, Step, memory_of

O = OptimizerKind  # noqa: E741
Numbers = Mapping[str, float]
_OTHER_PULL = "Something else pulls at a weight."
_BEFORE = "What is remembered is renewed first, then the step is made."
_PLAIN = "That is plain gradient descent."
_CORRECTED = "m and v begin at 0: what is divided out of them?"

_MOVES: dict[OptimizerKind, tuple[tuple[str, ...], Callable[[Numbers, TrainingSpec], float]]] = {
    O.SGD: (("g",), lambda n, s: n["g"]),
    O.MOMENTUM: (("v",), lambda n, s: n["v"]),
    O.NESTEROV: (("g", "v"), lambda n, s: n["g"] + s.momentum * n["v"]),
    O.ADAGRAD: (("g", "s"), lambda n, s: n["g"] / (_root(n["s"]) + s.epsilon)),
    O.RMSPROP: (("g", "s"), lambda n, s: n["g"] / (_root(n["s"]) + s.epsilon)),
    O.ADADELTA: (("d",), lambda n, s: n["d"]),
    O.ADAM: (("m̂", "v̂"), lambda n, s: n["m̂"] / (_root(n["v̂"]) + s.epsilon)),
    O.AMSGRAD: (("m̂", "v̂ₘₐₓ"), lambda n, s: n["m̂"] / (_root(n["v̂ₘₐₓ"]) + s.epsilon)),
    O.ADAMW: (("m̂", "v̂", "w"), lambda n, s: n["m̂"] / (_root(n["v̂"]) + s.epsilon) + s.weight_decay * n["w"]),
    O.NADAM: (("m̂", "v̂"), lambda n, s: n["m̂"] / (_root(n["v̂"]) + s.epsilon)),
    O.LION: (("c", "w"), lambda n, s: float(np.sign(n["c"])) + s.weight_decay * n["w"]),
}
"""Of each optimizer which rows its step is made of, and the step divided by η."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One weight before its next update, with all that its optimizer knows of it.

    g: the mean gradient; penalized: whether penalties apply to it; examples: N; clip: by what the norm clips
    """

    w: float
    g: float
    rate: float
    spec: TrainingSpec
    memory: Mapping[str, Array]
    numbers: Numbers
    penalized: bool
    examples: int
    clip: float
    share: float

    @classmethod
    def of(cls, held: Held, key: int, array: str, at: Index) -> "Parameter":
        """One weight or bias of a layer."""
        numbering = held.network.layout.by_layer(np.arange(len(held.network.params), dtype=np.float64))
        place = int(numbering[key][array][at])
        memory, numbers = memory_of(held.state.optimizer)
        clips = [float(row.values) for row in held.update if row.name == "clip"]
        return cls(
            w=float(held.network.params[place]),
            g=float(held.gradient[place]),
            rate=held.rate,
            spec=held.state.experiment.training,
            memory={name: values[place : place + 1] for name, values in memory.items()},
            numbers=numbers,
            penalized=bool(held.network.penalized[place]),
            examples=len(held.dataset.train),
            clip=clips[0] if clips else 1.0,
            share=held.share,
        )

    @property
    def rule(self) -> str:
        """How the new weight is made, by its optimizer."""
        step = next(row.formula for row in WAYS[self.spec.optimizer](self._step(self.g)) if row.name == "step")
        return f"w − ({step})" if " + decay" in step else f"w − {step}"

    def rows(self) -> dict[str, float]:
        """What its optimizer calculates, by the names of the rows."""
        spec, g = self.spec, self.g
        if self.penalized:
            g += (spec.l2 * self.w + spec.l1 * float(np.sign(self.w))) / self.examples
        if spec.clip_value:
            g = min(max(g, -spec.clip_value), spec.clip_value)
        g *= self.clip
        rows = WAYS[spec.optimizer](self._step(g))
        return {"g": g, **{row.name: float(np.asarray(row.values).ravel()[0]) for row in rows}}

    def _step(self, g: float) -> Step:
        return Step(np.array([self.w]), np.array([g]), self.rate, self.spec, self.memory, self.numbers)

    @property
    def new(self) -> float:
        """The weight after the update."""
        return self.rows()["w"]


def mean_gradient(name: str, of_each: Sequence[float], this: float) -> Exercise:
    """The gradient that the optimizer gets: the mean over the examples of the mini-batch."""
    mean, hint = sum(of_each) / len(of_each), "How many examples share this update?"
    slips = (
        Slip("That is the sum over the mini-batch, not the mean.", sum(of_each), hint),
        Slip("That was divided once too often.", mean / len(of_each), hint),
        Slip("That is the gradient of this example alone.", this, hint),
        Slip("The sign is the other way round.", -mean, "Which of the signs weigh more?"),
    )
    half = sum(slack(value) for value in of_each) / len(of_each)
    return Exercise(name, "mean of ∂L/∂w over the mini-batch", mean, slips, None, mean - half, mean + half)


def new_weight(parameter: Parameter) -> Exercise:
    """The weight after the update, by the optimizer in use."""
    rows, spec = parameter.rows(), parameter.spec
    names, move = _MOVES[spec.optimizer]
    before = {**rows, "w": parameter.w}
    new = rows["w"]

    def moved(w: float, rate: float, *values: float) -> float:
        return w - rate * move({**dict(zip(names, values, strict=True)), "w": w}, spec)

    ends = within(moved, parameter.w, parameter.rate, *(before[name] for name in names))
    low, high = ends[0] - slack(rows["step"]), ends[1] + slack(rows["step"])
    slips = (*_slips_of_a_step(parameter, new), *_slips_of_shaping(parameter), *_slips_of_memory(parameter, before))
    return Exercise("new w", parameter.rule, new, slips, None, low, high)


def _slips_of_a_step(parameter: Parameter, new: float) -> Iterator[Slip]:
    w, rate = parameter.w, parameter.rate
    yield Slip("The learning rate is missing.", replace(parameter, rate=1.0).new, "How long is one step?")
    yield Slip("The learning rate was applied twice.", replace(parameter, rate=rate**2).new, "How often does η appear?")
    yield Slip("The step goes uphill.", 2 * w - new, "Which way lies a smaller loss?")
    yield Slip("That is the step, not the new weight.", w - new, "The step is taken from where the weight stands.")
    if parameter.share != 1:
        yield Slip(
            "That is η as it was set, not as the schedule has it now.",
            replace(parameter, rate=rate / parameter.share).new,
            "Does η change from update to update?",
        )


def _slips_of_shaping(parameter: Parameter) -> Iterator[Slip]:
    """What is done to the gradient before the step is made, left out or done too often."""
    spec = parameter.spec
    if spec.l1 or spec.l2:
        none, twice = replace(spec, l1=0.0, l2=0.0), replace(spec, l1=2 * spec.l1, l2=2 * spec.l2)
        if parameter.penalized:
            yield Slip("The penalty is forgotten.", replace(parameter, spec=none).new, _OTHER_PULL)
            yield Slip("The penalty was added twice.", replace(parameter, spec=twice).new, "It pulls, once.")
        else:
            on_it = replace(parameter, penalized=True).new
            yield Slip("The penalty was put on a bias.", on_it, "What does the penalty pull at?")
    if spec.weight_decay and spec.optimizer in (O.ADAMW, O.LION):
        yield Slip(
            "The weight decay is forgotten.", replace(parameter, spec=replace(spec, weight_decay=0.0)).new, _OTHER_PULL
        )
        twice = replace(spec, weight_decay=2 * spec.weight_decay)
        yield Slip("The weight decay was applied twice.", replace(parameter, spec=twice).new, "It pulls once.")
    if spec.clip_value or parameter.clip != 1:
        yield Slip(
            "The clipping is forgotten.",
            replace(parameter, spec=replace(spec, clip_value=0.0), clip=1.0).new,
            "Is a gradient of this size let through?",
        )


def _slips_of_memory(parameter: Parameter, rows: Numbers) -> Iterator[Slip]:
    """What an optimizer remembers, left out, not renewed, or not corrected."""
    spec, memory = parameter.spec, {name: float(values[0]) for name, values in parameter.memory.items()}
    _, move = _MOVES[spec.optimizer]

    def stepped(**other: float) -> float:
        named = {_ROWS.get(name, name): value for name, value in other.items()}
        return parameter.w - parameter.rate * move({**rows, **named}, spec)

    plain = parameter.w - parameter.rate * rows["g"]
    match spec.optimizer:
        case O.SGD:
            return
        case O.MOMENTUM | O.NESTEROV:
            yield Slip(_PLAIN, plain, "What still moves the weight?")
            yield Slip("That is v of the update before.", stepped(v=memory["v"]), _BEFORE)
            if spec.optimizer is O.NESTEROV:
                yield Slip("That is momentum without the look ahead.", _at(parameter, rows["v"]), "g + μ · v, not v.")
        case O.ADAGRAD | O.RMSPROP:
            yield Slip("The root is missing.", _at(parameter, rows["g"] / (rows["s"] + spec.epsilon)), "√s, not s.")
            yield Slip("It was not divided by √s.", plain, "Each weight has its own pace.")
            yield Slip("That is s of the update before.", stepped(s=memory["s"]), _BEFORE)
        case O.ADADELTA:
            yield Slip(_PLAIN, plain, "Which of the rows is the step made of?")
        case O.LION:
            yield Slip(
                "The sign is missing: that is c itself.",
                parameter.w - parameter.rate * (rows["c"] + spec.weight_decay * parameter.w),
                "Every step of Lion is equally long.",
            )
        case _:
            yield from _slips_of_two_means(parameter, rows, memory, stepped)


def _slips_of_two_means(
    parameter: Parameter, rows: Numbers, memory: Numbers, stepped: Callable[..., float]
) -> Iterator[Slip]:
    spec, numbers = parameter.spec, parameter.numbers
    variance = "v̂ₘₐₓ" if spec.optimizer is O.AMSGRAD else "v̂"
    m, v, m_hat, v_hat = rows["m"], rows["v"], rows["m̂"], rows[variance]
    rest = spec.weight_decay * parameter.w if spec.optimizer is O.ADAMW else 0.0
    yield Slip("The correction of m and v is missing.", stepped(m_hat=m, **{variance: v}), _CORRECTED)
    yield Slip("The correction of m is missing.", stepped(m_hat=m), _CORRECTED)
    yield Slip("The correction of v is missing.", stepped(**{variance: v}), _CORRECTED)
    if m_hat and v_hat:
        wrong = stepped(m_hat=m * m / m_hat, **{variance: v * v / v_hat})
        yield Slip("The correction was multiplied, not divided.", wrong, _CORRECTED)
    yield Slip("The root is missing.", _at(parameter, m_hat / (v_hat + spec.epsilon) + rest), "√v̂, not v̂.")
    yield Slip("It was not divided by √v̂.", _at(parameter, m_hat + rest), "Each weight has its own pace.")
    if spec.optimizer is O.AMSGRAD:
        yield Slip("That is Adam: v̂, not the largest v̂ so far.", stepped(**{variance: rows["v̂"]}), "Which v̂ counts?")
    if numbers.get("m_weight") and numbers.get("v_weight") and spec.optimizer is not O.NADAM:
        old = memory["m"] / numbers["m_weight"]
        yield Slip("That is m of the update before.", stepped(m_hat=old), _BEFORE)
        old_v = memory["v"] / numbers["v_weight"]
        yield Slip("That is v of the update before.", stepped(**{variance: old_v}), _BEFORE)


_ROWS = {"m_hat": "m̂"}


def _at(parameter: Parameter, move: float) -> float:
    return parameter.w - parameter.rate * move


def _root(value: float) -> float:
    return sqrt(max(value, 0.0))
