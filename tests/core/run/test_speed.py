"""Updates a second: of the last second, whatever was before, and of nothing that was forgotten."""

import pytest

from nnstudio.core.run.speed import Speed


class Clock:
    """A clock that stands where it was put."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("nnstudio.core.run.speed.perf_counter", clock)
    return clock


def looks(clock: Clock, speed: Speed, *at: tuple[float, int]) -> list[float]:
    """What is shown at these times, in seconds, after so many updates."""
    shown = []
    for clock.now, updates in at:
        shown.append(speed.measure(updates))
    return shown


def test_it_is_measured_over_the_last_second(clock: Clock) -> None:
    shown = looks(clock, Speed(), (0, 50), (0.5, 150), (1, 250), (1.5, 1250), (2, 2250))
    assert shown == [0, 200, 200, 1100, 2000]


def test_of_pictures_that_are_far_apart_two_are_enough(clock: Clock) -> None:
    assert looks(clock, Speed(), (0, 0), (10, 100), (20, 300)) == [0, 10, 20]


def test_two_looks_at_the_same_moment_tell_nothing(clock: Clock) -> None:
    assert looks(clock, Speed(), (0, 5), (0, 7), (0.5, 9)) == [0, 0, 8]


def test_what_is_forgotten_does_not_count(clock: Clock) -> None:
    speed = Speed()
    looks(clock, speed, (0, 1000), (0.1, 2000))
    speed.forget()
    assert looks(clock, speed, (0.2, 0), (0.4, 20)) == [0, pytest.approx(100)]
