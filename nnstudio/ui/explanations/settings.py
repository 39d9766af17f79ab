"""The settings of training, first weights, stopping, data and layers, by their labels.

The numbers of the examples are checked by hand; a test asks for an explanation of every setting there is.
"""

from html import escape

from nnstudio.core.experiment.setting import Setting
from nnstudio.ui.explanations.explanation import Explanation

_ADAM = "Kingma & Ba 2015, Adam: A Method for Stochastic Optimization."
_BOOK = "Goodfellow, Bengio & Courville 2016, Deep Learning"
_NIELSEN = "Nielsen 2015, Neural Networks and Deep Learning, chapter 3"
_RESTARTS = "Loshchilov & Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts."
_CONVOLUTION = "Dumoulin & Visin 2016, A Guide to Convolution Arithmetic for Deep Learning."

TRAINING = {
    "Optimiser": Explanation(
        "w ← w − step; the optimiser makes the step out of the gradient g, and of those before.",
        "w = 0.5, g = 0.2, η = 0.03. SGD: step 0.03 · 0.2 = 0.006. Adam's first step: η · g / |g| = 0.03.",
        "Ruder 2016, An Overview of Gradient Descent Optimization Algorithms.",
    ),
    "Learning rate": Explanation(
        "w ← w − η g: the share η of the gradient g that one update takes.",
        "w = 0.5, g = 0.2, η = 0.03: w becomes 0.5 − 0.03 · 0.2 = 0.494.",
        "Robbins & Monro 1951, A Stochastic Approximation Method.",
    ),
    "Batch size": Explanation(
        "g = 1/B · Σ gᵢ: one update follows the mean gradient of B examples.",
        "250 training points, batch size 10: 250 / 10 = 25 updates an epoch.",
        "Bottou, Curtis & Nocedal 2018, Optimization Methods for Large-Scale Machine Learning.",
    ),
    "Shuffle": Explanation(
        "Every epoch goes through a new random order of the examples, cut into batches.",
        "4 examples, batch size 2: the first epoch takes 3, 1 and 4, 2; the second 2, 4 and 1, 3.",
        "Bengio 2012, Practical Recommendations for Gradient-Based Training of Deep Architectures.",
    ),
    "Momentum": Explanation(
        "v ← μ v + g;  w ← w − η v",
        "μ = 0.9 and g = 1 at each update: v is 1, 1.9, 2.71 and goes to 1 / (1 − 0.9) = 10.",
        "Polyak 1964; Sutskever et al. 2013, On the Importance of Initialization and Momentum.",
    ),
    "ρ memory": Explanation(
        "s ← ρ s + (1 − ρ) g²",
        "ρ = 0.9, s = 0, g = 2: s becomes 0.1 · 4 = 0.4. About 1 / (1 − 0.9) = 10 updates are remembered.",
        "Tieleman & Hinton 2012, RMSProp, lecture 6.5; Zeiler 2012, Adadelta.",
    ),
    "β₁ momentum": Explanation(
        "m ← β₁ m + (1 − β₁) g;  m̂ = m / (1 − β₁ᵗ)",
        "β₁ = 0.9 and the first gradient is 2: m = 0.2, and m̂ = 0.2 / 0.1 = 2.",
        _ADAM,
    ),
    "β₂ memory": Explanation(
        "v ← β₂ v + (1 − β₂) g²;  v̂ = v / (1 − β₂ᵗ)",
        "β₂ = 0.999 and the first gradient is 2: v = 0.004, and v̂ = 0.004 / 0.001 = 4.",
        f"{_ADAM} For Lion: Chen et al. 2023.",
    ),
    "ε": Explanation(
        "x / (√v + ε), or x / √(v + ε) in a normalisation: ε keeps the divisor from 0.",
        "x = √v = 1e−9 and ε = 1e−8: 1e−9 / 1.1e−8 = 0.09 instead of 1.",
        f"{_ADAM} For normalisations: Ioffe & Szegedy 2015.",
    ),
    "Weight decay": Explanation(
        "w ← w − η λ w, beside the optimiser's step.",
        "w = 2, η = 0.01, λ = 0.1: w loses 0.01 · 0.1 · 2 = 0.002.",
        "Loshchilov & Hutter 2019, Decoupled Weight Decay Regularization.",
    ),
    "Schedule": Explanation(
        "η(t): the learning rate after t epochs.",
        "Cosine from η = 0.1 with T = 50 and floor 0 %: after 25 epochs ½ · 0.1 · (1 + cos 90°) = 0.05.",
        f"{_RESTARTS} One cycle: Smith & Topin 2018.",
    ),
    "Period": Explanation(
        "T, in epochs: how long a step, a fall or a cycle of the schedule takes.",
        "Step with T = 10 and γ = 0.5: the rate halves after 10, 20, 30 epochs.",
        _RESTARTS,
    ),
    "Factor": Explanation(
        "η ← γ η, once in every period.",
        "η = 0.1, γ = 0.5: 0.1, then 0.05, then 0.025.",
        f"{_BOOK}, chapter 8.3.",
    ),
    "Floor": Explanation(
        "f: the schedule goes from η down to f · η, and no lower.",
        "η = 0.1 and a floor of 1 %: never below 0.01 · 0.1 = 0.001.",
        _RESTARTS,
    ),
    "Growth": Explanation(
        "T ← growth · T after every restart.",
        "T = 10 and growth 2: cycles of 10, 20 and 40 epochs.",
        _RESTARTS,
    ),
    "Loss": Explanation(
        "L = mean over the examples of what one answer costs.",
        "Cross-entropy, the right class has p = 0.8: −ln 0.8 = 0.223; with p = 0.1 it is 2.303.",
        f"{_BOOK}, chapter 6.2.",
    ),
    "Class weights": Explanation(
        "L = mean over the examples of w · what an answer costs; balanced: w = N / (k · N of the class), k classes.",
        "100 examples, 90 of one class and 10 of the other: w = 100 / (2 · 90) = 0.556 and 100 / (2 · 10) = 5.",
        "King & Zeng 2001, Logistic Regression in Rare Events Data.",
    ),
    "Label smoothing": Explanation(
        "y ← (1 − s) y + s / classes",
        "s = 10 % and 2 classes: the target 1 becomes 0.95, the target 0 becomes 0.05.",
        "Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision.",
    ),
    "δ": Explanation(
        "½ d² for |d| ≤ δ, else δ (|d| − ½ δ)",
        "δ = 1: a difference of 0.5 costs ½ · 0.25 = 0.125, one of 3 costs 1 · (3 − 0.5) = 2.5.",
        "Huber 1964, Robust Estimation of a Location Parameter.",
    ),
    "L1 penalty": Explanation(
        "λ₁ / N · Σ |w| is added to the loss; N counts the training examples.",
        "λ₁ = 0.1, N = 250, w = 0.5 and −0.3: 0.1 / 250 · 0.8 = 0.00032.",
        f"{_NIELSEN}; Tibshirani 1996, Regression Shrinkage and Selection via the Lasso.",
    ),
    "L2 penalty": Explanation(
        "λ₂ / 2N · Σ w² is added to the loss; N counts the training examples.",
        "λ₂ = 0.1, N = 250, w = 0.5 and −0.3: 0.1 / 500 · 0.34 = 0.000068.",
        f"{_NIELSEN}; Krogh & Hertz 1992, A Simple Weight Decay Can Improve Generalization.",
    ),
    "Clip norm": Explanation(
        "g ← g · min(1, c / ‖g‖)",
        "c = 1 and ‖g‖ = 4: every component is divided by 4.",
        "Pascanu, Mikolov & Bengio 2013, On the Difficulty of Training Recurrent Neural Networks.",
    ),
    "Clip value": Explanation(
        "g ← max(−c, min(c, g)), for each component.",
        "c = 0.5: (0.2, −3) becomes (0.2, −0.5).",
        f"{_BOOK}, chapter 10.11.",
    ),
}
FIRST_WEIGHTS = {
    "First weights": Explanation(
        "w ~ the chosen distribution, which most initialisers fit to the number of inputs and outputs of a layer.",
        "Glorot with 2 inputs and 4 outputs: evenly in ±√(6 / (2 + 4)) = ±1.",
        "Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998, Efficient BackProp.",
    ),
    "σ": Explanation(
        "w ~ N(0, σ²)",
        "σ = 0.5: 68 % of the weights lie within ±0.5, and 95 % within ±1.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
    "a": Explanation(
        "w ~ U(a, b): evenly from a to b.",
        "a = −0.5, b = 0.5: the mean is 0, the standard deviation 1 / √12 = 0.289.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
    "b": Explanation(
        "w ~ U(a, b): evenly from a to b.",
        "a = 0, b = 1: all weights are positive, their mean is 0.5.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
    "c": Explanation(
        "w = c for every weight.",
        "c = 0.1 and 4 neurons: all 4 compute the same and get the same gradient, for ever.",
        f"{_BOOK}, chapter 8.4.",
    ),
    "First biases": Explanation(
        "a = f(w·x + b): b is the bias, one number a neuron.",
        "A layer of 4 neurons has 4 biases; constant at 0 they all start at 0.",
        f"{_BOOK}, chapter 8.4.",
    ),
    "Bias": Explanation(
        "b at the start, for every neuron.",
        "ReLU with b = 0.1: at x = 0 the neuron answers 0.1 and can learn; with b = −0.1 it answers 0.",
        f"{_BOOK}, chapter 8.4.",
    ),
    "Seed": Explanation(
        "The state that the random numbers start from: equal seeds, equal numbers.",
        "Seed 1 gives the same first weights and batches today and tomorrow; seed 2 gives others.",
        "O'Neill 2014, PCG, as in NumPy's default_rng.",
    ),
}
STOPPING = {
    "Updates": Explanation(
        "Stop at update n.", "1000 updates with a batch size of 10 look at 1000 · 10 = 10 000 examples."
    ),
    "Epochs": Explanation(
        "Stop after n passes over the training examples.",
        "200 epochs of 250 points with a batch size of 10: 200 · 25 = 5000 updates.",
        f"{_BOOK}, chapter 8.1.",
    ),
    "Seconds": Explanation(
        "Stop after t seconds of training; pauses do not count.", "10 s at 60 000 updates a second: 600 000 updates."
    ),
    "Target accuracy": Explanation(
        "accuracy = right answers / examples; stop when it is reached.",
        "240 of 250 right: 240 / 250 = 96 %.",
        "Prechelt 1998, Early Stopping – But When?",
    ),
    "Target loss": Explanation(
        "Stop when loss ≤ target.",
        "Target 0.05: a loss of 0.051 goes on, one of 0.049 stops.",
        "Prechelt 1998, Early Stopping – But When?",
    ),
    "Patience": Explanation(
        "Stop when the best loss is more than p epochs old, and take the weights of that best.",
        "p = 5, the best loss 0.31 came at epoch 20: if none is lower by epoch 25, those weights are back.",
        "Prechelt 1998, Early Stopping – But When?",
    ),
}
DATA = {
    "Data set": Explanation("The examples, each with its truth.", "500 points of 2 classes.", f"{_BOOK}, chapter 5.1."),
    "Noise": Explanation(
        "How far points stray, as a share; where labels follow from the place, some come to lie on the wrong side.",
        "Spirals with 10 %: each coordinate moves by up to 0.1. Circle with 10 %: labels are read up to 0.5 beside.",
        "after TensorFlow Playground, Smilkov & Carter 2016.",
    ),
    "Training share": Explanation(
        "N = share · samples points train; the others test.",
        "500 samples at 50 %: 250 train, 250 test.",
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, chapter 7.",
    ),
    "Test share": Explanation(
        "share · rows examples only test.",
        "100 rows at 20 %: 20 test, 80 train.",
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, chapter 7.",
    ),
    "Painted to test": Explanation(
        "share · points of a stroke only test: every so manieth, and never the first.",
        "A stroke of 10 points at 50 %: 5 train, 5 test. A single click trains.",
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, chapter 7.",
    ),
    "Validation share": Explanation(
        "share · training examples are kept apart, to decide when to stop.",
        "250 training points at 20 %: 50 decide, 200 train.",
        "Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, chapter 7.",
    ),
    "Samples": Explanation(
        "How many points are drawn.",
        "500 points at a training share of 50 % and a batch size of 10: 25 updates an epoch.",
        "TensorFlow Playground, Smilkov & Carter 2016, where there are 500, too.",
    ),
    "Arms": Explanation(
        "Arm k is turned by 360° · k / arms.",
        "3 arms are turned by 0°, 120° and 240°: three classes.",
        "Lang & Witbrock 1988, Learning to Tell Two Spirals Apart.",
    ),
    "Classes": Explanation(
        "One output for each class; softmax shares out 1 between them.",
        "3 classes: whoever guesses is right in 33 % of the cases, at a loss of ln 3 = 1.10.",
        "Bishop 2006, Pattern Recognition and Machine Learning, chapter 4.",
    ),
    "Use": Explanation(
        "The first n training images, in the data's order.",
        "6000 of 60 000 images with a batch size of 64: 94 updates an epoch instead of 938.",
        "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition.",
    ),
    "Shift": Explanation(
        "x′(i, j) = x(i − u, j − v), with u and v drawn evenly from −s … s.",
        "s = 2: each image comes in one of 5 · 5 = 25 places.",
        "Simard, Steinkraus & Platt 2003, Best Practices for Convolutional Neural Networks.",
    ),
    "Scaling": Explanation(
        "x′ = (x − shift) / scale, measured on the training examples.",
        "Standardise, mean 2 and σ 4: x = 10 becomes (10 − 2) / 4 = 2.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
    "Data seed": Explanation(
        "The state that the drawing of the data starts from: equal seeds, equal data.",
        "Seed 1 draws the same 500 points today and tomorrow; seed 2 draws others.",
        "O'Neill 2014, PCG, as in NumPy's default_rng.",
    ),
}
LAYERS = {
    "Neurons": Explanation(
        "n neurons have n · (inputs + 1) weights and biases.",
        "4 neurons behind 2 inputs: 4 · (2 + 1) = 12 parameters.",
        f"{_BOOK}, chapter 6.",
    ),
    "Activation": Explanation(
        "a = f(z), z = w·x + b",
        "z = 0.5: tanh gives 0.462, ReLU 0.5, sigmoid 0.622.",
        f"{_BOOK}, chapter 6.3.",
    ),
    "Initialiser": FIRST_WEIGHTS["First weights"],
    "Dropped": Explanation(
        "In training a ← 0 with probability p, else a / (1 − p).",
        "p = 20 %: of 10 values 2 become 0 on average, the others are divided by 0.8.",
        "Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting.",
    ),
    "Memory": Explanation(
        "r ← μ r + (1 − μ) · batch",
        "μ = 0.9, r = 0, a batch with mean 1: r becomes 0.1.",
        "Ioffe & Szegedy 2015, Batch Normalization.",
    ),
    "Filters": Explanation(
        "n filters have n · (channels · k² + 1) parameters.",
        "8 filters of 3×3 on 1 channel: 8 · (9 + 1) = 80 parameters.",
        f"{_BOOK}, chapter 9.",
    ),
    "Kernel": Explanation(
        "Each value is a weighted sum over k × k pixels of every channel.",
        "k = 3 turns 28×28 into 26×26 if nothing is padded.",
        _CONVOLUTION,
    ),
    "Stride": Explanation(
        "out = ⌊(in − k) / stride⌋ + 1",
        "28 pixels, k = 2, stride 2: ⌊26 / 2⌋ + 1 = 14.",
        _CONVOLUTION,
    ),
    "Padding": Explanation(
        "Valid: out = in − k + 1 at a stride of 1. Same: out = in, with zeros around.",
        "28 pixels, k = 5: valid gives 24, same gives 28.",
        _CONVOLUTION,
    ),
    "Window": Explanation(
        "The largest value, or the mean, of k × k pixels.",
        "k = 2: of 1, 5, 2, 4 the largest is 5, the mean 3.",
        f"{_BOOK}, chapter 9.3.",
    ),
}
LAYERS["Dropout"] = LAYERS["Dropped"]
LAYERS |= {
    "Kind": Explanation(
        "What the layer makes of its input: a weighted sum, a filter, a choice, a share.",
        "Dense with 4 neurons makes 4 values out of 2; flatten makes 784 out of 28×28.",
        f"{_BOOK}, chapters 6 and 9.",
    ),
    "Normalise": Explanation(
        "x̂ = (x − mean) / √(variance + ε), then γ x̂ + β with γ and β learned.",
        "The values 1, 2, 3 of a batch: mean 2, variance 0.667, so −1.22, 0 and 1.22.",
        "Ioffe & Szegedy 2015, Batch Normalization; Ba, Kiros & Hinton 2016, Layer Normalization.",
    ),
    "Function": Explanation(
        "Which f is drawn: that of the layer that is chosen in the network, of the output, or any of all there are.",
        "Dense 1 with tanh, and ReLU chosen here: what max(0, z) would make of the same z, 0 of all that are below 0.",
    ),
    "Start from": Explanation(
        "Hidden layers from a table of well-known shapes, with new first weights.",
        "8 tanh, 8 tanh: enough for two spirals.",
    ),
}
SETTINGS = {**TRAINING, **FIRST_WEIGHTS, **STOPPING, **DATA, **LAYERS}
"""All of them, by the label of the setting."""


def explained(setting: Setting, sentence: str, end: str = "") -> str:
    """What is known of a setting, as rich text; its own formula where nobody has written more."""
    return explained_by_label(setting.label, sentence, end, setting.formula)


def explained_by_label(label: str, sentence: str, end: str = "", formula: str = "") -> str:
    """The same for what is no setting but stands beside them."""
    if label in SETTINGS:
        return SETTINGS[label].html(label, sentence, end)
    words = "".join(f"<p>{escape(part, quote=False)}</p>" for part in (sentence, formula, end) if part)
    return f"<b>{escape(label, quote=False)}</b>{words}"
