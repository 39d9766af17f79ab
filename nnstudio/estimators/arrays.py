"""What comes in: lists, arrays and data frames as arrays of numbers.

Whatever cannot be learned from is refused in the words that people know from scikit-learn.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.table import LARGEST
from nnstudio.estimators.conventions import DataConversionWarning, of_scikit_learn

Values = NDArray[np.float64]
_MOST_NAMES = 5


def inputs_of(X: Any, name: str) -> Values:  # noqa: N803
    """X as a copy (n, features) in 64 bits; `name`: of the estimator. Raises `ValueError` and `TypeError`."""
    if hasattr(X, "toarray") and hasattr(X, "nnz"):
        raise TypeError(f"Sparse data are not supported by {name}; X.toarray() makes them dense.")
    array = _array(X, "X")
    if array.ndim == 0:
        raise ValueError(f"Expected 2D array, got scalar array instead: {array!r}.")
    if array.ndim == 1:
        raise ValueError(
            "Expected 2D array, got 1D array instead. Reshape your data: X.reshape(-1, 1) if it has a single feature, "
            "X.reshape(1, -1) if it is a single sample."
        )
    if array.ndim > 2:
        raise ValueError(
            f"Found array with dim {array.ndim}, but {name} expected 2; X.reshape(len(X), -1) makes a row of each "
            "sample."
        )
    if not array.shape[0]:
        raise ValueError(f"Found array with 0 sample(s) (shape={array.shape}) while a minimum of 1 is required.")
    if not array.shape[1]:
        raise ValueError(f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is required.")
    try:
        return _numbers(array, "X")
    except ValueError as error:
        _check_for_text(array, feature_names_of(X), error)
        raise


def _check_for_text(array: NDArray[Any], names: NDArray[np.object_] | None, error: ValueError) -> None:
    """Raise a `ValueError` that names the columns of a data frame that hold text, if there are any."""
    if names is None or array.dtype.kind not in "OUT":
        return
    text = [
        str(name) for name, column in zip(names, array.T, strict=True) if any(isinstance(each, str) for each in column)
    ]
    if text:
        named = ", ".join(text[:_MOST_NAMES]) + (f" and {len(text) - _MOST_NAMES} more" if text[_MOST_NAMES:] else "")
        raise ValueError(
            f"X must hold numbers, but {named} hold{'' if text[1:] else 's'} text. Encode it first, such as by "
            "scikit-learn's OneHotEncoder in a ColumnTransformer; `nnstudio train table.csv` and the window do so by "
            "themselves."
        ) from error


def column_of(y: Any, count: int) -> NDArray[Any]:
    """y as an array (n,), of whichever type, for so many samples. Raises `ValueError`."""
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
    array = _array(y, "y")
    if array.ndim == 2 and array.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples, ), "
            "for example using ravel().",
            of_scikit_learn(DataConversionWarning),
            stacklevel=4,
        )
        array = array.ravel()
    if array.ndim != 1:
        raise ValueError(
            f"y should be a 1d array, got an array of shape {array.shape} instead. For several targets, scikit-learn's "
            "MultiOutputClassifier and MultiOutputRegressor train one network each."
        )
    if len(array) != count:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{count}, {len(array)}].")
    return array


def values_of(y: NDArray[Any]) -> Values:
    """y (n,) as numbers. Raises `ValueError`."""
    return _numbers(y, "y")


def feature_names_of(X: Any) -> NDArray[np.object_] | None:  # noqa: N803
    """The names of a data frame's columns, if all of them are text."""
    names = list(getattr(X, "columns", ()))
    return np.array(names, dtype=object) if names and all(isinstance(name, str) for name in names) else None


def check_feature_names(fitted: NDArray[np.object_] | None, found: NDArray[np.object_] | None, name: str) -> None:
    """Raise `ValueError` for other names than those that `fit` has seen; warn where one of both had none."""
    if fitted is None or found is None:
        if found is not None:
            warnings.warn(f"X has feature names, but {name} was fitted without feature names", stacklevel=4)
        if fitted is not None:
            warnings.warn(
                f"X does not have valid feature names, but {name} was fitted with feature names", stacklevel=4
            )
        return
    if fitted.tolist() == found.tolist():
        return
    message = "The feature names should match those that were passed during fit.\n"
    unseen, missing = sorted(set(found) - set(fitted)), sorted(set(fitted) - set(found))
    for what, names in (("unseen at fit time", unseen), ("seen at fit time, yet now missing", missing)):
        if names:
            more = "- ...\n" if len(names) > _MOST_NAMES else ""
            message += f"Feature names {what}:\n" + "".join(f"- {each}\n" for each in names[:_MOST_NAMES]) + more
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    raise ValueError(message)


def _array(values: Any, name: str) -> NDArray[Any]:
    if np.ma.is_masked(values):
        raise ValueError(f"{name} has masked values; fill them, or leave their rows out.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is no array: its rows differ in length or kind.") from error
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} holds complex numbers.")
    return array


def _numbers(array: NDArray[Any], name: str) -> Values:
    """A copy in 64 bits, finite and not too large. Raises `ValueError`, and `TypeError` for objects."""
    if array.dtype.kind in "mM":
        raise ValueError(f"{name} holds dates or times; turn them into numbers, such as days, first.")
    try:
        with np.errstate(over="ignore"):
            values = array.astype(np.float64)
    except ValueError as error:
        raise ValueError(
            f"{name} must hold numbers, but {error}. Encode text first, such as by scikit-learn's OneHotEncoder."
        ) from error
    if np.isnan(values).any():
        raise ValueError(
            f"Input {name} contains NaN in {int(np.isnan(values).sum())} places. Fill them, such as by scikit-learn's "
            "SimpleImputer, or leave their rows out."
        )
    if (np.abs(values) > LARGEST).any():
        raise ValueError(f"Input {name} contains infinity or a value too large to learn (above {LARGEST:g}).")
    return values
