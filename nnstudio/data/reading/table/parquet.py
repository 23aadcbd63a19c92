"""Parquet files, by pyarrow, which the extra `parquet` brings. Their columns have types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.data.reading.table.accumulate import Column, Numbers, Words
from nnstudio.data.reading.table.content import Content, Heading, Opened, wanted_columns
from nnstudio.data.reading.table.delimiter import PROBE
from nnstudio.data.reading.table.header import unique_names
from nnstudio.data.samples import Finding, Progress
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec

_ROWS = 32_768


def open_parquet(path: Path, table: Table, spec: DataSpec, progress: Progress | None) -> Opened:
    """Read the columns of numbers, words, truths and dates; without `progress` the first rows.

    Columns of other types are left out, which a finding says. Raises `DataError`.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise DataError(
            f'{path.name} is a Parquet file: to read it, run pip install "nnstudio[parquet]".'
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            return _opened(path, file, table, spec, progress)
    except (pa.ArrowException, ValueError, OSError, KeyError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        said = (str(error).splitlines() or [""])[0].rstrip(".")[:120]
        raise DataError(f"{path.name} is no readable Parquet file: {said}.") from error


def _opened(
    path: Path, file: Any, table: Table, spec: DataSpec, progress: Progress | None
) -> Opened:
    meta = file.metadata
    schema = file.schema_arrow
    fit = {k: kind for k, field in enumerate(schema) if (kind := _kind(field.type))}
    cells = tuple(field.name for field in schema)
    heading = Heading(unique_names([name.strip() for name in cells]), cells)
    if progress is not None:
        packed = sum(meta.row_group(k).total_byte_size for k in range(meta.num_row_groups))
        afford(path.name, max(packed, meta.num_rows * len(fit) * 4))
    wanted = [k for k in wanted_columns(spec, heading, path.name) if k in fit]
    if not wanted:
        raise DataError(f"{path.name} has no column of numbers, words, truths or dates.")
    most = meta.num_rows if progress is not None else PROBE
    columns: dict[int, Column] = {
        k: Numbers(most) if fit[k] == "number" else Words(most) for k in wanted
    }
    done = 0
    for batch in file.iter_batches(_ROWS if progress is not None else PROBE):
        for k in wanted:
            _add(columns[k], batch.column(k), fit[k])
        done += len(batch)
        if progress is None:
            break
        progress(0.8 * done / max(1, meta.num_rows), "reading the table")
    content = Content(
        columns,
        np.arange(1, done + 1, dtype=np.int64),
        unit="record",
        dates=frozenset(k for k in wanted if fit[k] == "date"),
        words=frozenset(k for k in wanted if fit[k] in ("words", "truth")),
    )
    left_out = [field for k, field in enumerate(schema) if k not in fit]
    findings = tuple(
        Finding(
            "warning",
            "left_out",
            f"The column '{field.name}' holds {field.type}, which is not read: it is left out.",
            field.name,
        )
        for field in left_out
    )
    return Opened(
        table.with_values(format="parquet"),
        heading,
        content,
        findings=findings,
        missing=frozenset(table.missing),
        samples=meta.num_rows,
    )


def _kind(kind: Any) -> str:
    """number, words, truth or date; "" for what is not read."""
    import pyarrow.types as types

    if types.is_dictionary(kind):
        return "words" if _kind(kind.value_type) == "words" else ""
    if types.is_boolean(kind):
        return "truth"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind) or str(kind) == "string_view":
        return "words"
    if types.is_null(kind):
        return "words"
    return "date" if types.is_date(kind) or types.is_timestamp(kind) else ""


def _add(column: Column, array: Any, kind: str) -> None:
    import pyarrow as pa
    import pyarrow.types as types

    if isinstance(column, Numbers):
        whole = types.is_integer(array.type) and not array.null_count
        if whole:
            column.add(array.cast(pa.int64()).to_numpy(zero_copy_only=False))
            return
        values = array.cast(pa.float64(), safe=False)
        column.add(values.to_numpy(zero_copy_only=False).astype(np.float64))
        return
    listed = array.to_pylist()
    if kind == "truth":
        words = ["" if value is None else "true" if value else "false" for value in listed]
    elif kind == "date":
        words = ["" if value is None else _date(value) for value in listed]
    else:
        words = ["" if value is None else str(value) for value in listed]
    column.add(words)


def _date(value: Any) -> str:
    timed = hasattr(value, "hour")
    if timed and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return str(value.date().isoformat())
    return str(value.isoformat(sep=" ") if timed else value.isoformat())
