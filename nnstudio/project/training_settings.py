"""How a model is trained: the settings as one checked, frozen value. No torch here.

Title, description and limits of each field are in the JSON schema, from which the window makes
its form. `shown_when` in a field's schema names the choices for which the field matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from nnstudio.project.refused_value import SettingsError, refused_value
from nnstudio.project.training.objective_settings import ObjectiveSettings
from nnstudio.project.training.optimizer_settings import OptimizerSettings
from nnstudio.project.training.part import SettingsPart
from nnstudio.project.training.running_settings import RunningSettings
from nnstudio.project.training.schedule_settings import ScheduleSettings
from nnstudio.project.training.tracking_settings import TrackingSettings
from nnstudio.project.training.weight_settings import WeightSettings


def no_such_setting(name: str) -> str:
    """The sentence for a name that no setting has."""
    return f"There is no training setting named {name:.60}."


class LengthSettings(SettingsPart):
    """How long a training lasts, in epochs and batches."""

    epochs: Annotated[
        int,
        Field(title="Epochs", description="How often all samples are seen.", ge=1, le=100_000),
    ] = 10
    batch_size: Annotated[
        int,
        Field(
            title="Batch size",
            description="Samples per step, of all processes together.",
            ge=1,
            le=65_536,
        ),
    ] = 32


PARTS: tuple[tuple[str, type[SettingsPart]], ...] = (
    ("Length", LengthSettings),
    ("Optimizer", OptimizerSettings),
    ("Learning rate schedule", ScheduleSettings),
    ("Objective", ObjectiveSettings),
    ("Weights", WeightSettings),
    ("Running", RunningSettings),
    ("Tracking", TrackingSettings),
)
"""The settings by what they are about, each part under its title."""


# pydantic lists the fields of the last base first.
class TrainingSettings(
    TrackingSettings,
    RunningSettings,
    WeightSettings,
    ObjectiveSettings,
    ScheduleSettings,
    OptimizerSettings,
    LengthSettings,
):
    """Everything that decides how a training goes, apart from the model and its data."""

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """Settings from `values`, defaults for the rest. Raises `SettingsError`, one sentence."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            found = refused_value(error, cls)
            told = no_such_setting(found.unknown) if found.unknown else found.sentence
            raise SettingsError(told) from error

    def with_values(self, **values: Any) -> TrainingSettings:
        """A copy with other values, checked like new ones."""
        return self.from_values({**self.model_dump(), **values})
