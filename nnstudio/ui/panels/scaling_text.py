"""What was done to the inputs, in numbers that a check by hand can repeat."""

from nnstudio.core.data.dataset import Dataset

DIGITS = 3
LINES = 12


def scaling_text(dataset: Dataset) -> str:
    """A line for each input, or for the first of many; one for all pixels; empty if the inputs stay as they are."""
    recipe = dataset.recipe
    shift, scale = recipe.shift, recipe.scale
    if recipe.divisor != 1:
        return _formula(f"pixels / {recipe.divisor:g}", float(shift[0]), float(scale[0]))
    if not shift.any() and (scale == 1).all():
        return ""
    lines = [
        f"{name}: {_formula('x', float(one_shift), float(one_scale))}"
        for name, one_shift, one_scale in zip(recipe.names[:LINES], shift, scale, strict=False)
    ]
    more = len(recipe.names) - LINES
    return "\n".join([*lines, f"… and {more} more"] if more > 0 else lines)


def _formula(x: str, shift: float, scale: float) -> str:
    if shift:
        sign = "−" if shift > 0 else "+"
        x = f"({x} {sign} {_number(abs(shift))})"
    return f"{x} / {_number(scale)}" if scale != 1 else x


def _number(value: float) -> str:
    """At least three significant digits, at least two decimals below 100."""
    return f"{value:#.{DIGITS}g}" if value < 100 else f"{value:.0f}"
