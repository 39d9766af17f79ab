"""The shelf of runs and what stands beside it."""

from nnstudio.ui.explanations.explanation import Explanation

RUNS = {
    "shelf": Explanation(
        "Each row is a run as it was left: what it had learned, its test loss over the updates, and only the settings "
        "in which it differs from the run that it began from. Opened, it goes on to the same bits.",
        "Run 1 with SGD and 0.03; Run 2 below it with Adam and 0.01: two settings differ.",
    ),
    "table": Explanation(
        "All runs as comma-separated values, one a row, numbers to the last bit; runs of many seeds one by one.",
        "8 rows on the shelf, one of them 20 seeds: 27 lines below the headers.",
    ),
    "open": Explanation(
        "The run goes on from where it was left, paused; the one that is trained now is put on the shelf, or its row "
        "is brought up to date. Undo takes it back.",
        "Left after update 30 000, opened, one step: update 30 001, to the same bits as without a break.",
    ),
    "delete": Explanation(
        "The run leaves the shelf, and runs that began from it hang from where it began itself. Undo brings it back.",
        "Run 3 began from Run 2, and that from Run 1: without Run 2, Run 3 stands below Run 1.",
    ),
    "name": Explanation(
        "What the run is called; it is kept with the project.", "“Adam instead” says more than “Run 2”."
    ),
    "note": Explanation(
        "Anything worth knowing about the run; it stands in its row and in the table.",
        "“The arms come apart after 5 000 updates”: so much a picture does not say.",
    ),
    "curve": Explanation(
        "The loss L = 1/n Σ ℓ(yᵢ, ŷᵢ) over the updates: of the training examples, and of the test examples, which it "
        "never trained on. The axis is logarithmic: equal steps are equal ratios.",
        "From 0.4 to 0.04 is as high as from 0.04 to 0.004.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapter 5.2.",
    ),
    "confusion": Explanation(
        "Cᵢⱼ = how many test examples of class i got the answer j; for values, predictions over the truth.",
        "8 fours of 100 read as nines: row 4, column 9 holds 8 %.",
        "Goodfellow, Bengio & Courville 2016, Deep Learning, chapter 5.1.",
    ),
}
"""By the name of the control."""
