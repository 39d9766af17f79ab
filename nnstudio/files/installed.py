"""Which of the packages that are not required are there."""

from importlib.util import find_spec


def lacking(*packages: str) -> str:
    """The first of these packages that is not installed here; empty if all are."""
    return next((package for package in packages if find_spec(package) is None), "")
