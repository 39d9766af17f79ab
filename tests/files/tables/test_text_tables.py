"""Tables as text: whatever signs, letters and gaps they are written with, the same columns come in."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from real_tables import BARS, COMMAS, GERMAN, TABS, Dialect, penguins, write

from nnstudio.core.data.columns import Columns, Numbers, Words
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.experiment.table_recipe import Separator
from nnstudio.core.presets import default_experiment
from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.project import SUFFIX, Project, save_project
from nnstudio.files.tables import scan
from nnstudio.files.tables.scan import scanning
from nnstudio.files.tables.source import read_table, read_to_the_end, reading
from nnstudio.files.tables.text_format import FormatWishes, layout_of
from nnstudio.files.tables.text_reader import whole


def table(folder: Path, text: str | bytes, suffix: str = ".csv", **wishes: object) -> Columns:
    path = folder / f"table{suffix}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, FormatWishes(**wishes)).columns  # type: ignore[arg-type]


def sentence(folder: Path, text: str | bytes) -> str:
    path = folder / "said.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path).sentence


def numbers(columns: Columns, name: str) -> list[float]:
    found = columns.by_name[name]
    assert isinstance(found, Numbers)
    return found.values.tolist()


def words(columns: Columns, name: str) -> list[str | None]:
    found = columns.by_name[name]
    assert isinstance(found, Words)
    assert found.words is not None
    return [None if code < 0 else found.words[code] for code in found.codes]


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(FileError) as caught:
        table(folder, text)
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        (COMMAS, "Commas, decimal point, header in line 1, UTF-8."),
        (GERMAN, "Semicolons, decimal comma, header in line 1, Windows-1252."),
        (TABS, "Tabs, decimal point, header in line 1, UTF-16."),
        (BARS, "Bars, decimal point, header in line 1, UTF-8 with a mark."),
        (Dialect(" "), "Spaces, decimal point, header in line 1, UTF-8."),
        (Dialect("\t", ","), "Tabs, decimal comma, header in line 1, UTF-8."),
        (Dialect(";", encoding="utf-16-le"), "Semicolons, decimal point, header in line 1, UTF-16."),
    ],
)
def test_the_same_table_in_every_dialect(dialect: Dialect, said: str, tmp_path: Path) -> None:
    frame = penguins().fillna({"sex": "NA"})
    for name in ("bill_length", "bill_depth", "mass"):
        frame[name] = frame[name].fillna(0)  # spaces leave no room for an empty cell
    found = read_table(write(frame, tmp_path, "penguins", dialect))
    assert found.sentence == said
    assert found.columns.names == tuple(frame.columns)
    assert numbers(found.columns, "bill_length") == frame["bill_length"].tolist()
    assert numbers(found.columns, "year") == frame["year"].tolist()
    assert words(found.columns, "island") == frame["island"].tolist()
    assert words(found.columns, "sex") == [None if sex == "NA" else sex for sex in frame["sex"]]


def test_gaps_are_gaps_however_they_are_written(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n1,x\n,\nNA,?\n2.5,-\nnan,y\n-3,#N/A\n1e3,z\n" + "7,x\n" * 30)
    np.testing.assert_array_equal(numbers(found, "a")[:7], [1, np.nan, np.nan, 2.5, np.nan, -3, 1000])
    assert words(found, "b")[:7] == ["x", None, None, None, "y", None, "z"]


def test_quoted_cells_may_hold_separators_quotes_and_new_lines(tmp_path: Path) -> None:
    found = table(tmp_path, 'name,n\n"Smith, ""J""",1\n"two\nlines",2\nplain,3\n')
    assert words(found, "name") == ['Smith, "J"', "two lines", "plain"]
    assert numbers(found, "n") == [1, 2, 3]


def test_a_header_is_told_from_rows(tmp_path: Path) -> None:
    assert table(tmp_path, "1,2\n3,4\n5,6\n").names == ("x1", "x2")
    assert table(tmp_path, "a,b\n3,4\n5,6\n").names == ("a", "b")
    assert table(tmp_path, "red,big\nblue,big\nred,small\nblue,small\n").names == ("x1", "x2")
    assert table(tmp_path, "colour,size\nblue,big\nred,small\nblue,small\n").names == ("colour", "size")
    found = table(tmp_path, "measured in May\nby hand\na;b;c\n1;2;3\n4;5;6\n7;8;9\n10;11;12\n")
    assert found.names == ("a", "b", "c")
    assert numbers(found, "c") == [3, 6, 9, 12]


