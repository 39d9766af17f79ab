"""Whether two values are the same to the bit: the states of a run above all."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from nnstudio.core.experiment import Experiment


def assert_same(a: Any, b: Any, place: str = "it") -> None:
    """Compare types and bits, all the way down; fails where two values differ, and says where.

    Of a `RunState` that is everything: the experiment, the updates, parameters and statistics, where the noise and the
    batches stand, what optimizer, schedule and stopping remember, the best weights, the curves, marks and seconds; all
    that training goes on from. What is not to be compared depends on who looked.
    """
    assert type(a) is type(b), place
    if isinstance(a, np.ndarray):
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), place
    elif is_dataclass(a) and not isinstance(a, Experiment):
        for field in (field for field in fields(a) if field.compare):
            assert_same(getattr(a, field.name), getattr(b, field.name), f"{place}.{field.name}")
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), place
        for key in a:
            assert_same(a[key], b[key], f"{place}[{key}]")
    elif isinstance(a, tuple | list):
        assert len(a) == len(b), place
        for index, (left, right) in enumerate(zip(a, b, strict=True)):
            assert_same(left, right, f"{place}[{index}]")
    elif isinstance(a, float):
        assert np.float64(a).tobytes() == np.float64(b).tobytes(), place
    else:
        assert a == b, place


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same to the bit."""
    try:
        assert_same(a, b)
    except AssertionError:
        return False
    return True
