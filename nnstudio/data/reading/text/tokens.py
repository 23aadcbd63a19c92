"""Characters or words as tokens: cut, counted, and numbered by a vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError

Unit = Literal["characters", "words"]
PADDING, UNKNOWN = "<pad>", "<unk>"
SPECIAL = (PADDING, UNKNOWN)
"""The first two tokens of every vocabulary."""
MOST_DIFFERENT = 5_000_000
"""Different words that are counted at most."""
LAST_CHARACTER = 0x110000
_WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]|\n")
"""A word with its apostrophes and hyphens, one other sign, or the end of a line."""


def cut(blocks: Iterable[str], unit: Unit) -> Iterator[list[str] | str]:
    """The tokens of a text, a block at a time; a word that a block divides stays whole."""
    if unit == "characters":
        yield from blocks
        return
    rest = ""
    for block in blocks:
        text = rest + block
        end = max(text.rfind(" "), text.rfind("\n")) + 1
        rest = text[end:] if end > 0 else ""
        yield _WORD.findall(text[:end] if end > 0 else text)
    yield _WORD.findall(rest)


def count(name: str, tokens: Iterable[list[str] | str], into: Counter[str]) -> int:
    """Add to the counts of each token, and give how many there are in all.

    Raises `DataError` for more different words than any text has.
    """
    total = 0
    for block in tokens:
        into.update(_characters(block) if isinstance(block, str) else block)
        total += len(block)
        if len(into) > MOST_DIFFERENT:
            raise DataError(
                f"{name} has more than {MOST_DIFFERENT:,} different words: expected a text in a "
                "language; take characters instead."
            )
    return total


def _characters(block: str) -> dict[str, int]:
    """How often each character comes; ten times as fast as to count them one by one."""
    numbers = np.bincount(_points(block)) if block else np.zeros(0, np.int64)
    return {chr(k): int(numbers[k]) for k in np.flatnonzero(numbers)}


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def vocabulary_of(counts: Counter[str], size: int) -> tuple[str, ...]:
    """Padding, the unknown, then the most frequent tokens, equally frequent ones by alphabet."""
    ordered = sorted(counts, key=lambda token: (-counts[token], token))
    kept = [token for token in ordered if token not in SPECIAL]
    return (*SPECIAL, *kept[: size - len(SPECIAL)])


class Numbering:
    """Tokens to numbers: the places in a vocabulary; what is not in it is the unknown."""

    def __init__(self, vocabulary: tuple[str, ...], unit: Unit) -> None:
        self._unit = unit
        self._index = {token: k for k, token in enumerate(vocabulary)}
        self._unknown = self._index.get(UNKNOWN, 0)
        self._table: NDArray[np.int64] | None = None
        if unit == "characters":
            self._table = np.full(LAST_CHARACTER, self._unknown, np.int64)
            for token, k in self._index.items():
                if len(token) == 1:
                    self._table[ord(token)] = k

    def numbers(self, tokens: list[str] | str) -> NDArray[np.int64]:
        """The number of each token."""
        if self._table is not None and isinstance(tokens, str):
            return np.asarray(self._table[_points(tokens)])
        found = (self._index.get(token, self._unknown) for token in tokens)
        return np.fromiter(found, np.int64, len(tokens))