def test_excel_says_its_separator(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\r\na;b\r\n1,5;x\r\n2,5;y\r\n")
    assert (found.names, numbers(found, "a")) == (("a", "b"), [1.5, 2.5])


@pytest.mark.parametrize("above", ["sep=;\n", "Exported in May\n", "Exported\nin May\n\n", "\n\n", "a\n"])
def test_what_stands_above_a_table_without_a_header_is_no_row(above: str, tmp_path: Path) -> None:
    found = table(tmp_path, f"{above}1;2\n3;4\n5;6\n")
    assert (numbers(found, "x1"), numbers(found, "x2")) == ([1, 3, 5], [2, 4, 6])
    assert numbers(table(tmp_path, f"{above}7\n1;2\n3;4\n5;6\n", separator=Separator.SEMICOLON), "x1")[0] == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a,b\r1,2\n3,4\n5,6\n", [1, 3, 5]),
        (b"Report\rMay 2024\na,b\n1,2\n3,4\n5,6\n", [1, 3, 5]),
        (b"a,b\n1,2\r3,4\n5,6\r\n", [1, 3, 5]),
        (b"a,b\r\n1,2\r\n3,4\r\n5,6", [1, 3, 5]),
    ],
)
def test_lines_may_end_in_different_ways(text: bytes, expected: list[float], tmp_path: Path) -> None:
    assert numbers(table(tmp_path, text), "a") == expected


def test_a_pair_of_ends_may_be_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    for text, plain in ((b"a,b\r\n1,2\r\n3,4\r\n", True), (b"a,b\r\n1,2\r3,4\r\n", False)):
        path.write_bytes(text)
        for block in range(1, 9):
            monkeypatch.setattr(scan, "_BLOCK", block)
            assert read_to_the_end(scanning(path)).plain == plain


def test_blanks_before_quotation_marks_mean_nothing(tmp_path: Path) -> None:
    found = table(tmp_path, '"LatD", "LatM"\n41, "5"\n42, "52"\n46, "35"\n')
    assert (found.names, numbers(found, "LatM")) == (("LatD", "LatM"), [5, 52, 35])
    found = table(tmp_path, 'a, b\n1, "x, y"\n2, "z, w"\n3, "x, y"\n')
    assert (found.names, words(found, "b")) == (("a", "b"), ["x, y", "z, w", "x, y"])


def test_every_guess_can_be_corrected(tmp_path: Path) -> None:
    found = table(tmp_path, "1;2\n3;4\n5;6\n", header=1)
    assert (found.names, numbers(found, "1")) == (("1", "2"), [3, 5])
    found = table(tmp_path, "a;b\n1,5;2\n", separator=Separator.SEMICOLON, decimal=".")
    assert words(found, "a") == ["1,5"]
    assert words(table(tmp_path, "a;b\né;1\n".encode("cp437"), encoding="cp437"), "a") == ["é"]
    with pytest.raises(SettingError, match="commas stand between"):
        table(tmp_path, "a,b\n1,2\n", decimal=",")
    with pytest.raises(SettingError, match="encoding is EBCDIC"):
        table(tmp_path, "a,b\n1,2\n", encoding="EBCDIC")


def test_names_are_unique_and_fit_to_be_shown(tmp_path: Path) -> None:
    found = table(tmp_path, f"a,a,,\x1b[31m,{'n' * 500}\n1,2,3,4,5\n")
    assert found.names[:3] == ("a", "a 2", "unnamed 3")
    assert all(name.isprintable() and len(name) <= limits.NAME for name in found.names)


def test_a_column_that_turns_into_words_is_read_again_as_words(tmp_path: Path) -> None:
    rows = "".join(f"{row:04},1\n" for row in range(20_000)) + "A100,2\n" * 8_000
    found = words(table(tmp_path, f"code,n\n{rows}"), "code")
    assert (found[7], found[-1], len(found)) == ("0007", "A100", 28_000)


def test_few_cells_that_are_no_numbers_are_gaps_and_counted(tmp_path: Path) -> None:
    found = table(tmp_path, "a;b\n" + "1,5;2\n" * 500 + "2,5 mm;3\n" + "1e200;4\n").by_name["a"]
    assert isinstance(found, Numbers)
    assert found.unread == 2
    assert np.isnan(found.values[-2:]).all()
    assert found.values[0] == 1.5


