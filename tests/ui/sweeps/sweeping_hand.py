"""What the tests of sweeps have in common."""

from collections.abc import Callable

Until = Callable[[Callable[[], object]], None]
"""Waits for a condition."""
