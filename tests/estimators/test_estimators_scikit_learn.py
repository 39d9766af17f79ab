"""scikit-learn's own checks, and its tools with our estimators in them."""

import pickle
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from nnstudio import Classifier, Regressor
from nnstudio.estimators.network_estimator import NetworkEstimator

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone, is_classifier, is_regressor  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.datasets import load_diabetes, load_iris  # noqa: E402
from sklearn.ensemble import BaggingClassifier, VotingClassifier  # noqa: E402
from sklearn.exceptions import DataConversionWarning, NotFittedError  # noqa: E402
from sklearn.inspection import permutation_importance  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.multioutput import MultiOutputRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.utils import estimator_checks  # noqa: E402

IRIS, KINDS = load_iris(return_X_y=True)
EXPECTED_FAILURES: dict[str, str] = {}
"""Checks that may fail, each with its reason: none."""


@pytest.fixture(autouse=True)
def _no_base_class() -> Iterator[None]:
    """That they do not inherit from its base class, since the program does without scikit-learn, it says each time."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not inherit from", category=UserWarning)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [Classifier(), Regressor()], ids=["Classifier", "Regressor"])
def test_all_checks(estimator: NetworkEstimator) -> None:
    results = estimator_checks.check_estimator(
        estimator, expected_failed_checks=EXPECTED_FAILURES, on_skip=None, on_fail=None
    )
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    skipped = {result["check_name"] for result in results if result["status"] == "skipped"}
    assert not failed
    assert len(results) > 40
    assert all("array_api" in name for name in skipped), skipped


def test_it_knows_what_they_are() -> None:
    assert is_classifier(Classifier())
    assert is_regressor(Regressor())
    copied = clone(Classifier("4 tanh", epochs=2))
    assert copied.get_params() == Classifier("4 tanh", epochs=2).get_params()


def test_its_own_errors_are_raised() -> None:
    with pytest.raises(NotFittedError, match="Call fit"):
        Classifier().predict(IRIS)
    with pytest.warns(DataConversionWarning, match="column-vector"):
        Classifier(epochs=1).fit(IRIS, KINDS[:, None])


def test_a_pipeline_is_validated() -> None:
    pipeline = make_pipeline(StandardScaler(), Classifier("8 tanh", epochs=25))
    scores = cross_val_score(pipeline, IRIS, KINDS, cv=3)
    assert scores.mean() > 0.9
    pipeline.fit(pd.DataFrame(IRIS), KINDS)
    other = pickle.loads(pickle.dumps(pipeline))  # noqa: S301 our own, of a moment ago
    answers = other.predict(pd.DataFrame(IRIS))
    assert answers.tolist() == pipeline.predict(pd.DataFrame(IRIS)).tolist()
    assert "Classifier" in pipeline._repr_html_()


def test_a_grid_is_searched() -> None:
    grid = {"layers": ["2 tanh", "8 tanh, dropout 0.1"], "learning_rate": np.array([0.001, 0.03])}
    search = GridSearchCV(Classifier(epochs=8), grid, cv=2).fit(IRIS, KINDS)
    assert search.best_params_["learning_rate"] == 0.03
    assert search.best_score_ > 0.8
    assert search.best_estimator_.score(IRIS, KINDS) > 0.8


def test_members_of_an_ensemble_differ() -> None:
    bag = BaggingClassifier(Classifier("4 tanh", epochs=5), n_estimators=3, random_state=0).fit(IRIS, KINDS)
    assert len({member.random_state for member in bag.estimators_}) == 3
    two = [("wide", Classifier("8 tanh", epochs=10)), ("deep", Classifier("4 tanh, 4 tanh", epochs=10))]
    vote = VotingClassifier(two, voting="soft").fit(IRIS, KINDS)
    assert vote.score(IRIS, KINDS) > 0.8


def test_values_are_learned_several_at_once_and_explained() -> None:
    inputs, values = load_diabetes(return_X_y=True)
    network = Regressor(epochs=40).fit(inputs, values)
    assert network.score(inputs, values) > 0.45
    importance = permutation_importance(network, inputs, values, n_repeats=2, random_state=0)
    assert importance.importances_mean.argmax() in (2, 8)  # body mass and lipids, as everybody finds
    both = MultiOutputRegressor(Regressor("4 tanh", epochs=2)).fit(inputs, np.stack([values, -values], axis=1))
    assert both.predict(inputs).shape == (len(inputs), 2)


def test_text_comes_in_by_an_encoder() -> None:
    """As the sentence advises that refuses it."""
    frame = pd.DataFrame({"kind": np.array(["ash", "birch", "cedar"])[KINDS], "noise": IRIS[:, 0]})
    with pytest.raises(ValueError, match="OneHotEncoder in a ColumnTransformer"):
        Classifier(epochs=1).fit(frame, KINDS)
    encoder = make_column_transformer((OneHotEncoder(), ["kind"]), remainder="passthrough")
    assert make_pipeline(encoder, Classifier(epochs=20)).fit(frame, KINDS).score(frame, KINDS) == 1
