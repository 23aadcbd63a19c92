"""Pictures of a search: the best so far, what each value gave, what decided, two objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nnstudio.project.search.space import Axis, Choices
from nnstudio.report.document import Picture
from nnstudio.report.svg import HALF, WIDE, colour, drawn, one_panel
from nnstudio.studies.search.result import SearchResult, TrialRow

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_AXES = 6
MANY = 400
"""Trials from which on their dots are one picture: each by itself would make a large file."""
_DARK, _GREY = "#1c2026", "#939caa"


def _done(result: SearchResult) -> list[TrialRow]:
    return [row for row in result.rows if row.state == "completed" and row.values]


def best_so_far(result: SearchResult) -> Picture | None:
    """The first objective of each trial in their order, and the best until then."""
    done = _done(result)
    if len(done) < 2:
        return None
    objective = result.plan.objectives[0]
    better = max if objective.direction == "maximize" else min

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        x, y = [row.number for row in done], [row.values[0] for row in done]
        axes.plot(x, y, "o", color=colour(0), alpha=0.55, markersize=4.5, markeredgewidth=0,
                  rasterized=len(x) > MANY)  # fmt: skip
        best = [better(y[: k + 1]) for k in range(len(y))]
        axes.step(x, best, where="post", color=_DARK, linewidth=1.4)
        axes.set_xlabel("Trial")
        axes.set_ylabel(objective.figure)

    caption = f"{objective.figure} of each trial; the line is the best until then"
    return Picture(drawn(paint, caption, HALF, 230), caption, wide=False)


def importance_of(shares: Mapping[str, float]) -> Picture | None:
    """How much each axis decided."""
    if not shares:
        return None

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        names = list(shares)[:12]
        axes.barh(range(len(names)), [100 * shares[name] for name in names], 0.55, color=colour(0))
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set_xlabel("Per cent")

    caption = "What decided about the first objective (PED-ANOVA)"
    return Picture(drawn(paint, caption, HALF, 230), caption, wide=False)


def slices_of(result: SearchResult) -> Picture | None:
    """The first objective over the values of each axis."""
    done = _done(result)
    axes_ = [one for one in result.plan.space.axes if any(one.name in row.point for row in done)]
    axes_ = axes_[:MOST_AXES]
    if len(done) < 3 or not axes_:
        return None
    columns = min(3, len(axes_))
    rows = -(-len(axes_) // columns)

    def paint(figure: Figure) -> None:
        from matplotlib.ticker import FuncFormatter, NullFormatter

        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        every = [axes for row in grid for axes in row]
        for panel, axis in zip(every, axes_, strict=False):
            found = [(row.point[axis.name], row.values[0], row) for row in done
                     if axis.name in row.point]  # fmt: skip
            x, ticks = _places(axis, [one[0] for one in found])
            panel.plot(x, [one[1] for one in found], "o", color=colour(0), alpha=0.55,
                       markersize=4.5, markeredgewidth=0, rasterized=len(x) > MANY)  # fmt: skip
            best = [k for k, one in enumerate(found) if one[2].number in result.best]
            panel.plot([x[k] for k in best], [found[k][1] for k in best], "o", color=colour(1),
                       markersize=6)  # fmt: skip
            if ticks:
                panel.set_xticks(range(len(ticks)), ticks)
                panel.set_xlim(-0.5, len(ticks) - 0.5)
            elif getattr(axis, "log", False):
                panel.set_xscale("log")
                panel.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
                panel.xaxis.set_minor_formatter(NullFormatter())
            panel.set_xlabel(axis.name.removeprefix("model."))
        for panel in every[len(axes_) :]:
            panel.set_visible(False)
        for row in grid:
            row[0].set_ylabel(result.plan.objectives[0].figure)

    more = len(result.plan.space.axes) - len(axes_)
    left = f"; {more} further axes are left out" if more > 0 else ""
    caption = f"What each value gave; the best in another colour{left}"
    return Picture(drawn(paint, caption, WIDE, 190 * rows + 20), caption)


def _places(axis: Axis, values: Sequence[object]) -> tuple[list[float], list[str]]:
    """Where values lie, and the names of choices."""
    if not isinstance(axis, Choices):
        return [float(value) for value in values], []  # type: ignore[arg-type]
    names = [str(one) for one in axis.choices]
    return [float(names.index(str(value))) for value in values], names


def front_of(result: SearchResult) -> Picture | None:
    """Both objectives of each trial; those that no other beats in both are joined."""
    done = [row for row in _done(result) if len(row.values) == 2]
    if not done:
        return None
    best = [row for row in result.best_rows if len(row.values) == 2]

    def paint(figure: Figure) -> None:
        axes = one_panel(figure)
        axes.plot([row.values[1] for row in done], [row.values[0] for row in done], "o",
                  color=_GREY, alpha=0.6, markersize=4.5, markeredgewidth=0)  # fmt: skip
        ordered = sorted(best, key=lambda row: row.values[1])
        axes.plot([row.values[1] for row in ordered], [row.values[0] for row in ordered], "o-",
                  color=colour(1), markersize=6, linewidth=1.0)  # fmt: skip
        for row in ordered[:12]:
            place = (row.values[1], row.values[0])
            axes.annotate(
                str(row.number), place, xytext=(5, 4), textcoords="offset points", fontsize=7
            )
        axes.set_xlabel(result.plan.objectives[1].figure)
        axes.set_ylabel(result.plan.objectives[0].figure)

    caption = "The trials that no other beats in both objectives, with their numbers"
    return Picture(drawn(paint, caption, WIDE * 0.7, 300), caption)
