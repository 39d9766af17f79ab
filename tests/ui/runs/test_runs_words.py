"""The tree of runs, what is said of each, and all of them as a table."""

import csv
import io

import numpy as np
from shelved import ADAM, SMALL, departed, family, seeds

from nnstudio.core.counting import grouped
from nnstudio.core.shelf.rows import Label, ShelvedRun
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.ui.runs.model import items_of
from nnstudio.ui.runs.sparks import Spark, Sparks, median_of
from nnstudio.ui.runs.words import chips, figure_words, spoken, summary, table_of


def test_each_run_stands_below_the_one_that_it_began_from() -> None:
    items = items_of(family(), None)
    assert [(item.label.key, item.depth, item.tails) for item in items] == [
        (1, 0, (False,)),
        (2, 1, (False, True)),
        (3, 2, (False, True, False)),
        (4, 3, (False, True, False, False)),
        (9, 1, (False, False)),
    ]
    assert [item.present for item in items] == [False, False, False, True, False]
    assert items[3].row is None, "nothing is known of the present run yet"


def test_the_present_run_is_as_it_was_last_asked_for() -> None:
    now = departed(10, ADAM)
    shelf = family()
    run = ShelvedRun(shelf.present, now.state, now.metrics, now.measured_at)
    item = items_of(shelf, run)[3]
    assert isinstance(item.row, ShelvedRun)
    assert (item.row.state, item.label, item.words) == (now.state, shelf.present, ("same settings",))
    opened = shelf.opened(departed(0), 1)
    item = items_of(opened, ShelvedRun(opened.present, now.state, now.metrics, 10))[0]
    assert isinstance(item.row, ShelvedRun)
    assert (item.present, item.row.state) == (True, now.state)


def test_chips_say_only_what_differs() -> None:
    words = [item.words for item in items_of(family(), None)]
    assert words[:3] == [("SGD", "0.03"), ("Adam", "0.01"), ("same settings from 12",)]
    assert words[4][:2] == ("seed 1 … 3", "updates 30")
    run = departed(5, ADAM)
    row = ShelvedRun(Label(2, "x", parent=1, since=12_000), run.state, run.metrics, 5)
    assert chips(row.label, row, SMALL) == ["Adam", "0.01", f"from {grouped(12_000)}"]


def test_a_row_is_said_in_one_sentence() -> None:
    item = items_of(family(), None)[1]
    assert item.row is not None
    loss, accuracy = figure_words(item.row)
    said = spoken(item.label, item.row, item.words, False, "B")
    assert said == (f"Adam instead, on the shelf, Adam, 0.01, test loss {loss}, test accuracy {accuracy}, marked B")
    three = seeds(9, 1)
    assert f"learned in {three.learned} of 3" in spoken(three.label, three, (), False, "")


def test_how_much_there_is() -> None:
    assert summary(Shelf()) == "nothing on the shelf yet"
    assert summary(family()) == "4 rows, 6 runs, kept with the project"


def test_the_table_has_every_run_and_numbers_come_back_to_the_bit() -> None:
    shelf = family()
    rows = list(csv.DictReader(io.StringIO(table_of(shelf).as_text(","))))
    assert [row["name"] for row in rows] == ["First try", "Adam instead", "Run 3", "3 seeds", "3 seeds", "3 seeds"]
    first = shelf.rows[0]
    assert isinstance(first, ShelvedRun)
    assert float(rows[0]["test loss"]) == first.metrics.test_loss
    assert rows[0]["validation loss"] == ""
    assert rows[1]["parent"] == "First try"
    assert rows[1]["differs in"] == "Optimiser SGD → Adam; Learning rate 0.03 → 0.01"
    assert (rows[2]["from update"], rows[2]["updates"]) == ("12", "40")
    results = seeds(9, 1).results
    assert [float(row["test accuracy"]) for row in rows[3:]] == [
        each.metrics.test_accuracy for each in results.values()
    ]
    assert [row["seed"] for row in rows[3:]] == ["1", "2", "3"]


def test_sparks_share_one_scale() -> None:
    sparks, shelf = Sparks(), family()
    sparks.renew(shelf.rows)
    losses = np.concatenate([spark.losses for row in shelf.rows for spark in sparks.of(row)])
    assert (sparks.low <= losses.min(), sparks.high) == (True, losses.max())
    before = sparks.of(shelf.rows[0])[0]
    sparks.renew(shelf.rows)
    assert sparks.of(shelf.rows[0])[0] is before, "each is thinned once"


def test_the_median_of_curves_lies_in_their_middle() -> None:
    shares = np.linspace(0, 1, 5)
    spark = median_of([Spark(shares, np.full(5, level)) for level in (0.0, 1.0, 5.0)])
    assert set(spark.losses.tolist()) == {1.0}
