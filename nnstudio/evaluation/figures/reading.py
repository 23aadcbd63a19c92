"""How a figure is read by its name: as per cent or as it is, and which way is better."""

from __future__ import annotations

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


def figure_text(name: str, value: float | None) -> str:
    """A value as people read it, a dash where there is none: `97.21 %`, `0.0831`."""
    if value is None:
        return "–"
    return f"{100 * value:.2f} %" if is_percent(name) else f"{value:,.4g}"


def difference_text(name: str, value: float) -> str:
    """A difference of two values, in points where they are per cent: `3.10 points`, `0.0831`."""
    if not is_percent(name):
        return f"{value:,.4g}".replace("-", "−")
    return f"{100 * value:.2f} points".replace("-", "−")
