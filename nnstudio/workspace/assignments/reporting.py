"""The report on an assignment: one page of HTML on all its trainings, comparisons and searches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text
from nnstudio.report.document import Bullets, Document, Heading, Paragraph
from nnstudio.report.render import html_of
from nnstudio.runs.states import State
from nnstudio.studies.assignment import Begun, Comparison, Search, Trainings
from nnstudio.workspace.assignments.running import record_in, search_of, study_of
from nnstudio.workspace.opened_run import open_folder
from nnstudio.workspace.reporting.wishes import Told, Wishes, nobody_is_told
from nnstudio.workspace.reporting.writing import Subject, document_of, today

REPORT = "report.html"


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


def report_on(begun: Begun, told: Told = nobody_is_told) -> Document:
    """The report on what is done by now. Raises `UserError` where that is nothing."""
    subjects = subjects_of(begun)
    if not subjects:
        raise Refusal("nothing is done yet: there is no report")
    wishes = Wishes(title=begun.plan.title, question=begun.plan.asks, made=today())
    return document_of(subjects, wishes, told)


def write_report(document: Document, folder: Path) -> Path:
    """Write it into the folder of the assignment, whole or not at all. Raises `FileError`."""
    path = folder / REPORT
    write_text(html_of(document), path)
    return path


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
