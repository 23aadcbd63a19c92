"""A search of hyper-parameters as a report: what was varied, what came of it, the best run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnstudio.errors import UserError
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.report.document import (
    Bullets,
    Chapter,
    Document,
    Facts,
    Heading,
    Item,
    Note,
    Paragraph,
    Pictures,
    Section,
    section,
)
from nnstudio.report.figures.searched import best_so_far, front_of, importance_of, slices_of
from nnstudio.report.figures.training import curves_of
from nnstudio.report.numbers import NOTHING, counted, duration, listed
from nnstudio.report.tables.studied import space_table, trials_table, value_text
from nnstudio.report.words import judged
from nnstudio.report.words import searched as words
from nnstudio.runs.journal import read_history
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.result import Follower, SearchResult, TrialRow
from nnstudio.workspace.opened_run import OpenedRun, open_folder, open_run
from nnstudio.workspace.reporting.data_section import data_in_sentence, data_name, data_section
from nnstudio.workspace.reporting.model_section import model_section
from nnstudio.workspace.reporting.repeat_section import repeat_search
from nnstudio.workspace.reporting.results import result_items
from nnstudio.workspace.reporting.run_report import GatheredRun, gathered
from nnstudio.workspace.reporting.sample_items import with_samples
from nnstudio.workspace.reporting.settings_section import settings_section
from nnstudio.workspace.reporting.source_section import source_section
from nnstudio.workspace.reporting.wishes import Told, Wishes, missing, nobody_is_told

_MOST_FAILED = 5


@dataclass(frozen=True)
class GatheredSearch:
    """A search with its trials, and the run of its best one (of two objectives: the first)."""

    folder: StudyFolder
    project: Project = field(repr=False)
    result: SearchResult = field(repr=False)
    importance: Mapping[str, float]
    best: GatheredRun | None = field(repr=False, default=None)
    why_no_best: Note | None = None


def gathered_search(
    folder: StudyFolder, wishes: Wishes, told: Told = nobody_is_told
) -> GatheredSearch:
    """Read the trials, and judge the best run. Raises `UserError` if they cannot be read."""
    told(f"Reading the trials of '{folder.plan.title}'")
    project = file.read(folder.path / PROJECT)
    follower = Follower(folder)
    result = follower.result()
    importance = follower.importance()
    rows = result.best_rows
    if not rows:
        return GatheredSearch(folder, project, result, importance)
    try:
        best = gathered(_run_of(rows[0]), wishes, told)
    except UserError as error:
        why = missing(f"The run of trial {rows[0].number} cannot be opened", error)
        return GatheredSearch(folder, project, result, importance, None, why)
    return GatheredSearch(folder, project, result, importance, best)


def _run_of(row: TrialRow) -> OpenedRun:
    """The run of a trial, where it was trained or in this store."""
    place = Path(row.run or "")
    if row.run and place.is_dir():
        return open_folder(place)
    return open_run((row.run or "").replace("\\", "/").rpartition("/")[2])


def search_document(folder: StudyFolder, wishes: Wishes, told: Told = nobody_is_told) -> Document:
    """The report on one search."""
    found = gathered_search(folder, wishes, told)
    plan = folder.plan
    about = f"{data_name(found.project.data)}, study {plan.id}"
    title = wishes.title or f"Search for {found.project.root}"
    chapter = search_chapter(found, wishes)
    return Document(title, "Report on a search of hyper-parameters", (chapter,), about)


def search_chapter(
    found: GatheredSearch, wishes: Wishes, title: str = "", *, short: bool = False
) -> Chapter:
    """All that a search tells. short: without model, data and program, which stand elsewhere."""
    best = found.best
    sections = [_summary(found, wishes if not title else Wishes()), _done(found)]
    if not short:
        facts = None if best is None or best.evaluation is None else best.evaluation.model
        project = found.project if best is None else best.run.project
        name = "Model" if best is None else "Model with the best values"
        sections.append(model_section(project, facts, name))
        if best is not None:
            spec = best.run.project.data
            sections.append(with_samples(data_section(spec, *best.data), best.run))
        else:
            sections.append(data_section(found.project.data))
    sections.append(_trials(found))
    if best is not None:
        sections.append(_best(found, best))
        sections.append(settings_section(best.run.record, brief=short))
    sections.append(_analysis(found))
    sections.append(repeat_search(found.folder.plan, str(found.folder.path), brief=short))
    if wishes.code and not short and best is not None:
        sections.append(source_section({best.name: best.run.text}))
    return Chapter(title, tuple(sections))


def _summary(found: GatheredSearch, wishes: Wishes) -> Section:
    plan = found.folder.plan
    names = [name.removeprefix("model.") for name in plan.space.names]
    by = listed([_objective(one.figure, one.direction) for one in plan.objectives])
    asked = (
        f"With which values of {listed(names, 10)} does {found.project.root} do best on "
        f"{data_in_sentence(found.project.data)}, by {by}?"
    )
    items: list[Item] = [Paragraph(wishes.question or asked)]
    items.append(Paragraph(words.answer_of(found.result)))
    if found.best is not None and found.best.evaluation is not None:
        evaluation = found.best.evaluation
        figures = evaluation.figures
        told = judged.answer_of(evaluation, figures)
        number = found.result.best_rows[0].number
        items.append(Paragraph(f"Its run (trial {number}): {told[:1].lower()}{told[1:]}"))
    return section("Question and answer", items)


def _objective(figure: str, direction: str) -> str:
    return f"the {'highest' if direction == 'maximize' else 'lowest'} {figure}"


def _done(found: GatheredSearch) -> Section:
    plan = found.folder.plan
    limits = found.folder.control().limits
    wanted = [
        f"{limits.trials:,} trials" if limits.trials else "",
        duration(limits.seconds) if limits.seconds else "",
        f"{limits.no_progress} trials without a better one" if limits.no_progress else "",
    ]
    facts = (
        ("Objectives", listed([_objective(o.figure, o.direction) for o in plan.objectives])),
        ("Sampler", plan.sampler),
        ("Pruner", plan.pruner),
        ("Seed", str(plan.seed)),
        ("Epochs of a trial", f"{plan.epochs:,}"),
        ("Limits", listed([one for one in wanted if one]) or NOTHING),
        ("Trials", words.counts_of(found.result)),
    )
    items: list[Item] = [Facts(facts), space_table(plan.space.axes)]
    joined = [
        " with ".join(one.removeprefix("model.") for one in names) for names, _ in plan.joined
    ]
    if joined:
        items.append(Paragraph(f"Only valid combinations were drawn of {listed(joined)}."))
    failed = [row for row in found.result.rows if row.state == "failed" and row.sentence]
    items += [Note(f"Trial {row.number}: {row.sentence}", "error") for row in failed[:_MOST_FAILED]]
    if len(failed) > _MOST_FAILED:
        items.append(Paragraph(f"{counted(len(failed) - _MOST_FAILED, 'more trial')} failed."))
    return section("What was done", items)


def _trials(found: GatheredSearch) -> Section:
    result = found.result
    done = [row for row in result.rows if row.state == "completed" and row.values]
    if not done:
        return section("Results", [Paragraph("No trial has been completed: there are no figures.")])
    sign = -1 if result.plan.objectives[0].direction == "maximize" else 1
    if len(result.plan.objectives) > 1:
        rows, caption = result.best_rows, "The trials that no other beats in both objectives"
        note = f"Of {counted(len(done), 'completed trial')}."
    else:
        rows = tuple(sorted(done, key=lambda row: (sign * row.values[0], row.number)))
        caption, note = "The best trials", "The best one is bold."
    pair = [one for one in (best_so_far(result), importance_of(found.importance)) if one]
    items: list[Item | None] = [trials_table(result, rows, caption, note), front_of(result)]
    items.append(Pictures(tuple(pair)) if pair else None)
    items.append(slices_of(result))
    return section("Results", items)


def _best(found: GatheredSearch, best: GatheredRun) -> Section:
    row = found.result.best_rows[0]
    point = Facts(
        tuple((name.removeprefix("model."), value_text(v)) for name, v in row.point.items())
    )
    items: list[Item | None] = [point]
    history = read_history(best.run.folder)
    items.append(curves_of(history, best.run.record.result.get("best_epoch")))
    if best.evaluation is None:
        items.append(best.why_no_evaluation)
    else:
        items += result_items(best.evaluation)
    return section(f"The run of trial {row.number}", items)


def _analysis(found: GatheredSearch) -> Section:
    items: list[Item] = []
    told = words.analysis(found.result, found.importance)
    if found.best is not None and found.best.evaluation is not None:
        told += judged.strengths(found.best.evaluation, found.best.evaluation.figures)
    if told:
        items.append(Bullets(tuple(told)))
    else:
        items.append(Paragraph("No trial has been completed: nothing can be said."))
    if found.why_no_best is not None:
        items.append(found.why_no_best)
    has_test = (
        found.best is not None
        and found.best.evaluation is not None
        and found.best.evaluation.part == "test"
    )
    limits = words.cautions(found.result, has_test)
    if limits:
        items += [Heading("What this does not say"), Bullets(tuple(limits))]
    return section("Analysis", items)
