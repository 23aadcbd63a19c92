"""An evaluation on a terminal: what matters first, then class by class, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from nnstudio.cli.console import console
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.confusion import ConfusionMatrix
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.label_figures import LabelFigures
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.evaluation.figures.reading import figure_text, number_text
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.runs.record import RunRecord
from nnstudio.ui.number_text import group_digits

MOST_ROWS = 20
_MISTAKES = 5
_WIDTH = 100
_NOTHING = "–"


def print_evaluation(run: RunRecord, found: Evaluation) -> None:
    """All of one part."""
    lines = console()
    made = found.predictions
    lines.print(Text.assemble((run.name, "bold"), f"  run {run.id}, {run.state.lower()}"))
    where = "weights of the last step"
    if found.epoch is not None:
        steps = int(made.checkpoint.partition("-")[2] or 0)
        where = f"weights after epoch {found.epoch}"
        if steps:
            where += f" and {steps:,} step{'' if steps == 1 else 's'} of the next"
        elif run.result.get("best_epoch") == found.epoch:
            where += " (best)"
    samples = f"{found.samples:,} sample{'' if found.samples == 1 else 's'}"
    lines.print(f"{found.part} part, {samples}, {where}, on {made.device}", markup=False)
    for note in found.notes:
        lines.print(f"note: {note}", markup=False)
    for name, figures in found.outputs.items():
        lines.print()
        if name:
            lines.print(Text(f"output {name}", "bold"))
        _print_head(figures)
        _print_rows(figures)
    lines.print()
    lines.print(_of_model(found.model), markup=False)
    lines.print(found.method, style="dim", markup=False)


def _table(*names: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(names):
        table.add_column(
            name,
            justify="left" if place < left else "right",
            overflow="fold",
            no_wrap=place >= left,
        )
    return table


def _print_head(figures: OutputFigures) -> None:
    table = _table("figure", "value", "95 % interval", left=1)
    reasons: list[str] = []
    for name, figure in figures.head().items():
        between = ""
        if figure.low is not None and figure.high is not None:
            between = f"{figure_text(name, figure.low)} to {figure_text(name, figure.high)}"
        if figure.value is None:
            reasons.append(f"no {name}: {figure.reason}")
        value = Text(figure_text(name, figure.value), "bold")
        table.add_row(Text(name), value, Text(between, "dim"))
    lines = console(width=_WIDTH)
    lines.print(table)
    if isinstance(figures, NumberFigures) and figures.scale:
        reasons.append(f"errors are not in the units of the data, but {figures.scale}")
    if isinstance(figures, ClassFigures) and figures.unit != "sample":
        lines.print(f"of {figures.answers:,} {figures.unit}s", style="dim", markup=False)
    for reason in reasons:
        lines.print(reason, style="dim", markup=False)


def _number(value: float | None) -> str:
    return _NOTHING if value is None else number_text(value)


def _print_rows(figures: OutputFigures) -> None:
    match figures:
        case ClassFigures():
            has_iou = figures.mean_iou is not None
            shown = [row for row in figures.by_class if row.support or row.given]
            shown.sort(key=lambda row: (_rank(row.f1), row.name))
            rows = [
                (
                    _name(row.name),
                    f"{row.support:,}",
                    [row.precision, row.recall, row.f1]
                    + ([row.iou] if row.iou is not None else [])
                    + ([row.roc_auc] if row.roc_auc is not None else []),
                )
                for row in shown
            ]
            more = ["IoU"] if has_iou else []
            more += ["ROC AUC"] if figures.curves is not None else []
            absent = len(figures.by_class) - len(shown)
            names = ["precision", "recall", "F1", *more]
            _print_classes("class", names, rows, absent, "F1", f"{figures.unit}s")
            if figures.confusion is not None:
                _print_mistakes(figures.confusion)
        case LabelFigures():
            labels = sorted(figures.by_label, key=lambda row: (_rank(row.f1), row.name))
            rows = [
                (
                    _name(row.name),
                    f"{row.support:,}",
                    [row.accuracy, row.precision, row.recall, row.f1]
                    + ([row.roc_auc] if row.roc_auc is not None else []),
                )
                for row in labels
            ]
            more = ["ROC AUC"] if figures.curves is not None else []
            _print_classes("label", ["accuracy", "precision", "recall", "F1", *more], rows, 0, "F1")
        case NumberFigures() if len(figures.by_number) > 1:
            numbers = sorted(figures.by_number, key=lambda row: (_rank(row.r2), row.name))
            rows = [(row.name, "", [row.mae, row.rmse, row.r2, row.median]) for row in numbers]
            _print_classes("number", ["MAE", "RMSE", "R2", "median error"], rows, 0, "R2")


def _name(text: str) -> str:
    """A class as it can be seen: a line end or a blank in quotes."""
    return text if text.isprintable() and text.strip() else repr(text)


def _rank(figure: Figure) -> float:
    return float("inf") if figure.value is None else figure.value


def _print_classes(
    what: str,
    names: Sequence[str],
    rows: Sequence[tuple[str, str, Sequence[Figure]]],
    absent: int,
    by: str,
    counts: str = "samples",
) -> None:
    counted = any(support for _, support, _ in rows)
    table = _table(what, *([counts] if counted else []), *names)
    has_none = False
    for name, support, figures in rows[:MOST_ROWS]:
        cells = [_number(one.value) for one in figures]
        has_none = has_none or _NOTHING in cells
        table.add_row(Text(name), *([support] if counted else []), *cells)
    lines = console(width=_WIDTH)
    lines.print()
    lines.print(table)
    many = {"class": "classes"}.get(what, f"{what}s")
    notes = []
    if len(rows) > MOST_ROWS:
        notes.append(
            f"the {MOST_ROWS} of {len(rows):,} {many} with the lowest {by}; --json has them all"
        )
    if absent:
        notes.append(f"{absent:,} {many if absent > 1 else what} neither occur nor were given")
    if has_none:
        notes.append(
            f"{_NOTHING} is not defined: none of these samples has it, or it was never given"
        )
    for note in notes:
        lines.print(note, style="dim", markup=False)


def _print_mistakes(matrix: ConfusionMatrix) -> None:
    """The pairs of classes that were confused most often."""
    pairs = [
        (count, _name(matrix.classes[right]), _name(matrix.classes[given]))
        for right, row in enumerate(matrix.counts)
        for given, count in enumerate(row)
        if count and right != given
    ]
    if not pairs:
        return
    pairs.sort(key=lambda one: -one[0])
    table = _table("right", "taken for", "times", left=2)
    for count, right, given in pairs[:_MISTAKES]:
        table.add_row(Text(right), Text(given), f"{count:,}")
    lines = console(width=_WIDTH)
    lines.print()
    lines.print(table)
    if len(pairs) > _MISTAKES:
        left = sum(count for count, _, _ in pairs[_MISTAKES:])
        told = f"and {left:,} more mistake{'' if left == 1 else 's'}"
        lines.print(told, style="dim", markup=False)


def _of_model(model: ModelFacts) -> str:
    frozen = f", {group_digits(model.frozen)} frozen" if model.frozen else ""
    told = f"{group_digits(model.trainable)} parameters were trained{frozen}"
    if not model.times:
        return told
    threads = ""
    if model.threads is not None:
        threads = f" with {model.threads} thread{'' if model.threads == 1 else 's'}"
    alone, *others = model.times
    each = [f"{_time(alone.seconds)} by itself"]
    each += [f"{_time(one.seconds)} in a batch of {one.batch_size}" for one in others]
    return f"{told}\na sample takes {', '.join(each)} ({model.device}{threads})"


def _time(seconds: float) -> str:
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
