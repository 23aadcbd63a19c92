"""Fuzzy matching of what is typed against titles: letters in order, words and starts preferred."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def score(typed: str, text: str) -> int | None:
    """How well `typed` fits `text`; higher is better, None if a letter is missing."""
    wanted = typed.lower().replace(" ", "")
    lower = text.lower()
    if not wanted:
        return 0
    if (at := lower.find(typed.lower().strip())) >= 0:
        return 1000 - 5 * at - len(text) + (200 if at == 0 or not lower[at - 1].isalnum() else 0)
    total, position, last = 0, 0, -2
    for letter in wanted:
        found = lower.find(letter, position)
        if found < 0:
            return None
        start = found == 0 or not lower[found - 1].isalnum() or text[found].isupper()
        total += 12 if start else 8 if found == last + 1 else 1
        last, position = found, found + 1
    return total - len(text) // 4


def ranked(typed: str, items: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """The items that fit, best first; in their own order while nothing is typed."""
    scored = [(score(typed, text(item)), item) for item in items]
    fitting = [(s, item) for s, item in scored if s is not None]
    if typed.strip():
        fitting.sort(key=lambda pair: -pair[0])
    return [item for _, item in fitting]
