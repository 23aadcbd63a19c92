"""Dates in the cells of a text: ISO 8601, or one format that fits all cells of a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_PARTS = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{1,2})"
    r"(?:([ T]|, )(\d{1,2}):(\d\d)(:\d\d)?(\.\d{1,6})?( ?[AaPp][Mm])?)?",
    re.ASCII,
)
_NAMED = (
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d. %B %Y",
    "%b %d %Y",
    "%d/%b/%Y",
)


@dataclass(frozen=True)
class Dates:
    """Words that are all dates. format: of strptime, "" for ISO 8601.

    iso: the same words as in ISO 8601. ambiguous: day and month may be the other way round.
    """

    format: str
    iso: list[str]
    ambiguous: bool = False


def dates(words: Sequence[str]) -> Dates | None:
    """The format that fits all words, None if there is none."""
    if not words or not any(letter.isdigit() for letter in words[0]):
        return None
    if _ISO.fullmatch(words[0]):
        return Dates("", list(words)) if all(map(_is_iso, words)) else None
    numeric = _PARTS.fullmatch(words[0])
    if numeric:
        return _numeric(words)
    for form in _NAMED:
        found = read_as(words, form)
        if found is not None:
            return Dates(form, found)
    return None


def read_as(words: Sequence[str], form: str) -> list[str] | None:
    """Words in a format of strptime as ISO 8601, None if one does not fit; "" is ISO already."""
    if not form:
        return list(words) if all(map(_is_iso, words)) else None
    found = []
    timed = "%H" in form or "%I" in form
    for word in words:
        try:
            moment = datetime.strptime(word, form)
        except ValueError:
            return None
        found.append(moment.isoformat(sep=" ") if timed else moment.date().isoformat())
    return found


def _is_iso(word: str) -> bool:
    if not _ISO.fullmatch(word):
        return False
    try:
        datetime.fromisoformat(word.replace(",", "."))
    except ValueError:
        return False
    return True


def _numeric(words: Sequence[str]) -> Dates | None:
    """Numbers between points, strokes or hyphens, in an order that the largest ones decide."""
    first = _PARTS.fullmatch(words[0])
    assert first is not None
    largest = [0, 0]
    for word in words:
        parts = _PARTS.fullmatch(word)
        if parts is None or _shape(parts) != _shape(first):
            return None
        largest[0] = max(largest[0], int(parts[1]))
        largest[1] = max(largest[1], int(parts[3]))
    mark, last = first[2], "%Y" if len(first[4]) == 4 else "%y"
    ambiguous = False
    if len(first[1]) > 2:
        order = ["%Y", "%m", "%d"]
        if len(first[4]) == 4 or len(first[1]) != 4:
            return None
    elif largest[0] > 12:
        order = ["%d", "%m", last]
    elif largest[1] > 12:
        order = ["%m", "%d", last]
    else:
        ambiguous = True
        order = ["%m", "%d", last] if mark == "/" else ["%d", "%m", last]
    form = mark.join(order) + _time(first)
    found = read_as(words, form)
    return Dates(form, found, ambiguous) if found is not None else None


def _shape(parts: re.Match[str]) -> tuple[object, ...]:
    told = [bool(parts[k]) for k in (7, 8, 9)]
    return parts[2], len(parts[1]) > 2, len(parts[4]) == 4, parts[5], *told, _half_day(parts)


def _half_day(parts: re.Match[str]) -> str:
    return "" if not parts[10] else " %p" if parts[10].startswith(" ") else "%p"


def _time(parts: re.Match[str]) -> str:
    if not parts[5]:
        return ""
    hour = "%I" if parts[10] else "%H"
    seconds = (":%S" if parts[8] else "") + (".%f" if parts[9] else "")
    return f"{parts[5]}{hour}:%M{seconds}{_half_day(parts)}"
