"""What must be the same when a training goes on from a checkpoint: settings, data, split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnstudio.project.data import settings as data_settings
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError

_MAY_CHANGE = {
    "epochs",
    "early_stopping",
    "best_by",
    "checkpoint",
    "device",
    "threads",
    "start_from",  # the weights have left it long ago
}
"""Settings of the training that may be others."""
_PARTS = ("fields", "targets", "feeds", "preparation", "augmentation")
"""Parts of a spec beside its settings and its source that decide the samples."""


def state_of(settings: TrainingSettings, spec: DataSpec | None) -> dict[str, Any]:
    """What a checkpoint keeps of settings and data, as JSON values."""
    return {
        "settings": settings.model_dump(mode="json"),
        "data": None if spec is None else _facts(spec),
    }


def refuse_others(
    state: Mapping[str, Any], settings: TrainingSettings, spec: DataSpec | None
) -> None:
    """Raise `TrainingError` if settings or data are not those of the checkpoint.

    A file may have moved; its content, if both sides know it, may not be another one.
    """
    before, now = state["settings"], settings.model_dump(mode="json")
    for name, field in TrainingSettings.model_fields.items():
        if name not in _MAY_CHANGE:
            _same(field.title or name, before.get(name, field.default), now[name])
    kept = state.get("data") or _facts_of_old(before)
    if spec is not None and kept:
        _refuse_other_data(kept, _facts(spec))


def _facts(spec: DataSpec) -> dict[str, Any]:
    whole = spec.model_dump(mode="json")
    source = whole["source"]
    fingerprint = source.get("fingerprint")
    return {
        "settings": {k: v for k, v in data_settings.values_of(spec).items() if k != "data"},
        "name": source["path"] if source["kind"] == "builtin" else None,
        "content": fingerprint["hash"] if fingerprint else None,
        "reading": {k: v for k, v in source.items() if k not in ("path", "fingerprint", "files")},
        **{name: whole[name] for name in _PARTS},
    }


def _facts_of_old(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in a checkpoint from when the training settings held the data's."""
    if "validation" not in settings:
        return {}
    names = ("validation", "resize", "max_samples")
    found = {name: settings[name] for name in names if name in settings}
    return {"settings": {**found, "split_seed": settings.get("seed", 0)}}


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
        raise TrainingError(
            f"The checkpoint was made with another {title.lower()}, {before}: "
            f"it cannot be resumed with {now}."
        )
