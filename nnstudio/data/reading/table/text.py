"""The whole of a text with delimiters: pandas' C engine block by block, the csv module where exact.

pandas is silent about short records and loses leading zeros and large whole numbers. So a block
goes to it only if it has no quotes, every column's type is given, and its delimiters are counted
afterwards; any other block, and any that it refuses, is read exactly, record by record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.data.reading.table.accumulate import Column, Numbers, Words
from nnstudio.data.reading.table.content import Content, Wanted, no_number
from nnstudio.data.reading.table.encoding import Encoding, blocks
from nnstudio.data.reading.table.layout import Layout, ragged
from nnstudio.data.reading.table.numerals import EXACT, Numerals
from nnstudio.data.reading.table.records import (
    BLANKS,
    LONGEST_CELL,
    Record,
    Records,
    Unfinished,
    unclosed,
)
from nnstudio.data.reading.table.units import common_unit
from nnstudio.data.samples import Progress

_BLOCK = 8_000_000
_LINE_END = re.compile(rb"\r\n|\n|\r")


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
        self._fast = not layout.source.comment and not layout.source.thousands

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
                block, cut = _cut(block, left)
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
                line += _line_ends(block)
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
            words = Words(len(column._values))
            words.add(cells)
            self.columns[k] = words
        else:
            self.demoted.add(k)

    def _no_number(self, k: int, cells: Sequence[str], lines: NDArray[np.int64]) -> DataError:
        at = next(i for i, cell in enumerate(cells) if self._numerals.cells([cell], True) is None)
        name = self._layout.names[k]
        return no_number(self._name, f"line {lines[at]:,}", name, cells[at].strip())

    # by pandas

    def _try_fast(self, block: bytes, line: int) -> bool:
        """True if pandas has read the block, and nothing was lost."""
        import pandas as pd

        if not self._fast or b'"' in block or not block.strip():
            return False
        width = self._layout.width
        if self._counted and _cells(block[: _first_end(block)], self._delimiter) != width:
            return False
        frame = self._frame(block)
        if frame is None:
            return False
        rows = len(frame)
        if self._counted and _cells(block, self._delimiter) != rows * width:
            return False
        if self._layout.ends and self._counted and not (frame[width - 1] == "").all():
            return False
        numeric = [k for k in self._alive() if isinstance(self.columns[k], Numbers)]
        arrays = {k: frame[k].to_numpy() for k in numeric}
        if any(_too_large(values) for values in arrays.values()):
            return False
        free = set(numeric) - self._forced
        if free and self._has_codes(block, free):
            return False
        for k, values in arrays.items():
            self._add_array(k, values)
        for k in self._alive():
            column = self.columns[k]
            if isinstance(column, Words):
                codes, words = pd.factorize(frame[k].to_numpy(), use_na_sentinel=False)
                column.add_coded(codes, words.tolist())
        self._lines.append(_record_lines(block, self._delimiter, line, rows))
        return True

    def _alive(self) -> list[int]:
        return [k for k in self.columns if k not in self.demoted]

    def _add_array(self, k: int, values: NDArray[Any]) -> None:
        column = self.columns[k]
        assert isinstance(column, Numbers)
        if k in self._whole and values.dtype.kind == "f":
            if np.isnan(values).any() or (values != np.floor(values)).any():
                self._whole.discard(k)
            else:
                values = values.astype(np.int64)
        column.add(values)

    def _frame(self, block: bytes) -> Any:
        """The block by pandas, None if it refuses; whole columns as floats at the second try."""
        import pandas as pd

        width = self._layout.width
        used = list(range(width)) if self._counted else self._alive()
        kinds: dict[int, str] = {}
        for k in range(width):
            column = self.columns.get(k)
            numbers = isinstance(column, Numbers) and k not in self.demoted
            kinds[k] = "object" if not numbers else "int64" if k in self._whole else "float64"
        missing = sorted(self.missing)
        whole = [k for k in self._whole if kinds[k] == "int64"]
        for attempt in range(2):
            if attempt:
                kinds |= dict.fromkeys(whole, "float64")
            try:
                return pd.read_csv(
                    io.BytesIO(block),
                    sep=r"\s+" if self._delimiter == BLANKS else self._delimiter,
                    header=None,
                    names=list(range(width)),
                    usecols=None if self._counted else used,
                    index_col=False,
                    dtype={k: kinds[k] for k in used},
                    na_values={k: missing for k in used if kinds[k] != "object"},
                    keep_default_na=False,
                    quoting=csv.QUOTE_NONE,
                    decimal=self._layout.source.decimal,
                    **_exactly_rounded(),
                    low_memory=False,
                    engine="c",
                )
            except (ValueError, OverflowError):
                if not whole:
                    return None
        return None

    def _has_codes(self, block: bytes, columns: set[int]) -> bool:
        """True if one of the columns has a cell with a leading zero, such as 007."""
        letters = np.frombuffer(block, np.uint8)
        digit = (letters - np.uint8(48)) < 10
        starts = np.empty(len(letters), bool)
        starts[0] = True
        before = letters[:-1]
        delimiter = ord(self._delimiter)
        starts[1:] = (before == delimiter) | (before < 33) | (before == 43) | (before == 45)
        hits = np.flatnonzero(starts[:-1] & (letters[:-1] == 48) & digit[1:])
        if not len(hits):
            return False
        if self._delimiter == BLANKS:
            return True
        delimiters = np.flatnonzero(letters == delimiter)
        ends = np.flatnonzero((letters == 10) | (letters == 13))
        begins = np.concatenate([[0], ends + 1])[np.searchsorted(ends, hits)]
        places = np.searchsorted(delimiters, hits) - np.searchsorted(delimiters, begins)
        return not columns.isdisjoint(np.unique(places).tolist())


def _exactly_rounded() -> dict[str, Any]:
    """What pandas needs to be told to read floats exactly; from 3.1 on it does so untold."""
    import pandas as pd

    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def _too_large(values: NDArray[Any]) -> bool:
    """True for floats so large that whole numbers among them may have lost digits."""
    if values.dtype.kind == "i":
        return False
    with np.errstate(invalid="ignore"):
        return bool((np.abs(values[np.isfinite(values)]) >= EXACT).any())


def _cells(block: bytes, delimiter: str) -> int:
    """Cells of a block, if no line has quotes: tokens, or delimiters plus lines with something."""
    letters = np.frombuffer(block, np.uint8)
    if delimiter == BLANKS:
        solid = letters > 32
        return int(np.count_nonzero(solid[1:] & ~solid[:-1])) + bool(solid[0])
    lines = _line_ends(block) + (block[-1:] not in (b"\n", b"\r"))
    if _has_blank_line(block):
        lines = len(_solid_lines(block, delimiter))
    return block.count(delimiter.encode()) + lines


def _solid_lines(block: bytes, delimiter: str) -> list[int]:
    """The lines, from 0, that hold more than blanks."""
    blanks = b" " if delimiter == "\t" else b" \t"
    return [k for k, line in enumerate(_LINE_END.split(block)) if line.strip(blanks)]


def _has_blank_line(block: bytes) -> bool:
    if block[:1] in (b"\n", b"\r", b" ", b"\t"):
        return True
    if b"\r" in block and (b"\n" not in block or block.count(b"\r") != block.count(b"\r\n")):
        return True
    return any(pair in block for pair in (b"\n\n", b"\n\r\n", b"\n ", b"\n\t"))


def _record_lines(block: bytes, delimiter: str, line: int, rows: int) -> NDArray[np.int64]:
    """The physical lines that hold something."""
    count = _line_ends(block) + (block[-1:] not in (b"\n", b"\r"))
    if count == rows:
        return np.arange(line, line + rows, dtype=np.int64)
    return np.asarray(_solid_lines(block, delimiter), np.int64) + line


def _line_ends(block: bytes) -> int:
    returns = block.count(b"\r")
    return block.count(b"\n") + (returns - block.count(b"\r\n") if returns else 0)


def _first_end(block: bytes) -> int:
    """Where the first line with something in it ends."""
    for found in _LINE_END.finditer(block):
        if block[: found.start()].strip():
            return found.start()
    return len(block)


def _cut(block: bytes, lines: int) -> tuple[bytes, int]:
    """Without the first lines; and how many these were."""
    end = count = 0
    for found in _LINE_END.finditer(block):
        end, count = found.end(), count + 1
        if count == lines:
            break
    return block[end:], count
