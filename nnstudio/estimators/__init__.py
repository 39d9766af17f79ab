"""Networks for notebooks, by scikit-learn's conventions: `Classifier` and `Regressor`.

    from nnstudio import Classifier
    network = Classifier(layers="8 tanh, 8 tanh", epochs=50).fit(X, y)
    network.open()

They stand where scikit-learn's own estimators do, in its pipelines, searches and validations, and need none of it: what
is asked of an estimator is a few names. Read `arrays` (what comes in), `table` (the same as a table that a project can
keep), `experiment` (what the parameters ask for), `trained` (what has become of it), then `estimator`.
"""

from nnstudio.estimators.classifier import Classifier
from nnstudio.estimators.regressor import Regressor

__all__ = ["Classifier", "Regressor"]
