"""The learning-rate finder."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

_SMITH = "Smith 2017, Cyclical Learning Rates for Training Neural Networks, section 3.3"

RATE_FINDER = {
    "chart": Explanation(
        "The loss of each mini-batch while η rises by the same factor from update to update, and its mean over about "
        "the last ten, corrected for its beginning: s ← (0.9 m + 0.1 L) / (1 − 0.9ᵗ).",
        "After 1 update s = 0.1 L / 0.1 = L.",
        f"{_SMITH}; the correction: Kingma & Ba 2015, Adam, section 3.",
    ),
    "Now": Explanation(
        "From the weights and the optimiser's memory of now. A run that has learned much may have nowhere to fall.",
        "At update 2 000.",
        HERE,
    ),
    "First weights": Explanation(
        "From the first weights of the same seed.", "At update 0, where the loss is 0.7 for 2 classes.", HERE
    ),
    "tenth": Explanation(
        "A tenth of the rate at which the smoothed loss is lowest, rounded down to 1, 2, 3 or 5 times a power of ten. "
        "At the lowest loss itself steps are nearly too large already.",
        "Lowest at 0.63: a tenth is 0.063, and 0.05 is proposed.",
        f"{_SMITH}; the tenth is a rule of thumb of Howard & Gugger 2020, fastai.",
    ),
    "steepest": Explanation(
        "The rate at which the smoothed loss falls fastest with log η, over two fifths of a decade.",
        "It falls from 0.70 to 0.55 between η = 0.06 and 0.16: 0.1.",
        "Howard & Gugger 2020, fastai: A Layered API for Deep Learning.",
    ),
    "again": Explanation("The same test from the run of now.", "300 updates on a copy; 0 of the run.", HERE),
    "cancel": Explanation("What is known so far stays.", "After 120 of 301 updates.", HERE),
    "table": Explanation("Rates and losses as numbers.", "301 updates: 301 rows.", HERE),
    "close": Explanation("Closes the dialog; the learning rate stays as it is.", "0 settings change.", HERE),
}
"""By the name of the control."""
