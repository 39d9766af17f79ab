"""The dialog that exports."""

from nnstudio.ui.explanations.explanation import HERE, Explanation

_ERROR = "Higham 2002, Accuracy and Stability of Numerical Algorithms, section 1.2"

EXPORT = {
    "format": Explanation(
        "In whose words the network is written. Every file carries sample inputs and the network's own answers.",
        "A NumPy script of 2-8-8-1 has 105 numbers, and 100 inputs with 100 answers to check itself.",
        HERE,
    ),
    "file": Explanation(
        "What will be written, before it is. Numbers that take many lines are folded to how many there are.",
        "Line 18 says 8 × 8 numbers, and the next line that is shown is line 28.",
        HERE,
    ),
    "files": Explanation(
        "Some formats are several files that belong together: the script, and the numbers that it loads.",
        "spirals_torch.py reads spirals_torch.safetensors: 2 files.",
        HERE,
    ),
    "numbers": Explanation(
        "A script may hold its numbers itself, to read and to send as one file, or load them from an archive beside "
        "it.",
        "2-8-8-1: 105 numbers, and 300 of its check, take 289 lines; 784-128-64-10 has 109 386.",
        HERE,
    ),
    "copy": Explanation("The whole text of the file that is shown, with all its numbers.", "289 lines.", HERE),
    "proof": Explanation(
        "For each sample input the largest of |theirs − ours| / max(1, |ours|) over the outputs: theirs were computed "
        "from the file by another program than this one. Exact answers stand apart, at 0.",
        "0.98413 there and 0.98412 here: 1e−5, the most that is allowed in 32 bits.",
        f"{_ERROR}: the mixed absolute and relative error.",
    ),
    "again": Explanation("The file is read and computed once more.", "100 answers, a new time in seconds.", HERE),
    "details": Explanation("The difference of each sample input, as a table.", "100 inputs: 100 rows.", HERE),
    "give up": Explanation(
        "Ends the reader. The file can be saved all the same, without a proof.",
        "PyTorch may take 10 s to begin.",
        HERE,
    ),
    "target": Explanation(
        "Where the file will lie; what belongs to it lies beside it. Each is written whole or not at all.",
        "networks/spirals_torch.py, and with it networks/spirals_torch.safetensors: 2 files.",
        HERE,
    ),
    "browse": Explanation("Asks the system for a folder and a name.", "1 dialog more.", HERE),
    "cancel": Explanation("Closes the dialog; nothing is written.", "0 files.", HERE),
    "save": Explanation(
        "Writes the very bytes that were proved. What is there already is asked about first.",
        "100 answers proved, the same file on the disk.",
        HERE,
    ),
}
"""By the name of the control."""
