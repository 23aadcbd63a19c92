"""One run of a study: a project on given parts, trained as any other, gone on with if it is there.

A search may give its trials the folds of a study by the same function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nnstudio.data.pipeline.splitting import Parts
from nnstudio.project.values import Project
from nnstudio.runs.record import RunRecord, holds_run, read_record
from nnstudio.runs.states import State
from nnstudio.training.events import Event, Failed
from nnstudio.training.failures import TrainingError
from nnstudio.workspace.kept_run import Keeping
from nnstudio.workspace.training import start

_LOOK_EVERY = 0.05
"""Seconds between two looks for a wish to stop."""


def nobody_stops() -> bool:
    """The wish that nobody has."""
    return False


def train_part(
    project: Project,
    parts: Parts | None,
    keeping: Keeping,
    *,
    listener: Callable[[Event], None] | None = None,
    wants_stop: Callable[[], bool] = nobody_stops,
) -> RunRecord:
    """Train the project on those parts and return the run's record, whatever its state.

    parts: None for those of the project's split. keeping: where; `resume` and `replace` of it are
    found out: a run that is completed is not trained again, one with a checkpoint goes on from it,
    any other begins anew. listener: called in the training's thread. wants_stop: asked now and
    then; the run then stops with a checkpoint. Raises `UserError` for what cannot be trained at
    all; KeyboardInterrupt stops the run, with a checkpoint, and is passed on.
    """
    from nnstudio.training import checkpoints

    folder = keeping.folder
    before = read_record(folder) if holds_run(folder) else None
    if before is not None and before.state is State.COMPLETED:
        return before
    goes_on = (
        before is not None
        and before.state is not State.FAILED
        and checkpoints.pointed(checkpoints.folder_of(folder), checkpoints.LAST) is not None
    )
    keeping = replace(keeping, resume=goes_on, replace=not goes_on)
    run = start(project, project.training, keeping=keeping, listener=listener, parts=parts)
    with run:
        while not run.join(_LOOK_EVERY):
            if wants_stop():
                run.stop()
    if holds_run(folder):
        return read_record(folder)
    ended = run.drain()
    if ended and isinstance(ended[-1], Failed):
        raise TrainingError(ended[-1].sentence)
    raise TrainingError(f"The training ended before it had begun: {run.state.lower()}.")
