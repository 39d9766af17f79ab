"""What the window can do, by the names of its actions."""

from nnstudio.core.run.left_behind import BOUNDS
from nnstudio.ui.explanations.explanation import Explanation
from nnstudio.ui.undo import MAXIMUM

_BOOK = "Goodfellow, Bengio & Courville 2016, Deep Learning"
_UNDO = (
    "Takes back edits, imports, restarts and opened files, one after the other, and brings the trained weights of that "
    "time back with them; Redo goes the other way, to what was learned since. "
    f"Kept are {MAXIMUM} steps and {BOUNDS}."
)
_ENTRY = "a menu of this program."

ACTIONS = {
    "new": Explanation(
        "The experiment that the program begins with; a file that is open is closed.",
        "The spirals, 500 points, two hidden layers of 8 neurons.",
        _ENTRY,
    ),
    "open": Explanation(
        "A project (.nns) holds the experiment and the whole state of its run; an experiment (.json) only what was "
        "asked for.",
        "Saved at update 5000, opened, and played for 1 update: the same bits as 5001 in a row.",
        _ENTRY,
    ),
    "save": Explanation(
        "Writes the experiment, all weights, the optimiser's memory and the history; whole or not at all.",
        "2-4-2-1 has 12 + 10 + 3 = 25 parameters; Adam remembers 2 · 25 numbers more.",
        _ENTRY,
    ),
    "save_as": Explanation(
        "Writes the same under another name, and goes on with that file.",
        "spiral.nns stays at update 5000 while spiral-2.nns goes on.",
        _ENTRY,
    ),
    "export": Explanation(
        "Writes every layer's weights W (inputs × units) and biases b as the arrays layer1/weight, layer1/bias, …, in "
        "full precision, with the experiment and the scaling of the inputs.",
        "2-4-2-1: layer1/weight has 2 × 4 numbers, layer1/bias 4.",
        "NumPy's .npz and Hugging Face's .safetensors formats.",
    ),
    "import": Explanation(
        "Takes arrays of the same names and shapes; training goes on from them.",
        "layer1/weight must have 2 × 4 numbers for a first layer of 4 neurons behind 2 inputs.",
        "NumPy's .npz and Hugging Face's .safetensors formats.",
    ),
    "quit": Explanation("Closes the window; what is not saved is asked about.", "Ctrl+Q, then 1 question.", _ENTRY),
    "undo": Explanation(_UNDO, "4 neurons become 5, and 300 updates later Undo: 4 again, as before the edit.", _ENTRY),
    "redo": Explanation(_UNDO, "After that Undo, Redo: 5 neurons again, with the 300 updates.", _ENTRY),
    "play": Explanation(
        "One update after another: a batch goes through the network, the loss is measured, its gradient flows back, "
        "and the optimiser moves every weight: w ← w − η ∂L/∂w.",
        "250 training points, batch size 10: 25 updates are 1 epoch.",
        "Rumelhart, Hinton & Williams 1986, Learning Representations by Back-Propagating Errors.",
    ),
    "step": Explanation(
        "W ← W − η · ∇W for plain gradient descent, from the mean gradient over one batch.",
        "η = 0.03 and ∇W = 0.2: W falls by 0.006.",
        f"{_BOOK}, chapter 8.3.",
    ),
    "microscope": Explanation(
        "z = Σ w·x + b, a = f(z), ∂L/∂z = ∂L/∂a · f′(z), w ← w − η · g",
        "XOR through 3 neurons: 2 products and a bias make each z, and 1 error comes back through each link.",
        "Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.",
    ),
    "step_phase": Explanation(
        "An update in four phases: forward a = f(W·x + b), loss L, backward ∂L/∂W, update W ← W − η ∂L/∂W.",
        "4 phases are 1 update, the same to the bit as made in one.",
        "Rumelhart, Hinton & Williams 1986, Learning Representations by Back-Propagating Errors.",
    ),
    "step_epoch": Explanation(
        "Trains until every training example has been seen once more: ⌈N / B⌉ updates.",
        "250 points, batch size 10, at update 30: goes on to update 50.",
        f"{_BOOK}, chapter 8.1.",
    ),
    "back": Explanation(
        "Takes the last update back, weights and optimiser's memory alike.",
        "At update 575 it replays from a kept state, such as 512, to 574: the same bits.",
        "a replay of this program.",
    ),
    "restart": Explanation(
        "Begins again from the same first weights: with nothing else changed training takes the same path.",
        "Seed 1, 100 updates, Restart, 100 updates: the same loss to the last digit.",
        "O'Neill 2014, PCG, as in NumPy's default_rng.",
    ),
    "new_weights": Explanation(
        "Draws a new seed, and from it new first weights. The seed beside the button can be typed: the same seed gives "
        "the same weights.",
        "The XOR truth table: about half of all seeds learn all 4 points, the others never.",
        f"{_BOOK}, chapter 8.4.",
    ),
    "show_table": Explanation(
        "The numbers of the picture that has the keys, at this moment; without any those of the network.",
        "Dense 1 with 2 inputs and 8 neurons: 8 rows, with 2 weights and 1 bias in each.",
        _ENTRY,
    ),
    "larger_text": Explanation("Text of 16 pixels instead of 13.", "13 · 1.23 = 16.", _ENTRY),
    "reset_layout": Explanation("Every card open and in its place.", "All 8 cards are back.", _ENTRY),
    "help": Explanation("All keys on one sheet.", "F1 opens it, Escape closes it.", _ENTRY),
    "whats_this": Explanation("The next click explains what it hits.", "Shift+F1, then 1 click.", _ENTRY),
    "about": Explanation("Version and licences.", "Qt is LGPL 3, NumPy BSD.", _ENTRY),
}
