"""Tables of an evaluation: what is looked at first, class by class, what was taken for what."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.confusion import ConfusionMatrix
from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.label_figures import LabelFigures
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.report.document import Cell, Table, Tile, Tiles, row
from nnstudio.report.numbers import NOTHING, between, counted, name_of, number, of, percent, title

MOST_IN_MATRIX = 20
"""Classes up to which a confusion matrix is a table of counts."""
MOST_ROWS = 60
WIDEST, WORD = 24, 14
"""Letters of a name beside the rows, and of one without blanks; the table of classes has it all."""
ROOM = 90
"""Letters of all names of a confusion matrix for which there is room above its columns."""
_UNDEFINED = f"{NOTHING} is not defined: none of these samples has the class, or it was never given"


def tiles_of(figures: OutputFigures, most: int = 4) -> Tiles:
    """The figures that are looked at first, large."""
    tiles = []
    for name, one in list(figures.head().items())[:most]:
        interval = between(name, one.low, one.high)
        below = one.reason or (f"95 %: {interval}" if interval else "")
        tiles.append(Tile(title(name), of(name, one.value), below))
    return Tiles(tuple(tiles))


def head_table(figures: OutputFigures, caption: str = "", method: str = "") -> Table:
    """Every figure of the head with its interval; why one has no value."""
    rows, reasons = [], []
    for name, one in figures.head().items():
        rows.append(
            row(title(name), Cell(of(name, one.value), "strong"), between(name, one.low, one.high))
        )
        if one.value is None:
            reasons.append(f"no {name}: {one.reason}")
    if isinstance(figures, NumberFigures):
        scale = figures.scale or "in the units of the data"
        reasons.append(f"errors are {scale}")
    if isinstance(figures, ClassFigures) and figures.unit != "sample":
        reasons.append(f"of {counted(figures.answers, figures.unit)}")
    note = "; ".join([*reasons, *([method] if method else [])])
    return Table(("Figure", "Value", "95 % interval"), tuple(rows), caption, _sentence(note))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def by_class_table(figures: OutputFigures) -> Table | None:
    """Class by class, label by label or number by number, in their own order."""
    match figures:
        case ClassFigures():
            return _classes(figures)
        case LabelFigures():
            return _labels(figures)
        case NumberFigures() if len(figures.by_number) > 1:
            rows = [
                row(name_of(one.name), *map(_plain, (one.mae, one.rmse, one.r2, one.median)))
                for one in figures.by_number[:MOST_ROWS]
            ]
            columns = ("Number", "MAE", "RMSE", "R²", "Median error")
            return Table(columns, tuple(rows), "Number by number", _left_out(figures.by_number))
    return None


def _classes(figures: ClassFigures) -> Table:
    shown = [one for one in figures.by_class if one.support or one.given]
    has_iou, has_auc = figures.mean_iou is not None, figures.curves is not None
    columns = ["Class", f"{figures.unit.capitalize()}s", "Precision", "Recall", "F1"]
    columns += ["IoU"] if has_iou else []
    columns += ["ROC AUC", "Average precision"] if has_auc else []
    rows = []
    for one in shown[:MOST_ROWS]:
        cells = [one.precision, one.recall, one.f1]
        cells += [one.iou] if one.iou is not None else []
        if has_auc and one.roc_auc is not None and one.average_precision is not None:
            cells += [one.roc_auc, one.average_precision]
        rows.append(row(name_of(one.name), f"{one.support:,}", *map(_plain, cells)))
    if len(shown) > 1:
        for name, mean in (("Macro mean", figures.macro), ("Weighted mean", figures.weighted)):
            more: list[Cell] = [Cell("")] * (len(columns) - 5)
            if has_auc and figures.curves is not None and name == "Macro mean":
                area = figures.curves.roc_macro.area
                more[-2:] = [_plain(area), _plain(figures.curves.average_precision_macro)]
            cells_of_mean = [_plain(one) for one in (mean.precision, mean.recall, mean.f1)]
            rows.append(row(Cell(name, "strong"), f"{figures.answers:,}", *cells_of_mean, *more))
    absent = len(figures.by_class) - len(shown)
    notes = [_left_out(shown)] if len(shown) > MOST_ROWS else []
    if absent:
        verbs = "occurs nor was" if absent == 1 else "occur nor were"
        notes.append(f"{counted(absent, 'class', 'classes')} neither {verbs} given.")
    has_none = any(cell.text == NOTHING for cells in rows for cell in cells)
    notes += [f"{_UNDEFINED}."] if has_none else []
    return Table(tuple(columns), tuple(rows), "Class by class", " ".join(notes))


def _labels(figures: LabelFigures) -> Table:
    columns = ["Label", "Samples", "Accuracy", "Precision", "Recall", "F1"]
    has_auc = figures.curves is not None
    columns += ["ROC AUC", "Average precision"] if has_auc else []
    rows = []
    for one in figures.by_label[:MOST_ROWS]:
        cells = [one.accuracy, one.precision, one.recall, one.f1]
        if one.roc_auc is not None and one.average_precision is not None:
            cells += [one.roc_auc, one.average_precision]
        rows.append(row(name_of(one.name), f"{one.support:,}", *map(_plain, cells)))
    return Table(tuple(columns), tuple(rows), "Label by label", _left_out(figures.by_label))


def _left_out(rows: Sequence[object]) -> str:
    more = len(rows) - MOST_ROWS
    return f"The first {MOST_ROWS}; {more:,} more are left out." if more > 0 else ""


def _plain(one: Figure) -> Cell:
    return Cell(number(one.value), "muted" if one.value is None else "")


def confusion_table(matrix: ConfusionMatrix, caption: str = "") -> Table | None:
    """Counts, a row for what is right; None for too many classes."""
    names = [name_of(one) for one in matrix.classes]
    if len(names) > MOST_IN_MATRIX:
        return None
    shares = matrix.by_row()
    heads = names
    if sum(map(len, names)) > ROOM:  # numbers in place of names that would be broken into pieces
        heads = [str(k + 1) for k in range(len(names))]
        short = [_short(name) for name in names]
        names = [f"{head} {name}" for head, name in zip(heads, short, strict=True)]
    rows = []
    for k, counts in enumerate(matrix.counts):
        cells = [
            Cell(f"{count:,}" if count else "·", "good" if j == k else "bad", float(shares[k][j]))
            if count
            else Cell("·", "muted")
            for j, count in enumerate(counts)
        ]
        rows.append(row(Cell(names[k], "strong"), *cells, f"{sum(counts):,}"))
    said = caption or "Confusion matrix"
    return Table(
        ("Right \\ given", *heads, "All"),
        tuple(rows),
        f"{said}: a row is what is right, a column what was given",
        matrix=True,
        small=len(names) > 12,
    )


def _short(name: str) -> str:
    most = WIDEST if " " in name[:WORD] else WORD
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def mistakes_table(matrix: ConfusionMatrix, most: int = 8) -> Table | None:
    """The pairs of classes that were confused most often."""
    pairs = mistakes(matrix)
    if not pairs:
        return None
    rows = []
    for count, right, given, share in pairs[:most]:
        of_class = percent(share, 0)
        rows.append(row(right, given, f"{count:,}", of_class))
    left = sum(one[0] for one in pairs[most:])
    note = f"And {counted(left, 'more mistake')}." if left else ""
    columns = ("Right", "Taken for", "Times", "Of the class")
    return Table(columns, tuple(rows), "The most frequent mistakes", note, left=2)


def mistakes(matrix: ConfusionMatrix) -> list[tuple[int, str, str, float]]:
    """Times, right, given, and the share of the right class; the most frequent first."""
    found = []
    for k, counts in enumerate(matrix.counts):
        whole = sum(counts)
        found += [
            (count, name_of(matrix.classes[k]), name_of(matrix.classes[j]), count / whole)
            for j, count in enumerate(counts)
            if count and j != k
        ]
    return sorted(found, key=lambda one: -one[0])
