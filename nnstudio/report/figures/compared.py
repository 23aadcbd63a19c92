"""Pictures of models side by side: their figures fold by fold, and their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnstudio.evaluation.figures.figure import Figure as Number
from nnstudio.evaluation.figures.reading import is_percent
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.report.document import Picture
from nnstudio.report.svg import WIDE, colour, drawn, one_panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DARK = "#1c2026"


def _short(name: str, most: int = 40) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def spreads_of(models: Mapping[str, Spread], figure_name: str) -> Picture | None:
    """Each run as a dot, and the mean with one deviation to both sides."""
    there = {name: one for name, one in models.items() if one.mean is not None}
    if not there:
        return None
    times = 100.0 if is_percent(figure_name) else 1.0

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        for number, one in enumerate(there.values()):
            values = [value * times for value in one.values if value is not None]
            axes.plot(values, [number] * len(values), "o", color=colour(number), alpha=0.45,
                      markersize=5, markeredgewidth=0)  # fmt: skip
            mean, deviation = (one.mean or 0.0) * times, (one.deviation or 0.0) * times
            axes.errorbar(mean, number, xerr=deviation or None, fmt="|", color=_DARK,
                          capsize=4, markersize=12, linewidth=1.2)  # fmt: skip
        axes.set_yticks(range(len(there)), [_short(name) for name in there])
        axes.set_ylim(len(there) - 0.4, -0.6)
        unit = ", per cent" if times > 1 else ""
        axes.set_xlabel(f"{figure_name[:1].upper()}{figure_name[1:]}{unit}")

    single = all(one.deviation is None for one in there.values())
    spread = "" if single else "; the dark line is the mean with one deviation to both sides"
    caption = f"{figure_name[:1].upper()}{figure_name[1:]} of each run{spread}"
    return Picture(drawn(paint, caption, WIDE, 60 + 34 * len(there)), caption)


def intervals_of(models: Mapping[str, Number], figure_name: str, method: str) -> Picture | None:
    """The figure of each model with its interval."""
    there = {name: one for name, one in models.items() if one.value is not None}
    if len(there) < 2:
        return None
    times = 100.0 if is_percent(figure_name) else 1.0

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        for number, one in enumerate(there.values()):
            value = (one.value or 0.0) * times
            error = None
            if one.low is not None and one.high is not None:
                error = [[value - one.low * times], [one.high * times - value]]
            axes.errorbar(value, number, xerr=error, fmt="o", color=colour(number), capsize=4,
                          markersize=6, linewidth=1.4)  # fmt: skip
        axes.set_yticks(range(len(there)), [_short(name) for name in there])
        axes.set_ylim(len(there) - 0.4, -0.6)
        unit = ", per cent" if times > 1 else ""
        axes.set_xlabel(f"{figure_name[:1].upper()}{figure_name[1:]}{unit}")

    caption = f"{figure_name[:1].upper()}{figure_name[1:]} with {method}"
    return Picture(drawn(paint, caption, WIDE, 60 + 34 * len(there)), caption)


def differences_of(
    pairs: Sequence[tuple[str, Number, Sequence[float]]], figure_name: str, more: str = ""
) -> Picture | None:
    """Mean differences with their intervals. pairs: name, mean, the difference of each fold."""
    there = [one for one in pairs if one[1].value is not None]
    if not there:
        return None
    times = 100.0 if is_percent(figure_name) else 1.0

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        axes.axvline(0, color=_DARK, linewidth=0.9)
        for number, (_, mean, single) in enumerate(there):
            value = (mean.value or 0.0) * times
            error = None
            if mean.low is not None and mean.high is not None:
                error = [[value - mean.low * times], [mean.high * times - value]]
            dots = [one * times for one in single]
            axes.plot(dots, [number] * len(dots), "o", color=colour(0), alpha=0.35, markersize=4,
                      markeredgewidth=0)  # fmt: skip
            axes.errorbar(value, number, xerr=error, fmt="D", color=colour(0), capsize=4,
                          markersize=5, linewidth=1.4)  # fmt: skip
        axes.set_yticks(range(len(there)), [_short(name, 54) for name, _, _ in there])
        axes.set_ylim(len(there) - 0.4, -0.6)
        unit = "points of per cent" if times > 1 else figure_name
        axes.set_xlabel(f"Difference, {unit}")

    caption = f"Differences of {figure_name} with their 95 % intervals{more}"
    return Picture(drawn(paint, caption, WIDE, 60 + 30 * len(there)), caption)
