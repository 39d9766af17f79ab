"""The decisions about a table as sentences, in which words can be changed.

The sentences are those of `Survey`, as the command line says them. Here each word that could be another one gets its
entries, and each entry the wishes that it stands for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from nnstudio.core.data.table_findings import Finding, Sort, learned
from nnstudio.core.data.table_proposal import Wishes
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.table_recipe import Column, Missing, TextFormat, Use
from nnstudio.files.tables.text_format import FormatWishes, in_words
from nnstudio.ui.panels.own_table.draft import Looked, Proposed
from nnstudio.ui.panels.own_table.entries import (
    Entry,
    decimals,
    encodings,
    headers,
    kept,
    missing_entries,
    separators,
    use_entries,
    with_missing,
    with_use,
)

MOST = 40
"""So many columns stand in a menu; a click on its head in the preview reaches any."""
MOST_SENTENCES = 12
SCALED = {Scaling.NONE: "as they are", Scaling.STANDARDISE: "standardised", Scaling.MIN_MAX: "stretched to −1 … 1"}
"""The words of the sentence about scaling that say which."""


@dataclass(frozen=True, slots=True)
class Word:
    """Some words of a sentence. `strong`: the name of something; `entries`: what else could stand here; `about`: what
    that is, as its explanation is called."""

    text: str
    strong: bool = False
    about: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """key: stays the same while the words change; sure: whether there is nothing to be looked at
    choices: what could be chosen, side by side, `about` the explanation of that
    """

    key: str
    words: tuple[Word, ...]
    sure: bool = True
    choices: tuple[Entry, ...] = ()
    about: str = ""

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(word.text for word in self.words)


def about_format(text: TextFormat, wishes: FormatWishes) -> Sentence:
    """How the text of the file is read."""
    said = zip(in_words(text), _format_entries(text, wishes), strict=True)
    return Sentence("format", tuple(_listed([Word(words, about=about, entries=each) for words, (about, each) in said])))


def about_unread(wishes: FormatWishes) -> Sentence:
    """How the text of the file could be read, where it could not."""
    names = "its separator", "its decimal sign", "its header", "its encoding"
    said = zip(names, _format_entries(None, wishes), strict=True)
    words = _listed([Word(name, about=about, entries=each) for name, (about, each) in said])
    return Sentence("format", (Word("You can say what is "), *words, Word(".")), sure=False)


def _format_entries(text: TextFormat | None, wishes: FormatWishes) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    return (
        ("Separator", separators(text, wishes)),
        ("Decimal sign", decimals(text, wishes)),
        ("Header", headers(text, wishes)),
        ("Encoding", encodings(text, wishes)),
    )


def decisions(proposed: Proposed) -> Iterator[Sentence]:
    """What was decided, what is worth a look, and what was chosen instead."""
    shown: set[str] = set()
    sentences: list[Sentence] = []
    for finding in proposed.proposal.findings:
        if finding.sort is not Sort.LEFT_OUT:
            sentences.append(_SENTENCES[finding.sort](proposed, finding))
            if finding.sort in (Sort.FEW_VALUES, Sort.UNREAD):
                shown |= set(finding.columns)
    by_name = {column.name: column for column in _columns(proposed)}
    for name, use in proposed.wishes.uses.items():
        natural = kept(proposed, name)[0]
        if use not in (Use.LEFT_OUT, natural) and name in by_name and name not in shown:
            sentences.append(_about_use(proposed, by_name[name]))
    yield from sentences[:MOST_SENTENCES]
    if len(sentences) > MOST_SENTENCES:
        yield _more(len(sentences) - MOST_SENTENCES)


def odd(proposed: Proposed) -> Iterator[Sentence]:
    """What was left out, and why; each with a word that keeps it."""
    out = [column for column in _columns(proposed) if not column.is_input]
    for column in out[:MOST_SENTENCES]:
        uses = [use for use in kept(proposed, column.name) if use is not Use.LEFT_OUT]
        wish = with_use(proposed.wishes, column.name, uses[0]) if uses else None
        words = [Word(column.name, True), Word(f" {column.why or 'was left out by you'}.")]
        if wish is not None:
            words += [Word(" "), Word("Keep it", about="Keep it", entries=(Entry("Keep it", wish),))]
        yield Sentence(f"odd {column.name}", tuple(words))
    if len(out) > MOST_SENTENCES:
        yield _more(len(out) - MOST_SENTENCES)


def _more(count: int) -> Sentence:
    return Sentence("more", (Word(f"… and {count} more: click the head of a column in the table."),))


def column_entries(proposed: Proposed, name: str) -> tuple[Entry, ...]:
    """Everything that could be decided about one column."""
    wishes, target = proposed.wishes, _target(proposed)
    if name == target:
        return (Entry("The target", None, True),)
    column = next(each for each in _columns(proposed) if each.name == name)
    chosen = (*use_entries(proposed, column), Entry("The target", replace(wishes, target=name, task=None), apart=True))
    gaps = missing_entries(proposed, column)
    return (*chosen, *(replace(gap, apart=not place) for place, gap in enumerate(gaps)))


# One maker for each sort of finding ----------------------------------------------------------------------------------


def _about_target(proposed: Proposed, finding: Finding) -> Sentence:
    spec, wishes, target = proposed.proposal.spec, proposed.wishes, finding.columns[0]
    names = proposed.looked.table.columns.names
    others = tuple(
        Entry(name, replace(wishes, target=name, task=None), name == target) for name in _near(names, target)
    )
    values = spec.task is Task.REGRESSION
    tasks: tuple[Entry, ...] = ()
    if finding.choices:
        tasks = (
            Entry("Classes to tell apart", replace(wishes, target=target, task=Task.MULTICLASS), not values),
            Entry(
                "Values to come close to: a regression", replace(wishes, target=target, task=Task.REGRESSION), values
            ),
        )
    what = learned(spec)
    begin, _, end = finding.sentence.rpartition(what)
    _, name, is_the = begin.split("**", 2)
    task = Word(what, strong=not tasks, about="Task", entries=tasks)
    return Sentence("target", (Word(name, about="Target", entries=others), Word(is_the), task, Word(end)))


def _about_inputs(proposed: Proposed, finding: Finding) -> Sentence:
    count, rest = finding.sentence[2:].split("**", 1)
    columns, rest = rest.lstrip().split(" ", 1)
    every = tuple(
        Entry(column.name, change, column.is_input)
        for column in _columns(proposed)[:MOST]
        if (change := _toggled(proposed, column)) is not None or column.is_input
    )
    first = Word(f"{count} {columns}", about="Inputs", entries=every)
    return Sentence("inputs", (first, Word(" "), *_named(proposed, rest)))


def _about_scaling(proposed: Proposed, finding: Finding) -> Sentence:
    assert isinstance(finding.chosen, Scaling)
    entries = tuple(
        Entry(each.label, replace(proposed.wishes, scaling=each), each is finding.chosen, each.help) for each in Scaling
    )
    phrase = SCALED[finding.chosen]
    begin, _, end = finding.sentence.partition(phrase)
    scaled = Word(phrase, about="Scaling", entries=entries)
    return Sentence("scaling", (Word(begin), scaled, *_strong(end)))


def _about_gaps(proposed: Proposed, finding: Finding) -> Sentence:
    names, wishes = finding.columns, proposed.wishes
    choices = tuple(
        Entry(each.label, with_missing(wishes, names, each), each is finding.chosen, each.help)
        for each in finding.choices
        if isinstance(each, Missing)
    )
    lacks = finding.sentence.rpartition(": ")[0]
    sure = all(name in wishes.missing for name in names)
    return Sentence(f"gaps {names[0]}", tuple(_strong(lacks)), sure, choices, "Gaps")


def _about_few(proposed: Proposed, finding: Finding) -> Sentence:
    """A question while nobody has answered it."""
    sentence = finding.sentence.removesuffix(" Used as a number.")
    sure = all(name in proposed.wishes.uses for name in finding.columns)
    return Sentence(
        f"few {finding.columns[0]}", tuple(_strong(sentence)), sure, _uses(proposed, finding), "Kind of column"
    )


def _about_cells(proposed: Proposed, finding: Finding) -> Sentence:
    sure = finding.columns[0] in proposed.wishes.uses
    choices = _uses(proposed, finding)
    return Sentence(f"cells {finding.columns[0]}", tuple(_strong(finding.sentence)), sure, choices, "Kind of column")


def _about_use(proposed: Proposed, column: Column) -> Sentence:
    words = (Word(column.name, True), Word(" is used as you have said:"))
    return Sentence(f"use {column.name}", words, True, use_entries(proposed, column), "Kind of column")


_SENTENCES: dict[Sort, Callable[[Proposed, Finding], Sentence]] = {
    Sort.TARGET: _about_target,
    Sort.INPUTS: _about_inputs,
    Sort.SCALING: _about_scaling,
    Sort.GAPS: _about_gaps,
    Sort.FEW_VALUES: _about_few,
    Sort.UNREAD: _about_cells,
}


# Words ----------------------------------------------------------------------------------------------------------------


def _uses(proposed: Proposed, finding: Finding) -> tuple[Entry, ...]:
    """The same for all columns of a finding, of what all of them can be."""
    possible = [use for use in Use if all(use in kept(proposed, name) for name in finding.columns)]
    entries: list[Entry] = []
    for use in possible:
        wishes = proposed.wishes
        for name in finding.columns:
            wishes = with_use(wishes, name, use)
        entries.append(Entry(use.label, wishes, use is finding.chosen, use.help))
    return tuple(entries)


def _toggled(proposed: Proposed, column: Column) -> Wishes | None:
    """The wish that leaves a column out, or keeps it after all; None where it cannot be kept."""
    if column.is_input:
        return with_use(proposed.wishes, column.name, Use.LEFT_OUT)
    uses = kept(proposed, column.name)
    return with_use(proposed.wishes, column.name, uses[0]) if uses[0] is not Use.LEFT_OUT else None


def _strong(sentence: str) -> Iterator[Word]:
    """A sentence with **names** as words."""
    for place, part in enumerate(sentence.split("**")):
        if part:
            yield Word(part, strong=place % 2 == 1)


def _named(proposed: Proposed, sentence: str) -> Iterator[Word]:
    """The same, with entries for the names of columns."""
    names = {column.name for column in _columns(proposed)}
    for word in _strong(sentence):
        if word.strong and word.text in names:
            yield Word(word.text, about="Kind of column", entries=column_entries(proposed, word.text))
        else:
            yield word


def _listed(words: list[Word]) -> Iterator[Word]:
    for place, word in enumerate(words):
        if place:
            yield Word(", ")
        yield word


def _near(names: tuple[str, ...], chosen: str) -> tuple[str, ...]:
    """The first names, and the chosen one in any case."""
    return names[:MOST] if chosen in names[:MOST] else (*names[: MOST - 1], chosen)


def _columns(proposed: Proposed) -> tuple[Column, ...]:
    recipe = proposed.proposal.spec.recipe
    assert recipe is not None
    return recipe.columns


def _target(proposed: Proposed) -> str:
    recipe = proposed.proposal.spec.recipe
    assert recipe is not None
    return recipe.target


def target_alone(looked: Looked, wishes: Wishes) -> Sentence:
    """Where nothing could be proposed: which column is to be learned can still be chosen."""
    names = looked.table.columns.names
    entries = tuple(
        Entry(name, replace(wishes, target=name, task=None), name == wishes.target) for name in names[:MOST]
    )
    return Sentence(
        "target", (Word("Choose "), Word("another target", about="Target", entries=entries), Word(".")), False
    )
