"""The workers of dask.distributed: what is said where there are none. What they do is in test_sweep_cluster."""

import sys

import pytest

from nnstudio.core.sweep.workers import WorkersError


def test_a_missing_dask_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    from nnstudio.files.cluster import Cluster

    with pytest.raises(WorkersError, match=r"pip install 'nnstudio\[cluster\]'"):
        Cluster("tcp://localhost:8786")
