"""One epoch, two epochs."""

import pytest

from nnstudio.core.counting import counted, grouped


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "update", "0 updates"),
        (1, "epoch", "1 epoch"),
        (1.0, "epoch", "1 epoch"),
        (0.1, "epoch", "0.1 epochs"),
        (2.5, "epoch", "2.5 epochs"),
        (1 / 3, "epoch", "0.333333 epochs"),
        (1_000_000, "update", "1000000 updates"),
        (1, "class", "1 class"),
        (3, "class", "3 classes"),
        (2, "batch", "2 batches"),
    ],
)
def test_the_noun_has_the_number_of_the_count(count: float, noun: str, text: str) -> None:
    assert counted(count, noun) == text


def test_a_number_may_be_written_otherwise() -> None:
    assert counted(31_200, "image", "31 200") == "31 200 images"
    assert counted(1, "image", "1") == "1 image"


def test_large_numbers_are_grouped() -> None:
    assert [grouped(number) for number in (9, 999, 1000, 1234567)] == ["9", "999", "1\xa0000", "1\xa0234\xa0567"]
