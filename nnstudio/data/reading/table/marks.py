"""Decimal marks and marks between thousands, from how the cells of a table are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

_SPACES = " \u00a0\u2009\u202f'’"
_POINT = re.compile(r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_GROUPED = {
    mark: re.compile(rf"[+-]?[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ".,"
}
_SURELY = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+)"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:,[0-9]{3})+\.[0-9]+)"),
}
_SPACED = re.compile(
    rf"[+-]?[0-9]{{1,3}}(?:([{_SPACES}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:([.,])[0-9]+)?"
)


@dataclass(frozen=True)
class Marks:
    """decimal and thousands as in `Table`, each with its reason ("" where nothing is to say)."""

    decimal: str
    thousands: str
    why_decimal: str
    why_thousands: str


def marks(cells: Mapping[str, int], delimiter: str) -> Marks:
    """Guess the marks from cells without blanks at their ends, with how often each comes."""
    points = commas = 0
    groups = {".": 0, ",": 0}
    sure = {".": 0, ",": 0}
    spaces: Counter[str] = Counter()
    example: dict[str, str] = {}
    for cell, times in cells.items():
        if cell.isdigit() or (not cell.strip("+-")[:1].isdigit() and cell[:1] not in "+-.,"):
            continue
        spaced = _SPACED.fullmatch(cell)
        if spaced:
            spaces[spaced[1]] += times
            points += times * (spaced[2] == ".")
            commas += times * (spaced[2] == ",")
            example.setdefault(spaced[1], cell)
        for mark in ".,":
            if _SURELY[mark].fullmatch(cell):
                sure[mark] += times
                example[mark] = cell
            elif _GROUPED[mark].fullmatch(cell):
                groups[mark] += times
                example.setdefault(mark, cell)
        points += times * bool(_POINT.fullmatch(cell))
        comma = bool(_COMMA.fullmatch(cell))
        commas += times * comma
        if comma:
            example.setdefault("d,d", cell)
    decimal = _decimal(delimiter, points, commas, groups, sure)
    thousands = ""
    other = "." if decimal == "," else ","
    if sure[other] or groups[other]:
        thousands = other
    elif spaces:
        thousands = spaces.most_common(1)[0][0]
    why = ""
    if decimal == ",":
        seen = example.get("d,d") or example.get(".", "")
        why = f"more numbers are written with a comma (such as {seen}) than with a point"
    said = f"cells such as {example[thousands]} look like thousands" if thousands else ""
    return Marks(decimal, thousands, why, said)


def is_grouped(cell: str) -> bool:
    """True for a number with points before every three digits, such as 12.345."""
    return bool(_GROUPED["."].fullmatch(cell))


def _decimal(
    delimiter: str, points: int, commas: int, groups: dict[str, int], sure: dict[str, int]
) -> str:
    """The rule: a comma if cells with one outnumber those with a point.

    Where every comma stands before three digits and points are there too, or the commas stand in
    quotes between delimiting ones, they are between thousands.
    """
    if sure["."] != sure[","]:
        return "," if sure["."] > sure[","] else "."
    if commas <= points:
        return "."
    all_grouped = groups[","] == commas
    return "." if all_grouped and (points or delimiter == ",") else ","
