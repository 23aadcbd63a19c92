"""A run as the page lists it: its record, and how far it is while somebody trains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.runs.record import RunRecord
from nnstudio.runs.states import State


@dataclass(frozen=True, slots=True)
class Progress:
    """What the history of a run tells before its record does.

    best: figures of the best epoch so far by name; last: those of the last epoch.
    """

    epochs: int = 0
    best_epoch: int | None = None
    best: Mapping[str, float] | None = None
    last: Mapping[str, float] | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. stamp: time of its record in nanoseconds; progress: while it is trained."""

    record: RunRecord
    stamp: int
    progress: Progress | None = None

    @property
    def id(self) -> str:
        """What it is called by the store."""
        return self.record.id

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.record.folder

    @property
    def state(self) -> State:
        """Its state."""
        return self.record.state

    @property
    def is_active(self) -> bool:
        """True while some process works at it."""
        return self.record.state.needs_owner

    @property
    def model(self) -> str:
        """The name of its root block; of older runs that of the project."""
        return self.record.model or self.record.name

    @property
    def data(self) -> str:
        """Its data, as people call them."""
        return data_title(str(self.record.settings.get("data", "")))

    @property
    def epochs(self) -> int | None:
        """Epochs done."""
        if self.progress is not None:
            return self.progress.epochs
        found = self.record.result.get("epochs")
        return int(found) if found is not None else None

    @property
    def planned(self) -> int | None:
        """Epochs that were wanted."""
        found = self.record.settings.get("epochs")
        return int(found) if isinstance(found, int) else None

    @property
    def best_epoch(self) -> int | None:
        """The epoch that is the best."""
        found = self.record.result.get("best_epoch")
        found = self.progress.best_epoch if self.progress is not None else found
        return int(found) if found else None

    @property
    def best(self) -> Mapping[str, float]:
        """The figures of the best epoch by name."""
        if self.progress is not None:
            return self.progress.best or {}
        return flat(self.record.result.get("best"))

    @property
    def last(self) -> Mapping[str, float]:
        """The figures of the last epoch by name."""
        if self.progress is not None:
            return self.progress.last or {}
        return flat(self.record.result.get("last"))

    @property
    def figure(self) -> str:
        """The figure by which it is read: what epochs are compared by, unless that is the loss and
        there is one that people understand better.
        """
        chosen = str(self.record.settings.get("best_by", "loss"))
        if chosen != "loss" and chosen in self.best:
            return chosen
        return next((name for name in ("accuracy", "r2") if name in self.best), "loss")

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds without pauses."""
        if self.progress is not None:
            return self.progress.seconds
        found = self.record.result.get("seconds")
        return float(found) if found is not None else None

    @property
    def started(self) -> float:
        """When it began, in seconds since 1970; 0 if its record does not say."""
        return moment(self.record.created)

    @property
    def sentence(self) -> str:
        """Why it failed; "" if it did not."""
        return str(self.record.result.get("sentence", "")) if self.state is State.FAILED else ""

    def with_progress(self, progress: Progress | None) -> RunRow:
        """The same run, as far as it is now."""
        return replace(self, progress=progress)


def data_title(named: str) -> str:
    """Data as people call them, by what the settings name: a built-in set, or a path."""
    info = BUILT_IN.get(named)
    return info.title if info is not None else PurePath(named).name or named


def moment(text: str | None) -> float:
    """An ISO 8601 time in seconds since 1970; 0 if it is none."""
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def flat(metrics: Any) -> dict[str, float]:
    """Loss, accuracy, r2 and further figures of a record by name, without those that are None."""
    if not isinstance(metrics, Mapping):
        return {}
    more = metrics.get("more")
    both = {**metrics, **(more if isinstance(more, Mapping) else {})}
    return {
        name: float(value)
        for name, value in both.items()
        if name != "samples" and isinstance(value, int | float) and not isinstance(value, bool)
    }
