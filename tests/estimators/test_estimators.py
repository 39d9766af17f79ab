"""`Classifier` and `Regressor` by themselves, as somebody without scikit-learn meets them."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import same_state

from nnstudio import Classifier, DenseSpec, Regressor
from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.losses.cross_entropy import BinaryCrossEntropy
from nnstudio.core.training.losses.weighted import Weighted
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(3, 2, (120, 4))
SUMS = (X - 3) @ RANDOM.normal(0, 1, (4, 3))
KINDS = SUMS.argmax(axis=1)
NAMES = np.array(["ash", "birch", "cedar"])[KINDS]
VALUES = 1000 + 50 * SUMS[:, 0]
SMALL = {"layers": "6 tanh", "epochs": 4}


def classifier(**params: object) -> Classifier:
    return Classifier(**{**SMALL, **params})


def regressor(**params: object) -> Regressor:
    return Regressor(**{**SMALL, **params})


def run_of(network: Classifier) -> RunState:
    """All but the time that it took."""
    return replace(network.trainer_.state(), seconds=0.0)


# Learning and answering -----------------------------------------------------------------------------------------------


def test_three_lines_tell_classes_apart() -> None:
    network = Classifier(layers="8 tanh, 8 tanh", epochs=40).fit(X, NAMES)
    assert network.score(X, NAMES) > 0.95
    assert network.classes_.tolist() == ["ash", "birch", "cedar"]
    assert network.predict(X[:3]).tolist() == NAMES[:3].tolist()
    np.testing.assert_allclose(network.predict_proba(X).sum(axis=1), 1, rtol=1e-6)
    assert [layer.units for layer in network.trainer_.experiment.layers] == [8, 8]


def test_values_come_back_in_their_own_units() -> None:
    network = Regressor(layers="16 tanh", epochs=200).fit(X, VALUES)
    assert network.score(X, VALUES) > 0.95
    assert abs(network.predict(X) - VALUES).mean() < 20


@pytest.mark.parametrize(
    "labels", [KINDS == 1, KINDS - 1, KINDS.astype(float), NAMES.astype(object), np.where(KINDS, "yes", "no")]
)
def test_answers_are_of_the_kind_that_was_given(labels: np.ndarray) -> None:
    network = classifier(epochs=60).fit(X, labels)
    answers = network.predict(X)
    assert answers.dtype == labels.dtype
    assert set(answers.tolist()) == set(labels.tolist())
    assert network.score(X, labels) > 0.85
    assert network.predict_proba(X).shape == (len(X), len(network.classes_))


def test_lists_arrays_and_frames_are_the_same_examples() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    whole = np.asfortranarray(X)
    read_only = X.copy()
    read_only.flags.writeable = False
    asked = [(X, NAMES), (X.tolist(), NAMES.tolist()), (frame, pd.Series(NAMES)), (whole, NAMES), (read_only, NAMES)]
    answers = [classifier().fit(inputs, labels).predict_proba(inputs) for inputs, labels in asked]
    assert all(each.tobytes() == answers[0].tobytes() for each in answers)
    network = classifier().fit(frame, NAMES)
    assert network.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert network.trainer_.dataset.input_names == ("a", "b", "c", "d")
    assert not hasattr(network.fit(X, NAMES), "feature_names_in_")
    assert not hasattr(regressor().fit(X, VALUES), "classes_")


def test_every_row_of_answers_shares_out_one_also_behind_sigmoids() -> None:
    network = classifier(settings={"training.loss": "mean-squared-error"}).fit(X, NAMES)
    np.testing.assert_allclose(network.predict_proba(X).sum(axis=1), 1, rtol=1e-5)


def test_the_parameters_begin_with_what_the_program_proposes() -> None:
    for network in (Classifier(epochs=1).fit(X, NAMES), Regressor(epochs=1).fit(X, VALUES)):
        asked = network.trainer_.experiment
        usual = default_experiment(asked.dataset)
        assert asked.training == usual.training
        assert asked.initialization == usual.initialization
        assert [layer.units for layer in asked.layers] == [layer.units for layer in usual.layers]


def test_parameters_reach_the_experiment() -> None:
    layers: tuple[LayerSpec, ...] = (DenseSpec(units=3, activation=ActivationKind.SINE),)
    network = classifier(
        layers=layers,
        optimizer="lion",
        batch_size=np.int64(7),
        l2=np.float64(0.5),
        scaling="min-max",
        test_share=0.25,
        patience=3,
        settings={"training.clip_norm": 2.0, "initialization.kind": "glorot", "seed": 4},
        random_state=9,
    )
    asked = network.fit(X, NAMES).trainer_.experiment
    training, kept = asked.training, asked.dataset
    assert (asked.layers[0].units, asked.layers[0].activation) == (3, ActivationKind.SINE)
    assert (training.optimizer.value, training.learning_rate, training.beta2) == ("lion", 0.001, 0.99)
    assert (training.batch_size, training.l2, training.clip_norm) == (7, 0.5, 2.0)
    assert (kept.scaling.value, kept.test_share, kept.seed) == ("min-max", 0.25, 9)
    assert (asked.stopping.patience, asked.initialization.kind.value, asked.seed) == (3, "glorot", 4)
    assert len(network.trainer_.dataset.test) == 30


def test_rare_classes_may_count_more() -> None:
    rare = np.arange(120) % 20 == 0
    network = classifier(settings={"training.class_weights": "balanced"}).fit(X, rare)
    assert network.trainer_.loss == Weighted(BinaryCrossEntropy(), (120 / (2 * 114), 120 / (2 * 6)))
    network.partial_fit(X[:40], rare[:40])  # of another piece the weights are its own
    assert network.trainer_.loss == Weighted(BinaryCrossEntropy(), (40 / (2 * 38), 40 / (2 * 2)))


def test_the_same_seed_gives_the_same_bits_and_another_another() -> None:
    first, again, other = (classifier(random_state=seed).fit(X, NAMES).predict_proba(X) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    drawn = [classifier(random_state=np.random.RandomState(3)).fit(X, NAMES).predict_proba(X) for _ in range(2)]
    assert drawn[0].tobytes() == drawn[1].tobytes()
    chance = [classifier(random_state=None).fit(X, NAMES).predict_proba(X) for _ in range(2)]
    assert chance[0].tobytes() != chance[1].tobytes(), "with None each fit draws anew"


# Going on -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", ["6 tanh", "8 ReLU, dropout 0.2, batch norm, 4 tanh"])
@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_partial_fit_goes_on_to_the_bit(layers: str, optimizer: str) -> None:
    asked = {"layers": layers, "optimizer": optimizer, "test_share": 0.2, "batch_size": 9}
    whole = classifier(**asked, epochs=5).fit(X, NAMES)
    begun = classifier(**asked, epochs=2).fit(X, NAMES)
    for _ in range(3):
        begun.partial_fit(X, NAMES)
    alone = classifier(**asked)
    for _ in range(5):
        alone.partial_fit(X, NAMES)
    for other in (begun, alone):
        same_state.assert_same(run_of(other), run_of(whole))
        assert other.loss_curve_ == whole.loss_curve_


def test_an_epoch_is_what_the_trainer_makes_of_it() -> None:
    network = classifier(epochs=3).fit(X, NAMES)
    bare = Trainer(network.trainer_.experiment, dataset=network.trainer_.dataset)
    while bare.epoch < 3:
        bare.step()
    assert bare.network.params.tobytes() == network.trainer_.network.params.tobytes()
    assert network.loss_curve_[-1] == bare.evaluate().train_loss


def test_other_examples_go_through_the_scaling_of_the_first() -> None:
    network = regressor(epochs=3).fit(X[:40], VALUES[:40])
    recipe, updates = network.trainer_.dataset.recipe, network.trainer_.updates
    memory = network.trainer_.optimizer.state().arrays["m"].copy()
    before = network.predict(X)
    network.partial_fit(X[40:] * 10, VALUES[40:])
    again = network.trainer_.dataset.recipe
    assert (recipe.shift.tobytes(), recipe.scale.tobytes()) == (again.shift.tobytes(), again.scale.tobytes())
    assert recipe.table == again.table
    assert network.trainer_.updates == updates + 3
    assert network.trainer_.epoch == 4
    assert memory.any()
    assert not np.array_equal(before, network.predict(X))
    assert len(network.loss_curve_) == 4


def test_pieces_of_a_stream_teach_as_one_table_does() -> None:
    network = classifier(scaling="none", learning_rate=0.03)
    for _ in range(30):
        for piece in (slice(0, 40), slice(40, 120)):
            network.partial_fit(X[piece], KINDS[piece], classes=[0, 1, 2])
    assert network.score(X, KINDS) > 0.9


def test_classes_may_come_later() -> None:
    network = classifier().partial_fit(X[KINDS < 2], NAMES[KINDS < 2], classes=["ash", "birch", "cedar"])
    network.partial_fit(X, NAMES)
    assert network.predict_proba(X).shape == (120, 3)
    with pytest.raises(ValueError, match="labels that are not in classes: oak"):
        network.partial_fit(X[:2], ["ash", "oak"])


def test_early_stopping_brings_the_best_weights_back() -> None:
    noise = np.random.default_rng(0).integers(0, 2, 60)
    network = Classifier(epochs=500, test_share=0.5, patience=5, l2=0).fit(X[:60], noise)
    assert 5 < len(network.loss_curve_) < 500
    best = network.trainer_.stopping.best
    assert best.weights is not None
    assert best.weights.params.tobytes() == network.trainer_.network.params.tobytes()


def test_rules_for_stopping_hold_here_as_well() -> None:
    for rule in ({"stopping.updates": 6}, {"stopping.seconds": 0.1}):
        network = classifier(epochs=100_000, settings=rule).fit(X, NAMES)
        assert network.trainer_.updates < 100_000
    assert network.trainer_.seconds < 1


def test_callbacks_see_every_epoch_and_may_stop() -> None:
    seen: list[tuple[int, float]] = []

    def watch(network: Classifier) -> bool:
        seen.append((len(network.loss_curve_), network.score(X, NAMES)))
        return len(seen) == 3

    others: list[object] = []
    network = classifier(epochs=10, callbacks=[watch, others.append]).fit(X, NAMES)
    assert [epoch for epoch, _ in seen] == [1, 2, 3]
    assert seen[-1][1] == network.score(X, NAMES)
    assert others == [network] * 3
    assert len(network.loss_curve_) == 3


def test_the_history_is_a_table_of_columns() -> None:
    network = classifier(test_share=0.2).fit(X, NAMES)
    table = pd.DataFrame(network.history_)
    ends = table[table["epoch"].isin([1.0, 2.0, 3.0, 4.0])]
    assert ends["train_loss"].tolist() == network.loss_curve_
    assert np.isfinite(ends["test_loss"]).all()
    assert (ends["test_loss"] != ends["train_loss"]).all()


def test_where_all_examples_train_and_test_the_figures_are_the_same() -> None:
    history = classifier().fit(X, NAMES).history_
    for what in ("loss", "accuracy"):
        np.testing.assert_array_equal(history[f"test_{what}"], history[f"train_{what}"])


# Parameters -----------------------------------------------------------------------------------------------------------


def test_parameters_are_read_set_and_shown() -> None:
    network = Classifier("4 tanh", epochs=7)
    assert repr(network) == "Classifier(layers='4 tanh', epochs=7)"
    assert network.get_params()["epochs"] == 7
    assert network.set_params(epochs=9, l2=0.0) is network
    assert (network.epochs, network.l2) == (9, 0.0)
    with pytest.raises(ValueError, match="'epoch' is no parameter of Classifier"):
        network.set_params(epoch=3)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"layers": "8 tan"}, r"'8 tan' \(layer 1, column 3\): there is no activation 'tan'"),
        ({"layers": 8}, 'layers is 8, but must be text such as "8 tanh, 8 tanh"'),
        ({"epochs": 0}, "epochs is 0, but must be at least 1"),
        ({"epochs": 2.5}, "epochs is 2.5, but must be a whole number"),
        ({"optimizer": "adamm"}, "optimizer is 'adamm', but must be one of: sgd"),
        ({"learning_rate": -1}, "training.learning_rate is -1, but must be between"),
        ({"scaling": "unit"}, "scaling is 'unit', but must be one of: none"),
        ({"test_share": 2}, "dataset.test_share is 2, but must be between"),
        ({"random_state": "one"}, "random_state is 'one', but must be a whole number"),
        ({"random_state": -1}, "seed is -1, but must be between"),
        ({"settings": {"training.momentun": 1}}, "did you mean training.momentum"),
        ({"settings": "momentum"}, "settings must be a dict"),
        ({"settings": {"training.loss": "huber"}}, "Huber does not fit multiclass data"),
        ({"layers": "conv 4 3x3"}, "image"),
        ({"layers": "batch norm", "batch_size": 1}, "Batch normalisation compares"),
    ],
)
def test_what_cannot_be_asked_for_is_a_sentence_when_it_learns(params: dict[str, object], sentence: str) -> None:
    network = classifier(**params)
    with pytest.raises(ValueError, match=sentence):
        network.fit(X, NAMES)
    with pytest.raises(ValueError, match="has not learned anything yet"):
        network.predict(X)


# What cannot be learned from ------------------------------------------------------------------------------------------


def with_cell(value: object) -> np.ndarray:
    spoilt = X.astype(object)
    spoilt[7, 2] = value
    return spoilt


@pytest.mark.parametrize(
    ("inputs", "labels", "error", "sentence"),
    [
        (X[0], NAMES, ValueError, "Expected 2D array, got 1D array instead. Reshape your data"),
        (3.0, NAMES, ValueError, "got scalar array"),
        (X.reshape(-1, 2, 2), NAMES, ValueError, "Found array with dim 3"),
        (X[:0], NAMES[:0], ValueError, r"0 sample\(s\)"),
        (X[:, :0], NAMES, ValueError, r"0 feature\(s\)"),
        ([[1, 2], [3]], [0, 1], ValueError, "rows differ in length"),
        (with_cell("tall"), NAMES, ValueError, "X must hold numbers, but could not convert string to float: 'tall'"),
        (with_cell(np.nan), NAMES, ValueError, "X contains NaN in 1 places"),
        (with_cell(-np.inf), NAMES, ValueError, "X contains infinity"),
        (with_cell(1e31), NAMES, ValueError, "too large to learn"),
        (with_cell({}), NAMES, TypeError, "argument must be a string or a real number"),
        (X + 1j, NAMES, ValueError, "Complex data not supported"),
        (X.astype("datetime64[s]"), NAMES, ValueError, "dates or times"),
        (np.ma.masked_greater(X, 3), NAMES, ValueError, "masked values"),
        (X, None, ValueError, "requires y to be passed"),
        (X, NAMES[:3], ValueError, r"inconsistent numbers of samples: \[120, 3\]"),
        (X, SUMS, ValueError, "y should be a 1d array"),
        (X, KINDS / 2, ValueError, "Unknown label type"),
        (X, np.where(KINDS, np.nan, 1), ValueError, "NaN"),
        (X, np.array([None, *NAMES[1:]], dtype=object), ValueError, "mixes what cannot be sorted"),
        (X, NAMES == "oak", ValueError, "y has one class, False"),
        (X[:1], NAMES[:1], ValueError, "n_samples=1"),
    ],
)
def test_what_cannot_be_learned_from_is_a_sentence(
    inputs: object, labels: object, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        classifier().fit(inputs, labels)


def test_a_regressor_wants_finite_numbers() -> None:
    for values, sentence in ((NAMES, "y must hold numbers"), (np.where(KINDS, np.inf, 1.0), "y contains infinity")):
        with pytest.raises(ValueError, match=sentence):
            regressor().fit(X, values)


def test_training_that_diverges_says_so() -> None:
    with pytest.raises(ValueError, match=r"diverged .* A smaller learning rate helps"):
        regressor(optimizer="sgd", learning_rate=10, scaling="none", epochs=50, layers="8 ReLU, 8 ReLU").fit(X, VALUES)


def test_other_features_are_refused() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    network = classifier().fit(frame, NAMES)
    with pytest.raises(ValueError, match="X has 3 features, but Classifier is expecting 4 features as input"):
        classifier().fit(X, NAMES).predict(X[:, :3])
    with pytest.raises(ValueError, match=r"should match those that were passed during fit\.\nFeature names unseen"):
        network.predict(frame.rename(columns={"a": "e"}))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        network.predict(X)


def test_columns_of_text_are_named() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    words = frame.assign(b=NAMES, d=pd.Categorical(NAMES))
    with pytest.raises(
        ValueError, match=r"X must hold numbers, but b, d hold text\. Encode it first, such as by .*One"
    ):
        classifier().fit(words, NAMES)
    network = classifier().fit(frame, NAMES)
    with pytest.raises(ValueError, match=r"b, d hold text"):
        network.predict(words)
    gap = frame.assign(a=[np.nan, *X[1:, 0]])
    with pytest.raises(ValueError, match="contains NaN in 1 places"):
        network.predict(gap)


def test_neither_qt_nor_pandas_nor_scikit_learn_is_imported() -> None:
    program = """
import sys
from nnstudio import Classifier
network = Classifier(epochs=1).fit([[0.0], [1.0]], [0, 1])
repr(network), network._repr_html_(), network.predict([[0.5]])
assert not {"PySide6", "pandas", "sklearn"} & set(sys.modules), sys.modules.keys()
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_drawing_for_the_notebook() -> None:
    network = classifier(layers="12 tanh, dropout 0.1")
    assert "has not learned anything yet" in network._repr_html_()
    frame = pd.DataFrame(X, columns=["<b>", "b", "c", "d"])
    page = network.fit(frame, NAMES)._repr_html_()
    assert page.count("<circle") == 4 + 8 + 8 + 3
    assert page.count("+ 4 more") == 2
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "training accuracy" in page
    assert "<polyline" in page
