"""What is read of a run in the table and the details: figures, times, states, events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nnstudio.evaluation.figures.reading import figure_text
from nnstudio.runs.states import State
from nnstudio.ui.files.recent import ago
from nnstudio.ui.number_text import duration
from nnstudio.ui.training.result_text import in_words
from nnstudio.workspace.runs_page.columns import BEST, SETTING
from nnstudio.workspace.runs_page.rows import RunRow, moment
from nnstudio.workspace.runs_page.settings_rows import value_text

STATES: Mapping[State, tuple[str, str, str]] = {
    State.CREATED: ("clock", "muted", "It has not begun yet"),
    State.QUEUED: ("clock", "muted", "It waits for its turn"),
    State.RUNNING: ("run", "accent", "It is being trained"),
    State.PAUSING: ("pause", "warning", "It pauses after this step"),
    State.PAUSED: ("pause", "warning", "It waits to go on"),
    State.STOPPING: ("stop", "warning", "It stops after this step"),
    State.COMPLETED: ("tick-circle", "good", "It has done what was wanted"),
    State.STOPPED: ("stop", "muted", "It was stopped, with a checkpoint to go on from"),
    State.FAILED: ("error", "error", "It could not go on"),
    State.LOST: ("warning", "warning", "Whoever trained it went without a word: resume it"),
}
"""Icon, colour and meaning of each state."""
_NAMES = {"learning_rate": "Learning rate", "seconds": "Seconds per epoch", "r2": "R²"}


def figure_name(figure: str) -> str:
    """A figure at the beginning of a line: `Macro F1`, `Learning rate`."""
    told = _NAMES.get(figure) or in_words(figure)
    return told[:1].upper() + told[1:]


def exact_time(seconds: float) -> str:
    """A moment to the second, in the time of this place."""
    return time.strftime("%A %d %B %Y, %H:%M:%S", time.localtime(seconds)) if seconds else ""


def _judged(row: RunRow, figures: Mapping[str, float]) -> str:
    value = figures.get(row.figure)
    name = in_words(row.figure).replace("R2", "R²").replace("r2", "R²")
    return "" if value is None else f"{name} {figure_text(row.figure, value)}"


def _epochs(row: RunRow) -> str:
    if row.epochs is None:
        return ""
    if row.planned is not None and row.planned != row.epochs:
        return f"{row.epochs:,} of {row.planned:,}"
    return f"{row.epochs:,}"


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _started(row: RunRow) -> str:
    return ago(row.started) if row.started else ""


_TEXTS: Mapping[str, Callable[[RunRow], str]] = {
    "state": lambda row: row.state.value,
    "name": lambda row: row.record.name,
    "model": lambda row: row.model,
    "data": lambda row: row.data,
    "best": lambda row: _judged(row, row.best),
    "best_epoch": lambda row: _count(row.best_epoch),
    "last": lambda row: _judged(row, row.last),
    "epochs": _epochs,
    "seconds": lambda row: "" if row.seconds is None else duration(row.seconds),
    "parameters": lambda row: _count(row.record.result.get("parameters")),
    "started": _started,
    "note": lambda row: row.record.note.replace("\n", "  "),
    "id": lambda row: row.id,
    "group": lambda row: row.record.group,
    "tags": lambda row: ", ".join(row.record.tags),
    "device": lambda row: row.record.device,
    "threads": lambda row: _count(row.record.threads),
    "folder": lambda row: str(row.folder),
}
NUMBERS = frozenset({"best", "best_epoch", "last", "epochs", "seconds", "parameters", "threads"})
"""Columns of figures, which stand at the right."""


def is_number(id: str) -> bool:
    """True for a column of figures."""
    return id in NUMBERS or id.startswith(BEST)


def cell_text(id: str, row: RunRow) -> str:
    """What a column says of a run."""
    if id.startswith(SETTING):
        return value_text(row.record.settings.get(id.removeprefix(SETTING)))
    if id.startswith(BEST):
        name = id.removeprefix(BEST)
        return figure_text(name, row.best[name]) if name in row.best else ""
    found = _TEXTS.get(id)
    return found(row) if found is not None else ""


def cell_tip(id: str, row: RunRow) -> str:
    """What is said where the mouse rests."""
    if id == "started":
        ended = exact_time(moment(row.record.ended))
        return "\n".join(filter(None, (exact_time(row.started), ended and f"Ended {ended}")))
    if id == "state":
        return row.sentence or STATES[row.state][2]
    if id == "overlay":
        return "Show it over the others in the curves, or take it away: Space"
    if id == "star":
        return "Give it a star, or take it"
    if id == "best" and row.best:
        told = (f"{figure_name(n)}: {figure_text(n, v)}" for n, v in row.best.items())
        return "\n".join(told)
    return row.record.note if id == "note" else cell_text(id, row)


def column_title(id: str, title: str) -> str:
    """The title of a column, also of a further figure."""
    return f"Best {in_words(title)}" if id.startswith(BEST) else title


@dataclass(frozen=True)
class LogLine:
    """Something that happened: how severe, where, one sentence, and what belongs to it."""

    severity: str
    where: str
    sentence: str
    detail: str = ""


def log_lines(events: Iterable[Mapping[str, Any]]) -> list[LogLine]:
    """The events of a run in words; steps and epochs, which the curves show, are left out."""
    lines: list[LogLine] = []
    epoch = 0
    for event in events:
        kind = event.get("event")
        if kind == "epoch_done":
            epoch = int(event.get("epoch", epoch))
        where = f"epoch {epoch:,}" if epoch else ""
        told = _told(str(kind), event)
        if told:
            severity = {"warned": "warning", "failed": "error"}.get(str(kind), "note")
            lines.append(LogLine(severity, where, told, str(event.get("detail", ""))))
    return lines


def _told(kind: str, event: Mapping[str, Any]) -> str:
    def number(name: str) -> str:
        value = event.get(name)
        return f"{value:,}" if isinstance(value, int) else "?"

    match kind:
        case "started":
            first = event.get("first_epoch", 1)
            went = "Began" if first == 1 else f"Went on at epoch {first:,}"
            threads = event.get("threads")
            hands = f" with {threads} threads" if isinstance(threads, int) else ""
            return (
                f"{went} on {event.get('device', '?')}{hands}: {number('epochs')} epochs of "
                f"{number('train_samples')} samples, {number('validation_samples')} to validate, "
                f"{number('parameters')} parameters"
            )
        case "weights_taken":
            taken = event.get("taken")
            count = len(taken) if isinstance(taken, list) else 0
            return f"Took {count:,} weights from {event.get('path', '')}"
        case "checkpoint_saved":
            best = ", the best so far" if event.get("best") else ""
            return f"Wrote a checkpoint{best}"
        case "warned" | "failed":
            return str(event.get("sentence", ""))
        case "paused":
            return "Paused"
        case "resumed":
            return "Went on"
        case "stopping":
            return "Asked to stop"
        case "completed":
            return (
                f"Completed after {number('epochs')} epochs in "
                f"{duration(float(event.get('seconds', 0)))}; the best is epoch "
                f"{number('best_epoch')}"
            )
        case "stopped":
            return f"Stopped after {duration(float(event.get('seconds', 0)))}"
    return ""
