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
    "open_data": Explanation(
        "Reads a table of your own and says what it has found and decided: which column is learned, which are inputs, "
        "what is done about gaps. Each decision can be changed before the experiment takes the table.",
        "A file of 344 rows with semicolons: 7 columns become 11 inputs, and 3 classes are to be told apart.",
        _ENTRY,
    ),
    "open_images": Explanation(
        "Reads a folder that holds a folder of PNG or JPEG images for each class, and says what it has found: how "
        "many, of which size, which cannot be read. Size, grey and shares can be changed before.",
        "Folders cat and dog with 40 images each of 640×480: 80 images of 64×48, 3072 inputs, 2 classes.",
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
        "Writes the network in the words of other programs, in full precision, with what is done to the inputs. "
        "Another program computes the answers to sample inputs from it, and the largest difference is shown.",
        "A NumPy script of 2-8-8-1: 9e−7 on 100 inputs, where 1e−5 is allowed.",
        "the formats of NumPy, safetensors, ONNX, PyTorch, Keras, scikit-learn, C99 and Jupyter.",
    ),
    "copy_share_text": Explanation(
        "nnstudio1: and behind it the experiment, with up to 8192 weights of 32 bits, packed into letters that survive "
        "chats and mails. Line breaks that come in on the way do no harm.",
        "2-8-8-1 with its 105 weights: about 1 500 letters.",
        "RFC 1951 (DEFLATE) and RFC 4648 (base64url).",
    ),
    "paste_share_text": Explanation(
        "Begins the experiment in the text, from its weights if it has them. A text that is damaged, or foreign, is "
        "refused, and nothing changes.",
        "A letter that was lost is noticed by the checksum of 64 bits.",
        "RFC 1951 (DEFLATE), RFC 4648 (base64url) and SHA-256.",
    ),
    "import": Explanation(
        "Takes arrays of the same shapes; training goes on from them. They may be ours, the state dict of a plain "
        "Sequential of PyTorch, or an ONNX graph of layers in a row. Those of another network bring it along.",
        "layer1/weight must have 2 × 4 numbers for a first layer of 4 neurons behind 2 inputs.",
        "NumPy's .npz, Hugging Face's .safetensors, and ONNX.",
    ),
    "worksheet": Explanation(
        "z = Σ w·x + b, a = f(z), L, ∂L/∂z, ∂L/∂w, w ← w − η · ∂L/∂w of one example, with boxes for the numbers; the "
        "solution is on another page.",
        "XOR through 2 neurons: 30 numbers to find; 30 seeds make 30 different sheets.",
        _ENTRY,
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
    "compare": Explanation(
        "Both make the same updates: the same examples in the same order, from the same first weights unless those are "
        "what differs. A − B is what their answers differ by.",
        "SGD and Adam from seed 1: at update 500 a test accuracy of 62.0 % and of 97.6 %.",
        "Fisher 1935, The Design of Experiments.",
    ),
    "runs": Explanation(
        "Restart, New weights, a preset or a branch begins another run; the one that was trained until then is kept on "
        "a shelf, with the project. Opened, it goes on to the same bits.",
        "Run 1 left at update 30 000, opened again, one step: update 30 001.",
        _ENTRY,
    ),
    "try_seeds": Explanation(
        "Trains the experiment at hand from so many first weights, each to its end, in processes of their own, and "
        "says in how many of them its rule was met.",
        "The XOR truth table through 2 hidden units is learned from 21 of 100 seeds, through 4 from 62.",
        "Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks.",
    ),
    "sweeps": Explanation(
        "Lists and random values of any settings, from several first weights each, in processes of their own or on a "
        "cluster; every result is on disk as soon as it is in.",
        "20 learning rates with 2 optimisers and 5 seeds: 200 runs.",
        "Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization.",
    ),
    "show_table": Explanation(
        "The numbers of the picture that has the keys, at this moment; without any those of the network.",
        "Dense 1 with 2 inputs and 8 neurons: 8 rows, with 2 weights and 1 bias in each.",
        _ENTRY,
    ),
    "save_picture": Explanation(
        "What the card that has the keys shows now, without its title; without any the network. PNG has the pixels of "
        "the screen, SVG lines and letters that stay sharp at any size.",
        "A card of 652 × 475 becomes a picture of 676 × 499, with a margin of 12.",
        "ISO/IEC 15948 (PNG) and SVG Tiny 1.2.",
    ),
    "save_growth": Explanation(
        "What the network said all over the plane at 48 moments, evenly over the run so far: kept states, or trained "
        "again from one to the same bits where the way is short. APNG and GIF play in any browser.",
        "6000 updates: a moment every 128 updates, 10 a second, about 1 MB.",
        "ISO/IEC 15948 with APNG, and GIF89a.",
    ),
    "history": Explanation(
        "States of the run are kept, so that every moment of it can be shown; how many fit depends on the network.",
        "2-8-8-1 has states of 3 kB: 256 of them, the most that are kept, take less than 1 MB.",
    ),
    "landscape": Explanation(
        "L(θ + α δ + β η) for two directions δ and η through the weights θ of now.",
        "2-8-8-1 has 105 weights: a slice shows 2 of 105 directions.",
        "Li, Xu, Taylor, Studer & Goldstein 2018, Visualizing the Loss Landscape of Neural Nets.",
    ),
    "find_rate": Explanation(
        "The learning-rate range test: η rises by the same factor from update to update, η ← 1.047 η, until the loss "
        "grows.",
        "From η = 0.00001 to 10 in 300 updates; lowest loss at 0.6: 0.05 is proposed.",
        "Smith 2017, Cyclical Learning Rates for Training Neural Networks.",
    ),
    "larger_text": Explanation("Text of 16 pixels instead of 13.", "13 · 1.23 = 16.", _ENTRY),
    "reset_layout": Explanation("Every card open and in its place.", "All 8 cards are back.", _ENTRY),
    "help": Explanation("All keys on one sheet.", "F1 opens it, Escape closes it.", _ENTRY),
    "whats_this": Explanation("The next click explains what it hits.", "Shift+F1, then 1 click.", _ENTRY),
    "about": Explanation("Version and licences.", "Qt is LGPL 3, NumPy BSD.", _ENTRY),
}
