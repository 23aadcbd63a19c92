"""What the reader of tables says, obeys and refuses, besides the cases of the written files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nnstudio.data.info import DataError
from nnstudio.data.reading.table import text as reading_of_text
from nnstudio.data.reading.table.block import without_quotes
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.data.samples import Finding, Samples
from nnstudio.project.data.fields import Target
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec
from nnstudio.symbols.work import CancelledError


def _read(path: Path, text: str | bytes | None = None, **options: Any) -> Samples:
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    source = Table.model_validate({"path": path.as_posix(), **options})
    return TableReader().read(path, DataSpec(source=source))


def _again(path: Path, spec: DataSpec) -> Samples:
    return TableReader().read(path, spec)


def _finding(samples: Samples, code: str) -> Finding:
    found = [finding for finding in samples.findings if finding.code == code]
    assert len(found) == 1, [f"{f.code}: {f.sentence}" for f in samples.findings]
    return found[0]


def _rows(count: int, end: str = "") -> list[str]:
    generator = np.random.default_rng(1)
    return [
        f"{v:.3f},{w:.3f},{'ab'[k % 2]}{end}"
        for k, (v, w) in enumerate(generator.normal(size=(count, 2)))
    ]


def _table(rows: list[str], names: str = "u,v,kind") -> str:
    return "\n".join([names, *rows]) + "\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_options_that_are_given_are_obeyed_and_not_guessed(path: Path) -> None:
    samples = _read(path, "a;b;c\n1;2;x\n3;4;y\n", header=False, delimiter=";")
    assert samples.count == 3
    assert not {"source.header", "source.delimiter"} & {g.about for g in samples.spec.guesses}


def test_types_are_the_smallest_exact_ones(path: Path) -> None:
    rows = ["a,b,c,d,kind", "16777217,0.1,0.5,9007199254740993,x", "3,0.2,1,9007199254740995,y"]
    samples = _read(path, "\n".join([*rows, "4,0.3,2,9007199254740999,x"]))
    assert [samples.fields[n].dtype.name for n in "abcd"] == [
        "float64",
        "float64",
        "float32",
        "int64",
    ]
    assert samples.fields["d"].tolist() == [9007199254740993, 9007199254740995, 9007199254740999]
    assert samples.fields["a"][0] == 16777217


def test_large_whole_numbers_with_a_gap_are_words_not_rounded(path: Path) -> None:
    lines = [f"{9007199254740993 + 2 * (k % 4)},{k / 3:.3f},{'xy'[k % 2]}" for k in range(40)]
    lines[5] = ",0.5,x"
    samples = _read(path, _table(lines, "code,u,kind"))
    assert samples.spec.by_name["code"].classes[0] == "9007199254740993"


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by a tenth of what is read at a time, so that a tenth of the rows will do."""
    monkeypatch.setattr(reading_of_text, "_BLOCK", reading_of_text._BLOCK // 10)


@pytest.mark.usefixtures("small_blocks")
def test_a_word_far_below_turns_the_column_into_words_from_the_start(path: Path) -> None:
    rows = [f"{k % 7},{k / 7:.4f},{'ab'[k % 2]}" for k in range(60_000)]
    rows[50_000] = "seven,1.5,a"
    samples = _read(path, _table(rows, "n,v,kind"))
    assert samples.spec.by_name["n"].classes == ("0", "1", "2", "3", "4", "5", "6", "seven")
    assert "line 50,002" in _finding(samples, "words_among_numbers").sentence
    assert samples.origins[50_000] == "line 50002"
    n = samples.fields["n"]
    assert (n[:50_000] == np.arange(50_000) % 7).all()


@pytest.mark.usefixtures("small_blocks")
def test_codes_far_below_keep_their_zeros(path: Path) -> None:
    rows = [f"{k % 50 + 10},{k / 7:.4f},{'ab'[k % 2]}" for k in range(40_000)]
    rows[35_000] = "07,1.5,a"
    samples = _read(path, _table(rows, "code,v,kind"))
    assert "07" in samples.spec.by_name["code"].classes
    _finding(samples, "codes")


def test_missing_cells_have_ways_out_that_are_whole_specs(path: Path) -> None:
    rows = _rows(30)
    rows[3] = ",0.1,a"
    finding = _finding(_read(path, _table(rows)), "missing")
    assert "1 missing cell among 30, the first in line 5" in finding.sentence
    rules = [fix.spec.by_name["u"].missing for fix in finding.fixes]
    assert rules == ["drop", "mean", "median", "most_common"]
    again = _again(path, finding.fixes[1].spec)
    assert again.spec.by_name["u"].missing == "mean"
    assert _finding(again, "missing").severity == "note"


def test_a_word_among_numbers_can_be_made_missing(path: Path) -> None:
    rows = _rows(30)
    rows[7] = "twelve,0.1,a"
    finding = _finding(_read(path, _table(rows)), "words_among_numbers")
    assert "'twelve' in line 9" in finding.sentence
    again = _again(path, finding.fixes[0].spec)
    assert again.spec.by_name["u"].kind == "number"
    assert np.isnan(again.fields["u"]).sum() == 1


def test_a_word_where_numbers_were_chosen_is_refused_with_its_line(path: Path) -> None:
    spec = _read(path, _table(_rows(30))).spec
    rows = _rows(30)
    rows[7] = "twelve,0.1,a"
    path.write_text(_table(rows))
    with pytest.raises(DataError, match=r"line 9, column 'u': 'twelve' is no number"):
        _again(path, spec)


def test_a_class_that_the_spec_does_not_have_is_refused_with_its_line(path: Path) -> None:
    spec = _read(path, _table(_rows(30))).spec
    path.write_text(_table([*_rows(30), "0.1,0.2,c"]))
    with pytest.raises(DataError, match=r"line 32, column 'kind': 'c' is none of its 2 classes"):
        _again(path, spec)


def test_minus_999_is_suspected_and_can_be_made_missing(path: Path) -> None:
    rows = _rows(30)
    rows[3] = "-999,0.1,a"
    rows[4] = "-999.0,0.1,b"
    finding = _finding(_read(path, _table(rows)), "sentinel")
    assert "-999 2 times, first in line 5" in finding.sentence
    assert np.isnan(_again(path, finding.fixes[0].spec).fields["u"]).sum() == 2


def test_a_column_that_tells_the_target_is_a_leak(path: Path) -> None:
    rows = [f"{row.rsplit(',', 1)[0]},{7 + k % 2},{'ab'[k % 2]}" for k, row in enumerate(_rows(60))]
    samples = _read(path, _table(rows, "u,v,made,kind"))
    finding = _finding(samples, "leak")
    assert finding.where == "made"
    assert finding.fixes[0].spec.by_name["made"].role == "ignored"


def test_duplicates_conflicts_and_constants(path: Path) -> None:
    rows = [f"3,{row}" for row in _rows(30)]
    rows += [rows[2], rows[5][:-1] + "a"]
    assert rows[5].endswith("b")
    samples = _read(path, _table(rows, "same,u,v,kind"))
    assert _finding(samples, "duplicates").where == "line 32"
    assert "line 7 and line 33" in _finding(samples, "conflicts").sentence
    assert _finding(samples, "constant").fixes[0].spec.by_name["same"].role == "ignored"


def test_classes_that_differ_in_case_or_come_once(path: Path) -> None:
    rows = _rows(30)
    rows[0] = rows[0][:-1] + "A"
    samples = _read(path, _table(rows))
    assert "'A', 'a'" in _finding(samples, "same_but_for_case").sentence
    assert "(A)" in _finding(samples, "rare_class").sentence


def test_one_class_is_an_error_with_other_targets(path: Path) -> None:
    rows = [row[:-1] + "a" for row in _rows(30)]
    finding = _finding(_read(path, _table(rows)), "one_class")
    assert finding.severity == "error"
    again = _again(path, finding.fixes[0].spec)
    assert again.spec.targets[0].task == "number"
    assert again.spec.by_name["kind"].role == "input"


def test_several_labels_in_a_cell(path: Path) -> None:
    cells = ["red", "red|blue", "blue", "green|red", "green"] * 6
    rows = [f"{row.rsplit(',', 1)[0]},{cell}" for row, cell in zip(_rows(30), cells, strict=True)]
    samples = _read(path, _table(rows, "u,v,colours"))
    target = samples.spec.targets[0]
    assert (target.task, target.separator) == ("labels", "|")
    assert target.classes == ("blue", "green", "red")
    assert samples.fields["colours"][:3].tolist() == [[0, 0, 1], [1, 0, 1], [1, 0, 0]]
    assert (_again(path, samples.spec).fields["colours"] == samples.fields["colours"]).all()


def test_columns_of_0_and_1_are_offered_as_labels(path: Path) -> None:
    rows = [f"{row.rsplit(',', 1)[0]},{k % 2},{k % 3 // 2}" for k, row in enumerate(_rows(30))]
    samples = _read(path, _table(rows, "u,v,wet,cold"))
    assert samples.spec.targets[0].fields == ("cold",)
    spec = _finding(samples, "labels_columns").fixes[0].spec
    assert spec.targets == (
        Target(name="labels", fields=("wet", "cold"), task="labels", classes=("wet", "cold")),
    )
    assert _again(path, spec).spec.targets == spec.targets


def test_dates_become_iso_and_an_order_that_nothing_tells_is_asked(path: Path) -> None:
    rows = [f"0{1 + k % 9}/0{1 + k % 7}/2024,{row}" for k, row in enumerate(_rows(30))]
    samples = _read(path, _table(rows, "day,u,v,kind"))
    assert samples.fields["day"][1] == "2024-02-02"
    assert samples.fields["day"][8] == "2024-09-02"
    again = _again(path, _finding(samples, "ambiguous_date").fixes[0].spec)
    assert again.fields["day"][8] == "2024-02-09"


def test_parts_that_the_table_gives(path: Path) -> None:
    rows = [f"{'train' if k < 20 else 'test'},{row}" for k, row in enumerate(_rows(30))]
    samples = _read(path, _table(rows, "split,u,v,kind"))
    assert samples.given is not None
    assert samples.given.tolist() == [0] * 20 + [2] * 10
    assert samples.spec.split.by == "given"


def test_an_encoding_that_nothing_proves_is_asked(path: Path) -> None:
    text = _table([row.replace("b", "Grün") for row in _rows(30)])
    finding = _finding(_read(path, text.encode("cp1252")), "encoding")
    assert "line 3" in finding.sentence
    assert "Grün" in finding.sentence
    fix = next(fix for fix in finding.fixes if "mac-roman" in fix.title)
    again = _again(path, fix.spec)
    assert again.spec.by_name["kind"].classes == ("Gr¸n", "a")
    assert not [f for f in again.findings if f.code == "encoding"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "holds no records"),
        (b"a,b,c\n", "no records"),
        (b"a,b,c\n1,2,3\n4,5\n", r"line 3: expected 3 columns, found 2"),
        (b"a,b,c\n1,2,3\n4,5,6,7\n", r"line 3: expected 3 columns, found 4"),
        (b'a,b,c\n1,"x\ny",3\n4,"5,6\n7,8,9\n', r"a quote that opens in line 4"),
        (b'a,b,c\n1,2,3\n4,"5"x,6\n', r"line 3: a cell goes on after its closing quote"),
        (b"a,b,c\n1,2,3\n4,\x005,6\n", r"NUL byte in line 3"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG picture"),
        (bytes(range(256)) * 40, "is binary|NUL"),
        (b"1,2,3," * 200_000, "has no line end in its first 1 MB"),
    ],
)
def test_what_cannot_be_right_is_refused(path: Path, text: bytes, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        _read(path, text)
    with pytest.raises(DataError):
        TableReader().glance(path, None)


def test_lines_are_physical_after_line_breaks_in_cells(path: Path) -> None:
    rows = [f'0.1,"a\nb",{k}.5,x' for k in range(5)] + ["1,2,3"]
    with pytest.raises(DataError, match="line 12: expected 4 columns, found 3"):
        _read(path, _table(rows, "u,v,w,kind"))


def test_a_glance_is_bounded_and_leaves_classes_open(path: Path) -> None:
    path.write_text(_table(_rows(100_000)))
    glance = TableReader().glance(path, None)
    assert len(glance.preview) == 100
    assert glance.samples is None
    assert glance.spec.by_name["kind"].classes == ()
    path.write_text(_table(_rows(150)))
    glance = TableReader().glance(path, None)
    assert glance.samples == 150
    assert glance.spec.by_name["kind"].classes == ("a", "b")


def test_reading_tells_its_progress_and_can_be_stopped(path: Path) -> None:
    path.write_text(_table(_rows(400_000)))
    seen: list[float] = []

    def watch(share: float, _what: str) -> None:
        seen.append(share)
        if share > 0.5:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        TableReader().read(path, DataSpec(source=Table(path=path.as_posix())), watch)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] < 0.95


