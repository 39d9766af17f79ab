"""What was done to the inputs, in numbers that a check by hand can repeat."""

from nnstudio.core.data.dataset import Dataset

DIGITS = 3


def scaling_text(dataset: Dataset) -> str:
    """One line for each input of the plane, one for all pixels of an image; empty if the inputs stay as they are."""
    shift, scale = dataset.scaling.shift, dataset.scaling.scale
    if dataset.images is not None:
        return _formula("pixels / 255", float(shift[0]), float(scale[0]))
    if not shift.any() and (scale == 1).all():
        return ""
    return "\n".join(
        f"{name}: {_formula('x', float(one_shift), float(one_scale))}"
        for name, one_shift, one_scale in zip(dataset.input_names, shift, scale, strict=True)
    )


def _formula(x: str, shift: float, scale: float) -> str:
    if shift:
        sign = "−" if shift > 0 else "+"
        x = f"({x} {sign} {_number(abs(shift))})"
    return f"{x} / {_number(scale)}" if scale != 1 else x


def _number(value: float) -> str:
    """At least three significant digits, at least two decimals below 100."""
    return f"{value:#.{DIGITS}g}" if value < 100 else f"{value:.0f}"
