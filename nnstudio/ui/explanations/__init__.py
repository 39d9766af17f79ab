"""What Shift+F1 says: of each thing its definition or formula, one example with numbers, and where it comes from."""

from nnstudio.ui.explanations.explanation import Explanation

__all__ = ["Explanation"]
