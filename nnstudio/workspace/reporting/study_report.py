"""A cross-validation or a comparison as a report: models, folds, seeds, and what can be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nnstudio.errors import UserError
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.evaluation.figures.paired import Paired
from nnstudio.evaluation.figures.spread import Spread
from nnstudio.evaluation.judging import OutputFigures
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.project.values import Project
from nnstudio.report.document import (
    Bullets,
    Chapter,
    Document,
    Heading,
    Item,
    Note,
    Paragraph,
    Section,
    section,
)
from nnstudio.report.figures.compared import differences_of, spreads_of
from nnstudio.report.figures.judged import bands_of, heat_of
from nnstudio.report.figures.training import History, curves_of_folds
from nnstudio.report.numbers import counted, listed
from nnstudio.report.tables.judged import by_class_table, confusion_table
from nnstudio.report.tables.studied import (
    mean_text,
    models_table,
    pairs_table,
    runs_table,
    spread_table,
)
from nnstudio.report.words import compared as words
from nnstudio.report.words import judged
from nnstudio.report.words.compared import Difference, Side
from nnstudio.runs.journal import read_history
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import Study
from nnstudio.workspace.opened_run import OpenedRun, open_folder
from nnstudio.workspace.reporting.data_section import data_in_sentence, data_name, data_section
from nnstudio.workspace.reporting.model_section import model_section
from nnstudio.workspace.reporting.repeat_section import repeat_study
from nnstudio.workspace.reporting.settings_section import differing_settings, settings_section
from nnstudio.workspace.reporting.source_section import source_section
from nnstudio.workspace.reporting.wishes import Told, Wishes, missing, nobody_is_told
from nnstudio.workspace.studies.figures import ModelFigures, StudyFigures, figures_of
from nnstudio.workspace.studies.figures import judged as judge

SHOWN = 4
"""Figures of the head that have a column."""


@dataclass(frozen=True)
class GatheredStudy:
    """A study with what its runs tell. records: of every cell that was begun."""

    study: Study
    records: dict[Cell, RunRecord] = field(repr=False)
    figures: StudyFigures | None = field(repr=False)
    why_not: Note | None = None

    @property
    def first(self) -> OpenedRun | None:
        """The first run of each model by its files, for its program."""
        return next((run for run in self.programs().values()), None)

    def programs(self) -> dict[str, OpenedRun]:
        """A run of each model that has one which can be opened."""
        found: dict[str, OpenedRun] = {}
        for cell in self.records:
            name = self.study.plan.variants[cell.variant].name
            if name not in found:
                try:
                    found[name] = open_folder(self.study.run_folder(cell))
                except UserError:
                    continue
        return found

    def facts(self, model: ModelFigures) -> ModelFacts:
        """Parameters of a model."""
        return next(iter(model.cells.values())).model


def gathered_study(study: Study, wishes: Wishes, told: Told = nobody_is_told) -> GatheredStudy:
    """Judge every run that is done; where none is, the reason."""
    records: dict[Cell, RunRecord] = {}
    known = {}
    for cell in study.plan.cells():
        try:
            record = study.record(cell)
        except UserError:
            continue
        if record is None:
            continue
        records[cell] = record
        if record.state is State.COMPLETED:
            told(f"Judging '{study.plan.title(cell)}'")
            try:
                known[cell] = judge(study, cell, wishes.weights, device=wishes.device)
            except (UserError, OSError) as error:
                return GatheredStudy(study, records, None, missing("There are no figures", error))
    try:
        figures = figures_of(study, wishes.weights, device=wishes.device, known=known)
    except UserError as error:
        return GatheredStudy(study, records, None, missing("There are no figures", error))
    return GatheredStudy(study, records, figures)


def study_document(study: Study, wishes: Wishes, told: Told = nobody_is_told) -> Document:
    """The report on one study."""
    found = gathered_study(study, wishes, told)
    plan = study.plan
    names = [variant.name for variant in plan.variants]
    is_one = len(names) == 1
    title = f"{names[0]} on {counted(plan.rule.folds, 'fold')}" if is_one else _versus(names)
    kind = "Report on a cross-validation" if is_one else "Report on a comparison"
    about = f"{data_name(plan.variants[0].project.data)}, {study.folds.method}, study {study.id}"
    chapter = study_chapter(found, wishes, told=told)
    return Document(wishes.title or title, kind, (chapter,), about)


def _versus(names: list[str]) -> str:
    return f"{names[0]} against {names[1]}" if len(names) == 2 else f"{len(names)} models compared"


def study_chapter(
    found: GatheredStudy,
    wishes: Wishes,
    title: str = "",
    *,
    short: bool = False,
    told: Told = nobody_is_told,
) -> Chapter:
    """All that a study tells. short: without models, data and programs, which stand elsewhere."""
    study = found.study
    variants = study.plan.variants
    by_name = {} if found.figures is None else {one.name: one for one in found.figures.models}
    sections = [_summary(found, wishes if not title else Wishes()), _done(found)]
    if not short:
        before: dict[str, Project] = {}
        for variant in variants:
            name = "Model" if len(variants) == 1 else f"Model {variant.name}"
            own = by_name.get(variant.name)
            facts = None if own is None else found.facts(own)
            told(f"Looking at {variant.name}")
            sections.append(model_section(variant.project, facts, name, before))
            before[variant.name] = variant.project
        sections.append(_data(found, told))
    sections += [_settings(found), _training(found), *_results(found), _analysis(found)]
    sections.append(repeat_study(study, _versions(found), _seconds(found)))
    if wishes.code and not short:
        programs = {name: run.text for name, run in found.programs().items()}
        if programs:
            sections.append(source_section(programs))
    return Chapter(title, tuple(sections))


# -- question, plan, data ------------------------------------------------------------------------


def main_figure(figures: StudyFigures) -> str:
    """The figure by which models are compared: the first of the head that all have."""
    heads = [one.head for one in figures.models]
    return next((n for n in heads[0] if all(n in h and h[n].mean is not None for h in heads)), "")


def _question(found: GatheredStudy, wishes: Wishes) -> str:
    variants = found.study.plan.variants
    data = data_in_sentence(variants[0].project.data)
    if wishes.question:
        return wishes.question
    figures = None if found.figures is None else found.figures.models[0].joined
    if len(variants) == 1:
        asked = judged.question_of(variants[0].name, data, figures)
        return f"{asked[:-1]}, and how much does that vary with the samples it is trained with?"
    names = listed([variant.name for variant in variants], 8)
    return f"Which of {names} is best on {data}, and is it better by more than chance?"


def _summary(found: GatheredStudy, wishes: Wishes) -> Section:
    items: list[Item] = [Paragraph(_question(found, wishes))]
    if found.figures is None:
        items += [] if found.why_not is None else [found.why_not]
        return section("Question and answer", items)
    if len(found.figures.models) == 1:
        items.append(Paragraph(_answer_of_one(found.figures.models[0])))
    else:
        told = _compared(found.figures)
        items += [Paragraph(one) for one in told[:4]]
        if len(told) > 4:
            items.append(Paragraph("More under Analysis."))
    if not found.figures.is_complete:
        items.append(Note(found.figures.notes()[0], "warning"))
    return section("Question and answer", items)


def _answer_of_one(model: ModelFigures) -> str:
    name, one = next(iter(model.head.items()))
    runs = counted(len(model.cells), "run")
    spread = f"{mean_text(name, one)} (mean and deviation of {runs})"
    more = "; single runs lie from {} to {}"
    from nnstudio.report.numbers import of

    lies = "" if one.count < 2 else more.format(of(name, one.lowest), of(name, one.highest))
    return f"On samples that it was not trained with it has {name} {spread}{lies}."


def _done(found: GatheredStudy) -> Section:
    study, plan = found.study, found.study.plan
    every = len(list(plan.cells()))
    states = [record.state for record in found.records.values()]
    done = states.count(State.COMPLETED)
    models = counted(len(plan.variants), "model")
    sentences = [
        f"{models} trained on {study.folds.method}"
        + (f", each with {plan.seeds} seeds" if plan.seeds > 1 else "")
        + f": {done:,} of {counted(every, 'run')} are done.",
        "Each run is judged by the samples that were held out of it, with the weights of its "
        + ("last epoch." if found.figures is None or found.figures.weights == "last" else "best."),
    ]
    items: list[Item] = [Paragraph(" ".join(sentences))]
    notes = study.notes() if found.figures is None else found.figures.notes()
    items += [Bullets(tuple(dict.fromkeys(notes)))] if notes else []
    failed = [
        f"{record.name}: {record.result.get('sentence') or record.state.lower()}"
        for record in found.records.values()
        if record.state in (State.FAILED, State.LOST, State.STOPPED)
    ]
    items += [Note(one, "error") for one in failed[:8]]
    return section("What was done", items)


def _data(found: GatheredStudy, told: Told) -> Section:
    spec = found.study.plan.variants[0].project.data
    run = found.first
    split = found.study.folds.method
    if run is None:
        return data_section(spec, why_not=missing("No run has kept its data", None), split=split)
    told("Reading the data")
    try:
        assembled = run.parts()
    except (UserError, OSError) as error:
        why = missing("The data cannot be read again, only what is kept of them", error)
        return data_section(run.project.data, why_not=why, split=split)
    return data_section(
        run.project.data,
        assembled.samples,
        assembled.parts,
        split=split,
        about_parts=f"The parts are those of one run ({run.record.name}): what was held out of it "
        "stands under Validation.",
    )


def _settings(found: GatheredStudy) -> Section:
    first: dict[str, RunRecord] = {}
    for cell, record in found.records.items():
        first.setdefault(found.study.plan.variants[cell.variant].name, record)
    if not first:
        return section("Settings", [Paragraph("No run has been begun.")])
    if len(first) == 1:
        return settings_section(next(iter(first.values())))
    return section("Settings", differing_settings(list(first.values()), list(first)))


def _versions(found: GatheredStudy) -> dict[str, str]:
    return next((record.versions for record in found.records.values() if record.versions), {})


def _seconds(found: GatheredStudy) -> float:
    return sum(float(record.result.get("seconds") or 0.0) for record in found.records.values())


# -- what came of it -----------------------------------------------------------------------------


def _training(found: GatheredStudy) -> Section:
    histories: dict[str, list[History]] = {}
    for cell in found.records:
        name = found.study.plan.variants[cell.variant].name
        histories.setdefault(name, []).append(read_history(found.study.run_folder(cell)))
    title = "The held-out samples over the epochs: each run, and their mean"
    drawn = curves_of_folds(histories, title)
    return section(
        "Training", [drawn or Paragraph("No epoch has come to its end: there are no curves.")]
    )


def _results(found: GatheredStudy) -> list[Section]:
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


def _compared(figures: StudyFigures, fits: dict[str, float] | None = None) -> list[str]:
    main = main_figure(figures)
    if not main:
        return ["The models have no figure in common: nothing can be said about their difference."]
    pairs: list[Paired] = [one for one in figures.pairs if one.figure == main]
    differences = [Difference(one.first, one.second, one.mean, one.p) for one in pairs]
    folds = counted(len(pairs[0].differences), "fold") if pairs else "the folds"
    how = f"corrected t-test over {folds}"
    return words.analysis(sides_of(figures, main, fits or {}), differences, main, how)


def _analysis(found: GatheredStudy) -> Section:
    if found.figures is None:
        text = "Without figures nothing can be said about what the models are worth."
        return section("Analysis", [Paragraph(text)])
    figures = found.figures
    told: list[str] = []
    fits = fits_of(found)
    if len(figures.models) == 1:
        told += _of_one(figures.models[0])
    else:
        told += _compared(figures, fits)
    main = main_figure(figures)
    heads: dict[str, Spread] = {one.name: one.head[main] for one in figures.models} if main else {}
    told += words.folds_in_words({n: (h.mean, h.deviation) for n, h in heads.items()}, main)
    sizes = words.cheapest(sides_of(figures, main, fits)) if main else ""
    items: list[Item] = [Bullets(tuple(one for one in (*told, sizes) if one))]
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
