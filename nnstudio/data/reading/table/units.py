"""Numbers that bear a unit, the same in every cell of a column: 12 kg, 12.5 %, € 3.50."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_MONEY = "€$£¥"
_CELL = re.compile(
    rf"([+-]?)([{_MONEY}]|[A-Z]{{3}}(?= ))?\s?"
    r"([+-]?[0-9.,'’ \u00a0\u2009\u202f]*[0-9](?:[eE][+-]?[0-9]+)?)"
    rf"\s?([%‰°{_MONEY}]|°[CF]|[^\W\d_]{{1,4}}|[a-zA-Z]{{1,3}}/[a-zA-Z]{{1,3}})?"
)


def without_unit(cell: str) -> tuple[str, str]:
    """A cell as number and unit; as it stands, with "", if it has none."""
    found = _CELL.fullmatch(cell)
    if found is None or not (found[2] or found[4]) or (found[2] and found[4]):
        return cell, ""
    if found[4] in ("e", "E"):
        return cell, ""
    return found[1] + found[3].strip(), found[2] or found[4]


def common_unit(words: Iterable[str]) -> tuple[str, list[str]] | None:
    """The unit that all words have, and the words without it; None if there is no such."""
    unit = ""
    plain = []
    for word in words:
        number, found = without_unit(word)
        if not found or (unit and found != unit):
            return None
        unit = found
        plain.append(number)
    return (unit, plain) if unit else None


def plainly(counts: Mapping[str, int]) -> Counter[str]:
    """Cells with how often they come, without their units, each by itself: to look at marks."""
    found: Counter[str] = Counter()
    for cell, count in counts.items():
        found[without_unit(cell.strip())[0]] += count
    return found
