"""The small controls in and above the pictures."""

from nnstudio.ui.explanations.explanation import Explanation

_BOOK = "Goodfellow, Bengio & Courville 2016, Deep Learning"
_ENTRY = "NN Studio, docs/edits.md."

VIEWS = {
    "Layer": Explanation(
        "A click shows all settings of this layer on the Layer card. Drag it sideways, or press Ctrl+← or Ctrl+→, to "
        "move it; Ctrl+D makes another one like it, Delete removes it. What still has a place keeps what it learned.",
        "Dense 2 moved before Dense 1, both with 8 neurons: all 8 × 8 weights between them are kept.",
        _ENTRY,
    ),
    "Neurons": Explanation(
        "One neuron or filter more, or the last one less. The others keep what they have learned; nobody listens to a "
        "new one yet, so the answers stay the same at first: its weights forward are 0.",
        "From 4 to 5 neurons behind 2 inputs: 2 weights and 1 bias more, and 5 + 1 numbers in the output.",
        "Chen, Goodfellow & Shlens 2016, Net2Net.",
    ),
    "Insert a layer": Explanation(
        "Shows all kinds of layers; the one that is chosen comes to stand here. The others keep what they have "
        "learned, and where shapes allow, the new one hands on what it gets: W = I.",
        "Behind 4 neurons a new dense layer of 4 begins with a 4 × 4 matrix of ones on the diagonal.",
        "Chen, Goodfellow & Shlens 2016, Net2Net.",
    ),
    "Layer seen": Explanation(
        "a = f(W·x + b) of this layer for each example; of the output its sums z = W·a + b.",
        "Behind Dense 2 with 8 units each example has 8 coordinates.",
        "Olah 2014, Neural Networks, Manifolds, and Topology.",
    ),
    "Unit across": Explanation(
        "The horizontal place of an example is what this unit gives out for it.", "tanh 0.5 = 0.46 lies at 0.46."
    ),
    "Unit upwards": Explanation(
        "The height of an example is what this unit gives out for it.", "ReLU gives 0 for z = −2: it lies at 0."
    ),
    "Test points": Explanation(
        "The network never trains on them: if it gets them right too, it has understood something rather than learned "
        "by heart.",
        "Of 500 points 250 are kept apart; 241 right ones of these are a test accuracy of 96.4 %.",
        f"{_BOOK}, chapter 5.2.",
    ),
    "Class to paint": Explanation(
        "The class of the points that the brush paints. One more class adds one output to the network.",
        "Two classes share one output, p(blue); for three there are 3, which share out 1.",
        f"{_BOOK}, chapter 6.2.2.",
    ),
    "Size of the brush": Explanation(
        "The small one paints points along its way, the others spray them over their circle. The eraser rubs out all "
        "that lie inside.",
        "A way of 100 pixels with the small brush: 11 points.",
    ),
    "Discretise": Explanation(
        "answer = argmax p; for two classes blue where p ≥ 0.5.",
        "p = 0.51 is as blue as p = 0.99.",
        f"{_BOOK}, chapter 6.2.2.",
    ),
    "Hardest": Explanation(
        "The 24 examples with the largest loss l, of those that train or of those that only test: looked for when you "
        "ask, while training goes on.",
        "A point that is blue and gets p(blue) = 0.01 costs −ln 0.01 = 4.6.",
        "Nielsen 2015, Neural Networks and Deep Learning, chapter 1.",
    ),
    "Look again": Explanation(
        "The examples on the wall are those of one update, and stay while you look; a press takes those of now.",
        "Of 26 nines taken for fours at update 764, at update 3 752 there are 9.",
    ),
    "Close the wall": Explanation(
        "What was there before comes back; the example that you follow stays.", "1 × Esc on the wall does the same."
    ),
    "Typed inputs": Explanation(
        "Any inputs can be followed, of no split and saved nowhere: 0.25, 0,25, 1/4, e^-1. With a target the network's "
        "answer has a loss; leave it empty if nobody says what is true.",
        "XOR never meets (0.5, 0.5); typed, it is answered like any other point.",
    ),
    "Previous example": Explanation("i ← i − 1 in the same split.", "Before example 1 of 250 comes example 250."),
    "Next example": Explanation("i ← i + 1 in the same split.", "Behind example 250 of 250 comes example 1."),
    "Let go of the example": Explanation(
        "The network shows its own numbers again, and no longer those of one example.",
        "A tile that showed a = 0.76 shows its map alone.",
    ),
    "Zero": Explanation(
        "w ← 0, b ← 0 for all that leads into the neuron: a = f(0).",
        "A tanh neuron answers tanh 0 = 0 from then on, until training moves it.",
    ),
    "Negate": Explanation(
        "w ← −w, b ← −b; where f(−z) = −f(z), the weights behind it too, and the network's answers stay as they are.",
        "tanh(−0.5) = −tanh 0.5 = −0.46, and −0.46 · −2 is 0.46 · 2.",
        f"{_BOOK}, chapter 8.2.2, on weight space symmetry.",
    ),
    "Redraw": Explanation(
        "Draws its weights and its bias anew, from the distribution of the first weights.",
        "Glorot with 2 inputs and 4 outputs: evenly in ±1.",
        "Glorot & Bengio 2010; He et al. 2015.",
    ),
    "Switch off": Explanation(
        "a ← 0, and nothing of it learns until it is switched on again: what the others do without it.",
        "Of 8 neurons one is off: the next layer sees 7 values and a 0.",
        "Morcos et al. 2018, On the Importance of Single Directions for Generalization.",
    ),
    "Freeze": Explanation(
        "w ← w: optimiser and penalties leave it alone, to the bit.",
        "w = 1.25 is still 1.25 after 1 000 updates with momentum and L2.",
        "Yosinski et al. 2014, How Transferable Are Features in Deep Neural Networks?",
    ),
    "Undo stroke": Explanation(
        "n strokes become n − 1; after Clear, all of them come back.",
        "A 4 of 2 strokes keeps the first one, and the network answers to that.",
    ),
    "Clear": Explanation("The pad is empty.", "Without ink there is no image, and no answer: 0 of 784 pixels are set."),
    "Close": Explanation("Nothing is chosen any more.", "1 × Esc closes it, 2 × Esc leaves the neuron."),
    "What to try": Explanation(
        "One edit that goes to the cause, made as if you had made it in the panels: training goes on with it, and "
        "Edit › Undo takes it back.",
        "Where 4 of 4 ReLUs are dead, it draws first weights anew after He: variance 2 / inputs.",
        "He et al. 2015; Glorot & Bengio 2010.",
    ),
}
"""By what the control is called."""
