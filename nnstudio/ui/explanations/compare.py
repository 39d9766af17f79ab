"""The comparison of runs."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

COMPARE = {
    "add": Explanation(
        "One more run beside those that are compared; it trains from its first weights until it stands where they do.",
        "A and B stand at update 2000: C makes 2000 updates, then all three go on together.",
        HERE,
    ),
    "close": Explanation(
        "The comparison ends and the cards come back; run A goes on, what it has learned stays.",
        "A, B and C at update 2000: A goes on to 2001 alone.",
        HERE,
    ),
    "difference": Explanation(
        "d = a − b, what the one network answers minus what the other does: the probability of blue, the value, or of "
        "more classes ½ Σ |a − b| of their probabilities; of confusion matrices the difference of the shares.",
        "A says 0.9 and B 0.2: d = +0.7, blue. Two equal runs differ by 0, to the bit.",
        "Wilke 2019, Fundamentals of Data Visualization, chapter 4, on diverging scales.",
    ),
    "curves": Explanation(
        "L = 1/n Σ ℓ(yᵢ, ŷᵢ) of each run, over its training or its test examples, at the same updates.",
        "At update 2000 A has a test loss of 0.08 and B one of 0.33.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapters 7.8 and 8.1.",
    ),
    "alike": Explanation(
        "What is the same in all runs that are compared, so that only what differs can be the reason.",
        "31 settings alike and 1 other: the optimiser made the difference, on these data and from this seed.",
        "Fisher 1935, The Design of Experiments.",
    ),
    "which": Explanation(
        "Which two of three runs the difference is of.",
        "A says 0.9 and C 0.2: A − C = +0.7.",
        HERE,
    ),
}
"""By what is explained."""
