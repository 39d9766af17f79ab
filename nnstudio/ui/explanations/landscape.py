"""The loss landscape."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

_LI = "Li, Xu, Taylor, Studer & Goldstein 2018, Visualizing the Loss Landscape of Neural Nets"

LANDSCAPE = {
    "picture": Explanation(
        "L(θ + α δ + β η): the loss of the network whose weights lie α steps along one direction δ and β along another "
        "one η from those of now, θ. The dot is now, the line the run's way as it is seen at right angles to the "
        "plane, the diamond the lowest place that was seen.",
        "Now 0.31 at (0, 0); at (0.5, 0), half as far as the weights are long, 1.20.",
        f"{_LI}, section 3.",
    ),
    "Random": Explanation(
        "Two directions drawn at random, δ ← δ / ‖δ‖ · ‖w‖ for each filter or unit by itself. Biases, and what scales "
        "and shifts a normalised value, have none.",
        "w = (3, 4) is 5 long; the drawn (0, 2) becomes (0, 5).",
        f"{_LI}, section 4.",
    ),
    "Principal": Explanation(
        "The two principal components of the states that are kept of the run, with the share of their variance that "
        "each explains. Even a random walk puts most of its variance on the first few, and bends there: a curve in "
        "this plane alone proves nothing.",
        "93 % and 6 %: 1 % of how the weights have moved is not seen.",
        f"{_LI}, section 7; Antognini & Sohl-Dickstein 2018, PCA of High Dimensional Random Walks.",
    ),
    "Training": Explanation(
        "The mean loss over training examples, without a penalty: what the gradient follows.",
        "0.31 over all 250.",
        HERE,
    ),
    "Test": Explanation(
        "The mean loss over test examples: a valley of the training loss need not be one of these.",
        "0.31 for training, 0.52 for test at the same place.",
        f"{_LI}, section 5.",
    ),
    "range": Explanation(
        "How far the plane is looked at, as a multiple of the usual.",
        "× 0.25 is a quarter as far: from −0.25 to 0.25.",
        HERE,
    ),
    "others": Explanation(
        "Draws two other random directions.", "With 2 of 105 directions each slice looks different.", HERE
    ),
    "now": Explanation("Takes the weights of now; training has gone on meanwhile.", "From update 500 to 1 200.", HERE),
    "cancel": Explanation("What is known so far stays.", "After 1 of 5 passes: 25 places of 4 225.", HERE),
    "table": Explanation("The losses and the path as numbers.", "65 · 65 places: 4 225 rows.", HERE),
    "close": Explanation("Closes the dialog, and ends what it measures.", "0 numbers of the run change.", HERE),
}
"""By the name of the control."""
