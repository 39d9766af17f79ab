"""Legal values, and sentences about illegal ones."""

import math
from dataclasses import dataclass
from typing import Any

import pytest

from nnstudio.core.experiment import (
    LAYER_KINDS,
    Experiment,
    ImageSpec,
    InitializationSpec,
    PlaneSpec,
    StoppingSpec,
    TrainingSpec,
)
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.setting import Choice, Scale, Setting, SettingError, check_settings, settings_of

SPECS = (Experiment, PlaneSpec, ImageSpec, InitializationSpec, TrainingSpec, StoppingSpec, *LAYER_KINDS.values())
EVERY = [(spec, name) for spec in SPECS for name in settings_of(spec)]

NUMBER = Setting(label="N", help="A number.", minimum=1, maximum=10, zero=True, scale=Scale.LOGARITHMIC)
WHOLE = Setting(label="W", help="A whole number.", minimum=1, maximum=10, integer=True)
OPTIMIZER = Setting(label="O", help="A choice.", choice=OptimizerKind)


@pytest.mark.parametrize(
    ("setting", "value"),
    [(NUMBER, 1), (NUMBER, 10), (NUMBER, 0), (NUMBER, 2.5), (WHOLE, 10), (OPTIMIZER, OptimizerKind.SGD)],
)
def test_legal(setting: Setting, value: Any) -> None:
    setting.check("it", value)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (NUMBER, 0.5, "it is 0.5, but must be 0 or between 1 and 10."),
        (NUMBER, -1, "it is -1, but must be 0 or between 1 and 10."),
        (NUMBER, math.nan, "it is nan, but must be 0 or between 1 and 10."),
        (NUMBER, math.inf, "it is inf, but must be 0 or between 1 and 10."),
        (NUMBER, "3", "it is '3', but must be a number."),
        (NUMBER, True, "it is True, but must be a number."),
        (NUMBER, None, "it is None, but must be a number."),
        (WHOLE, 0, "it is 0, but must be between 1 and 10."),
        (WHOLE, 2.0, "it is 2.0, but must be a whole number."),
        (OPTIMIZER, "sgd", "it is 'sgd', but must be one of: sgd, momentum, "),
    ],
)
def test_illegal(setting: Setting, value: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        setting.check("it", value)
    assert str(caught.value).startswith(sentence)
    assert caught.value.field == "it"


def test_check_settings_names_the_field() -> None:
    @dataclass
    class Spec:
        size: int = WHOLE.field(5)
        free: str = "anything"

    check_settings(Spec(), "spec")
    with pytest.raises(SettingError, match=r"^spec\.size is 11, but") as caught:
        check_settings(Spec(size=11), "spec")
    assert caught.value.field == "spec.size"
    assert list(settings_of(Spec)) == ["size"]


@pytest.mark.parametrize(("spec", "name"), EVERY, ids=[f"{spec.__name__}.{name}" for spec, name in EVERY])
def test_every_setting_explains_itself(spec: type[Any], name: str) -> None:
    setting = settings_of(spec)[name]
    assert setting.label
    assert setting.help.endswith(".")
    if setting.choice is not None:
        for member in setting.choice:
            assert member.label
            assert member.help.endswith(".")
        return
    assert setting.minimum < setting.maximum
    assert setting.scale is Scale.LINEAR or setting.minimum > 0
    for stop in setting.stops:
        setting.check("stop", int(stop) if setting.integer else stop)


@pytest.mark.parametrize(("spec", "name"), EVERY, ids=[f"{spec.__name__}.{name}" for spec, name in EVERY])
def test_every_setting_is_checked(spec: type[Any], name: str) -> None:
    with pytest.raises(SettingError) as caught:
        spec(**{name: "nonsense"})
    assert caught.value.field.endswith(f".{name}")


def test_choices_are_found_by_their_name_in_files() -> None:
    assert OptimizerKind("adam") is OptimizerKind.ADAM
    for kind in Choice.__subclasses__():
        names = [member.value for member in kind]
        assert len(set(names)) == len(names)
        assert all(isinstance(value, str) for value in names)