def test_an_end_of_line_in_the_old_way_of_macintosh(tmp_path: Path) -> None:
    assert numbers(table(tmp_path, b"a,b\r1,2\r3,4\r"), "b") == [2, 4]


def test_a_separator_at_the_end_of_each_line_is_forgiven(tmp_path: Path) -> None:
    found = table(tmp_path, "a;b\n1;2;\n3;4;\n")
    assert numbers(found, "b") == [2, 4]


def test_reading_says_how_far_it_is_and_may_be_dropped(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    pd.DataFrame(np.arange(400_000).reshape(-1, 4)).to_csv(path, index=False)
    work = reading(path)
    seen = [next(work) for _ in range(3)]
    work.close()  # which closes the file, or a warning would fail this test
    done = list(reading(path))
    assert seen == sorted(seen)
    assert done == sorted(done)
    assert done[-1] == 1
    assert len(done) > 2


def test_pieces_make_the_same_table_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(penguins(), tmp_path, "penguins", GERMAN)
    scan = read_to_the_end(scanning(path))
    layout = layout_of(path, scan)
    at_once = read_to_the_end(whole(path, layout, scan))
    monkeypatch.setattr("nnstudio.files.tables.text_frames.CELLS_AT_ONCE", 70)
    in_pieces = read_to_the_end(whole(path, layout, scan))
    for name, column in at_once.by_name.items():
        other = in_pieces.by_name[name]
        if isinstance(column, Words) and isinstance(other, Words):
            assert (column.words, column.codes.tolist()) == (other.words, other.codes.tolist())
        elif isinstance(column, Numbers) and isinstance(other, Numbers):
            assert column.values.tobytes() == other.values.tobytes()
        else:
            pytest.fail(f"{name} is of another kind")


@pytest.mark.parametrize("written", ["longer", "of the same length", "another file"])
@pytest.mark.parametrize("name", ["growing.csv", "growing.npy"])
def test_a_file_that_changes_while_it_is_read_is_no_table(name: str, written: str, tmp_path: Path) -> None:
    """Its first half would be of another time than its second, and its digest of neither."""
    path, numbers = tmp_path / name, np.arange(400_000.0).reshape(-1, 4)
    if name.endswith("npy"):
        np.save(path, numbers)
    else:
        pd.DataFrame(numbers).to_csv(path, index=False)
    work, content = reading(path), path.read_bytes()
    assert next(work) < 1
    if written == "another file":
        (tmp_path / "other").write_bytes(content)
        (tmp_path / "other").replace(path)
    else:
        path.write_bytes(content + b"1,2,3,4\n" if written == "longer" else content)
    with pytest.raises(FileError, match=r"was changed while it was read\. Open it again .* Nothing was changed"):
        read_to_the_end(work)


# Files that are none -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n\n\n", "no rows"),
        (b"PK\x03\x04 and so on", "save it as CSV"),
        (b"%PDF-1.7 and so on", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"a,b\n1,\0\n", "not text"),
        (b"a,b\n", "a header, but no rows|no rows"),
        (b"just some words\nand more\n\nand then nothing else at all\n", "no separator|no rows"),
        (b"a,b\n1,2\n1,2,3,4\n", "line 3 has 4 cells, but the table has 2 columns"),
        (b"a,b\n" + b"1,2\n" * 40_000 + b"1,2,3,4\n", "line 40002 has 4 cells"),
        (b'a,b\n1,"2\n' + b"3,4\n" * 40_000, "never closed|is too long"),
        (b",".join(b"%d" % each for each in range(1_000_000)) + b"\n1\n", "a line of more than"),
        (b",".join(b"%d" % each for each in range(5000)) + b"\n" + b"1," * 4999 + b"1\n", "5000 columns"),
        (b"a,b\n1," + b"x" * 10_000_000 + b"\n", "a line of more than"),
        (b"a,b\n" + b"1,2\n" * 5 + b"1," + b"x" * 20_000 + b"\n", "too long"),
    ],
    ids=lambda each: repr(each)[:20],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, why: str, tmp_path: Path) -> None:
    assert re.search(why, refusal(tmp_path, content)), refusal(tmp_path, content)


def test_a_project_is_called_one(tmp_path: Path) -> None:
    path = (tmp_path / "mine").with_suffix(SUFFIX)
    save_project(path, Project(default_experiment(DatasetKind.XOR4)))
    with pytest.raises(FileError, match="it is a project, not a table"):
        read_table(path)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(FileError, match=r"it is a folder|it does not exist"):
            read_table(path)
