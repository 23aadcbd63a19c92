"""Figures as reports write them: shares in per cent, counts with their unit, p values."""

from __future__ import annotations

from math import isfinite

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.reading import is_percent, number_text

NOTHING = "–"
BLANK = "\u00a0"
"""Between a number and its unit."""


def percent(share: float, digits: int = 1) -> str:
    """`97.2 %`, which no line end parts."""
    return f"{100 * share:z.{digits}f}{BLANK}%" if isfinite(share) else number_text(share)


def number(value: float | None) -> str:
    """A number, a dash where there is none."""
    return NOTHING if value is None else number_text(value)


def of(name: str, value: float | None) -> str:
    """The value of a figure of that name."""
    if value is None:
        return NOTHING
    return percent(value, 2) if is_percent(name) else number(value)


def between(name: str, low: float | None, high: float | None) -> str:
    """`95.3 to 98.6 %`; nothing where there is no interval."""
    if low is None or high is None:
        return ""
    if is_percent(name):
        return f"{100 * low:z.2f} to {percent(high, 2)}"
    return f"{number(low)} to {number(high)}"


def figure(name: str, one: Figure) -> str:
    """The value with its interval: `97.22 % (95.28 to 98.61 %)`."""
    found = between(name, one.low, one.high)
    return of(name, one.value) + (f" ({found})" if found else "")


def points(name: str, value: float, *, sign: bool = False) -> str:
    """A difference of a figure: `3.1 points` of per cent, else a number."""
    if not isfinite(value):
        told = number_text(value)
    elif is_percent(name):
        told = f"{100 * value:+z.1f} points" if sign else f"{100 * value:z.1f} points"
    else:
        told = f"+{number(value)}" if sign and value >= 0 else number(value)
    return told.replace("-", "−")  # as long as a plus, and never at the end of a line


def counted(count: int, what: str, many: str = "") -> str:
    """`1 sample`, `1,078 samples`."""
    return f"{count:,} {what if count == 1 else many or what + 's'}"


def p_text(one: Figure) -> str:
    """`p = 0.012`, `p < 0.001`."""
    if one.value is None:
        return NOTHING
    return "p < 0.001" if one.value < 0.001 else f"p = {one.value:.3f}"


def duration(seconds: float) -> str:
    """`42 s`, `12:04 min`, `1:02:33 h`, which no line end parts."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{seconds:.1f}{BLANK}s" if seconds < 10 else f"{whole}{BLANK}s"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02}:{left:02}{BLANK}h"
    return f"{minutes}:{left:02}{BLANK}min"


def title(name: str) -> str:
    """A figure as a title: `Macro F1`, `R²`."""
    if name == "R2":
        return "R²"
    return name[:1].upper() + name[1:]


def listed(words: list[str], most: int = 8) -> str:
    """`a, b and c`; of many the first ones and how many more there are."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def name_of(text: str) -> str:
    """A class as it can be seen: a line end or a blank in quotes."""
    return text if text.isprintable() and text.strip() else repr(text)
