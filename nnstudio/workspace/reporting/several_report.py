"""Runs and studies together in one report, as an assignment asks for: an overview, then each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from nnstudio.evaluation.figures.figure import Figure
from nnstudio.evaluation.figures.same_samples import SameSamples, same_samples
from nnstudio.evaluation.model_facts import ModelFacts
from nnstudio.project.values import Project
from nnstudio.report.document import (
    Bullets,
    Cell,
    Chapter,
    Document,
    Heading,
    Item,
    Paragraph,
    Section,
    Table,
    row,
    section,
)
from nnstudio.report.figures.compared import differences_of, intervals_of
from nnstudio.report.figures.training import curves_of_many
from nnstudio.report.numbers import NOTHING, counted, listed, of, title
from nnstudio.report.tables.studied import mean_text
from nnstudio.report.words import compared as words
from nnstudio.report.words import searched
from nnstudio.report.words.compared import Difference, Side
from nnstudio.runs.journal import read_history
from nnstudio.runs.record import RunRecord
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.study import Study
from nnstudio.workspace.opened_run import OpenedRun
from nnstudio.workspace.reporting.data_section import data_name, data_section
from nnstudio.workspace.reporting.model_section import model_section
from nnstudio.workspace.reporting.repeat_section import environment_section
from nnstudio.workspace.reporting.run_report import GatheredRun, gathered, run_chapter
from nnstudio.workspace.reporting.sample_items import with_samples
from nnstudio.workspace.reporting.search_report import (
    GatheredSearch,
    gathered_search,
    search_chapter,
)
from nnstudio.workspace.reporting.settings_section import differing_settings
from nnstudio.workspace.reporting.source_section import formatted, source_section
from nnstudio.workspace.reporting.study_gathered import GatheredStudy, gathered_study
from nnstudio.workspace.reporting.study_report import parts_section, study_chapter
from nnstudio.workspace.reporting.study_results import analysis_of, main_figure
from nnstudio.workspace.reporting.wishes import Told, Wishes

Gathered = GatheredRun | GatheredStudy | GatheredSearch
_METRICS = ("accuracy", "macro F1", "ROC AUC", "MAE", "RMSE", "R2", "log loss")
"""Figures that the overview shows, those that any of them has, at most four."""


@dataclass(frozen=True)
class _Overview:
    """One row: a model and how it was judged. values: by the name of the figure, as text."""

    name: str
    how: str
    trained: int | None
    frozen: int | None
    values: dict[str, str] = field(default_factory=dict)


def several_document(subjects: Sequence[object], wishes: Wishes, told: Told) -> Document:
    """The report on all of them, each once."""
    found: list[Gathered] = []
    for one in subjects:
        if isinstance(one, OpenedRun):
            found.append(gathered(one, wishes, told, times=False))
        elif isinstance(one, Study):
            found.append(gathered_study(one, wishes, told))
        elif isinstance(one, StudyFolder):
            found.append(gathered_search(one, wishes, told))
    told("Comparing them")
    names = _names(found)
    chapters = [_overview(found, names, wishes), _setting(found, names)]
    for one, name in zip(found, names, strict=True):
        told(f"Writing of '{name}'")
        chapters.append(_chapter(one, name))
    sources = _sources(found, names)
    if wishes.code and sources:
        made = source_section(sources)
        chapters.append(Chapter(made.title, (Section("Programs", made.items),)))
    data = list(dict.fromkeys(data_name(_spec_of(one).data) for one in found))
    about = f"{_counts(found)} on {listed(data, 3)}"
    heading = wishes.title or f"{_counts(found).capitalize()} compared"
    return Document(heading, "Report on several trainings", tuple(chapters), about)


def _counts(found: Sequence[Gathered]) -> str:
    runs = sum(isinstance(one, GatheredRun) for one in found)
    studies = len(found) - runs
    parts = [counted(runs, "run")] if runs else []
    parts += [counted(studies, "study", "studies")] if studies else []
    return listed(parts)


def _names(found: Sequence[Gathered]) -> list[str]:
    """What each is called, none as another."""
    names: list[str] = []
    for one in found:
        if isinstance(one, GatheredRun):
            name = one.name
        elif isinstance(one, GatheredStudy):
            models = [variant.name for variant in one.study.plan.variants]
            folds = counted(one.study.plan.rule.folds, "fold")
            alone = f"{models[0]} on {folds}"
            name = alone if len(models) == 1 else f"{len(models)} models on {folds}"
        else:
            name = f"Search for {one.project.root}"
        number, plain = 2, name
        while name in names:
            name, number = f"{plain} ({number})", number + 1
        names.append(name)
    return names


def _spec_of(one: Gathered) -> Project:
    if isinstance(one, GatheredRun):
        return one.run.project
    return one.study.plan.variants[0].project if isinstance(one, GatheredStudy) else one.project


def _chapter(one: Gathered, name: str) -> Chapter:
    if isinstance(one, GatheredRun):
        return run_chapter(one, Wishes(), name, short=True)
    if isinstance(one, GatheredStudy):
        return study_chapter(one, Wishes(), name, short=True)
    return search_chapter(one, Wishes(), name, short=True)


# -- overview ------------------------------------------------------------------------------------


def _overview(found: Sequence[Gathered], names: Sequence[str], wishes: Wishes) -> Chapter:
    rows = [each for one, name in zip(found, names, strict=True) for each in _rows(one, name)]
    question = wishes.question or f"What do {_counts(found)} say together, and which model is best?"
    items: list[Item] = [Paragraph(question)]
    items.append(_table(rows))
    sections = [section("Question and overview", items)]
    runs = {
        name: one
        for one, name in zip(found, names, strict=True)
        if isinstance(one, GatheredRun) and one.evaluation is not None
    }
    if len(runs) > 1:
        sections.append(_runs_together(runs))
    sections.append(_conclusions(found, names, runs))
    return Chapter("Overview", tuple(sections))


def _rows(one: Gathered, name: str) -> list[_Overview]:
    if isinstance(one, GatheredStudy):
        if one.figures is None:
            return [_Overview(name, "no run is done", None, None)]
        rows = []
        for model in one.figures.models:
            facts = next(iter(model.cells.values())).model
            values = {n: mean_text(n, each) for n, each in model.head.items()}
            bands = next(iter(model.outputs.values())).roc
            areas = [band.area.mean for band in bands if band.area.mean is not None]
            if areas:
                values["ROC AUC"] = of("ROC AUC", sum(areas) / len(areas))
            how = counted(len(model.cells), "held-out part")
            rows.append(_Overview(model.name, how, facts.trainable, facts.frozen, values))
        return rows
    run = one if isinstance(one, GatheredRun) else one.best
    if run is None or run.evaluation is None:
        return [_Overview(name, "no figures", None, None)]
    evaluation = run.evaluation
    values = {n: of(n, each.value) for n, each in evaluation.figures.head().items()}
    curves = getattr(evaluation.figures, "curves", None)
    if curves is not None:
        values["ROC AUC"] = of("ROC AUC", curves.roc_macro.area.value)
    how = f"{counted(evaluation.samples, 'sample')}, {evaluation.part} part"
    shown = name if isinstance(one, GatheredRun) else f"{name}: best trial"
    size = evaluation.model
    return [_Overview(shown, how, size.trainable, size.frozen, values)]


def _table(rows: Sequence[_Overview]) -> Table:
    there = [name for name in _METRICS if any(name in one.values for one in rows)][:4]
    told = [
        row(
            Cell(one.name, "strong"),
            one.how,
            NOTHING if one.trained is None else f"{one.trained:,}",
            NOTHING if one.frozen is None else f"{one.frozen:,}",
            *(one.values.get(name, NOTHING) for name in there),
        )
        for one in rows
    ]
    columns = ("What", "Judged by", "Trained parameters", "Frozen", *map(title, there))
    note = (
        "Of studies: mean ± deviation over what was held out. ROC AUC is the mean of the classes."
    )
    return Table(columns, tuple(told), "All of them", note, left=2, small=len(rows) > 6)


# -- runs on the same samples --------------------------------------------------------------------


def _runs_together(runs: dict[str, GatheredRun]) -> Section:
    evaluations = {name: one.evaluation for name, one in runs.items() if one.evaluation}
    main = next(iter(next(iter(evaluations.values())).figures.head()))
    heads = {name: one.figures.head().get(main) for name, one in evaluations.items()}
    there: dict[str, Figure] = {name: one for name, one in heads.items() if one is not None}
    items: list[Item | None] = [
        intervals_of(there, main, "the 95 % interval of each run"),
        curves_of_many(
            {name: read_history(one.run.folder) for name, one in runs.items()},
            "The validation of each run over the epochs",
        ),
    ]
    pairs = _pairs(runs)
    drawn = [(f"{second} minus {first}", one.difference, ()) for first, second, one in pairs]
    if drawn:
        name = pairs[0][2].figure
        items.append(differences_of(drawn, name, ", on the very same samples"))
    records: list[RunRecord] = [one.run.record for one in runs.values()]
    items.append(Heading("Settings"))
    items += differing_settings(records, list(runs))
    return section("The runs side by side", items)


def _pairs(runs: dict[str, GatheredRun]) -> list[tuple[str, str, SameSamples]]:
    found: list[tuple[str, str, SameSamples]] = []
    for first, second in combinations(runs, 2):
        one, other = runs[first].evaluation, runs[second].evaluation
        if one is None or other is None:
            continue
        same = same_samples(one.predictions, other.predictions)
        if same is not None:
            found.append((first, second, same))
    return found


def _sides(runs: dict[str, GatheredRun], main: str) -> list[Side]:
    found = []
    for name, one in runs.items():
        assert one.evaluation is not None
        value = one.evaluation.figures.head()[main].value if main else None
        if value is None:
            continue
        model, history = one.evaluation.model, read_history(one.run.folder)
        fit = history[-1].get("train_accuracy") if history else None
        size = model.trainable + model.frozen
        found.append(Side(name, value, size, one.evaluation.figures, fit))
    return found


def _conclusions(
    found: Sequence[Gathered], names: Sequence[str], runs: dict[str, GatheredRun]
) -> Section:
    items: list[Item] = []
    best: dict[str, str] = {}
    if len(runs) > 1:
        told = _of_runs(runs, best)
        items += [Heading("The runs on the same samples"), Bullets(tuple(told))]
    for one, name in zip(found, names, strict=True):
        if isinstance(one, GatheredStudy):
            own = analysis_of(one)
            if own:
                items += [Heading(name), Bullets(tuple(own))]
            if one.figures is not None and len(one.figures.models) > 1:
                main = main_figure(one.figures)
                sides = [Side(m.name, m.head[main].mean or 0.0) for m in one.figures.models]
                best[name] = words.ranking(sides, main)[0].name
        elif isinstance(one, GatheredSearch):
            items += [Heading(name), Bullets((searched.answer_of(one.result),))]
    if len(best) > 1:
        said = " ".join(f"Ahead in {where}: {which}." for where, which in best.items())
        agree = len(set(best.values())) == 1
        last = (
            "They agree, which is more than one of them would tell."
            if agree
            else "They do not agree: what is ahead by little in one split need not be in another."
        )
        items += [Heading("Together"), Paragraph(f"{said} {last}")]
    if not items:
        items.append(Paragraph("Nothing can be compared: too little has come to its end."))
    return section("Analysis", items)


def _of_runs(runs: dict[str, GatheredRun], best: dict[str, str]) -> list[str]:
    """What the runs say that were judged by the same samples, and which is ahead."""
    pairs = _pairs(runs)
    if not pairs:
        return [
            "The runs were judged by different samples, or asked for different things: their "
            "figures cannot be compared sample by sample."
        ]
    main = pairs[0][2].figure
    together = {name for first, second, _ in pairs for name in (first, second)}
    sides = _sides({name: one for name, one in runs.items() if name in together}, main)
    differences = [Difference(a, b, one.difference, one.p) for a, b, one in pairs]
    samples = counted(pairs[0][2].samples, "sample")
    told = words.analysis(sides, differences, main, f"paired bootstrap over {samples}", mean=False)
    if sides:
        best["the single runs"] = words.ranking(sides, main)[0].name
    apart = [name for name in runs if name not in together]
    if apart:
        told.append(f"{listed(apart)} cannot be compared with them: other samples, other classes.")
    told.append(
        "Each is one training: these intervals tell how the difference would vary with other "
        "samples like these, not with another seed."
    )
    return [one for one in (*told, words.cheapest(sides)) if one]


# -- what they share -----------------------------------------------------------------------------


def _setting(found: Sequence[Gathered], names: Sequence[str]) -> Chapter:
    """Data and models, each told once."""
    sections: list[Section] = []
    seen: set[str] = set()
    for one in found:
        name = data_name(_spec_of(one).data)
        if name not in seen:
            seen.add(name)
            made = _data_of(one)
            sections.append(Section(f"Data: {name}", made.items) if len(seen) > 1 else made)
    sections.append(environment_section(_versions(found, names)))
    before: dict[str, Project] = {}
    told: list[Project] = []
    for name, project, facts in _models(found, names):
        same = (project.root, project.blocks, project.values)
        if any((other.root, other.blocks, other.values) == same for other in told):
            continue
        told.append(project)
        sections.append(model_section(project, facts, f"Model: {name}", before))
        before[name] = project
    return Chapter("Data and models", tuple(sections))


def _versions(found: Sequence[Gathered], names: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """With what each was made, by its name."""
    versions: dict[str, Mapping[str, str]] = {}
    for one, name in zip(found, names, strict=True):
        if isinstance(one, GatheredRun):
            versions[name] = one.run.record.versions
        elif isinstance(one, GatheredStudy):
            versions[name] = one.versions
        else:
            versions[name] = one.folder.plan.versions
    return versions


def _data_of(one: Gathered) -> Section:
    if isinstance(one, GatheredStudy):
        return parts_section(one)
    run = one if isinstance(one, GatheredRun) else one.best
    if run is None:
        return data_section(_spec_of(one).data)
    return with_samples(data_section(run.run.project.data, *run.data), run.run)


def _models(
    found: Sequence[Gathered], names: Sequence[str]
) -> Iterator[tuple[str, Project, ModelFacts | None]]:
    for one, name in zip(found, names, strict=True):
        if isinstance(one, GatheredRun):
            yield name, one.run.project, None if one.evaluation is None else one.evaluation.model
        elif isinstance(one, GatheredStudy):
            known = {} if one.figures is None else {m.name: m for m in one.figures.models}
            for variant in one.study.plan.variants:
                own = known.get(variant.name)
                facts = None if own is None else next(iter(own.cells.values())).model
                yield variant.name, variant.project, facts
        elif one.best is not None:
            evaluation = one.best.evaluation
            facts = None if evaluation is None else evaluation.model
            yield f"{name}, best trial", one.best.run.project, facts


def _sources(found: Sequence[Gathered], names: Sequence[str]) -> dict[str, str]:
    """The programs by the names of their models."""
    sources: dict[str, str] = {}
    for one, name in zip(found, names, strict=True):
        if isinstance(one, GatheredStudy):
            texts = {model: run.text for model, run in one.programs().items()}
        else:
            run = one if isinstance(one, GatheredRun) else one.best
            texts = {} if run is None else {name: run.run.text}
        for each, plain in texts.items():
            text = formatted(plain)  # a study keeps programs as they were built
            if text not in sources.values():
                sources[each if each not in sources else f"{each} ({name})"] = text
    return sources
