"""A C header is proved by the compiler of this machine: warnings are errors, its own test must pass, and a small
program around it answers the sample inputs."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from nnstudio.files.exports.format import Proof, compared
from nnstudio.files.exports.proving import failed, run
from nnstudio.files.exports.subject import Subject

FLAGS = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1")
_PROGRAM = """
#define {P}_SELF_TEST
#include "network.h"
#include <stdio.h>
int main(void)
{{
    FILE *given = fopen("inputs", "rb"), *found = fopen("answers", "wb");
    static {raw} example[{P}_INPUTS];
    {real} answer[{P}_OUTPUTS];
    if (!given || !found || {p}_self_test()) return 2;
    while (fread(example, sizeof *example, {P}_INPUTS, given) == {P}_INPUTS) {{
        {p}_predict(example, answer);
        if (fwrite(answer, sizeof *answer, {P}_OUTPUTS, found) != {P}_OUTPUTS) return 3;
    }}
    return fclose(found) != 0;
}}
"""


def prove_header(subject: Subject, path: Path, prefix: str, raw: str, real: str, needs_math: bool) -> Proof:
    """What the compiled header answers. raw, real: the types of an example's numbers and of the network's."""
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        return Proof("not run here, because no C compiler is installed")
    with TemporaryDirectory(prefix="nnstudio-") as name:
        folder, begin = Path(name), perf_counter()
        shutil.copyfile(path, folder / "network.h")
        (folder / "main.c").write_text(_PROGRAM.format(P=prefix.upper(), p=prefix, raw=raw, real=real))
        (folder / "inputs").write_bytes(np.ascontiguousarray(subject.inputs, _KINDS[raw]).tobytes())
        alone = () if needs_math else ("-ffreestanding",)
        math = ("-lm",) if needs_math else ()
        failure = run([compiler, *FLAGS, *alone, "main.c", "-o", "main", *math], folder=folder)[1]
        failure = failure or run([str(folder / "main")], folder=folder)[1]
        seconds = perf_counter() - begin
        if failure:
            return failed(f"the C compiler or the header's own test said: {failure}", subject, seconds)
        answers = np.fromfile(folder / "answers", _KINDS[real]).reshape(-1, subject.answers.shape[1])
        how = "compiled by cc for a machine without a system" if alone else "compiled by cc"
        return compared(answers, subject, how, seconds)


_KINDS = {"float": np.float32, "double": np.float64}
