"""Columns while they are read: numbers in the smallest exact type, words once each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.table.numerals import EXACT

_EXACT32 = 2**24


class Words:
    """A column of words: for each record the number of its word; words stand there once.

    codes: (n,) int32. words: without blanks at their ends, in the order of their coming.
    """

    def __init__(self, most: int) -> None:
        self._codes = np.empty(most, np.int32)
        self._index: dict[str, int] = {}
        self.words: list[str] = []
        self.count = 0

    def __len__(self) -> int:
        return self.count

    @property
    def codes(self) -> NDArray[np.int32]:
        """The number of the word of each record."""
        return self._codes[: self.count]

    def add(self, cells: Sequence[str]) -> None:
        """Append cells as they stand."""
        distinct = list(dict.fromkeys(cells))
        lookup = dict(zip(distinct, self._numbers(distinct), strict=True))
        self._append(np.fromiter((lookup[cell] for cell in cells), np.int32, len(cells)))

    def add_coded(self, codes: NDArray[Any], words: Sequence[str]) -> None:
        """Append records that are numbers of `words`."""
        if len(codes):
            self._append(np.asarray(self._numbers(words), np.int32)[codes])

    def _numbers(self, cells: Sequence[str]) -> list[int]:
        found = []
        for cell in cells:
            word = cell.strip()
            number = self._index.get(word)
            if number is None:
                number = self._index[word] = len(self.words)
                self.words.append(word)
            found.append(number)
        return found

    def _append(self, codes: NDArray[np.int32]) -> None:
        end = self.count + len(codes)
        if end > len(self._codes):
            self._codes = np.concatenate([self.codes, np.empty(end, np.int32)])
        self._codes[self.count : end] = codes
        self.count = end

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Leave out the records that are not in `rows`."""
        self._codes = self.codes[rows]
        self.count = len(self._codes)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where the cell is empty."""
        empty = self._index.get("")
        return np.zeros(self.count, bool) if empty is None else self.codes == empty

    def counts(self) -> NDArray[np.intp]:
        """How often each word comes."""
        return np.bincount(self.codes, minlength=len(self.words))


class Numbers:
    """A column of numbers: float32 while that holds them exactly, then float64, or int64.

    words: those found that stand for no value, which is NaN. exact: False once there was a whole
    number that stands beside fractions or gaps and is too large for float64; then the column has
    to be read again, as words.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: NDArray[Any] = np.empty(most, np.float32)
        self.count = 0
        self.exact = True
        self.words: set[str] = set()
        self.gaps = False
        self.fractions = False

    def __len__(self) -> int:
        return self.count

    @property
    def values(self) -> NDArray[Any]:
        """The numbers so far."""
        return self._values[: self.count]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where there is no number."""
        return np.isnan(self.values) if self.gaps else np.zeros(self.count, bool)

    def add(
        self,
        values: NDArray[Any],
        words: frozenset[str] = frozenset(),
        largest: int | None = None,
    ) -> None:
        """Append int64 or float64 values; `largest`: of the absolute whole ones, if known."""
        self.words |= words
        need: type
        if values.dtype.kind == "i":
            if largest is None:
                largest = max(-int(values.min()), int(values.max())) if len(values) else 0
            need = (
                np.float32 if largest <= _EXACT32 else np.float64 if largest < EXACT else np.int64
            )
        else:
            need = self._note(values)
        self._widen(np.dtype(need))
        end = self.count + len(values)
        if end > len(self._values):
            more = np.empty(end, self._values.dtype)
            self._values = np.concatenate([self.values, more])
        self._values[self.count : end] = values
        self.count = end

    def _note(self, values: NDArray[Any]) -> type:
        gaps = np.isnan(values)
        some = bool(gaps.any())
        self.gaps |= some
        if not self.fractions:
            with np.errstate(invalid="ignore"):
                self.fractions = bool(((values != np.floor(values)) & ~gaps).any())
        with np.errstate(over="ignore"):
            narrow = values.astype(np.float32)
        return np.float32 if ((narrow == values) | gaps).all() else np.float64

    def _widen(self, need: np.dtype[Any]) -> None:
        has = self._values.dtype
        if has == need or (has == np.float64 and need == np.float32):
            return
        if has == np.int64 or need == np.int64:
            if self.gaps or self.fractions:
                self.exact = False
                return
            if has == np.int64:
                return
        wider = np.empty(len(self._values), need)
        wider[: self.count] = self.values
        self._values = wider

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Leave out the records that are not in `rows`."""
        self._values = self.values[rows]
        self.count = len(self._values)
        if self.gaps:
            self.gaps = bool(np.isnan(self._values).any())

    @property
    def whole(self) -> bool:
        """True if all are whole and finite, as far as they are there."""
        if self.values.dtype == np.int64:
            return True
        return not self.fractions and not bool(np.isinf(self.values).any())


Column = Words | Numbers
