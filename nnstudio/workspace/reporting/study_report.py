"""A cross-validation or a comparison as a report: models, folds, seeds, and what can be said."""

from __future__ import annotations

from nnstudio.errors import UserError
from nnstudio.project.values import Project
from nnstudio.report.document import (
    Bullets,
    Chapter,
    Document,
    Item,
    Note,
    Paragraph,
    Section,
    section,
)
from nnstudio.report.numbers import counted, listed
from nnstudio.report.tables.studied import (
    mean_text,
)
from nnstudio.report.words import judged
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State
from nnstudio.studies.study import Study
from nnstudio.workspace.reporting.data_section import data_in_sentence, data_name, data_section
from nnstudio.workspace.reporting.model_section import model_section
from nnstudio.workspace.reporting.repeat_section import repeat_study
from nnstudio.workspace.reporting.sample_items import with_samples
from nnstudio.workspace.reporting.settings_section import differing_settings, settings_section
from nnstudio.workspace.reporting.source_section import source_section
from nnstudio.workspace.reporting.study_gathered import GatheredStudy, gathered_study
from nnstudio.workspace.reporting.study_results import (
    analysis_section,
    compared,
    result_sections,
    training_section,
)
from nnstudio.workspace.reporting.wishes import Told, Wishes, missing, nobody_is_told
from nnstudio.workspace.studies.figures import ModelFigures


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
        sections.append(parts_section(found, told))
    sections += [
        _settings(found),
        training_section(found),
        *result_sections(found),
        analysis_section(found),
    ]
    sections.append(repeat_study(study, {} if short else found.versions, _seconds(found)))
    if wishes.code and not short:
        programs = {name: run.text for name, run in found.programs().items()}
        if programs:
            sections.append(source_section(programs))
    return Chapter(title, tuple(sections))


# -- question, plan, data ------------------------------------------------------------------------


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
        told = compared(found.figures)
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


def parts_section(found: GatheredStudy, told: Told = nobody_is_told) -> Section:
    """The data, with the parts of one of the runs."""
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
    made = data_section(
        run.project.data,
        assembled.samples,
        assembled.parts,
        split=split,
        about_parts=f"The parts are those of one run ({run.record.name}): what was held out of it "
        "stands under Validation.",
    )
    return with_samples(made, run)


def _settings(found: GatheredStudy) -> Section:
    first: dict[str, RunRecord] = {}
    for cell, record in found.records.items():
        first.setdefault(found.study.plan.variants[cell.variant].name, record)
    if not first:
        return section("Settings", [Paragraph("No run has been begun.")])
    if len(first) == 1:
        return settings_section(next(iter(first.values())))
    return section("Settings", differing_settings(list(first.values()), list(first)))


def _seconds(found: GatheredStudy) -> float:
    return sum(float(record.result.get("seconds") or 0.0) for record in found.records.values())
