"""What stands on the page of the microscope."""

from nnstudio.ui.explanations.explanation import Explanation

_RUMELHART = "Rumelhart, Hinton & Williams 1986, Learning Representations by Back-Propagating Errors."

MICROSCOPE = {
    "One step back": Explanation(
        "The step before in the order of computing: forward, loss, backward, update.",
        "From h₂ forward it is 1 step back to h₁.",
        _RUMELHART,
    ),
    "One step on": Explanation(
        "The next step in the order of computing; what comes later is not computed yet, which is not 0.",
        "Behind the last of 3 neurons and the output comes the loss.",
        _RUMELHART,
    ),
    "Wave": Explanation(
        "Plays the steps as they follow from each other, forwards and back.",
        "10 steps of XOR take 6 seconds.",
        _RUMELHART,
    ),
    "take the newest": Explanation(
        "The microscope holds one state while training goes on; this holds the state of now.",
        "It holds update 30, and the run is at 575.",
        "a copy of this program's run.",
    ),
    "Close the microscope": Explanation(
        "The cards come back; the run was never touched.",
        "Its next 100 updates are the same to the bit as without a look.",
        "a test of this program.",
    ),
}
"""By the name of the button."""
