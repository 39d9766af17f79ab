"""The decisions about somebody's own images as sentences, in which words can be changed."""

from collections.abc import Iterator
from dataclasses import replace

from nnstudio.core.counting import counted
from nnstudio.core.data.picture_proposal import odd_classes
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import Scaling
from nnstudio.core.experiment.plan import can_carry
from nnstudio.files.pictures.pictures import Size
from nnstudio.ui.panels.own_images.draft import ProposedImages
from nnstudio.ui.panels.own_table.entries import Entry
from nnstudio.ui.panels.own_table.sentences import SCALED, Sentence, Word
from nnstudio.ui.panels.own_table.taking import experiment_on
from nnstudio.ui.widgets.figures import grouped

SIDES = (8, 16, 28, 32, 48, 64, 96, 128, 192, 256)
"""Pixels of the longer side that the menu offers, where the images have as many."""
MOST_LEFT_OUT = 8


def decisions(proposed: ProposedImages) -> Iterator[Sentence]:
    """What was found, and what becomes of it."""
    pictures, spec = proposed.pictures, proposed.spec
    count = counted(len(pictures.labels), "image", grouped(len(pictures.labels)))
    classes = counted(len(pictures.names), "class")
    yield Sentence("classes", (Word(classes, True), Word(f" to tell apart, {count}.")))
    size = Word(_in_words(pictures.size), about="Size of images", entries=tuple(sizes(proposed)))
    yield Sentence("size", (Word("Each has "), size, Word(f" pixels: {grouped(spec.width * spec.height)} inputs.")))
    tone = Word("inverted grey" if spec.inverted else "grey", about="Grey", entries=_tones(proposed))
    rest = ": ink becomes light." if spec.inverted else ": 0 is black, 255 is white."
    yield Sentence("grey", (Word("They are "), tone, Word(rest)))
    measured = "." if spec.scaling is Scaling.NONE else " by the training images."
    scaled = Word(SCALED[spec.scaling], about="Scaling", entries=_scalings(proposed))
    yield Sentence("scaling", (Word("The pixels are "), scaled, Word(measured)))
    if pictures.others:
        one = pictures.others == 1
        others = counted(pictures.others, "image", grouped(pictures.others))
        yield Sentence(
            "others",
            (
                Word(others, True),
                Word(f" {'has' if one else 'have'} another size than {_in_words(pictures.original)}: scaled."),
            ),
            sure=False,
        )
    for place, odd in enumerate(odd_classes(pictures.names, proposed.classes)):
        words = tuple(Word(part, at % 2 == 1) for at, part in enumerate(odd.split("**")) if part)
        yield Sentence(f"odd {place}", words, sure=False)


def left_out(proposed: ProposedImages) -> Iterator[Sentence]:
    """The images that cannot be read."""
    names = proposed.pictures.left_out
    for place, why in enumerate(names[:MOST_LEFT_OUT]):
        yield Sentence(f"left out {place}", (Word(f"{why}."),))
    if len(names) > MOST_LEFT_OUT:
        yield Sentence("more", (Word(f"… and {len(names) - MOST_LEFT_OUT} more that cannot be read."),))


def sizes(proposed: ProposedImages) -> Iterator[Entry]:
    """What size they could have: with the shape that most of them have, and square."""
    original, size, wishes = proposed.pictures.original, proposed.pictures.size, proposed.wishes
    longest = max(original)
    offered: dict[Size, str] = {}
    for side in SIDES:
        if side < longest:
            shrunk = max(round(original[0] * side / longest), 1), max(round(original[1] * side / longest), 1)
            offered.setdefault(shrunk, "The shape stays.")
    if longest <= SIDES[-1]:
        offered[original] = "As most of them are."
    offered.setdefault(size, "As it is now.")
    shapes = [*offered.items()]
    squares = [((28, 28), "Square, as in MNIST."), ((64, 64), "Square.")]
    shapes += [(square, about) for square, about in squares if square not in offered]
    for place, (each, about) in enumerate(shapes):
        wish = replace(wishes, size=each)
        yield Entry(f"{_in_words(each)} pixels", wish, each == size, about, apart=place == len(offered))


def _tones(proposed: ProposedImages) -> tuple[Entry, ...]:
    wishes, inverted = proposed.wishes, proposed.spec.inverted
    as_is = Entry("Grey, as they are", replace(wishes, inverted=False), not inverted, "Dark stays dark.")
    return as_is, Entry(
        "Inverted grey", replace(wishes, inverted=True), inverted, "Ink on paper becomes light on dark."
    )


def _scalings(proposed: ProposedImages) -> tuple[Entry, ...]:
    wishes = proposed.wishes
    return tuple(
        Entry(each.label, replace(wishes, scaling=each), each is wishes.scaling, each.help) for each in Scaling
    )


def outlook(present: Experiment, proposed: ProposedImages) -> str:
    """What will be built, as rich text; nothing in it is foreign."""
    spec = proposed.spec
    made = experiment_on(spec, present)
    inputs, classes = spec.width * spec.height, len(spec.class_names)
    units = [layer.units for layer in made.layers if isinstance(layer, DenseSpec)]
    network = "-".join(map(str, (inputs, *units, classes)))
    begin = f"{grouped(len(proposed.pictures.labels))} images, {grouped(inputs)} inputs, {counted(classes, 'class')}."
    if can_carry(present, made):
        return f"{begin} The network stays as you have built it."
    return f"{begin} The network becomes {network}; the present run stays on the shelf."


def _in_words(size: Size) -> str:
    height, width = size
    return f"{width}×{height}"
