"""One training that waits: what is written of it, how it stands, and what is wanted of all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1
MOST = 64
"""Trainings at once on a device."""
Wish = Literal["run", "pause", "stop"]


class Standing(StrEnum):
    """How a training of the queue stands, in the words that are shown."""

    WAITING = "Waiting"
    HELD = "Held back"
    STARTING = "Starting"
    RUNNING = "Running"
    FAILED = "Not trained"

    @property
    def is_active(self) -> bool:
        """True while a process is at work on it."""
        return self in (Standing.STARTING, Standing.RUNNING)


class Entry(BaseModel):
    """One training as it was put into the queue; its id will be that of its run.

    added: ISO 8601 in UTC. model: name of the root block. data: as its settings name them. device:
    the word of its settings. epochs: those that are wanted. origin: file of the project, "" if it
    had none. rank: its place among the others, the lowest first. held: it is passed over. now: it
    is started however many are trained already.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    id: str
    title: str
    added: str
    file: str
    model: str = ""
    data: str = ""
    device: str = "auto"
    epochs: int | None = None
    origin: str = ""
    rank: int = 0
    held: bool = False
    now: bool = False


class Control(BaseModel):
    """What is wanted of the whole queue. at_once: trainings on one device at a time.

    wish: "run"; "pause" starts none and lets those that are trained come to their end; "stop" also
    stops these, with a checkpoint, and they wait again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    wish: Wish = "run"
    at_once: int = Field(default=1, ge=1, le=MOST)


@dataclass(frozen=True)
class Queued:
    """A training of the queue as it stands now.

    run: the folder that its run has or will have. sentence: why it was not trained. again: it has
    been begun, and goes on from its last checkpoint.
    """

    entry: Entry
    standing: Standing
    run: Path
    sentence: str = ""
    again: bool = False

    @property
    def id(self) -> str:
        """The name of the entry and of its run."""
        return self.entry.id
