"""The data of many runs in one process: made from their spec once, or brought there once.

A job names its data by the spec, and those of somebody's own by a digest within; the numbers never travel with it.
Whoever opens a process for jobs on such data provides them there: as the data sets that they train on, or, where their
specs differ in what becomes of a table, as its columns, of which each makes its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec
from nnstudio.core.experiment.dataset_spec import OwnSpec, TableSpec

KEPT = 2
"""So many data sets that were made from their spec are kept: the runs of one come after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnColumns:
    """The columns of the table with this digest."""

    digest: str
    columns: Columns


Own = Dataset | OwnColumns
"""Data of somebody's own, as they travel."""

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
    """What has to be brought to where jobs with these specs are done; nothing unless these are data of somebody's own,
    which `source` reads unless they are `at_hand` as all jobs want them. Raises `DataError`."""
    own = {spec for spec in specs if isinstance(spec, OwnSpec)}
    if at_hand is not None and own == {at_hand.spec}:
        return (at_hand,)
    spec = next(iter(own), None)
    if len(own) == 1 or not isinstance(spec, TableSpec) or spec.recipe is None or source is None:
        return tuple(build(each, source) for each in own)  # numbers from a script are refused there
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
