"""What a training tells the world: small frozen events. No torch, no window, no thread here.

Epochs and steps count from 1; seconds are seconds of training, without pauses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeAlias

from nnstudio.errors import UserError


@dataclass(frozen=True)
class Metrics:
    """Means over `samples` samples; accuracy is 0 to 1, None where there is no such thing.

    r2: the share of the variance of numeric targets that is explained, at most 1, below 0 for
    less than their mean explains; None where there is no such thing. more: further figures by
    name, of the validation; those of one output among several as `output.name`.
    """

    loss: float
    accuracy: float | None
    samples: int
    r2: float | None = None
    more: dict[str, float] = field(default_factory=dict)

    def figure(self, name: str) -> float | None:
        """Loss, accuracy, r2 or one of `more`; None if there is none of that name."""
        if name in ("loss", "accuracy", "r2"):
            found: float | None = getattr(self, name)
            return found
        return self.more.get(name)


@dataclass(frozen=True)
class _Event:
    """Base of all events: their form as JSON."""

    def to_json(self) -> dict[str, Any]:
        """{"event": "epoch_done", ...}: the event's name and its fields."""
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()
        told = asdict(self)
        for metrics in told.values():
            if isinstance(metrics, dict) and "samples" in metrics:
                for empty in ("r2", "more"):  # classes have no r2
                    if metrics[empty] is None or metrics[empty] == {}:
                        del metrics[empty]
        return {"event": name, **told}


@dataclass(frozen=True)
class Started(_Event):
    device: str
    epochs: int
    steps_per_epoch: int
    train_samples: int
    validation_samples: int
    parameters: int
    first_epoch: int
    """1, or where a resumed training goes on."""
    threads: int | None = None
    """How many work inside one operation on the CPU; None in the events of older runs."""
    channels_last: bool = False
    """Whether pictures lie with their channels innermost."""
    processes: int = 1
    """How many train the model together."""


@dataclass(frozen=True)
class WeightsTaken(_Event):
    """After Started, where a training starts from a file: what of it fitted."""

    path: str
    taken: list[str]
    """Names of the weights that the file gave."""
    other_shape: list[str]
    """Both have them, in shapes that differ."""
    missing: list[str]
    """The file has none: they begin as the seed draws them."""
    unused: list[str]
    """The model has none of these names."""


@dataclass(frozen=True)
class StepsDone(_Event):
    """A few times a second: means since the last one."""

    epoch: int
    step: int
    steps: int
    """Of the whole training."""
    loss: float
    accuracy: float | None
    learning_rate: float
    samples_per_second: float
    remaining_seconds: float | None


@dataclass(frozen=True)
class EpochDone(_Event):
    epoch: int
    epochs: int
    train: Metrics
    """While training: dropout on, weights changing from step to step."""
    validation: Metrics | None
    learning_rate: float
    """The rate of this epoch."""
    seconds: float
    best: bool = False
    """Whether no epoch before was better; False in the events of older runs."""


@dataclass(frozen=True)
class CheckpointSaved(_Event):
    path: str
    """Its folder."""
    epoch: int
    """The last epoch that is at least partly in it."""
    best: bool
    """Whether its weights are the best so far."""


@dataclass(frozen=True)
class Warned(_Event):
    """Something that the user should know; the training goes on."""

    sentence: str


@dataclass(frozen=True)
class Paused(_Event):
    pass


@dataclass(frozen=True)
class Resumed(_Event):
    pass


@dataclass(frozen=True)
class Stopping(_Event):
    pass


@dataclass(frozen=True)
class Completed(_Event):
    epochs: int
    """Epochs done; fewer than planned after early stopping."""
    seconds: float
    best_epoch: int
    best: Metrics | None
    last: Metrics | None
    """Both of the validation set or, where there is none, of the training."""
    best_by: str = "loss"
    """The figure by which epochs are compared."""


@dataclass(frozen=True)
class Stopped(_Event):
    epoch: int
    seconds: float


@dataclass(frozen=True)
class Failed(_Event):
    sentence: str
    detail: str
    """The traceback; empty where the sentence says all, as for data that cannot be used."""
    line: int | None
    """The line in the generated source, if the traceback passes through it."""


Event: TypeAlias = (
    Started
    | WeightsTaken
    | StepsDone
    | EpochDone
    | CheckpointSaved
    | Warned
    | Paused
    | Resumed
    | Stopping
    | Completed
    | Stopped
    | Failed
)

_KINDS: tuple[type[Event], ...] = (
    Started,
    WeightsTaken,
    StepsDone,
    EpochDone,
    CheckpointSaved,
    Warned,
    Paused,
    Resumed,
    Stopping,
    Completed,
    Stopped,
    Failed,
)


def from_json(record: Mapping[str, Any]) -> Event:
    """The event that `to_json` wrote as `record`. Raises `UserError` for anything else."""
    wanted = str(record.get("event")).replace("_", "")
    for kind in _KINDS:
        if kind.__name__.lower() == wanted:
            values = {
                field.name: record[field.name] for field in fields(kind) if field.name in record
            }
            try:
                for name, value in values.items():
                    if isinstance(value, Mapping):
                        values[name] = Metrics(**value)
                return kind(**values)
            except TypeError as error:
                raise UserError(f"The event {record.get('event')} lacks fields.") from error
    raise UserError(f"There is no event named {record.get('event')!r}.")
