"""Recall: the run as it is now with what is kept of its past, while it goes on."""

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Answer, Begin, Recall, Recalled, Step
from nnstudio.core.run.run import Run

CIRCLE = default_experiment(DatasetKind.CIRCLE)


def test_it_answers_with_values_and_changes_nothing() -> None:
    answers: list[Answer] = []
    run = Run(outbox=answers.append)
    run.obey(Recall(), 1)
    assert answers[-1].refusal == "Nothing has begun yet."
    run.obey(Begin(CIRCLE), 2)
    run.obey(Step(1_100), 3)
    while run.trainer.updates < 600:
        run.update()
    run.obey(Recall(), 4)
    found = answers[-1].found
    assert isinstance(found, Recalled)
    assert answers[-1].done
    assert found.now.updates == 600
    assert [state.updates for state in found.past] == [0, 512]
    assert found.dataset is run.trainer.dataset
    assert run.busy, "it goes on with what it did"
    params = found.now.params.copy()
    while run.trainer.updates < 1_100:
        run.update()
    assert (found.now.params == params).all()
