"""How a figure is read by its name: as per cent or as it is, and which way is better."""

from __future__ import annotations

from math import isfinite, isnan

_PERCENT = ("accuracy", "top 5", "top_5", "labels right")
_LOWER = ("loss", "error", "mae", "mse", "perplexity")
"""Parts of names."""


def is_percent(name: str) -> bool:
    """True for shares of all answers, which are read as per cent; F1, recall and others are not.

    name: as `Balanced accuracy`, as `balanced_accuracy`, or of one output of several `digit.top_5`.
    """
    return any(part in name.rpartition(".")[2].lower() for part in _PERCENT)


def lower_is_better(name: str) -> bool:
    """True for losses and errors, of one output of several as well."""
    return any(part in name.rpartition(".")[2].lower() for part in _LOWER)


def number_text(value: float) -> str:
    """A number with four decimals, with fewer where it is large: `0.9730`, `1,234.5`, `1.2e-05`.

    Numbers of one column have the same decimals, so that they can be compared at a glance. What is
    no number is `NaN`, as training tells of it, or `infinity`; nothing is written as `-0.0000`.
    """
    if not isfinite(value):
        return "NaN" if isnan(value) else "infinity" if value > 0 else "-infinity"
    size = abs(value)
    if value and (float(f"{size:.4g}") < 1e-3 or round(size) >= 1e9):
        return f"{value:.4g}"
    decimals = 4 if round(size, 4) < 100 else 1 if round(size, 1) < 1e4 else 0
    return f"{value:z,.{decimals}f}"


def figure_text(name: str, value: float | None) -> str:
    """A value as people read it, a dash where there is none: `97.21 %`, `0.0831`."""
    if value is None:
        return "–"
    if is_percent(name) and isfinite(value):
        return f"{100 * value:z.2f} %"
    return number_text(value)


def difference_text(name: str, value: float) -> str:
    """A difference of two values, in points where they are per cent: `3.10 points`, `0.0831`."""
    if not is_percent(name) or not isfinite(value):
        return number_text(value).replace("-", "−")
    return f"{100 * value:z.2f} points".replace("-", "−")
