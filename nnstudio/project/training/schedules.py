"""The schedules of the learning rate: torch's own classes, and what each takes. No torch.

A row names the class of `torch.optim.lr_scheduler`, whether it goes by epochs or by steps, its
arguments by the settings that fill them, and says in a sentence what the rate does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ScheduleName = Literal[
    "constant",
    "cosine",
    "plateau",
    "step",
    "multi_step",
    "exponential",
    "cosine_restarts",
    "one_cycle",
    "polynomial",
]


@dataclass(frozen=True)
class ScheduleKind:
    """A class of torch.optim.lr_scheduler.

    arguments: its arguments with the settings that fill them. length: the argument that takes how
    many epochs or steps the schedule lasts. fixed: arguments that are no setting.
    """

    torch_class: str
    help: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    per: Literal["epoch", "step"] = "epoch"
    length: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that matter for it."""
        return tuple(self.arguments.values())


SCHEDULES: dict[ScheduleName, ScheduleKind] = {
    "constant": ScheduleKind("", "stays"),
    "cosine": ScheduleKind(
        "CosineAnnealingLR",
        "falls to the lowest rate at the last epoch",
        {"eta_min": "lowest_rate"},
        length="T_max",
    ),
    "plateau": ScheduleKind(
        "ReduceLROnPlateau",
        "falls when the validation loss stops falling",
        {"factor": "schedule_factor", "patience": "schedule_patience", "min_lr": "lowest_rate"},
        fixed={"eps": 0.0},  # a small rate is lowered like any other
    ),
    "step": ScheduleKind(
        "StepLR",
        "falls every few epochs",
        {"step_size": "schedule_every", "gamma": "schedule_factor"},
    ),
    "multi_step": ScheduleKind(
        "MultiStepLR",
        "falls after chosen epochs",
        {"milestones": "schedule_epochs", "gamma": "schedule_factor"},
    ),
    "exponential": ScheduleKind(
        "ExponentialLR", "falls a little after each epoch", {"gamma": "schedule_decay"}
    ),
    "cosine_restarts": ScheduleKind(
        "CosineAnnealingWarmRestarts",
        "falls like cosine and starts again, each time for longer",
        {"T_0": "schedule_every", "T_mult": "restart_growth", "eta_min": "lowest_rate"},
    ),
    "one_cycle": ScheduleKind(
        "OneCycleLR",
        "climbs to the learning rate and falls to almost 0, step by step",
        {
            "max_lr": "learning_rate",
            "pct_start": "cycle_rise",
            "div_factor": "cycle_start",
            "final_div_factor": "cycle_end",
            "cycle_momentum": "cycle_momentum",
        },
        per="step",
        length="total_steps",
    ),
    "polynomial": ScheduleKind(
        "PolynomialLR",
        "falls to 0 along a power of the time that is left",
        {"power": "schedule_power"},
        length="total_iters",
    ),
}


def schedules_with(setting: str) -> tuple[ScheduleName, ...]:
    """The schedules for which a setting matters."""
    return tuple(name for name, kind in SCHEDULES.items() if setting in kind.settings)
