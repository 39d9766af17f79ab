"""What becomes of the columns of a table: which are inputs, which is learned, what is done about gaps.

A `TableRecipe` is asked for, as plain data, and says of every column what a person has decided, or let stand. Measured
on training rows it comes back as another one, fitted: the numbers that fill gaps are in it, and the scale of the
target. The fitted one is what a trained network is used with, and what every export carries.
"""

from dataclasses import dataclass, replace

from nnstudio.core.experiment.choices import Scaling
from nnstudio.core.experiment.setting import Choice, SettingError

MAXIMUM_INPUTS = 2000
MAXIMUM_VALUES = 100
"""So many inputs may a table become, and so many values may a column of categories have."""


class Use(Choice):
    """What a column is for."""

    NUMBER = "number", "Number", "The number itself is an input."
    CATEGORY = "category", "Category", "One input for each known value, 1 where it is that value and else 0."
    DATE = "date", "Date", "An input that counts the days since the first of January 1970."
    LEFT_OUT = "left-out", "Left out", "The network never sees it."


class Missing(Choice):
    """What is done about a row that lacks a value in a column."""

    DROP = "drop", "Drop", "The row is left out."
    MEAN = "mean", "Mean", "The mean of the training rows stands in."
    MOST_FREQUENT = "most-frequent", "Most frequent", "The most frequent value of the training rows stands in."
    OWN_CLASS = "own-class", "Own class", "An input of its own says that the value is missing."


class Separator(Choice):
    """What stands between two cells."""

    COMMA = ",", "Commas", "As in most files from English-speaking countries."
    SEMICOLON = ";", "Semicolons", "As Excel writes it where the comma is the decimal sign."
    TAB = "\t", "Tabs", "As in TSV, and in Excel's Unicode text."
    BAR = "|", "Bars", "As some databases write it."
    SPACE = " ", "Spaces", "As some instruments write it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table that is not the target.

    name: as the header has it; use: what it is for
    values: of a category, the known ones in the order of their inputs; any other is none of them, so all inputs are 0
    date_format: of a date, how it is written, for `strptime`
    missing: what is done about a gap
    fill: what stands in for a gap once fitted: a number, or for a category one of its values; None where nothing does
    why: of a column that is left out, the reason
    """

    name: str
    use: Use = Use.NUMBER
    values: tuple[str, ...] = ()
    date_format: str = ""
    missing: Missing = Missing.DROP
    fill: float | str | None = None
    why: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise SettingError("name", "name is empty, but a column needs one.")
        if self.use is Use.CATEGORY and (not self.values or len(set(self.values)) != len(self.values)):
            raise SettingError("values", f"values of {self.name} must be there, each once.")
        if len(self.values) > MAXIMUM_VALUES:
            raise SettingError("values", f"values of {self.name} are {len(self.values)}; {MAXIMUM_VALUES} are allowed.")
        if self.use is Use.CATEGORY and self.missing is Missing.MEAN:
            raise SettingError("missing", f"missing is mean, but {self.name} has no mean: it is a category.")
        if isinstance(self.fill, str) and self.fill not in self.values:
            raise SettingError("fill", f"fill of {self.name} is none of its values.")

    @property
    def is_input(self) -> bool:
        """Whether the network sees it."""
        return self.use is not Use.LEFT_OUT

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called that it becomes."""
        gap = (f"{self.name} is missing",) if self.missing is Missing.OWN_CLASS else ()
        match self.use:
            case Use.LEFT_OUT:
                return ()
            case Use.CATEGORY:
                return (*(f"{self.name} = {value}" for value in self.values), *gap)
            case Use.NUMBER | Use.DATE:
                return (self.name, *gap)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecipe:
    """How rows with named columns become inputs and a truth.

    columns: all but the target, in the order of the file, and of the inputs that they become
    target: the column to be learned; what its classes are, the table's spec says
    stratified: whether each share has the same mixture of classes
    target_scaling: of values to be learned; what is learned is (value − shift) / scale
    target_shift, target_scale: both once fitted; value = answer · scale + shift
    """

    columns: tuple[Column, ...]
    target: str
    stratified: bool = True
    target_scaling: Scaling = Scaling.NONE
    target_shift: float = 0.0
    target_scale: float = 1.0

    def __post_init__(self) -> None:
        names = [*(column.name for column in self.columns), self.target]
        if len(set(names)) != len(names):
            raise SettingError("columns", "columns must each have a name of their own, and not that of the target.")
        if not self.input_names:
            raise SettingError("columns", "columns has no input, but the network needs one.")
        if len(self.input_names) > MAXIMUM_INPUTS:
            raise SettingError(
                "columns", f"columns become {len(self.input_names)} inputs; {MAXIMUM_INPUTS} are allowed."
            )
        if not self.target_scale > 0:
            raise SettingError("target_scale", "target_scale must be above 0.")

    @property
    def inputs(self) -> tuple[Column, ...]:
        """The columns that the network sees."""
        return tuple(column for column in self.columns if column.is_input)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called, in their order."""
        return tuple(name for column in self.columns for name in column.input_names)

    @property
    def asked(self) -> "TableRecipe":
        """The same before it was fitted."""
        columns = tuple(replace(column, fill=None) for column in self.columns)
        return replace(self, columns=columns, target_shift=0.0, target_scale=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """How the text of a table is to be read; a person may correct all of it.

    separator: what stands between cells; decimal: the decimal sign, a point or a comma
    header: the line with the names, from 1, above which nothing counts; 0 for none
    encoding: as Python calls it
    """

    separator: Separator = Separator.COMMA
    decimal: str = "."
    header: int = 1
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        if self.decimal not in (".", ","):
            raise SettingError("decimal", "decimal must be a point or a comma.")
        if self.decimal == self.separator.value:
            raise SettingError("decimal", "decimal is a comma, but commas stand between the cells.")
        if self.header < 0:
            raise SettingError("header", "header must be the number of a line, or 0 for none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """Where a table, or images, lay when they were read; which ones they are, the digest of their spec says.

    path: of the file or folder; size: its bytes; text: how to read it, None for arrays and images
    """

    path: str
    size: int
    text: TextFormat | None = None
