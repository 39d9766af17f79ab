"""The data sets that come with the program, and what a network can be told about a point."""

from nnstudio.core.experiment.choices import DatasetKind, Feature
from nnstudio.ui.explanations.explanation import Explanation

_PLAYGROUND = "after TensorFlow Playground, Smilkov & Carter 2016."
_NEURON = "McCulloch & Pitts 1943, A Logical Calculus of the Ideas Immanent in Nervous Activity."
_FEATURES = "the features of TensorFlow Playground, Smilkov & Carter 2016."

DATA_SETS = {
    DatasetKind.CIRCLE: Explanation(
        "Blue where √(x₁² + x₂²) < 2.5, orange in the ring outside.",
        "(1, 2) has the radius 2.24: blue. (3, 3) has 4.24: orange.",
        _PLAYGROUND,
    ),
    DatasetKind.XOR: Explanation(
        "class = sign(x₁ · x₂)", "(2, −3): −6 < 0, orange. (−2, −3): 6 ≥ 0, blue.", _PLAYGROUND
    ),
    DatasetKind.AND4: Explanation("y = x₁ ∧ x₂, on four points.", "(1, 1) → 1, (0, 1) → 0.", _NEURON),
    DatasetKind.OR4: Explanation("y = x₁ ∨ x₂, on four points.", "(0, 1) → 1, (0, 0) → 0.", _NEURON),
    DatasetKind.XOR4: Explanation(
        "y = x₁ ⊕ x₂, on four points.",
        "(0, 1) → 1, (1, 1) → 0.",
        "Minsky & Papert 1969, Perceptrons; Rumelhart, Hinton & Williams 1986.",
    ),
    DatasetKind.GAUSSIANS: Explanation(
        "x ~ N((±2, ±2), σ²), σ² = 0.5 + 7 · noise.",
        "Without noise σ = 0.71, and the centres lie 5.66 apart.",
        _PLAYGROUND,
    ),
    DatasetKind.SPIRALS: Explanation(
        "Radius 5 t, angle 630° · t + 360° · k / arms, t in 0 … 1.",
        "Half way along arm 0, t = 0.5: radius 2.5, angle 315°.",
        "Lang & Witbrock 1988, Learning to Tell Two Spirals Apart; in this form TensorFlow Playground.",
    ),
    DatasetKind.MOONS: Explanation(
        "Two half circles of radius 3, the lower one moved by (3, −1.5).",
        "With 5 % noise points stray by σ = 3 · 0.05 = 0.15.",
        "scikit-learn's make_moons, three times as large.",
    ),
    DatasetKind.RINGS: Explanation(
        "Class k lies between the radii 5.5 k / classes and 5.5 (k + 0.7) / classes.",
        "3 classes: class 1 lies between 1.83 and 3.12.",
    ),
    DatasetKind.CHECKERBOARD: Explanation(
        "class = (⌊x₁ / 2.5⌋ + ⌊x₂ / 2.5⌋) mod 2, in ±5.",
        "(3, 1): 1 + 0 = 1, blue. (3, 3): 1 + 1 = 2, orange.",
    ),
    DatasetKind.BLOBS: Explanation(
        "Normal clouds of σ = 0.5 + 2 · noise on a circle of radius 4.",
        "5 classes: the centres lie 72° apart.",
        "scikit-learn's make_blobs, on a circle.",
    ),
    DatasetKind.PLANE: Explanation("y = (x₁ + x₂) / 10", "(3, 2): y = 0.5.", _PLAYGROUND),
    DatasetKind.HILLS: Explanation(
        "y = ± max(0, 1 − d / 2) for the nearest of six centres at the distance d.",
        "0.5 beside the hill at (−4, 2.5): y = 1 − 0.25 = 0.75.",
        _PLAYGROUND,
    ),
    DatasetKind.SINE: Explanation("y = sin(π x₁ / 3)", "x₁ = 1.5: y = sin 90° = 1, whatever x₂ is."),
    DatasetKind.SKETCHED_DIGITS: Explanation(
        "Strokes of ten digits, drawn with a wobbling pen on 28 × 28 pixels.",
        "784 inputs of 0 … 255 and 10 classes.",
    ),
    DatasetKind.MNIST: Explanation(
        "28 × 28 pixels of 0 … 255; 60 000 digits to train on, 10 000 to test.",
        "Whoever guesses is right in 10 % of the cases; 784-128-64-10 after one pass in more than 90 %.",
        "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition.",
    ),
}
FEATURES = {
    Feature.X1: Explanation("x₁", "At (3, 2) it is 3.", _FEATURES),
    Feature.X2: Explanation("x₂", "At (3, 2) it is 2.", _FEATURES),
    Feature.X1_SQUARED: Explanation(
        "x₁²", "At (3, 2) it is 9; x₁² + x₂² < 6.25 is the circle's disc, one neuron's work.", _FEATURES
    ),
    Feature.X2_SQUARED: Explanation("x₂²", "At (3, 2) it is 4.", _FEATURES),
    Feature.X1_X2: Explanation("x₁ · x₂", "At (3, −2) it is −6: its sign is the answer of XOR.", _FEATURES),
    Feature.SIN_X1: Explanation("sin x₁, in radians", "At (3, 2) it is 0.141.", _FEATURES),
    Feature.SIN_X2: Explanation("sin x₂, in radians", "At (3, 2) it is 0.909.", _FEATURES),
}
