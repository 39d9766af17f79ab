"""What goes wrong in a network that does not learn, by cause, in a plain sentence, with what to try.

A norm alone says little: a gradient is small where a network has learned, where its neurons are dead, where they are
saturated and where depth has eaten it up. So the causes are looked for one after the other, from those that make all
others impossible to those that only time will show; the first that holds is the diagnosis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from nnstudio.core.counting import counted
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.setting import Choice
from nnstudio.core.training import remedies
from nnstudio.core.training.divergence import Diverged
from nnstudio.core.training.remedies import Remedy
from nnstudio.core.training.signs import MOST, RESTING, LayerSigns, Signs

TOO_FAR = 0.5
"""An update that moves a layer by half its own size forgets more than it learns."""
GROWN, LOST = 1e3, 1e-3
"""How much more, or less, of the output's gradient reaches another layer when depth is to blame: activations that suit
their first weights change it by a factor of ten at most."""
BEHIND = 1e-2
"""A first layer that crawls and gets less than this share of what moves the others is left behind by depth as well."""
CRAWLING = 1e-5
"""‖ΔW‖ / ‖W‖ of updates of which it takes a hundred thousand to make other weights."""
DONE, LEARNED, WELL_ON, UNLEARNED = 0.01, 0.05, 0.25, 0.95
"""Shares of the loss of the best constant answer: below the first there is nothing left to learn, whatever mini-batches
still push to and fro; below the second nearly all is learned, below the third most, above the last next to nothing."""
WAITED = 5, 200
"""Epochs and updates after which a loss that has not moved counts as stuck."""


class Cause(Choice):
    """Why a network learns, or does not."""

    DIVERGED = "diverged", "Diverged", "A number became infinite or undefined."
    ZERO_WEIGHTS = "zero-weights", "All weights zero", "Nothing gets through, forwards or backwards."
    ALIKE = "alike", "All alike", "Neurons with the same weights get the same gradient and stay the same."
    STEP = "step", "No slope", "A hard step has no slope, so no gradient gets past it."
    DEAD = "dead", "Dead", "Neurons that are zero for every example get no gradient."
    TOO_LARGE = "too-large", "Steps too large", "An update forgets more than it learns."
    EXPLODING = "exploding", "Exploding gradient", "The gradient grows on its way to the first layer."
    SATURATED = "saturated", "Saturated", "At the end of its range an activation is flat, and its gradient small."
    VANISHING = "vanishing", "Vanishing gradient", "The gradient shrinks on its way to the first layer."
    CONVERGED = "converged", "Converged", "Nearly all is learned, or the weights have come to rest."
    STUCK = "stuck", "Stuck", "The loss is no better than that of one answer to everything."
    CRAWLING = "crawling", "Crawling", "The updates are too small to get anywhere."
    HEALTHY = "healthy", "Healthy", "Every layer learns."

    @property
    def well(self) -> bool:
        """Whether there is nothing to do about it."""
        return self in (Cause.HEALTHY, Cause.CONVERGED)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One cause: as a title, in a sentence with what was measured, and what to try, if anything.

    layer: the key of the layer where it lies; None for all of them; unit: of which of its units, from 0
    """

    cause: Cause
    title: str
    sentence: str
    remedy: Remedy | None = None
    layer: int | None = None
    unit: int | None = None


def diagnose(signs: Signs) -> Diagnosis | None:
    """The first cause that holds; None where nothing can be said yet."""
    return next((diagnosis for look in _LOOKS if (diagnosis := look(signs)) is not None), None)


def _diverged(signs: Signs) -> Diagnosis | None:
    where = [layer for layer in signs.layers if layer.gradient is not None and not isfinite(layer.gradient)]
    diverged = signs.diverged
    if diverged is not None:  # where it began: from there it spreads, often to every gradient
        when, what = diverged.when, diverged.what
        key = next((layer.key for layer in signs.layers if layer.name == diverged.layer), None)
    elif where:
        everywhere = len(where) == sum(layer.gradient is not None for layer in signs.layers)
        when, what = "in the last update", "the gradient" if everywhere else f"the gradient of {_listed(where)}"
        key = where[-1].key
    else:
        return None
    sentence = f"{what[0].upper()}{what[1:]} became infinite or undefined {when}. {Diverged.kept}"
    return Diagnosis(Cause.DIVERGED, "Training diverged", sentence, remedies.finite_numbers(signs.experiment), key)


