"""The cards and the small controls of the window."""

from nnstudio.ui.explanations.explanation import Explanation

_BOOK = "Goodfellow, Bengio & Courville 2016, Deep Learning"

CARDS = {
    "data": Explanation(
        "What the network learns from: examples x, each with its truth y.",
        "500 points with 2 coordinates; half of them train, half test.",
        f"{_BOOK}, chapter 5.1.",
    ),
    "network": Explanation(
        "Each neuron computes a = f(w·x + b); a line is a weight w, its width |w|, blue if positive.",
        "x = (1, 2), w = (0.5, −0.3), b = 0.1: a = tanh(0.5 − 0.6 + 0.1) = tanh 0 = 0.",
        f"{_BOOK}, chapter 6.",
    ),
    "output": Explanation(
        "The network's answer p for every point of the plane, or for an image.",
        "p = 0.41 is below 0.5: the point is read as orange.",
        f"{_BOOK}, chapter 6.2.",
    ),
    "training": Explanation(
        "How the network learns: w ← w − η ∂L/∂w, in many forms.",
        "η = 0.03 and ∂L/∂w = 0.2: w falls by 0.006.",
        f"{_BOOK}, chapter 8.",
    ),
    "layer": Explanation(
        "One layer: a = f(W·x + b), with W of units × inputs.",
        "4 neurons behind 2 inputs: 4 × 2 + 4 = 12 parameters.",
        f"{_BOOK}, chapter 6.",
    ),
    "loss": Explanation(
        "L = mean over the examples of what one answer costs, for training and test examples.",
        "Guessing between 2 classes costs −ln 0.5 = 0.693.",
        f"{_BOOK}, chapter 7.8, with how to read the two curves.",
    ),
    "activations": Explanation(
        "How often a layer gives which value; saturated are values near the ends of f, where its slope is almost 0.",
        "tanh at a = 0.97 has the slope 1 − 0.97² = 0.06.",
        "Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Networks.",
    ),
    "function": Explanation(
        "a = f(z), what a neuron makes of its sum z, and the slope: ∂L/∂z = f′(z) · ∂L/∂a.",
        "tanh at z = 1: a = 0.762, slope 1 − 0.762² = 0.420.",
        f"{_BOOK}, chapter 6.5.",
    ),
    "gradients": Explanation(
        "‖∂L/∂W‖ of each layer, and ‖ΔW‖ / ‖W‖, the share by which an update changes it.",
        "A share of 0.001 is usual; 1 means that the weights are thrown over at each update.",
        "Glorot & Bengio 2010; for the share Karpathy 2016, CS231n.",
    ),
}
"""By the name of the card."""
PARTS = {
    "Optimiser": Explanation(
        "How a gradient becomes a step, what is made small, and how the rate moves.",
        "Adam, cosine: Adam's steps, at a rate that falls to 1 % over 50 epochs.",
        "Ruder 2016, An Overview of Gradient Descent Optimization Algorithms.",
    ),
    "Regularisation": Explanation(
        "L + λ₁ / N · Σ |w| + λ₂ / 2N · Σ w²: what keeps weights small, so that the network fits less of the noise.",
        "L2 0.1 with 250 examples: w = 0.5 costs 0.1 / 500 · 0.25 = 0.00005.",
        "Nielsen 2015, Neural Networks and Deep Learning, chapter 3.",
    ),
    "First weights": Explanation(
        "w ~ a distribution that lets signals through at their size.",
        "Glorot, 2 inputs and 4 outputs: evenly in ±1.",
        "Glorot & Bengio 2010; He et al. 2015.",
    ),
    "Stopping": Explanation(
        "The first rule that is met ends training; it may go on from there.",
        "After 200 epochs, or at a test loss of 0.01.",
        "Prechelt 1998, Early Stopping – But When?",
    ),
    "Preparation": Explanation(
        "What is done with the data before the network: x′ = (x − shift) / scale; some of it kept apart.",
        "Standardise, 25 % validation: of 250 points 62 decide when to stop.",
        "LeCun et al. 1998, Efficient BackProp.",
    ),
}
"""By the title of the fold."""
COUNTERS = {
    "epoch": Explanation(
        "⌊examples seen / N⌋: how often every training example has been seen.",
        "575 updates of 10 with 250 points: 5750 / 250 = 23 epochs.",
        f"{_BOOK}, chapter 8.1.",
    ),
    "update": Explanation(
        "How many batches the weights have been trained on.",
        "23 epochs of 25 batches: 575 updates.",
        f"{_BOOK}, chapter 8.1.",
    ),
    "updates/s": Explanation(
        "Updates of the last second of training; – while it rests.", "22.4k: 22 400 updates in a second."
    ),
}
STATUS = Explanation(
    "Ready, learning, paused, finished, diverged or failed.", "A loss of 1e308 and growing: diverged, and it pauses."
)
SEED = Explanation(
    "The number that the first weights are drawn from; Enter draws those of the typed one.",
    "Seed 56 gives the same weights on every computer.",
    "O'Neill 2014, PCG, as in NumPy's default_rng.",
)
PACE = Explanation(
    "One update every 1 / pace seconds. Below 10 a second each is seen in its four phases: forward, loss, backward, "
    "update. The pace changes what you see, never what is learned.",
    "At 10, an epoch of 25 updates takes 25 / 10 = 2.5 s.",
)
FLOAT = Explanation(
    "The card becomes a small window of its own, or goes back to its place. Its title can be dragged, too.",
    "With 2 screens, the network fits on the second. View › Reset layout puts all cards back.",
)
TABLE = Explanation(
    "The numbers of a picture at one moment: a cell for each of them.",
    "Dense 1 with 2 inputs and 8 neurons: 8 rows, with 2 weights and 1 bias in each.",
)
CLOSE = Explanation(
    "The card is gone until the View menu brings it back; what is not seen is not computed.",
    "Without the 3 charts below, the network has all the height.",
)
MESSAGE = Explanation(
    "Hides the message; nothing else changes.",
    "Escape does the same once Tab has come to it; good news leaves after 8 s.",
)
BUILD = Explanation(
    "Begins the layers that the file tells of with its weights, on the data of now where they fit, otherwise in the "
    "experiment that lies in the file. The run that is left goes on the shelf.",
    "2 → 8 tanh, 8 tanh → 1 in the place of 2 → 4 tanh, 2 tanh → 1: 105 weights.",
)
STOP_DRAWING = Explanation(
    "Gives up the drawing behind the moment that is being drawn; a file that was there stays as it was.",
    "48 moments take a few seconds.",
)
COPY = Explanation("The whole message, as text.", "1 sentence, and below it the run, the update and the experiment.")
NOTE = Explanation("Hides the note; the experiment goes on.", "Presets › XOR brings it back, for 1 step of Undo.")
MORE = Explanation("Shows all of a long note, or only its first 2 lines.", "A note of 7 lines leaves 5 to the picture.")
OFFER = Explanation("Does what the message proposes.", "Go back and train with a rate of 0.003 instead of 0.03.")

