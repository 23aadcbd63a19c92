"""The whole of a text with delimiters: pandas' C engine block by block, the csv module where exact.

pandas is silent about short records and loses leading zeros and large whole numbers. So a block
goes to it only if it needs no quotes, every column's type is given, and its delimiters are counted
afterwards; any other block, and any that it refuses, is read exactly, record by record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.data.reading.table.accumulate import Column, Numbers, Words
from nnstudio.data.reading.table.block import (
    OBJECT,
    REAL,
    WHOLE,
    Block,
    cut_lines,
    line_ends,
    without_quotes,
)
from nnstudio.data.reading.table.content import Content, Wanted, no_number
from nnstudio.data.reading.table.encoding import Encoding, blocks
from nnstudio.data.reading.table.layout import Layout, ragged
from nnstudio.data.reading.table.numerals import EXACT, Numerals
from nnstudio.data.reading.table.records import (
    LONGEST_CELL,
    Record,
    Records,
    Unfinished,
    unclosed,
)
from nnstudio.data.reading.table.units import common_unit
from nnstudio.data.samples import Progress

_BLOCK = 3_000_000


def read_text(
    path: Path,
    layout: Layout,
    encoding: Encoding,
    numerals: Numerals,
    wanted: Mapping[int, Wanted],
    progress: Progress,
) -> Content:
    """The columns in `wanted`: as numbers, as words, or as numbers if all cells are.

    Raises `DataError` for a record with another number of cells, quotes that cannot be right and
    a word in a column that is wanted as numbers. Peak memory: the columns and about 60 MB.
    """
    most = min(encoding.lines, path.stat().st_size // max(1, layout.width) + 1)
    afford(path.name, most * len(wanted) * 4)
    reading = _Reading(path, layout, encoding, numerals, wanted, most, first=True)
    reading.run(progress, "reading the table")
    again = reading.demoted | {
        k
        for k, column in reading.columns.items()
        if isinstance(column, Numbers) and not column.exact
    }
    if again:
        words: dict[int, Wanted] = dict.fromkeys(sorted(again), "words")
        second = _Reading(path, layout, encoding, numerals, words, most, first=False)
        second.run(progress, "reading columns with words again")
        reading.columns.update(second.columns)
    columns = {k: reading.columns[k] for k in sorted(reading.columns)}
    for column in columns.values():
        if isinstance(column, Numbers) and column.gaps:
            column.words |= reading.missing
    return Content(columns, reading.lines())


class _Reading:
    """One way through the file; at the first one the cells of each record are counted."""

    def __init__(
        self,
        path: Path,
        layout: Layout,
        encoding: Encoding,
        numerals: Numerals,
        wanted: Mapping[int, Wanted],
        most: int,
        first: bool,
    ) -> None:
        self._path = path
        self._name = path.name
        self._layout = layout
        self._encoding = encoding
        self._numerals = numerals
        self._delimiter = layout.source.delimiter
        self._forced = {k for k, want in wanted.items() if want == "number"}
        self._whole: set[int] = set()
        self.demoted: set[int] = set()
        self.columns: dict[int, Column] = {}
        self._lines: list[NDArray[np.int64]] = []
        self.missing = {""} & numerals.missing
        for k, want in wanted.items():
            self.columns[k] = self._begin(k, want, most)
        self._counted = first
        plain = not layout.source.comment and not layout.source.thousands
        self._fast = plain and self._delimiter.isascii()

    def _begin(self, k: int, want: Wanted, most: int) -> Column:
        """Numbers if the first records have some there and nothing else."""
        if want == "words":
            return Words(most)
        cells = [record.cells[k] for record in self._layout.records]
        found = self._numerals.cells(cells, codes=want == "number")
        if found is not None:
            self.missing |= found.words
            if found.values.dtype.kind == "i":
                self._whole.add(k)
            if want == "number" or not np.isnan(found.values).all():
                return Numbers(most)
        with_unit = common_unit(cell for cell in map(str.strip, cells) if cell)
        return Numbers(most) if want == "number" and with_unit is None else Words(most)

    def lines(self) -> NDArray[np.int64]:
        """The physical line of each record."""
        return np.concatenate(self._lines) if self._lines else np.empty(0, np.int64)

    def run(self, progress: Progress, what: str) -> None:
        """Read the file into the columns."""
        line = 1
        left = self._layout.line - 1
        carried = ""
        opened = 0
        for block, share in blocks(self._path, self._encoding, _BLOCK):
            if left:
                block, cut = cut_lines(block, left)
                line, left = line + cut, left - cut
            if carried:
                block = carried.encode() + block
                carried = ""
            if not self._try_fast(block, line):
                try:
                    self._exactly(block.decode(), line)
                except Unfinished as unfinished:
                    carried, line, opened = unfinished.rest, unfinished.line, unfinished.opened
                    if len(carried) > LONGEST_CELL:
                        raise unclosed(self._name, opened) from None
            if not carried:
                line += line_ends(block)
            progress(share, what)
        if carried:
            raise unclosed(self._name, opened)

    # exactly

    def _exactly(self, text: str, line: int) -> None:
        batch: list[Record] = []
        comment = self._layout.source.comment
        width = self._layout.width
        try:
            for record in Records(self._name, text, self._delimiter, line, comment):
                if len(record.cells) != width:
                    if len(record.cells) == 1 and not record.cells[0].strip():
                        continue
                    raise ragged(self._name, record.line, width, len(record.cells))
                if self._layout.ends and record.cells[-1].strip():
                    raise ragged(self._name, record.line, width - 1, width)
                batch.append(record)
        finally:
            self._add(batch)

    def _add(self, batch: Sequence[Record]) -> None:
        if not batch:
            return
        lines = np.fromiter((record.line for record in batch), np.int64, len(batch))
        for k, cells in enumerate(zip(*(record.cells for record in batch), strict=True)):
            column = self.columns.get(k)
            if isinstance(column, Words):
                column.add(cells)
            elif column is not None and k not in self.demoted:
                self._add_numbers(k, column, cells, lines)
        self._lines.append(lines)

    def _add_numbers(
        self, k: int, column: Numbers, cells: Sequence[str], lines: NDArray[np.int64]
    ) -> None:
        found = self._numerals.cells(cells, codes=k in self._forced)
        if found is not None:
            column.add(found.values, found.words)
            self.missing |= found.words
            if found.values.dtype.kind != "i":
                self._whole.discard(k)
            return
        if k in self._forced:
            raise self._no_number(k, cells, lines)
        if column.count == 0:
            words = Words(column.most)
            words.add(cells)
            self.columns[k] = words
        else:
            self.demoted.add(k)

    def _no_number(self, k: int, cells: Sequence[str], lines: NDArray[np.int64]) -> DataError:
        at = next(i for i, cell in enumerate(cells) if self._numerals.cells([cell], True) is None)
        name = self._layout.names[k]
        return no_number(self._name, f"line {lines[at]:,}", name, cells[at].strip())

    # by pandas

    def _try_fast(self, text: bytes, line: int) -> bool:
        """True if pandas has read the block, and nothing was lost."""
        import pandas as pd

        width = self._layout.width
        if self._fast and width > 1 and b'"' in text:
            text = without_quotes(text, self._delimiter)
        if not self._fast or b'"' in text or not text.strip():
            return False
        block = Block(text, self._delimiter)
        if self._counted and not block.starts_with(width):
            return False
        alive = [k for k in self.columns if k not in self.demoted]
        kinds = {k: self._kind(k) for k in (range(width) if self._counted else alive)}
        decimal = self._layout.source.decimal
        frame = block.frame(kinds, width, sorted(self.missing), decimal)
        if frame is None:
            return False
        rows = len(frame)
        if self._counted and not block.has(rows, width):
            return False
        if self._layout.ends and self._counted and not (frame[width - 1] == "").all():
            return False
        numeric = [k for k in alive if isinstance(self.columns[k], Numbers)]
        if numeric and not self._add_by_type(block, frame, numeric):
            return False
        for k in alive:
            column = self.columns[k]
            if isinstance(column, Words):
                codes, words = pd.factorize(frame[k].to_numpy(), use_na_sentinel=False)
                column.add_coded(codes, words.tolist())
        self._lines.append(block.record_lines(line, rows))
        return True

    def _kind(self, k: int) -> np.dtype[Any]:
        if not isinstance(self.columns.get(k), Numbers) or k in self.demoted:
            return OBJECT
        return WHOLE if k in self._whole else REAL

    def _add_by_type(self, block: Block, frame: Any, numeric: list[int]) -> bool:
        """Add columns of numbers, those of one type together; False if digits would be lost."""
        types = dict(zip(frame.columns, frame.dtypes, strict=True))
        matrices = []
        for kind in (WHOLE, REAL):
            group = [k for k in numeric if types[k] == kind]
            if group:
                part = frame if len(group) == frame.shape[1] else frame[group]
                matrices.append((group, part.to_numpy()))
        for _, matrix in matrices:
            if matrix.dtype == REAL and _too_large(matrix):
                return False
        free = set(numeric) - self._forced
        if free and block.has_codes(free):
            return False
        for group, matrix in matrices:
            largest: list[int] | None = None
            if matrix.dtype == WHOLE:
                ends = zip(matrix.min(axis=0).tolist(), matrix.max(axis=0).tolist(), strict=True)
                largest = [max(-low, high) for low, high in ends]
            for j, k in enumerate(group):
                self._add_array(k, matrix[:, j], largest[j] if largest else None)
        return True

    def _add_array(self, k: int, values: NDArray[Any], largest: int | None) -> None:
        column = self.columns[k]
        assert isinstance(column, Numbers)
        if k in self._whole and values.dtype.kind == "f":
            if np.isnan(values).any() or (values != np.floor(values)).any():
                self._whole.discard(k)
            else:
                values = values.astype(np.int64)
        column.add(values, largest=largest)


def _too_large(values: NDArray[Any]) -> bool:
    """True for floats so large that whole numbers among them may have lost digits."""
    with np.errstate(invalid="ignore"):
        large = np.abs(values) >= EXACT
    return bool(large.any()) and bool(np.isfinite(values[large]).any())
