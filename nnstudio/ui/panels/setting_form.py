"""A column of controls for the settings of one part of an experiment.

The form reads the part's dataclass: every `Setting` in it gets the control that suits it, so a setting added there
appears here by itself. What somebody moves becomes a new experiment at once, unless network or data have to be made
anew: then it waits until the handle is let go.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.plan import plan
from nnstudio.core.experiment.setting import Choice, Scale, Setting, SettingError, settings_of
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.choice_row import ChoiceRow
from nnstudio.ui.widgets.number_field import NumberField
from nnstudio.ui.widgets.setting_slider import SettingSlider

ROW_GAP = 2
SECTION_GAP = 8
WIDEST_SLIDER = 1e6  # even settings with a larger range, such as seeds, are typed
STARTS_AGAIN = "A change starts training again."
KEEPS = "The network keeps what it has learned, unless it is to start over."


Control = NumberField | ChoiceRow
ChangeOne = Callable[[Experiment, str, str, object], Experiment]
"""An experiment, a part's name, a setting's and its new value: the experiment with that. Raises `SettingError`."""


def _is_choice(setting: Setting) -> bool:
    return setting.choice is not None


def _is_typed(setting: Setting) -> bool:
    even = setting.scale is Scale.LINEAR
    return even and not setting.maximum - setting.minimum < WIDEST_SLIDER


def _is_number(setting: Setting) -> bool:
    return setting.choice is None


CONTROLS: tuple[tuple[Callable[[Setting], bool], Callable[[Setting, str], Control]], ...] = (
    (_is_choice, ChoiceRow),
    (_is_typed, NumberField),
    (_is_number, SettingSlider),
)
"""The first row whose test holds makes the control."""


class SettingForm(QWidget):
    """Controls for the settings `names` of `experiment.<part>`, or of the experiment itself if `part` is empty.

    `remark` ends the tooltip of each control; `change` makes the new experiment where a setting brings others along;
    `specs`: what the part may be, if not always what it is now; `labels`: what choices are called here. Controls are
    found by `control(name)`.
    """

    def __init__(
        self,
        session: Session,
        part: str,
        names: Iterable[str],
        remark: str = "",
        change: ChangeOne | None = None,
        specs: Iterable[type] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._part = part
        self._change = change or with_setting
        self._controls: dict[str, Control] = {}
        self._drags = 0
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(ROW_GAP)
        settings: dict[str, Setting] = {}
        for spec in specs or (type(part_of(session.experiment, part)),):
            settings |= settings_of(spec)
        for name in names:
            control = _control_for(settings[name], name)
            if labels and name in labels and isinstance(control, ChoiceRow):
                control.label.setText(labels[name])
            if remark:
                control.explain(f"{settings[name].help} {remark}")
            control.value_changed.connect(self._moved)
            control.value_committed.connect(self._settled)
            self._controls[name] = control
            column.addWidget(control)
        self.show_experiment(session.experiment)

    def control(self, name: str) -> Control:
        """The control of a setting."""
        return self._controls[name]

    def put_below(self, name: str, widget: QWidget) -> None:
        """Place something below the control of a setting."""
        self._column.insertWidget(self._column.indexOf(self._controls[name]) + 1, widget)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show what is asked for; nothing is emitted, and a control that is being moved is left alone."""
        spec = part_of(experiment, self._part)
        for name, control in self._controls.items():
            if hasattr(spec, name):
                with QSignalBlocker(control):
                    control.set_value(getattr(spec, name))

    def hide_settings(self, names: Collection[str]) -> None:
        """Show all controls but these."""
        for name, control in self._controls.items():
            control.setVisible(name not in names)
        self.setVisible(not set(self._controls) <= set(names))

    @Slot(object)
    def _moved(self, value: object) -> None:
        self._edit(cast(Control, self.sender()), value, resting=False)

    @Slot(object)
    def _settled(self, value: object) -> None:
        self._edit(cast(Control, self.sender()), value, resting=True)
        self._drags += 1

    def _edit(self, control: Control, value: object, resting: bool) -> None:
        old, name = self._session.experiment, control.objectName()
        if not hasattr(part_of(old, self._part), name):
            return  # Undo, in the middle of a drag, has led to other data that have no such setting
        try:
            new = self._change(old, self._part, name, value)
        except SettingError as error:
            self.show_experiment(old)
            control.complain(str(error))
            return
        if new != old and (resting or not plan(old, new).rebuilds):
            self._session.edit(new, merge=f"{self._part}.{name} {self._drags}")


def part_of(experiment: Experiment, part: str) -> Any:
    """A part of an experiment by its field's name; the experiment itself if the name is empty."""
    return getattr(experiment, part) if part else experiment


def with_setting(experiment: Experiment, part: str, name: str, value: object) -> Experiment:
    """The experiment with one setting of one part changed. Raises `SettingError`."""
    spec = replace(part_of(experiment, part), **{name: value})
    return replace(experiment, **{part: spec}) if part else spec


def unconcerned(settings_of_member: Mapping[Any, Iterable[str]], chosen: Choice) -> set[str]:
    """The settings that belong to other members of a choice and not to the chosen one."""
    owned = {name for names in settings_of_member.values() for name in names}
    return owned - set(settings_of_member.get(chosen, ()))


def _control_for(setting: Setting, name: str) -> Control:
    return next(make for suits, make in CONTROLS if suits(setting))(setting, name)
