"""A few samples of a run as files of the kind that its exported program reads."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.text.tokens import Numbering, cut
from nnstudio.data.samples import Samples
from nnstudio.errors import UserError
from nnstudio.export.recipe import Recipe
from nnstudio.project.data.source import Folder, Table, Text


class NotWritableError(UserError):
    """These samples cannot be had as files; the message is one sentence."""


def write_samples(
    recipe: Recipe, samples: Samples, numbers: NDArray[np.intp], into: Path
) -> list[Path]:
    """Files with the samples of those numbers, one after the other, in their order.

    Raises `NotWritableError` with the reason why there are none.
    """
    try:
        match recipe.spec.source:
            case Folder() as folder:
                return _files(Path(folder.path), [samples.origins[k] for k in numbers])
            case Table() as table:
                kinds = {field["kind"] for field in recipe.values["fields"].values()}
                origins = [samples.origins[k] for k in numbers]
                return [_records(table, origins, into, bool(kinds & {"image", "audio"}))]
            case Text() as text if recipe.reads == "text":
                return _texts(recipe, text, samples, numbers, into)
            case _:
                return [_arrays(recipe, samples, numbers, into)]
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise NotWritableError(f"its samples cannot be had as files ({error}).") from error


def _files(root: Path, origins: Sequence[str]) -> list[Path]:
    found = [root / name for name in origins]
    gone = [path for path in found if not path.is_file()]
    if gone:
        raise NotWritableError(f"the file {gone[0]} is not there.")
    return found


# -- tables --------------------------------------------------------------------------------------


def _records(table: Table, origins: Sequence[str], into: Path, with_files: bool) -> Path:
    """A table with those records alone, and the files beside it where it names some."""
    source = Path(table.path)
    places = [int(origin.rpartition(" ")[2].replace(",", "")) for origin in origins]
    beside = Path(table.files) if table.files else source.parent
    if with_files:
        (into / beside.name).symlink_to(beside, target_is_directory=True)
    target = into / source.name
    match table.format:
        case "parquet":
            import pyarrow.parquet as pq

            pq.write_table(pq.read_table(source).take([k - 1 for k in places]), target)
        case "excel":
            _rows(table, source, places, target)
        case _:
            _lines(table, source, places, target)
    return target


def _lines(table: Table, source: Path, places: Sequence[int], target: Path) -> None:
    """What stands before the first record, and the records at those lines."""
    head, needs_header = "", table.header
    found = dict.fromkeys(places, "")
    with source.open(encoding=table.encoding) as stream:
        for number, text in _with_quotations(stream, table.skipped):
            is_comment = bool(table.comment) and text.startswith(table.comment)
            if number <= table.skipped:
                head += text
            elif needs_header and text.strip() and not is_comment:
                head, needs_header = head + text, False
            elif number in found:
                found[number] = text.rstrip("\n") + "\n"
    said = head.removeprefix("\ufeff") + "".join(found[place] for place in places)
    target.write_text(said, table.encoding)


def _with_quotations(lines: Iterable[str], alone: int) -> Iterator[tuple[int, str]]:
    """Lines by their numbers from 1; one with an open quotation goes on to where it is closed.

    alone: so many of the first lines are as they are.
    """
    begun, text = 0, ""
    for number, line in enumerate(lines, 1):
        begun, text = begun or number, text + line
        if number <= alone or text.count('"') % 2 == 0:
            yield begun, text
            begun, text = 0, ""
    if text:
        yield begun, text


def _rows(table: Table, source: Path, places: Sequence[int], target: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    sheet = book[table.sheet]
    rows = [[*row] for row in sheet.iter_rows(values_only=True)]
    book.close()
    made = openpyxl.Workbook()
    made.active.title = table.sheet
    for row in [*rows[: table.skipped + table.header], *(rows[place - 1] for place in places)]:
        made.active.append(row)
    made.save(target)


# -- arrays and texts ----------------------------------------------------------------------------


def _arrays(recipe: Recipe, samples: Samples, numbers: NDArray[np.intp], into: Path) -> Path:
    found: dict[str, Any] = {}
    for name, field in recipe.values["fields"].items():
        values = samples.fields[name][numbers]
        if field["kind"] == "category":
            words = np.array([*field["classes"], ""])
            values = words[values]
        found[field["array"]] = _as_stored(values, field["order"])
    if len(found) == 1:
        target = into / "samples.npy"
        np.save(target, next(iter(found.values())))
    else:
        target = into / "samples.npz"
        with zipfile.ZipFile(target, "w") as archive:  # `savez` does not take any name
            for name, values in found.items():
                with archive.open(f"{name}.npy", "w") as file:
                    np.lib.format.write_array(file, values)
    return target


def _as_stored(values: NDArray[Any], order: list[int] | None) -> NDArray[Any]:
    """Samples with their axes as they lie in the source."""
    if not order:
        return values
    if values.ndim == len(order) + 1 and values.shape[1] == 1:
        values = values[:, 0]  # pictures without an axis of channels
    return values.transpose(np.argsort(order)) if values.ndim == len(order) else values


def _texts(
    recipe: Recipe, text: Text, samples: Samples, numbers: NDArray[np.intp], into: Path
) -> list[Path]:
    vocabulary = tuple(recipe.values["text"]["vocabulary"])
    numbering = Numbering(vocabulary, text.unit)
    (name,) = recipe.inputs[0].fields
    between = "" if text.unit == "characters" else " "
    found = []
    for k in numbers.tolist():
        row = samples.fields[name][k]
        said = between.join(vocabulary[token] for token in row)
        again = np.concatenate([numbering.numbers(tokens) for tokens in cut([said], text.unit)])
        path = into / f"sample-{k}.txt"
        if np.array_equal(again, row):
            path.write_text(said, text.encoding, newline="\n")
            found.append(path)
    if len(found) < len(numbers):
        raise NotWritableError("its pieces of text hold tokens that are not in the vocabulary.")
    return found
