"""What came of a study on a terminal: mean ± deviation, each fold, pairs of models."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from nnstudio.cli.console import console
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.workspace.studies.figures import ModelFigures, OutputSpread, StudyFigures

_WIDTH = 110
_NOTHING = "–"
_MOST_CLASSES = 20
_SHOWN = 4
"""Figures of each fold that have a column."""


def print_study(found: StudyFigures) -> None:
    """All of it."""
    lines = console()
    study = found.study
    which = "last epoch" if found.weights == "last" else "best epoch"
    for model in found.models:
        lines.print()
        lines.print(Text.assemble((model.name, "bold"), f"  {study.folds.method}"))
        lines.print(f"judged by the held-out samples, weights of the {which} of each run")
        for name, output in model.outputs.items():
            lines.print()
            if name:
                lines.print(Text(f"output {name}", "bold"))
            _print_spread(output)
            _print_classes(output)
    if len(found.models) == 1:
        _print_runs(found.models[0])
    for pair in found.pairs:
        if pair.figure in list(found.models[0].head)[:_SHOWN]:
            _print_pair(pair, is_first=pair.figure == next(iter(found.models[0].head)))
    lines.print()
    weak = dict.fromkeys(note for pair in found.pairs for note in pair.notes)
    said = study.notes()  # before the first run
    for note in (*(one for one in found.notes() if one not in said), *weak):
        lines.print(f"note: {note}", markup=False)
    lines.print(f"study {study.id} in {study.folder}", style="dim", markup=False)


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(names):
        if place:
            table.add_column(name, justify="right", no_wrap=True)
        else:
            table.add_column(name, overflow="fold", min_width=8)
    return table


def _print_spread(output: OutputSpread) -> None:
    table = _table("figure", "mean ± deviation", "lowest", "highest", "all held out")
    whole = output.joined.head()
    for name, one in output.head.items():
        joined = whole.get(name)
        value = None if joined is None else joined.value
        table.add_row(name, _mean(one), _number(one.lowest), _number(one.highest), _number(value))
    console(width=_WIDTH).print(table)


def _print_classes(output: OutputSpread) -> None:
    from nnstudio.evaluation.figures.class_figures import ClassFigures

    joined = output.joined
    if not output.by_class or not isinstance(joined, ClassFigures):
        return
    table = _table("class", "held out", "precision", "recall", "F1", "ROC AUC")
    areas = [_mean(band.area, 3) for band in output.roc] or [_NOTHING] * len(output.by_class)
    rows = list(zip(output.by_class, joined.by_class, areas, strict=True))
    rows.sort(key=lambda row: row[0].f1.mean if row[0].f1.mean is not None else -1.0)
    for row, whole, area in rows[:_MOST_CLASSES]:
        cells = (_mean(row.precision, 3), _mean(row.recall, 3), _mean(row.f1, 3), area)
        table.add_row(Text(row.name), f"{whole.support:,}", *cells)
    console().print()
    console(width=_WIDTH).print(table)
    if len(rows) > _MOST_CLASSES:
        console().print(f"and {len(rows) - _MOST_CLASSES:,} classes with a higher F1")


def _print_runs(model: ModelFigures) -> None:
    names = list(model.head)[:_SHOWN]
    repeats = len({cell.repeat for cell in model.cells}) > 1
    table = _table("fold", "samples", *names)
    for cell, one in model.cells.items():
        head = one.figures.head()
        word = f"{cell.fold + 1}" + (f" of repeat {cell.repeat + 1}" if repeats else "")
        table.add_row(word, f"{one.samples:,}", *(_figure(head[name]) for name in names))
    console().print()
    console(width=_WIDTH).print(table)


def _print_pair(pair: Paired, *, is_first: bool) -> None:
    lines = console()
    if is_first:
        lines.print()
        lines.print(Text(f"{pair.second} minus {pair.first}, fold by fold", "bold"))
    between = ""
    if pair.mean.low is not None:
        between = f", 95 % interval {_number(pair.mean.low)} to {_number(pair.mean.high)}"
    tests = f"corrected t-test {_p(pair.p)}, signed-rank test {_p(pair.wilcoxon)}"
    if pair.least is not None and pair.wilcoxon.value is not None:
        tests += f" (cannot be below {pair.least:.3g})"
    value = _number(pair.mean.value)
    lines.print(f"{pair.figure}: {value}{between}; {tests}", markup=False)


def _p(figure: Figure) -> str:
    if figure.value is None:
        return f"not possible: {figure.reason}"
    return "p < 0.001" if figure.value < 0.001 else f"p = {figure.value:.3f}"


def _mean(one: Spread, digits: int = 4) -> str:
    if one.mean is None:
        return _NOTHING
    few = f" ({one.count} of {len(one.values)})" if one.count < len(one.values) else ""
    deviation = _NOTHING if one.deviation is None else f"{one.deviation:.{digits}f}"
    return f"{one.mean:.{digits}f} ± {deviation}{few}"


def _figure(figure: Figure) -> str:
    return _number(figure.value)


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.4f}"
