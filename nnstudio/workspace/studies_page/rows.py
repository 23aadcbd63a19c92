"""A study as the page lists it: what it is, how far, the best so far, who works at it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

Stamp: TypeAlias = tuple[Any, ...]
"""Times and sizes of a study's files: as long as it is the same, nothing has been written."""


class StudyState(StrEnum):
    """Where a study is, in the words that are shown."""

    READING = "Reading"
    STARTING = "Starting"
    RUNNING = "Running"
    PAUSED = "Paused"
    STOPPING = "Stopping"
    WAITING = "Waiting"
    """It is not at its end, and nobody is at work on it."""
    STOPPED = "Stopped"
    COMPLETED = "Completed"
    FAILED = "Failed"
    DAMAGED = "Damaged"

    @property
    def is_active(self) -> bool:
        """True while it may change by itself."""
        return self in (
            StudyState.STARTING,
            StudyState.RUNNING,
            StudyState.PAUSED,
            StudyState.STOPPING,
        )


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study. kind: search, cross-validation or comparison.

    done, total: trainings; total is None where no limit says it. share: of the way, 0 to 1, None if
    nobody can tell. figure, value, spread: the best so far; with folds mean and deviation (n - 1)
    over the runs that are done, of a search over those of its best trial. best: of what it is, such
    as the name of a model. failed: trainings that failed. workers: processes at work. sentence: why
    it ended, or what is wrong with it.
    """

    folder: Path
    id: str
    kind: str
    title: str
    created: float
    stamp: Stamp
    state: StudyState = StudyState.READING
    done: int = 0
    total: int | None = None
    share: float | None = None
    figure: str = ""
    value: float | None = None
    spread: float | None = None
    best: str = ""
    failed: int = 0
    workers: int = 0
    sentence: str = ""

    @property
    def is_search(self) -> bool:
        """True for a search of hyper-parameters."""
        return self.kind == "search"
