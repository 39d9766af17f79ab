"""A step of a calculation that a learner can make, with what goes wrong in it as values of its own.

An `Exercise` is one quantity to be found. Its slips are what somebody gets who makes one known mistake; a slip is only
named when nothing else fits what was typed. Whoever calculates with the numbers as they are printed is right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import floor, isfinite, log10, nan, prod

from nnstudio.core.trace.quantity import Calculation, Term

PLACES = 3
"""Numbers are printed with so many digits after the point; tiny and huge ones with two significant digits."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A known mistake: what it is, the value it leads to, and a place to look at that does not give the number away."""

    name: str
    value: float
    hint: str


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """One quantity to be calculated.

    rule: how it is made, in algebra
    calculation: its terms, of which the first wrong one can be named; None where it is no sum
    low, high: what the printed, rounded factors allow
    """

    name: str
    rule: str
    true: float
    slips: tuple[Slip, ...]
    calculation: Calculation | None = None
    low: float = nan
    high: float = nan


def slack(value: float) -> float:
    """How far a number may lie from what is printed of it: half of its last digit, 0 for what is printed whole."""
    if not isfinite(value) or value == 0:
        return 0.0
    if 0.5 * 10**-PLACES <= abs(value) < 10_000:
        return 0.0 if value == round(value, PLACES) else 0.5 * 10**-PLACES
    return 0.5 * 10.0 ** (floor(log10(abs(value))) - 1)


def within(rule: Callable[..., float], *factors: float) -> tuple[float, float]:
    """The smallest and the largest that comes out of a rule, of which each factor is only known as it is printed."""
    ends = [{factor - slack(factor), factor + slack(factor)} for factor in factors]
    found = [float(rule(*corner)) for corner in product(*ends)]
    return (min(found), max(found)) if all(map(isfinite, found)) else (nan, nan)


def weighed(exercise: Exercise, weight: float, rule: str) -> Exercise:
    """The same of an example that counts so much: everything is so many times as much. `rule`: with that in it."""
    if weight == 1:
        return replace(exercise, rule=rule)
    forgotten = Slip(
        "The weight of its class is missing.", exercise.true, "How much does an example of its class count?"
    )
    slips = (forgotten, *(replace(slip, value=weight * slip.value) for slip in exercise.slips))
    printed = abs(weight - float(f"{weight:.4g}"))
    ends = [share * end for share in (weight - printed, weight + printed) for end in (exercise.low, exercise.high)]
    return replace(exercise, rule=rule, true=weight * exercise.true, slips=slips, low=min(ends), high=max(ends))


def sum_exercise(name: str, calculation: Calculation, slips: tuple[Slip, ...]) -> Exercise:
    """A sum of products, of which the first wrong one can be named."""
    low, high = _interval(calculation.terms)
    return Exercise(name, calculation.rule, calculation.value, slips, calculation, low, high)


def rounded_too_early(calculation: Calculation) -> Iterator[Slip]:
    """What comes out if the factors, or the products, are cut to few digits first."""
    for places in (1, 2):
        cut = f"rounded to {places} place{'s' * (places > 1)} first."
        factors = [prod(round(f.value, places) for f in term.factors) for term in calculation.terms]
        total = sum(term.sign * value for term, value in zip(calculation.terms, factors, strict=True))
        hint = "Round at the end, not in between."
        yield Slip(f"The factors were {cut}", total, hint)
        yield Slip(f"The products were {cut}", sum(round(term.value, places) for term in calculation.terms), hint)


def _interval(terms: tuple[Term, ...]) -> tuple[float, float]:
    """What a sum can be if each factor is only known as it is printed, and each product is rounded as well."""
    low = high = 0.0
    for term in terms:
        ends = within(_product, float(term.sign), *(factor.value for factor in term.factors))
        rounded = slack(term.value) if len(terms) > 1 and len(term.factors) > 1 else 0.0
        low, high = low + ends[0] - rounded, high + ends[1] + rounded
    return low, high


def _product(*factors: float) -> float:
    return prod(factors)
