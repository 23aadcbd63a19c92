"""What all kinds of tables are read into, before anything is said about the columns' meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.accumulate import Column
from nnstudio.data.samples import Finding
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec, Guess


@dataclass(frozen=True)
class Content:
    """Columns by their place in the file, all of one length, and where the records begin.

    lines: physical line (a workbook's row) of each record. unit: what `lines` count. dates and
    words: the columns that the file itself declares so; dates are written as in ISO 8601.
    """

    columns: Mapping[int, Column]
    lines: NDArray[np.int64]
    unit: str = "line"
    dates: frozenset[int] = field(default_factory=frozenset)
    words: frozenset[int] = field(default_factory=frozenset)

    @property
    def count(self) -> int:
        """The number of records."""
        return len(self.lines)


@dataclass(frozen=True)
class Heading:
    """Names of the columns by place, each once, and the cells that the file has for them."""

    names: tuple[str, ...]
    header: tuple[str, ...]

    def cell(self, place: int) -> str:
        """What stands above a column, "" if nothing or the same as above another."""
        text = self.header[place] if place < len(self.header) else ""
        return text if self.header.count(text) == 1 else ""


@dataclass(frozen=True)
class Opened:
    """A table that was read, before anything is said about the meaning of its columns.

    source: with every option. guesses: how these came about. missing: words that were given to
    stand for no value, None: the usual ones. samples: records of the whole file, None if only a
    part was read that does not tell.
    """

    source: Table
    heading: Heading
    content: Content
    guesses: tuple[Guess, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: frozenset[str] | None = None
    samples: int | None = None


class Places(Sequence[str]):
    """`line 12` for each sample, made when it is asked for."""

    def __init__(self, lines: NDArray[np.int64], unit: str) -> None:
        self._lines = lines
        self._unit = unit

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Places: ...
    def __getitem__(self, index: Any) -> str | Places:
        if isinstance(index, slice):
            return Places(self._lines[index], self._unit)
        return f"{self._unit} {int(self._lines[index])}"

    def __iter__(self) -> Iterator[str]:
        return (f"{self._unit} {line}" for line in self._lines.tolist())


Wanted = Literal["number", "words", "any"]
"""How a column is to be read: as numbers, as words, or as numbers if all its cells are."""


def no_number(file: str, line: str, column: str, cell: str) -> DataError:
    """The sentence for a word in a column that was chosen to hold numbers."""
    return DataError(
        f"{file}, {line}, column '{column}': '{cell[:60]}' is no number; mend the cell, let this "
        "word stand for a missing value, or take the column as words."
    )


def place_of(field: Field, heading: Heading, file: str) -> int:
    """The place of a given field's column. Raises `DataError` if the table has none."""
    if isinstance(field.origin, int):
        if 0 <= field.origin < len(heading.names):
            return field.origin
    else:
        wanted = field.origin or field.name
        for names in (heading.header, heading.names):
            if wanted in names:
                return names.index(wanted)
    found = ", ".join(heading.names[:8]) + (", ..." if len(heading.names) > 8 else "")
    raise DataError(f"{file} has no column '{field.name}'; it has {found}.")


def wanted_columns(spec: DataSpec, heading: Heading, file: str) -> dict[int, Wanted]:
    """Which columns a spec wants, and how: all where it holds no fields."""
    if not spec.fields:
        return dict.fromkeys(range(len(heading.names)), "any")
    predicted = [target for target in spec.targets if target.task == "number"]
    numbers = {name for target in predicted for name in target.fields}
    found: dict[int, Wanted] = {}
    for one in spec.fields:
        want: Wanted = "number" if one.kind == "number" or one.name in numbers else "words"
        found[place_of(one, heading, file)] = want
    return dict(sorted(found.items()))
