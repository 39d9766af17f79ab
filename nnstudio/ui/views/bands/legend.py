"""What the parts of a band mean, for the header line of its card."""

from nnstudio.ui import theme
from nnstudio.ui.stage.legend import Entry, Sign
from nnstudio.ui.stylesheet import mix

_PALE, _STRONG = 0.35, 0.75


def band_entries() -> tuple[Entry, ...]:
    """The median's line, and the areas between the inner and the outer percentiles."""
    colors = theme.current()
    strong, pale = (mix(colors.card, colors.accent, share) for share in (_STRONG, _PALE))
    return (
        Entry("median", colors.text, Sign.LINE),
        Entry("half", strong, Sign.DISC, rank=1),
        Entry("80 %", pale, Sign.DISC, rank=1),
    )
