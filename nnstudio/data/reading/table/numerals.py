"""What counts as a number, as a code and as a missing value in the cells of a text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXACT = 2**53
"""Whole numbers from here on are not all numbers of float64."""

_NOTHING = "|NA|N/A|n/a|na|N.A.|n.a.|<NA>|NaN|nan|NAN|-nan|NaT|null|NULL|Null|None|none|nil"
_MARKS = "?|-|--|---|.|..|*|\\N|missing|Missing|MISSING|k.A.|k. A.|NV|#NV"
_ERRORS = "#N/A|#NA|#VALUE!|#DIV/0!|#REF!|#NUM!|#NAME?|#NULL!|-1.#IND|1.#IND|1.#QNAN|-1.#QNAN"
KNOWN_MISSING = frozenset(f"{_NOTHING}|{_MARKS}|{_ERRORS}".split("|"))
"""Words that stand for no value between numbers; between words, only an empty cell does."""

_ALIKE = (" \u00a0\u2009\u202f", "'’")
_SAFE = re.compile(r"[0-9+\-.eE\n ]*")
_CODES = re.compile(r"^ *[+-]?0[0-9]+ *$", re.MULTILINE)
CODE = re.compile(r"[+-]?0[0-9]+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


@dataclass(frozen=True)
class Cells:
    """Cells as numbers: values int64 if all are whole and there, else float64, NaN where missing.

    words: those found that stand for no value.
    """

    values: NDArray[Any]
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Numerals:
    """How numbers are written: decimal mark, mark between thousands, words for no value."""

    decimal: str = "."
    thousands: str = ""
    missing: frozenset[str] = field(default_factory=lambda: KNOWN_MISSING)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What all of a number but an infinite one is like."""
        mark = re.escape(self.decimal)
        whole = r"[0-9]+"
        if self.thousands:
            whole = rf"(?:[0-9]{{1,3}}(?:[{self.between}][0-9]{{3}})+|[0-9]+)"
        return re.compile(rf"[+-]?(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?")

    @cached_property
    def between(self) -> str:
        """Marks between thousands: blanks of all widths are alike, so are apostrophes."""
        alike = next((group for group in _ALIKE if self.thousands in group), self.thousands)
        return re.escape(alike)

    @cached_property
    def _missing_numbers(self) -> frozenset[float]:
        found = (self.number(word) for word in self.missing)
        return frozenset(value for value in found if value is not None)

    def number(self, cell: str) -> int | float | None:
        """The number that a cell without blanks at its ends is, None if it is none."""
        if not self.pattern.fullmatch(cell):
            return float(cell) if _INFINITE.fullmatch(cell) else None
        plain = re.sub(f"[{self.between}]", "", cell) if self.thousands else cell
        if _WHOLE.fullmatch(plain):
            return int(plain) if len(plain) < 25 else None
        return float(plain.replace(self.decimal, "."))

    def is_missing(self, cell: str) -> bool:
        """True for a word that stands for no value, or a number equal to such a word."""
        if cell in self.missing:
            return True
        return bool(self._missing_numbers) and self.number(cell) in self._missing_numbers

    def cells(self, cells: Sequence[str], codes: bool = False) -> Cells | None:
        """Cells as numbers, None if one is neither a number nor missing.

        Whole numbers that no type holds exactly are none, nor are codes with leading zeros,
        unless `codes` says that they are.
        """
        found = self._plainly(cells, codes)
        return self._one_by_one(cells, codes) if found is None else found

    def _plainly(self, cells: Sequence[str], codes: bool) -> Cells | None:
        """The same for cells that are all plain numbers, the usual case, in few operations."""
        if self.thousands or self._missing_numbers:
            return None
        joined = "\n".join(cells)
        if self.decimal != ".":
            if "." in joined:
                return None
            joined = joined.replace(self.decimal, ".")
        if not _SAFE.fullmatch(joined) or (not codes and _CODES.search(joined)):
            return None
        parts = joined.split("\n")
        if len(parts) != len(cells):
            return None
        try:
            if not any(mark in joined for mark in ".eE"):
                return Cells(np.array(list(map(int, parts)), np.int64))
            values = np.array(list(map(float, parts)))
        except (ValueError, OverflowError):
            return None
        return Cells(values) if not (np.abs(values) >= EXACT).any() else None

    def _one_by_one(self, cells: Sequence[str], codes: bool) -> Cells | None:
        meaning: dict[str, int | float] = {}
        words = set()
        for cell in dict.fromkeys(cells):
            word = cell.strip()
            if self.is_missing(word):
                meaning[cell] = math.nan
                words.add(word)
                continue
            value = self.number(word)
            if value is None or (not codes and CODE.fullmatch(word)):
                return None
            meaning[cell] = value
        values = exact(meaning.values())
        if values is None:
            return None
        lookup = dict(zip(meaning, range(len(meaning)), strict=True))
        places = np.fromiter((lookup[cell] for cell in cells), np.intp, len(cells))
        return Cells(values[places], frozenset(words))


def exact(values: Iterable[int | float]) -> NDArray[Any] | None:
    """int64 if all are whole, float64 if that holds every one exactly, else None."""
    listed = list(values)
    if all(isinstance(value, int) for value in listed):
        try:
            return np.array(listed, np.int64)
        except OverflowError:
            return None
    if any(isinstance(value, int) and abs(value) >= EXACT for value in listed):
        return None
    return np.array(listed, np.float64)


def as_word(value: float | int) -> str:
    """A number as the name of a class: 1.0 is `1`."""
    if isinstance(value, int | np.integer) or (math.isfinite(value) and value == int(value)):
        return str(int(value))
    return repr(float(value))
