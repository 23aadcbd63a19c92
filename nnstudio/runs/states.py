"""The states of a run, in the words that are shown."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a run is between its making and its end."""

    CREATED = "Created"
    QUEUED = "Queued"
    RUNNING = "Running"
    PAUSING = "Pausing"
    PAUSED = "Paused"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    STOPPED = "Stopped"
    FAILED = "Failed"
    LOST = "Lost"
    """Whoever ran it has gone without a word; it can be resumed from its last checkpoint."""

    @property
    def is_final(self) -> bool:
        return self in (State.COMPLETED, State.STOPPED, State.FAILED, State.LOST)

    @property
    def needs_owner(self) -> bool:
        """True if somebody must be at work on it."""
        return self in (State.RUNNING, State.PAUSING, State.PAUSED, State.STOPPING)
