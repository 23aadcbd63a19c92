"""Sheets of workbooks (.xlsx), by openpyxl, which the extra `excel` brings."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.data.reading.table.accumulate import Column, Words
from nnstudio.data.reading.table.content import Content, Heading, Opened, wanted_columns
from nnstudio.data.reading.table.delimiter import PROBE
from nnstudio.data.reading.table.layout import lay_out_records, ragged
from nnstudio.data.reading.table.records import Record
from nnstudio.data.samples import Progress, nobody_watches
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec, Guess

_MOST_ROWS = 1_048_576
_MOST_CELLS = 100_000_000
_CHUNK = 2_000


def open_workbook(path: Path, table: Table, spec: DataSpec, progress: Progress | None) -> Opened:
    """Read a sheet; without `progress` its first rows only. Raises `DataError`.

    Values, not formulas, are read; a row with fewer cells has empty ones at its end.
    """
    given = set(Table.model_fields if spec.fields else table.model_fields_set)
    _check_size(path)
    book = _load(path)
    try:
        sheet, guess = _choose(path, book, table.sheet if "sheet" in given else "")
        rows = _rows(path, sheet, nobody_watches if progress is None else progress)
        records = []
        for record in rows:
            records.append(record)
            if progress is None and len(records) >= PROBE:
                break
    finally:
        book.close()
    if not any(record.cells for record in records):
        raise DataError(f"{path.name} has no cells in the sheet '{sheet.title}'.")
    first, rest = _squared(records[:PROBE]), records[PROBE:]
    plain = table.with_values(decimal=".", thousands="", comment="")
    layout = lay_out_records(path.name, first, plain, {*given, "decimal", "thousands", "comment"})
    heading = Heading(layout.names, layout.header)
    content = _content(path, spec, heading, [*layout.records, *rest], layout.width)
    guesses = (*([guess] if "sheet" not in given else []), *layout.guesses)
    return Opened(
        layout.source.with_values(format="excel", sheet=sheet.title),
        heading,
        content,
        guesses,
        missing=frozenset(table.missing) if "missing" in given else None,
        samples=content.count if progress is not None or len(records) < PROBE else None,
    )


def _check_size(path: Path) -> None:
    """Hold what the archive declares against the budget before it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise DataError(f"{path.name} is no readable workbook (.xlsx).") from error
    afford(path.name, size * 4, "its sheets")


def _load(path: Path) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise DataError(
            f'{path.name} is a workbook: to read it, run pip install "nnstudio[excel]".'
        ) from None
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl passes on whatever a damaged file makes of it
        raise DataError(f"{path.name} is a damaged workbook: {_said(error)}.") from error


def _said(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0].rstrip(".")[:100] or type(error).__name__


def _choose(path: Path, book: Any, wanted: str) -> tuple[Any, Guess]:
    """The sheet that is wanted, or the first visible one with cells."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    names = ", ".join(sheet.title for sheet in sheets)
    if wanted:
        for sheet in sheets:
            if sheet.title == wanted:
                return sheet, Guess(about="source.sheet", why="chosen.")
        raise DataError(f"{path.name} has no sheet '{wanted}'; it has {names}.")
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    for sheet in visible:
        if any(record.cells for record in _rows(path, sheet, nobody_watches, 20)):
            why = "it is the only sheet." if len(sheets) == 1 else f"the first of {names}."
            return sheet, Guess(about="source.sheet", why=why)
    raise DataError(f"{path.name} has no sheet with cells.")


def _rows(path: Path, sheet: Any, progress: Progress, most: int = _MOST_ROWS) -> Iterator[Record]:
    """Rows that have cells, as text, without the empty cells at their ends."""
    cells = 0
    try:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > most:
                return
            cells += len(row)
            if cells > _MOST_CELLS:
                raise DataError(f"{path.name} has over {_MOST_CELLS:,} cells in one sheet.")
            if number % _CHUNK == 0:
                progress(min(0.8, number / 100_000), "reading the sheet")
            texts = [_text(value) for value in row]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield Record(number, texts)
    except (DataError, MemoryError, GeneratorExit):
        raise
    except Exception as error:
        if type(error).__module__.startswith("nnstudio"):
            raise
        raise DataError(
            f"{path.name} is damaged in the sheet '{sheet.title}': {_said(error)}."
        ) from error


def _text(value: Any) -> str:
    """A cell as it would stand in a text: whole numbers without a point, dates as in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole_day else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _squared(records: Sequence[Record]) -> list[Record]:
    """With empty cells up to the width of the widest record of the table."""
    width = max(len(record.cells) for record in records)
    return [_widened(record, width) for record in records]


def _widened(record: Record, width: int) -> Record:
    return Record(record.line, record.cells + [""] * (width - len(record.cells)))


def _content(
    path: Path, spec: DataSpec, heading: Heading, records: Sequence[Record], width: int
) -> Content:
    columns: dict[int, Column] = {}
    for record in records:
        if len(record.cells) > width:
            raise ragged(path.name, record.line, width, len(record.cells))
    squared = [_widened(record, width).cells for record in records]
    for place in wanted_columns(spec, heading, path.name):
        columns[place] = words = Words(len(squared))
        words.add([cells[place] for cells in squared])
    lines = np.array([record.line for record in records], np.int64)
    return Content(columns, lines, unit="row")
