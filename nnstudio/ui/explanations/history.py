"""The strip of the run's history."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

HISTORY = {
    "track": Explanation(
        "Where on the run's way the pictures are. States of it are kept; what lies between two of them is trained once "
        "more, to the same bits.",
        "Update 21 500, with a state kept at 21 000: 500 updates are replayed.",
        HERE,
    ),
    "film": Explanation(
        "The states that are kept, one after the other, the whole run in about 10 seconds.",
        "A run of 30 000 updates passes at 3 000 updates a second.",
        HERE,
    ),
    "now": Explanation(
        "The newest update; training has gone on meanwhile, or has not.",
        "From update 21 500 back to 30 000.",
        HERE,
    ),
    "branch": Explanation(
        "Training goes on from the moment that is shown, with weights, settings and order of batches of then. What "
        "came after it is left behind; Undo brings it back.",
        "From update 21 500 the next 100 updates are the same to the bit, unless a setting is changed.",
        HERE,
    ),
    "memory": Explanation(
        "How much memory the kept states may take. Fewer of them make replays longer; at least 3 stay.",
        "A state of 784-128-64-10 with Adam takes 1.8 MB: 256 MB hold 140 of them.",
        HERE,
    ),
}
"""By the name of the control."""
