"""What is seen of a network that learns a table."""

from nnstudio.ui.explanations.explanation import Explanation

_REGRESSION = "Kuhn & Johnson 2013, Applied Predictive Modeling, chapter 5.1."

TABLE_VIEWS = {
    "Matrix": Explanation(
        "Rows are the truth, columns the answers to the test examples; below it precision, recall, F1 and support.",
        "Of 10 virginica 1 is taken for versicolor: 10.0 in its row.",
        "Kohavi & Provost 1998, Glossary of Terms.",
    ),
    "ROC": Explanation(
        "For each threshold on p the share of the second class that is found, over the share of the first that is "
        "taken for it; AUC is the area below.",
        "AUC = 0.75: of 4 pairs, 3 are in the right order.",
        "Fawcett 2006, An introduction to ROC analysis.",
    ),
    "Predicted": Explanation(
        "ŷ over y for test and training examples; on the diagonal ŷ = y.",
        "y = 3.0 and ŷ = 2.4 lie 0.6 below it.",
        _REGRESSION,
    ),
    "Residuals": Explanation(
        "e = y − ŷ over ŷ; a good network leaves a band without a shape.",
        "y = 3.0 and ŷ = 2.4 leave e = 0.6.",
        _REGRESSION,
    ),
    "Plane": Explanation(
        "x = x₀ + a·d₁ + b·d₂ for every pixel, sent through the network; the points are the examples, where they fall "
        "on the plane.",
        "Of 4 inputs 2 are the axes and 2 stay at their mean.",
        "Jolliffe 2002, Principal Component Analysis.",
    ),
    "Scatter": Explanation(
        "xᵢ over xⱼ for each row i and column j of the matrix, of a random sample of the rows; on the diagonal how "
        "often an input takes which value. r = cov(xᵢ, xⱼ) / (σᵢσⱼ) says how nearly a pair lies on a line.",
        "Of 4 inputs 12 cells show pairs; petal length and petal width of irises have r = 0.96.",
        "Hartigan 1975, Printer graphics for clustering; Cleveland 1993, Visualizing Data, chapter 5.",
    ),
    "Inputs shown": Explanation(
        "The rows and columns of the scatter matrix, from 2 to 5 inputs.",
        "5 of 30 inputs make 20 pairs.",
        "Cleveland 1993, Visualizing Data, chapter 5.",
    ),
    "Across": Explanation(
        "The input that grows to the right; or, as both axes, the first two principal components of all inputs.",
        "Two components may hold 64 % of the variance of 30 inputs.",
        "Jolliffe 2002, Principal Component Analysis, chapter 1.",
    ),
    "Upwards": Explanation(
        "The input that grows upwards; never the one that grows to the right.",
        "Petal width from 0.1 to 2.5 cm.",
        "Bishop 2006, Pattern Recognition and Machine Learning, chapter 4.1.",
    ),
    "Other inputs": Explanation(
        "x₀: the mean of the training examples, or the example that is followed; of components, all that they leave.",
        "With mean 3.1 cm of sepal width each pixel has 3.1.",
        "Jolliffe 2002, Principal Component Analysis, chapter 1.",
    ),
}
"""By what the control is called."""
