"""What is done with a study that is there: pause, resume, stop, other limits, its best values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nnstudio.project.commands.search import UsePoint
from nnstudio.project.commands.search_points import without_space
from nnstudio.project.refusal import Refusal
from nnstudio.project.same_model import is_same_model
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs.owner import stop_owner
from nnstudio.studies.search import start as search_start
from nnstudio.studies.search.folder import PROJECT, StudyFolder
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import TrialRow
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState
from nnstudio.workspace.studies_page.search_reading import ShownSearch


def pause(row: StudyRow) -> None:
    """Let a search wait. Raises `StudyError`."""
    StudyFolder.open(row.folder).change("pause")


def stop(row: StudyRow) -> None:
    """Stop it, with checkpoints to go on from. Raises `StudyError` or `RunStoreError`."""
    if row.is_search:
        StudyFolder.open(row.folder).change("stop")
    else:
        stop_owner(row.folder)


def go_on(row: StudyRow) -> None:
    """Want it to go on, as far as that stands in its folder. Takes a moment. `StudyError`."""
    if not row.is_search:
        return  # the next process goes on with it
    folder = StudyFolder.open(row.folder)
    if folder.control().wish == "stop":
        search_start.resume(folder)
    else:
        folder.change("run")


def change_limits(path: Path, limits: Limits) -> None:
    """Give a search other limits, while it runs or not. Raises `StudyError`."""
    search_start.change_limits(StudyFolder.open(path), limits)


def reason_not_to_pause(row: StudyRow) -> str | None:
    """Why it cannot be paused; None if it can."""
    if not row.is_search:
        return "The runs of a cross-validation can be stopped, and gone on with later."
    return None if row.state in _AT_WORK else f"It is {row.state.lower()}."


def reason_not_to_stop(row: StudyRow) -> str | None:
    """Why it cannot be stopped; None if it can."""
    may = {*_AT_WORK, StudyState.PAUSED, *([StudyState.WAITING] if row.is_search else [])}
    return None if row.state in may else f"It is {row.state.lower()}."


def reason_not_to_go_on(row: StudyRow) -> str | None:
    """Why it cannot be gone on with; None if it can."""
    if row.state in _AT_WORK:
        return "It runs already."
    if row.state is StudyState.COMPLETED:
        more = "raise its limits to go on" if row.is_search else "all its runs are done"
        return f"It is completed: {more}." if not row.failed or row.is_search else None
    if row.state is StudyState.FAILED and row.is_search:
        return "It has failed: begin another one with other ranges or settings."
    if row.state in (StudyState.STOPPING, StudyState.READING, StudyState.DAMAGED):
        return f"It is {row.state.lower()}."
    return None


_AT_WORK = (StudyState.STARTING, StudyState.RUNNING)


def project_of(shown: ShownSearch) -> Project:
    """The project that a search varies. Raises `FileError`."""
    return file.read(shown.folder.path / PROJECT)


def with_trial(shown: ShownSearch, trial: TrialRow) -> Project:
    """The project of a search with the values of a trial. Raises `UserError`."""
    return UsePoint(trial.point).apply(project_of(shown))


def command_for(trial: TrialRow, *, best: bool) -> UsePoint:
    """Gives the open project the values of a trial, as one step."""
    title = "Use the best values" if best else f"Use the values of trial {trial.number}"
    return UsePoint(trial.point, title)


def is_searched(project: Project, base: Project, point: dict[str, object]) -> bool:
    """True if a project is the model that was searched, at whatever values were varied."""
    try:
        here = UsePoint(point).apply(without_space(project))
        there = UsePoint(point).apply(without_space(base))
    except ValueError:
        return False
    return is_same_model(replace(here, variants=()), replace(there, variants=()))


def best_of(shown: ShownSearch) -> TrialRow:
    """The best trial; of several objectives that with the best first. Raises `Refusal`."""
    if not shown.result.best_rows:
        raise Refusal("No training of this study has been completed yet: there is no best one.")
    return shown.result.best_rows[0]
