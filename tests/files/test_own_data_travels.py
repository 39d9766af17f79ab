"""A table of somebody's own on its way to the processes of a sweep."""

from pathlib import Path

from own_table_sweeps import assert_each_has_its_own_recipe

from nnstudio.files.pool import Pool


def test_each_job_makes_its_own_of_a_table_that_travels_once(tmp_path: Path) -> None:
    assert_each_has_its_own_recipe(tmp_path, lambda own: Pool(1, own))
