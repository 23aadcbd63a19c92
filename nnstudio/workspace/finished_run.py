"""A training from its start to its end in one call, for scripts; what is left of it as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.project.data.part import Part
from nnstudio.project.given import given_project
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.runs.states import State
from nnstudio.training.events import EpochDone, Event, Failed
from nnstudio.training.failures import TrainingError
from nnstudio.workspace.chosen_data import NO_CHOICES, Choices, with_choices
from nnstudio.workspace.evaluating import chosen_part, evaluated, own_parts, predicted, sizes_of
from nnstudio.workspace.fit_to_data import losses_of
from nnstudio.workspace.kept_run import Keeping, store_if_any
from nnstudio.workspace.opened_run import Which, open_folder
from nnstudio.workspace.tracking import refuse_missing_trackers, untracked
from nnstudio.workspace.training import fitted, start

if TYPE_CHECKING:
    from torch import nn

    from nnstudio.data.pipeline.assembling import Assembled
    from nnstudio.data.rows import Rows
    from nnstudio.evaluation.evaluation import Evaluation

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
    _parts: Assembled | None = field(default=None, repr=False)

    @property
    def history(self) -> tuple[EpochDone, ...]:
        """Tell loss and accuracy of each epoch, in order; after a resume, of those done since."""
        return tuple(event for event in self.events if isinstance(event, EpochDone))

    def model(self) -> nn.Module:
        """Return the model on the CPU, with the weights of the last step, ready to predict."""
        return self._model.cpu().eval()

    def evaluate(
        self,
        part: str | None = None,
        *,
        which: Which | None = None,
        device: str | None = None,
        times: bool = True,
    ) -> Evaluation:
        """Judge a part by all figures: train, validation or test; without a name the test part if
        there is one, else the validation.

        which: "best" or "last" weights of a run that is kept; without a name the best. A run that
        is not kept has those of the last step alone. Raises a `UserError` with one sentence.
        """
        if self.folder is not None and self.project.training.checkpoint:
            run = open_folder(self.folder)
            return run.evaluate(part, which=which, device=device, times=times)
        if which == "best":
            raise EvaluationError(
                "The best weights of this training were not kept: give it a folder, or evaluate "
                "the last ones."
            )
        if self._parts is None:
            raise EvaluationError("The samples of this training are not known any more.")
        parts = self._parts
        part = chosen_part(part, sizes_of(parts), self.project.root)
        settings = self.project.training
        return evaluated(
            part,
            lambda: own_parts(parts),
            self.model,
            settings,
            device=device,
            times=times,
            losses=losses_of(self.project),
        )

    def predict(self, inputs: object) -> Rows:
        """What the model gives for tensors or arrays as it takes them, one or several by name.

        It has the weights of the last step. The inputs must be prepared as those of the training.
        """
        losses = losses_of(self.project)
        takes = "what its Inputs say"
        return predicted(self.model(), inputs, self.project.training, takes, losses)


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
    refuse_missing_trackers(settings)
    project = with_settings(given_project(project), settings)
    if folder is None and "tracker" in settings and (told := untracked(project.training)):
        raise Refusal(f"{told.rstrip('.')}: give it a folder")
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
    made = run.prepared
    return FinishedRun(project, run.state, events, folder, made.model, made.assembled)
