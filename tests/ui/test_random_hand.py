"""Two thousand random actions with real mouse and keys on the real window: nothing is raised, nothing is said on
stderr, and what is shown is what is trained.

Each seed has a process of its own, as the program has: none of the libraries that other tests compare with is in it,
and if it dies, what it was doing is said. More seeds: NNSTUDIO_SEEDS=100 ./run test -m slow
tests/ui/test_random_hand.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = int(os.environ.get("NNSTUDIO_SEEDS", "4"))
PATIENCE = 900.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_a_hand_does(seed: int) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    at_work = Path(__file__).with_name("hand_at_work.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", "-p", "no:cacheprovider", str(at_work)],
        env={**inherited, "NNSTUDIO_SEED": str(seed)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "1 passed" in done.stdout
