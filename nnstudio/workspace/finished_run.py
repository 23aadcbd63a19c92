"""A training from its start to its end in one call, for scripts; what is left of it as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.project.data.part import Part
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.states import State
from nnstudio.training.events import EpochDone, Event, Failed
from nnstudio.training.failures import TrainingError
from nnstudio.workspace.chosen_data import NO_CHOICES, Choices, with_choices
from nnstudio.workspace.kept_run import Keeping, store_if_any
from nnstudio.workspace.training import fitted, start

if TYPE_CHECKING:
    from torch import nn

_LOOK_EVERY = 0.1
"""Seconds between two looks for Ctrl+C."""


@dataclass(frozen=True)
class FinishedRun:
    """A training that has ended.

    project: as it was trained, fitted to its data. state: Completed, or Stopped before all epochs
    were done. folder: where its checkpoints are, if any were wanted.
    """

    project: Project = field(repr=False)
    state: State
    events: tuple[Event, ...] = field(repr=False)
    folder: Path | None
    _model: nn.Module = field(repr=False)

    @property
    def history(self) -> tuple[EpochDone, ...]:
        """Tell loss and accuracy of each epoch, in order; after a resume, of those done since."""
        return tuple(event for event in self.events if isinstance(event, EpochDone))

    def model(self) -> nn.Module:
        """Return the model on the CPU, with the weights of the last step, ready to predict."""
        return self._model.cpu().eval()


def train(
    project: Project,
    settings: Mapping[str, Any],
    folder: Path | None,
    *,
    resume: bool,
    anew: bool = False,
    choices: Choices = NO_CHOICES,
) -> FinishedRun:
    """Train and wait for the end. choices: what is said by hand of the data; anew: in the place of
    the run that is kept in `folder`.

    Raises `Refusal`, `SettingsError` or `RunStoreError` if that cannot be, `TrainingError` if it
    fails. Ctrl+C stops the training, with a checkpoint if there is a folder, and is passed on.
    """
    if resume and folder is None:
        raise Refusal("resume expects the folder of the training to go on with")
    project = with_settings(project, settings)
    source = project.data.source if isinstance(settings.get("data"), Part) else None
    project = with_choices(project, replace(choices, source=source))
    project, _ = fitted(project)
    keeping = None
    if folder is not None:
        keeping = Keeping(project.root, folder, store_if_any(), resume=resume, replace=anew)
    run = start(project, project.training, keeping=keeping)
    with run:
        while not run.join(_LOOK_EVERY):
            pass
    events = tuple(run.drain())
    if isinstance(events[-1], Failed):
        raise TrainingError(events[-1].sentence)
    assert run.prepared is not None
    if run.prepared.data is not None:
        project = replace(project, data=run.prepared.data)
    return FinishedRun(project, run.state, events, folder, run.prepared.model)