def _symmetric(signs: Signs) -> Diagnosis | None:
    for layer in signs.layers:
        if layer.zero:
            sentence = (
                f"All weights into {layer.name} and out of it are zero: nothing gets through, "
                "and no gradient comes back to change that."
            )
            remedy = remedies.first_weights(signs.experiment)
            return Diagnosis(Cause.ZERO_WEIGHTS, f"The weights of {layer.name} are zero", sentence, remedy, layer.key)
        if layer.alike:
            both = f"All {counted(layer.units, layer.noun)} of {layer.name}"
            sentence = (
                f"{both} have the same weights, so they get the same gradient and stay the same: "
                "the layer can do no more than one of them."
            )
            remedy = remedies.first_weights(signs.experiment)
            title = f"The {layer.noun}s of {layer.name} are all alike"
            return Diagnosis(Cause.ALIKE, title, sentence, remedy, layer.key)
    return None


def _step(signs: Signs) -> Diagnosis | None:
    steps = [layer for layer in signs.layers if layer.activation is not None and layer.activation.is_flat]
    if not steps:
        return None
    last = steps[-1]
    sentence = (
        f"The slope of a hard step is 0 everywhere: no gradient gets past {last.name}, "
        "and only what lies behind it learns."
    )
    remedy = remedies.slope_instead_of_step(signs.experiment, [layer.key for layer in steps])
    return Diagnosis(Cause.STEP, f"{last.name} has no slope", sentence, remedy, last.key)


def _dead(signs: Signs) -> Diagnosis | None:
    dying = [layer for layer in signs.layers if len(layer.dead) > MOST * layer.units]
    if not dying:
        return None
    layer = max(dying, key=lambda layer: len(layer.dead) / layer.units)
    all_of_it = len(layer.dead) == layer.units
    units = counted(layer.units, layer.noun)
    which = f"All {units}" if all_of_it else f"{len(layer.dead)} of {units}"
    if layer.units == 1:
        which = f"The only {layer.noun}"
    sentence = f"{which} of {layer.name} {'is' if layer.units == 1 else 'are'} dead: 0 for every example, so " + (
        f"no gradient reaches {layer.name} or what lies before it." if all_of_it else "no gradient reaches them."
    )
    remedy = remedies.life(signs.experiment, [layer.key for layer in dying])
    title = f"{layer.name} is dead" if all_of_it else f"{which} of {layer.name} are dead"
    return Diagnosis(Cause.DEAD, title, sentence, remedy, layer.key, layer.dead[0])


def _too_large(signs: Signs) -> Diagnosis | None:
    if max(signs.ratios, default=0.0) <= TOO_FAR:
        return None
    layer = max(signs.learning, key=lambda layer: layer.ratio or 0.0)
    ratio = layer.ratio or 0.0
    by = f"by {_percent(ratio)} of their size" if ratio < inf else "away from 0 at once"
    sentence = f"One update moves the weights of {layer.name} {by}: it forgets more than it learns."
    remedy = remedies.lower_rate(signs.experiment, ratio)
    return Diagnosis(Cause.TOO_LARGE, "The steps are too large", sentence, remedy, layer.key)


def _exploding(signs: Signs) -> Diagnosis | None:
    if signs.ends is None:
        return None
    first, last = signs.ends
    if not (first.gradient or 0) > GROWN * (last.gradient or 0) > 0:
        return None
    sentence = (
        f"The gradient has the norm {_number(first.gradient)} in {first.name} and {_number(last.gradient)} in "
        f"{last.name}: "
        "on its way back it grows in every layer."
    )
    title = f"The gradient explodes on its way to {first.name}"
    return Diagnosis(Cause.EXPLODING, title, sentence, remedies.shorter_gradient(signs.experiment), first.key)


def _saturated(signs: Signs) -> Diagnosis | None:
    """A neuron here and there may be saturated for the good of all, while its layer learns."""
    flat = [layer for layer in signs.layers if layer.is_saturated]
    if not flat or signs.share <= WELL_ON:  # what is flat is flat for a reason
        return None
    layer = max(flat, key=lambda layer: sum(layer.saturated) / layer.units)
    worst, end = layer.worst, _end_of(layer.activation)
    assert worst is not None
    unit = f"{_unit(layer)} {worst.unit + 1}"
    share, slope = _percent(worst.share), _number(worst.slope)
    if layer.hardly_learning > MOST * layer.units > 1:
        name, units = layer.name, counted(layer.units, layer.noun)
        sentence = (
            f"{layer.hardly_learning} of {units} hardly learn. In {unit} {end} on {share} of the examples: "
            f"its mean slope is {slope}."
        )
    else:
        name = f"{layer.name}, {unit}"
        sentence = f"{end} on {share} of the examples: its mean slope is {slope}, so it hardly learns."
    if layer.frozen:
        sentence = f"{sentence} Frozen, it stays so."
    remedy = remedies.calm_first_weights(signs.experiment)
    return Diagnosis(Cause.SATURATED, f"{name} is saturated", sentence, remedy, layer.key, worst.unit)


