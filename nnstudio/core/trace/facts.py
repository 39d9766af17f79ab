"""What can be said of why a number came out as it did, and one such sentence, known to hold or not."""

from dataclasses import dataclass
from enum import Enum, auto


class Fact(Enum):
    """What a cause says, apart from the numbers in it."""

    ALL_UP = auto()
    """All products are above 0."""
    ALL_DOWN = auto()
    """All products are below 0."""
    MORE_UP = auto()
    """What is above 0 in a sum is more than what is below."""
    MORE_DOWN = auto()
    """It is less."""
    CANCEL = auto()
    """Neither: they differ by less than a hundredth."""
    BIAS_DECIDES = auto()
    """Without the bias the sum would not lie on its side of 0."""
    LARGEST = auto()
    """This term of a sum is the largest, counted without its sign."""
    OPPOSED = auto()
    """Of what pushes one way more than a tenth is taken back by what pushes the other way."""
    WEAK = auto()
    """No term is as large as a half."""
    LARGER = auto()
    """a lies further from 0 than z."""
    SMALLER = auto()
    """a lies nearer to 0 than z."""
    LIFTED = auto()
    """z is below 0 and a above."""
    CUT = auto()
    """z is below 0 and a is 0."""
    SWITCHED_OFF = auto()
    """The unit is switched off."""
    SLOPE_SHRINKS = auto()
    """|f′(z)| is less than 1."""
    SLOPE_GROWS = auto()
    """|f′(z)| is more than 1."""
    SLOPE_FLAT = auto()
    """|f′(z)| is less than a hundredth."""
    COSTS_MORE = auto()
    """∂L/∂z is above 0: more of z costs more."""
    COSTS_LESS = auto()
    """∂L/∂z is below 0."""
    COSTS_THE_SAME = auto()
    """∂L/∂z is 0."""
    ANSWER_ABOVE = auto()
    """The answer is above its target."""
    ANSWER_BELOW = auto()
    """The answer is below its target."""
    ANSWER_FAR = auto()
    """They differ by more than a half."""
    BETTER_THAN_GUESSED = auto()
    """The answer is nearer to its target than that of a network that knows nothing."""
    WORSE_THAN_GUESSED = auto()
    """It is further away."""
    AS_GUESSED = auto()
    """Neither."""
    PENALTY_COUNTED = auto()
    """The penalty on the weights is a part of an example's loss: never."""
    SAME_SIGNS = auto()
    """x and ∂L/∂z have the same sign."""
    OPPOSITE_SIGNS = auto()
    """x and ∂L/∂z have opposite signs."""
    INPUT_ZERO = auto()
    """x is 0."""
    ERROR_ZERO = auto()
    """∂L/∂z is 0."""
    INPUT_SHRINKS = auto()
    """|x| is between 0 and 1."""
    SIGN_OF_WEIGHT = auto()
    """A gradient or a change has the sign of its weight; said only where it has not."""
    INPUT_LARGEST = auto()
    """Of the weights in question this one has the largest |x|."""
    INPUT_SMALLEST = auto()
    """It has the smallest |x|."""
    MORE_ERROR = auto()
    """More error arrives for one weight of a unit than for another: never."""
    WEIGHT_LARGEST = auto()
    """This weight is the largest itself; said only where it is not."""
    DOWNHILL = auto()
    """A weight moves against its mean gradient."""
    UPHILL = auto()
    """It moves along with it, for something else counts more."""
    STAYS = auto()
    """It does not move."""
    MOVED_WITHOUT = auto()
    """It moves although its mean gradient is 0."""
    OUTVOTED = auto()
    """The mean gradient has not the sign of this example's."""
    STEP_SHORT = auto()
    """The change is smaller than the mean gradient."""


F = Fact
_KIN = (
    {F.ALL_UP, F.ALL_DOWN, F.MORE_UP, F.MORE_DOWN, F.CANCEL, F.OPPOSED},
    {F.LARGER, F.SMALLER, F.LIFTED, F.CUT},
    {F.SLOPE_SHRINKS, F.SLOPE_GROWS, F.SLOPE_FLAT},
    {F.COSTS_MORE, F.COSTS_LESS, F.COSTS_THE_SAME},
    {F.ANSWER_ABOVE, F.ANSWER_BELOW},
    {F.BETTER_THAN_GUESSED, F.WORSE_THAN_GUESSED, F.AS_GUESSED},
    {F.SAME_SIGNS, F.OPPOSITE_SIGNS},
    {F.INPUT_LARGEST, F.INPUT_SMALLEST},
    {F.DOWNHILL, F.UPHILL, F.STAYS, F.MOVED_WITHOUT},
)


@dataclass(frozen=True, slots=True)
class Cause:
    """text: what it says, from a small letter on; reason: why it holds, or not, by the numbers

    pull: 1 if it explains why a number is high, −1 if why it is low, 0 if either; at: which term it speaks of
    """

    fact: Fact
    text: str
    holds: bool
    reason: str
    pull: int = 0
    at: int | None = None

    def kin(self, other: "Cause") -> bool:
        """Whether both are answers to the same question, so that one gives the other away."""
        return self.fact is other.fact or any({self.fact, other.fact} <= facts for facts in _KIN)
