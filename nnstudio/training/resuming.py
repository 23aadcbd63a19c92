"""What must be the same when a training goes on from a checkpoint: settings, data, split, source.

And what a checkpoint says of its training, checked before anything is taken from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nnstudio.errors import UserError
from nnstudio.project.data import settings as data_settings
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training.schedules import SCHEDULES
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.checkpoints import STATE, Checkpoint, name_of
from nnstudio.training.events import EpochDone, from_json
from nnstudio.training.failures import TrainingError
from nnstudio.training.meters import NOTHING, RunningTotals

_MAY_CHANGE = {
    "epochs",
    "early_stopping",
    "best_by",
    "checkpoint",
    "device",
    "threads",
    "channels_last",
    "tracker",
    "wandb_mode",
    "start_from",  # the weights have left it long ago
}
"""Settings of the training that may be others."""
_PARTS = ("fields", "targets", "feeds", "preparation", "augmentation")
"""Parts of a spec beside its settings and its source that decide the samples."""


@dataclass(frozen=True)
class Position:
    """Position of a training: `epoch` in work, `step` steps of it done with these sums."""

    epoch: int = 1
    step: int = 0
    sums: RunningTotals = NOTHING
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    rate: float = 0.0
    """Of the last step."""


@dataclass(frozen=True)
class Facts:
    """What a training is made with. `fingerprints`: of source and split; `samples`: to train on.

    `processes`: how many train together.
    """

    settings: TrainingSettings
    data: DataSpec | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    samples: int = 0
    processes: int = 1

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of it, as JSON values."""
        return {
            "settings": self.settings.model_dump(mode="json"),
            "data": None if self.data is None else _facts(self.data),
            "fingerprints": dict(self.fingerprints),
            "samples": self.samples,
            "processes": self.processes,
            "torch": version("torch"),
        }

    def refuse_others(self, state: Mapping[str, Any], device: str = "") -> list[str]:
        """Raise `TrainingError` if a checkpoint was made with anything else that decides.

        Returns what may differ from an uninterrupted training all the same, in sentences. A file
        of data may have moved; its content, if both sides know it, may not be another one.
        """
        before, now = state["settings"], self.settings.model_dump(mode="json")
        for name, one in TrainingSettings.model_fields.items():
            if name not in _MAY_CHANGE:
                _same(one.title or name, before.get(name, one.default), now[name])
        kept = state.get("data")
        if self.data is not None and kept:
            _refuse_other_data(kept, _facts(self.data))
        if "samples" in state and self.samples != state["samples"]:
            raise TrainingError(
                f"The checkpoint was made with {state['samples']:,} samples to train on, "
                f"not {self.samples:,}."
            )
        for name, value in state.get("fingerprints", {}).items():
            if self.fingerprints.get(name, value) != value:
                raise TrainingError(_CHANGED.get(name, f"The {name} has changed") + _NOT_WITH_THIS)
        return _may_differ(before, now, state, device, self.processes)


_CHANGED = {
    "source": "The model has been edited",
    "split": "The samples fall into other parts",
}
_NOT_WITH_THIS = " since the checkpoint was made: it cannot be resumed with this one."


def _may_differ(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    state: Mapping[str, Any],
    device: str,
    processes: int,
) -> list[str]:
    found = []
    made_on = state.get("device")
    if device and made_on and made_on != device:
        found.append(
            f"The checkpoint was made on {made_on}: on {device} the last digits may differ."
        )
    many = state.get("processes", 1)
    if many != processes:
        found.append(
            f"The checkpoint was made by {_processes(many)}: with {_processes(processes)} random "
            "numbers (dropout, augmentation) go on otherwise and the last digits may differ."
        )
    torch = version("torch")
    if state.get("torch", torch) != torch:
        found.append(
            f"The checkpoint was made with torch {state['torch']}: "
            f"with {torch} the last digits may differ."
        )
    if SCHEDULES[now["schedule"]].length and before["epochs"] != now["epochs"]:
        found.append(
            f"The schedule now ends at epoch {now['epochs']:,} instead of {before['epochs']:,}: "
            "the learning rate goes on along another curve than the one that it came by."
        )
    return found


def _processes(count: object) -> str:
    return "one process" if count == 1 else f"{count} processes"


# -- what a checkpoint says ---------------------------------------------------------------------

_Count = Annotated[int, Field(ge=0, strict=True)]
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _SavedPosition(BaseModel):
    model_config = ConfigDict(extra="forbid")

    epoch: Annotated[int, Field(ge=1, le=100_001, strict=True)]
    step: _Count
    sums: dict[str, Any]
    epoch_seconds: _Seconds
    seconds: _Seconds
    rate: _Seconds


class _SavedLearner(BaseModel):
    averaged: _Count
    scaler: dict[str, Any] | None


