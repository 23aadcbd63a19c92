"""One run as a chapter of a report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nnstudio.errors import UserError
from nnstudio.evaluation.evaluation import Evaluation
from nnstudio.report.document import (
    Bullets,
    Chapter,
    Heading,
    Item,
    Note,
    Paragraph,
    Section,
    Table,
    row,
    section,
)
from nnstudio.report.figures.training import curves_of
from nnstudio.report.numbers import NOTHING, counted, duration, listed, number, percent
from nnstudio.report.words import judged as words
from nnstudio.runs.journal import read_events, read_history
from nnstudio.runs.states import State
from nnstudio.workspace.data_page.shown_samples import ShownSamples
from nnstudio.workspace.opened_run import OpenedRun
from nnstudio.workspace.reporting.data_section import (
    data_in_sentence,
    data_name,
    data_section,
    places_in_words,
)
from nnstudio.workspace.reporting.model_section import model_section
from nnstudio.workspace.reporting.repeat_section import repeat_section
from nnstudio.workspace.reporting.results import result_items
from nnstudio.workspace.reporting.sample_items import class_items, shown_of, wrong_items
from nnstudio.workspace.reporting.settings_section import settings_section
from nnstudio.workspace.reporting.source_section import source_section
from nnstudio.workspace.reporting.wishes import Told, Wishes, missing, nobody_is_told
from nnstudio.workspace.runs_page.rows import RunRow

if TYPE_CHECKING:
    from nnstudio.data.pipeline.splitting import Parts
    from nnstudio.data.samples import Samples

_STATES = {
    State.COMPLETED: "was trained to its end",
    State.STOPPED: "was stopped",
    State.FAILED: "failed",
    State.LOST: "was broken off: whoever trained it is gone",
}


@dataclass(frozen=True)
class GatheredRun:
    """A run with what can be had of it: what cannot, with its reason as a note."""

    run: OpenedRun
    evaluation: Evaluation | None
    why_no_evaluation: Note | None = None

    @property
    def name(self) -> str:
        """As its owner calls it."""
        return self.run.record.name

    @cached_property
    def data(self) -> tuple[Samples | None, Parts | None, Note | None]:
        """Samples and parts, read when they are first asked for; or why they cannot be had."""
        try:
            found = self.run.parts()
        except (UserError, OSError) as error:
            why = missing("The data cannot be read again, only what is kept of them", error)
            return None, None, why
        return found.samples, found.parts, None


def gathered(
    run: OpenedRun, wishes: Wishes, told: Told = nobody_is_told, *, times: bool = True
) -> GatheredRun:
    """Judge a run; what stands in the way becomes a note. times: measure how fast it predicts."""
    told(f"Judging '{run.record.name}'")
    try:
        evaluation = run.evaluate(wishes.part, device=wishes.device, times=times)
        list(evaluation.outputs.values())
    except (UserError, OSError) as error:
        return GatheredRun(run, None, missing("There are no figures", error))
    return GatheredRun(run, evaluation)


def run_chapter(
    found: GatheredRun, wishes: Wishes, title: str = "", *, short: bool = False
) -> Chapter:
    """All that a run tells. short: without model, data and program, which stand elsewhere."""
    run = found.run
    facts = None if found.evaluation is None else found.evaluation.model
    sections = [_summary(found, wishes if not title else Wishes()), _done(found)]
    shown = None
    if not short:
        sections.append(model_section(run.project, facts))
        made = data_section(run.project.data, *found.data)
        shown = shown_of(run)
        sections.append(Section(made.title, (*made.items, *class_items(shown))))
    sections += [
        settings_section(run.record, brief=short),
        training_section(run),
        _results(found, shown),
    ]
    sections.append(_analysis(found))
    sections.append(repeat_section(run.record, brief=short))
    if wishes.code and not short:
        sections.append(source_section({run.record.name: run.text}))
    return Chapter(title, tuple(sections))


def model_name(run: OpenedRun) -> str:
    """The model of a run with its variant."""
    variant = run.project.variant
    return run.project.root + (f" ({variant.name})" if variant is not None else "")


def question(found: GatheredRun, wishes: Wishes) -> str:
    """What the report asks."""
    figures = None if found.evaluation is None else found.evaluation.figures
    name = data_in_sentence(found.run.project.data)
    return wishes.question or words.question_of(model_name(found.run), name, figures)


def answers(found: GatheredRun) -> list[str]:
    """A sentence for each output."""
    if found.evaluation is None:
        return []
    several = len(found.evaluation.outputs) > 1
    return [
        words.answer_of(found.evaluation, figures, name if several else "")
        for name, figures in found.evaluation.outputs.items()
    ]


def _summary(found: GatheredRun, wishes: Wishes) -> Section:
    items: list[Item] = [Paragraph(question(found, wishes))]
    items += [Paragraph(one) for one in answers(found)]
    if found.why_no_evaluation is not None:
        items.append(found.why_no_evaluation)
    record = found.run.record
    if record.state is not State.COMPLETED:
        items.append(_about_state(found.run))
    if record.note:
        items += [Heading("Note"), *(Paragraph(one) for one in record.note.splitlines() if one)]
    return section("Question and answer", items)


def _about_state(run: OpenedRun) -> Note:
    record = run.record
    said = _STATES.get(record.state, f"is {record.state.lower()}")
    why = str(record.result.get("sentence", "")).rstrip(".")
    epochs = record.result.get("epochs")
    done = f" after {counted(int(epochs), 'whole epoch')}" if epochs else " before a whole epoch"
    if record.state.needs_owner:
        return Note("The training still goes on: all figures are as of now.", "warning")
    return Note(
        f"The training {said}{done}{': ' + why if why else ''}.",
        "error" if record.state is State.FAILED else "warning",
    )


def _done(found: GatheredRun) -> Section:
    run, record = found.run, found.run.record
    settings, row_ = run.settings, RunRow(record, 0)
    rate = f"learning rate {settings.learning_rate:g}"
    batch = f"batches of {settings.batch_size:,}"
    done = row_.epochs or 0
    epochs = f"{done:,} of {row_.planned:,} epochs" if row_.planned else counted(done, "epoch")
    took = f" It took {duration(row_.seconds)}" if row_.seconds else ""
    where = f" on {record.device}" if took and record.device else ""
    sentences = [
        f"{model_name(run)} was trained for {epochs} by {settings.optimizer}, {rate}, {batch}."
        f"{took + where + '.' if took else ''}"
    ]
    with suppress(UserError):
        sentences.append(f"{places_in_words(run.sizes())}.")
    best = row_.best_epoch
    if best:
        by = str(record.settings.get("best_by", "loss"))
        value = row_.best.get(by)
        told = NOTHING if value is None else number(value)
        sentences.append(f"The best epoch is {best}, chosen by {by} ({told}).")
    warned = [str(one.get("sentence", "")) for one in read_events(run.folder)
              if one["event"] == "warned"]  # fmt: skip
    items: list[Item] = [Paragraph(" ".join(sentences))]
    items += [Note(one) for one in dict.fromkeys(warned) if one]
    return section("What was done", items)


def training_section(run: OpenedRun) -> Section:
    """Curves, and the epochs that matter."""
    history = read_history(run.folder)
    best = RunRow(run.record, 0).best_epoch
    if not history:
        return section(
            "Training", [Paragraph("No epoch has come to its end: there are no curves.")]
        )
    chosen = dict.fromkeys([1, best, history[-1]["epoch"]])
    rows = [one for one in history if one["epoch"] in chosen]
    names = [n for n in history[0] if n not in ("epoch", "train_samples", "validation_samples")]
    names = [n for n in names if any(one.get(n) is not None for one in rows)][:9]
    told = []
    for one in rows:
        epoch = int(one["epoch"] or 0)
        mark = " (best)" if epoch == best else ""
        told.append(row(f"{epoch:,}{mark}", *(_of(name, one.get(name)) for name in names)))
    columns = ("Epoch", *(name.replace("_", " ") for name in names))
    return section(
        "Training",
        [
            curves_of(history, best),
            Table(columns, tuple(told), "First, best and last epoch", small=len(names) > 6),
        ],
    )


def _of(name: str, value: float | int | None) -> str:
    if value is None:
        return NOTHING
    if name.endswith("accuracy"):
        return percent(value, 2)
    return f"{value:.3g}" if name in ("learning_rate", "seconds") else number(value)


def _results(found: GatheredRun, shown: ShownSamples | None) -> Section:
    if found.evaluation is None:
        assert found.why_no_evaluation is not None
        return section("Results", [found.why_no_evaluation])
    items = result_items(found.evaluation)
    items += wrong_items(found.evaluation, shown)
    return section("Results", items)


def _analysis(found: GatheredRun) -> Section:
    record = found.run.record
    row_ = RunRow(record, 0)
    history = read_history(found.run.folder)
    items: list[Item] = []
    norms = any("BatchNorm" in one for one in found.run.project.types)
    learnt = words.learning(history, row_.best_epoch, row_.planned, has_batch_norm=norms)
    if found.evaluation is None:
        items = [Bullets(tuple(learnt))] if learnt else []
        items.append(
            Paragraph("Without figures nothing can be said about what the model is worth.")
        )
        return section("Analysis", items)
    several = len(found.evaluation.outputs) > 1
    for name, figures in found.evaluation.outputs.items():
        told = words.strengths(found.evaluation, figures)
        if several and told:
            items.append(Heading(f"Output {name}"))
        if told:
            items.append(Bullets(tuple(told)))
    if learnt:
        items += [Heading("How it learnt"), Bullets(tuple(learnt))]
    figures = found.evaluation.figures
    items += [
        Heading("What this does not say"),
        Bullets(tuple(words.cautions(found.evaluation, figures))),
    ]
    return section("Analysis", items)


def subtitle(found: GatheredRun) -> str:
    """The line below the title of a report on one run."""
    record = found.run.record
    names = [model_name(found.run), data_name(found.run.project.data), f"run {record.id}"]
    return listed(names, 9).replace(" and ", ", ")
