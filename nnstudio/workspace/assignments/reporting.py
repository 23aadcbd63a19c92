"""The report on an assignment: one page of HTML on all its trainings, comparisons and searches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text
from nnstudio.report.document import Bullets, Code, Document, Heading, Item, Paragraph, Section
from nnstudio.report.render import html_of
from nnstudio.runs.states import State
from nnstudio.studies.assignment import Begun, Comparison, Search, Trainings
from nnstudio.training.trackers.table import KINDS
from nnstudio.workspace.assignments.running import record_in, search_of, study_of
from nnstudio.workspace.opened_run import open_folder
from nnstudio.workspace.reporting.wishes import NO_WISHES, Told, Wishes, nobody_is_told
from nnstudio.workspace.reporting.writing import Subject, document_of, today

_COMMANDS = {
    "tensorboard": 'tensorboard --logdir "{runs}"',
    "wandb": 'wandb sync "{runs}"/RUN/wandb/offline-run-*',
}
"""What shows or sends the curves of runs, by the name of the tracker."""


@dataclass(frozen=True)
class Said:
    """Sentences that follow from the figures of all steps. about: of which of them."""

    about: str
    sentences: tuple[str, ...]


def subjects_of(begun: Begun) -> list[Subject]:
    """What a report is given: each training that is done, each study that has begun."""
    found: list[Subject] = []
    for step in begun.plan.steps:
        match step:
            case Trainings():
                folders = [begun.run_folder(step, k) for k in range(len(begun.variants))]
                found += [open_folder(one) for one in folders if _is_done(one)]
            case Comparison():
                study = study_of(begun, step)
                found += [] if study is None or not study.done() else [study]
            case Search():
                search = search_of(begun, step)
                found += [] if search is None else [search]
    return found


def _is_done(folder: Path) -> bool:
    record = record_in(folder)
    return record is not None and record.state is State.COMPLETED


def report_on(begun: Begun, told: Told = nobody_is_told, wishes: Wishes = NO_WISHES) -> Document:
    """The report on what is done by now; by default with the title of the document and what it
    asks. Raises `UserError` where nothing is done.
    """
    subjects = subjects_of(begun)
    if not subjects:
        raise Refusal("nothing is done yet: there is no report")
    wishes = replace(
        wishes,
        title=wishes.title or begun.plan.title,
        question=wishes.question or begun.plan.asks,
        made=wishes.made or today(),
    )
    return with_reading(document_of(subjects, wishes, told), begun)


def with_reading(document: Document, begun: Begun) -> Document:
    """The report with how the document was read, and where the curves of its runs are."""
    said = list(begun.plan.readings)
    trackers = {name for one in begun.variants for name in one.project.training.trackers}
    titles = [kind.title for name, kind in KINDS.items() if name in trackers]
    if titles:
        said.append(
            f"Loss and accuracy of every epoch are also in the folder of each run, as "
            f"{' and '.join(titles)} read{'s' if len(titles) == 1 else ''} them."
        )
    commands = [_COMMANDS[name].format(runs=begun.runs) for name in KINDS if name in trackers]
    items: list[Item] = [Bullets(tuple(said))] if said else []
    items += [Code("\n".join(commands), "shell")] if commands else []
    if not items:
        return document
    first = document.chapters[0]
    sections = (*first.sections[:1], Section("How it was read", tuple(items)), *first.sections[1:])
    return replace(document, chapters=(replace(first, sections=sections), *document.chapters[1:]))


def write_document(document: Document, path: Path) -> None:
    """Write it as HTML, whole or not at all. Raises `FileError`."""
    write_text(html_of(document), path)


def analysis_in(document: Document) -> tuple[Said, ...]:
    """What the report says of all steps together; nothing where only one is in it."""
    found: list[Said] = []
    for section in document.chapters[0].sections:
        if section.title != "Analysis":
            continue
        about = ""
        for item in section.items:
            match item:
                case Heading():
                    about = item.text
                case Bullets():
                    found.append(Said(about, item.texts))
                case Paragraph():
                    found.append(Said(about, (item.text,)))
    return tuple(found)
