"""What is said of files that could not be read, of pictures and recordings alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.cache import Item, Note
from nnstudio.data.info import DataError
from nnstudio.data.samples import Finding

NAMED = 5
"""Files that a sentence names."""


@dataclass(frozen=True)
class Decoded:
    """Samples that came of files.

    values: (kept, *shape), a read-only memory map, channels first. kept: indices of the files
    that have a row, in order. notes: of all files.
    """

    values: NDArray[Any]
    kept: NDArray[np.intp]
    notes: Sequence[Note]
    findings: tuple[Finding, ...] = field(default=())


def unreadable(names: Sequence[str], notes: Sequence[Note], what: str) -> list[Finding]:
    """One finding that names and counts the files without a sample.

    Raises `DataError` if there is no other. `what`: the files in one word, such as `pictures`.
    """
    without = [
        (name, note["why"]) for name, note in zip(names, notes, strict=True) if "why" in note
    ]
    if not without:
        return []
    named = "; ".join(f"{name} {why}" for name, why in without[:NAMED])
    if len(without) == len(names):
        raise DataError(f"None of the {len(names):,} {what} can be read: {named}.")
    more = f"; and {len(without) - NAMED:,} more" if len(without) > NAMED else ""
    count = "1 is" if len(without) == 1 else f"{len(without):,} are"
    said = f"Of {len(names):,} {what} {count} left out: {named}{more}."
    return [Finding("warning", "unreadable_files", said, without[0][0])]


def having(names: Sequence[str], notes: Sequence[Note], key: str) -> list[str]:
    """The names of the files whose note has `key`."""
    return [name for name, note in zip(names, notes, strict=True) if note.get(key)]


def in_words(names: Sequence[str]) -> str:
    """`a.png, b.png and 7 more`."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def some_of(count: int, item: Callable[[int], Item], wanted: int, seconds: float) -> list[Item]:
    """The first items, until `wanted` could be made or, with one at least, the time is up."""
    end = time.monotonic() + seconds
    items: list[Item] = []
    made = 0
    for number in range(count):
        items.append(item(number))
        made += items[-1].rows is not None
        if made >= wanted or (made and time.monotonic() > end):
            break
    return items


def in_memory(items: Sequence[Item], array: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The rows of those that have one, and which they are."""
    kept = [k for k, item in enumerate(items) if item.rows is not None]
    rows = [item.rows[array] for item in items if item.rows is not None]
    return np.stack(rows), np.array(kept, np.intp)