def test_too_large_a_table_is_refused_before_it_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnstudio.data.reading.budget.budget", lambda: 1000)
    with pytest.raises(DataError, match="declares"):
        _read(path, _table(_rows(400)))


def _frame() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "length": generator.normal(size=40),
            "large": 2**53 + 1 + 2 * generator.permutation(40),
            "code": [f"{k % 4:02}" for k in range(40)],
            "sure": [True, False, True, True] * 10,
            "when": pd.date_range("2024-01-01", periods=40),
            "kind": ["cat", "dog"] * 20,
        }
    )


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_typed_tables_come_back_equal(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{ending}"
    frame = _frame()
    if ending == ".xlsx":
        frame["large"] = frame["large"].astype(str)  # a cell of a workbook is a float
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    samples = _read(path)
    kinds = {field.name: field.kind for field in samples.spec.fields}
    assert kinds == {
        "length": "number",
        "large": "number",
        "code": "category",
        "sure": "category",
        "when": "date",
        "kind": "category",
    }
    assert np.allclose(samples.fields["length"], frame["length"], rtol=1e-15, atol=0)
    assert samples.fields["large"].tolist() == [int(v) for v in frame["large"]]
    assert samples.spec.by_name["code"].classes == ("00", "01", "02", "03")
    assert samples.fields["when"][1] == "2024-01-02"
    assert samples.spec.targets[0].classes == ("cat", "dog")
    assert _again(path, samples.spec).spec.fields == samples.spec.fields
    glance = TableReader().glance(path, None)
    assert glance.samples == 40
    assert len(glance.preview) == 40


def test_a_sheet_with_a_title_and_a_choice_of_sheets(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="Notes", index=False)
        _frame().drop(columns="large").to_excel(writer, sheet_name="Data", index=False, startrow=3)
        _frame().head(5).to_excel(writer, sheet_name="Other", index=False)
        writer.book["Data"]["A1"] = "Measured in May"
    samples = _read(path)
    source = samples.spec.source
    assert isinstance(source, Table)
    assert (source.sheet, source.skipped, samples.count) == ("Data", 3, 40)
    assert samples.origins[0] == "row 5"
    assert _read(path, sheet="Other").count == 5
    with pytest.raises(DataError, match="has no sheet 'None such'; it has Notes, Data, Other"):
        _read(path, sheet="None such")


@pytest.mark.parametrize(
    ("ending", "module", "extra"),
    [(".parquet", "pyarrow", "parquet"), (".xlsx", "openpyxl", "excel")],
)
def test_a_missing_extra_is_named(
    ending: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"table{ending}"
    _frame().to_excel(path) if ending == ".xlsx" else _frame().to_parquet(path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DataError, match=rf'pip install "nnstudio\[{extra}\]"'):
        _read(path)


def test_which_files_are_tables(tmp_path: Path) -> None:
    reader = TableReader()
    for name, text in {"a.csv": "x", "b.dat": "1 2 3\n4 5 6\n", "c.tsv": "x\ty\n"}.items():
        (tmp_path / name).write_text(text)
        assert reader.claims(tmp_path / name)
    prose = "It was the best of times, it was the worst of times.\nIt was the age of wisdom.\n"
    (tmp_path / "d.txt").write_text(prose * 20)
    assert not reader.claims(tmp_path / "d.txt")
    assert not reader.claims(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ('"a","b"', b"a,b"),
        ('"a, c","b"', None),
        ('"a,","b"', None),
        ('"a,"",b","c"', None),
        ('"",""', b","),
        ('a "b",c', None),
        (' "a",b', None),
        ('"a\nb",c', None),
    ],
)
def test_quotes_are_left_out_only_where_nothing_needs_them(
    cells: str, wanted: bytes | None
) -> None:
    found = without_quotes(f"{cells}\n".encode(), ",")
    if wanted is None:
        assert b'"' in found
    else:
        assert found == wanted + b"\n"
