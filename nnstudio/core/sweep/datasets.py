"""The data of many runs in one process: made from their spec once, or brought there once.

A job names its data by the spec, and a table of somebody's own by its digest within; the numbers never travel with it.
Whoever opens a process for jobs on such a table provides it there: as the data set that all of them train on, or, where
their specs differ in what becomes of the table, as its columns, of which each makes its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec
from nnstudio.core.experiment.dataset_spec import TableSpec

KEPT = 2
"""So many data sets that were made from their spec are kept: the runs of one come after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnColumns:
    """The columns of the table with this digest."""

    digest: str
    columns: Columns


Own = Dataset | OwnColumns
"""A table of somebody's own, as it travels."""

_provided: dict[DatasetSpec, Dataset] = {}
_columns: dict[str, Columns] = {}
_made: dict[DatasetSpec, Dataset] = {}


def provide(*own: Own) -> None:
    """Let the jobs of this process train on these."""
    for each in own:
        if isinstance(each, Dataset):
            _provided[each.spec] = each
        else:
            _columns[each.digest] = each.columns


def own_data(
    specs: Sequence[DatasetSpec], source: ImageSource | None, at_hand: Dataset | None = None
) -> tuple[Own, ...]:
    """What has to be brought to where jobs with these specs are done; nothing unless it is a table of somebody's own,
    which `source` reads unless it is `at_hand` as they all want it. Raises `DataError`."""
    tables = {spec for spec in specs if isinstance(spec, TableSpec)}
    if not tables:
        return ()
    if at_hand is not None and tables == {at_hand.spec}:
        return (at_hand,)
    spec = next(iter(tables))
    if len(tables) == 1 or spec.recipe is None or source is None:  # numbers from a script are refused there
        return (build(spec, source),)
    columns = source(spec)
    assert isinstance(columns, Columns)
    return (OwnColumns(spec.digest, columns),)


def dataset_of(spec: DatasetSpec, images: ImageSource | None = None) -> Dataset:
    """The data that `spec` asks for. Raises `DataError`. Threads may call it at once; at worst one is made twice."""
    known = _provided.get(spec) or _made.get(spec)
    if known is None:
        columns = _columns.get(spec.digest) if isinstance(spec, TableSpec) else None
        known = build(spec, images if columns is None else lambda _: columns)
        for old in list(_made)[: len(_made) - KEPT + 1]:
            _made.pop(old, None)
        _made[spec] = known
    return known
