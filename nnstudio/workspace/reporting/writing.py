"""A report from its subjects to its file: `document_of` runs and studies, `write_report`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import nnstudio
from nnstudio.errors import in_one_line
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text
from nnstudio.report.document import Document
from nnstudio.report.render import html_of
from nnstudio.runs.errors import RunStoreError
from nnstudio.studies import places
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.study import Study, read_study
from nnstudio.workspace.opened_run import OpenedRun, open_run
from nnstudio.workspace.reporting.run_report import gathered, run_chapter, subtitle
from nnstudio.workspace.reporting.wishes import NO_WISHES, Told, Wishes, nobody_is_told

Subject: TypeAlias = OpenedRun | Study | StudyFolder
"""A run, a cross-validation or comparison, a search."""


def subject_of(word: str) -> Subject:
    """The study or run of a folder, an id or a unique beginning of one.

    A beginning that a study has means the study, though the ids of its runs begin so, too. Raises
    `UserError` with one sentence.
    """
    folder = places.only(word)
    if folder is None:
        try:
            return open_run(word)
        except RunStoreError as error:
            if not str(error).startswith("There is no run"):
                raise
            raise Refusal(
                f"there is no run or study {in_one_line(word)}: expected its folder, its id, or a "
                "beginning of the id"
            ) from error
    if places.told_of(folder).get("kind") == "search":
        return StudyFolder.open(folder)
    return read_study(folder)


def document_of(
    subjects: Sequence[Subject], wishes: Wishes = NO_WISHES, told: Told = nobody_is_told
) -> Document:
    """The report on a run or a study, or on several of them together.

    told: what is done next; it may raise `CancelledError` where an end is wished for. What cannot
    be had of a subject stands in the report with its reason. Raises `UserError` where there is
    nothing to report on.
    """
    from nnstudio.workspace.reporting.search_report import search_document
    from nnstudio.workspace.reporting.several_report import several_document
    from nnstudio.workspace.reporting.study_report import study_document

    if not subjects:
        raise Refusal("a report expects at least one run or study")
    if len(subjects) > 1:
        found = several_document(subjects, wishes, told)
    elif isinstance(subjects[0], OpenedRun):
        run = gathered(subjects[0], wishes, told)
        title = wishes.title or run.name
        chapter = run_chapter(run, wishes)
        found = Document(title, "Report on a training", (chapter,), subtitle(run))
    elif isinstance(subjects[0], Study):
        found = study_document(subjects[0], wishes, told)
    else:
        found = search_document(subjects[0], wishes, told)
    return Document(
        title=found.title,
        kind=found.kind,
        chapters=found.chapters,
        about=found.about,
        author=wishes.author,
        made=wishes.made,
        program=f"NN Studio {nnstudio.__version__}",
    )


def today() -> str:
    """The day as a report says it."""
    return f"{date.today():%d %B %Y}".lstrip("0")


def write_report(
    subjects: Sequence[Subject],
    path: Path,
    wishes: Wishes = NO_WISHES,
    told: Told = nobody_is_told,
) -> Document:
    """Write the report as one HTML file, whole or not at all. Raises `UserError` or `OSError`."""
    checked_path(path)
    document = document_of(subjects, wishes, told)
    told("Writing the file")
    write_text(html_of(document), path)
    return document


def checked_path(path: Path) -> None:
    """Raise `Refusal` for a file that a report cannot be."""
    if path.suffix.lower() not in (".html", ".htm"):
        hint = ": open it in a browser and print it into a PDF" if path.suffix == ".pdf" else ""
        raise Refusal(f"a report is written as .html, received '{path.name}'{hint}")
    if not path.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {path.absolute().parent} to write {path.name} into")
    if path.is_dir():
        raise Refusal(f"a report is written into a file, but {path} is a folder")


def subjects_of(words: Sequence[str]) -> list[Subject]:
    """Each of them once; raises `UserError`."""
    found: list[Subject] = []
    for word in words:
        one = subject_of(word)
        place = _place(one)
        if any(_place(other) == place for other in found):
            raise Refusal(f"{word} is named twice")
        found.append(one)
    return found


def _place(one: Subject) -> Path:
    return one.path if isinstance(one, StudyFolder) else one.folder
