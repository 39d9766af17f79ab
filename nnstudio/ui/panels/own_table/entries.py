"""What could be decided otherwise about a table: each entry of a menu with the wishes that it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnstudio.core.data.picture_proposal import PictureWishes
from nnstudio.core.data.table_proposal import Wishes
from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.core.experiment.table_recipe import Column, Missing, Separator, TextFormat, Use
from nnstudio.files.tables.text_format import ENCODINGS, FormatWishes

if TYPE_CHECKING:
    from nnstudio.ui.panels.own_table.draft import Proposed

AnyWishes = Wishes | PictureWishes
LINES = 5
"""A header stands in one of so many first lines, as far as the menu offers."""
AS_FOUND = "As it was found"


@dataclass(frozen=True, slots=True)
class Entry:
    """change: the wishes that it stands for, or how classes count, None where it is so already; apart: a line stands
    above it"""

    label: str
    change: FormatWishes | AnyWishes | ClassWeights | None
    chosen: bool = False
    help: str = ""
    apart: bool = False


def separators(text: TextFormat | None, wishes: FormatWishes) -> tuple[Entry, ...]:
    """What could part the cells."""
    chosen = None if text is None else text.separator
    each = tuple(Entry(one.label, replace(wishes, separator=one), one is chosen, one.help) for one in Separator)
    return (*each, *_found(replace(wishes, separator=None), wishes.separator is not None))


def decimals(text: TextFormat | None, wishes: FormatWishes) -> tuple[Entry, ...]:
    """Which sign could stand before the tenths."""
    chosen = "" if text is None else text.decimal
    signs = {".": "Decimal point: 3.14", ",": "Decimal comma: 3,14"}
    each = tuple(Entry(label, replace(wishes, decimal=sign), sign == chosen) for sign, label in signs.items())
    return (*each, *_found(replace(wishes, decimal=None), wishes.decimal is not None))


def headers(text: TextFormat | None, wishes: FormatWishes) -> tuple[Entry, ...]:
    """Where the names of the columns could stand."""
    chosen = None if text is None else text.header
    lines = sorted({*range(LINES + 1), *([] if chosen is None else [chosen])})
    each = tuple(
        Entry(
            f"Header in line {line}" if line else "No header: x1, x2, …", replace(wishes, header=line), line == chosen
        )
        for line in lines
    )
    return (*each, *_found(replace(wishes, header=None), wishes.header is not None))


def encodings(text: TextFormat | None, wishes: FormatWishes) -> tuple[Entry, ...]:
    """How the letters could be written in bytes; of several with one name the first."""
    chosen = "" if text is None else ENCODINGS[text.encoding]
    first = {label: name for name, label in reversed(ENCODINGS.items())}
    each = tuple(
        Entry(label, replace(wishes, encoding=first[label]), label == chosen)
        for label in dict.fromkeys(ENCODINGS.values())
    )
    return (*each, *_found(replace(wishes, encoding=None), wishes.encoding is not None))


def _found(change: FormatWishes, wished: bool) -> tuple[Entry, ...]:
    return (Entry(AS_FOUND, change, apart=True),) if wished else ()


def kept(proposed: "Proposed", name: str) -> tuple[Use, ...]:
    """What a column can be used for, the most natural first; left out it can always be."""
    facts = proposed.looked.survey.facts[name]
    uses: list[Use] = []
    if facts.date_format:
        uses.append(Use.DATE)
    elif facts.numeric:
        uses.append(Use.NUMBER)
    if facts.different:
        uses.append(Use.CATEGORY)
    return (*uses, Use.LEFT_OUT) if not facts.empty else (Use.LEFT_OUT,)


def use_entries(proposed: "Proposed", column: Column) -> tuple[Entry, ...]:
    """What this column could be used for."""
    possible = kept(proposed, column.name)
    return tuple(
        Entry(use.label, with_use(proposed.wishes, column.name, use), use is column.use, use.help)
        for use in Use
        if use in possible
    )


def missing_entries(proposed: "Proposed", column: Column) -> tuple[Entry, ...]:
    """What could be done about the gaps of this column, if it has some."""
    if not (column.is_input and proposed.looked.survey.facts[column.name].gaps):
        return ()
    choices = [each for each in Missing if not (each is Missing.MEAN and column.use is Use.CATEGORY)]
    return tuple(
        Entry(
            f"Gaps: {each.label.lower()}",
            with_missing(proposed.wishes, (column.name,), each),
            each is column.missing,
            each.help,
        )
        for each in choices
    )


def with_use(wishes: Wishes, name: str, use: Use) -> Wishes:
    """The same wishes but for what a column is used for; of a category there is no mean."""
    missing = dict(wishes.missing)
    if use is Use.CATEGORY and missing.get(name) is Missing.MEAN:
        del missing[name]
    return replace(wishes, uses={**wishes.uses, name: use}, missing=missing)


def with_missing(wishes: Wishes, names: Iterable[str], missing: Missing) -> Wishes:
    """The same wishes but for what is done about gaps."""
    return replace(wishes, missing={**wishes.missing, **dict.fromkeys(names, missing)})
