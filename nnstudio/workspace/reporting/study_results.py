"""What came of a study, in a report: models, folds, classes, and what can be concluded."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.report.document import (
    Bullets,
    Heading,
    Item,
    Paragraph,
    Section,
    section,
)
from nnstudio.report.figures.compared import differences_of, spreads_of
from nnstudio.report.figures.judged import bands_of, heat_of
from nnstudio.report.figures.training import History, curves_of_folds
from nnstudio.report.numbers import counted
from nnstudio.report.tables.judged import by_class_table, confusion_table
from nnstudio.report.tables.studied import (
    models_table,
    pairs_table,
    runs_table,
    spread_table,
)
from nnstudio.report.words import compared as words
from nnstudio.report.words import judged
from nnstudio.report.words.compared import Difference, Side
from nnstudio.runs.journal import read_history
from nnstudio.runs.states import State
from nnstudio.studies.plan import Cell
from nnstudio.workspace.reporting.study_gathered import GatheredStudy
from nnstudio.workspace.studies.figures import ModelFigures, StudyFigures

SHOWN = 4
"""Figures of the head that have a column."""


def main_figure(figures: StudyFigures) -> str:
    """The figure by which models are compared: the first of the head that all have."""
    heads = [one.head for one in figures.models]
    return next((n for n in heads[0] if all(n in h and h[n].mean is not None for h in heads)), "")


def training_section(found: GatheredStudy) -> Section:
    """Each run and their mean over the epochs."""
    histories: dict[str, list[History]] = {}
    for cell in found.records:
        name = found.study.plan.variants[cell.variant].name
        histories.setdefault(name, []).append(read_history(found.study.run_folder(cell)))
    title = "The held-out samples over the epochs: each run, and their mean"
    drawn = curves_of_folds(histories, title)
    return section(
        "Training", [drawn or Paragraph("No epoch has come to its end: there are no curves.")]
    )


def result_sections(found: GatheredStudy) -> list[Section]:
    """Models, differences, run by run, class by class; nothing where there are no figures."""
    if found.figures is None:
        return []
    figures, models = found.figures, found.figures.models
    main = main_figure(figures)
    names = list(models[0].head)[:SHOWN]
    sizes = {
        one.name: (found.facts(one).trainable, found.facts(one).frozen, one.head) for one in models
    }
    items: list[Item | None] = [models_table(sizes, names)]
    if main:
        items.append(spreads_of({one.name: one.head[main] for one in models}, main))
    if len(models) == 1:
        items.append(spread_table(models[0].head, models[0].joined))
    items += _pairs(figures, main)
    items.append(_run_by_run(found, names))
    sections = [section("Results", items)]
    for one in models:
        title = "Class by class" if len(models) == 1 else f"Class by class: {one.name}"
        own = joined_items(one)
        if own:
            sections.append(section(title, own))
    bands = {one.name: next(iter(one.outputs.values())).roc for one in models}
    drawn = bands_of(bands)
    if drawn is not None:
        sections.append(section("ROC", [drawn]))
    return sections


def _pairs(figures: StudyFigures, main: str) -> list[Item | None]:
    shown = [one for one in figures.pairs if one.figure in list(figures.models[0].head)[:SHOWN]]
    if not shown:
        return []
    if len(shown) > 2 * SHOWN:  # of many models the figure by which they are compared
        shown = [one for one in shown if one.figure == main]
    own = [one for one in figures.pairs if one.figure == main]
    drawn = differences_of(
        [(f"{one.second} minus {one.first}", one.mean, one.differences) for one in own],
        main,
        "; pale dots are single folds",
    )
    weak = list(dict.fromkeys(note for one in figures.pairs for note in one.notes))
    return [drawn, pairs_table(shown), Bullets(tuple(weak)) if weak else None]


def _run_by_run(found: GatheredStudy, names: list[str]) -> Item:
    assert found.figures is not None
    study, plan = found.study, found.study.plan
    several = len(found.figures.models) > 1
    wanted: list[tuple[str, Callable[[Cell], str], bool]] = [
        ("Model", lambda cell: plan.variants[cell.variant].name, several),
        ("Repeat", lambda cell: str(cell.repeat + 1), plan.rule.repeats > 1),
        ("Fold", lambda cell: str(cell.fold + 1), True),
        ("Seed", lambda cell: str(cell.seed + 1), plan.seeds > 1),
    ]
    places = [(title, make) for title, make, is_shown in wanted if is_shown]
    rows = []
    for model in found.figures.models:
        for cell, one in model.cells.items():
            part = study.folds.parts[cell.repeat][cell.fold]
            place = [make(cell) for _, make in places]
            rows.append((place, len(part.train), one.samples, one.figures.head()))
    return runs_table(rows, [title for title, _ in places], names)


def joined_items(model: ModelFigures) -> list[Item]:
    """All held-out predictions of a model together: matrix and classes of each output."""
    items: list[Item] = []
    for name, output in model.outputs.items():
        made = matrix_and_classes(output.joined)
        if name and made:
            items.append(Heading(f"Output {name}"))
        items += made
    return items


def matrix_and_classes(joined: OutputFigures) -> list[Item]:
    """The confusion matrix and the table of classes."""
    items: list[Item] = []
    if isinstance(joined, ClassFigures) and joined.confusion is not None:
        caption = "Confusion matrix of all held-out samples"
        items.append(confusion_table(joined.confusion, caption) or heat_of(joined.confusion))
    table = by_class_table(joined)
    return items if table is None else [*items, table]


# -- what can be said ----------------------------------------------------------------------------


def sides_of(figures: StudyFigures, main: str, fits: dict[str, float]) -> list[Side]:
    """The models with what is needed to compare them."""
    found = []
    for one in figures.models:
        mean = one.head[main].mean
        facts = next(iter(one.cells.values())).model
        assert mean is not None
        found.append(
            Side(one.name, mean, facts.trainable + facts.frozen, one.joined, fits.get(one.name))
        )
    return found


def compared(figures: StudyFigures, fits: dict[str, float] | None = None) -> list[str]:
    """The models against each other by their first figure, in sentences."""
    main = main_figure(figures)
    if not main:
        return ["The models have no figure in common: nothing can be said about their difference."]
    pairs: list[Paired] = [one for one in figures.pairs if one.figure == main]
    differences = [Difference(one.first, one.second, one.mean, one.p) for one in pairs]
    folds = counted(len(pairs[0].differences), "fold") if pairs else "the folds"
    how = f"corrected t-test over {folds}"
    return words.analysis(sides_of(figures, main, fits or {}), differences, main, how)


def analysis_of(found: GatheredStudy) -> list[str]:
    """What the figures show, in sentences; nothing where there are none."""
    if found.figures is None:
        return []
    figures = found.figures
    told: list[str] = []
    fits = fits_of(found)
    if len(figures.models) == 1:
        told += _of_one(figures.models[0])
    else:
        told += compared(figures, fits)
    main = main_figure(figures)
    heads: dict[str, Spread] = {one.name: one.head[main] for one in figures.models} if main else {}
    told += words.folds_in_words({n: (h.mean, h.deviation) for n, h in heads.items()}, main)
    sizes = words.cheapest(sides_of(figures, main, fits)) if main else ""
    return [one for one in (*told, sizes) if one]


def analysis_section(found: GatheredStudy) -> Section:
    """What can be concluded, and what not."""
    if found.figures is None:
        text = "Without figures nothing can be said about what the models are worth."
        return section("Analysis", [Paragraph(text)])
    figures = found.figures
    items: list[Item] = [Bullets(tuple(analysis_of(found)))]
    limits = [
        "Means and deviations over folds say how a training with other samples would turn out; "
        "they say nothing about data from elsewhere."
    ]
    if len(figures.models) > 1:
        limits.append(
            "What differs between the models was not changed one by one: the reasons given are "
            "what the figures are consistent with, not proofs."
        )
    items += [Heading("What this does not say"), Bullets(tuple(limits))]
    return section("Analysis", items)


def _of_one(model: ModelFigures) -> list[str]:
    first = next(iter(model.cells.values()))
    return judged.strengths(first, model.joined)


def fits_of(found: GatheredStudy) -> dict[str, float]:
    """The mean accuracy on the training samples in the last epoch of each model's runs."""
    values: dict[str, list[float]] = {}
    for cell, record in found.records.items():
        if record.state is not State.COMPLETED:
            continue
        history = read_history(found.study.run_folder(cell))
        value = history[-1].get("train_accuracy") if history else None
        if value is not None:
            name = found.study.plan.variants[cell.variant].name
            values.setdefault(name, []).append(float(value))
    return {name: sum(each) / len(each) for name, each in values.items()}
