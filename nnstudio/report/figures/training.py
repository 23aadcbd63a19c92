"""Curves of trainings: loss and the figure that is read, of training and validation."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnstudio.report.document import Picture
from nnstudio.report.svg import WIDE, colour, drawn, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

History = Sequence[Mapping[str, float | int | None]]
"""Rows of a run's history by column, an epoch each."""
NAMES = {"loss": "Loss", "accuracy": "Accuracy", "r2": "R²"}
_DARK = "#1c2026"


def read_by(history: History) -> str:
    """The figure that people read a training by: accuracy, else R², else the loss alone."""
    for name in ("accuracy", "r2"):
        if any(row.get(f"train_{name}") is not None for row in history):
            return name
    return ""


def curves_of(history: History, best: int | None) -> Picture | None:
    """Loss, and accuracy or R², over the epochs. best: the epoch with the best weights."""
    if not history:
        return None
    more = read_by(history)
    names = ["loss", *([more] if more else [])]

    def paint(figure: Figure) -> None:
        for axes, name in zip(panels(figure, len(names)), names, strict=True):
            for part, line, ink in (("train", "-", 0), ("validation", "--", 1)):
                x, y = _points(history, f"{part}_{name}")
                if y:
                    mark = "o" if len(y) == 1 else ""
                    title = "training" if part == "train" else part
                    axes.plot(x, y, line, color=colour(ink), label=title, marker=mark, markersize=4)
            _finish(axes, name, history)
            if best:
                axes.axvline(best, color=_DARK, linewidth=0.8, linestyle=":", zorder=0)
        axes = figure.axes[0]
        axes.legend()

    epochs = f"{len(history)} epoch{'' if len(history) == 1 else 's'}"
    dotted = f" The dotted line is epoch {best}, whose weights are the best." if best else ""
    what = " and ".join(NAMES[name].lower() if name != "r2" else "R²" for name in names)
    caption = f"{what[:1].upper()}{what[1:]} of training and validation over {epochs}.{dotted}"
    return Picture(drawn(paint, caption, WIDE if more else WIDE * 0.6, 215), caption)


def curves_of_many(runs: Mapping[str, History], title: str) -> Picture | None:
    """The validation of several trainings in one picture, each with its name."""
    there = {name: rows for name, rows in runs.items() if rows}
    if not there:
        return None
    more = next((found for rows in there.values() if (found := read_by(rows))), "")
    names = ["loss", *([more] if more else [])]
    many = len(there) > 8

    def paint(figure: Figure) -> None:
        for axes, name in zip(panels(figure, len(names)), names, strict=True):
            for number, (run, rows) in enumerate(there.items()):
                part = "validation" if _points(rows, f"validation_{name}")[1] else "train"
                x, y = _points(rows, f"{part}_{name}")
                ink = colour(0) if many else colour(number)
                width, alpha = (0.7, 0.4) if many else (1.3, 1.0)
                mark = "o" if len(y) == 1 else ""
                axes.plot(
                    *(x, y), color=ink, label=run, linewidth=width, alpha=alpha, marker=mark,
                    markersize=3,
                )  # fmt: skip
            if many:
                x, y = _mean(list(there.values()), f"validation_{name}")
                axes.plot(x, y, color=_DARK, linewidth=1.6, label="mean")
            _finish(axes, name, next(iter(there.values())))
        if not many:
            figure.axes[0].legend()

    return Picture(drawn(paint, title, WIDE if more else WIDE * 0.6, 215), title)


def curves_of_folds(models: Mapping[str, Sequence[History]], title: str) -> Picture | None:
    """The validation of each fold as a thin line, and their mean, a panel for each model."""
    there = {name: [one for one in rows if one] for name, rows in models.items()}
    there = {name: rows for name, rows in there.items() if rows}
    if not there:
        return None
    name = read_by(next(iter(there.values()))[0]) or "loss"
    columns = min(4, len(there))
    rows_ = -(-len(there) // columns)

    def paint(figure: Figure) -> None:
        grid = figure.subplots(rows_, columns, squeeze=False, sharey=True, sharex=True)
        every = [axes for row in grid for axes in row]
        for number, (model, runs) in enumerate(there.items()):
            axes = every[number]
            for one in runs:
                x, y = _points(one, f"validation_{name}")
                axes.plot(x, y, color=colour(number), linewidth=0.8, alpha=0.55)
            x, y = _mean(runs, f"validation_{name}")
            axes.plot(x, y, color=colour(number), linewidth=2.0)
            lines = textwrap.wrap(model, 22 if columns > 2 else 40)[:2]
            axes.set_title("\n".join(lines), fontsize=8)
            _epochs(axes, runs[0])
        for axes in every[len(there) :]:
            axes.set_visible(False)
        grid[0][0].set_ylabel(NAMES[name])

    width = WIDE if columns > 1 else WIDE * 0.6
    return Picture(drawn(paint, title, width, 190 * rows_ + (20 if rows_ == 1 else 0)), title)


def _points(history: History, column: str) -> tuple[list[int], list[float]]:
    there = [
        (int(row["epoch"] or 0), float(value))
        for row in history
        if (value := row.get(column)) is not None
    ]
    return [x for x, _ in there], [y for _, y in there]


def _mean(runs: Sequence[History], column: str) -> tuple[list[int], list[float]]:
    """The mean of those that have come so far."""
    found: dict[int, list[float]] = {}
    for run in runs:
        for epoch, value in zip(*_points(run, column), strict=True):
            found.setdefault(epoch, []).append(value)
    return list(found), [sum(values) / len(values) for values in found.values()]


def _finish(axes: Axes, name: str, history: History) -> None:
    axes.set_title(NAMES[name])
    _epochs(axes, history)


def _epochs(axes: Axes, history: History) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("Epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    if len(history) == 1:
        axes.set_xlim(0.5, 1.5)
        axes.set_xticks([int(history[0]["epoch"] or 1)])