class _SavedState(BaseModel):
    position: _SavedPosition
    schedule: dict[str, Any]
    learner: _SavedLearner
    best: dict[str, Any] | None
    last: dict[str, Any] | None
    settings: dict[str, Any]
    samples: _Count
    fingerprints: dict[str, str]
    best_checkpoint: Annotated[str, Field(pattern=r"^\d+-\d+$")] | None
    parts: list[dict[str, Any]] = []


@dataclass(frozen=True)
class Saved:
    """What a training takes from a checkpoint, beside its tensors."""

    position: Position
    schedule: dict[str, Any]
    best: EpochDone | None
    last: EpochDone | None
    parts: tuple[RunningTotals, ...] = ()
    """The sums of the position as several processes had them."""


def damaged(checkpoint: Checkpoint, reason: str) -> TrainingError:
    """The error for a checkpoint whose state cannot be."""
    return TrainingError(f"{checkpoint.path / STATE} is damaged: {reason}.")


def saved_state(checkpoint: Checkpoint, steps: int) -> Saved:
    """What a checkpoint says, if it can be true; `steps`: of an epoch. Raises `TrainingError`."""
    if "position" not in checkpoint.state or not checkpoint.tensors:
        raise TrainingError(
            f"The checkpoint {checkpoint.path} holds weights only: resume from the last one."
        )
    try:
        found = _SavedState.model_validate(checkpoint.state)
        told = found.position
        sums = TypeAdapter(RunningTotals).validate_python(told.sums)
        parts = TypeAdapter(tuple[RunningTotals, ...]).validate_python(found.parts)
        best, last = _epoch(found.best), _epoch(found.last)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "position.sums"
        raise damaged(checkpoint, f"'{place}': {first['msg']}") from error
    except (UserError, ValueError) as error:
        raise damaged(checkpoint, str(error).rstrip(".")) from error
    if told.step > steps or checkpoint.path.name != name_of(told.epoch - 1, told.step):
        raise damaged(checkpoint, f"it is not at epoch {told.epoch}, step {told.step}")
    if (0 if last is None else last.epoch) != told.epoch - 1:
        raise damaged(checkpoint, "its last epoch is not the one before its position")
    if (best is None) is not (last is None) or (best and last and best.epoch > last.epoch):
        raise damaged(checkpoint, "its best epoch is none of those before its position")
    position = Position(told.epoch, told.step, sums, told.epoch_seconds, told.seconds, told.rate)
    return Saved(position, found.schedule, best, last, parts)


def _epoch(record: Mapping[str, Any] | None) -> EpochDone | None:
    if record is None:
        return None
    found = from_json(record)
    if not isinstance(found, EpochDone):
        raise ValueError("expected an epoch")
    return found


# -- data ---------------------------------------------------------------------------------------


def _facts(spec: DataSpec) -> dict[str, Any]:
    whole = spec.model_dump(mode="json")
    source = whole["source"]
    fingerprint = source.get("fingerprint")
    return {
        "settings": {
            name: value
            for name, value in data_settings.values_of(spec).items()
            if name != "data"  # decided by name and content
        },
        "name": source["path"] if source["kind"] == "builtin" else None,
        "content": fingerprint["hash"] if fingerprint else None,
        "reading": {k: v for k, v in source.items() if k not in ("path", "fingerprint", "files")},
        **{name: whole[name] for name in _PARTS},
    }


def _refuse_other_data(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    schemas, fresh = data_settings.schemas(), data_settings.values_of(DataSpec())
    for name, value in now["settings"].items():
        _same(schemas[name]["title"], before["settings"].get(name, fresh[name]), value)
    if before.get("name") and now["name"]:
        _same("data set", before["name"], now["name"])
    contents = (before.get("content"), now["content"])
    if all(contents) and contents[0] != contents[1]:
        raise TrainingError(
            "The data have changed since the checkpoint was made: it cannot be resumed with these."
        )
    read = before.get("fields") and now["fields"]  # else nobody has looked at one of them yet
    for part in ("reading", *_PARTS) if read else ("preparation", "augmentation"):
        if part in before and before[part] != now[part]:
            raise TrainingError(
                f"The checkpoint was made with another {_SINGULAR.get(part, part)} of the data: "
                "it cannot be resumed with this one."
            )


_SINGULAR = {"fields": "choice of fields", "targets": "choice of targets", "feeds": "mapping"}


def _same(title: str, before: object, now: object) -> None:
    if before != now:
        what = f"another {title.lower()}"
        if title.endswith("s") or isinstance(now, bool):
            what = f"another setting of '{title}'"
        raise TrainingError(
            f"The checkpoint was made with {what}, {_in_words(before)}: "
            f"it cannot be resumed with {_in_words(now)}."
        )


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value in (None, "", [], ()) else str(value)
