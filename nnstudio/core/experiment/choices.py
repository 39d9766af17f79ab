"""What there is to choose from: every enumeration of an experiment, with the words a person reads.

A member says its name in files, its label, one plain sentence and its formula. What it computes stands in one table
elsewhere (`activations.py`, `initializers.py`, …); a test asserts that each table covers its enumeration.
"""

from enum import Enum

from nnstudio.core.experiment.setting import Choice


class Task(Enum):
    """What the outputs mean, which decides how many there are: one that answers yes or no, one for each class of which
    exactly one is right, one for each label of which any number is, or values."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    REGRESSION = "regression"


class Domain(Enum):
    """What kind of thing one example is."""

    PLANE = "plane"
    IMAGES = "images"
    TABLE = "table"


class DatasetKind(Choice):
    CIRCLE = "circle", "Circle", "A disc of one class inside a ring of the other."
    XOR = "xor", "XOR", "Four squares; opposite ones share a class.", "class = sign(x₁·x₂)"
    AND4 = "and4", "AND truth table", "Four points, of which one is 1: a single neuron learns it.", "x₁ ∧ x₂"
    OR4 = "or4", "OR truth table", "Four points, of which three are 1: a single neuron learns it.", "x₁ ∨ x₂"
    XOR4 = "xor4", "XOR truth table", "The four points of the textbooks: learned exactly, or not at all.", "x₁ ⊕ x₂"
    GAUSSIANS = "gaussians", "Two Gaussians", "Two round clouds; a single straight line parts them."
    SPIRALS = "spirals", "Spirals", "Two to five spiral arms wound around each other: hard for a small network."
    MOONS = "moons", "Moons", "Two half moons that reach into each other."
    RINGS = "rings", "Rings", "Rings inside each other, each a class of its own."
    CHECKERBOARD = "checkerboard", "Checkerboard", "Sixteen squares of two classes: many small patches to separate."
    BLOBS = "blobs", "Blobs", "Two to ten round clouds, each a class of its own."
    PLANE = "plane", "Slope", "Regression: a value that rises evenly across the plane.", "y = (x₁ + x₂) / 10"
    HILLS = "hills", "Hills", "Regression: hills and hollows, some high and some deep."
    SINE = (
        "sine",
        "Sine",
        "Regression: a wave along x₁; the network must learn that x₂ does not matter.",
        "y = sin(π x₁ / 3)",
    )
    SKETCHED_DIGITS = (
        "sketched-digits",
        "Sketched digits",
        "Digits drawn by the program with a wobbling pen, 28×28 pixels each: images without a download.",
    )
    MNIST = "mnist", "MNIST", "70 000 handwritten digits, 28×28 pixels each."
    PAINTED = "painted", "Painted", "Points of your own, painted on the plane class by class."
    TABLE = "table", "Table", "Numbers of your own: a row for each example, a column for each input."
    PICTURES = "pictures", "Own images", "Images of your own: a folder of them for each class."

    @property
    def short(self) -> str:
        """What it is called below a small picture."""
        kind = DatasetKind
        shorter = {kind.AND4: "AND", kind.OR4: "OR", kind.XOR4: "XOR"}
        shorter |= {kind.GAUSSIANS: "Clouds", kind.CHECKERBOARD: "Checks", kind.SKETCHED_DIGITS: "Digits"}
        return shorter.get(self, self.label)


class Feature(Choice):
    """What the network is told about a point (x₁, x₂)."""

    X1 = "x1", "x₁", "The first coordinate."
    X2 = "x2", "x₂", "The second coordinate."
    X1_SQUARED = "x1^2", "x₁²", "The square of the first coordinate: makes circles easy."
    X2_SQUARED = "x2^2", "x₂²", "The square of the second coordinate: makes circles easy."
    X1_X2 = "x1*x2", "x₁x₂", "The product of both coordinates: makes XOR easy."
    SIN_X1 = "sin(x1)", "sin x₁", "A wave along the first coordinate."
    SIN_X2 = "sin(x2)", "sin x₂", "A wave along the second coordinate."


class Scaling(Choice):
    """What is done to the inputs before the network sees them."""

    NONE = "none", "None", "The inputs stay as they are.", "x"
    STANDARDISE = (
        "standardise",
        "Standardise",
        "Each input gets mean 0 and standard deviation 1 over the training points.",
        "(x − mean) / σ",
    )
    MIN_MAX = (
        "min-max",
        "Min–max",
        "Each input is stretched so that the training points fill −1 … 1.",
        "2 (x − min) / (max − min) − 1",
    )


class ActivationKind(Choice):
    LINEAR = "linear", "Linear", "Passes its input on; a stack of them is still a straight line.", "z"
    RELU = "relu", "ReLU", "Zero below zero, the identity above; quick, but a unit can die.", "max(0, z)"
    LEAKY_RELU = (
        "leaky-relu",
        "Leaky ReLU",
        "ReLU with a slope of 0.01 below zero: nothing dies.",
        "max(0.01 z, z)",
    )
    ELU = "elu", "ELU", "ReLU with a smooth tail down to −1.", "z > 0: z;  else eᶻ − 1"
    SELU = (
        "selu",
        "SELU",
        "A scaled ELU that keeps deep dense stacks at mean 0 and variance 1; wants LeCun weights.",
        "1.0507 · (z > 0: z;  else 1.6733 (eᶻ − 1))",
    )
    GELU = (
        "gelu",
        "GELU",
        "A smooth ReLU with a small dip below zero, in its tanh form.",
        "½ z (1 + tanh(√(2/π) (z + 0.044715 z³)))",
    )
    SILU = "silu", "SiLU (Swish)", "A smooth ReLU: its input times its own sigmoid.", "z / (1 + e⁻ᶻ)"
    SOFTPLUS = "softplus", "Softplus", "ReLU with a rounded corner; never quite zero.", "log(1 + eᶻ)"
    SIGMOID = "sigmoid", "Sigmoid", "Squeezes into 0 … 1; deep stacks of it lose their gradients.", "1 / (1 + e⁻ᶻ)"
    TANH = "tanh", "Tanh", "Squeezes into −1 … 1 around zero.", "tanh z"
    SINE = "sine", "Sine", "Goes up and down for ever; good for waves.", "sin z"
    STEP = (
        "step",
        "Hard step",
        "The oldest neuron: all or nothing. Its gradient is zero, so no layer before it can learn.",
        "z ≥ 0: 1;  else 0",
    )
    SOFTMAX = (
        "softmax",
        "Softmax",
        "The neurons of the layer share out 1 between them, most of it to the largest.",
        "eᶻ / Σ eᶻ",
    )

    @property
    def suited(self) -> "InitializerKind":
        """The first weights that keep the size of what passes through."""
        kind = ActivationKind
        if self is kind.SELU:
            return InitializerKind.LECUN
        rectifies = self in {kind.RELU, kind.LEAKY_RELU, kind.ELU, kind.GELU, kind.SILU, kind.SOFTPLUS}
        return InitializerKind.HE if rectifies else InitializerKind.GLOROT

    @property
    def slope(self) -> str:
        """f′(z) as a formula; of softmax, where each z moves every a, that of its own."""
        kind = ActivationKind
        return {
            kind.LINEAR: "1",
            kind.RELU: "1 where z > 0, else 0",
            kind.LEAKY_RELU: "1 where z > 0, else 0.01",
            kind.ELU: "1 where z > 0, else eᶻ",
            kind.SELU: "1.0507 where z > 0, else 1.7581 eᶻ",
            kind.GELU: "½ (1 + t) + ½ z (1 − t²) u′, t = tanh u, u = √(2/π) (z + 0.044715 z³)",
            kind.SILU: "σ(z) + f(z) (1 − σ(z)), σ(z) = 1 / (1 + e⁻ᶻ)",
            kind.SOFTPLUS: "1 / (1 + e⁻ᶻ)",
            kind.SIGMOID: "f(z) (1 − f(z))",
            kind.TANH: "1 − f(z)²",
            kind.SINE: "cos z",
            kind.STEP: "0",
            kind.SOFTMAX: "f(z) (1 − f(z))",
        }[self]

    @property
    def is_flat(self) -> bool:
        """Whether its slope is 0 everywhere, so that no gradient gets past."""
        return self is ActivationKind.STEP

    def of(self, text: str) -> str:
        """How f of something is written: tanh(w·x + b), or the thing itself where f changes nothing."""
        return text if self is ActivationKind.LINEAR else f"{self.phrase}({text})"


class Padding(Choice):
    """What a convolution sees beyond the edge of an image."""

    VALID = "valid", "Valid", "Only whole windows: the image shrinks by the kernel less one."
    SAME = "same", "Same", "Zeros around the image keep its size (divided by the stride)."


class InitializerKind(Choice):
    HE = "he", "He", "Normal, sized for ReLU (He et al. 2015).", "N(0, 2 / inputs)"
    HE_UNIFORM = "he-uniform", "He, uniform", "Uniform, sized for ReLU (He et al. 2015).", "U(±√(6 / inputs))"
    GLOROT = "glorot", "Glorot", "Uniform, sized for tanh (Glorot & Bengio 2010).", "U(±√(6 / (inputs + outputs)))"
    GLOROT_NORMAL = (
        "glorot-normal",
        "Glorot, normal",
        "Normal, sized for tanh (Glorot & Bengio 2010).",
        "N(0, 2 / (inputs + outputs))",
    )
    LECUN = "lecun", "LeCun", "Normal, sized for SELU and for no activation (LeCun et al. 1998).", "N(0, 1 / inputs)"
    LECUN_UNIFORM = (
        "lecun-uniform",
        "LeCun, uniform",
        "Uniform, sized for SELU and for no activation (LeCun et al. 1998).",
        "U(±√(3 / inputs))",
    )
    ORTHOGONAL = (
        "orthogonal",
        "Orthogonal",
        "A random rotation: lengths and angles survive a deep stack (Saxe et al. 2014).",
        "WᵀW = 1",
    )
    NORMAL = "normal", "Normal(σ)", "Normal with the σ below, whatever the layer's size.", "N(0, σ²)"
    UNIFORM = "uniform", "Uniform(a, b)", "Evenly between a and b; 0 to 1 is a notorious mistake.", "U(a, b)"
    CONSTANT = "constant", "Constant", "Every weight the same: all units stay alike for ever.", "c"
    ZEROS = "zeros", "Zeros", "All units stay alike for ever: watch what it breaks.", "0"

    @property
    def is_fixed(self) -> bool:
        """Whether it does not care how many inputs a neuron has."""
        kind = InitializerKind
        return self in {kind.NORMAL, kind.UNIFORM, kind.CONSTANT, kind.ZEROS}


class BiasKind(Choice):
    CONSTANT = "constant", "Constant", "All biases start at the value below."
    LIKE_WEIGHTS = "like-weights", "Like the weights", "Biases are drawn from the same distribution as the weights."


class LossKind(Choice):
    CROSS_ENTROPY = (
        "cross-entropy",
        "Cross-entropy",
        "How surprised the network is by the right answer; sigmoid or softmax at the output.",
        "−Σ y log p",
    )
    BINARY_CROSS_ENTROPY = (
        "binary-cross-entropy",
        "Sigmoid cross-entropy",
        "One sigmoid for each class or label, each a yes or no of its own; the mean over the outputs.",
        "−mean (y log p + (1 − y) log (1 − p))",
    )
    MEAN_SQUARED_ERROR = (
        "mean-squared-error",
        "Mean squared error",
        "The mean of the squared differences, without the factor ½; sigmoid at the output of a classifier.",
        "mean (p − y)²",
    )
    HALF_SQUARED_ERROR = (
        "half-squared-error",
        "Half squared error",
        "The mean squared error with the factor ½ of the textbooks: the same descent at half the learning rate.",
        "½ mean (p − y)²",
    )
    MEAN_ABSOLUTE_ERROR = (
        "mean-absolute-error",
        "Mean absolute error",
        "The mean of the differences' sizes: outliers pull no harder than other points.",
        "mean |p − y|",
    )
    HUBER = (
        "huber",
        "Huber",
        "Squared for differences up to δ, straight beyond: smooth, and calm about outliers.",
        "½ d² for |d| ≤ δ, else δ (|d| − ½ δ)",
    )
    HINGE = (
        "hinge",
        "Hinge",
        "Only points on the wrong side or closer than the margin of 1 pull, as in a support vector machine.",
        "max(0, 1 − y z)",
    )


class ClassWeights(Choice):
    """How much examples of each class count in the loss."""

    NONE = "none", "Alike", "Every example counts the same, so frequent classes count more than rare ones."
    BALANCED = (
        "balanced",
        "Balanced",
        "An example counts the more the rarer its class is among the training examples: each class counts the same.",
        "w = N / (k · N of the class)",
    )


class OptimizerKind(Choice):
    SGD = "sgd", "SGD", "One step against the gradient of each mini-batch.", "w ← w − η g"
    MOMENTUM = "momentum", "Momentum", "Keeps rolling: adds a share of the last step.", "v ← μ v + g;  w ← w − η v"
    NESTEROV = (
        "nesterov",
        "Nesterov",
        "Momentum that looks ahead to where it is rolling.",
        "v ← μ v + g;  w ← w − η (g + μ v)",
    )
    ADAGRAD = (
        "adagrad",
        "Adagrad",
        "Divides by the size of all gradients so far: the effective rate of each weight only ever falls.",
        "s ← s + g²;  w ← w − η g / (√s + ε)",
    )
    ADADELTA = (
        "adadelta",
        "Adadelta",
        "Measures each step by the steps before; made for a learning rate of 1 and an ε of 1e-6.",
        "w ← w − η g √(u + ε) / √(s + ε)",
    )
    RMSPROP = (
        "rmsprop",
        "RMSProp",
        "Divides by the recent size of each gradient.",
        "w ← w − η g / (√s + ε)",
    )
    ADAM = "adam", "Adam", "Momentum and RMSProp together, corrected at the start.", "w ← w − η m̂ / (√v̂ + ε)"
    AMSGRAD = (
        "amsgrad",
        "AMSGrad",
        "Adam that never forgets a large gradient: the effective rate of a weight does not rise again.",
        "w ← w − η m̂ / (√max v̂ + ε)",
    )
    ADAMW = (
        "adamw",
        "AdamW",
        "Adam with weight decay beside the gradient instead of inside it.",
        "w ← w − η λ w − η m̂ / (√v̂ + ε)",
    )
    NADAM = (
        "nadam",
        "NAdam",
        "Adam that looks ahead, as Nesterov's momentum does.",
        "w ← w − η (μ′ m̂ + (1 − μ) ĝ) / (√v̂ + ε)",
    )
    LION = (
        "lion",
        "Lion",
        "Every weight moves by the same amount; only the sign counts. Wants a small learning rate.",
        "w ← w − η (sign(β₁ m + (1 − β₁) g) + λ w)",
    )


class Shuffle(Choice):
    EVERY_EPOCH = "yes", "Every epoch", "All examples come in a new random order in every epoch."
    NEVER = "no", "Never: in order", "The examples come in the order of the data, as in many a tutorial."


class ScheduleKind(Choice):
    """How the learning rate moves during training; t counts epochs, T is the period."""

    CONSTANT = "constant", "Constant", "The learning rate stays as it is set.", "η"
    STEP = "step", "Step", "Falls by a factor every so many epochs.", "η γ^⌊t / T⌋"
    EXPONENTIAL = "exponential", "Exponential", "Falls smoothly, by a factor in every period.", "η γ^(t / T)"
    COSINE = "cosine", "Cosine", "Glides down to the floor over one period and stays there.", "½ η (1 + cos π t / T)"
    COSINE_RESTARTS = (
        "cosine-restarts",
        "Cosine with restarts",
        "Glides down over a period, jumps back up and begins again.",
        "½ η (1 + cos π t′ / T′)",
    )
    WARM_UP = "warm-up", "Warm-up", "Rises evenly over one period, then stays.", "η min(1, t / T)"
    ONE_CYCLE = "one-cycle", "One cycle", "Up for three tenths of the period, then down to almost nothing."
    INVERSE_TIME = "inverse-time", "1 / t", "Half after one period, a third after two.", "η / (1 + t / T)"
    PLATEAU = (
        "plateau",
        "Reduce on plateau",
        "Falls by a factor when the training loss has not fallen for a whole period.",
        "η ← γ η",
    )
