"""A project's training measured before it is run: model and data are made for it and dropped."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project
from nnstudio.training.measured import Measured
from nnstudio.workspace.training import planned


def measured(
    project: Project,
    settings: TrainingSettings,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> Measured:
    """Whether the training fits and how long it takes, by a few steps. Nothing is kept.

    Meant for a background thread. Raises `UserError` as a training does, and once `stopping` says
    so.
    """
    plan = planned(project, settings)

    from nnstudio.training.measuring import measure

    return measure(plan.prepared, settings, stopping=stopping)
