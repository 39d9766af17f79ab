"""What all scripts in Python share: how they begin, how inputs are made, what is said of the answers, and the check.

All of it is NumPy, whatever the network itself is written in.
"""

from collections.abc import Iterator

from nnstudio.core.experiment.choices import Task
from nnstudio.files.exports.format import ALLOWED
from nnstudio.files.exports.literals import numpy_array, python_words, wrapped
from nnstudio.files.exports.recipe_steps import FEATURES, ComputeFeatures, Divide, Scale, Step, steps_of
from nnstudio.files.exports.subject import THRESHOLD, Subject
from nnstudio.files.exports.table_cells import cells_code

WORDS = {ComputeFeatures: "its features computed", Divide: "divided", Scale: "shifted and scaled"}
"""What each step of the recipe does."""


def header(subject: Subject) -> str:
    """The docstring of a script: what it says, and how it was learned."""
    what = f"{subject.title}: {subject.answer}."
    return f'"""{wrapped(what)}\n\n{wrapped(subject.summary)}\n"""\n'


def with_math(imports: str, code: str) -> str:
    """The imports of a script, with the module math where its code needs that."""
    return f"import math\n{imports}" if "math." in code else imports


def constants(subject: Subject) -> Iterator[str]:
    """The names of the classes, and from where on a probability means yes."""
    if subject.classes:
        yield f"CLASSES = {python_words(subject.classes)}"
        if subject.model.outputs == 1 or subject.model.task is Task.MULTILABEL:
            yield f"THRESHOLD = {THRESHOLD}"
        yield ""


def inputs_function(subject: Subject, handed_on: str = "{x}") -> str:
    """The function that makes the network's inputs of raw examples. `handed_on`: in which form they are given back."""
    return "\n".join(_inputs(subject, handed_on)) + "\n"


def _inputs(subject: Subject, handed_on: str) -> Iterator[str]:
    recipe, dtype = subject.model.recipe, subject.dtype
    shape = subject.model.input_shape
    steps = steps_of(recipe)
    before, examples = cells_code(recipe)
    yield before
    yield "\ndef inputs(examples):"
    yield f'    """What the network sees of an example: {_seen(subject, steps)}"""'
    yield f"    x = np.asarray({examples}, np.{dtype if recipe.divisor != 1 else 'float64'})"
    for step in steps:
        yield from (f"    {line}" for line in _recipe_lines(step))
    row = f".reshape(len(x), {', '.join(map(str, shape))})" if len(shape) > 1 else ""
    kind = "" if recipe.divisor != 1 else f".astype(np.{dtype})"
    yield f"    return {handed_on.format(x=f'x{row}{kind}')}"


def _seen(subject: Subject, steps: tuple[Step, ...]) -> str:
    shape = ", ".join(map(str, subject.model.recipe.shape))
    names = f"{', '.join(subject.input_names[:8])}{', ...' if len(subject.input_names) > 8 else ''}"
    given = f"a row ({names}) for each example" if names else f"pixels (examples, {shape}) from 0 to 255"
    done = [WORDS[type(step)] for step in steps]
    return wrapped(f"{given}{', ' if done else ''}{' and '.join(done)}.", "    ").lstrip()


def _recipe_lines(step: Step) -> Iterator[str]:
    match step:
        case ComputeFeatures(features):
            yield "x1, x2 = x[:, 0], x[:, 1]"
            words = [FEATURES[feature.value].replace("sin(", "np.sin(") for feature in features]
            yield f"x = np.column_stack([{', '.join(words)}])"
        case Divide(divisor):
            yield f"x = x / {divisor!r}"
        case _:
            shift, scale = (
                repr(one) if isinstance(one, float | int) else numpy_array(one).replace("\n", "\n    ")
                for one in (step.shift, step.scale)
            )
            if len(shift + scale) > 70:
                yield from (f"shift = {shift}", f"scale = {scale}", "x = (x - shift) / scale")
            else:
                yield f"x = (x - {shift}) / {scale}"


def classify_function(subject: Subject) -> Iterator[str]:
    """The function that names the class, or the labels, of each example; nothing where answers are values."""
    if not subject.classes:
        return
    if subject.model.task is Task.MULTILABEL:
        yield (
            "\ndef classify(examples):\n"
            '    """The labels that are true of each example."""\n'
            "    return [[name for name, p in zip(CLASSES, row) if p > THRESHOLD] for row in predict(examples)]\n\n"
        )
        return
    chosen = "(predict(examples)[:, 0] > THRESHOLD).astype(int)"
    if subject.model.outputs > 1:
        chosen = "predict(examples).argmax(axis=1)"
    yield (
        "\ndef classify(examples):\n"
        '    """The name of the class of each example."""\n'
        f"    return [CLASSES[number] for number in {chosen}]\n\n"
    )


def check_function(subject: Subject) -> str:
    """The self-check of every Python script; it compares `predict` with what the script carries."""
    allowed = ALLOWED[subject.answers.itemsize]
    return f'''
def check():
    """The largest difference to those answers; fails if it is too large."""
    answers = predict(CHECK_INPUTS)
    difference = float((np.abs(answers - CHECK_ANSWERS) / np.maximum(1, np.abs(CHECK_ANSWERS))).max())
    assert difference <= {allowed}, f"the largest difference is {{difference:.1g}}, more than {allowed}"
    return difference


if __name__ == "__main__":
    print(f"largest difference on {{len(CHECK_INPUTS)}} examples: {{check():.1g}}")
'''
