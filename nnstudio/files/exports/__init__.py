"""Taking a trained network away: each format a file, and the table of all of them.

`Subject.of(frame)` is what is exported, `FORMATS["numpy"].write(subject, path)` writes it and returns the `Proof`. What
a format needs beyond this program's own dependencies is imported when it is used, and missed in a sentence.
"""

from nnstudio.files.exports import (
    c_header,
    csv_tables,
    json_document,
    keras_script,
    notebook,
    numpy_script,
    onnx_graph,
    points,
    report,
    share,
    sklearn_script,
    torch_script,
    weights_files,
)
from nnstudio.files.exports.format import Format, Group, Proof
from nnstudio.files.exports.subject import Subject

__all__ = ["FORMATS", "Format", "Group", "Proof", "Subject"]

FORMATS: dict[str, Format] = {
    row.key: row
    for row in (
        weights_files.NPZ,
        weights_files.SAFETENSORS,
        csv_tables.FORMAT,
        numpy_script.FORMAT,
        torch_script.FORMAT,
        keras_script.FORMAT,
        sklearn_script.FORMAT,
        c_header.FORMAT,
        notebook.FORMAT,
        onnx_graph.FORMAT,
        json_document.FORMAT,
        share.FORMAT,
        report.FORMAT,
        csv_tables.HISTORY,
        points.FORMAT,
    )
}
"""By their stable names, in the order in which they are offered."""
