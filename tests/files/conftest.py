"""What the tests of files share."""

from collections.abc import Callable
from typing import Any

import pytest
import same_state


@pytest.fixture(scope="session")
def assert_same() -> Callable[[Any, Any], None]:
    """Fails where two values differ in a type or a bit, and says where."""
    return same_state.assert_same