LAYER_CARD = {
    "Freeze": Explanation(
        "w ← w: optimiser and penalties leave the layer's weights alone, to the bit.",
        "With Dense 1 frozen only the other 13 of 25 parameters of 2-4-2-1 learn.",
        "Yosinski et al. 2014, How Transferable Are Features in Deep Neural Networks?",
    ),
    "Duplicate": Explanation(
        "One more layer of the same settings behind this one, with first weights of its own.",
        "2-4-1 becomes 2-4-4-1: 4 · (4 + 1) = 20 parameters more.",
    ),
    "Remove": Explanation(
        "The layer goes; what its neighbours learned stays wherever it still has a place.",
        "2-4-2-1 without its last hidden layer: 2-4-1, with 17 instead of 25 parameters.",
    ),
    "Pin this layer": Explanation(
        "Pinned, the card stays with its layer; otherwise it is about the layer that was touched last.",
        "Dense 1 pinned: a click on Dense 2 changes nothing here.",
    ),
    "Network as text": Explanation(
        "Layers from input to output, with commas between them; Enter takes them.",
        "8 tanh, dropout 0.2, 8 tanh: two layers of 8 neurons, 20 % dropped between them.",
    ),
    "Copy the network": Explanation("Copies that line.", "It can be pasted here tomorrow, or into a mail: 1 line."),
}
"""By the accessible name."""
_FADING = "Moreno, Reisslein & Ozogul 2009, Optimizing Worked-Example Instruction in Electrical Engineering."
SEGMENTS = {
    "Watch": Explanation(
        "All numbers are in sight: a worked example, to be looked at first.",
        "z₁ = 1 · 0.643 + 1 · 0.757 + 0.332 = 1.732 stands there, and nothing is asked.",
        _FADING,
    ),
    "First steps mine": Explanation(
        "The steps before the sum are yours, from the first on; the rest follows once they are right.",
        "You find x₁ · w₁₁ = 0.643 and x₂ · w₁₂ = 0.757; then z₁ and h₁ are shown.",
        _FADING,
    ),
    "All mine": Explanation(
        "Every step is yours; each waits until those that it is made of are right.",
        "Behind two products you find z₁ = 1.732 and h₁ = tanh z₁ = 0.939.",
        _FADING,
    ),
    "Layer": Explanation(
        "A whole layer at a step: a = f(x W + b), all units at once.",
        "2-3-1 has 2 steps forward, 1 loss, 2 backward and 2 updates.",
        f"{_BOOK}, chapter 6.5.",
    ),
    "Unit": Explanation(
        "One unit at a step: z = Σ w·x + b and a = f(z).",
        "2-3-1 has 4 steps forward: three hidden units and the output.",
        f"{_BOOK}, chapter 6.5.",
    ),
    "Term": Explanation(
        "One product w · x of a sum at a step.",
        "A unit behind 2 inputs has 3 terms: two products and the bias.",
        f"{_BOOK}, chapter 6.5.",
    ),
    "algebra": Explanation(
        "Names in place of numbers: what the rule is.",
        "w₂₁ × x₁ stands for 0.780 × 1.",
        "the notation of Nielsen 2015, Neural Networks and Deep Learning.",
    ),
    "0.000": Explanation(
        "Three digits after the point, each number rounded by itself; ≈ where they do not give the printed result.",
        "0.123 × 0.568 ≈ 0.070.",
        "calculated with all digits.",
    ),
    "full": Explanation(
        "All digits that were calculated with, in 64 bits.",
        "0.1 + 0.2 gives 0.30000000000000004.",
        "IEEE 754-2019.",
    ),
    "Draw": Explanation(
        "p = softmax(z) for what you draw, scaled to 20 × 20 and centred in 28 × 28 like MNIST's own digits.",
        "A 9 with a short tail: p(9) = 0.78, p(4) = 0.21.",
        "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition.",
    ),
    "Browse": Explanation(
        "The test images: how often each class is read as each, and some of them with the network's answer. A click on "
        "a cell shows its images.",
        "20 of 892 fives read as 3 are 2.2 % of the row.",
        f"{_BOOK}, chapter 5.2.",
    ),
    "Hardest": Explanation(
        "The 24 images with the largest loss, looked for when you ask, while training goes on.",
        "A 6 that gets p(6) = 0.001 costs −ln 0.001 = 6.9.",
        "Nielsen 2015, Neural Networks and Deep Learning, chapter 1.",
    ),
    "Train": Explanation(
        "Of the examples that it trains on.", "A 7 that somebody has labelled 1 costs much, however well it is read."
    ),
    "Test": Explanation(
        "Of the examples that it never trains on.", "24 of 10 000 images show what it has not understood."
    ),
    "Weights": Explanation(
        "W of each neuron or filter as an image: what it looks for.",
        "784 weights of a neuron as 28 × 28 pixels, blue where w > 0.",
        f"{_BOOK}, chapter 9.10.",
    ),
    "Activation": Explanation(
        "a = f(w·x + b), all over the plane or for the image that is shown.",
        "z = 0.5 behind ReLU: a = 0.5; z = −0.5: a = 0.",
        f"{_BOOK}, chapter 6.3.",
    ),
    "Gradient": Explanation(
        "∂L/∂a in the tiles: how the loss grows with what the unit gives out. ∂L/∂w = x · ∂L/∂z on the links: how it "
        "grows with the weight. Blue: more of it is worse. Of the output it is ∂L/∂z.",
        "x = 1 and ∂L/∂z = 0.159: ∂L/∂w = 0.159, and with η = 0.03 the weight falls by 0.005.",
        f"{_BOOK}, chapter 6.5; Rumelhart, Hinton & Williams 1986.",
    ),
    "Warped": Explanation(
        "The examples, and the grid of the plane, where a layer puts them: one axis for each unit, a = f(W·x + b). "
        "Lines have the colour of the answer, so behind the last hidden layer a straight cut has to part them.",
        "XOR behind 2 tanh units: (0, 1) and (1, 0) fall together, and one line parts the 2 classes.",
        "Olah 2014, Neural Networks, Manifolds, and Topology.",
    ),
    "Example": Explanation(
        "∂Lᵢ/∂w of the chosen example alone, as the network predicts it: no dropout, gathered statistics.",
        "Example 12 answers 0.44 where 1 is true: ∂L/∂z = 0.44 − 1 = −0.56.",
        f"{_BOOK}, chapter 6.5.",
    ),
    "Mini-batch": Explanation(
        "∂L/∂w = 1/n · Σ ∂Lᵢ/∂w over the n examples of the next mini-batch: what the next update is made with, before "
        "penalty and clipping.",
        "(0.159 − 0.294 + 0 + 0) / 4 = −0.034.",
        f"{_BOOK}, chapter 8.1.3.",
    ),
    "Components": Explanation(
        "The two directions in which the examples differ most behind this layer: eigenvectors of Σ (a − m)(a − m)ᵀ.",
        "Of 8 units two directions that hold 71 % and 20 % of the variance: the picture leaves out 9 %.",
        "Pearson 1901, On Lines and Planes of Closest Fit to Systems of Points in Space.",
    ),
    "Units": Explanation(
        "Two units of the layer: across what one gives out, up what the other does.",
        "At (0.9, −0.2) unit 1 gives 0.9 and unit 2 gives −0.2.",
        "Olah 2014, Neural Networks, Manifolds, and Topology.",
    ),
    "Choose": Explanation(
        "A press chooses the example below the pointer; the ring around it is seen in every picture.",
        "A click on the point (1.2, −0.4) shows its a in each of 8 neurons.",
    ),
    "Brush": Explanation(
        "A press paints points of the chosen class along its way. The data become a set of your own, saved in the "
        "experiment; the network keeps what it has learned. Space paints where the arrow keys are. One stroke is one "
        "step of Undo.",
        "500 drawn points, 250 of them test points, and a stroke of 10: 255 to train on, 255 to test.",
    ),
    "Eraser": Explanation(
        "A press rubs out the points inside the circle. Training points of two classes have to stay.",
        "Of 250 training points 12 lie below the circle: 238 stay.",
    ),
    "Linear": Explanation(
        "Equal steps are equal differences of the loss.",
        "From 0.4 to 0.3 is as far as from 0.2 to 0.1.",
        "Cleveland 1985, The Elements of Graphing Data.",
    ),
    "Log": Explanation(
        "Equal steps are equal ratios of the loss: the height is log L.",
        "From 1 to 0.1 is as far as from 0.1 to 0.01.",
        "Cleveland 1985, The Elements of Graphing Data.",
    ),
    "Now": Explanation(
        "What each layer does now: how often its neurons give which value, or ‖∇W‖ and ‖ΔW‖ / ‖W‖ of the last update.",
        "1000 values in 40 bins: 25 in each, if they were even.",
        "Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Networks.",
    ),
    "Time": Explanation(
        "Over time: for each layer the 10th, 25th, 50th, 75th and 90th percentile at each update, of its activations "
        "or of |∂L/∂w|, while the card is seen; beside them how it lies now.",
        "A band of tanh that stretches to ±1 is a layer that saturates; a gradient band that falls behind the output's "
        "by a thousand is one that vanishes.",
        "Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Networks.",
    ),
}
"""By the label of the segment."""
