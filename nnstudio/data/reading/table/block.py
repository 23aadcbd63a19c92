"""A block of whole lines without quotes: read by pandas' C engine, and counted afterwards."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.table.records import BLANKS

LINE_END = re.compile(rb"\r\n|\n|\r")
WHOLE = np.dtype(np.int64)
REAL = np.dtype(np.float64)
OBJECT = np.dtype(object)


class Block:
    """Whole physical lines as UTF-8, and the delimiter between their cells."""

    def __init__(self, text: bytes, delimiter: str) -> None:
        self.text = text
        self._delimiter = delimiter

    @cached_property
    def _letters(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.text, np.uint8)

    @cached_property
    def line_ends(self) -> int:
        """LF, CRLF and CR that stands alone."""
        return line_ends(self.text)

    @cached_property
    def _solid(self) -> list[int]:
        """The lines, from 0, that hold more than blanks."""
        blanks = b" " if self._delimiter == "\t" else b" \t"
        lines = LINE_END.split(self.text)
        return [k for k, line in enumerate(lines) if line.strip(blanks)]

    def _lines(self) -> int:
        return self.line_ends + (self.text[-1:] not in (b"\n", b"\r"))

    def starts_with(self, width: int) -> bool:
        """True if the first line that holds something has that many cells."""
        for found in LINE_END.finditer(self.text):
            first = self.text[: found.start()]
            if first.strip():
                break
        else:
            first = self.text
        return (
            Block(first, self._delimiter)._cells(len(Block(first, self._delimiter)._solid)) == width
        )

    def has(self, rows: int, width: int) -> bool:
        """True if there are `rows` lines that hold something, with `rows * width` cells."""
        if rows != self._lines() and rows != len(self._solid):
            return False
        return self._cells(rows) == rows * width

    def _cells(self, rows: int) -> int:
        if self._delimiter == BLANKS:
            solid = self._letters > 32
            return int(np.count_nonzero(solid[1:] & ~solid[:-1])) + bool(solid[0])
        return int(np.count_nonzero(self._letters == ord(self._delimiter))) + rows

    def record_lines(self, line: int, rows: int) -> NDArray[np.int64]:
        """The physical lines of its records, if its first line is `line`."""
        if self._lines() == rows:
            return np.arange(line, line + rows, dtype=np.int64)
        return np.asarray(self._solid, np.int64) + line

    def has_codes(self, columns: set[int]) -> bool:
        """True if one of the columns has a cell with a leading zero, such as 007."""
        letters = self._letters
        before = np.concatenate([[np.uint8(10)], letters[:-1]])
        hits = letters == 48
        hits[:-1] &= (letters[1:] - np.uint8(48)) < 10
        hits[-1] = False
        delimiter = ord(self._delimiter)
        hits &= (before < 46) if delimiter < 46 else (before < 46) | (before == delimiter)
        places = np.flatnonzero(hits)
        if not len(places):
            return False
        if self._delimiter == BLANKS:
            return True
        delimiters = np.flatnonzero(letters == delimiter)
        ends = np.flatnonzero((letters == 10) | (letters == 13))
        begins = np.concatenate([[0], ends + 1])[np.searchsorted(ends, places)]
        found = np.searchsorted(delimiters, places) - np.searchsorted(delimiters, begins)
        return not columns.isdisjoint(np.unique(found).tolist())

    def frame(
        self,
        kinds: Mapping[int, np.dtype[Any]],
        width: int,
        missing: Sequence[str],
        decimal: str,
    ) -> Any:
        """The columns in `kinds`, of `width`, by pandas; None if it refuses a cell or a line.

        Whole numbers that are not all there or not whole are floats at a second try. One type
        for all columns is much faster than a type for each.
        """
        for attempt in range(2):
            if attempt:
                kinds = {k: REAL if kind == WHOLE else kind for k, kind in kinds.items()}
            alike = len(set(kinds.values())) == 1 and OBJECT not in kinds.values()
            numbers = [k for k, kind in kinds.items() if kind != OBJECT]
            options: dict[str, Any] = {
                "sep": r"\s+" if self._delimiter == BLANKS else self._delimiter,
                "usecols": None if len(kinds) == width else sorted(kinds),
                "dtype": next(iter(kinds.values())) if alike else dict(kinds),
                "na_values": list(missing) if alike else {k: list(missing) for k in numbers},
                "decimal": decimal,
                **_exactly_rounded(),
            }
            try:
                return _read_csv(self.text, width, options)
            except (ValueError, OverflowError):
                if WHOLE not in kinds.values():
                    return None
        return None


def _read_csv(text: bytes, width: int, options: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.read_csv(
        io.BytesIO(text),
        header=None,
        names=list(range(width)),
        index_col=False,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,
        engine="c",
        **options,
    )


def _exactly_rounded() -> dict[str, Any]:
    """What pandas needs to be told to read floats exactly; from 3.1 on it does so untold."""
    import pandas as pd

    version = tuple(int(part) for part in pd.__version__.split(".")[:2])
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}


def without_quotes(text: bytes, delimiter: str) -> bytes:
    """Lines without the quotes around cells that hold no delimiter, line end or quote.

    Where all are of that kind, no quote is left. The quote that opens another cell always stays:
    it follows a delimiter, which no match can cross.
    """
    if delimiter == BLANKS:
        return text
    mark = re.escape(delimiter.encode())
    cell = rb'"(?<![^%b\r\n]")([^"%b\r\n]*)"(?![^%b\r\n])' % (mark, mark, mark)
    return re.sub(cell, rb"\1", text)


def line_ends(text: bytes) -> int:
    """Physical line ends: LF, CRLF and CR that stands alone."""
    returns = text.count(b"\r") if b"\r" in text else 0
    return text.count(b"\n") + (returns - text.count(b"\r\n") if returns else 0)


def cut_lines(text: bytes, lines: int) -> tuple[bytes, int]:
    """Without the first lines; and how many these were."""
    end = count = 0
    for found in LINE_END.finditer(text):
        end, count = found.end(), count + 1
        if count == lines:
            break
    return text[end:], count
