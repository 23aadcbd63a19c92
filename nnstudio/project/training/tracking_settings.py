"""Settings of the trackers: programs beside this one in which a training can be watched."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from nnstudio.project.training.part import SettingsPart, parts_of, shown_when

NO_TRACKER = "none"
TRACKERS = ("tensorboard", "wandb")
"""The trackers by the names that settings give them, in the order in which they are listed."""


def _in_order(value: object) -> object:
    """One text for what was named in any order, as a text or a list."""
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        value = ",".join(value)
    if not isinstance(value, str):
        return value
    named = [name for name in parts_of(value) if name != NO_TRACKER]
    if any(name not in TRACKERS for name in named):
        return value  # to be refused as it was written
    return ", ".join(name for name in TRACKERS if name in named) or NO_TRACKER


class TrackingSettings(SettingsPart):
    """Which trackers follow a training. They change nothing of it."""

    tracker: Annotated[
        Literal["none", "tensorboard", "wandb", "tensorboard, wandb"],
        BeforeValidator(_in_order),
        Field(
            title="Tracker",
            description=(
                "Also write the training down for TensorBoard or Weights & Biases (wandb), in the "
                "folder of the run: every epoch, the settings, the confusion matrix, the weights."
            ),
        ),
    ] = "none"
    wandb_mode: Annotated[
        Literal["offline", "online"],
        Field(
            title="Weights & Biases",
            description=(
                "offline: only files, nothing goes over the network; online: sends them to the "
                "account with which you have logged in (wandb login)."
            ),
            json_schema_extra=shown_when("tracker", "wandb", "tensorboard, wandb"),
        ),
    ] = "offline"

    @property
    def trackers(self) -> tuple[str, ...]:
        """`tracker` by names; none for none."""
        return tuple(name for name in parts_of(self.tracker) if name != NO_TRACKER)
