"""The data of many runs in one process: made from their spec once, or brought there once.

A job names its data by the spec, and a table of somebody's own by its digest within; the numbers never travel with it.
Whoever opens a process for jobs on such a table provides it there.
"""

from nnstudio.core.data.dataset import Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec

KEPT = 2
"""So many data sets that were made from their spec are kept: the runs of one come after the other."""

_provided: dict[DatasetSpec, Dataset] = {}
_made: dict[DatasetSpec, Dataset] = {}


def provide(*datasets: Dataset) -> None:
    """Let the jobs of this process train on these."""
    _provided.update((dataset.spec, dataset) for dataset in datasets)


def dataset_of(spec: DatasetSpec, images: ImageSource | None = None) -> Dataset:
    """The data that `spec` asks for. Raises `DataError`. Threads may call it at once; at worst one is made twice."""
    known = _provided.get(spec) or _made.get(spec)
    if known is None:
        known = build(spec, images)
        for old in list(_made)[: len(_made) - KEPT + 1]:
            _made.pop(old, None)
        _made[spec] = known
    return known
