"""`TableReader`: text with delimiters, Parquet and workbooks as samples."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.reading.table.assemble import samples_of, understand
from nnstudio.data.reading.table.beside import as_names, with_files, with_some_files
from nnstudio.data.reading.table.content import Opened
from nnstudio.data.reading.table.delimited import open_text
from nnstudio.data.reading.table.delimiter import PROBE, separation
from nnstudio.data.reading.table.encoding import BEGINNING, look
from nnstudio.data.reading.table.excel import open_workbook
from nnstudio.data.reading.table.findings import findings_of
from nnstudio.data.reading.table.parquet import open_parquet
from nnstudio.data.samples import Glance, Progress, Samples, nobody_watches
from nnstudio.project.data.source import Source, Table
from nnstudio.project.data.spec import DataSpec

_SURELY_TEXT = frozenset({".csv", ".tsv", ".tab"})
_PERHAPS_TEXT = frozenset({".txt", ".data", ".dat"})
_PARQUET = frozenset({".parquet", ".pq"})
_EXCEL = frozenset({".xlsx", ".xlsm"})
PREVIEW = 100


class TableReader:
    """Reads tables. See the contract in `nnstudio.data.reading.reader`.

    The options of a `Table` that were set when it was made are obeyed, the others are guessed;
    a spec with fields was understood before, and all options of its source are obeyed.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    def claims(self, path: Path) -> bool:
        """True for the endings of tables; .txt, .data and .dat only if they have columns."""
        suffix = path.suffix.lower()
        if not path.is_file():
            return False
        if suffix in _PERHAPS_TEXT:
            return _has_columns(path)
        return suffix in _SURELY_TEXT | _PARQUET | _EXCEL

    def glance(self, path: Path, source: Source | None) -> Glance:
        """The first 1 MB: at most 200 records are looked at, 100 shown.

        Unless these are all, the classes of the spec are left open: others may follow.
        """
        spec = DataSpec(source=_table(path, source))
        opened = _open(path, spec, None)
        understood = understand(path, opened, spec)
        whole = opened.samples == opened.content.count
        if not whole:
            understood = replace(understood, spec=_with_open_classes(understood.spec))
        samples = samples_of(understood, opened.findings)
        if len(samples) > PREVIEW:
            samples = samples.take(np.arange(PREVIEW))
        samples = with_some_files(path, samples)
        return Glance(samples.spec, samples, understood.content.count if whole else opened.samples)

    def read(self, path: Path, spec: DataSpec, progress: Progress = nobody_watches) -> Samples:
        """All records. Fields that `spec` holds are obeyed, and only they are read.

        Pictures and recordings that a column names are decoded into the cache.
        """
        if not isinstance(spec.source, Table):
            spec = spec.with_values(source=_table(path, None))
        names = as_names(spec)
        opened = _open(path, names, progress)
        progress(0.9, "looking for what is odd")
        understood = understand(path, opened, names)
        found = findings_of(understood, progress)
        samples = samples_of(understood, [*opened.findings, *found])
        samples = with_files(path, samples, spec, progress, self._cache)
        progress(1.0, "done")
        return samples


def _table(path: Path, source: Source | None) -> Table:
    return source if isinstance(source, Table) else Table.model_validate({"path": path.as_posix()})


def _open(path: Path, spec: DataSpec, progress: Progress | None) -> Opened:
    table = spec.source
    assert isinstance(table, Table)
    try:
        if not path.is_file():
            raise DataError(f"There is no file {path}.")
        match _format(path, table):
            case "parquet":
                return open_parquet(path, table, spec, progress)
            case "excel":
                return open_workbook(path, table, spec, progress)
            case _:
                return open_text(path, table, spec, progress)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _format(path: Path, table: Table) -> str:
    if "format" in table.model_fields_set:
        return table.format
    suffix = path.suffix.lower()
    return "parquet" if suffix in _PARQUET else "excel" if suffix in _EXCEL else "text"


_A_NUMBER = re.compile(r"(?<![^\s,])[+-]?\d+(\.\d*)?([eE][+-]?\d+)?(?![^\s,])")


def _has_columns(path: Path) -> bool:
    """True if most lines of the beginning have the same number of cells, more than one.

    Verses have as many blanks or commas in each line, too: those separate cells only where at
    least half of the lines have a number among them.
    """
    try:
        encoding = look(path, whole=False)
        with path.open("rb") as stream:
            stream.seek(encoding.mark)
            text = stream.read(BEGINNING // 10).decode(encoding.name, errors="ignore")
        found = separation(path.name, text)
        lines = [line for line in text.splitlines()[:PROBE] if line.strip()]
        numeric = sum(bool(_A_NUMBER.search(line)) for line in lines)
        clear = found.told or found.delimiter in ";\t|"
        return found.sure and (clear or 2 * numeric >= len(lines))
    except (OSError, DataError):
        return False


def _with_open_classes(spec: DataSpec) -> DataSpec:
    fields = tuple(
        field.with_values(classes=()) if field.classes else field for field in spec.fields
    )
    targets = tuple(target.with_values(classes=()) for target in spec.targets)
    return spec.with_values(fields=fields, targets=targets)
