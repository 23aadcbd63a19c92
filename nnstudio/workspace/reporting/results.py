"""The figures of one evaluation as parts of a report: tables, matrix, curves."""

from __future__ import annotations

from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.label_figures import LabelFigures
from nnstudio.evaluation.figures.number_figures import NumberFigures
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.report.document import Heading, Item, Note, Paragraph, Pictures, Table, row
from nnstudio.report.figures.judged import (
    calibration_of,
    heat_of,
    precision_recall_of,
    residuals_of,
    roc_of,
)
from nnstudio.report.numbers import counted
from nnstudio.report.tables.judged import (
    by_class_table,
    confusion_table,
    head_table,
    mistakes_table,
    tiles_of,
)


def result_items(found: Evaluation) -> list[Item]:
    """All outputs of an evaluation, one after the other."""
    items: list[Item] = [Paragraph(what_was_judged(found))]
    items += [Note(note) for note in found.notes]
    several = len(found.outputs) > 1
    for name, figures in found.outputs.items():
        if several:
            items.append(Heading(f"Output {name}"))
        items.append(tiles_of(figures))
        items.append(head_table(figures, "Figures", found.method))
        items += figure_items(figures)
    times = _times(found.model)
    if times is not None:
        items.append(times)
    return items


def what_was_judged(found: Evaluation) -> str:
    """Part, samples and weights in a sentence."""
    where = "of the last step" if found.epoch is None else f"after epoch {found.epoch}"
    samples = counted(found.samples, "sample")
    return f"Judged by the {samples} of the {found.part} part, with the weights {where}."


def figure_items(figures: OutputFigures) -> list[Item]:
    """What is told class by class, and drawn."""
    items: list[Item] = []
    if isinstance(figures, ClassFigures) and figures.confusion is not None:
        matrix = confusion_table(figures.confusion)
        items.append(matrix or heat_of(figures.confusion))
        wrong = mistakes_table(figures.confusion)
        if wrong is not None and len(figures.by_class) > 2:
            items.append(wrong)
    table = by_class_table(figures)
    if table is not None:
        items.append(table)
    if isinstance(figures, ClassFigures | LabelFigures):
        if figures.curves is not None:
            both = (roc_of(figures.curves), precision_recall_of(figures.curves))
            items.append(Pictures(both))
        else:
            why = figures.missing.get("curves", "")
            items.append(Paragraph(f"There are no ROC curves: {why}." if why else ""))
    if isinstance(figures, ClassFigures) and figures.calibration is not None:
        items.append(calibration_of(figures.calibration))
    if isinstance(figures, NumberFigures):
        drawn = residuals_of(figures.residuals)
        items += [] if drawn is None else [drawn]
    return [one for one in items if not (isinstance(one, Paragraph) and not one.text)]


def _times(model: ModelFacts) -> Table | None:
    if not model.times:
        return None
    rows = [
        row(f"{one.batch_size:,}", f"{1e3 * one.seconds:.3g} ms", f"{1 / one.seconds:,.0f}")
        for one in model.times
        if one.seconds > 0
    ]
    threads = "" if model.threads is None else f", {counted(model.threads, 'thread')}"
    columns = ("Batch", "Time for a sample", "Samples a second")
    return Table(columns, tuple(rows), f"Time of predicting on {model.device}{threads}", left=0)
