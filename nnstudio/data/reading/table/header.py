"""Whether a table begins with names, and which names its columns get."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nnstudio.data.reading.table.numerals import KNOWN_MISSING

_TYPED = re.compile(
    r"[€$£]? ?[+-]?[.,]?[0-9][0-9.,:/ T\u00a0\u2009\u202f'’-]*(?:[eE][+-]?[0-9]+)?[ %€$Z]*"
)


def is_typed(cell: str) -> bool:
    """True for a cell that is a number, a date or a time, however written."""
    return bool(_TYPED.fullmatch(cell))


def is_missing(cell: str) -> bool:
    """True for a cell that may stand for no value."""
    return cell in KNOWN_MISSING


def header_reason(first: Sequence[str], rest: Sequence[Sequence[str]]) -> str:
    """Why the first record holds names; "" if it does not. Cells without blanks at their ends."""
    columns = list(zip(*rest, strict=True)) if rest else [()] * len(first)
    for cell, below in zip(first, columns, strict=True):
        if is_missing(cell) or is_typed(cell):
            continue
        values = [value for value in below if not is_missing(value)]
        if values and sum(map(is_typed, values)) >= 0.8 * len(values):
            return f"'{cell}' stands above numbers"
    typed = [cell for cell in first if is_typed(cell)]
    words = [k for k, cell in enumerate(first) if cell and not is_typed(cell)]
    recurs = any(first[k] in columns[k] for k in words)
    if len(typed) >= 2 and not recurs and _counts(typed, named=bool(words)):
        return f"its numbers count up from {typed[0]}"
    filled = [cell for cell in first if cell]
    if not typed and filled and len(set(filled)) == len(filled) and not recurs:
        return "its words are all different and do not come again" if rest else "it holds words"
    return ""


def _counts(cells: Sequence[str], named: bool) -> bool:
    """0, 1, 2 or 1, 2, 3; years, wavelengths and the like only beside words."""
    try:
        numbers = [float(cell.replace(",", ".")) for cell in cells]
    except ValueError:
        return False
    steps = [b - a for a, b in pairwise(numbers)]
    if steps[0] <= 0 or any(abs(step - steps[0]) > 1e-9 * abs(numbers[-1]) for step in steps):
        return False
    by_one = numbers[0] in (0, 1) and steps[0] == 1 and all("." not in cell for cell in cells)
    return (by_one and len(numbers) > 2 - named) or (named and len(numbers) > 2)


def unique_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Names for columns, each once: an empty one by its number, a repeated one with a number."""
    taken = {cell for cell in cells if cell}
    found: list[str] = []
    for k, cell in enumerate(cells):
        name = cell or f"column {k + 1}"
        number = 2
        base = name
        while name in found or (name != cell and name in taken):
            name = f"{base} ({number})"
            number += 1
        found.append(name)
    return tuple(found)


def names_rows(column: Sequence[str]) -> str:
    """Why a first column without a name holds the names of rows; "" if it does not.

    It counts up, or holds words each of which comes once.
    """
    if not column or len(set(column)) < len(column):
        return ""
    if all(cell.isascii() and cell.isdigit() for cell in column):
        numbers = list(map(int, column))
        rising = all(b == a + 1 for a, b in pairwise(numbers))
        return "the first column counts up" if rising and len(numbers) > 1 else ""
    if any(is_typed(cell) or is_missing(cell) for cell in column):
        return ""
    return "the first column holds words, each of them once"
