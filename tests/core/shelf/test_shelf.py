"""What becomes of a shelf when runs are left, opened, renamed and thrown away."""

from dataclasses import replace

import numpy as np
import pytest
from shelves import departed, seeds

from nnstudio.core.shelf import shelf as shelves
from nnstudio.core.shelf.rows import LONGEST_NAME, Label, ShelvedRun, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf


def keys(shelf: Shelf) -> list[int]:
    return [row.label.key for row in shelf.rows]


def test_a_run_that_is_left_has_a_row_and_the_next_one_comes_from_it() -> None:
    shelf = Shelf().begun(departed(30))
    (row,) = shelf.rows
    assert isinstance(row, ShelvedRun)
    assert (row.label, row.state, row.measured_at) == (Label(1, "Run 1"), departed(30).state, 30)
    assert shelf.present == Label(2, "Run 2", parent=1)
    assert shelf.ghost is row
    branch = shelf.begun(departed(20), since=12)
    assert branch.present == Label(3, "Run 3", parent=2, since=12)
    assert branch.begun(departed(40), "Moons", root=True).present == Label(4, "Moons")


def test_a_run_without_an_update_leaves_nothing_and_its_number_to_the_next_one() -> None:
    shelf = Shelf().begun(departed(30)).begun(departed(0), "Tanh")
    assert (keys(shelf), shelf.present, shelf.last) == ([1], Label(2, "Tanh", parent=1), 1)
    assert shelf.begun(departed(0), root=True).present == Label(2, "Run 2")


def test_a_run_that_is_opened_again_is_brought_up_to_date_when_it_is_left() -> None:
    shelf = Shelf().begun(departed(30)).opened(departed(20), 1)
    assert (keys(shelf), shelf.present, shelf.last) == ([1, 2], Label(1, "Run 1"), 2)
    shelf = shelf.begun(departed(40))
    assert (keys(shelf), shelf.last) == ([1, 2], 1)
    assert [row.state.updates for row in shelf.rows if isinstance(row, ShelvedRun)] == [40, 20]
    assert shelf.present == Label(3, "Run 3", parent=1)
    again = shelf.opened(departed(0), 1)
    assert again.ghost is None, "the last run is the present one itself"


def test_names_and_notes_are_of_the_row_and_of_the_present_run() -> None:
    shelf = Shelf().begun(departed(30)).opened(departed(0), 1)
    named = shelf.labelled(replace(shelf.present, name="First try", note="the arms never come apart"))
    assert named.rows[0].label == named.present == Label(1, "First try", "the arms never come apart")
    assert shelf.rows[0].label == Label(1, "Run 1"), "nobody edits a shelf"


def test_what_began_from_a_run_that_is_thrown_away_hangs_from_where_it_began() -> None:
    shelf = Shelf().begun(departed(30)).begun(departed(20)).begun(departed(10))
    shelf = shelf.with_row(seeds(9, parent=2)).without(2)
    assert [(row.label.key, row.label.parent) for row in shelf.rows] == [(1, 0), (3, 1), (9, 1)]
    assert shelf.without(3).last == 0
    assert shelf.without(3).present.parent == 1
    assert shelf.without(77) is shelf
    assert shelf.without(9).rows == shelf.rows[:-1], "a row that stays as it is is the same one"
    opened = Shelf().begun(departed(30)).begun(departed(20)).opened(departed(0), 1)
    assert opened.without(1).rows[0].label.parent == 1, "it is still trained"
    assert [label.key for label in opened.without(1).labels()] == [2, 1]


def test_seeds_count_as_many_runs() -> None:
    shelf = Shelf().begun(departed(30)).with_row(seeds(7))
    assert (len(shelf), shelf.runs, shelf.free_key) == (2, 4, 8)
    assert shelf.ghost is not None
    row = shelf.get(7)
    assert isinstance(row, ShelvedSeeds)
    assert row.learned == sum(result.learned_at is not None for result in row.results.values())


def test_memory_is_bounded_and_what_is_let_go_of_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Shelf().begun(departed(30)).nbytes
    twice = Shelf().begun(departed(30)).begun(departed(30))
    assert twice.nbytes == alone, "what two rows share counts once"
    table = departed(30).state.history.rows.update.base
    assert isinstance(table, np.ndarray)
    assert alone >= table.nbytes, "the curves count"
    monkeypatch.setattr(shelves, "MAXIMUM_BYTES", alone)
    shelf = Shelf().begun(departed(30)).begun(departed(20))
    assert (keys(shelf), shelf.let_go, shelf.present.parent) == ([2], 1, 2)
    monkeypatch.setattr(shelves, "MAXIMUM_BYTES", 10 * alone)
    monkeypatch.setattr(shelves, "MAXIMUM_ROWS", 2)
    shelf = shelf.begun(departed(10)).begun(departed(40))
    assert (keys(shelf), shelf.let_go) == ([3, 4], 2)


def test_impossible_shelves_are_none() -> None:
    run = Shelf().begun(departed(30)).rows[0]
    other = replace(run, label=Label(2, "b", parent=1))
    for rows, last in (((run, run), 0), ((run,), 2), ((replace(run, label=Label(1, "a", parent=2)), other), 0)):
        with pytest.raises(ValueError, match=r"share a key|descends from itself"):
            Shelf(Label(5, "x"), rows, last)
    for wrong in ((0, "a"), (1, " "), (1, "n" * (LONGEST_NAME + 1)), (1, "a", "", 1), (1, "a", "", 0, -1)):
        with pytest.raises(ValueError, match="run"):
            Label(*wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no results"):
        replace(seeds(1), results={})
