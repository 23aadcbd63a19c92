"""Settings of the schedule: how the learning rate changes while the training goes on."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from nnstudio.project.training.part import SettingsPart, parts_of, shown_when
from nnstudio.project.training.schedules import SCHEDULES, ScheduleName, schedules_with


def _for(setting: str) -> dict[str, Any]:
    return shown_when("schedule", *schedules_with(setting))


class ScheduleSettings(SettingsPart):
    """How the learning rate changes from epoch to epoch or from step to step."""

    schedule: Annotated[
        ScheduleName,
        Field(
            title="Learning rate schedule",
            description="; ".join(f"{name}: {kind.help}" for name, kind in SCHEDULES.items()) + ".",
        ),
    ] = "constant"
    schedule_every: Annotated[
        int,
        Field(
            title="Lower every",
            description="Epochs from one lowering, or the first restart, of the rate to the next.",
            ge=1,
            le=100_000,
            json_schema_extra=_for("schedule_every"),
        ),
    ] = 10
    schedule_epochs: Annotated[
        str,
        Field(
            title="Lower after epochs",
            description="After which epochs the rate is lowered, such as 30, 60, 90.",
            pattern=r"^\s*(\d{1,6}(\s*,\s*\d{1,6})*)?\s*$",
            json_schema_extra=_for("schedule_epochs"),
        ),
    ] = "10, 20"
    schedule_patience: Annotated[
        int,
        Field(
            title="Plateau patience",
            description="Epochs without a lower validation loss before the rate is lowered.",
            ge=0,
            le=100_000,
            json_schema_extra=_for("schedule_patience"),
        ),
    ] = 5
    schedule_factor: Annotated[
        float,
        Field(
            title="Lower by",
            description="The rate is multiplied by this each time it is lowered.",
            gt=0.0,
            lt=1.0,
            json_schema_extra=_for("schedule_factor"),
        ),
    ] = 0.1
    schedule_decay: Annotated[
        float,
        Field(
            title="Keep per epoch",
            description="The rate is multiplied by this after each epoch.",
            gt=0.0,
            le=1.0,
            json_schema_extra=_for("schedule_decay"),
        ),
    ] = 0.95
    schedule_power: Annotated[
        float,
        Field(
            title="Power",
            description="1 falls along a line; more falls fast first, less falls late.",
            gt=0.0,
            le=10.0,
            json_schema_extra=_for("schedule_power"),
        ),
    ] = 1.0
    restart_growth: Annotated[
        int,
        Field(
            title="Growth of restarts",
            description="How many times as long each fall lasts as the one before.",
            ge=1,
            le=100,
            json_schema_extra=_for("restart_growth"),
        ),
    ] = 1
    cycle_rise: Annotated[
        float,
        Field(
            title="Share of the climb",
            description="The share of all steps in which the rate climbs.",
            gt=0.0,
            lt=1.0,
            json_schema_extra=_for("cycle_rise"),
        ),
    ] = 0.3
    cycle_start: Annotated[
        float,
        Field(
            title="Start below by",
            description="The cycle starts at the learning rate divided by this.",
            ge=1.0,
            le=1e6,
            json_schema_extra=_for("cycle_start"),
        ),
    ] = 25.0
    cycle_end: Annotated[
        float,
        Field(
            title="End below by",
            description="The cycle ends at its start rate divided by this.",
            ge=1.0,
            le=1e9,
            json_schema_extra=_for("cycle_end"),
        ),
    ] = 1e4
    cycle_momentum: Annotated[
        bool,
        Field(
            title="Cycle the momentum",
            description=(
                "Momentum or beta 1 goes from 0.95 to 0.85 and back, against the rate; optimizers "
                "without momentum go without."
            ),
            json_schema_extra=_for("cycle_momentum"),
        ),
    ] = True
    lowest_rate: Annotated[
        float,
        Field(
            title="Lowest rate",
            description="The schedule does not go below this.",
            ge=0.0,
            le=10.0,
            json_schema_extra=_for("lowest_rate"),
        ),
    ] = 0.0
    warmup_steps: Annotated[
        int,
        Field(
            title="Warm-up steps",
            description=(
                "Steps in which the rate climbs along a line to where the schedule begins; "
                "0: no warm-up."
            ),
            ge=0,
            le=10_000_000,
        ),
    ] = 0
    warmup_start: Annotated[
        float,
        Field(
            title="Warm-up from",
            description="The share of the rate with which the warm-up begins.",
            gt=0.0,
            le=1.0,
        ),
    ] = 1.0 / 3.0

    @property
    def lowered_after(self) -> tuple[int, ...]:
        """`schedule_epochs` as numbers, in order."""
        return tuple(sorted(int(part) for part in parts_of(self.schedule_epochs)))
