"""What a tracker is, and what it is told: a run, its epochs, how it was judged, its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nnstudio.errors import UserError

Scalars = Mapping[str, float]
"""Figures by tags such as `validation/loss`."""


class TrackerError(UserError):
    """A tracker that cannot be had; the message is one sentence."""


@dataclass(frozen=True)
class TrackedRun:
    """A run as a tracker is told of it. folder: of the run. created: ISO 8601 in UTC.

    settings: of data and training, as JSON values, and what was found out at the start. resumes:
    it goes on; what a tracker has written of it before is written anew. online: may send it.
    """

    id: str
    name: str
    folder: Path
    created: str
    group: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    resumes: bool = False
    online: bool = False


@dataclass(frozen=True)
class Epoch:
    """One epoch. at: when it ended, in seconds of UTC."""

    number: int
    scalars: Scalars
    at: float


@dataclass(frozen=True)
class Judged:
    """One output judged on one part. scalars: its figures by tags.

    classes, counts: of the confusion matrix, `counts[i][j]` how often class i is right and class j
    was given; empty where there is none.
    """

    title: str
    scalars: Scalars
    classes: Sequence[str] = ()
    counts: Sequence[Sequence[int]] = ()


@dataclass(frozen=True)
class ModelFiles:
    """The trained model. weights: safetensors; source: the text of its class."""

    weights: Path
    source: str
    epoch: int


class Tracker(Protocol):
    """Writes one training. Whatever it raises is told once, and the training goes on without it."""

    def epoch(self, epoch: Epoch) -> None:
        """One more epoch is done."""

    def judged(self, judged: Judged, epoch: int) -> None:
        """The weights of an epoch were judged."""

    def model(self, files: ModelFiles) -> None:
        """The model is trained."""

    def end(self, state: str, summary: Scalars) -> None:
        """The training has ended, by its own state in words; nothing is told after that."""
