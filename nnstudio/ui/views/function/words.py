"""What is to be said about each activation: its slope, its range, where it is flat, what that does to learning.

Flat is where the slope is less than 0.01: less than a hundredth of the error that arrives is passed on.
"""

from dataclasses import dataclass

from nnstudio.core.experiment.choices import ActivationKind


@dataclass(frozen=True, slots=True)
class Words:
    """slope: the formula of f′; at_zero: what is taken at z = 0 where the slope jumps; source: who says so."""

    slope: str
    range: str
    flat: str
    learning: str
    source: str
    at_zero: str = ""


_KIND = ActivationKind

WORDS = {
    _KIND.LINEAR: Words(
        "1",
        "−∞ … ∞",
        "nowhere",
        "The whole error passes back; but layers of it together are still one straight line.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapter 6.",
    ),
    _KIND.RELU: Words(
        "z > 0: 1;  else 0",
        "0 … ∞",
        "for all z ≤ 0, where the slope is 0",
        "Above 0 the whole error passes, through any number of layers; a unit that is always below 0 is dead.",
        "Nair & Hinton 2010; Glorot, Bordes & Bengio 2011.",
        "The slope jumps at z = 0; f′(0) = 0 is taken there.",
    ),
    _KIND.LEAKY_RELU: Words(
        "z > 0: 1;  else 0.01",
        "−∞ … ∞",
        "nowhere; for z ≤ 0 the slope is 0.01",
        "A unit below 0 still gets a hundredth of the error, and can come back.",
        "Maas, Hannun & Ng 2013.",
        "The slope jumps at z = 0; f′(0) = 0.01 is taken there.",
    ),
    _KIND.ELU: Words(
        "z > 0: 1;  else eᶻ",
        "−1 … ∞",
        "for z < −4.6",
        "Values below 0 pull a layer's mean towards 0, which makes learning quicker; far below, a unit goes quiet.",
        "Clevert, Unterthiner & Hochreiter 2016, with α = 1.",
    ),
    _KIND.SELU: Words(
        "z > 0: 1.0507;  else 1.7581 eᶻ",
        "−1.7581 … ∞",
        "for z < −5.2",
        "With LeCun weights each layer keeps mean 0 and variance 1, so that errors neither fade nor explode in deep "
        "stacks.",
        "Klambauer et al. 2017.",
        "The slope jumps at z = 0; f′(0) = 1.7581 is taken there.",
    ),
    _KIND.GELU: Words(
        "½ (1 + t) + ½ z (1 − t²) u′  with t = tanh u, u = √(2/π) (z + 0.044715 z³)",
        "−0.17 … ∞",
        "for z < −3.1, and at the bottom of its dip, z = −0.75",
        "ReLU without the corner: slightly negative sums still learn, and below the dip the slope is negative.",
        "Hendrycks & Gimpel 2016, in their tanh form.",
    ),
    _KIND.SILU: Words(
        "σ(z) + f(z) (1 − σ(z))",
        "−0.278 … ∞",
        "for z < −6.3, and at the bottom of its dip, z = −1.28",
        "A wider dip than GELU's: units go quiet late, and few of them for ever.",
        "Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017, with β = 1.",
    ),
    _KIND.SOFTPLUS: Words(
        "1 / (1 + e⁻ᶻ) = σ(z)",
        "0 … ∞",
        "for z < −4.6",
        "Never quite 0, so nothing dies; but all answers are positive, and the next layer has to balance that.",
        "Dugas et al. 2001.",
    ),
    _KIND.SIGMOID: Words(
        "f(z) (1 − f(z))",
        "0 … 1",
        "for z < −4.6 and z > 4.6",
        "At most a quarter of the error passes, at z = 0; through four such layers at most 1/256 of it.",
        "Rumelhart, Hinton & Williams 1986; Glorot & Bengio 2010.",
    ),
    _KIND.TANH: Words(
        "1 − f(z)²",
        "−1 … 1",
        "for z < −3.0 and z > 3.0",
        "Near 0 the whole error passes; a unit far out is saturated: it hardly learns, however wrong it is.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
    _KIND.SINE: Words(
        "cos z",
        "−1 … 1",
        "only at its tops and hollows, z = ±1.57, ±4.71, …",
        "Nothing saturates for good, but the slope changes its sign: a step too far makes things worse again.",
        "Sitzmann et al. 2020, without their frequency factor.",
    ),
    _KIND.STEP: Words(
        "0",
        "0 or 1",
        "everywhere",
        "No error passes back: no layer before it learns, which is why nobody trains with it.",
        "McCulloch & Pitts 1943.",
        "f jumps at z = 0, to f(0) = 1; the slope 0 is taken there, too.",
    ),
    _KIND.SOFTMAX: Words(
        "∂pᵢ/∂zⱼ = pᵢ (1 − pᵢ) if i = j, else −pᵢ pⱼ",
        "0 … 1, together 1",
        "where one share is nearly 1",
        "No single slope: each logit moves every share. With cross-entropy all of that becomes p − target, which is "
        "never flat where the answer is wrong.",
        "Bridle 1990.",
    ),
}
