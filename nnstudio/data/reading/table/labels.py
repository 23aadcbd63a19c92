"""Several labels of one sample: in one cell, cut by a separator, or in columns of 0 and 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.reading.table.accumulate import Numbers, Words

_SEPARATORS = ("|", ";", ",", "/", " ")


def separator_of(words: Sequence[str], counts: Sequence[int]) -> str:
    """What cuts the cells of a column into labels; "" if they are single words.

    Some cells have one label, others several, each label comes in more than one cell, and they
    are combined freely: `New York` beside `Paris` are two words.
    """
    filled = [(word, count) for word, count in zip(words, counts, strict=True) if word]
    for separator in _SEPARATORS:
        if separator == " " and any(word != " ".join(word.split()) for word, _ in filled):
            continue
        cells = [(parts(word, separator), count) for word, count in filled]
        if _are_labels(cells, separator):
            return separator
    return ""


def parts(cell: str, separator: str) -> list[str]:
    """The labels of a cell."""
    return [part for part in map(str.strip, cell.split(separator)) if part]


def _are_labels(cells: list[tuple[list[str], int]], separator: str) -> bool:
    if len({len(found) for found, _ in cells}) < 2:
        return False
    if any(len(set(found)) < len(found) for found, _ in cells):
        return False
    total = sum(count for _, count in cells)
    several = sum(count for found, count in cells if len(found) > 1)
    comes: Counter[str] = Counter()
    companies: dict[str, set[tuple[str, ...]]] = {}
    for found, count in cells:
        for label in found:
            comes[label] += count
            companies.setdefault(label, set()).add(tuple(sorted(found)))
    if several < 0.05 * total or len(comes) > max(3, total // 3) or min(comes.values()) < 2:
        return False
    if separator in "|;":
        return True
    free = sum(len(company) > 1 for company in companies.values())
    return free == len(comes) and (separator != " " or max(len(f) for f, _ in cells) > 2)


def many_hot(
    column: Words, separator: str, labels: Sequence[str]
) -> tuple[NDArray[np.uint8], list[str]]:
    """(n, labels) of 0 and 1, and the words that are none of `labels`."""
    number = {label: k for k, label in enumerate(labels)}
    table = np.zeros((len(column.words), len(labels)), np.uint8)
    unknown = []
    for row, word in enumerate(column.words):
        for label in parts(word, separator):
            if label in number:
                table[row, number[label]] = 1
            else:
                unknown.append(label)
    return table[column.codes], unknown


def all_labels(words: Sequence[str], separator: str) -> tuple[str, ...]:
    """The different labels of cells, sorted."""
    return tuple(sorted({label for word in words for label in parts(word, separator)}))


def are_flags(column: Numbers) -> bool:
    """True for a column of 0 and 1, both there."""
    values = column.values
    ones = values == 1
    return bool(len(values)) and bool((ones | (values == 0)).all()) and 0 < ones.sum() < len(values)
