"""One word for how the gradient fares on its way back."""

import pytest

from nnstudio.core.training.judgement import Judgement, judge


@pytest.mark.parametrize(
    ("norms", "ratios", "word"),
    [
        ([], [], Judgement.NONE),
        ([0.02, 0.01, 0.03], [0.001, 0.002, 0.001], Judgement.HEALTHY),
        ([1e-9, 1e-9, 1e-9], [1e-9, 1e-9, 1e-9], Judgement.HEALTHY),
        ([9e-6, 1e-3, 1e-2], [0.001] * 3, Judgement.VANISHING),
        ([0.0, 0.0, 0.1], [0.001] * 3, Judgement.VANISHING),
        ([0.0, 0.0, 0.0], [0.0] * 3, Judgement.VANISHING),
        ([11.0, 1.0, 1e-2], [0.001] * 3, Judgement.EXPLODING),
        ([0.1, 0.1, 0.1], [0.001, 0.6, 0.001], Judgement.EXPLODING),
        ([0.1, float("inf"), 0.1], [0.001] * 3, Judgement.EXPLODING),
        ([0.1, float("nan"), 0.1], [0.001] * 3, Judgement.EXPLODING),
    ],
)
def test_the_word_follows_the_rule(norms: list[float], ratios: list[float], word: Judgement):
    assert judge(norms, ratios) is word
