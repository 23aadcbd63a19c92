"""The columns of a table."""

from __future__ import annotations

import io
import math
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from common import FIELDS, PREPARATION, InputError
from glue import CELLS, NUMBER, written_number

TABLE: dict[str, Any] = PREPARATION["table"]


def cells_of_text(path: Path) -> pd.DataFrame:
    """The cells of a text with delimiters, as words."""
    try:
        text = path.read_text(TABLE["encoding"]).removeprefix("\ufeff")
    except UnicodeError:
        raise InputError(f"{path} is no text in {TABLE['encoding']}, as the training's.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    lines = text.split("\n")[TABLE["skipped"] :]
    if TABLE["comment"]:
        lines = [line for line in lines if not line.startswith(TABLE["comment"])]
    try:
        cells = pd.read_csv(
            io.StringIO("\n".join(lines)),
            sep=r"\s+" if TABLE["delimiter"] == " " else TABLE["delimiter"],
            header=0 if TABLE["header"] else None,
            index_col=None if TABLE["row_names"] else False,
            dtype=str,
            na_filter=False,
        )
    except pd.errors.EmptyDataError:
        raise InputError(f"{path} has no records.") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise InputError(f"{path} is no table as the training's was: {error}.") from None
    return cells.reset_index() if TABLE["row_names"] else cells


def cells_of_workbook(path: Path) -> pd.DataFrame:
    """The cells of a sheet, as words."""
    try:
        with pd.ExcelFile(path) as book:
            sheet = TABLE["sheet"] if TABLE["sheet"] in book.sheet_names else 0
            cells = book.parse(
                sheet,
                header=0 if TABLE["header"] else None,
                skiprows=TABLE["skipped"],
                dtype=object,
                na_filter=False,
            )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a workbook: {error}.") from None
    return cells.map(as_text)


def cells_of_parquet(path: Path) -> pd.DataFrame:
    """The cells of a Parquet file, as words."""
    try:
        return pd.read_parquet(path).astype(object).map(as_text)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a Parquet file: {error}.") from None


def as_text(cell: Any) -> str:
    """A cell as it would stand in a text: whole numbers without a point, dates as in ISO 8601."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(float(cell))
    if isinstance(cell, datetime):
        whole_day = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def records_of(path: Path, cells: pd.DataFrame) -> pd.DataFrame:
    """The records that are not empty, named by their order in the file."""
    cells = cells.fillna("").map(str.strip)
    cells.columns = [str(name).strip() for name in cells.columns]
    cells.index = pd.Index([f"record {k + 1}" for k in range(len(cells))])
    filled = cells[(cells != "").any(axis=1)]
    if filled.empty:
        raise InputError(f"{path} has no records.")
    return filled


def column_of(path: Path, cells: pd.DataFrame, name: str) -> pd.Series:
    """The column of a field: by its name, or by its place where the table gave it no name."""
    place = FIELDS[name]["column"]
    if isinstance(place, str):
        if place in cells.columns:
            return cells[place]
        raise InputError(f"{path} has no column '{place}'; it has {', '.join(cells.columns[:8])}.")
    if cells.shape[1] == len(FIELDS):  # the features alone, in their order
        return cells.iloc[:, list(FIELDS).index(name)]
    if place < cells.shape[1]:
        return cells.iloc[:, place]
    raise InputError(f"{path} has {cells.shape[1]} columns: expected {place + 1} at least.")


def values_of(path: Path, records: pd.DataFrame, name: str) -> np.ndarray:
    """The cells of a field as the numbers or classes that they are; NaN or -1 where empty."""
    field, column = FIELDS[name], column_of(path, records, name)
    known = {cell: CELLS[field["kind"]](cell, field) for cell in set(column)}
    for cell, value in known.items():
        if value is None:
            where = f"{path}, {column[column == cell].index[0]}, column '{name}'"
            if field["kind"] != "category":
                raise InputError(f"{where}: '{cell}' is no number.")
            some = ", ".join(field["classes"][:8]) + (", ..." if field["classes"][8:] else "")
            raise InputError(
                f"{where}: '{cell}' is none of the words that the model knows ({some})."
            )
    kind = np.int64 if field["kind"] == "category" else np.float64
    return np.array([known[cell] for cell in column], kind)


def class_in(cell: str, field: dict[str, Any]) -> int | None:
    """The number of the class that a cell names, -1 for an empty one, None for none of them."""
    classes = field["classes"]
    if cell in classes:
        return classes.index(cell)
    if not cell:
        return -1
    number = None if re.fullmatch(r"[+-]?0[0-9]+", cell) else plain_number(cell)
    if number is not None and class_word(number) in classes:  # 1.0 is the class 1
        return classes.index(class_word(number))
    numeric = all(plain_number(word) is not None for word in classes)
    return -1 if numeric and is_missing(cell) else None


def class_word(number: float) -> str:
    """A number as the name of a class."""
    whole = math.isfinite(number) and number == int(number)
    return str(int(number)) if whole else repr(float(number))


def number_in(cell: str, field: dict[str, Any]) -> float | None:
    """The number in a cell, NaN where there is none, None for a word."""
    return math.nan if is_missing(cell) else plain_number(cell)


def number_with_unit(cell: str, field: dict[str, Any]) -> float | None:
    """The number in a cell, with or without the unit of its column."""
    unit = field.get("unit", "")
    return number_in(cell.removeprefix(unit).removesuffix(unit).strip(), field)


def is_missing(cell: str) -> bool:
    """True for the words that stand for no value, and for numbers equal to one."""
    if not cell or cell in TABLE["missing"]:
        return True
    number = plain_number(cell)
    return number is not None and number in [plain_number(word) for word in TABLE["missing"]]


def plain_number(cell: str) -> float | None:
    """The number that is written in a cell, None if it is none."""
    if re.fullmatch(NUMBER, cell):
        return written_number(cell)
    return float(cell) if re.fullmatch(r"[+-]?inf(inity)?", cell, re.IGNORECASE) else None


def files_beside(path: Path, records: pd.DataFrame, name: str) -> list[Path]:
    """The files that a column names: beside the table, or in a folder there as in the training."""
    found = []
    for word in column_of(path, records, name):
        places = [path.parent / word, path.parent / TABLE["files"] / word]
        there = next((place for place in places if word and place.is_file()), None)
        if there is None:
            raise InputError(f"{path} names the file '{word}', which is not there.")
        found.append(there)
    return found
