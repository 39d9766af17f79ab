"""How a network was trained, in the words of other programs: schedules by their names in files, and what is left out.

Each says the same as the engine does, or it is not here: then the script says what it leaves out.
"""

from collections.abc import Callable

from nnstudio.core.experiment import TrainingSpec

Words = Callable[[TrainingSpec], str]

SHARES: dict[str, Words] = {
    "constant": lambda spec: "1.0",
    "step": lambda spec: f"{spec.schedule_factor!r} ** (x // 1)",
    "exponential": lambda spec: f"{spec.schedule_factor!r} ** x",
    "cosine": lambda spec: _glide("min(x, 1)", spec.schedule_floor),
    "cosine-restarts": lambda spec: (
        _glide("(x % 1)", spec.schedule_floor)
        if spec.schedule_growth == 1
        else _glide(f"restarted(x, {spec.schedule_growth!r})", spec.schedule_floor)
    ),
    "warm-up": lambda spec: f"{spec.schedule_floor!r} + {1 - spec.schedule_floor!r} * min(x, 1)",
    "one-cycle": lambda spec: (
        f"({_glide('x / 0.3', 1, 0.04)}) if x < 0.3 else ({_glide('min((x - 0.3) / 0.7, 1)', 4e-6)})"
    ),
    "inverse-time": lambda spec: "1 / (1 + x)",
}
"""The share of the learning rate after x periods; a schedule that watches the loss is not among them."""

WEIGHTS_WORDS = "How much an example of each class counts: all examples / (classes * examples of the class)."

RESTARTED = '''
def restarted(x, growth):
    """How much of a period is over, where each is so many times as long as the one before."""
    whole = math.floor(math.log1p((growth - 1) * x) / math.log(growth) + 1e-9)
    return max(x - (growth**whole - 1) / (growth - 1), 0) / growth**whole
'''


def _glide(x: str, low: float, high: float = 1.0) -> str:
    return f"{low!r} + {high - low!r} * (1 + math.cos(math.pi * {x})) / 2"


def left_out(spec: TrainingSpec, shift: int, held: bool) -> str:
    """What of the training a script of another library does not repeat, as one sentence; empty if nothing."""
    lost = []
    if spec.schedule.value not in SHARES:
        lost.append("the schedule that watches the loss: the learning rate stays as it is")
    if shift:
        lost.append("images are not shifted while it trains")
    if held:
        lost.append("what was frozen or switched off by hand is trained as well")
    return f"{'; '.join(lost)[:1].upper()}{'; '.join(lost)[1:]}." if lost else ""
