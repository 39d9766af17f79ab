"""What scikit-learn expects of every estimator, kept without it.

Parameters are the arguments of the constructor, stored as they came and judged when `fit` needs them. Where
scikit-learn has been imported, its own errors and warnings are raised, so that those who catch them do.
"""

import sys
from inspect import signature
from typing import Any, ClassVar, Self


class NotFittedError(ValueError, AttributeError):
    """An estimator is asked before it has learned anything."""


class DataConversionWarning(UserWarning):
    """Data came in another form than they should."""


def of_scikit_learn(kind: type[Any]) -> type[Any]:
    """scikit-learn's own error or warning of this name, if anybody has imported it; else ours."""
    return getattr(sys.modules.get("sklearn.exceptions"), kind.__name__, kind)


class Estimator:
    """Parameters that can be read, set, copied and shown."""

    _estimator_type: ClassVar[str]
    """«classifier» or «regressor», as scikit-learn calls them."""

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: each.default for name, each in signature(cls).parameters.items()}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name. None of them is an estimator, so `deep` changes nothing."""
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters; they act with the next `fit`. Raises `ValueError` for one that there is not."""
        names = self._defaults()
        for name in params:
            if name not in names:
                known = ", ".join(names)
                raise ValueError(f"{name!r} is no parameter of {type(self).__name__}. Its parameters are: {known}.")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = self._defaults()
        changed = {name: value for name, value in self.get_params().items() if repr(value) != repr(defaults[name])}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks before it uses an estimator; only it calls this."""
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        classifies = self._estimator_type == "classifier"
        return Tags(
            estimator_type=self._estimator_type,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if classifies else None,
            regressor_tags=None if classifies else RegressorTags(),
        )
