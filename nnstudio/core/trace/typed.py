"""A number as a learner types it: 0.25 · 0,25 · 1/4 · e^-1 · -.25 · 2.5e-1 · products and sums of these."""

import re
from dataclasses import dataclass
from math import e, floor, isfinite, log10

FEWEST = 2
"""Significant digits from which on an answer is judged."""
EXACT = 4
"""So many significant digits of a typed calculation such as 1/3 count."""
_TOKEN = re.compile(r"\s*(?:(\d+[.,]?\d*|[.,]\d+)([eE][+\-−]?\d+)?|(.))")
_MINUS = "-−–"
_TIMES = "*·×⋅"


class Unreadable(ValueError):
    """What was typed is no number: neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed number.

    digits: how many significant ones were typed; of a calculation, and of a 0 without decimals, `EXACT`
    unit: the size of the last of them, half of which is the tolerance
    """

    text: str
    value: float
    digits: int
    unit: float

    @classmethod
    def read(cls, text: str) -> "Typed":
        """Raises `Unreadable`."""
        value = _Reader(text).value()
        plain = re.fullmatch(r"\s*[+\-−–]?\s*(\d*)[.,]?(\d*)(?:[eE]([+\-−]?\d+))?\s*", text)
        if plain is None or not plain[1] + plain[2] or (value == 0 and not plain[2]):
            unit = 10.0 ** (floor(log10(abs(value))) - EXACT + 1) if value else 10.0**-EXACT
            return cls(text, value, EXACT, unit)
        exponent = int((plain[3] or "0").replace("−", "-"))
        digits = (plain[1] + plain[2]).lstrip("0") or plain[2]
        return cls(text, value, len(digits), 10.0 ** (exponent - len(plain[2])))

    def rounds_from(self, true: float) -> bool:
        """Whether the true value, rounded to the digits typed, is what was typed."""
        return abs(self.value - true) <= 0.5 * self.unit * (1 + 1e-9) + 1e-15 * abs(true)

    @property
    def coarse(self) -> bool:
        """Whether there are too few digits to be judged; a typed 0 is not."""
        return self.digits < FEWEST and self.value != 0


class _Reader:
    """Sums of products of powers: a recursive descent over the tokens."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text.strip()))
        self._place = 0

    def value(self) -> float:
        try:
            value = self._sum()
        except (OverflowError, ZeroDivisionError) as error:
            raise Unreadable(str(error)) from error
        if self._place < len(self._tokens) or isinstance(value, complex) or not isfinite(value):
            raise Unreadable("what stands there is no number")
        return value

    def _sum(self) -> float:
        value = self._product()
        while (sign := self._take("+" + _MINUS)) is not None:
            value += self._product() if sign == "+" else -self._product()
        return value

    def _product(self) -> float:
        value = self._signed()
        while (sign := self._take(_TIMES + "/:")) is not None:
            value = value / self._signed() if sign in "/:" else value * self._signed()
        return value

    def _signed(self) -> float:
        if (sign := self._take("+" + _MINUS)) is not None:
            return self._signed() if sign == "+" else -self._signed()
        value = self._atom()
        return value ** self._signed() if self._take("^") is not None else value

    def _atom(self) -> float:
        if self._take("(") is not None:
            value = self._sum()
            if self._take(")") is None:
                raise Unreadable("a bracket is not closed")
            return value
        if self._take("eE") is not None:
            return e
        if self._place < len(self._tokens) and (number := self._tokens[self._place])[1]:
            self._place += 1
            return float((number[1] + (number[2] or "")).replace(",", ".").replace("−", "-"))
        raise Unreadable("a number is missing")

    def _take(self, signs: str) -> str | None:
        """The next token, if it is one of these signs."""
        if self._place < len(self._tokens) and (found := self._tokens[self._place][3]) and found in signs:
            self._place += 1
            return found
        return None