def _vanishing(signs: Signs) -> Diagnosis | None:
    if signs.ends is None or signs.share <= WELL_ON:
        return None
    first, _ = signs.ends
    gradient = first.gradient or 0.0
    strongest = max(signs.layers, key=lambda layer: layer.gradient or 0.0)
    largest = strongest.gradient or 0.0
    left_behind = first.ratio is not None and first.ratio < min(CRAWLING, BEHIND * max(signs.ratios))
    if not (gradient < LOST * largest or left_behind):
        return None
    arrives = f"1{_SPACE}/{_SPACE}{_number(largest / gradient)} of it" if gradient else "nothing of it"
    sentence = (
        f"The gradient has the norm {_number(largest)} in {strongest.name} and {_number(gradient)} in {first.name}: "
        f"{arrives} arrives there."
    )
    title = f"The gradient vanishes on its way to {first.name}"
    return Diagnosis(Cause.VANISHING, title, sentence, remedies.gradient_through_depth(signs.experiment), first.key)


def _converged(signs: Signs) -> Diagnosis | None:
    if not signs.ratios or signs.share > (LEARNED if max(signs.ratios) <= RESTING else DONE):
        return None
    resting, most = max(signs.ratios) <= RESTING, _percent(max(signs.ratios))
    sentence = f"The training loss is {_number(signs.loss)}, {_percent(signs.share)} of that of a constant answer; "
    if resting:
        sentence += f"the last updates changed no layer by more than {most}."
        return Diagnosis(Cause.CONVERGED, "Converged", sentence)
    return Diagnosis(Cause.CONVERGED, "Nearly all learned", f"{sentence}the last updates still changed one by {most}.")


def _crawling(signs: Signs) -> Diagnosis | None:
    if not signs.ratios or max(signs.ratios) > CRAWLING or signs.share <= WELL_ON or signs.flat:
        return None
    sentence = (
        f"No update changes a layer by more than {_percent(max(signs.ratios))}, although the loss of "
        f"{_number(signs.loss)} has a slope: the steps are too small to get anywhere."
    )
    return Diagnosis(Cause.CRAWLING, "Training crawls", sentence, remedies.raise_rate(signs.experiment))


def _stuck(signs: Signs) -> Diagnosis | None:
    unlearned = signs.share >= UNLEARNED and signs.epoch >= WAITED[0] and signs.updates >= WAITED[1]
    if not unlearned or not signs.ratios or not (signs.flat or max(signs.ratios) < RESTING):
        return None
    sentence = (
        f"After {counted(round(signs.epoch), 'epoch')} the loss is {_number(signs.loss)}; "
        f"the same answer to everything would give {_number(signs.constant_loss)}."
    )
    return Diagnosis(Cause.STUCK, "Training is stuck", sentence, remedies.out_of_the_plain(signs.experiment))


def _healthy(signs: Signs) -> Diagnosis | None:
    if not signs.ratios:
        return None
    low, high = _percent(min(signs.ratios)), _percent(max(signs.ratios))
    span = f"{low}" if low == high else f"{low.removesuffix(_PER_CENT)} to {high}"
    sentence = f"Every layer still moves: each update changes its weights by {span}."
    return Diagnosis(Cause.HEALTHY, "Every layer learns", sentence)


_LOOKS: Sequence[Callable[[Signs], Diagnosis | None]] = (
    _diverged,
    _symmetric,
    _step,
    _dead,
    _too_large,
    _exploding,
    _saturated,
    _vanishing,
    _converged,
    _crawling,
    _stuck,
    _healthy,
)


# Words ----------------------------------------------------------------------------------------------------------------

_SPACE = "\N{NO-BREAK SPACE}"
_PER_CENT = f"{_SPACE}%"


def _end_of(kind: ActivationKind | None) -> str:
    return "a < 0.015 or a > 0.985" if kind is ActivationKind.SIGMOID else "|a| > 0.97"


def _unit(layer: LayerSigns) -> str:
    return "unit" if layer.noun == "neuron" else layer.noun


def _listed(layers: Sequence[LayerSigns]) -> str:
    *others, last = [layer.name for layer in layers]
    return f"{', '.join(others)} and {last}" if others else last


def _percent(share: float) -> str:
    return f"{_number(100 * share)}{_PER_CENT}"


def _number(value: float | None) -> str:
    """Two digits that count, for a sentence; whole numbers from 10 on."""
    value = value or 0.0
    if abs(value) < 10:
        return f"{value:.2g}".replace("e-0", "e-")
    return f"{float(f'{value:.2g}') if abs(value) > 1000 else value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
