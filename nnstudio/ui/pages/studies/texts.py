"""What is read of a study: states, kinds, progress, the best so far, trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnstudio.project.search.space import MODEL
from nnstudio.runs.states import State
from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.result import TrialRow
from nnstudio.training.measured import in_time
from nnstudio.ui.pages.runs.texts import STATES as RUN_STATES
from nnstudio.ui.pages.studies.charts.texts import objective_name, value_text
from nnstudio.workspace.studies_page.rows import StudyRow, StudyState
from nnstudio.workspace.studies_page.shown_trials import choice_text

STATES: Mapping[StudyState, tuple[str, str, str]] = {
    StudyState.READING: ("clock", "muted", "It is being read"),
    StudyState.STARTING: ("clock", "accent", "Its processes are starting"),
    StudyState.RUNNING: ("run", "accent", "Its runs are being trained"),
    StudyState.PAUSED: ("pause", "warning", "Its workers wait; Resume lets them go on"),
    StudyState.STOPPING: ("stop", "warning", "It stops after this step, with a checkpoint"),
    StudyState.WAITING: ("clock", "warning", "Nobody works at it; Resume starts a worker"),
    StudyState.STOPPED: ("stop", "muted", "It was stopped; Resume goes on where it was"),
    StudyState.COMPLETED: ("tick-circle", "good", "It has done what was wanted"),
    StudyState.FAILED: ("error", "error", "None of its runs came to its end"),
    StudyState.DAMAGED: ("error", "error", "It cannot be read"),
}
"""Icon, colour and meaning of each state."""

KINDS: Mapping[str, str] = {
    "search": "Search",
    "cross-validation": "Cross-validation",
    "comparison": "Comparison",
}

TRIAL_STATES: Mapping[str, tuple[str, str, str, str]] = {
    "waiting": ("Waiting", "clock", "muted", "A worker will take it"),
    "running": ("Running", "run", "accent", "It is being trained"),
    "completed": ("Completed", "tick-circle", "good", "It was trained to its end"),
    "pruned": ("Cut short", "cut", "muted", "It was worse than others at the same epoch"),
    "failed": ("Failed", "error", "error", "Its training failed"),
    "stopped": ("Stopped", "stop", "muted", "The search was stopped; Resume goes on with it"),
    "repeated": ("Repeated", "refresh", "muted", "Its worker died; another trial has its values"),
    "rejected": ("Refused", "bypass", "warning", "The model does not take these values"),
}
"""Word, icon, colour and meaning of each state of a trial."""


def run_state(state: State | None) -> tuple[str, str, str, str]:
    """Word, icon, colour and meaning of the state of a run; None: it has not begun."""
    if state is None:
        return ("Waiting", "clock", "muted", "It has not begun yet")
    return (state.value, *RUN_STATES[state])


def kind_text(row: StudyRow) -> str:
    """What a study is."""
    return KINDS.get(row.kind, row.kind or "Study")


def progress_text(row: StudyRow) -> str:
    """How far it is: `12 of 40`."""
    if row.state in (StudyState.READING, StudyState.DAMAGED):
        return ""
    return f"{row.done:,}" if row.total is None else f"{row.done:,} of {row.total:,}"


def progress_in_words(row: StudyRow) -> str:
    """How far it is, in a head: `12 of 40 trials`."""
    word = "trial" if row.is_search else "run"
    count = row.done if row.total is None else row.total
    return f"{progress_text(row)} {word}{'' if count == 1 else 's'}"


def short_figure(figure: str) -> str:
    """A figure within a line: `accuracy`, `macro F1`."""
    name = objective_name(figure)
    return name if name[:1] == "R" and len(name) < 4 else name[:1].lower() + name[1:]


def best_text(row: StudyRow, *, short: bool = False) -> str:
    """The best so far: `accuracy 97.21 %`, of folds with their deviation.

    short: the value alone.
    """
    if row.value is None:
        return ""
    if short:
        return value_text(row.figure, row.value)
    spread = "" if row.spread is None else f" ± {value_text(row.figure, row.spread)}"
    return f"{short_figure(row.figure)} {value_text(row.figure, row.value)}{spread}"


def axis_title(name: str) -> str:
    """The name of an axis, as short as people know it."""
    return name.removeprefix(MODEL)


def point_value(value: Any) -> str:
    """A value of an axis."""
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else choice_text(value)


def trial_name(row: TrialRow) -> str:
    """What a trial is called."""
    return f"trial {row.number}"


def limits_text(limits: Limits) -> str:
    """When a search ends, in words."""
    told = []
    if limits.trials is not None:
        told.append(f"{limits.trials:,} trials")
    if limits.seconds is not None:
        told.append(in_time(limits.seconds).removeprefix("about "))
    if limits.no_progress is not None:
        told.append(f"{limits.no_progress:,} trials without progress")
    if not told:
        return "every combination"
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"
