"""Fuzzy matching for searches: letters in order, better at the beginnings of words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Match:
    """How well a text answers a query, and which of its letters did."""

    score: float
    letters: tuple[int, ...] = ()


def match(query: str, text: str) -> Match | None:
    """Match `query` against `text`; None if its letters do not all occur in order."""
    wanted = "".join(query.lower().split())
    if not wanted:
        return Match(0.0)
    lower = text.lower()
    found = lower.find(wanted)
    if found >= 0:
        letters = tuple(range(found, found + len(wanted)))
        bonus = 60.0 if found == 0 else 40.0 if _begins(text, found) else 15.0
        return Match(100.0 + bonus - len(text) * 0.5, letters)
    found_letters = _in_order(wanted, text)
    if found_letters is None:
        return None
    score = sum(10.0 if _begins(text, k) else 1.0 for k in found_letters)
    score += sum(6.0 for a, b in pairwise(found_letters) if b == a + 1)
    spread = found_letters[-1] - found_letters[0]
    return Match(score - spread * 0.5 - len(text) * 0.2, found_letters)


def _in_order(wanted: str, text: str) -> tuple[int, ...] | None:
    # The beginning of a word is preferred, so that `bn2` finds BatchNorm2d by its capitals.
    lower = text.lower()
    result: list[int] = []
    position = 0
    for letter in wanted:
        later = [k for k in range(position, len(text)) if lower[k] == letter]
        if not later:
            return None
        begins = next((k for k in later if _begins(text, k)), None)
        rest = wanted[len(result) + 1 :]
        chosen = later[0]
        if begins is not None and later[0] != position and _holds(rest, lower[begins + 1 :]):
            chosen = begins
        result.append(chosen)
        position = chosen + 1
    return tuple(result)


def _holds(wanted: str, lower: str) -> bool:
    letters = iter(lower)
    return all(letter in letters for letter in wanted)


def _begins(text: str, k: int) -> bool:
    if k == 0:
        return True
    before, here = text[k - 1], text[k]
    return (
        not before.isalnum()
        or (here.isupper() and not before.isupper())
        or (here.isdigit() and not before.isdigit())
    )
