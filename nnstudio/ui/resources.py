"""Where the icons, fonts and data files lie.

An installed program carries them inside the package, as `nnstudio/resources`; a checkout has them in `resources/` at
its root. Everything that opens such a file asks here first.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def _root() -> Path:
    package = Path(str(files("nnstudio")))
    return next(root for root in (package / "resources", package.parent / "resources") if root.is_dir())


def find(name: str) -> Path:
    """The path of a resource, such as `icons/play.svg`. Raises FileNotFoundError if there is none."""
    path = _root() / name
    if not path.exists():
        raise FileNotFoundError(f"{name} is missing from the program's resources in {_root()}. Install it again.")
    return path
