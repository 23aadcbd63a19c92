"""The units that the cells of a table's columns bear, which a project does not keep."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.columns import as_numbers
from nnstudio.data.reading.table.content import place_of
from nnstudio.data.reading.table.delimited import open_text
from nnstudio.data.reading.table.numerals import Numerals
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec


def units_of(spec: DataSpec, names: Iterable[str]) -> dict[str, str]:
    """The units of the fields that have one, by the table's first records.

    Nothing is known where the table is no longer there.
    """
    table = spec.source
    if not isinstance(table, Table) or table.format != "text":
        return {}
    path = Path(table.path)
    numbers = [field for field in map(spec.by_name.__getitem__, names) if field.kind == "number"]
    try:
        opened = open_text(path, table, spec, None)
        places = {field.name: place_of(field, opened.heading, path.name) for field in numbers}
    except (DataError, OSError):
        return {}
    numerals = Numerals(table.decimal, table.thousands, frozenset(table.missing))
    columns = opened.content.columns
    found = {name: as_numbers(columns[place], numerals)[1] for name, place in places.items()}
    return {name: unit for name, unit in found.items() if unit}
