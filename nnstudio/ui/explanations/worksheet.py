"""The dialog that asks which worksheets are wanted."""

from nnstudio.ui.explanations.explanation import Explanation

WORKSHEET = {
    "From seed": Explanation(
        "The first weights of each sheet are drawn from its own seed, and rounded to what "
        "is printed before anything is calculated.",
        "From seed 7, 30 sheets have the seeds 7 to 36.",
    ),
    "Sheets": Explanation(
        "One for each pupil; the solutions come behind all of them.", "30 sheets, then 30 solutions."
    ),
    "First example": Explanation(
        "Which training example x the first sheet follows; each sheet takes the next, behind the last the first again.",
        "XOR has 4 examples: from example 2, the sheets have 2, 3, 4, 1, 2 and so on.",
    ),
    "Up to": Explanation(
        "The last phase that is asked for: forward a = f(W·x + b), loss L, backward ∂L/∂W, update W ← W − η ∂L/∂W.",
        "XOR through 2 neurons: 6 numbers up to forward, 30 up to update.",
    ),
    "Cancel": Explanation("Closes the dialog; nothing is written.", "0 files are written."),
    "Save": Explanation(
        "Asks for a name: .pdf to print, .html for a web page that needs no other file.", "30 sheets become 1 file."
    ),
}
