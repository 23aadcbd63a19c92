"""Tables of a study: mean and deviation, fold by fold, pairs of models, trials of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.reading import is_percent, lower_is_better
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.project.search.space import Axis, Choices
from nnstudio.report.document import Cell, Table, row
from nnstudio.report.numbers import BLANK, NOTHING, number, of, p_text, points, title
from nnstudio.studies.search.result import SearchResult, TrialRow

MOST_TRIALS = 20


def mean_text(name: str, one: Spread) -> str:
    """`95.31 ± 1.20 %`."""
    if one.mean is None:
        return NOTHING
    few = f" ({one.count} of {len(one.values)})" if one.count < len(one.values) else ""
    if is_percent(name):
        deviation = NOTHING if one.deviation is None else f"{100 * one.deviation:.2f}"
        return f"{100 * one.mean:.2f} ± {deviation}{BLANK}%{few}"
    deviation = NOTHING if one.deviation is None else f"{one.deviation:.4f}"
    return f"{number(one.mean)} ± {deviation}{few}"


def spread_table(head: Mapping[str, Spread], joined: OutputFigures) -> Table:
    """Each figure over the runs, and of all held-out samples together."""
    whole = joined.head()
    rows = []
    for name, one in head.items():
        of_all = whole[name].value if name in whole else None
        rows.append(
            row(
                title(name),
                Cell(mean_text(name, one), "strong"),
                of(name, one.lowest),
                of(name, one.highest),
                of(name, of_all),
            )
        )
    columns = ("Figure", "Mean ± deviation", "Lowest", "Highest", "All held out together")
    return Table(columns, tuple(rows), "Figures over the runs")


def runs_table(
    rows: Sequence[tuple[Sequence[str], int, int, Mapping[str, Figure]]],
    places: Sequence[str],
    names: Sequence[str],
) -> Table:
    """A row for each run. rows: its place in words, samples trained with, held out, its figures."""
    told = [
        row(
            *place,
            f"{train:,}",
            f"{held:,}",
            *(of(name, head[name].value) if name in head else NOTHING for name in names),
        )
        for place, train, held, head in rows
    ]
    columns = (*places, "Trained with", "Held out", *map(title, names))
    return Table(columns, tuple(told), "Run by run", left=len(places), small=len(told) > 16)


def models_table(
    models: Mapping[str, tuple[int | None, int | None, Mapping[str, Spread]]], names: Sequence[str]
) -> Table:
    """A row for each model: parameters that were trained and frozen, mean and deviation."""
    best: dict[str, float] = {}
    for name in names:
        means = [head[name].mean for _, _, head in models.values() if name in head]
        there = [mean for mean in means if mean is not None]
        if there:
            best[name] = min(there) if lower_is_better(name) else max(there)
    told = []
    for model, (trainable, frozen, head) in models.items():
        cells = [Cell(model), Cell(_count(trainable)), Cell(_count(frozen))]
        for name in names:
            one = head.get(name)
            is_best = one is not None and one.mean is not None and one.mean == best.get(name)
            text = NOTHING if one is None else mean_text(name, one)
            cells.append(Cell(text, "strong" if is_best and len(models) > 1 else ""))
        told.append(tuple(cells))
    columns = ("Model", "Trained parameters", "Frozen", *map(title, names))
    note = "The best mean of each figure is bold; whether more than chance is in it is told below."
    return Table(
        columns, tuple(told), "Mean ± deviation over the runs", note if len(models) > 1 else ""
    )


def _count(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def pairs_table(pairs: Sequence[Paired]) -> Table | None:
    """Every two models by one figure."""
    if not pairs:
        return None
    rows = []
    for one in pairs:
        name = one.figure
        mean = NOTHING if one.mean.value is None else points(name, one.mean.value, sign=True)
        interval = NOTHING
        if one.mean.low is not None and one.mean.high is not None:
            low, high = (
                points(name, one.mean.low, sign=True),
                points(name, one.mean.high, sign=True),
            )
            interval = f"{low.removesuffix(' points')} to {high}"
        least = ""
        if one.least is not None and one.wilcoxon.value is not None:
            least = f" (≥ {one.least:.3g})"
        rows.append(
            row(
                f"{one.second} minus {one.first}",
                name,
                mean,
                interval,
                p_text(one.p),
                p_text(one.wilcoxon) + least,
            )
        )
    columns = ("Models", "Figure", "Difference", "95 % interval", "Corrected t-test", "Signed-rank")
    note = (
        "Fold by fold, several seeds as their mean. Corrected resampled t-test: Nadeau and Bengio "
        "2003; signed-rank test: Wilcoxon 1945, in brackets the smallest p that it can reach."
    )
    return Table(columns, tuple(rows), "Differences in pairs", note, left=2, small=True)


# -- search --------------------------------------------------------------------------------------


def space_table(axes: Sequence[Axis]) -> Table:
    """What was varied, and between what."""
    rows = []
    for axis in axes:
        if isinstance(axis, Choices):
            kind, told = "choice", ", ".join(map(str, axis.choices))
        else:
            kind = "whole number" if axis.kind == "whole" else "number"
            told = f"{axis.low:g} to {axis.high:g}"
            if axis.step not in (None, 1):
                told += f" in steps of {axis.step:g}"
            if axis.log:
                told += ", by factors"
        rows.append(row(axis.name.removeprefix("model."), kind, told))
    return Table(("Name", "Kind", "Values"), tuple(rows), "What was varied", left=3)


def trials_table(result: SearchResult, rows: Sequence[TrialRow], caption: str, note: str) -> Table:
    """Trials with their objectives and values."""
    objectives = [one.figure for one in result.plan.objectives]
    names = result.plan.space.names
    told = []
    for one in rows[:MOST_TRIALS]:
        is_best = one.number in result.best
        values = [number(value) for value in one.values] or [NOTHING] * len(objectives)
        cells = [Cell(value, "strong" if is_best else "") for value in values]
        cells += [Cell(value_text(one.point.get(name))) for name in names]
        told.append((Cell(str(one.number), "strong" if is_best else ""), *cells))
    columns = ("Trial", *objectives, *(name.removeprefix("model.") for name in names))
    more = len(rows) - MOST_TRIALS
    left = f" {more:,} more are left out." if more > 0 else ""
    small = len(columns) > 7
    return Table(columns, tuple(told), caption, (note + left).strip(), small=small)


def value_text(value: object) -> str:
    """A value of a point in few digits."""
    if value is None:
        return NOTHING
    return f"{value:.4g}" if isinstance(value, float) else str(value)
