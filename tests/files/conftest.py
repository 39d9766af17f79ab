"""What the tests of files share."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import Experiment


def _assert_same(a: Any, b: Any, place: str = "it") -> None:
    """Compare types and bits, all the way down."""
    assert type(a) is type(b), place
    if isinstance(a, np.ndarray):
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), place
    elif is_dataclass(a) and not isinstance(a, Experiment):
        for field in fields(a):
            _assert_same(getattr(a, field.name), getattr(b, field.name), f"{place}.{field.name}")
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), place
        for key in a:
            _assert_same(a[key], b[key], f"{place}[{key}]")
    elif isinstance(a, tuple | list):
        assert len(a) == len(b), place
        for index, (left, right) in enumerate(zip(a, b, strict=True)):
            _assert_same(left, right, f"{place}[{index}]")
    elif isinstance(a, float):
        assert np.float64(a).tobytes() == np.float64(b).tobytes(), place
    else:
        assert a == b, place


@pytest.fixture(scope="session")
def assert_same() -> Callable[[Any, Any], None]:
    """Fails where two values differ in a type or a bit, and says where."""
    return _assert_same
