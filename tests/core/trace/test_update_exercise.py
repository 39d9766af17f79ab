"""The slips of an update, against formulas written out here."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.trace.judgement import judge
from nnstudio.core.trace.update_exercise import Parameter, new_weight

W, G, RATE = 0.78, -0.34, 0.3


def parameter(kind: OptimizerKind, **memory: float) -> Parameter:
    spec = replace(TrainingSpec(), optimizer=kind, learning_rate=RATE, momentum=0.9, beta1=0.9, beta2=0.99)
    spec = replace(spec, epsilon=1e-10)
    arrays = {name: np.array([value]) for name, value in memory.items()}
    numbers = {"m_weight": 1.9, "v_weight": 1.99}
    return Parameter(W, G, RATE, spec, arrays, numbers, True, 10, 1.0, 1.0)


def slips_of(of: Parameter) -> dict[str, float]:
    return {slip.name: slip.value for slip in new_weight(of).slips}


def test_gradient_descent() -> None:
    plain = parameter(OptimizerKind.SGD)
    asked = new_weight(plain)
    assert asked.true == pytest.approx(W - RATE * G)
    assert asked.rule == "w − η · g"
    slips = slips_of(plain)
    assert slips["The learning rate is missing."] == pytest.approx(W - G)
    assert slips["The learning rate was applied twice."] == pytest.approx(W - RATE**2 * G)
    assert slips["The step goes uphill."] == pytest.approx(W + RATE * G)
    assert slips["That is the step, not the new weight."] == pytest.approx(RATE * G)
    assert judge("1.12", asked).sentence == "The learning rate is missing."


def test_penalties_and_clipping() -> None:
    plain = parameter(OptimizerKind.SGD)
    pulled = replace(plain, spec=replace(plain.spec, l2=2.0))
    slips = slips_of(pulled)
    assert pulled.new == pytest.approx(W - RATE * (G + 0.2 * W))
    assert slips["The penalty is forgotten."] == pytest.approx(W - RATE * G)
    assert slips["The penalty was added twice."] == pytest.approx(W - RATE * (G + 0.4 * W))
    bias = replace(pulled, penalized=False)
    assert bias.new == pytest.approx(W - RATE * G)
    assert slips_of(bias)["The penalty was put on a bias."] == pytest.approx(pulled.new)
    clipped = replace(plain, clip=0.5)
    assert clipped.new == pytest.approx(W - RATE * G / 2)
    assert slips_of(clipped)["The clipping is forgotten."] == pytest.approx(W - RATE * G)
    scheduled = replace(plain, share=0.5)
    assert slips_of(scheduled)["That is η as it was set, not as the schedule has it now."] == pytest.approx(
        W - 2 * RATE * G
    )


def test_adam() -> None:
    m_sum, v_sum = 0.5, 0.2
    adam = parameter(OptimizerKind.ADAM, m=m_sum, v=v_sum)
    slips, asked = slips_of(adam), new_weight(adam)
    m, v = 0.1 * (0.9 * m_sum + G), 0.01 * (0.99 * v_sum + G**2)
    bias1, bias2 = 0.1 * (0.9 * 1.9 + 1), 0.01 * (0.99 * 1.99 + 1)
    assert asked.true == pytest.approx(W - RATE * (m / bias1) / sqrt(v / bias2))
    expected = {
        "The correction of m and v is missing.": m / sqrt(v),
        "The correction of m is missing.": m / sqrt(v / bias2),
        "The correction of v is missing.": (m / bias1) / sqrt(v),
        "The correction was multiplied, not divided.": (m * bias1) / sqrt(v * bias2),
        "The root is missing.": (m / bias1) / (v / bias2),
        "It was not divided by √v̂.": m / bias1,
        "That is m of the update before.": (m_sum / 1.9) / sqrt(v / bias2),
        "That is v of the update before.": (m / bias1) / sqrt(v_sum / 1.99),
    }
    for name, move in expected.items():
        assert slips[name] == pytest.approx(W - RATE * move, rel=1e-7), name


def test_momentum_and_decay() -> None:
    moving = parameter(OptimizerKind.MOMENTUM, v=0.5)
    assert moving.new == pytest.approx(W - RATE * (0.9 * 0.5 + G))
    slips = slips_of(moving)
    assert slips["That is plain gradient descent."] == pytest.approx(W - RATE * G)
    assert slips["That is v of the update before."] == pytest.approx(W - RATE * 0.5)
    adamw = parameter(OptimizerKind.ADAMW, m=0.5, v=0.2)
    decayed = replace(adamw, spec=replace(adamw.spec, weight_decay=0.1))
    bare = replace(adamw, spec=replace(adamw.spec, weight_decay=0.0)).new
    slips = slips_of(decayed)
    assert decayed.new == pytest.approx(bare - RATE * 0.1 * W)
    assert slips["The weight decay is forgotten."] == pytest.approx(bare)
    assert slips["The weight decay was applied twice."] == pytest.approx(bare - RATE * 0.2 * W)
    assert new_weight(decayed).rule == "w − (η · m̂ / (√v̂ + ε) + decay)"
